/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-edit.c - a VMX as a VMX
 *
 * Exists because a VMX that becomes a VMX need not go through the model: what that cannot
 * say would be lost, and what it must have invented.  Only the values that are to change
 * do: the encoding, which is UTF-8 then, and the hardware version.
 */
#include "convert/vmx/vmx-read.h"
#include "convert/vmx/vmx.h"

/* Where the VMX lies, and what there is, makes no difference here. */
static gboolean
parse_any (gpointer data, const char *name, gboolean allow_missing, char **ret_path, GError **error)
{
  *ret_path = g_strdup (name);
  return TRUE;
}

char *
hvfs_vmx_edit (const char *text, gsize len, guint hw_version, GPtrArray *notes, GError **error)
{
  static const HvfsFiles files = { NULL, parse_any, NULL, NULL };
  g_autoptr (HvfsVmxText) vmx = hvfs_vmx_text_parse (text, len, error);
  g_autoptr (HvfsDomain) domain = hvfs_domain_new ();
  g_autofree char *version = g_strdup_printf ("%u", hw_version);
  const char *const pairs[] = { ".encoding", "UTF-8", hw_version != 0 ? "virtualHW.version" : NULL,
                                version, NULL };
  gboolean silent;

  if (vmx == NULL)
    return NULL;
  hvfs_notes_append (notes, hvfs_vmx_text_notes (vmx));
  if (!hvfs_vmx_read_domain (vmx, &files, HVFS_VMX_64_DISKS, domain, error))
    return NULL;
  silent = hvfs_vmx_text_is_recoded (vmx) && hvfs_vmx_text_get (vmx, ".encoding") == NULL;
  return hvfs_vmx_text_edited (vmx, silent ? ".encoding = \"UTF-8\"\n" : "", pairs);
}
