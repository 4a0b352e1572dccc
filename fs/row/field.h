/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/field.h - lines of fields with tabs between
 *
 * Exists so that every list of the mount (tasks, inventory, events, alarms) says in the same
 * way what is not known, and no text of the server's makes a field or a line more.
 */
#pragma once

#include <glib.h>

/* Appends a tab, but to the first field of a line, and @text with control characters as blanks;
 * "-" where it is NULL or empty. */
void hvfs_field_append (GString *out, const char *text);

/* The same, in UTC: 2026-11-29T08:15:00Z.  @us: since 1970; 0: not known */
void hvfs_field_append_time (GString *out, gint64 us);

void hvfs_field_append_int (GString *out, gint64 value);
