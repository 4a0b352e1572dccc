/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/scalar.h - numbers, identifiers and escapes as VMX files and domain XML spell them
 *
 * Exists so that each spelling is understood in one place.  Parsers return FALSE for
 * text that is not of their kind and then leave their output alone; what is wrong is
 * for the caller to say, who knows where the text stands.
 */
#pragma once

#include "convert/model/model.h"

#define HVFS_KIB_PER_MIB 1024

/* White space and a sign allowed before, nothing after. */
gboolean hvfs_parse_int64 (const char *text, gint64 *ret);

/* White space and "+" allowed before, nothing after. */
gboolean hvfs_parse_uint64 (const char *text, guint64 max, guint64 *ret);

/* As strtoull() reads: a minus is allowed and wraps. */
gboolean hvfs_parse_wrapping_uint64 (const char *text, guint64 *ret);

/* Returns: how many bytes "b", "KiB", "MB", "g" ... are, of 1024 where no B says 1000, in
 * any case; 0: it is no unit */
guint64 hvfs_parse_unit (const char *unit);

/* 16 pairs of hex digits, blanks and dashes between the pairs, white space around. */
gboolean hvfs_parse_uuid (const char *text, guint8 ret[static HVFS_UUID_BYTES]);

/* "503426b2-94e9-3b16-1d68-87bfff4a5440" */
char *hvfs_format_uuid (const guint8 uuid[static HVFS_UUID_BYTES]);

/* The digest of @text as a UUID: how libvirt makes those of what VMware gives none.  NULL is "". */
char *hvfs_digest_uuid (const char *text);

/* "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40" */
char *hvfs_format_vmx_uuid (const guint8 uuid[static HVFS_UUID_BYTES]);

/* Whether all @n bytes are 0. */
gboolean hvfs_is_zero (const guint8 *bytes, gsize n);

/* 6 groups of one or two hex digits between colons; a blank or control character ends it. */
gboolean hvfs_parse_mac (const char *text, guint8 ret[static HVFS_MAC_BYTES]);
char *hvfs_format_mac (const guint8 mac[static HVFS_MAC_BYTES]);

/**
 * hvfs_unescape:
 * @text: has bytes spelt as @escape and two hex digits
 *
 * Returns: (transfer full): the text meant, up to the first byte 0; an @escape that others
 *   than two hex digits follow stands for itself, as in VMware
 */
char *hvfs_unescape (const char *text, char escape);

/* Returns: (transfer full): @text with each of the characters @which spelt that way */
char *hvfs_escape (const char *text, char escape, const char *which);

/* For hash tables of keys without ASCII case.  The hash is another one in each process, so
 * that no file can have many keys of one hash. */
guint hvfs_hash_nocase (gconstpointer key);
gboolean hvfs_equal_nocase (gconstpointer a, gconstpointer b);

/* Whether @text ends in @suffix, ignoring ASCII case. */
gboolean hvfs_has_suffix_nocase (const char *text, const char *suffix);
