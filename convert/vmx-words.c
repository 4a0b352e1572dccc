/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx-words.c - the words of VMX values; see vmx-words.h */
#include "convert/vmx-words.h"

const char *const hvfs_vmx_scsi_words[] = {
  "", "", "buslogic", "lsilogic", "lsisas1068", "pvscsi", NULL
};

const char *const hvfs_vmx_shares_words[] = { "low", "normal", "high", NULL };
const guint hvfs_vmx_shares_per_vcpu[] = { 500, 1000, 2000 };

gboolean
hvfs_vmx_is_host_device (const char *file)
{
  return g_str_has_prefix (file, "/dev/") || g_str_has_prefix (file, "/vmfs/devices/")
         || g_str_has_prefix (file, "\\\\.\\")
         || (g_ascii_isalpha (file[0]) && g_strcmp0 (file + 1, ":") == 0);
}
