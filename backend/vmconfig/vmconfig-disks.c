/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-disks.c - the hard disks of a configuration; see vmconfig-disks.h */
#include "backend/vmconfig/vmconfig-disks.h"

#include <string.h>

/* Parents of parents: a loop that a server might send ends. */
#define DEPTH 256

static const HvfsDiskFormat thin = { "thin", NULL };
static const HvfsDiskFormat flat = { "flat", NULL };
static const HvfsDiskFormat eager = { "eager", NULL };
static const HvfsDiskFormat delta
  = { "delta", "it is a difference from the disk below it, and the server cannot put the two together" };
static const HvfsDiskFormat unknown = { "unknown", "the server stores it in a way that hvfs does not know" };

/* By the class of the backing, where that alone says it. */
static const struct
{
  const char *class;
  HvfsDiskFormat format;
} formats[] = {
  { "VirtualDiskSparseVer1BackingInfo", { "sparse", "it is stored in the sparse format" } },
  { "VirtualDiskSparseVer2BackingInfo", { "sparse", "it is stored in the sparse format" } },
  { "VirtualDiskSeSparseBackingInfo", { "sesparse", "it is stored in the SEsparse format" } },
  { "VirtualDiskRawDiskMappingVer1BackingInfo", { "rdm", "it is a mapping of a raw device" } },
  { "VirtualDiskRawDiskVer2BackingInfo", { "device", "it is a device of the host" } },
  { "VirtualDiskPartitionedRawDiskVer2BackingInfo", { "device", "it is a device of the host" } },
  { "VirtualDiskLocalPMemBackingInfo", { "pmem", "it is in persistent memory" } },
};
static const HvfsDiskFormat physical_rdm = { "rdmp", "it is a mapping of a raw device" };

/* A flat file, whatever its blocks are. */
static const HvfsDiskFormat *
flat_format (const HvfsValue *backing)
{
  if (hvfs_value_bool (backing, "thinProvisioned"))
    return &thin;
  return hvfs_value_bool (backing, "eagerlyScrub") ? &eager : &flat;
}

static const HvfsDiskFormat *
format_of (const HvfsValue *backing)
{
  const char *class = hvfs_value_type (backing);

  if (hvfs_value_get (backing, "parent") != NULL)
    return &delta;
  if (g_strcmp0 (class, "VirtualDiskFlatVer1BackingInfo") == 0
      || g_strcmp0 (class, "VirtualDiskFlatVer2BackingInfo") == 0)
    return flat_format (backing);
  if (g_strcmp0 (hvfs_value_text (backing, "compatibilityMode"), "physicalMode") == 0)
    return &physical_rdm;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (class, formats[i].class) == 0)
      return &formats[i].format;
  return &unknown;
}

static GPtrArray *
chain_of (const HvfsValue *backing)
{
  GPtrArray *chain = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; backing != NULL && i < DEPTH; i++)
    {
      const char *path = hvfs_value_text (backing, "fileName");

      if (path == NULL)
        path = hvfs_value_text (backing, "descriptorFileName");
      if (path != NULL && *path != '\0')
        g_ptr_array_add (chain, g_strdup (path));
      backing = hvfs_value_get (backing, "parent");
    }
  return chain;
}

/* A server before 5.5 counts KiB alone. */
static gint64
capacity_of (const HvfsValue *device)
{
  gint64 bytes = hvfs_value_int (device, "capacityInBytes", -1);
  gint64 kib = hvfs_value_int (device, "capacityInKB", -1);

  if (bytes > 0)
    return bytes;
  return kib < 0 || kib > G_MAXINT64 / 1024 ? -1 : kib * 1024;
}

/* (nullable), as @text */
static GRefString *
intern (const char *text)
{
  return text != NULL ? g_ref_string_new_intern (text) : NULL;
}

static HvfsConfigDisk *
disk_new (const char *target, const HvfsValue *device)
{
  const HvfsValue *backing = hvfs_value_get (device, "backing");
  HvfsConfigDisk *disk = g_new (HvfsConfigDisk, 1);

  *disk = (HvfsConfigDisk){ .target = intern (target), .format = format_of (backing),
                            .capacity_bytes = capacity_of (device),
                            .mode = intern (hvfs_value_text (backing, "diskMode")),
                            .datastore = intern (hvfs_value_text (backing, "datastore")),
                            .chain = chain_of (backing),
                            .is_encrypted = hvfs_value_get (backing, "keyId") != NULL,
                            .is_object = hvfs_value_get (backing, "backingObjectId") != NULL };
  return disk;
}

static void
disk_free (gpointer data)
{
  HvfsConfigDisk *disk = data;

  g_ptr_array_unref (disk->chain);
  g_clear_pointer (&disk->target, g_ref_string_release);
  g_clear_pointer (&disk->mode, g_ref_string_release);
  g_clear_pointer (&disk->datastore, g_ref_string_release);
  g_free (disk);
}

GPtrArray *
hvfs_config_disks_new (const HvfsVmRead *read)
{
  GPtrArray *disks = g_ptr_array_new_with_free_func (disk_free);

  for (guint i = 0; i < read->domain->disks->len; i++)
    {
      const HvfsDisk *disk = read->domain->disks->pdata[i];

      if (disk->device == HVFS_DEVICE_DISK)
        g_ptr_array_add (disks, disk_new (disk->target, hvfs_vm_read_device (read, disk)));
    }
  return disks;
}

const HvfsConfigDisk *
hvfs_config_disks_find (const GPtrArray *disks, const char *target)
{
  for (guint i = 0; i < disks->len; i++)
    {
      const HvfsConfigDisk *disk = disks->pdata[i];

      if (strcmp (disk->target, target) == 0)
        return disk;
    }
  return NULL;
}

const char *
hvfs_config_disk_path (const HvfsConfigDisk *disk)
{
  return disk->chain->len > 0 ? disk->chain->pdata[0] : NULL;
}
