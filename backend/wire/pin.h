/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/pin.h - the pin of a certificate's public key
 *
 * Exists so that the error about an untrusted certificate can show what to put
 * into pin=.  The certificate comes from a server that is not trusted.  And vCenters tell each
 * other whom to trust by its digest.
 */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

/* @pem: one certificate, "-----BEGIN CERTIFICATE-----..."
 *
 * Returns: (transfer full) (nullable): "sha256//" and base64, as curl takes it;
 *   NULL if that is not a certificate */
char *hvfs_pin_from_pem (const char *pem);

/* Returns: (transfer full) (nullable): the SHA-1 of the certificate as vCenters write it,
 *   "AB:CD:..."; NULL if that is not a certificate */
char *hvfs_thumbprint_from_pem (const char *pem);
/* @certificate: (nullable) */
char *hvfs_thumbprint_of (const X509 *certificate);
