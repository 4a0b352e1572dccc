/* backend/vmconfig/vmconfig-spec.h - the difference between two domains, as a reconfiguration
 *
 * Exists so that an edit sends what the user changed and nothing else.  A device that is
 * changed is sent whole as the server described it, with the change in it; what domain
 * XML cannot say goes back as it came.  Defining is the difference from nothing.
 */
#pragma once

#include "backend/vmconfig/vmconfig-change.h"

/**
 * hvfs_vm_change_write:
 * @change: its fields up to the request are set, the others zero; the tables live for the call
 *
 * Writes the element "spec" or "config" into the request.
 *
 * @error: EINVAL or ENOTSUP for what cannot be asked for
 *
 * Returns: TRUE; change->n_changes says whether there is anything to send
 */
gboolean hvfs_vm_change_write (HvfsVmChange *change, const char *element, const char *datastore,
                               GError **error);

/* ---- the parts; private to vmconfig-spec*.c ---- */

gboolean hvfs_vm_change_disks (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_controllers (HvfsVmChange *change, GError **error); /* between the disks */
gboolean hvfs_vm_change_nets (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_ports (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_video (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_extras (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_boot (HvfsVmChange *change, GError **error); /* after disks and nets */

/* Whether the controller of this disk of the base is to be another one. */
gboolean hvfs_vm_change_is_replaced (const HvfsVmChange *change, const HvfsDisk *disk);

/* The key of the controller that @disk is to hang on, new or not; 0: it has none. */
gint64 hvfs_vm_change_controller_key (const HvfsVmChange *change, const HvfsDisk *disk);
