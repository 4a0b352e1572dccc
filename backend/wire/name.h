/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/name.h - interned, counted names of elements and types
 *
 * Exists because a reply of 10,000 machines holds a million names but only some
 * dozens that differ: each is stored once, compares by its address, and goes
 * away with its last user, so that no server can make us keep names for ever.
 * (g_intern_string never lets go, and GLib 2.74's interned GRefString may be
 * revived by one thread while another frees it.)
 *
 * Any thread.  hvfs_name_intern takes a lock for a look-up in a hash table;
 * hvfs_name_ref is one atomic addition; hvfs_name_unref takes the lock only when
 * it may be the last.
 */
#pragma once

#include <glib.h>

/* A NUL-terminated string; only these functions may free it. */
typedef const char HvfsName;

/* @text: UTF-8, @len bytes without NUL.  (transfer full) */
HvfsName *hvfs_name_intern (const char *text, gsize len);
HvfsName *hvfs_name_ref (HvfsName *name);  /* NULL is fine */
void hvfs_name_unref (HvfsName *name);     /* NULL is fine */

/* How many names are alive.  For tests. */
guint hvfs_name_count (void);
