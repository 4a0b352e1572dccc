/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/secret.h - memory for a password
 *
 * Exists so that a password reaches neither swap nor a core dump, and is gone
 * when it is no longer needed: whole pages of their own, locked (as far as
 * RLIMIT_MEMLOCK allows), marked MADV_DONTDUMP, and wiped when freed.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsSecret HvfsSecret;

/* Bytes that a secret can hold. */
#define HVFS_SECRET_MAX_BYTES 65536

/* Empty. */
HvfsSecret *hvfs_secret_new (void);
void hvfs_secret_free (HvfsSecret *secret);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsSecret, hvfs_secret_free)

/* Returns: (transfer full): a secret of its own that holds @len bytes of @text */
HvfsSecret *hvfs_secret_new_from (const char *text, gsize len);

/* Returns: FALSE, with nothing changed, where there is no room for @len more bytes */
gboolean hvfs_secret_append (HvfsSecret *secret, const char *text, gsize len);

/* Shortens it to @len bytes and wipes the rest. */
void hvfs_secret_truncate (HvfsSecret *secret, gsize len);

gsize hvfs_secret_len (const HvfsSecret *secret);

/**
 * hvfs_secret_text:
 *
 * fork(2) takes the lock on memory from the child; asking for the text in the
 * child locks it there, so a daemon asks once after it went to the background.
 *
 * Returns: (transfer none): NUL-terminated
 */
const char *hvfs_secret_text (const HvfsSecret *secret);

/**
 * hvfs_secret_read_file:
 * @path: read to its end, which may be a pipe's.  Warns where all can read it
 *
 * A byte order mark at the beginning is left out.
 *
 * @error: the errno and the name of a file that cannot be read, EINVAL for one
 *   that is too long, holds a NUL byte or is UTF-16
 */
HvfsSecret *hvfs_secret_read_file (const char *path, GError **error);
