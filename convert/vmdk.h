/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmdk.h - what a virtual disk's descriptor says of its controller
 *
 * Exists for controllers of the model 'auto': a disk was made for one kind of controller,
 * and its descriptor names that.
 */
#pragma once

#include "convert/domain.h"

/**
 * hvfs_vmdk_scsi_model:
 * @descriptor: @len bytes of a descriptor, or more
 * @error: EINVAL: what it says instead
 *
 * Returns: the model of the SCSI controller that ddb.adapterType stands for;
 *   HVFS_SCSI_NONE with @error
 */
HvfsScsiModel hvfs_vmdk_scsi_model (const char *descriptor, gsize len, GError **error);

/**
 * hvfs_vmdk_descriptor:
 * @path: a .vmdk: a descriptor, or an image that has it inside
 * @error: an errno
 *
 * Returns: (transfer full): the descriptor, at most 64 KiB of it; NULL with @error
 */
GByteArray *hvfs_vmdk_descriptor (const char *path, GError **error);
