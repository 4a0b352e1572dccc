/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-controller.c - controllers that differ
 *
 * One that the user wrote is added before the disks on it, one that he took out is
 * removed after them.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"

#define CONTROLLER_ID(bus, number) GUINT_TO_POINTER ((guint) (bus) << 16 | (number))

/* The number of the controller on the server: IDE has two with two drives each. */
static guint
number_of (const HvfsDisk *disk)
{
  return disk->bus == HVFS_BUS_IDE ? disk->drive.controller * 2 + disk->drive.bus
                                   : disk->drive.controller;
}

/* The controller of the server, whether the domain shows it or not. */
static HvfsValue *
find_controller (const HvfsVmChange *change, HvfsBus bus, guint number)
{
  const HvfsValue *hardware
    = change->have != NULL ? hvfs_value_get (change->have->config, "hardware") : NULL;

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      HvfsValue *device = hvfs_value_nth (hardware, i);
      const HvfsVimClass *class = hvfs_vim_class (device);

      if (class->kind == HVFS_VIM_CONTROLLER && class->bus == bus
          && hvfs_value_int (device, "busNumber", 0) == (bus == HVFS_BUS_FDC ? 0 : number))
        return device;
    }
  return NULL;
}

/* @old: (nullable): the one that it takes the place of */
static gboolean
add_controller (HvfsVmChange *change, HvfsControllerType type, HvfsBus bus, guint number,
                HvfsScsiModel model, HvfsValue *old, GError **error)
{
  const char *class = hvfs_vim_controller_type (type, model);
  HvfsValue *device;
  gint64 *key;

  if (class == NULL)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<controller>: the model must be buslogic, lsilogic, lsisas1068 or "
                               "vmpvscsi, not '%s'",
                               hvfs_scsi_model_words[model]);
  device = old != NULL ? hvfs_value_ref (old)
                       : hvfs_vm_change_new_device (change, class, FALSE, FALSE);
  hvfs_vm_value_become (&device, class);
  hvfs_vm_value_set_int (&device, "busNumber", number);
  if (bus == HVFS_BUS_SCSI && hvfs_value_get (device, "sharedBus") == NULL)
    hvfs_vm_value_set (&device, "sharedBus", "noSharing");
  key = g_new (gint64, 1);
  *key = hvfs_vm_change_add (change, device, NULL);
  g_hash_table_insert (change->added, CONTROLLER_ID (bus, number), key);
  return TRUE;
}

static gboolean
is_said (HvfsScsiModel model)
{
  return model != HVFS_SCSI_NONE && model != HVFS_SCSI_AUTO;
}

/* Another model is another controller: the disks go with the old one, and come back. */
static gboolean
is_other_model (const HvfsController *base, const HvfsController *wanted)
{
  return base != NULL && wanted != NULL && base->model != wanted->model && is_said (wanted->model);
}

gboolean
hvfs_vm_change_is_replaced (const HvfsVmChange *change, const HvfsDisk *disk)
{
  int type = hvfs_bus_controller_type (disk->bus);
  guint index = disk->drive.controller;

  return type == HVFS_CONTROLLER_SCSI
         && is_other_model (hvfs_domain_get_controller (change->base, type, index),
                            hvfs_domain_get_controller (change->wanted, type, index));
}

static HvfsValue *
device_of (const HvfsVmChange *change, const HvfsController *base)
{
  return change->have != NULL && base != NULL
           ? hvfs_vm_change_device (
               change, hvfs_domain_get_controller (change->have->domain, base->type, base->index))
           : NULL;
}

/* One that only stands between two others, as libvirt numbers them, nobody has asked for. */
static gboolean
is_asked_for (const HvfsVmChange *change, const HvfsController *controller)
{
  for (guint i = 0; i < change->wanted->disks->len; i++)
    {
      const HvfsDisk *disk = change->wanted->disks->pdata[i];

      if (hvfs_bus_controller_type (disk->bus) == (int) controller->type
          && disk->drive.controller == controller->index)
        return TRUE;
    }
  return controller->line > 0;
}

static gboolean
is_every_machines (const HvfsController *controller)
{
  return controller->index == 0
         && (controller->type == HVFS_CONTROLLER_IDE || controller->type == HVFS_CONTROLLER_FDC);
}

/* Of a type that a machine can have more of or fewer; HVFS_BUS_NONE: it cannot. */
static HvfsBus
bus_of (HvfsControllerType type)
{
  return type == HVFS_CONTROLLER_SCSI   ? HVFS_BUS_SCSI
         : type == HVFS_CONTROLLER_SATA ? HVFS_BUS_SATA
         : type == HVFS_CONTROLLER_NVME ? HVFS_BUS_NVME
                                        : HVFS_BUS_NONE;
}

static gboolean
add_controllers (HvfsVmChange *change, GError **error)
{
  for (guint i = 0; i < change->wanted->controllers->len; i++)
    {
      const HvfsController *wanted = change->wanted->controllers->pdata[i];
      const HvfsController *base
        = hvfs_domain_get_controller (change->base, wanted->type, wanted->index);
      HvfsBus bus = bus_of (wanted->type);
      gboolean is_new;

      if (wanted->type == HVFS_CONTROLLER_USB)
        continue; /* see vmconfig-spec-single.c */
      if (change->have != NULL && base == NULL && bus == HVFS_BUS_NONE
          && !is_every_machines (wanted))
        return hvfs_vm_change_bad (error, ENOTSUP,
                                   "<controller type='%s' index='%u'>: only controllers of the "
                                   "types scsi, sata and nvme can be added",
                                   hvfs_controller_type_words[wanted->type], wanted->index);
      if (bus == HVFS_BUS_NONE)
        continue;
      is_new = base == NULL && is_asked_for (change, wanted)
               && find_controller (change, bus, wanted->index) == NULL;
      if ((is_new || is_other_model (base, wanted))
          && !add_controller (change, wanted->type, bus, wanted->index, wanted->model,
                              device_of (change, base), error))
        return FALSE;
    }
  return TRUE;
}

/* Those that the user took out or gave another model; what hung on them went before. */
static void
remove_controllers (HvfsVmChange *change)
{
  for (guint i = 0; i < change->base->controllers->len; i++)
    {
      const HvfsController *base = change->base->controllers->pdata[i];
      const HvfsController *wanted
        = hvfs_domain_get_controller (change->wanted, base->type, base->index);
      HvfsValue *device = device_of (change, base);

      if (device != NULL && (wanted == NULL || is_other_model (base, wanted)))
        hvfs_vm_change_remove (change, device);
    }
}

gboolean
hvfs_vm_change_controllers (HvfsVmChange *change, GError **error)
{
  remove_controllers (change);
  return add_controllers (change, error);
}

gint64
hvfs_vm_change_controller_key (const HvfsVmChange *change, const HvfsDisk *disk)
{
  guint number = number_of (disk);
  const gint64 *added = g_hash_table_lookup (change->added, CONTROLLER_ID (disk->bus, number));
  const HvfsValue *device = find_controller (change, disk->bus, number);

  if (added != NULL)
    return *added;
  if (device != NULL)
    return hvfs_value_int (device, "key", 0);
  return disk->bus == HVFS_BUS_IDE ? 200 + number : 0; /* every machine's own */
}
