/* convert/vmx-words.h - the words of VMX values, for its reader and its writer */
#pragma once

#include "convert/domain.h"

/* scsiN.virtualDev by HvfsScsiModel; none for those before HVFS_SCSI_BUSLOGIC. */
extern const char *const hvfs_vmx_scsi_words[];

/* sched.cpu.shares "low", "normal" and "high", and what each is for a virtual CPU. */
extern const char *const hvfs_vmx_shares_words[];
extern const guint hvfs_vmx_shares_per_vcpu[];

/* Hardware from this version on has PCI bridges, a VMCI device and ten interfaces. */
#define HVFS_VMX_PCI_VERSION 7

/* Drives of the host are named by paths below this. */
#define HVFS_VMX_HOST_CDROMS "/vmfs/devices/cdrom/"

#define HVFS_VMX_SERIALS 4
#define HVFS_VMX_PARALLELS 3
