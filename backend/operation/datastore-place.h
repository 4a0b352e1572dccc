/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-place.h - what the server calls a datastore
 *
 * Exists because requests about files name their datastore and its datacenter, by names and
 * by ids.  Any thread; takes the mirror's lock for reading.
 */
#pragma once

#include "backend/mirror/mirror.h"

/* All owned. */
typedef struct
{
  char *moref;
  char *name;            /* as in "[name] path" */
  char *datacenter;      /* nullable: its id; a host of its own need not be told */
  char *datacenter_path; /* nullable: "folder1/dc1" */
} HvfsDatastorePlace;

/* @error: ESTALE when it is gone.  Returns: (transfer full) */
HvfsDatastorePlace *hvfs_datastore_place_new (HvfsMirror *mirror, guint32 serial, GError **error);
HvfsDatastorePlace *hvfs_datastore_place_copy (const HvfsDatastorePlace *place);
void hvfs_datastore_place_free (HvfsDatastorePlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsDatastorePlace, hvfs_datastore_place_free)

/* "[name] path"; @path: below the datastore's root, "" for that.  (transfer full) */
char *hvfs_datastore_place_path (const HvfsDatastorePlace *place, const char *path);
