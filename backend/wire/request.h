/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/request.h - writes one SOAP request
 *
 * Exists so that callers state what they send, in the order of the schema
 * (servers refuse any other), and nothing else: envelope, namespaces, escaping
 * and types are handled here.
 *
 *   HvfsRequest *r = hvfs_request_new ("PowerOnVM_Task", "VirtualMachine", "vm-42");
 *   hvfs_request_moref (r, "host", "HostSystem", "host-7");
 */
#pragma once

#include "backend/wire/since.h"
#include "backend/wire/value.h"

typedef struct _HvfsRequest HvfsRequest;

/* @this_id, @this_type: the object the method is called on.  Not thread safe. */
HvfsRequest *hvfs_request_new (const char *method, const char *this_type,
                               const char *this_id);
/* The same once more.  Both are finished then, and nothing can be added.  (transfer full) */
HvfsRequest *hvfs_request_copy (HvfsRequest *request);
void hvfs_request_free (HvfsRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsRequest, hvfs_request_free)

const char *hvfs_request_method (const HvfsRequest *request);

/* What of all that was written the newest version of the API is needed for, by the table of
 * since.h.  (nullable): all of it is as old as the oldest.  (transfer none) */
const HvfsSince *hvfs_request_newest (const HvfsRequest *request);
/* The request makes no sense to a server that has no property @name of @owner: another that
 * follows it will have that. */
void hvfs_request_needs (HvfsRequest *request, const char *owner, const char *name);

/* @text is UTF-8 and escaped here; bytes that XML 1.0 cannot carry are dropped. */
void hvfs_request_text (HvfsRequest *request, const char *name, const char *text);
/* As hvfs_request_text, with xsi:type: "xsd:string" or a vim type. */
void hvfs_request_typed (HvfsRequest *request, const char *name, const char *xsi_type,
                         const char *text);
void hvfs_request_int (HvfsRequest *request, const char *name, gint64 value);
void hvfs_request_bool (HvfsRequest *request, const char *name, gboolean value);
void hvfs_request_moref (HvfsRequest *request, const char *name, const char *type,
                         const char *id);
/* @xsi_type: (nullable): needed where the declared type is abstract. */
void hvfs_request_open (HvfsRequest *request, const char *name, const char *xsi_type);
void hvfs_request_close (HvfsRequest *request);
/* Writes @value as the server sent it, under @name. */
void hvfs_request_value (HvfsRequest *request, const HvfsValue *value, const char *name);

/**
 * hvfs_request_leave_out:
 * @type: (nullable): any
 *
 * Takes @path out of the first PropertySpec, of objects of type @type, that has it; also out
 * of a finished request.
 *
 * Returns: (transfer full) (nullable): of what type; NULL: there is none
 */
char *hvfs_request_leave_out (HvfsRequest *request, const char *type, const char *path);

/**
 * hvfs_request_finish:
 *
 * Closes the envelope, after everything was closed that was opened; nothing can be
 * added then.  Calling it again gives the same.
 *
 * Returns: (transfer none): the XML, valid until @request is freed
 */
const char *hvfs_request_finish (HvfsRequest *request, gsize *ret_len);
