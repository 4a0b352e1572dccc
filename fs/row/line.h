/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/line.h - what the lines that control files take are made of
 *
 * Exists so that "NAME key=value ..." is read in one way by every file that takes it:
 * words between blanks, in any order of the keys, each at most once.  A value goes on
 * until the next word with a "=", so names with blanks need no quotes; quotes around
 * a value ("a=b") are for those with a "=" in them.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const char *name;
  gboolean rest;    /* takes all the rest of the line, whatever is in it */
} HvfsKey;

/**
 * hvfs_line_parse:
 * @keys: ended by a NULL name
 * @ret_head: (out) (transfer full): what stands before the first key, "" if nothing
 * @ret_values: (out): NULL-initialised, as many as keys; NULL where a key is not there,
 *   else (transfer full)
 *
 * On error nothing is left in the outputs.
 *
 * @error: EINVAL: an unknown key, naming those there are; a key twice or without value
 */
gboolean hvfs_line_parse (const char *line, const HvfsKey *keys, char **ret_head,
                          char **ret_values, GError **error);

/* Whether @line is @name, with quotes around it or without: blanks around a line do not
 * count, but in a name they do. */
gboolean hvfs_line_is_name (const char *line, const char *name);

/* (transfer full): @text, without the quotes around it if it has them */
char *hvfs_line_dup_unquoted (const char *text);

/* (transfer full): @name as a line takes it: for what a message offers.  With quotes around
 * it where it would be read as something else without them */
char *hvfs_line_dup_quoted (const char *name);

/* Text in UTF-8 without control characters, as names and words are: none of them would
 * reach the server.  @error: EINVAL */
gboolean hvfs_line_check (const char *text, GError **error);

/* "yes" or "no".  @what: the file or key, for the message.  @error: EINVAL */
gboolean hvfs_line_yes_no (const char *what, const char *text, gboolean *ret, GError **error);

/* A decimal number from @min up.  @error: EINVAL */
gboolean hvfs_line_number (const char *what, const char *text, gint64 min, gint64 *ret,
                           GError **error);

/**
 * hvfs_line_memory_mib:
 * @text: a number and a unit: KiB (or none), MiB, GiB, TiB; KB, MB, GB, TB in powers of
 *   1000; k, M, G, T as KiB ...; b or bytes.  Case does not count, blanks may be between
 *
 * @error: EINVAL: no such unit, or not a whole number of MiB
 */
gboolean hvfs_line_memory_mib (const char *what, const char *text, gint64 *ret_mib,
                               GError **error);

/* The same of a disk, in KiB. */
gboolean hvfs_line_capacity_kib (const char *what, const char *text, gint64 *ret_kib,
                                 GError **error);
