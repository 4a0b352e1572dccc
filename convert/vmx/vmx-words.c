/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-words.c - the words of VMX values; see vmx-words.h */
#include "convert/vmx/vmx-words.h"

#include <string.h>

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

/* Of each protocol the first one is written. */
static const struct
{
  const char *scheme;
  HvfsProtocol protocol;
} schemes[] = {
  { "tcp", HVFS_PROTOCOL_RAW },        { "tcp4", HVFS_PROTOCOL_RAW },
  { "tcp6", HVFS_PROTOCOL_RAW },       { "telnet", HVFS_PROTOCOL_TELNET },
  { "telnets", HVFS_PROTOCOL_TELNETS }, { "ssl", HVFS_PROTOCOL_TLS },
  { "tcp+ssl", HVFS_PROTOCOL_TLS },    { "tcp4+ssl", HVFS_PROTOCOL_TLS },
  { "tcp6+ssl", HVFS_PROTOCOL_TLS },
};

const char *
hvfs_vmx_scheme (HvfsProtocol protocol)
{
  guint i = 0;

  while (schemes[i].protocol != protocol)
    i++;
  return schemes[i].scheme;
}

gboolean
hvfs_vmx_parse_scheme (const char *scheme, gsize len, HvfsProtocol *ret_protocol)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i].scheme) == len
        && g_ascii_strncasecmp (schemes[i].scheme, scheme, len) == 0)
      {
        *ret_protocol = schemes[i].protocol;
        return TRUE;
      }
  return FALSE;
}
