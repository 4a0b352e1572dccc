/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-net.c - network interfaces that differ
 *
 * An interface is known by its MAC address, the others by what else the text says of them:
 * so an address can be changed, and one that the text leaves out stays.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-network.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/model/hostdev.h"
#include "convert/model/scalar.h"

static gboolean
same_portgroup (const HvfsNet *a, const HvfsNet *b)
{
  return a->type == HVFS_NET_VDS && b->type == HVFS_NET_VDS
         && memcmp (a->switch_id, b->switch_id, HVFS_UUID_BYTES) == 0
         && g_strcmp0 (a->portgroup_id, b->portgroup_id) == 0;
}

static gboolean
same_backing (const HvfsNet *a, const HvfsNet *b)
{
  if (hvfs_net_is_by_name (a) != hvfs_net_is_by_name (b))
    return FALSE;
  if (hvfs_net_is_by_name (a))
    return g_strcmp0 (a->bridge, b->bridge) == 0;
  if (a->type != b->type)
    return FALSE;
  if (a->type == HVFS_NET_VDS)
    return same_portgroup (a, b) && a->port_id == b->port_id
           && a->connection_id == b->connection_id;
  return g_strcmp0 (a->opaque_id, b->opaque_id) == 0
         && g_strcmp0 (a->opaque_type, b->opaque_type) == 0;
}

static gboolean
same_mac (const HvfsNet *a, const HvfsNet *b)
{
  return memcmp (a->mac, b->mac, HVFS_MAC_BYTES) == 0;
}

/* The words of the server for where an address comes from. */
static const char *
address_type (const HvfsNet *net)
{
  static const guint8 host[] = { 0x00, 0x0c, 0x29 }, vmware[] = { 0x00, 0x50, 0x56 };
  gboolean of_host = memcmp (net->mac, host, sizeof host) == 0;
  gboolean of_vcenter = memcmp (net->mac, vmware, sizeof vmware) == 0 && net->mac[3] >= 0x80
                        && net->mac[3] <= 0xbf;

  if (net->mac_type == HVFS_MAC_STATIC)
    return "manual";
  if (net->mac_type == HVFS_MAC_GENERATED)
    return of_host ? "generated" : "assigned";
  return of_host ? "generated" : of_vcenter ? "assigned" : "manual";
}

/* The spelling of a switch's id that the server uses itself, where it is known. */
static char *
dup_switch_id (const HvfsVmChange *change, const HvfsNet *net)
{
  const HvfsValue *hardware
    = change->have != NULL ? hvfs_value_get (change->have->config, "hardware") : NULL;

  for (guint i = 0; i < hvfs_value_n_children (hardware); i++)
    {
      const char *text = hvfs_value_text (hvfs_value_nth (hardware, i), "backing.port.switchUuid");
      guint8 uuid[HVFS_UUID_BYTES];

      if (text != NULL && hvfs_parse_uuid (text, uuid)
          && memcmp (uuid, net->switch_id, sizeof uuid) == 0)
        return g_strdup (text);
    }
  return hvfs_format_vmx_uuid (net->switch_id);
}

/* @base: (nullable): a port of another group that nobody has changed is none of the new */
static HvfsValue *
new_port_backing (const HvfsVmChange *change, const HvfsValue *device, const HvfsNet *base,
                  const HvfsNet *net)
{
  gboolean stale = base != NULL && base->type == HVFS_NET_VDS && base->port_id == net->port_id
                   && !same_portgroup (base, net);
  HvfsValue *backing
    = hvfs_vm_change_backing (device, "VirtualEthernetCardDistributedVirtualPortBackingInfo");
  HvfsValue *old = hvfs_value_get (backing, "port");
  HvfsValue *port = old != NULL ? hvfs_value_ref (old) : hvfs_vm_value_new ("port", NULL);
  g_autofree char *switch_id = dup_switch_id (change, net);

  hvfs_vm_value_set (&port, "switchUuid", switch_id);
  hvfs_vm_value_set (&port, "portgroupKey", net->portgroup_id != NULL ? net->portgroup_id : "");
  if (net->port_id != 0 && !stale)
    hvfs_vm_value_set_int (&port, "portKey", net->port_id);
  else if (base == NULL || base->port_id != net->port_id)
    hvfs_vm_value_drop (&port, "portKey");
  hvfs_vm_value_put (&backing, port);
  return backing;
}

static HvfsValue *
new_opaque_backing (const HvfsValue *device, const HvfsNet *net)
{
  HvfsValue *backing
    = hvfs_vm_change_backing (device, "VirtualEthernetCardOpaqueNetworkBackingInfo");

  hvfs_vm_value_set (&backing, "opaqueNetworkId", net->opaque_id);
  hvfs_vm_value_set (&backing, "opaqueNetworkType", net->opaque_type);
  return backing;
}

/* Returns: (transfer full) (nullable) */
static HvfsValue *
new_backing (const HvfsVmChange *change, const HvfsValue *device, const HvfsNet *base,
             const HvfsNet *net, GError **error)
{
  gboolean user = net->type == HVFS_NET_USER;
  HvfsValue *named = change->networks != NULL && hvfs_net_is_by_name (net)
                       ? g_hash_table_lookup (change->networks, net->bridge)
                       : NULL;
  HvfsValue *backing;

  if (named != NULL)
    return hvfs_value_ref (named);
  if (net->type == HVFS_NET_VDS)
    return new_port_backing (change, device, base, net);
  if (net->opaque_id != NULL)
    return new_opaque_backing (device, net);
  if (!user && !hvfs_net_is_by_name (net))
    {
      if (net->sriov)
        hvfs_vm_change_bad (error, ENOTSUP,
                            "line %u: <interface type='hostdev'>: must have a <source> with "
                            "vmware:bridge='...', the network that it is on",
                            net->line);
      else
        hvfs_vm_change_bad (error, ENOTSUP,
                            "<interface type='%s'>: the type must be bridge, network, vds, user, "
                            "hostdev, or null with a <source vmware:opaqueid='...' "
                            "vmware:opaquetype='...'>",
                            hvfs_net_type_words[net->type]);
      return NULL;
    }
  backing = hvfs_vm_change_backing (device, user ? "VirtualEthernetCardLegacyNetworkBackingInfo"
                                                 : "VirtualEthernetCardNetworkBackingInfo");
  hvfs_vm_change_name_device (&backing, user ? "NAT" : net->bridge);
  return backing;
}

static gboolean
has_mac (const HvfsNet *net)
{
  return !hvfs_is_zero (net->mac, HVFS_MAC_BYTES);
}

/* An address that the user wrote is his, unless he says that it was given; one that he left
 * out stays, or is the server's to give.  @base: (nullable) */
static void
set_mac (HvfsValue **device, const HvfsNet *base, const HvfsNet *wanted)
{
  gboolean type = wanted->mac_type != HVFS_MAC_DEFAULT
                  && (base == NULL || base->mac_type != wanted->mac_type);
  gboolean address = has_mac (wanted) && (base == NULL || !same_mac (base, wanted));
  HvfsNet net = *wanted;
  g_autofree char *mac = hvfs_format_mac (wanted->mac);

  if (!type)
    net.mac_type = HVFS_MAC_DEFAULT;
  if (!has_mac (wanted) && base != NULL)
    memcpy (net.mac, base->mac, sizeof net.mac);
  if (has_mac (&net) && (address || type))
    hvfs_vm_value_set (device, "addressType", address_type (&net));
  else if (base != NULL && type && net.mac_type == HVFS_MAC_GENERATED)
    hvfs_vm_value_set (device, "addressType", "generated");
  if (address)
    hvfs_vm_value_set (device, "macAddress", mac);
}

/* Shares must be said with the rest; of a server that had none they are what it takes for said. */
static void
set_shares (HvfsValue **allocation, gboolean changed, const HvfsNet *wanted)
{
  HvfsValue *old = hvfs_value_get (*allocation, "share");
  HvfsValue *share = old != NULL ? hvfs_value_ref (old) : hvfs_vm_value_new ("share", NULL);
  g_autofree char *word = hvfs_net_dup_shares (wanted);

  if (changed || old == NULL)
    {
      hvfs_vm_value_set_int (&share, "shares", wanted->shares);
      hvfs_vm_value_set (&share, "level", word == NULL                ? "normal"
                                          : g_ascii_isdigit (word[0]) ? "custom"
                                                                      : word);
    }
  hvfs_vm_value_put (allocation, share);
}

/* @base: (nullable) */
static void
set_allocation (HvfsValue **device, const HvfsNet *base, const HvfsNet *wanted)
{
  static const HvfsNet plain = { .shares = HVFS_NET_SHARES };
  HvfsValue *old = hvfs_value_get (*device, "resourceAllocation");
  HvfsValue *allocation;

  if (base == NULL)
    base = &plain;
  if (base->limit_mbit == wanted->limit_mbit && base->shares == wanted->shares
      && base->reservation_mbit == wanted->reservation_mbit)
    return;
  allocation = old != NULL ? hvfs_value_ref (old) : hvfs_vm_value_new ("resourceAllocation", NULL);
  if (base->reservation_mbit != wanted->reservation_mbit)
    hvfs_vm_value_set_int (&allocation, "reservation", wanted->reservation_mbit);
  set_shares (&allocation, base->shares != wanted->shares, wanted);
  if (base->limit_mbit != wanted->limit_mbit)
    hvfs_vm_value_set_int (&allocation, "limit",
                           wanted->limit_mbit > 0 ? (gint64) wanted->limit_mbit : -1);
  hvfs_vm_value_put (device, allocation);
}

/* The card of which the host chooses one when the machine starts: the reference of the API has
 * this place for it. */
static HvfsValue *
new_automatic (void)
{
  HvfsValue *backing = hvfs_vm_value_new ("physicalFunctionBacking",
                                          "VirtualPCIPassthroughDeviceBackingInfo");

  hvfs_vm_value_set (&backing, "deviceName", "");
  hvfs_vm_value_set (&backing, "id", HVFS_VIM_AUTOMATIC "0000:00:00.0");
  hvfs_vm_value_set (&backing, "deviceId", "0");
  hvfs_vm_value_set (&backing, "systemId", "BYPASS");
  hvfs_vm_value_set_int (&backing, "vendorId", 0);
  return backing;
}

static gboolean
same_card (const HvfsNet *base, const HvfsNet *wanted)
{
  return base->sriov && (base->card != NULL) == (wanted->card != NULL)
         && (base->card == NULL || hvfs_hostdev_same (base->card, wanted->card));
}

/* Another card, whose functions are others, too.  @base: (nullable) */
static gboolean
set_card (const HvfsVmChange *change, HvfsValue **device, const HvfsNet *base,
          const HvfsNet *wanted, GError **error)
{
  HvfsValue *card, *backing;

  if (!wanted->sriov || (base != NULL && same_card (base, wanted)))
    return TRUE;
  if (wanted->card != NULL && change->hostdevs == NULL)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "line %u: <interface type='hostdev'>: it can be added to a machine "
                               "of a server only",
                               wanted->line);
  card = wanted->card != NULL ? g_hash_table_lookup (change->hostdevs, wanted->card) : NULL;
  backing = hvfs_vm_value_new ("sriovBacking", NULL);
  if (wanted->card == NULL)
    hvfs_vm_value_put (&backing, new_automatic ());
  else if (card != NULL)
    hvfs_vm_value_put (&backing, hvfs_value_ref (card));
  hvfs_vm_value_put (device, backing);
  return TRUE;
}

/* Makes the device what the text says.  @base: (nullable): what it was */
static gboolean
shape (const HvfsVmChange *change, HvfsValue **device, const HvfsNet *base, const HvfsNet *wanted,
       GError **error)
{
  HvfsValue *backing;

  set_mac (device, base, wanted);
  set_allocation (device, base, wanted);
  if (!set_card (change, device, base, wanted, error))
    return FALSE;
  if (base != NULL && same_backing (base, wanted))
    return TRUE;
  backing = new_backing (change, *device, base, wanted, error);
  if (backing != NULL)
    hvfs_vm_value_put (device, backing);
  return backing != NULL;
}

/* Returns: (nullable) */
static const char *
class_of (const HvfsNet *net, GError **error)
{
  HvfsNetModel model = net->model == HVFS_NET_MODEL_UNKNOWN ? HVFS_NET_MODEL_E1000 : net->model;
  const char *class = net->sriov ? HVFS_VIM_SRIOV : hvfs_vim_net_type (model);

  if (class == NULL)
    hvfs_vm_change_bad (error, ENOTSUP,
                        "<interface>: the model must be vlance, vmxnet, vmxnet2, vmxnet3, e1000 "
                        "or e1000e, not '%s'",
                        hvfs_net_model_words[model]);
  return class;
}

/* @old: (nullable): the device whose place it takes, which was @base */
static gboolean
add_net (HvfsVmChange *change, HvfsValue *old, const HvfsNet *base, const HvfsNet *net,
         GError **error)
{
  const char *class = class_of (net, error);
  g_autoptr (HvfsValue) device = NULL;
  gboolean starts;

  if (class == NULL)
    return FALSE;
  starts = change->unplugged == NULL || !g_hash_table_contains (change->unplugged, net);
  device = old != NULL ? hvfs_value_ref (old)
                       : hvfs_vm_change_new_device (change, class, TRUE, starts);
  hvfs_vm_value_become (&device, class);
  if (!shape (change, &device, base, net, error))
    return FALSE;
  hvfs_vm_change_add (change, g_steal_pointer (&device), NULL);
  return TRUE;
}

/* What is read back otherwise than it was written. */
static gboolean
check_words (const HvfsNet *base, const HvfsNet *wanted, GError **error)
{
  if (wanted->dev != NULL && (base == NULL || g_strcmp0 (base->dev, wanted->dev) != 0))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<interface><target dev='%s'>: the host names its devices itself: "
                               "leave it out",
                               wanted->dev);
  if (wanted->mac_check != HVFS_SWITCH_DEFAULT
      && (base == NULL || base->mac_check != wanted->mac_check))
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<interface><mac check='%s'>: cannot be changed: leave it out",
                               hvfs_switch_words[wanted->mac_check]);
  if (wanted->mac_type == HVFS_MAC_STATIC && !has_mac (wanted)
      && (base == NULL || base->mac_type != HVFS_MAC_STATIC))
    return hvfs_vm_change_bad (error, EINVAL,
                               "<interface><mac type='static'>: must have an address='...', or "
                               "leave the type out");
  if (base != NULL && same_portgroup (base, wanted) && base->port_id == wanted->port_id
      && base->connection_id != wanted->connection_id)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<interface><source connectionid='%" G_GINT64_FORMAT "'>: is the "
                               "switch's own: leave it as it is",
                               wanted->connection_id);
  return TRUE;
}

/* What is in the host's hardware does not come or go under a guest that runs. */
static gboolean
check_running (const HvfsVmChange *change, const HvfsNet *net, GError **error)
{
  return !net->sriov || !change->running
         || hvfs_vm_change_bad (error, EBUSY,
                                "<interface type='hostdev'>: the domain must be off: a card's "
                                "function cannot come, go or be another card's before");
}

static gboolean
edit_net (HvfsVmChange *change, HvfsValue *device, const HvfsNet *base, const HvfsNet *wanted,
          GError **error)
{
  g_autoptr (HvfsValue) edited = hvfs_value_ref (device);

  if (wanted->sriov && !same_card (base, wanted) && !check_running (change, wanted, error))
    return FALSE;
  if (!shape (change, &edited, base, wanted, error))
    return FALSE;
  hvfs_vm_change_keep (change, base, wanted, device);
  if (edited != device)
    hvfs_vm_change_edit (change, g_steal_pointer (&edited));
  return TRUE;
}

static gboolean
same_class (const HvfsNet *base, const HvfsNet *wanted)
{
  return base->sriov == wanted->sriov
         && (wanted->model == HVFS_NET_MODEL_UNKNOWN || base->model == wanted->model);
}

/* ---- which interface is which ---- */

/* How much of what a text says of an interface differs.  The address is what names one: the
 * same address is the same interface. */
static guint
difference (const HvfsNet *base, const HvfsNet *wanted)
{
  if (has_mac (wanted) && same_mac (base, wanted))
    return 0;
  return 2 * !same_class (base, wanted) + 2 * !same_backing (base, wanted)
         + !same_mac (base, wanted) + (base->mac_type != wanted->mac_type)
         + (base->limit_mbit != wanted->limit_mbit) + (base->boot != wanted->boot)
         + (base->sriov && wanted->sriov && !same_card (base, wanted));
}

/* Which interface of the base each wanted one is; -1: a new one.  The two that differ least
 * belong together, then the least of the others; of several that differ alike those that
 * stand at the same place do.  So one that was edited does not take the place of another that
 * the text cannot tell from it, and that has other settings on the server. */
static void
match (const HvfsVmChange *change, int *matches, gboolean *used)
{
  const GPtrArray *base = change->base->nets, *wanted = change->wanted->nets;

  for (guint w = 0; w < wanted->len; w++)
    matches[w] = -1;
  for (guint n = MIN (base->len, wanted->len); n > 0; n--)
    {
      guint least = G_MAXUINT, least_w = 0, least_b = 0;

      for (guint w = 0; w < wanted->len; w++)
        for (guint b = 0; b < base->len; b++)
          {
            guint away = w > b ? w - b : b - w, differs;

            if (matches[w] >= 0 || used[b])
              continue;
            differs = difference (base->pdata[b], wanted->pdata[w]) * (G_MAXUINT16 + 1) + away;
            if (differs < least)
              {
                least = differs;
                least_w = w;
                least_b = b;
              }
          }
      matches[least_w] = least_b;
      used[least_b] = TRUE;
    }
}

/* The device behind the n-th interface of the base: their order is that of the server. */
static HvfsValue *
device_of (const HvfsVmChange *change, guint n)
{
  return change->have != NULL
           ? hvfs_vm_change_device (change, change->have->domain->nets->pdata[n])
           : NULL;
}

/* @match: which interface of the base it is; -1: none */
static gboolean
change_net (HvfsVmChange *change, const HvfsNet *wanted, int match, GError **error)
{
  const HvfsNet *base = match >= 0 ? change->base->nets->pdata[match] : NULL;
  HvfsValue *device = base != NULL ? device_of (change, match) : NULL;

  if (change->have != NULL && !check_words (base, wanted, error))
    return FALSE;
  if (base == NULL || !same_class (base, wanted))
    return check_running (change, wanted, error)
           && (base == NULL || check_running (change, base, error))
           && add_net (change, device, base, wanted, error);
  return edit_net (change, device, base, wanted, error);
}

gboolean
hvfs_vm_change_nets (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->nets, *wanted = change->wanted->nets;
  g_autofree int *matches = g_new0 (int, wanted->len + 1);
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);

  match (change, matches, used);
  /* Another model is another device, which takes the place of the old one. */
  for (guint w = 0; w < wanted->len; w++)
    if (matches[w] >= 0 && !same_class (base->pdata[matches[w]], wanted->pdata[w]))
      used[matches[w]] = FALSE;
  for (guint b = 0; b < base->len; b++)
    {
      if (used[b] || device_of (change, b) == NULL)
        continue;
      if (!check_running (change, base->pdata[b], error))
        return FALSE;
      hvfs_vm_change_remove (change, device_of (change, b));
    }
  for (guint w = 0; w < wanted->len; w++)
    if (!change_net (change, wanted->pdata[w], matches[w], error))
      return FALSE;
  return TRUE;
}
