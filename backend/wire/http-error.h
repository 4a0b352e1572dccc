/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/http-error.h - what libcurl's errors mean to the user
 *
 * Exists so that the wrong port, the unknown host or the untrusted certificate
 * each give one line that says what to do.  Private to http.c.
 */
#pragma once

#include <curl/curl.h>

#include "backend/wire/http-request.h"

/* Whether @code says that an open connection broke. */
gboolean hvfs_http_code_is_lost (CURLcode code);

/* Whether @code says that the server's certificate is not the one to trust. */
gboolean hvfs_http_code_is_untrusted (CURLcode code);

/* EMFILE or ENFILE: no file can be opened just now; 0: one can. */
int hvfs_http_find_no_descriptor (void);

/**
 * hvfs_http_error_new:
 * @os_errno: of the failed connect, or of the want of a descriptor; 0: unknown
 * @why: libcurl's own words, may be ""
 * @pin: (nullable): of the certificate that the server shows
 *
 * Returns: (transfer full)
 */
GError *hvfs_http_error_new (const HvfsHttpConfig *config, CURLcode code, int os_errno,
                             const char *why, const char *pin);
