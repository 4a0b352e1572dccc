/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/error.h - the one error domain of hvfs
 *
 * Exists so that an error carries its errno from where it happens to the
 * system call that reports it: the code of a HVFS_ERROR is an errno value, the
 * message is one line for the user.  It lives on the lowest floor because all
 * floors use it.
 */
#pragma once

#include <errno.h>
#include <glib.h>

#define HVFS_ERROR (hvfs_error_quark ())
GQuark hvfs_error_quark (void);

/**
 * hvfs_error_errno:
 * @error: (nullable): any GError
 *
 * Returns: the errno to report: its code in the HVFS_ERROR domain, EIO for a
 * foreign domain, 0 for NULL.  Never 0 for an error.
 */
int hvfs_error_errno (const GError *error);

/**
 * hvfs_error_set:
 * @error: (nullable): as of g_set_error()
 * @code: an errno
 *
 * Sets a HVFS_ERROR whose message may quote what somebody else wrote: it is made one
 * line of valid UTF-8, of 600 characters at most.
 */
void hvfs_error_set (GError **error, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* ESTALE: the @what ("snapshot") no longer exists. */
void hvfs_error_set_gone (const char *what, GError **error);

/* Returns: (transfer full): @text as a message shows it: one line of valid UTF-8, of 600
 * characters at most */
char *hvfs_error_line (const char *text);

/**
 * hvfs_error_new_fault:
 * @code: an errno
 * @fault: the type of the server's fault, "InvalidPowerState"
 *
 * Returns: (transfer full): a HVFS_ERROR that remembers @fault; g_error_copy() keeps it
 */
GError *hvfs_error_new_fault (int code, const char *fault, const char *message);

/* Remembers that @error is about @objects, ids such as "vm-42", with blanks between them, each
 * in its message after " on ": who knows the names can put these there.  @error: a HVFS_ERROR */
void hvfs_error_set_objects (GError *error, const char *objects);
/* Returns: (nullable): valid as long as @error */
const char *hvfs_error_objects (const GError *error);

/* The @fault of an error after which nobody has said whether a change was made. */
#define HVFS_FAULT_UNKNOWN "OutcomeUnknown"

/* Returns: (nullable): what was given as @fault, valid as long as @error */
const char *hvfs_error_fault (const GError *error);
