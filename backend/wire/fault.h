/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/fault.h - from a server's fault to an errno and a line for the user
 *
 * Exists so that this mapping is made once: one table, its rows in fault.c, says
 * for each type of fault which errno it is and which type it derives from.
 */
#pragma once

#include <gio/gio.h>

#include "backend/wire/value.h"

/**
 * hvfs_fault_errno:
 * @type: (nullable): such as "InvalidPowerState"
 *
 * Returns: the errno of the type or of its nearest known ancestor, else EIO
 */
int hvfs_fault_errno (const char *type);

/* Returns: (nullable): the @n-th type of the table, NULL after the last */
const char *hvfs_fault_nth (guint n);

/* Whether @type (NULL allowed) is @ancestor or, by the table, derives from it. */
gboolean hvfs_fault_is_a (const char *type, const char *ancestor);

/**
 * hvfs_fault_new_error:
 * @fault: (nullable): the fault itself; its fields fill in for a missing message
 * @type: (nullable): its type
 * @message: (nullable): the server's words, in any number of lines
 *
 * Returns: (transfer full): a HVFS_ERROR, hvfs_error_fault () of which is @type
 */
GError *hvfs_fault_new_error (const HvfsValue *fault, const char *type, const char *message);

/* The same of a SOAP reply's <Fault>.  (transfer full) */
GError *hvfs_fault_new_error_soap (const HvfsValue *soap_fault);

/* The same of a LocalizedMethodFault in data: a task's info.error, or fault of a
 * missingSet.  (transfer full) */
GError *hvfs_fault_new_error_localized (const HvfsValue *localized);

/* The errno of an HTTP status that is not 200 (nor a SOAP fault's 500). */
int hvfs_fault_http_errno (guint status);
