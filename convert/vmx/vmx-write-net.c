/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-write-net.c - the network interfaces of a domain as VMX keys */
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-words.h"
#include "convert/vmx/vmx-write-part.h"
#include "convert/xml/xml-out.h"

#include <string.h>

/* How VMware deals with a MAC address depends on its range. */
typedef struct
{
  gboolean generated; /* not static */
  gboolean vpx;       /* given by a vCenter, if generated */
  HvfsSwitch check;
} MacRange;

static MacRange
mac_range (const guint8 *mac)
{
  static const guint8 host[] = { 0x00, 0x0c, 0x29 }, vmware[] = { 0x00, 0x50, 0x56 };
  gboolean in_vmware = memcmp (mac, vmware, sizeof vmware) == 0;

  if (memcmp (mac, host, sizeof host) == 0)
    return (MacRange){ .generated = TRUE };
  if (in_vmware && mac[3] <= 0x3f)
    return (MacRange){ .generated = FALSE };
  if (in_vmware && mac[3] >= 0x80 && mac[3] <= 0xbf)
    return (MacRange){ .generated = TRUE, .vpx = TRUE };
  return (MacRange){ .check = HVFS_SWITCH_NO };
}

static void
write_mac (HvfsVmxOut *out, const HvfsNet *net)
{
  g_autofree char *address = hvfs_format_mac (net->mac);
  MacRange mac = mac_range (net->mac);

  if (net->mac_type != HVFS_MAC_DEFAULT)
    mac.generated = net->mac_type == HVFS_MAC_GENERATED;
  if (net->mac_type == HVFS_MAC_GENERATED)
    mac.check = HVFS_SWITCH_DEFAULT;
  if (net->mac_check != HVFS_SWITCH_DEFAULT)
    mac.check = net->mac_check;
  hvfs_vmx_put (out, !mac.generated ? "static" : mac.vpx ? "vpx" : "generated",
                "ethernet%u.addressType", net->number);
  hvfs_vmx_put (out, address, mac.generated ? "ethernet%u.generatedAddress" : "ethernet%u.address",
                net->number);
  if (mac.generated && !mac.vpx)
    hvfs_vmx_put_default (out, "0", "ethernet%u.generatedAddressOffset", net->number);
  if (mac.check != HVFS_SWITCH_DEFAULT)
    hvfs_vmx_put (out, mac.check == HVFS_SWITCH_YES ? "true" : "false",
                  "ethernet%u.checkMACAddress", net->number);
}

static void
write_model (HvfsVmxOut *out, const HvfsNet *net)
{
  if (net->model == HVFS_NET_MODEL_UNKNOWN)
    return;
  if (net->model >= HVFS_NET_MODEL_OTHER)
    hvfs_vmx_refuse_at (out, net->line, "interface", EINVAL,
                        "the model must be vlance, vmxnet, vmxnet2, vmxnet3, e1000 or e1000e, "
                        "not '%s'",
                        hvfs_net_model_words[net->model]);
  else if (net->model == HVFS_NET_MODEL_VMXNET2)
    {
      hvfs_vmx_put (out, "vmxnet", "ethernet%u.virtualDev", net->number);
      hvfs_vmx_put (out, "15", "ethernet%u.features", net->number);
    }
  else
    hvfs_vmx_put (out, hvfs_net_model_words[net->model], "ethernet%u.virtualDev", net->number);
}

static void
put_id (HvfsVmxOut *out, const HvfsNet *net, gint64 id, const char *key)
{
  if (id != 0)
    hvfs_vmx_put (out, HVFS_XML_NUMBER (id), "ethernet%u.dvs.%s", net->number, key);
}

static void
write_vds (HvfsVmxOut *out, const HvfsNet *net)
{
  g_autofree char *switch_id = hvfs_format_vmx_uuid (net->switch_id);

  hvfs_vmx_put (out, switch_id, "ethernet%u.dvs.switchId", net->number);
  put_id (out, net, net->port_id, "portId");
  if (net->portgroup_id != NULL)
    {
      g_autofree char *escaped = hvfs_xml_escape (net->portgroup_id); /* as libvirt does */

      hvfs_vmx_put (out, escaped, "ethernet%u.dvs.portgroupId", net->number);
    }
  put_id (out, net, net->connection_id, "connectionId");
}

static void
write_opaque (HvfsVmxOut *out, const HvfsNet *net)
{
  if (net->opaque_id == NULL)
    return;
  hvfs_vmx_put (out, net->opaque_id, "ethernet%u.opaqueNetwork.id", net->number);
  hvfs_vmx_put (out, net->opaque_type, "ethernet%u.opaqueNetwork.type", net->number);
}

static void
write_bridge (HvfsVmxOut *out, const HvfsNet *net)
{
  if (net->bridge != NULL)
    hvfs_vmx_put (out, net->bridge, "ethernet%u.networkName", net->number);
  hvfs_vmx_put_default (out, net->dev != NULL ? "custom" : "bridged",
                        "ethernet%u.connectionType", net->number);
  if (net->dev != NULL)
    hvfs_vmx_put (out, net->dev, "ethernet%u.vnet", net->number);
}

static void
write_allocation (HvfsVmxOut *out, const HvfsNet *net)
{
  g_autofree char *shares = hvfs_net_dup_shares (net);

  if (net->limit_mbit > 0)
    hvfs_vmx_put_number (out, net->limit_mbit, "ethernet%u.limit", net->number);
  if (net->reservation_mbit > 0)
    hvfs_vmx_put_number (out, net->reservation_mbit, "ethernet%u.reservation", net->number);
  if (shares != NULL)
    hvfs_vmx_put (out, shares, "ethernet%u.shares", net->number);
}

static void
write_net (HvfsVmxOut *out, const HvfsNet *net)
{
  if (net->sriov)
    {
      hvfs_vmx_refuse_at (out, net->line, "interface", ENOTSUP,
                          "type='hostdev': the keys of a VMX for a function of a card are not "
                          "known: define the domain by its config.xml");
      return;
    }
  hvfs_vmx_put (out, "true", "ethernet%u.present", net->number);
  write_model (out, net);
  switch (net->type)
    {
    case HVFS_NET_BRIDGE:
      write_bridge (out, net);
      break;
    case HVFS_NET_USER:
      hvfs_vmx_put (out, "nat", "ethernet%u.connectionType", net->number);
      break;
    case HVFS_NET_NULL:
      write_opaque (out, net);
      break;
    case HVFS_NET_VDS:
      write_vds (out, net);
      break;
    default:
      hvfs_vmx_refuse_at (out, net->line, "interface", ENOTSUP,
                          "type='%s' must be bridge, user, null or vds",
                          hvfs_net_type_words[net->type]);
    }
  write_mac (out, net);
  write_allocation (out, net);
}

/* A version that the domain itself has beside its interfaces is one that a VMX had with them. */
void
hvfs_vmx_write_nets (HvfsVmxOut *out)
{
  guint limit = out->hw_version < HVFS_VMX_PCI_VERSION ? 4 : 10;

  for (guint i = 0; i < out->domain->nets->len; i++)
    {
      const HvfsNet *net = out->domain->nets->pdata[i];

      if (net->number >= limit && out->hw_version != out->domain->hw_version)
        hvfs_vmx_refuse_at (out, net->line, "interface", EINVAL,
                            "there must be at most %u with virtualHW.version %u, this is the "
                            "number %u",
                            limit, out->hw_version, net->number + 1);
      write_net (out, net);
    }
}
