/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-host.c - what the host shows and shares: folders, VNC, the display */
#include "convert/vmx/vmx-read-part.h"

#define VRAM_DEFAULT_BYTES (HVFS_VRAM_KIB * 1024)

static gboolean
read_folder (HvfsVmxText *vmx, guint number, HvfsDomain *domain, GError **error)
{
  static const char *const kept[] = { "present", "enabled", "writeAccess", "hostPath",
                                      "guestName", NULL };
  char prefix[32];
  gboolean present = FALSE, enabled = FALSE, writable = FALSE;
  const char *source, *target;
  HvfsFilesystem *filesystem;

  g_snprintf (prefix, sizeof prefix, "sharedFolder%u.", number);
  if (!hvfs_vmx_text_get_bool (vmx, &present, error, "%spresent", prefix))
    return FALSE;
  if (!present)
    return TRUE;
  if (!hvfs_vmx_text_get_bool (vmx, &enabled, error, "%senabled", prefix))
    return FALSE;
  if (!enabled)
    return TRUE;
  source = hvfs_vmx_text_get (vmx, "%shostPath", prefix);
  target = hvfs_vmx_text_get (vmx, "%sguestName", prefix);
  if (source == NULL || target == NULL)
    {
      g_autofree char *key = g_strconcat (prefix, source == NULL ? "hostPath" : "guestName", NULL);

      hvfs_vmx_text_note (vmx, key, "a shared folder needs it, and is left out");
      return TRUE;
    }
  if (!hvfs_vmx_text_get_bool (vmx, &writable, error, "%swriteAccess", prefix))
    return FALSE;
  filesystem = hvfs_domain_add_filesystem (domain);
  filesystem->number = number;
  filesystem->source = g_strdup (source);
  filesystem->target = g_strdup (target);
  filesystem->readonly = !writable;
  hvfs_vmx_text_mark (vmx, prefix, kept);
  return TRUE;
}

gboolean
hvfs_vmx_read_filesystems (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  static const char *const kept[] = { "isolation.tools.hgfs.disable", "sharedFolder.maxNum", NULL };
  g_autoptr (GArray) numbers = hvfs_vmx_text_numbers (vmx, "sharedFolder");
  gboolean disable = TRUE;
  gint64 limit = 0;

  if (!hvfs_vmx_text_get_bool (vmx, &disable, error, "isolation.tools.hgfs.disable"))
    return FALSE;
  if (disable)
    return TRUE;
  if (!hvfs_vmx_text_get_int (vmx, &limit, error, "sharedFolder.maxNum"))
    return FALSE;
  for (guint i = 0; i < numbers->len; i++)
    {
      guint number = g_array_index (numbers, guint, i);

      if (number < limit && !read_folder (vmx, number, domain, error))
        return FALSE;
    }
  if (domain->filesystems->len > 0)
    hvfs_vmx_text_mark (vmx, "", kept);
  return TRUE;
}

static gboolean
read_vnc (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  static const char *const kept[] = { "enabled", "port", "ip", "keymap", "password", NULL };
  gboolean enabled = FALSE;
  gint64 port = -1;
  HvfsGraphics *vnc;

  if (!hvfs_vmx_text_get_bool (vmx, &enabled, error, "RemoteDisplay.vnc.enabled"))
    return FALSE;
  if (!enabled)
    return TRUE;
  if (!hvfs_vmx_text_get_int (vmx, &port, error, "RemoteDisplay.vnc.port"))
    return FALSE;
  if (port > G_MAXINT)
    return hvfs_vmx_text_bad (vmx, error, "must be a port, 5900 to 5964", "RemoteDisplay.vnc.port");
  vnc = hvfs_domain_add_graphics (domain);
  vnc->type = HVFS_GRAPHICS_VNC;
  vnc->autoport = port < 0;
  vnc->port = MAX (port, 0);
  vnc->listen = g_strdup (hvfs_vmx_text_get (vmx, "RemoteDisplay.vnc.ip"));
  vnc->keymap = g_strdup (hvfs_vmx_text_get (vmx, "RemoteDisplay.vnc.keymap"));
  vnc->password = g_strdup (hvfs_vmx_text_get (vmx, "RemoteDisplay.vnc.password"));
  hvfs_vmx_text_mark (vmx, "RemoteDisplay.vnc.", kept);
  return TRUE;
}

static gboolean
read_video (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  static const char *const kept[] = { "svga.vramSize", NULL };
  static const char *const kept_3d[] = { "mks.enable3d", NULL };
  const char *accel3d = hvfs_vmx_text_get (vmx, "mks.enable3d");
  gint64 bytes = VRAM_DEFAULT_BYTES, kib;
  HvfsVideo *video;

  if (!hvfs_vmx_text_get_int (vmx, &bytes, error, "svga.vramSize"))
    return FALSE;
  kib = bytes <= 0 ? bytes : (bytes - 1) / 1024 + 1;
  if (bytes < -1 || kib > HVFS_VRAM_MAX_KIB)
    return hvfs_vmx_text_bad (vmx, error, "must be a number of bytes below 2 TiB", "svga.vramSize");
  video = hvfs_domain_add_video (domain);
  video->vram_kib = hvfs_round_vram (MAX (kib, 0));
  hvfs_vmx_text_mark (vmx, "", kept);
  if (accel3d == NULL || g_ascii_strcasecmp (accel3d, "TRUE") != 0)
    return TRUE;
  video->accel3d = HVFS_SWITCH_YES;
  hvfs_vmx_text_mark (vmx, "", kept_3d);
  return TRUE;
}

gboolean
hvfs_vmx_read_display (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  return read_vnc (vmx, domain, error) && read_video (vmx, domain, error);
}
