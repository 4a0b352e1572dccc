/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write-part.h - the parts of the VMX writer, one for each kind of device
 *
 * Private to vmx-write*.c.
 */
#pragma once

#include "convert/vmx/vmx-out.h"

/* SCSI controllers, disks and floppies; returns whether there is any SCSI controller. */
gboolean hvfs_vmx_write_disks (HvfsVmxOut *out);
void hvfs_vmx_write_filesystems (HvfsVmxOut *out);
void hvfs_vmx_write_nets (HvfsVmxOut *out);
void hvfs_vmx_write_video (HvfsVmxOut *out);
void hvfs_vmx_write_graphics (HvfsVmxOut *out);
void hvfs_vmx_write_ports (HvfsVmxOut *out);
void hvfs_vmx_write_hostdevs (HvfsVmxOut *out);
