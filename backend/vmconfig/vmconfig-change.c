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

void
hvfs_vm_change_open (HvfsVmChange *change, const char *operation, const char *file_operation)
{
  change->n_changes++;
  hvfs_request_open (change->request, "deviceChange", "VirtualDeviceConfigSpec");
  hvfs_request_text (change->request, "operation", operation);
  if (file_operation != NULL)
    hvfs_request_text (change->request, "fileOperation", file_operation);
}

void
hvfs_vm_change_close (HvfsVmChange *change)
{
  hvfs_request_close (change->request);
}

void
hvfs_vm_change_edit (HvfsVmChange *change, HvfsValue *device)
{
  hvfs_vm_change_open (change, "edit", NULL);
  hvfs_vm_value_write (change->request, device, "device");
  hvfs_vm_change_close (change);
  hvfs_value_unref (device);
}

void
hvfs_vm_change_remove (HvfsVmChange *change, const HvfsValue *device)
{
  hvfs_vm_change_open (change, "remove", NULL);
  hvfs_vm_value_write (change->request, device, "device");
  hvfs_vm_change_close (change);
}

gint64
hvfs_vm_change_open_device (HvfsVmChange *change, const char *type)
{
  hvfs_request_open (change->request, "device", type);
  hvfs_request_int (change->request, "key", --change->last_key);
  return change->last_key;
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
