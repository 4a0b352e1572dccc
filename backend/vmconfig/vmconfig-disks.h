/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-disks.h - the hard disks of a configuration, one by one
 *
 * Exists because each disk is a directory: what its files show is taken out of the devices
 * once, by the names that config.xml has for them.
 */
#pragma once

#include "backend/vmconfig/vmconfig-read.h"

/* What a disk is stored as. */
typedef struct
{
  const char *word;      /* "thin" */
  const char *refusal;   /* why its content is no flat file; NULL: it is one */
} HvfsDiskFormat;

typedef struct
{
  GRefString *target;    /* "sda"; interned as the next two: most disks have the same */
  const HvfsDiskFormat *format;
  gint64 capacity_bytes; /* -1: the server does not say */
  GRefString *mode;      /* nullable: in the server's words */
  GRefString *datastore; /* nullable: its id */
  GPtrArray *chain;      /* of char *: the descriptors, its own first, the oldest parent's last */
  gboolean is_encrypted;
  gboolean is_object;     /* its content is an object of the storage, no file */
} HvfsConfigDisk;

/* (transfer full) (element-type HvfsConfigDisk): those of @read, as its domain has them */
GPtrArray *hvfs_config_disks_new (const HvfsVmRead *read);

/* The one called @target among @disks; (nullable) (transfer none) */
const HvfsConfigDisk *hvfs_config_disks_find (const GPtrArray *disks, const char *target);

/* The first datastore path of @disk; NULL: it has no file */
const char *hvfs_config_disk_path (const HvfsConfigDisk *disk);
