/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec.h - the difference between two domains, as a reconfiguration
 *
 * Exists so that an edit sends what the user changed and nothing else.  A device that is
 * changed is sent whole as the server described it, with the change in it; what domain
 * XML cannot say goes back as it came.  Defining is the difference from nothing.
 */
#pragma once

#include "backend/mirror/mirror.h"
#include "backend/vmconfig/vmconfig-change.h"

/**
 * hvfs_vm_change_write:
 * @change: its fields up to the request are set, the others zero; the tables live for the call,
 *   but for keys, if that is set
 *
 * Writes the element "spec" or "config" into the request.
 *
 * @error: EINVAL or ENOTSUP for what cannot be asked for
 *
 * Returns: TRUE; change->n_changes says whether there is anything to send
 */
gboolean hvfs_vm_change_write (HvfsVmChange *change, const char *element, const char *datastore,
                               GError **error);

/* Whether the mirror shows of @vm all that @change, which was sent, asks for and that is
 * mirrored: memory, vcpus and others have files of their own.  Under the mirror's lock; memory. */
gboolean hvfs_vm_change_is_seen (const HvfsVmChange *change, const HvfsObject *vm);
