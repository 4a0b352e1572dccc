/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write-host.c - folders, VNC and the display of a domain as VMX keys */
#include "convert/error.h"
#include "convert/vmx/vmx-write-part.h"

/* Display memory comes in steps of this. */
#define VRAM_STEP_KIB 64

void
hvfs_vmx_write_graphics (HvfsVmxOut *out)
{
  for (guint i = 0; i < out->domain->graphics->len; i++)
    {
      const HvfsGraphics *vnc = out->domain->graphics->pdata[i];

      if (vnc->type != HVFS_GRAPHICS_VNC)
        {
          hvfs_vmx_refuse_at (out, vnc->line, "graphics", ENOTSUP, "type='%s' must be vnc",
                              hvfs_graphics_type_words[vnc->type]);
          return;
        }
      hvfs_vmx_put (out, "true", "RemoteDisplay.vnc.enabled");
      if (!vnc->autoport)
        hvfs_vmx_put_number (out, vnc->port, "RemoteDisplay.vnc.port");
      if (vnc->listen != NULL)
        hvfs_vmx_put (out, vnc->listen, "RemoteDisplay.vnc.ip");
      if (vnc->keymap != NULL)
        hvfs_vmx_put (out, vnc->keymap, "RemoteDisplay.vnc.keymap");
      if (vnc->password != NULL)
        hvfs_vmx_put (out, vnc->password, "RemoteDisplay.vnc.password");
    }
}

static void
write_filesystem (HvfsVmxOut *out, const HvfsFilesystem *filesystem)
{
  guint n = filesystem->number;

  if (filesystem->type != HVFS_FILESYSTEM_MOUNT)
    {
      hvfs_vmx_refuse_at (out, filesystem->line, "filesystem", ENOTSUP, "type='%s' must be mount",
                          hvfs_filesystem_type_words[filesystem->type]);
      return;
    }
  hvfs_vmx_put (out, "true", "sharedFolder%u.present", n);
  hvfs_vmx_put (out, "true", "sharedFolder%u.enabled", n);
  hvfs_vmx_put_default (out, "true", "sharedFolder%u.readAccess", n);
  hvfs_vmx_put (out, filesystem->readonly ? "false" : "true", "sharedFolder%u.writeAccess", n);
  hvfs_vmx_put (out, filesystem->source, "sharedFolder%u.hostPath", n);
  hvfs_vmx_put (out, filesystem->target, "sharedFolder%u.guestName", n);
}

void
hvfs_vmx_write_filesystems (HvfsVmxOut *out)
{
  const GPtrArray *filesystems = out->domain->filesystems;
  guint64 limit = 0;

  if (filesystems->len == 0)
    return;
  for (guint i = 0; i < filesystems->len; i++)
    limit = MAX (limit, (guint64) ((HvfsFilesystem *) filesystems->pdata[i])->number + 1);
  hvfs_vmx_put (out, "false", "isolation.tools.hgfs.disable");
  hvfs_vmx_put_number (out, limit, "sharedFolder.maxNum");
  for (guint i = 0; i < filesystems->len; i++)
    write_filesystem (out, filesystems->pdata[i]);
}

void
hvfs_vmx_write_video (HvfsVmxOut *out)
{
  const GPtrArray *videos = out->domain->videos;
  const HvfsVideo *video = videos->len > 0 ? videos->pdata[0] : NULL;

  if (videos->len > 1)
    hvfs_vmx_refuse_at (out, ((const HvfsVideo *) videos->pdata[1])->line, "video", EINVAL,
                        "there must be only one, not %u", videos->len);
  else if (video != NULL && video->type != HVFS_VIDEO_VMVGA)
    hvfs_vmx_refuse_at (out, video->line, "video", ENOTSUP, "the model '%s' must be vmvga",
                        hvfs_video_type_words[video->type]);
  else if (video != NULL && video->heads > 1)
    hvfs_vmx_refuse_at (out, video->line, "video", ENOTSUP, "heads='%u' must be 1", video->heads);
  else if (video != NULL)
    {
      guint64 steps = ((guint64) video->vram_kib + VRAM_STEP_KIB - 1) / VRAM_STEP_KIB;

      hvfs_vmx_put_number (out, steps * VRAM_STEP_KIB * 1024, "svga.vramSize");
      if (video->accel3d == HVFS_SWITCH_YES)
        hvfs_vmx_put (out, "true", "mks.enable3d");
    }
}
