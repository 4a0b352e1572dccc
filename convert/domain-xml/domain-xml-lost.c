/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-lost.c - what domain XML leaves out of a VMX; see domain-xml.h
 *
 * A VMX has dozens of keys that libvirt's XML has no word for.  A note for each would hide
 * those that matter: there is one for each device, with its first key.
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"

#include <string.h>

typedef struct
{
  const HvfsExtra *first;
  guint keys;
  gboolean noted; /* the reader has a note on one of them, which says more */
} Group;

/* Whether @extra says only that a device is not there, or is one of such a device. */
static gboolean
is_nothing (GHashTable *absent, const HvfsExtra *extra, const char *device)
{
  return g_hash_table_contains (absent, device)
         || (hvfs_has_suffix_nocase (extra->key, ".present")
             && g_ascii_strcasecmp (extra->value, "false") == 0);
}

/* Returns: (transfer full): of "scsi0:1.mode" scsi0:1; of "pciBridge4.present" pciBridge,
 * since one does not differ from the other */
static char *
device_of (const char *key)
{
  gsize len = strcspn (key, ".");

  if (len == 0)
    return g_strdup (key);
  if (g_ascii_strncasecmp (key, "pciBridge", strlen ("pciBridge")) == 0)
    len = strlen ("pciBridge");
  return g_strndup (key, len);
}

/* Returns: (transfer full): the devices that are said not to be there */
static GHashTable *
find_absent (const HvfsDomain *domain)
{
  GHashTable *absent = g_hash_table_new_full (hvfs_hash_nocase, hvfs_equal_nocase, g_free, NULL);

  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];
      gsize len = strcspn (extra->key, ".");

      if (g_ascii_strcasecmp (extra->key + len, ".present") == 0
          && g_ascii_strcasecmp (extra->value, "false") == 0)
        g_hash_table_add (absent, g_strndup (extra->key, len));
    }
  return absent;
}

static void
note_group (GPtrArray *notes, const Group *group)
{
  if (group->noted)
    return;
  if (group->keys == 1)
    hvfs_note (notes, group->first->line, "%s = \"%s\" is left out of ordinary XML",
               group->first->key, group->first->value);
  else
    hvfs_note (notes, group->first->line,
               "%s = \"%s\" and %u more keys of that device are left out of ordinary XML",
               group->first->key, group->first->value, group->keys - 1);
}

/* Returns: (transfer full): the lines that have a note */
static GHashTable *
noted_lines (const GPtrArray *notes)
{
  GHashTable *lines = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < notes->len; i++)
    g_hash_table_add (lines, GUINT_TO_POINTER (((const HvfsNote *) notes->pdata[i])->line));
  return lines;
}

static void
note_extras (const HvfsDomain *domain, GPtrArray *notes)
{
  g_autoptr (GHashTable) absent = find_absent (domain);
  g_autoptr (GHashTable) lines = noted_lines (domain->notes);
  g_autoptr (GHashTable) groups
    = g_hash_table_new_full (hvfs_hash_nocase, hvfs_equal_nocase, g_free, NULL);
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (Group));

  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];
      g_autofree char *device = device_of (extra->key);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (groups, device));
      gboolean noted
        = extra->line > 0 && g_hash_table_contains (lines, GUINT_TO_POINTER (extra->line));
      const Group group = { extra, 1, noted };

      if (is_nothing (absent, extra, device))
        continue;
      if (n > 0)
        {
          g_array_index (order, Group, n - 1).keys++;
          g_array_index (order, Group, n - 1).noted |= noted;
          continue;
        }
      g_array_append_val (order, group);
      g_hash_table_insert (groups, g_steal_pointer (&device), GUINT_TO_POINTER (order->len));
    }
  for (guint i = 0; i < order->len; i++)
    note_group (notes, &g_array_index (order, Group, i));
}

/* What is no extra, since libvirt has words for it that its driver does not print. */
static void
note_limits (const HvfsDomain *domain, GPtrArray *notes)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->independent)
        hvfs_note (notes, 0, "mode of the disk '%s' is left out of ordinary XML", disk->target);
      if (disk->shareable)
        hvfs_note (notes, 0, "sharing of the disk '%s' is left out of ordinary XML", disk->target);
      if (disk->iops > 0)
        hvfs_note (notes, 0, "throughputCap of the disk '%s' is left out of ordinary XML",
                   disk->target);
    }
  for (guint i = 0; i < domain->videos->len; i++)
    if (((const HvfsVideo *) domain->videos->pdata[i])->accel3d == HVFS_SWITCH_YES)
      hvfs_note (notes, 0, "mks.enable3d is left out of ordinary XML");
  for (guint i = 0; i < domain->nets->len; i++)
    {
      const HvfsNet *net = domain->nets->pdata[i];

      if (net->limit_mbit > 0)
        hvfs_note (notes, 0, "ethernet%u.limit is left out of ordinary XML", net->number);
      if (net->reservation_mbit > 0)
        hvfs_note (notes, 0, "ethernet%u.reservation is left out of ordinary XML", net->number);
      if (net->shares != HVFS_NET_SHARES)
        hvfs_note (notes, 0, "ethernet%u.shares is left out of ordinary XML", net->number);
      if (net->opaque_id != NULL)
        hvfs_note (notes, 0, "ethernet%u.opaqueNetwork.id is left out of ordinary XML",
                   net->number);
    }
  for (guint i = 0; i < domain->serials->len; i++)
    {
      const HvfsPort *port = domain->serials->pdata[i];

      if (port->uri != NULL)
        hvfs_note (notes, 0, "serial%u.fileName = \"%s\" is left out of ordinary XML", port->port,
                   port->uri);
      if (port->proxy != NULL)
        hvfs_note (notes, 0, "serial%u.vspc is left out of ordinary XML", port->port);
    }
  for (guint i = 0; i < domain->hostdevs->len; i++)
    {
      const HvfsHostdev *hostdev = domain->hostdevs->pdata[i];

      if (hostdev->type == HVFS_HOSTDEV_SCSI)
        {
          hvfs_note (notes, 0, "scsi%u:%u.fileName = \"%s\" is left out of ordinary XML",
                     hostdev->drive.controller, hostdev->drive.unit, hostdev->name);
          continue;
        }
      hvfs_note (notes, 0, "%s%u is left out of ordinary XML",
                 hostdev->type == HVFS_HOSTDEV_USB ? "usb.autoConnect.device" : "pciPassthru",
                 hostdev->number);
    }
}

void
hvfs_domain_xml_note_lost (const HvfsDomain *domain, HvfsDomainXmlFlags flags, GPtrArray *notes)
{
  const char *plain = domain->arch == HVFS_ARCH_X86_64 ? "other-64" : "other";

  if ((flags & HVFS_DOMAIN_XML_FULL) != 0)
    return;
  note_extras (domain, notes);
  note_limits (domain, notes);
  if (domain->guest_os != NULL && g_ascii_strcasecmp (domain->guest_os, plain) != 0)
    hvfs_note (notes, 0,
               domain->arch == HVFS_ARCH_AARCH64
                 ? "guestOS = \"%s\" is left out of ordinary XML, which says x86_64, as libvirt does"
                 : "guestOS = \"%s\" is left out of ordinary XML, which has its arch alone",
               domain->guest_os);
  if (domain->hw_version != 0)
    hvfs_note (notes, 0, "virtualHW.version = \"%u\" is left out of ordinary XML",
               domain->hw_version);
}
