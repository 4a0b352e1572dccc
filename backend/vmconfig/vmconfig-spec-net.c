/* backend/vmconfig/vmconfig-spec-net.c - network interfaces that differ
 *
 * An interface is known by its MAC address; those of which only one side has the
 * address are taken in their order: so an address can be changed.
 */
#include "backend/vmconfig/vmconfig-spec.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"
#include "convert/error.h"
#include "convert/scalar.h"

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
  if (a->type != b->type)
    return FALSE;
  if (a->type == HVFS_NET_BRIDGE)
    return g_strcmp0 (a->bridge, b->bridge) == 0;
  if (a->type == HVFS_NET_VDS)
    return same_portgroup (a, b) && a->port_id == b->port_id
           && a->connection_id == b->connection_id;
  return TRUE;
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
new_port_backing (const HvfsVmChange *change, const HvfsNet *base, const HvfsNet *net)
{
  gboolean stale = base != NULL && base->type == HVFS_NET_VDS && base->port_id == net->port_id
                   && !same_portgroup (base, net);
  g_autofree char *switch_id = dup_switch_id (change, net);
  g_autofree char *port_id = g_strdup_printf ("%" G_GINT64_FORMAT, net->port_id);
  g_autoptr (HvfsValue) port
    = hvfs_vm_value_new ("port", NULL, "switchUuid", switch_id, "portgroupKey",
                         net->portgroup_id != NULL ? net->portgroup_id : "", NULL);
  HvfsValue *whole = net->port_id != 0 && !stale
                       ? hvfs_vm_value_with_text (port, "portKey", port_id)
                       : hvfs_value_ref (port);

  return hvfs_value_new_node ("backing", "VirtualEthernetCardDistributedVirtualPortBackingInfo",
                              &whole, 1);
}

/* Returns: (transfer full) (nullable) */
static HvfsValue *
new_backing (const HvfsVmChange *change, const HvfsNet *base, const HvfsNet *net, GError **error)
{
  if (net->type == HVFS_NET_BRIDGE)
    return hvfs_vm_value_new ("backing", "VirtualEthernetCardNetworkBackingInfo", "deviceName",
                              net->bridge, NULL);
  if (net->type == HVFS_NET_VDS)
    return new_port_backing (change, base, net);
  if (net->type == HVFS_NET_USER)
    return hvfs_vm_value_new ("backing", "VirtualEthernetCardLegacyNetworkBackingInfo",
                              "deviceName", "NAT", NULL);
  hvfs_vm_change_bad (error, ENOTSUP,
                      "<interface type='%s'>: the type must be bridge, vds or user",
                      hvfs_net_type_words[net->type]);
  return NULL;
}

static gboolean
add_net (HvfsVmChange *change, const HvfsNet *net, GError **error)
{
  HvfsNetModel model = net->model == HVFS_NET_MODEL_UNKNOWN ? HVFS_NET_MODEL_E1000 : net->model;
  const char *class = hvfs_vim_net_type (model);
  g_autofree char *mac = hvfs_format_mac (net->mac);
  g_autoptr (HvfsValue) backing = NULL;

  if (class == NULL)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<interface>: the model must be vlance, vmxnet, vmxnet2, vmxnet3, "
                               "e1000 or e1000e, not '%s'",
                               hvfs_net_model_words[model]);
  backing = new_backing (change, NULL, net, error);
  if (backing == NULL)
    return FALSE;
  hvfs_vm_change_open (change, "add", NULL);
  hvfs_vm_change_open_device (change, class);
  hvfs_vm_value_write (change->request, backing, "backing");
  hvfs_request_open (change->request, "connectable", NULL);
  hvfs_request_bool (change->request, "startConnected", TRUE);
  hvfs_request_bool (change->request, "allowGuestControl", TRUE);
  hvfs_request_bool (change->request, "connected", change->running);
  hvfs_request_close (change->request);
  hvfs_request_text (change->request, "addressType", address_type (net));
  hvfs_request_text (change->request, "macAddress", mac);
  hvfs_request_close (change->request);
  hvfs_vm_change_close (change);
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
  if (base != NULL && same_portgroup (base, wanted) && base->port_id == wanted->port_id
      && base->connection_id != wanted->connection_id)
    return hvfs_vm_change_bad (error, ENOTSUP,
                               "<interface><source connectionid='%" G_GINT64_FORMAT "'>: is the "
                               "switch's own: leave it as it is",
                               wanted->connection_id);
  return TRUE;
}

static gboolean
edit_net (HvfsVmChange *change, HvfsValue *device, const HvfsNet *base, const HvfsNet *wanted,
          GError **error)
{
  g_autoptr (HvfsValue) edited = hvfs_value_ref (device);
  gboolean type = base->mac_type != wanted->mac_type && wanted->mac_type != HVFS_MAC_DEFAULT;

  if (!same_backing (base, wanted))
    {
      HvfsValue *backing = new_backing (change, base, wanted, error);
      g_autoptr (HvfsValue) before = g_steal_pointer (&edited);

      if (backing == NULL)
        return FALSE;
      edited = hvfs_vm_value_with (before, backing);
    }
  if (!same_mac (base, wanted) || type)
    {
      /* An address that the user wrote is his, unless he says that it was given. */
      HvfsNet net = *wanted;
      g_autofree char *mac = hvfs_format_mac (wanted->mac);
      g_autoptr (HvfsValue) before = g_steal_pointer (&edited);
      g_autoptr (HvfsValue) typed = NULL;

      if (!type)
        net.mac_type = HVFS_MAC_DEFAULT;
      typed = hvfs_vm_value_with_text (before, "addressType", address_type (&net));
      edited = hvfs_vm_value_with_text (typed, "macAddress", mac);
    }
  if (edited != device)
    hvfs_vm_change_edit (change, g_steal_pointer (&edited));
  return TRUE;
}

/* Which interface of the base each wanted one is: -1: a new one. */
static void
match (const HvfsVmChange *change, int *matches, gboolean *used)
{
  const GPtrArray *base = change->base->nets, *wanted = change->wanted->nets;

  for (guint w = 0; w < wanted->len; w++)
    {
      matches[w] = -1;
      for (guint b = 0; b < base->len && matches[w] < 0; b++)
        if (!used[b] && same_mac (base->pdata[b], wanted->pdata[w]))
          matches[w] = b;
      if (matches[w] >= 0)
        used[matches[w]] = TRUE;
    }
  for (guint w = 0, b = 0; w < wanted->len; w++)
    {
      if (matches[w] >= 0)
        continue;
      while (b < base->len && used[b])
        b++;
      if (b == base->len)
        break;
      matches[w] = b;
      used[b] = TRUE;
    }
}

static gboolean
same_class (const HvfsNet *base, const HvfsNet *wanted)
{
  return wanted->model == HVFS_NET_MODEL_UNKNOWN || base->model == wanted->model;
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

  if (change->have != NULL && !check_words (base, wanted, error))
    return FALSE;
  if (base == NULL)
    return add_net (change, wanted, error);
  hvfs_vm_change_keep (change, base, wanted, device_of (change, match));
  return edit_net (change, device_of (change, match), base, wanted, error);
}

gboolean
hvfs_vm_change_nets (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->nets, *wanted = change->wanted->nets;
  g_autofree int *matches = g_new0 (int, wanted->len + 1);
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);

  match (change, matches, used);
  /* Another model is another device. */
  for (guint w = 0; w < wanted->len; w++)
    if (matches[w] >= 0 && !same_class (base->pdata[matches[w]], wanted->pdata[w]))
      {
        used[matches[w]] = FALSE;
        matches[w] = -1;
      }
  for (guint b = 0; b < base->len; b++)
    if (!used[b] && device_of (change, b) != NULL)
      hvfs_vm_change_remove (change, device_of (change, b));
  for (guint w = 0; w < wanted->len; w++)
    if (!change_net (change, wanted->pdata[w], matches[w], error))
      return FALSE;
  return TRUE;
}
