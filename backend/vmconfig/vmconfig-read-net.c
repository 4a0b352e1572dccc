/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-net.c - network interfaces in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "convert/model/hostdev.h"
#include "convert/model/scalar.h"

/* Units of the PCI bus below this one are no interfaces. */
#define FIRST_UNIT 7

static void
read_mac (const HvfsVmRead *read, HvfsNet *net, const HvfsValue *device)
{
  const char *mac = hvfs_value_text (device, "macAddress");
  const char *type = hvfs_value_text (device, "addressType");
  gint64 unit = hvfs_value_int (device, "unitNumber", -1);
  g_autofree char *key
    = g_strdup_printf ("ethernet%" G_GINT64_FORMAT ".checkMACAddress", unit - FIRST_UNIT);
  const char *check = hvfs_vm_extra (read->config, key);

  if (mac != NULL)
    hvfs_parse_mac (mac, net->mac);
  if (type != NULL)
    net->mac_type = g_ascii_strcasecmp (type, "manual") == 0 ? HVFS_MAC_STATIC : HVFS_MAC_GENERATED;
  if (check != NULL)
    net->mac_check = strcmp (check, "true") == 0 ? HVFS_SWITCH_YES : HVFS_SWITCH_NO;
}

static gint64
parse_id (const char *text)
{
  gint64 id = 0;

  return text != NULL && hvfs_parse_int64 (text, &id) ? id : 0;
}

static void
read_port (HvfsNet *net, const HvfsValue *port)
{
  const char *portgroup = hvfs_value_text (port, "portgroupKey");
  const char *uuid = hvfs_value_text (port, "switchUuid");

  net->type = HVFS_NET_VDS;
  if (uuid != NULL)
    hvfs_parse_uuid (uuid, net->switch_id);
  net->port_id = parse_id (hvfs_value_text (port, "portKey"));
  net->portgroup_id = g_strdup (portgroup);
  net->connection_id = hvfs_value_int (port, "connectionCookie", 0);
}

/* A hosted product's networks: one of its own, by the kind of connection, or a switch. */
static void
read_legacy (HvfsNet *net, const char *name)
{
  if (g_ascii_strcasecmp (name, "nat") == 0)
    net->type = HVFS_NET_USER;
  else
    {
      net->type = HVFS_NET_BRIDGE;
      net->bridge = g_strdup (name);
    }
}

/* Returns: whether it is on an opaque network */
static gboolean
read_opaque (HvfsNet *net, const HvfsValue *backing)
{
  const char *id = hvfs_value_text (backing, "opaqueNetworkId");
  const char *type = hvfs_value_text (backing, "opaqueNetworkType");

  if (id == NULL || *id == '\0' || type == NULL || *type == '\0')
    return FALSE;
  net->opaque_id = g_strdup (id);
  net->opaque_type = g_strdup (type);
  return TRUE;
}

static void
read_allocation (HvfsNet *net, const HvfsValue *allocation)
{
  const char *level = hvfs_value_text (allocation, "share.level");

  net->limit_mbit = CLAMP (hvfs_value_int (allocation, "limit", -1), 0, G_MAXINT32);
  net->reservation_mbit = CLAMP (hvfs_value_int (allocation, "reservation", 0), 0, G_MAXINT32);
  if (level != NULL && !hvfs_net_parse_shares (level, &net->shares))
    net->shares = CLAMP (hvfs_value_int (allocation, "share.shares", HVFS_NET_SHARES), 0,
                         HVFS_NET_SHARES_MAX);
}

/* The card, unless the host chooses it: what it has chosen changes with every start. */
static gboolean
read_card (HvfsNet *net, const HvfsValue *device)
{
  const char *id = hvfs_value_text (device, "sriovBacking.physicalFunctionBacking.id");

  net->sriov = TRUE;
  if (id == NULL || g_str_has_prefix (id, HVFS_VIM_AUTOMATIC))
    return TRUE;
  net->card = g_new0 (HvfsHostdev, 1);
  if (hvfs_hostdev_parse_pci (net->card, id))
    return TRUE;
  g_clear_pointer (&net->card, g_free);
  return FALSE;
}

void
hvfs_vm_read_net (HvfsVmRead *read, HvfsValue *device)
{
  const HvfsValue *backing = hvfs_value_get (device, "backing");
  const char *type = hvfs_value_type (backing);
  const char *name = hvfs_value_text (backing, "deviceName");
  HvfsNet *net = hvfs_domain_add_net (read->domain);

  net->model = hvfs_vim_class (device)->word;
  net->type = HVFS_NET_NULL;
  if (strcmp (hvfs_value_type (device), HVFS_VIM_SRIOV) == 0 && !read_card (net, device))
    hvfs_vm_read_note (read, "the card of %s", hvfs_value_text (device, "deviceInfo.label"));
  read_allocation (net, hvfs_value_get (device, "resourceAllocation"));
  read_mac (read, net, device);
  if (g_strcmp0 (type, "VirtualEthernetCardDistributedVirtualPortBackingInfo") == 0)
    read_port (net, hvfs_value_get (backing, "port"));
  else if (g_strcmp0 (type, "VirtualEthernetCardLegacyNetworkBackingInfo") == 0 && name != NULL)
    read_legacy (net, name);
  else if (g_strcmp0 (type, "VirtualEthernetCardNetworkBackingInfo") == 0 && name != NULL)
    {
      net->type = HVFS_NET_BRIDGE;
      net->bridge = g_strdup (name);
    }
  else if (!read_opaque (net, backing))
    hvfs_vm_read_comment (read, device); /* on nothing, or of no type here */
  hvfs_vm_read_keep (read, net, device);
}
