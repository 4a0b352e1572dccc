/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-key.c - the keys that devices of several kinds have */
#include "convert/vmx/vmx-read-part.h"

gboolean
hvfs_vmx_read_present (HvfsVmxText *vmx, const char *prefix, gboolean *present, GError **error)
{
  gboolean start_connected;

  *present = FALSE;
  return hvfs_vmx_text_get_bool (vmx, present, error, "%spresent", prefix)
         && hvfs_vmx_text_get_bool (vmx, &start_connected, error, "%sstartConnected", prefix);
}

gboolean
hvfs_vmx_read_file_name (HvfsVmxText *vmx, const HvfsFiles *files, const char *prefix,
                         gboolean allow_missing, char **ret_path, GError **error)
{
  const char *name = hvfs_vmx_text_get (vmx, "%sfileName", prefix);
  g_autoptr (GError) why = NULL;

  if (name == NULL)
    return hvfs_vmx_text_bad (vmx, error, "must name a file", "%sfileName", prefix);
  if (!files->parse (files->data, name, allow_missing, ret_path, &why))
    return hvfs_vmx_text_bad (vmx, error, why->message, "%sfileName", prefix);
  return TRUE;
}
