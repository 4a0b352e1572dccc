/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-write-device.c - the devices of a domain as domain XML */
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/domain-xml/domain-xml-write-part.h"
#include "convert/model/scalar.h"

static void
write_disk_source (HvfsXmlOut *out, const HvfsDisk *disk)
{
  const char *startup = disk->startup != HVFS_STARTUP_DEFAULT
                          ? hvfs_startup_policy_words[disk->startup]
                          : NULL;

  if (disk->path != NULL || startup != NULL)
    hvfs_xml_empty (out, "source", disk->type == HVFS_DISK_BLOCK ? "dev" : "file", disk->path,
                    "startupPolicy", startup, NULL);
}

static void
write_boot (HvfsXmlOut *out, guint order)
{
  if (order > 0)
    hvfs_xml_empty (out, "boot", "order", HVFS_XML_NUMBER (order), NULL);
}

static void
write_disk (HvfsXmlOut *out, const HvfsDisk *disk, gboolean more)
{
  const HvfsDrive *drive = &disk->drive;

  hvfs_xml_open (out, "disk", "type", hvfs_disk_type_words[disk->type], "device",
                 hvfs_disk_device_words[disk->device], "snapshot",
                 more && disk->independent ? "no" : NULL, NULL);
  if (disk->cache != HVFS_CACHE_DEFAULT)
    hvfs_xml_empty (out, "driver", "cache", hvfs_disk_cache_words[disk->cache], NULL);
  write_disk_source (out, disk);
  hvfs_xml_empty (out, "target", "dev", disk->target, "bus", hvfs_bus_words[disk->bus], NULL);
  if (more && disk->iops > 0)
    {
      hvfs_xml_open (out, "iotune", NULL);
      hvfs_xml_leaf (out, "total_iops_sec", HVFS_XML_NUMBER (disk->iops), NULL);
      hvfs_xml_close (out, "iotune");
    }
  if (disk->readonly)
    hvfs_xml_empty (out, "readonly", NULL);
  if (more && disk->shareable)
    hvfs_xml_empty (out, "shareable", NULL);
  if (disk->transient)
    hvfs_xml_empty (out, "transient", NULL);
  write_boot (out, disk->boot);
  if (drive->known)
    hvfs_xml_empty (out, "address", "type", "drive", "controller",
                    HVFS_XML_NUMBER (drive->controller), "bus", HVFS_XML_NUMBER (drive->bus),
                    "target", HVFS_XML_NUMBER (drive->target), "unit",
                    HVFS_XML_NUMBER (drive->unit), NULL);
  hvfs_xml_close (out, "disk");
}

static void
write_controller (HvfsXmlOut *out, const HvfsController *controller)
{
  hvfs_xml_empty (out, "controller", "type", hvfs_controller_type_words[controller->type], "index",
                  HVFS_XML_NUMBER (controller->index), "model",
                  controller->model != HVFS_SCSI_NONE ? hvfs_scsi_model_words[controller->model]
                                                      : NULL,
                  NULL);
}

/* The attribute for a device that a VMX calls number @number, and that is the @place-th. */
#define NUMBER_ATTRIBUTE(flags, number, place)                                                    \
  "vmware:number", ((flags) & HVFS_DOMAIN_XML_FULL) != 0 && (number) != (place)                  \
                     ? HVFS_XML_NUMBER (number)                                                   \
                     : NULL

static void
write_filesystem (HvfsXmlOut *out, const HvfsFilesystem *filesystem, guint place,
                  HvfsDomainXmlFlags flags)
{
  hvfs_xml_open (out, "filesystem", "type", hvfs_filesystem_type_words[filesystem->type],
                 "accessmode", "passthrough",
                 NUMBER_ATTRIBUTE (flags, filesystem->number, place), NULL);
  hvfs_xml_empty (out, "source", "dir", filesystem->source, NULL);
  hvfs_xml_empty (out, "target", "dir", filesystem->target, NULL);
  if (filesystem->readonly)
    hvfs_xml_empty (out, "readonly", NULL);
  hvfs_xml_close (out, "filesystem");
}

static void
write_vds_source (HvfsXmlOut *out, const HvfsNet *net)
{
  g_autofree char *switch_id = hvfs_format_uuid (net->switch_id);

  hvfs_xml_empty (out, "source", "switchid", switch_id, "portid", HVFS_XML_NUMBER (net->port_id),
                  "portgroupid", net->portgroup_id, "connectionid",
                  HVFS_XML_NUMBER (net->connection_id), NULL);
}

/* The card and, in the namespace of hvfs, the network. */
static void
write_sriov_source (HvfsXmlOut *out, const HvfsNet *net, gboolean more)
{
  gboolean vds = more && net->type == HVFS_NET_VDS, bridge = more && net->type == HVFS_NET_BRIDGE;
  gboolean opaque = more && net->opaque_id != NULL;
  g_autofree char *switch_id = vds ? hvfs_format_uuid (net->switch_id) : NULL;

  if (!vds && !bridge && !opaque && net->card == NULL)
    return;
  (net->card != NULL ? hvfs_xml_open : hvfs_xml_empty) (
    out, "source", "vmware:bridge", bridge ? net->bridge : NULL, "vmware:switchid", switch_id,
    "vmware:portid", vds ? HVFS_XML_NUMBER (net->port_id) : NULL, "vmware:portgroupid",
    vds ? net->portgroup_id : NULL, "vmware:connectionid",
    vds ? HVFS_XML_NUMBER (net->connection_id) : NULL, "vmware:opaqueid",
    opaque ? net->opaque_id : NULL, "vmware:opaquetype", opaque ? net->opaque_type : NULL, NULL);
  if (net->card == NULL)
    return;
  hvfs_xml_write_pci_address (out, net->card, "pci");
  hvfs_xml_close (out, "source");
}

static void
write_net_source (HvfsXmlOut *out, const HvfsNet *net, gboolean more)
{
  if (net->type == HVFS_NET_BRIDGE)
    hvfs_xml_empty (out, "source", "bridge", net->bridge, NULL);
  if (net->type == HVFS_NET_NETWORK && net->bridge != NULL)
    hvfs_xml_empty (out, "source", "network", net->bridge, NULL);
  if (net->type == HVFS_NET_VDS)
    write_vds_source (out, net);
  if (more && net->opaque_id != NULL)
    hvfs_xml_empty (out, "source", "vmware:opaqueid", net->opaque_id, "vmware:opaquetype",
                    net->opaque_type, NULL);
}

gboolean
hvfs_net_dev_is_made_up (const char *dev)
{
  return g_str_has_prefix (dev, "vnet") || g_str_has_prefix (dev, "macvtap")
         || g_str_has_prefix (dev, "macvlan");
}

static void
write_bandwidth (HvfsXmlOut *out, const HvfsNet *net)
{
  g_autofree char *shares = hvfs_net_dup_shares (net);
  gboolean limited = net->limit_mbit > 0;

  if (!limited && net->reservation_mbit == 0 && shares == NULL)
    return;
  (limited ? hvfs_xml_open : hvfs_xml_empty) (
    out, "bandwidth", "vmware:reservation",
    net->reservation_mbit > 0 ? HVFS_XML_NUMBER (net->reservation_mbit * HVFS_KB_PER_MBIT) : NULL,
    "vmware:shares", shares, NULL);
  if (!limited)
    return;
  hvfs_xml_empty (out, "outbound", "average", HVFS_XML_NUMBER (net->limit_mbit * HVFS_KB_PER_MBIT),
                  NULL);
  hvfs_xml_close (out, "bandwidth");
}

static void
write_net (HvfsXmlOut *out, const HvfsNet *net, guint place, HvfsDomainXmlFlags flags)
{
  gboolean more = (flags & (HVFS_DOMAIN_XML_MORE | HVFS_DOMAIN_XML_FULL)) != 0;
  gboolean no_mac = (flags & HVFS_DOMAIN_XML_SAID) != 0 && hvfs_is_zero (net->mac, HVFS_MAC_BYTES);
  gboolean no_words = net->mac_type == HVFS_MAC_DEFAULT && net->mac_check == HVFS_SWITCH_DEFAULT;
  g_autofree char *mac = no_mac ? NULL : hvfs_format_mac (net->mac);
  gboolean hide = net->dev != NULL && (flags & HVFS_DOMAIN_XML_INACTIVE) != 0
                  && hvfs_net_dev_is_made_up (net->dev);

  hvfs_xml_open (out, "interface", "type",
                 hvfs_net_type_words[net->sriov ? HVFS_NET_HOSTDEV : net->type],
                 NUMBER_ATTRIBUTE (flags, net->number, place), NULL);
  if (mac != NULL || !no_words)
    hvfs_xml_empty (out, "mac", "address", mac, "type",
                    net->mac_type != HVFS_MAC_DEFAULT ? hvfs_mac_type_words[net->mac_type] : NULL,
                    "check",
                    net->mac_check != HVFS_SWITCH_DEFAULT ? hvfs_switch_words[net->mac_check]
                                                          : NULL,
                    NULL);
  if (net->sriov)
    write_sriov_source (out, net, more);
  else
    write_net_source (out, net, more);
  if (net->dev != NULL && !hide)
    hvfs_xml_empty (out, "target", "dev", net->dev, NULL);
  if (net->model != HVFS_NET_MODEL_UNKNOWN)
    hvfs_xml_empty (out, "model", "type", hvfs_net_model_words[net->model], NULL);
  if (more)
    write_bandwidth (out, net);
  write_boot (out, net->boot);
  hvfs_xml_close (out, "interface");
}

/* @element: "serial", "parallel" or "console".  To libvirt a port on a concentrator leads nowhere. */
static void
write_port (HvfsXmlOut *out, const HvfsPort *port, const char *element, const char *target_type,
            gboolean more)
{
  HvfsPortType type = port->uri != NULL && !more ? HVFS_PORT_NULL : port->type;

  hvfs_xml_open (out, element, "type", hvfs_port_type_words[type], NULL);
  if (type == HVFS_PORT_TCP)
    {
      hvfs_xml_empty (out, "source", "mode", port->listen ? "bind" : "connect", "host", port->host,
                      "service", port->service, "vmware:uri", port->uri, "vmware:proxy",
                      more ? port->proxy : NULL, NULL);
      hvfs_xml_empty (out, "protocol", "type", hvfs_protocol_words[port->protocol], NULL);
    }
  else if (port->path != NULL)
    hvfs_xml_empty (out, "source", "path", port->path, NULL);
  hvfs_xml_empty (out, "target", "type", target_type, "port", HVFS_XML_NUMBER (port->port), NULL);
  hvfs_xml_close (out, element);
}

static void
write_ports (HvfsXmlOut *out, const HvfsDomain *domain, gboolean more)
{
  for (guint i = 0; i < domain->serials->len; i++)
    write_port (out, domain->serials->pdata[i], "serial", NULL, more);
  for (guint i = 0; i < domain->parallels->len; i++)
    write_port (out, domain->parallels->pdata[i], "parallel", NULL, more);
  if (domain->serials->len > 0)
    write_port (out, domain->serials->pdata[0], "console", "serial", more);
}

static void
write_graphics (HvfsXmlOut *out, const HvfsGraphics *graphics, HvfsDomainXmlFlags flags)
{
  gboolean show_port = graphics->autoport || graphics->port != 0;
  gboolean secure = (flags & HVFS_DOMAIN_XML_SECURE) != 0;

  hvfs_xml_open (out, "graphics", "type", hvfs_graphics_type_words[graphics->type], "port",
                 show_port ? HVFS_XML_NUMBER (graphics->autoport ? -1 : graphics->port) : NULL,
                 "autoport", graphics->autoport ? "yes" : "no", "listen", graphics->listen,
                 "keymap", graphics->keymap, "passwd", secure ? graphics->password : NULL, NULL);
  hvfs_xml_empty (out, "listen", "type", "address", "address", graphics->listen, NULL);
  hvfs_xml_close (out, "graphics");
}

static void
write_video (HvfsXmlOut *out, const HvfsVideo *video, gboolean primary, gboolean more)
{
  gboolean accel3d = more && video->accel3d == HVFS_SWITCH_YES;

  hvfs_xml_open (out, "video", NULL);
  (accel3d ? hvfs_xml_open : hvfs_xml_empty) (
    out, "model", "type", hvfs_video_type_words[video->type], "vram",
    HVFS_XML_NUMBER (video->vram_kib), "heads",
    video->heads > 1 ? HVFS_XML_NUMBER (video->heads) : NULL, "primary", primary ? "yes" : NULL,
    NULL);
  if (accel3d)
    {
      hvfs_xml_empty (out, "acceleration", "accel3d", "yes", NULL);
      hvfs_xml_close (out, "model");
    }
  hvfs_xml_close (out, "video");
}

void
hvfs_domain_xml_write_devices (HvfsXmlOut *out, const HvfsDomain *domain, HvfsDomainXmlFlags flags)
{
  gboolean more = (flags & (HVFS_DOMAIN_XML_MORE | HVFS_DOMAIN_XML_FULL)) != 0;

  hvfs_xml_open (out, "devices", NULL);
  for (guint i = 0; i < domain->disks->len; i++)
    write_disk (out, domain->disks->pdata[i], more);
  for (guint i = 0; i < domain->controllers->len; i++)
    if (!more || !hvfs_domain_xml_is_word (domain->controllers->pdata[i]))
      write_controller (out, domain->controllers->pdata[i]);
  for (guint i = 0; i < domain->filesystems->len; i++)
    write_filesystem (out, domain->filesystems->pdata[i], i, flags);
  for (guint i = 0; i < domain->nets->len; i++)
    write_net (out, domain->nets->pdata[i], i, flags);
  write_ports (out, domain, more);
  for (guint i = 0; i < domain->graphics->len; i++)
    write_graphics (out, domain->graphics->pdata[i], flags);
  for (guint i = 0; i < domain->videos->len; i++)
    write_video (out, domain->videos->pdata[i], i == 0, more);
  if (more)
    hvfs_domain_xml_write_words (out, domain);
  if (more)
    hvfs_xml_write_nvdimms (out, domain);
  if (more)
    hvfs_xml_write_hostdevs (out, domain, (flags & HVFS_DOMAIN_XML_FULL) != 0);
  hvfs_xml_close (out, "devices");
}
