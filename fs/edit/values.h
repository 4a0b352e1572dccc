/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/values.h - a directory of values, with scratch files beside them
 *
 * Exists because values that are files (keys of extraConfig, custom attributes) are not made,
 * removed or renamed as files are, and editors want to make files beside them.  The rows of the
 * scratch files are HVFS_EDIT_SCRATCH_ROWS.
 */
#pragma once

#include "fs/row/row.h"

struct _HvfsValues
{
  /* The file of the value that is called @name in @dir; without a row where none is.  Under the
   * mirror's lock; memory only. */
  HvfsNode (*find) (HvfsFs *fs, HvfsNode dir, const char *name);
  /* Those behind @after, at positions below 2^32.  FALSE: @func has enough.  Likewise. */
  gboolean (*list) (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data);
  const char *what; /* after "'NAME' is ": how it is changed */
};

/* For a directory's row that has values. */
extern const HvfsDirOps hvfs_values_ops;

/* What the value called @name is called as a file.  (transfer full) (nullable): it can have no
 * name of a file */
char *hvfs_values_dup_file_name (const char *name);
