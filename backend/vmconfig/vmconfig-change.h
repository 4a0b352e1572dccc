/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-change.h - a reconfiguration while it is written
 *
 * Exists as what the parts of vmconfig-spec*.c hand to each other: the two domains that
 * differ, the request that says so, and how a device is added, edited or removed in it.
 */
#pragma once

#include "backend/wire/request.h"
#include "backend/vmconfig/vmconfig-read.h"

typedef struct
{
  const HvfsVmRead *have;   /* nullable: the machine is to be made */
  const HvfsDomain *base;   /* what the user began with: means the same as have->domain */
  const HvfsDomain *wanted;
  gboolean running;         /* the machine is on */
  GHashTable *make;         /* nullable: paths of files that are to be made: see capacity_kib */
  GHashTable *networks;     /* nullable: names of networks -> backings: vmconfig-network.h */
  GHashTable *hostdevs;     /* nullable: new PCI devices -> backings: vmconfig-hostdev.h */
  GHashTable *unplugged;    /* nullable: set of the interfaces that are not to be connected */
  HvfsRequest *request;     /* the spec is written into this, in the order of the schema */
  guint n_changes;          /* so far */
  gint64 last_key;          /* of what is added: below zero, each another */
  GHashTable *added;        /* of new controllers: bus << 16 | number -> key */
  GHashTable *keys;         /* disk or net of base and wanted -> key, of those that stay; may be set */
  gboolean changes_order;   /* what it boots from is in the request, and no more of bootOptions */
  gboolean leaves_order;    /* it is not, though it differs: it has devices without a key so far */
} HvfsVmChange;

/* Edits with a device (transfer full), adds it, or removes one.  One that is added has its
 * key, which is returned, and its label from the server; all else is sent as it is.
 * @file_operation: (nullable) */
void hvfs_vm_change_edit (HvfsVmChange *change, HvfsValue *device);
gint64 hvfs_vm_change_add (HvfsVmChange *change, HvfsValue *device, const char *file_operation);
void hvfs_vm_change_remove (HvfsVmChange *change, const HvfsValue *device);

/* Returns: (transfer full): a device that takes no other's place.  One that @connects can be
 * connected, does so when the machine @starts, and now if that runs. */
HvfsValue *hvfs_vm_change_new_device (const HvfsVmChange *change, const char *type,
                                      gboolean connects, gboolean starts);

/* Returns: (transfer full): the device's backing as one of @type, with what both have in
 * common; an empty one where it has none */
HvfsValue *hvfs_vm_change_backing (const HvfsValue *device, const char *type);

/* Makes the backing that of a certain device or network. */
void hvfs_vm_change_name_device (HvfsValue **backing, const char *name);

/* Sets ENOTSUP, EINVAL or EBUSY.  Returns: FALSE */
gboolean hvfs_vm_change_bad (GError **error, int code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* That the part @base has become @wanted and is the server's @device before and after. */
void hvfs_vm_change_keep (HvfsVmChange *change, gconstpointer base, gconstpointer wanted,
                          const HvfsValue *device);

/* The device that @part of the base is; NULL when the server shows none. */
HvfsValue *hvfs_vm_change_device (const HvfsVmChange *change, gconstpointer part);
