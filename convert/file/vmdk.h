/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/vmdk.h - what a virtual disk's descriptor says
 *
 * Exists for controllers of the model 'auto', because a disk was made for one kind of controller
 * and its descriptor names that; and for who reads a disk's content, which is in another file.
 */
#pragma once

#include "convert/model/domain.h"

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

/* So long a descriptor is at most: what is longer has the disk's content in it. */
#define HVFS_VMDK_DESCRIPTOR_MAX 65536

/**
 * hvfs_vmdk_flat_extent:
 * @descriptor: @len bytes
 * @ret_name: (out) (transfer full): of the extent's file, beside the descriptor
 * @ret_bytes: (out): how long it is
 *
 * @error: ENOTSUP: the content is not one flat file, and what it is instead; EINVAL: it is no
 *   descriptor
 */
gboolean hvfs_vmdk_flat_extent (const char *descriptor, gsize len, char **ret_name,
                                gint64 *ret_bytes, GError **error);
