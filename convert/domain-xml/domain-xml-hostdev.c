/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-hostdev.c - <hostdev>: devices of the host that a machine has for itself
 *
 * libvirt has words for them, but not for a USB device that is named otherwise than by its
 * numbers, nor for what a VMware host calls a SCSI device: that is <source vmware:name=''/>.
 */
#include "convert/domain-xml/domain-xml-hostdev.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/domain-xml/domain-xml-write-part.h"
#include "convert/error.h"
#include "convert/model/hostdev.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"

#include <string.h>

/* No VMX has as many. */
#define NUMBER_MAX 9999

static gboolean
read_number (const xmlNode *node, const char *name, guint max, guint *ret, GError **error)
{
  g_autofree char *text = hvfs_xml_attr (node, name);
  char *end;
  guint64 number;

  if (text == NULL || !g_ascii_isdigit (*text))
    return hvfs_xml_bad (node, EINVAL, error, "must have a number %s='0x...'", name);
  number = g_ascii_strtoull (text, &end, 0);
  if (*end != '\0' || number > max)
    return hvfs_xml_bad (node, EINVAL, error, "%s='%s' must be a number up to 0x%x", name, text,
                         max);
  *ret = number;
  return TRUE;
}

/* What the host calls a device, which a VMX must be able to say, too. */
static gboolean
check_name (const HvfsHostdev *hostdev, const xmlNode *source, GError **error)
{
  return strpbrk (hostdev->name, "\"\r\n") == NULL
         || hvfs_xml_bad (source, EINVAL, error, "vmware:name must have no quotes or line ends");
}

static gboolean
read_usb (HvfsHostdev *hostdev, const xmlNode *node, const xmlNode *source, GError **error)
{
  const xmlNode *vendor = hvfs_xml_child (source, "vendor");
  const xmlNode *product = hvfs_xml_child (source, "product");

  hostdev->name = hvfs_xml_attr_vmware (source, "name");
  if (hostdev->name != NULL && *hostdev->name != '\0' && vendor == NULL && product == NULL)
    return check_name (hostdev, source, error);
  if (vendor == NULL || product == NULL || hostdev->name != NULL)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "must have a <source> with <vendor id='0x...'/> and <product "
                         "id='0x...'/>, or with vmware:name='path:...'");
  return read_number (vendor, "id", G_MAXUINT16, &hostdev->vendor, error)
         && read_number (product, "id", G_MAXUINT16, &hostdev->product, error)
         && (hostdev->vendor > 0 || hvfs_xml_bad (vendor, EINVAL, error, "must not be 0"));
}

static gboolean
read_pci (HvfsHostdev *hostdev, const xmlNode *node, const xmlNode *source, GError **error)
{
  const xmlNode *address = hvfs_xml_child (source, "address");

  if (address == NULL)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "must have a <source> with <address domain='0x0000' bus='0x...' "
                         "slot='0x...' function='0x...'/>");
  return hvfs_xml_read_pci_address (hostdev, address, error);
}

gboolean
hvfs_xml_read_pci_address (HvfsHostdev *hostdev, const xmlNode *address, GError **error)
{
  hostdev->line = hvfs_xml_line (address);
  hostdev->type = HVFS_HOSTDEV_PCI;
  return read_number (address, "domain", G_MAXUINT16, &hostdev->domain, error)
         && read_number (address, "bus", G_MAXUINT8, &hostdev->bus, error)
         && read_number (address, "slot", 0x1f, &hostdev->slot, error)
         && read_number (address, "function", 7, &hostdev->function, error);
}

/* The place in the machine, which a disk has likewise. */
static gboolean
read_place (HvfsHostdev *hostdev, const xmlNode *node, GError **error)
{
  const xmlNode *address = hvfs_xml_child (node, "address");
  g_autofree char *type = hvfs_xml_attr (address, "type");

  if (g_strcmp0 (type, "drive") != 0)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "must have an <address type='drive' controller='...' unit='...'/>");
  hostdev->drive.known = TRUE;
  return read_number (address, "controller", HVFS_HOSTDEV_CONTROLLERS - 1,
                      &hostdev->drive.controller, error)
         && read_number (address, "unit", HVFS_HOSTDEV_UNITS - 1, &hostdev->drive.unit, error)
         && (hostdev->drive.unit != HVFS_HOSTDEV_OWN_UNIT
             || hvfs_xml_bad (address, EINVAL, error, "unit='7' is the controller's own"));
}

static gboolean
read_scsi (HvfsHostdev *hostdev, const xmlNode *node, const xmlNode *source, GError **error)
{
  hostdev->name = hvfs_xml_attr_vmware (source, "name");
  if (hostdev->name == NULL || *hostdev->name == '\0')
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "must have a <source vmware:name='...'>, what the host calls the device, "
                         "or '" HVFS_HOSTDEV_ANY "'");
  return check_name (hostdev, source, error) && read_place (hostdev, node, error);
}

static gboolean
read_hostdev (HvfsHostdev *hostdev, const xmlNode *node, GError **error)
{
  const xmlNode *source = hvfs_xml_child (node, "source");
  g_autofree char *mode = hvfs_xml_attr (node, "mode");
  g_autofree char *type = hvfs_xml_attr (node, "type");
  int index = hvfs_words_index (hvfs_hostdev_type_words, type);

  if (g_strcmp0 (mode, "subsystem") != 0 || index < 0)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "must have mode='subsystem' and the type usb, pci or scsi");
  hostdev->line = hvfs_xml_line (node);
  hostdev->type = index;
  return index == HVFS_HOSTDEV_USB   ? read_usb (hostdev, node, source, error)
         : index == HVFS_HOSTDEV_PCI ? read_pci (hostdev, node, source, error)
                                     : read_scsi (hostdev, node, source, error);
}

gboolean
hvfs_domain_xml_check_hostdev (const xmlNode *node, GError **error)
{
  HvfsHostdev hostdev = { 0 };
  gboolean ok = read_hostdev (&hostdev, node, error);

  g_free (hostdev.name);
  return ok;
}

static gboolean
is_taken (const HvfsDomain *domain, const HvfsHostdev *hostdev)
{
  for (guint i = 0; i < domain->hostdevs->len; i++)
    {
      const HvfsHostdev *other = domain->hostdevs->pdata[i];

      if (other != hostdev && other->type == hostdev->type && other->number == hostdev->number)
        return TRUE;
    }
  return FALSE;
}

/* One that cannot be is left out, as libvirt leaves out all. */
gboolean
hvfs_xml_read_hostdev (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  GPtrArray *hostdevs = reader->domain->hostdevs;
  g_autofree char *text = hvfs_xml_attr_vmware (node, "number");
  HvfsHostdev *hostdev = hvfs_domain_add_hostdev (reader->domain);
  g_autoptr (GError) failure = NULL;
  guint64 number;

  if (!read_hostdev (hostdev, node, &failure))
    {
      hvfs_note (reader->domain->notes, hvfs_xml_line (node), "%s: it is left out",
                 failure->message);
      g_ptr_array_set_size (hostdevs, hostdevs->len - 1);
      return TRUE;
    }
  hostdev->number = hvfs_domain_count_hostdevs (reader->domain, hostdev->type) - 1;
  if (text != NULL && !hvfs_parse_uint64 (text, NUMBER_MAX, &number))
    return hvfs_xml_bad (node, EINVAL, error, "vmware:number='%s' must be 0 to %u", text,
                         NUMBER_MAX);
  if (text != NULL)
    hostdev->number = number;
  return !is_taken (reader->domain, hostdev)
         || hvfs_xml_bad (node, EINVAL, error, "the number %u is another's already",
                          hostdev->number);
}

/* ---- writing ---- */

static void
put_id (HvfsXmlOut *out, const char *element, guint number)
{
  g_autofree char *text = g_strdup_printf ("0x%04x", number);

  hvfs_xml_empty (out, element, "id", text, NULL);
}

static void
write_usb (HvfsXmlOut *out, const HvfsHostdev *hostdev)
{
  if (hostdev->name != NULL)
    {
      hvfs_xml_empty (out, "source", "vmware:name", hostdev->name, NULL);
      return;
    }
  hvfs_xml_open (out, "source", NULL);
  put_id (out, "vendor", hostdev->vendor);
  put_id (out, "product", hostdev->product);
  hvfs_xml_close (out, "source");
}

void
hvfs_xml_write_pci_address (HvfsXmlOut *out, const HvfsHostdev *hostdev, const char *type)
{
  g_autofree char *domain = g_strdup_printf ("0x%04x", hostdev->domain);
  g_autofree char *bus = g_strdup_printf ("0x%02x", hostdev->bus);
  g_autofree char *slot = g_strdup_printf ("0x%02x", hostdev->slot);
  g_autofree char *function = g_strdup_printf ("0x%x", hostdev->function);

  hvfs_xml_empty (out, "address", "type", type, "domain", domain, "bus", bus, "slot", slot,
                  "function", function, NULL);
}

static void
write_pci (HvfsXmlOut *out, const HvfsHostdev *hostdev)
{
  hvfs_xml_open (out, "source", NULL);
  hvfs_xml_write_pci_address (out, hostdev, NULL);
  hvfs_xml_close (out, "source");
}

static void
write_scsi (HvfsXmlOut *out, const HvfsHostdev *hostdev)
{
  hvfs_xml_empty (out, "source", "vmware:name", hostdev->name, NULL);
  hvfs_xml_empty (out, "address", "type", "drive", "controller",
                  HVFS_XML_NUMBER (hostdev->drive.controller), "bus", "0", "target", "0", "unit",
                  HVFS_XML_NUMBER (hostdev->drive.unit), NULL);
}

void
hvfs_xml_write_hostdevs (HvfsXmlOut *out, const HvfsDomain *domain, gboolean full)
{
  static void (*const writers[]) (HvfsXmlOut *out, const HvfsHostdev *hostdev)
    = { write_usb, write_pci, write_scsi };
  guint places[HVFS_N_HOSTDEV_TYPES] = { 0 };

  for (guint i = 0; i < domain->hostdevs->len; i++)
    {
      const HvfsHostdev *hostdev = domain->hostdevs->pdata[i];
      gboolean odd = places[hostdev->type]++ != hostdev->number;

      hvfs_xml_open (out, "hostdev", "mode", "subsystem", "type",
                     hvfs_hostdev_type_words[hostdev->type], "vmware:number",
                     full && odd ? HVFS_XML_NUMBER (hostdev->number) : NULL, NULL);
      writers[hostdev->type](out, hostdev);
      hvfs_xml_close (out, "hostdev");
    }
}
