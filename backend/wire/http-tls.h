/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-tls.h - which server a connection trusts, and how old its TLS may be
 *
 * Exists for the servers of before 2015, too: they speak TLS 1.0 with SHA-1, know nothing
 * of secure renegotiation, and OpenSSL refuses each of that unless it is asked for.
 */
#pragma once

#include <curl/curl.h>

#include "backend/wire/http-request.h"

/* @config: borrowed for as long as @easy is used so. */
void hvfs_http_tls_set_trust (CURL *easy, const HvfsHttpConfig *config);
void hvfs_http_tls_set_age (CURL *easy, const HvfsHttpConfig *config);
