/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-words.h - the words of VMX values, for its reader and its writer */
#pragma once

#include "convert/model/domain.h"

/* scsiN.virtualDev by HvfsScsiModel; none for those before HVFS_SCSI_BUSLOGIC. */
extern const char *const hvfs_vmx_scsi_words[];

/* sched.cpu.shares "low", "normal" and "high", and what each is for a virtual CPU. */
extern const char *const hvfs_vmx_shares_words[];
extern const guint hvfs_vmx_shares_per_vcpu[];

/* Hardware from this version on has PCI bridges, a VMCI device and ten interfaces. */
#define HVFS_VMX_PCI_VERSION 7

/* Drives of the host are named by paths below this. */
#define HVFS_VMX_HOST_CDROMS "/vmfs/devices/cdrom/"

/* Whether a fileName is a device of a Linux, Mac or ESX host, or of a Windows one. */
gboolean hvfs_vmx_is_host_device (const char *file);

/* The scheme of a serial port's URI: the one that is written, and of all that are read the
 * protocol of the @len bytes @scheme; FALSE: it is none. */
const char *hvfs_vmx_scheme (HvfsProtocol protocol);
gboolean hvfs_vmx_parse_scheme (const char *scheme, gsize len, HvfsProtocol *ret_protocol);

#define HVFS_VMX_SERIALS 4
#define HVFS_VMX_PARALLELS 3

/* The longest key that anybody reads or writes is
 * "ethernet4294967295.generatedAddressOffset". */
#define HVFS_VMX_KEY_BYTES 80

/* Fills the array @key as by printf(), from the arguments of the function behind @format. */
#define HVFS_VMX_FORMAT_KEY(key, format)              \
  G_STMT_START                                        \
  {                                                   \
    va_list args_;                                    \
    va_start (args_, format);                         \
    g_vsnprintf (key, sizeof key, format, args_);     \
    va_end (args_);                                   \
  }                                                   \
  G_STMT_END
