/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read.h - what a server says of a machine, as domain model and XML
 *
 * Exists because config.xml is made from the property `config`, not from the VMX file:
 * that needs no right to read datastores, and comes in batches.  For what a VMX can say
 * the outcome is that of reading the VMX.  It differs from libvirt's on purpose where
 * libvirt's cannot be edited:
 *
 * - an address says where a disk is: libvirt counts on from controller to controller;
 * - a target name that is taken (SCSI and SATA both begin at sda) is the next free one;
 * - a drive of the client, which libvirt leaves out, is an empty drive;
 * - SCSI and SATA controllers without a disk are there, too;
 * - a vlance interface has its model.
 *
 * What domain XML has no words for stands in comments.
 */
#pragma once

#include "backend/vmconfig/vmconfig-read-part.h"

/**
 * hvfs_vm_read:
 * @config: a VirtualMachineConfigInfo
 * @moref: the machine's
 * @running: it has a state to be in: it is on or suspended
 * @datacenter_path: (nullable)
 *
 * Cannot fail: what makes no sense is left out.  Memory; linear in the configuration.
 */
HvfsVmRead *hvfs_vm_read (HvfsValue *config, const char *moref, gboolean running,
                          const char *datacenter_path);

/* The same of its disks and drives alone, from its property "hardware". */
HvfsVmRead *hvfs_vm_read_drives (const HvfsValue *hardware);

void hvfs_vm_read_free (HvfsVmRead *read);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsVmRead, hvfs_vm_read_free)

/* Returns: (transfer full): the XML, with its comments */
char *hvfs_vm_read_to_xml (const HvfsVmRead *read);
