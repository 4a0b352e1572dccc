/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-part.h - the parts of a reconfiguration, one for each sort of device
 *
 * Exists so that a part knows the change that it adds to, and the other parts, but not the
 * whole; private to vmconfig-spec*.c.
 */
#pragma once

#include "backend/vmconfig/vmconfig-change.h"

gboolean hvfs_vm_change_disks (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_controllers (HvfsVmChange *change, GError **error); /* between the disks */
gboolean hvfs_vm_change_nets (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_ports (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_video (HvfsVmChange *change, GError **error);
void hvfs_vm_change_singles (HvfsVmChange *change); /* USB controllers, sound, TPM and so on */
/* Those that go, before the controllers that they are on do; then those that come. */
void hvfs_vm_change_hostdevs_gone (HvfsVmChange *change);
gboolean hvfs_vm_change_hostdevs (HvfsVmChange *change, GError **error); /* after USB controllers */
gboolean hvfs_vm_change_nvdimms (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_extras (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_boot (HvfsVmChange *change, GError **error); /* after disks and nets */

/* The settings (convert/model/settings.h) in these elements of the spec, NULL-terminated, in the order
 * of the schema: those that differ. */
void hvfs_vm_change_settings (HvfsVmChange *change, const char *const *elements);

/* Whether any setting in that element differs. */
gboolean hvfs_vm_change_has_settings (const HvfsVmChange *change, const char *element);

/* The setting of that key in an element that is open already, if it differs. */
void hvfs_vm_change_setting (HvfsVmChange *change, const char *key);

/* Whether the controller of this disk of the base is to be another one. */
gboolean hvfs_vm_change_is_replaced (const HvfsVmChange *change, const HvfsDisk *disk);

/* The key of the controller that @disk is to hang on, new or not; 0: it has none. */
gint64 hvfs_vm_change_controller_key (const HvfsVmChange *change, const HvfsDisk *disk);
