/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-change.c - a reconfiguration while it is written; see vmconfig-change.h */
#include "backend/vmconfig/vmconfig-change.h"

#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"

gboolean
hvfs_vm_change_bad (GError **error, int code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, HVFS_ERROR, code, text);
  return FALSE;
}

static void
write_change (HvfsVmChange *change, const char *operation, const char *file_operation,
              const HvfsValue *device)
{
  change->n_changes++;
  hvfs_request_open (change->request, "deviceChange", "VirtualDeviceConfigSpec");
  hvfs_request_text (change->request, "operation", operation);
  if (file_operation != NULL)
    hvfs_request_text (change->request, "fileOperation", file_operation);
  hvfs_request_value (change->request, device, "device");
  hvfs_request_close (change->request);
}

void
hvfs_vm_change_edit (HvfsVmChange *change, HvfsValue *device)
{
  write_change (change, "edit", NULL, device);
  hvfs_value_unref (device);
}

void
hvfs_vm_change_remove (HvfsVmChange *change, const HvfsValue *device)
{
  write_change (change, "remove", NULL, device);
}

gint64
hvfs_vm_change_add (HvfsVmChange *change, HvfsValue *device, const char *file_operation)
{
  /* The server names it, and says what is on it, anew. */
  hvfs_vm_value_drop (&device, "deviceInfo");
  if (hvfs_vm_value_can (device, "busNumber"))
    hvfs_vm_value_drop (&device, "device");
  hvfs_vm_value_set_int (&device, "key", --change->last_key);
  write_change (change, "add", file_operation, device);
  hvfs_value_unref (device);
  return change->last_key;
}

HvfsValue *
hvfs_vm_change_new_device (const HvfsVmChange *change, const char *type, gboolean connects,
                           gboolean starts)
{
  HvfsValue *device = hvfs_vm_value_new ("device", type);
  HvfsValue *connectable;

  if (!connects)
    return device;
  connectable = hvfs_vm_value_new ("connectable", NULL);
  hvfs_vm_value_set_bool (&connectable, "startConnected", starts);
  hvfs_vm_value_set_bool (&connectable, "allowGuestControl", TRUE);
  hvfs_vm_value_set_bool (&connectable, "connected", starts && change->running);
  hvfs_vm_value_put (&device, connectable);
  return device;
}

HvfsValue *
hvfs_vm_change_backing (const HvfsValue *device, const char *type)
{
  HvfsValue *old = hvfs_value_get (device, "backing");
  HvfsValue *backing = old != NULL ? hvfs_value_ref (old) : hvfs_vm_value_new ("backing", type);

  hvfs_vm_value_become (&backing, type);
  return backing;
}

void
hvfs_vm_change_name_device (HvfsValue **backing, const char *name)
{
  hvfs_vm_value_set (backing, "deviceName", name);
  /* With it, the server would take no notice of the name. */
  if (hvfs_value_bool (*backing, "useAutoDetect"))
    hvfs_vm_value_set_bool (backing, "useAutoDetect", FALSE);
}

HvfsValue *
hvfs_vm_change_device (const HvfsVmChange *change, gconstpointer part)
{
  return change->have != NULL && part != NULL ? hvfs_vm_read_device (change->have, part) : NULL;
}

void
hvfs_vm_change_keep (HvfsVmChange *change, gconstpointer base, gconstpointer wanted,
                     const HvfsValue *device)
{
  gpointer key = (gpointer) hvfs_value_text (device, "key");

  g_hash_table_insert (change->keys, (gpointer) base, key);
  g_hash_table_insert (change->keys, (gpointer) wanted, key);
}
