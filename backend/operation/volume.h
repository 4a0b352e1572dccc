/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/volume.h - what libvirt has as the volumes of a datastore
 *
 * Exists because libvirt's volumes are the disks, ISO images and floppy images of a datastore,
 * wherever they are in it: the server's browser finds them all in one search, and its manager
 * of disks makes, grows and names disks.  Network; no lock may be held.
 */
#pragma once

#include "backend/operation/datastore-change.h"
#include "backend/operation/operation.h"
#include "convert/xml/volume-xml.h"

typedef struct
{
  char *path;              /* below the datastore's root */
  HvfsVolumeFormat format;
  gint64 capacity;         /* bytes; -1: the server does not say, likewise the next */
  gint64 allocation;
} HvfsVolume;

void hvfs_volume_free (HvfsVolume *volume);

/**
 * hvfs_volume_list:
 * @serial: of the datastore
 * @browser: of hvfs_datastore_lookup_browser ()
 * @ret_dirs: (element-type utf8) (transfer full): all directories, by their paths below the
 *   datastore's root, that itself left out
 *
 * One search, which a host does on the disk: seconds at worst.
 *
 * Returns: (transfer full) (element-type HvfsVolume)
 */
GPtrArray *hvfs_volume_list (const HvfsServer *server, guint32 serial,
                             const HvfsDatastorePlace *place, const char *browser,
                             GPtrArray **ret_dirs, GCancellable *cancellable, GError **error);

/* Whether libvirt's key of a disk is the disk's UUID, as on a host, and not its path, as on a
 * vCenter.  Memory. */
gboolean hvfs_volume_keys_are_uuids (const HvfsServer *server);

/* The UUID of a disk, as libvirt prints it.  (transfer full) */
char *hvfs_volume_lookup_uuid (const HvfsServer *server, const HvfsDatastorePath *disk,
                               GCancellable *cancellable, GError **error);

/* Makes the disk, in a directory that is there. */
gboolean hvfs_volume_create (const HvfsServer *server, const HvfsDatastorePath *disk, gint64 kib,
                             gboolean is_thin, GCancellable *cancellable, GError **error);

gboolean hvfs_volume_grow (const HvfsServer *server, const HvfsDatastorePath *disk, gint64 kib,
                           GCancellable *cancellable, GError **error);

/* Overwrites all of it with zeros, which takes the server as long as writing it does. */
gboolean hvfs_volume_wipe (const HvfsServer *server, const HvfsDatastorePath *disk,
                           GCancellable *cancellable, GError **error);

/* Lets the server look anew how full the datastore is. */
gboolean hvfs_volume_refresh_datastore (const HvfsServer *server, guint32 serial, GError **error);
