/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-part.h - what the readers of a configuration's parts share
 *
 * Exists because each sort of device is read by a file of its own, and all of them say
 * which device a part of the domain came from, and which devices it has no word for.
 */
#pragma once

#include "backend/wire/value.h"
#include "convert/domain-xml/domain-xml.h"

typedef struct
{
  HvfsValue *config;   /* owned: VirtualMachineConfigInfo */
  HvfsDomain *domain;  /* owned */
  GHashTable *devices; /* disk, controller, net, port, video or hostdev of domain -> HvfsValue of config */
  GPtrArray *comments; /* of char *: what domain XML cannot express */
} HvfsVmRead;

/* Returns: (nullable): the device of the configuration that @part of the domain came from */
HvfsValue *hvfs_vm_read_device (const HvfsVmRead *read, gconstpointer part);

/* The value of an extraConfig key, without regard to case.  (nullable) */
const char *hvfs_vm_extra (const HvfsValue *config, const char *key);

/* @device is the device that @part is made from. */
void hvfs_vm_read_keep (HvfsVmRead *read, gpointer part, HvfsValue *device);
void hvfs_vm_read_comment (HvfsVmRead *read, const HvfsValue *device);
void hvfs_vm_read_note (HvfsVmRead *read, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- the readers, one for each sort of device, called by hvfs_vm_read ---- */

void hvfs_vm_read_disks (HvfsVmRead *read); /* with drives and controllers */
void hvfs_vm_read_net (HvfsVmRead *read, HvfsValue *device);
void hvfs_vm_read_port (HvfsVmRead *read, HvfsValue *device);
void hvfs_vm_read_nvdimm (HvfsVmRead *read, HvfsValue *device);
void hvfs_vm_read_hostdev (HvfsVmRead *read, HvfsValue *device);
void hvfs_vm_read_display (HvfsVmRead *read);
void hvfs_vm_read_single (HvfsVmRead *read, HvfsValue *device); /* into the extras */
void hvfs_vm_read_settings (HvfsVmRead *read); /* into the extras: all that are not plain */
