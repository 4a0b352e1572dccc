/* backend/vmconfig-spec.h - the difference between two domains, as a reconfiguration
 *
 * Exists so that an edit sends what the user changed and nothing else.  A device that is
 * changed is sent whole as the server described it, with the change in it; what domain
 * XML cannot say goes back as it came.  Defining is the difference from nothing.
 */
#pragma once

#include "backend/request.h"
#include "backend/vmconfig-read.h"

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

/**
 * hvfs_vm_change_write:
 * @change: its first six fields are set, the others zero; the tables live for the call
 *
 * Writes the element "spec" or "config" into the request.
 *
 * @error: EINVAL or ENOTSUP for what cannot be asked for
 *
 * Returns: TRUE; change->n_changes says whether there is anything to send
 */
gboolean hvfs_vm_change_write (HvfsVmChange *change, const char *element, const char *datastore,
                               GError **error);

/* ---- the parts; private to vmconfig-spec*.c ---- */

gboolean hvfs_vm_change_disks (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_controllers (HvfsVmChange *change, GError **error); /* between the disks */
gboolean hvfs_vm_change_nets (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_ports (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_video (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_extras (HvfsVmChange *change, GError **error);
gboolean hvfs_vm_change_boot (HvfsVmChange *change, GError **error); /* after disks and nets */

/* Whether the controller of this disk of the base is to be another one. */
gboolean hvfs_vm_change_is_replaced (const HvfsVmChange *change, const HvfsDisk *disk);

/* The key of the controller that @disk is to hang on, new or not; 0: it has none. */
gint64 hvfs_vm_change_controller_key (const HvfsVmChange *change, const HvfsDisk *disk);

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

/* ---- values that differ in one child ---- */

/* Returns: (transfer full): @object with @child (transfer full) in place of what has its
 * name, or where the schema has it */
HvfsValue *hvfs_vm_value_with (HvfsValue *object, HvfsValue *child);
/* The same of text; takes its own reference to nothing. */
HvfsValue *hvfs_vm_value_with_text (HvfsValue *object, const char *name, const char *text);

/* A node of fields: name, text, ... NULL. */
HvfsValue *hvfs_vm_value_new (const char *name, const char *type, ...) G_GNUC_NULL_TERMINATED;

/* Writes @value as the server sent it, under @name. */
void hvfs_vm_value_write (HvfsRequest *request, const HvfsValue *value, const char *name);
