/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-device.c - the server's classes of devices; see vmconfig-device.h */
#include "backend/vmconfig/vmconfig-device.h"

#include <string.h>

#include "convert/model/settings.h"

static const HvfsVimClass classes[] = {
  { "VirtualLsiLogicController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_SCSI, HVFS_BUS_SCSI,
    HVFS_SCSI_LSILOGIC },
  { "VirtualBusLogicController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_SCSI, HVFS_BUS_SCSI,
    HVFS_SCSI_BUSLOGIC },
  { "VirtualLsiLogicSASController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_SCSI, HVFS_BUS_SCSI,
    HVFS_SCSI_LSISAS1068 },
  { "ParaVirtualSCSIController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_SCSI, HVFS_BUS_SCSI,
    HVFS_SCSI_VMPVSCSI },
  { "VirtualAHCIController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_SATA, HVFS_BUS_SATA, 0 },
  { "VirtualNVMEController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_NVME, HVFS_BUS_NVME, 0 },
  { "VirtualIDEController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_IDE, HVFS_BUS_IDE, 0 },
  { "VirtualSIOController", HVFS_VIM_CONTROLLER, HVFS_CONTROLLER_FDC, HVFS_BUS_FDC, 0 },
  { "VirtualDisk", HVFS_VIM_DISK, 0, 0, 0 },
  { "VirtualCdrom", HVFS_VIM_CDROM, 0, 0, 0 },
  { "VirtualFloppy", HVFS_VIM_FLOPPY, 0, 0, 0 },
  { "VirtualE1000", HVFS_VIM_NET, HVFS_NET_MODEL_E1000, 0, 0 },
  { "VirtualE1000e", HVFS_VIM_NET, HVFS_NET_MODEL_E1000E, 0, 0 },
  { "VirtualPCNet32", HVFS_VIM_NET, HVFS_NET_MODEL_VLANCE, 0, 0 },
  { "VirtualVmxnet", HVFS_VIM_NET, HVFS_NET_MODEL_VMXNET, 0, 0 },
  { "VirtualVmxnet2", HVFS_VIM_NET, HVFS_NET_MODEL_VMXNET2, 0, 0 },
  { "VirtualVmxnet3", HVFS_VIM_NET, HVFS_NET_MODEL_VMXNET3, 0, 0 },
  { "VirtualVmxnet3Vrdma", HVFS_VIM_NET, HVFS_NET_MODEL_VMXNET3, 0, 0 },
  { HVFS_VIM_SRIOV, HVFS_VIM_NET, HVFS_NET_MODEL_UNKNOWN, 0, 0 },
  { "VirtualSerialPort", HVFS_VIM_SERIAL, 0, 0, 0 },
  { "VirtualParallelPort", HVFS_VIM_PARALLEL, 0, 0, 0 },
  { "VirtualMachineVideoCard", HVFS_VIM_VIDEO, 0, 0, 0 },
  { "VirtualUSBController", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualUSBXHCIController", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualSoundBlaster16", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualEnsoniq1371", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualHdAudioCard", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualTPM", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualWDT", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualPrecisionClock", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualMachineVMIROM", HVFS_VIM_SINGLE, 0, 0, 0 },
  { "VirtualUSB", HVFS_VIM_HOSTDEV, HVFS_HOSTDEV_USB, 0, 0 },
  { "VirtualPCIPassthrough", HVFS_VIM_HOSTDEV, HVFS_HOSTDEV_PCI, 0, 0 },
  { "VirtualSCSIPassthrough", HVFS_VIM_HOSTDEV, HVFS_HOSTDEV_SCSI, 0, 0 },
  { "VirtualNVDIMM", HVFS_VIM_NVDIMM, 0, 0, 0 },
  { "VirtualNVDIMMController", HVFS_VIM_FIXED, 0, 0, 0 },
  { "VirtualPS2Controller", HVFS_VIM_FIXED, 0, 0, 0 },
  { "VirtualPCIController", HVFS_VIM_FIXED, 0, 0, 0 },
  { "VirtualKeyboard", HVFS_VIM_FIXED, 0, 0, 0 },
  { "VirtualPointingDevice", HVFS_VIM_FIXED, 0, 0, 0 },
  { "VirtualMachineVMCIDevice", HVFS_VIM_FIXED, 0, 0, 0 },
};

static const HvfsVimClass hidden = { .kind = HVFS_VIM_HIDDEN };

const HvfsVimClass *
hvfs_vim_class (const HvfsValue *device)
{
  const char *type = hvfs_value_type (device);

  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (classes); i++)
    if (strcmp (classes[i].type, type) == 0)
      return &classes[i];
  return &hidden;
}

const char *
hvfs_vim_controller_type (HvfsControllerType type, HvfsScsiModel model)
{
  gboolean any = type != HVFS_CONTROLLER_SCSI || model == HVFS_SCSI_NONE || model == HVFS_SCSI_AUTO;

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i].kind == HVFS_VIM_CONTROLLER && classes[i].word == (int) type
        && (any || classes[i].model == model))
      return classes[i].type;
  return NULL;
}

const char *
hvfs_vim_net_type (HvfsNetModel model)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (classes[i].kind == HVFS_VIM_NET && classes[i].word == (int) model)
      return classes[i].type;
  return NULL;
}

const HvfsVimSingle hvfs_vim_singles[] = {
  { .key = "usb.present", .type = "VirtualUSBController", .field_key = "ehci.present",
    .field = "ehciEnabled" },
  { .key = "usb_xhci.present", .type = "VirtualUSBXHCIController" },
  { .key = "sound.present", .dev = "sb16", .type = "VirtualSoundBlaster16" },
  { .key = "sound.present", .dev = "es1371", .type = "VirtualEnsoniq1371" },
  { .key = "sound.present", .dev = "hdaudio", .type = "VirtualHdAudioCard" },
  { .key = "vtpm.present", .type = "VirtualTPM" },
  { .key = HVFS_SETTING_WATCHDOG, .type = "VirtualWDT", .field_key = HVFS_SETTING_WATCHDOG_RUNS,
    .field = "runOnBoot" },
  { .key = HVFS_SETTING_CLOCK, .type = "VirtualPrecisionClock",
    .field_key = HVFS_SETTING_CLOCK_PROTOCOL, .field = "protocol",
    .backing = "VirtualPrecisionClockSystemClockBackingInfo" },
  { .key = HVFS_SETTING_VMI, .type = "VirtualMachineVMIROM" },
  { .key = NULL }
};

gboolean
hvfs_vim_has_key (const HvfsDomain *domain, const char *key)
{
  const HvfsExtra *extra = hvfs_domain_get_extra (domain, key);

  return extra != NULL && g_ascii_strcasecmp (extra->value, "TRUE") == 0;
}

const HvfsVimSingle *
hvfs_vim_single (const HvfsDomain *domain, const char *key)
{
  const HvfsExtra *dev = hvfs_domain_get_extra (domain, HVFS_SOUND_DEV_KEY);

  for (const HvfsVimSingle *single = hvfs_vim_singles; single->key != NULL; single++)
    if (strcmp (single->key, key) == 0 && hvfs_vim_has_key (domain, key)
        && (single->dev == NULL
            || (dev != NULL && g_ascii_strcasecmp (dev->value, single->dev) == 0)))
      return single;
  return NULL;
}

char *
hvfs_vim_single_dup_field (const HvfsDomain *domain, const HvfsVimSingle *single)
{
  const HvfsSetting *setting = hvfs_setting_lookup (single->field_key);

  if (setting != NULL)
    return hvfs_domain_dup_setting (domain, setting);
  return hvfs_vim_has_key (domain, single->field_key) ? g_strdup ("TRUE") : NULL;
}

HvfsValue *
hvfs_vim_device_of_type (const HvfsValue *config, const char *type)
{
  const HvfsValue *hardware = hvfs_value_get (config, "hardware");

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    if (g_strcmp0 (hvfs_value_type (hvfs_value_nth (hardware, i)), type) == 0)
      return hvfs_value_nth (hardware, i);
  return NULL;
}

HvfsValue *
hvfs_vim_device (const HvfsValue *config, gint64 key)
{
  const HvfsValue *hardware = hvfs_value_get (config, "hardware");

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      HvfsValue *device = hvfs_value_nth (hardware, i);

      if (strcmp (hvfs_value_name (device), "device") == 0
          && hvfs_value_int (device, "key", G_MININT64) == key)
        return device;
    }
  return NULL;
}
