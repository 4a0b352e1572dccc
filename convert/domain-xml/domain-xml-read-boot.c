/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-read-boot.c - what a domain boots from
 *
 * Either each device says its place, <boot order='1'/>, or <os> has the kinds in their
 * order, <boot dev='cdrom'/>, which stands for the first device of each.
 */
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/error.h"

enum
{
  BOOT_FD,
  BOOT_HD,
  BOOT_CDROM,
  BOOT_NETWORK,
};
static const char *const boot_words[] = { "fd", "hd", "cdrom", "network", NULL };

gboolean
hvfs_xml_read_boot (HvfsXmlReader *reader, const xmlNode *node, guint *ret_order, GError **error)
{
  const xmlNode *boot = hvfs_xml_child (node, "boot");
  guint order = 0;

  if (boot == NULL)
    return TRUE;
  if (!hvfs_xml_attr_uint (boot, "order", &order, error))
    return FALSE;
  if (order == 0)
    return hvfs_xml_bad (boot, EINVAL, error, "must have an order, 1 or more");
  if (!g_hash_table_add (reader->boots, GUINT_TO_POINTER (order)))
    return hvfs_xml_bad (boot, EINVAL, error, "order='%u' is another device's already", order);
  *ret_order = order;
  return TRUE;
}

static guint *
first_disk (const HvfsDomain *domain, HvfsDiskDevice device)
{
  for (guint i = 0; i < domain->disks->len; i++)
    if (((HvfsDisk *) domain->disks->pdata[i])->device == device)
      return &((HvfsDisk *) domain->disks->pdata[i])->boot;
  return NULL;
}

/* Returns: (nullable): the place of the first device of the kind @dev */
static guint *
first_of (const HvfsDomain *domain, int dev)
{
  guint *cdrom;

  switch (dev)
    {
    case BOOT_FD:
      return first_disk (domain, HVFS_DEVICE_FLOPPY);
    case BOOT_HD:
      return first_disk (domain, HVFS_DEVICE_DISK);
    case BOOT_CDROM:
      cdrom = first_disk (domain, HVFS_DEVICE_CDROM);
      return cdrom != NULL ? cdrom : first_disk (domain, HVFS_DEVICE_LUN);
    default:
      return domain->nets->len > 0 ? &((HvfsNet *) domain->nets->pdata[0])->boot : NULL;
    }
}

gboolean
hvfs_xml_finish_boot (HvfsXmlReader *reader, const xmlNode *os, GError **error)
{
  const xmlNode *boot = hvfs_xml_child (os, "boot");
  guint order = 0;

  if (boot != NULL && g_hash_table_size (reader->boots) > 0)
    return hvfs_xml_bad (boot, ENOTSUP, error, "cannot stand beside the <boot order='...'/> of a "
                         "device: leave one of them out");
  for (; boot != NULL; boot = hvfs_xml_next (boot, "boot"))
    {
      int dev = -1;
      guint *place;

      if (!hvfs_xml_attr_word (boot, "dev", boot_words, 0, EINVAL, &dev, error))
        return FALSE;
      if (dev < 0)
        return hvfs_xml_bad (boot, EINVAL, error, "must have a dev, such as 'hd'");
      place = first_of (reader->domain, dev);
      if (place != NULL && *place == 0)
        *place = ++order;
    }
  return TRUE;
}
