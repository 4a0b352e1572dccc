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
  HvfsRequest *request;     /* the spec is written into this, in the order of the schema */
  guint n_changes;          /* so far */
  gint64 last_key;          /* of what is added: below zero, each another */
  GHashTable *added;        /* of new controllers: bus << 16 | number -> key */
  GHashTable *keys;         /* disk or net of base and wanted -> key, of those that stay */
} HvfsVmChange;

/* Opens and closes a deviceChange; @file_operation: (nullable). */
void hvfs_vm_change_open (HvfsVmChange *change, const char *operation, const char *file_operation);
void hvfs_vm_change_close (HvfsVmChange *change);

/* The whole of it: edits with a device (transfer full), removes one. */
void hvfs_vm_change_edit (HvfsVmChange *change, HvfsValue *device);
void hvfs_vm_change_remove (HvfsVmChange *change, const HvfsValue *device);

/* Opens the element "device" of a new device with a new key, which is returned. */
gint64 hvfs_vm_change_open_device (HvfsVmChange *change, const char *type);

/* Sets ENOTSUP or EINVAL.  Returns: FALSE */
gboolean hvfs_vm_change_bad (GError **error, int code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* That the part @base has become @wanted and is the server's @device before and after. */
void hvfs_vm_change_keep (HvfsVmChange *change, gconstpointer base, gconstpointer wanted,
                          const HvfsValue *device);

/* The device that @part of the base is; NULL when the server shows none. */
HvfsValue *hvfs_vm_change_device (const HvfsVmChange *change, gconstpointer part);
