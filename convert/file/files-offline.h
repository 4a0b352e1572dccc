/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/files-offline.h - file names where no host can be asked
 *
 * Exists for hvfs-convert: the user says where the VMX lies and which datastores there
 * are; without that, every datastore exists.
 */
#pragma once

#include "convert/file/files.h"

typedef struct _HvfsOfflineFiles HvfsOfflineFiles;

/* The directory of a VMX of which nobody knows where it lies. */
#define HVFS_OFFLINE_DIRECTORY "[?] ?"

/**
 * hvfs_offline_files_new:
 * @directory: "[datastore] path" of the VMX's directory, for names without one
 * @datastores: (nullable): NULL-terminated, "NAME", "NAME=VOLUME-UUID" or "NAME=DIRECTORY/"
 *   each: all there are; a value with a slash is where its files are on this machine
 * @error: EINVAL: which of them is not of that form
 */
HvfsOfflineFiles *hvfs_offline_files_new (const char *directory, const char *const *datastores,
                                          GError **error);

/* Lets controllers of the model 'auto' be looked up in the disks' own files, those of the
 * VMX's directory in @beside.  Without it no file is opened. */
void hvfs_offline_files_look (HvfsOfflineFiles *offline, const char *beside);
void hvfs_offline_files_free (HvfsOfflineFiles *offline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsOfflineFiles, hvfs_offline_files_free)

/* Returns: (transfer none): the functions; valid as long as @offline */
const HvfsFiles *hvfs_offline_files_get (HvfsOfflineFiles *offline);
