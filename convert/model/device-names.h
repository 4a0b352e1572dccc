/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/device-names.h - the arithmetic between slots, names and addresses of disks
 *
 * Exists because three notations name one place: a VMX key (scsi1:0), a target name
 * (sdp) and a drive address (controller 1, unit 0).  A disk's *index* connects them:
 * the n-th name of its bus.  SCSI controllers have no unit 7: it is the controller.  NVMe
 * disks are named by both numbers (nvme0:1, nvme0n2).
 */
#pragma once

#include "convert/model/model.h"

/* Returns: (nullable): what target names on @bus begin with, "sd"; NULL if VMX has no such bus */
const char *hvfs_bus_prefix (HvfsBus bus);

/* Returns: the bus that a target's name says by itself; IDE if it says nothing */
HvfsBus hvfs_bus_of_name (const char *target);

/* Returns: the index of the slot @unit of @controller (for IDE: of the channel) in a VMX */
guint hvfs_disk_slot_index (HvfsBus bus, guint controller, guint unit);

/**
 * hvfs_disk_slot:
 * @disk: on a bus that a VMX has
 *
 * The slot of a VMX for it: that of its address.  SATA alone has six disks to an address
 * and thirty to a slot: there the name says the slot, where it goes with the address.
 *
 * @ret_controller: (out): of the slot; for IDE the channel
 */
void hvfs_disk_slot (const HvfsDisk *disk, guint *ret_controller, guint *ret_unit);

/* Returns: (transfer full): the target name, such as "sdaa" of 26 on SCSI */
char *hvfs_disk_name (HvfsBus bus, guint index);

/**
 * hvfs_disk_name_index:
 * @name: (nullable): a target name of any bus; digits at its end do not count
 *
 * Returns: its index, -1 if it is no such name
 */
int hvfs_disk_name_index (const char *name);

/**
 * hvfs_drive_from_index:
 * @wide: SCSI controllers have 63 disks rather than 15
 *
 * Returns: the address libvirt gives the disk of that name; not known on buses
 *   that have no such addresses
 */
HvfsDrive hvfs_drive_from_index (HvfsBus bus, guint index, gboolean wide);
