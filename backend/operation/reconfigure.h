/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/reconfigure.h - changes of a machine's configuration, one value at a time
 *
 * Exists for the small files: each is one element of a VirtualMachineConfigSpec and
 * one property of the mirror.  Without a changeVersion: whoever writes a value means
 * it whatever else was changed meanwhile.
 */
#pragma once

#include "backend/operation/operation.h"

/* A ReconfigVM_Task with its spec open, to be filled in the schema's order.
 * @error: ESTALE when the machine is gone */
HvfsRequest *hvfs_reconfigure_new (const HvfsServer *server, guint32 serial, GError **error);

/* Closes the spec, sends it and waits until the mirror shows @test; sends nothing
 * when it is so already.  Network; no lock may be held. */
gboolean hvfs_reconfigure_run (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                               HvfsObjectTest test, gconstpointer data,
                               GCancellable *cancellable, GError **error);

/* @mib: a multiple of 4, as the server wants it (EINVAL if not).  While the machine
 * runs, the server allows it only to grow, and only with hot-add. */
gboolean hvfs_reconfigure_memory (const HvfsServer *server, guint32 serial, gint64 mib,
                                  GCancellable *cancellable, GError **error);
gboolean hvfs_reconfigure_vcpus (const HvfsServer *server, guint32 serial, gint64 n,
                                 GCancellable *cancellable, GError **error);

/* @text: UTF-8; "" clears it.  @version: (nullable): the configuration's that it was made of; the
 * server refuses it with ConcurrentAccess when it has another one by now */
gboolean hvfs_reconfigure_annotation (const HvfsServer *server, guint32 serial, const char *text,
                                      const char *version, GCancellable *cancellable,
                                      GError **error);

/**
 * hvfs_reconfigure_template:
 *
 * Makes the machine, which must be off, a template, or a template a machine of the
 * pool that its host belongs to.
 *
 * @error: ENOTSUP but on a vCenter; EBUSY when it is not off; else the server's
 */
gboolean hvfs_reconfigure_template (const HvfsServer *server, guint32 serial,
                                    gboolean is_template, GError **error);
