/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/hostdev.c - names of the host's devices that a machine has for itself; see hostdev.h */
#include "convert/model/hostdev.h"

#include <string.h>

/* ---- numbers one after another ---- */

/* Takes the digits at *@text and the character @end behind them, '\0' for the end. */
static gboolean
take (const char **text, guint base, guint max, char end, guint *ret)
{
  char *rest;
  guint64 number;

  if (!g_ascii_isxdigit (**text))
    return FALSE;
  number = g_ascii_strtoull (*text, &rest, base);
  if (rest == *text || number > max || *rest != end)
    return FALSE;
  *text = rest + (end != '\0');
  *ret = number;
  return TRUE;
}

/* ---- USB ---- */

static gboolean
take_word (const char **text, const char *word)
{
  gsize len = strlen (word);

  if (g_ascii_strncasecmp (*text, word, len) != 0)
    return FALSE;
  *text += len;
  return TRUE;
}

static gboolean
parse_ids (HvfsHostdev *hostdev, const char *text)
{
  guint vendor, product;
  gboolean ok;

  if (take_word (&text, "0x"))
    ok = take (&text, 16, G_MAXUINT16, ':', &vendor) && take_word (&text, "0x")
         && take (&text, 16, G_MAXUINT16, '\0', &product);
  else if (take_word (&text, "vid:"))
    ok = take (&text, 16, G_MAXUINT16, ' ', &vendor) && take_word (&text, "pid:")
         && take (&text, 16, G_MAXUINT16, '\0', &product);
  else
    ok = take_word (&text, "pid:") && take (&text, 16, G_MAXUINT16, ' ', &product)
         && take_word (&text, "vid:") && take (&text, 16, G_MAXUINT16, '\0', &vendor);
  if (!ok || vendor == 0)
    return FALSE;
  hostdev->vendor = vendor;
  hostdev->product = product;
  return TRUE;
}

gboolean
hvfs_hostdev_parse_pattern (HvfsHostdev *hostdev, const char *pattern)
{
  hostdev->type = HVFS_HOSTDEV_USB;
  if (*pattern != '\0' && !parse_ids (hostdev, pattern))
    hostdev->name = g_strdup (pattern);
  return *pattern != '\0';
}

char *
hvfs_hostdev_dup_pattern (const HvfsHostdev *hostdev)
{
  return hostdev->name != NULL
           ? g_strdup (hostdev->name)
           : g_strdup_printf ("vid:%04x pid:%04x", hostdev->vendor, hostdev->product);
}

/* ---- PCI ---- */

gboolean
hvfs_hostdev_parse_pci (HvfsHostdev *hostdev, const char *id)
{
  gsize first = strcspn (id, ":");
  const char *second = id[first] == ':' ? id + first + 1 : "";
  gsize len = strcspn (second, ":");
  gboolean has_domain = second[len] == ':';
  guint base = (has_domain ? first == 4 && len == 2 : first == 2) ? 16 : 10;

  hostdev->type = HVFS_HOSTDEV_PCI;
  hostdev->domain = 0;
  return (!has_domain || take (&id, base, G_MAXUINT16, ':', &hostdev->domain))
         && take (&id, base, G_MAXUINT8, ':', &hostdev->bus)
         && take (&id, base, 0x1f, '.', &hostdev->slot)
         && take (&id, base, 7, '\0', &hostdev->function);
}

char *
hvfs_hostdev_dup_pci (const HvfsHostdev *hostdev)
{
  return g_strdup_printf ("%04x:%02x:%02x.%x", hostdev->domain, hostdev->bus, hostdev->slot,
                          hostdev->function);
}

char *
hvfs_hostdev_dup_vmx_pci (const HvfsHostdev *hostdev)
{
  return g_strdup_printf ("%05u:%03u:%02u.%u", hostdev->domain, hostdev->bus, hostdev->slot,
                          hostdev->function);
}

gboolean
hvfs_hostdev_same (const HvfsHostdev *a, const HvfsHostdev *b)
{
  return a->type == b->type && a->vendor == b->vendor && a->product == b->product
         && g_strcmp0 (a->name, b->name) == 0 && a->domain == b->domain && a->bus == b->bus
         && a->slot == b->slot && a->function == b->function && hvfs_hostdev_same_place (a, b);
}

gboolean
hvfs_hostdev_same_place (const HvfsHostdev *a, const HvfsHostdev *b)
{
  return a->drive.controller == b->drive.controller && a->drive.unit == b->drive.unit;
}

HvfsDisk
hvfs_hostdev_as_disk (const HvfsHostdev *hostdev)
{
  return (HvfsDisk){ .bus = HVFS_BUS_SCSI, .drive = hostdev->drive, .line = hostdev->line };
}

const HvfsDisk *
hvfs_hostdev_find_disk (const HvfsDomain *domain, const HvfsHostdev *hostdev)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->bus == HVFS_BUS_SCSI && disk->drive.controller == hostdev->drive.controller
          && disk->drive.unit == hostdev->drive.unit)
        return disk;
    }
  return NULL;
}

gboolean
hvfs_hostdev_is_on (const HvfsDomain *domain, guint controller)
{
  for (guint i = 0; i < domain->hostdevs->len; i++)
    {
      const HvfsHostdev *hostdev = domain->hostdevs->pdata[i];

      if (hostdev->type == HVFS_HOSTDEV_SCSI && hostdev->drive.controller == controller)
        return TRUE;
    }
  return FALSE;
}
