/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/failure.h - what failed, kept to be read
 *
 * Exists because an errno is too short: the last failure of each domain is in its
 * file "error", the last hundred of the mount in .hvfs/errors, all in the log.
 * Thread safe, with a lock of its own.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsFailures HvfsFailures;

HvfsFailures *hvfs_failures_new (void);
void hvfs_failures_free (HvfsFailures *failures);

/* Returns: (transfer full): what a file "error" says: when, @what, why; no newline */
char *hvfs_failure_line (const char *what, const GError *error);

/* @serial: 0: of no domain; @what: "state: 'off'", for its "error"; @where: the same with
 * the file's path, for the list of all.  Returns: (transfer full): the line for the log */
char *hvfs_failures_add (HvfsFailures *failures, guint32 serial, const char *where,
                         const char *what, const GError *error);

/* An operation on the object @serial worked, but for @notes (element-type HvfsNote), which
 * its "error" says, a line each.  @what: the file that was written */
void hvfs_failures_set_notes (HvfsFailures *failures, guint32 serial, const char *what,
                              const GPtrArray *notes);

/* An operation on the object @serial worked, or the object is gone. */
void hvfs_failures_clear (HvfsFailures *failures, guint32 serial);

/* Appends the line of @serial, nothing if it has none. */
void hvfs_failures_print_one (HvfsFailures *failures, guint32 serial, GString *out);
/* Appends the last hundred lines, oldest first. */
void hvfs_failures_print (HvfsFailures *failures, GString *out);
/* When the last of them came, in microseconds since 1970; 0: none has. */
gint64 hvfs_failures_get_changed_us (HvfsFailures *failures);
