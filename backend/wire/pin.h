/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/pin.h - the pin of a certificate's public key
 *
 * Exists so that the error about an untrusted certificate can show what to put
 * into pin=.  The certificate comes from a server that is not trusted.
 */
#pragma once

#include <glib.h>

/* @pem: one certificate, "-----BEGIN CERTIFICATE-----..."
 *
 * Returns: (transfer full) (nullable): "sha256//" and base64, as curl takes it;
 *   NULL if that is not a certificate */
char *hvfs_pin_from_pem (const char *pem);
