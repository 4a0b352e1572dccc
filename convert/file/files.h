/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/files.h - what the names of files mean to the host that has them
 *
 * Exists because a VMX names files by their paths on the host and domain XML by
 * "[datastore] path", and only a host, or a user who describes one, knows which is
 * which.  hvfs gives functions that ask the mirror; hvfs-convert those of
 * files-offline.h.
 */
#pragma once

#include "convert/model/domain.h"

/* Immutable; the functions are called from the thread that converts. */
typedef struct
{
  gpointer data; /* given to every function */

  /**
   * parse:
   * @name: as a VMX has it
   * @allow_missing: what is not there any more is no error
   * @ret_path: (out) (transfer full) (nullable): "[datastore] path", or a path of the
   *   host; NULL if it is missing
   * @error: why it means nothing, without saying where it stands
   */
  gboolean (*parse) (gpointer data, const char *name, gboolean allow_missing, char **ret_path,
                     GError **error);

  /**
   * format:
   * @path: as parse() gives it
   *
   * Returns: (transfer full): the name for a VMX; NULL with @error
   */
  char *(*format) (gpointer data, const char *path, GError **error);

  /**
   * autodetect: (nullable): there is none
   * @disk: on a SCSI bus
   * @ret_model: (inout): HVFS_SCSI_AUTO; the model that the file of @disk wants, if known
   */
  gboolean (*autodetect) (gpointer data, const HvfsDisk *disk, HvfsScsiModel *ret_model,
                          GError **error);
} HvfsFiles;

/**
 * hvfs_datastore_path_split:
 * @path: "[datastore] directory/file"
 * @ret_datastore: (out) (transfer full): the name in the brackets, not empty
 *
 * Returns: (nullable): what follows the brackets and blanks, within @path; NULL if
 *   @path is not of that form
 */
const char *hvfs_datastore_path_split (const char *path, char **ret_datastore);
