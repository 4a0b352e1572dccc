/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-net.c - network interfaces in a VMX
 *
 * ESX names the network that an interface is on.  Workstation, Player and Fusion have numbered
 * ones, VMnet0 to VMnet255, and words for those that every installation has.  In domain XML
 * both are bridges.  What Workstation calls custom has a <target dev=''/>, and a host-only
 * network gets one: so it comes back as the same network.
 */
#include "convert/model/scalar.h"
#include "convert/vmx/vmx-read-part.h"
#include "convert/model/words.h"

#include <string.h>

/* ethernetN.features of a "vmxnet" that is a vmxnet2. */
#define VMXNET2_FEATURES 15

typedef struct
{
  HvfsVmxText *vmx;
  char prefix[24];         /* "ethernet4294967295." */
  const char *connection;  /* connectionType; nullable */
  const char *network;     /* networkName; nullable */
} Reader;

/* What connectionType can be. */
static const struct
{
  const char *word;
  const char *vmnet;     /* nullable: its network where no other is named */
  const char *named_by;  /* nullable: the key that names it, beside networkName */
  gboolean shows_device;
  gboolean lost;         /* the XML does not say what it is */
} connections[] = {
  { "bridged", "VMnet0", NULL, FALSE, FALSE },
  { "", "VMnet0", NULL, FALSE, FALSE },
  { "custom", "VMnet0", "vnet", TRUE, FALSE },
  { "hostonly", "VMnet1", NULL, TRUE, FALSE },
  { "nat", NULL, NULL, FALSE, FALSE },
  { "pvn", "LAN segment", "pvnID", FALSE, TRUE },
  { "monitor_dev", "VMnet0", "vnet", TRUE, TRUE },
};

static const char *
get (const Reader *reader, const char *key)
{
  return hvfs_vmx_text_get (reader->vmx, "%s%s", reader->prefix, key);
}

static gboolean
bad (const Reader *reader, GError **error, const char *key, const char *right)
{
  return hvfs_vmx_text_bad (reader->vmx, error, right, "%s%s", reader->prefix, key);
}

static void
note (const Reader *reader, const char *key, const char *text)
{
  g_autofree char *whole = g_strconcat (reader->prefix, key, NULL);

  hvfs_vmx_text_note (reader->vmx, whole, "%s", text);
}

static gboolean
is_word (const char *value, const char *word)
{
  return value != NULL && g_ascii_strcasecmp (value, word) == 0;
}

static gboolean
read_mac (const Reader *reader, HvfsNet *net, GError **error)
{
  const char *type = get (reader, "addressType");
  const char *check = get (reader, "checkMACAddress");
  gboolean fixed = is_word (type, "static");
  const char *key = fixed ? "address" : "generatedAddress";
  const char *mac = get (reader, key);

  if (type != NULL && *type == '\0')
    type = NULL;
  if (mac != NULL && *mac == '\0')
    mac = NULL;
  if (type != NULL && !fixed && !is_word (type, "generated") && !is_word (type, "vpx"))
    return bad (reader, error, "addressType", "must be \"generated\", \"static\" or \"vpx\"");
  if (mac != NULL && !hvfs_parse_mac (mac, net->mac))
    return bad (reader, error, key, "must be a MAC address, 6 pairs of hex digits with colons");
  if (type != NULL)
    net->mac_type = fixed ? HVFS_MAC_STATIC : HVFS_MAC_GENERATED;
  if (check != NULL)
    net->mac_check = strcmp (check, "true") == 0 ? HVFS_SWITCH_YES : HVFS_SWITCH_NO;
  return TRUE;
}

static gboolean
read_model (const Reader *reader, HvfsNet *net, GError **error)
{
  const char *word = get (reader, "virtualDev");
  int model = hvfs_words_index_nocase (hvfs_net_model_words, word);
  gint64 features = 0;

  if (!hvfs_vmx_text_get_int (reader->vmx, &features, error, "%sfeatures", reader->prefix))
    return FALSE;
  if (word == NULL || *word == '\0')
    return TRUE;
  if (model <= HVFS_NET_MODEL_UNKNOWN || model >= HVFS_NET_MODEL_OTHER)
    return bad (reader, error, "virtualDev",
                "must be \"vlance\", \"vmxnet\", \"vmxnet3\", \"e1000\" or \"e1000e\"");
  net->model = model == HVFS_NET_MODEL_VMXNET && features == VMXNET2_FEATURES
                 ? HVFS_NET_MODEL_VMXNET2
                 : (HvfsNetModel) model;
  return TRUE;
}

static gboolean
read_vds (const Reader *reader, HvfsNet *net, GError **error)
{
  net->type = HVFS_NET_VDS;
  net->portgroup_id = g_strdup (get (reader, "dvs.portgroupId"));
  return hvfs_vmx_text_get_uuid (reader->vmx, net->switch_id, error, "%sdvs.switchId",
                                 reader->prefix)
         && hvfs_vmx_text_get_int (reader->vmx, &net->port_id, error, "%sdvs.portId",
                                   reader->prefix)
         && hvfs_vmx_text_get_int (reader->vmx, &net->connection_id, error, "%sdvs.connectionId",
                                   reader->prefix);
}

/* Of a kind of connection that is no bridge of ESX. */
static gboolean
read_kind (const Reader *reader, HvfsNet *net, GError **error)
{
  guint kind = 0;
  const char *named;

  while (kind < G_N_ELEMENTS (connections)
         && !is_word (reader->connection, connections[kind].word))
    kind++;
  if (kind == G_N_ELEMENTS (connections))
    return bad (reader, error, "connectionType",
                "must be \"bridged\", \"nat\", \"hostonly\", \"custom\", \"pvn\" or "
                "\"monitor_dev\"");
  if (connections[kind].vmnet == NULL)
    {
      net->type = HVFS_NET_USER;
      return TRUE;
    }
  named = connections[kind].named_by != NULL ? get (reader, connections[kind].named_by) : NULL;
  net->type = HVFS_NET_BRIDGE;
  net->bridge = g_strdup (reader->network != NULL ? reader->network
                          : named != NULL         ? named
                                                  : connections[kind].vmnet);
  if (connections[kind].shows_device)
    net->dev = g_strdup (named != NULL ? named : connections[kind].vmnet);
  if (connections[kind].lost)
    note (reader, "connectionType", "the XML says a bridge of that name, and not what it is");
  return TRUE;
}

/* On an opaque network, and no other: to libvirt one with a name is a bridge of that name. */
static gboolean
is_opaque (const Reader *reader)
{
  const char *id = get (reader, "opaqueNetwork.id"), *type = get (reader, "opaqueNetwork.type");

  return reader->network == NULL && id != NULL && *id != '\0' && type != NULL && *type != '\0'
         && (reader->connection == NULL || is_word (reader->connection, "bridged"));
}

static gboolean
read_connection (const Reader *reader, HvfsNet *net, GError **error)
{
  if (get (reader, "dvs.switchId") != NULL)
    return read_vds (reader, net, error);
  if (is_opaque (reader))
    {
      net->type = HVFS_NET_NULL;
      net->opaque_id = g_strdup (get (reader, "opaqueNetwork.id"));
      net->opaque_type = g_strdup (get (reader, "opaqueNetwork.type"));
      return TRUE;
    }
  if (reader->connection != NULL)
    return read_kind (reader, net, error);
  net->type = reader->network != NULL ? HVFS_NET_BRIDGE : HVFS_NET_NULL;
  net->bridge = g_strdup (reader->network);
  return TRUE;
}

/* Keys that say nothing beside others, such as the address of another type, are left. */
static void
mark (const Reader *reader, const HvfsNet *net)
{
  const struct
  {
    const char *keys[5];
    gboolean kept;
  } rows[] = {
    { { "present", "virtualDev", "addressType", "checkMACAddress" }, TRUE },
    { { "features" }, net->model == HVFS_NET_MODEL_VMXNET2 },
    { { "address" }, net->mac_type == HVFS_MAC_STATIC },
    { { "generatedAddress" }, net->mac_type != HVFS_MAC_STATIC },
    { { "connectionType" }, net->type != HVFS_NET_VDS && net->opaque_id == NULL
                              && !is_word (reader->connection, "pvn")
                              && !is_word (reader->connection, "hostonly") },
    { { "networkName" }, net->type == HVFS_NET_BRIDGE },
    { { "vnet" }, net->dev != NULL },
    { { "dvs.switchId", "dvs.portgroupId" }, net->type == HVFS_NET_VDS },
    { { "opaqueNetwork.id", "opaqueNetwork.type" }, net->opaque_id != NULL },
    { { "dvs.portId" }, net->port_id != 0 },
    { { "dvs.connectionId" }, net->connection_id != 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kept)
      hvfs_vmx_text_mark (reader->vmx, reader->prefix, rows[i].keys);
}

static void
read_mbit (const Reader *reader, const char *key, guint64 *ret_mbit)
{
  const char *const kept[] = { key, NULL };
  const char *text = get (reader, key);

  if (text != NULL && hvfs_parse_uint64 (text, G_MAXINT32, ret_mbit) && *ret_mbit > 0)
    hvfs_vmx_text_mark (reader->vmx, reader->prefix, kept);
}

static void
read_allocation (const Reader *reader, HvfsNet *net)
{
  static const char *const kept[] = { "shares", NULL };
  const char *shares = get (reader, "shares");

  read_mbit (reader, "limit", &net->limit_mbit);
  read_mbit (reader, "reservation", &net->reservation_mbit);
  if (shares != NULL && hvfs_net_parse_shares (shares, &net->shares)
      && net->shares != HVFS_NET_SHARES)
    hvfs_vmx_text_mark (reader->vmx, reader->prefix, kept);
}

static gboolean
read_net (HvfsVmxText *vmx, guint number, HvfsDomain *domain, GError **error)
{
  Reader reader = { .vmx = vmx };
  gboolean present;
  HvfsNet *net;

  g_snprintf (reader.prefix, sizeof reader.prefix, "ethernet%u.", number);
  if (!hvfs_vmx_read_present (vmx, reader.prefix, &present, error))
    return FALSE;
  if (!present)
    return TRUE;
  reader.connection = get (&reader, "connectionType");
  reader.network = get (&reader, "networkName");
  net = hvfs_domain_add_net (domain);
  net->number = number;
  if (!read_mac (&reader, net, error) || !read_model (&reader, net, error)
      || !read_connection (&reader, net, error))
    return FALSE;
  read_allocation (&reader, net);
  mark (&reader, net);
  return TRUE;
}

gboolean
hvfs_vmx_read_nets (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  g_autoptr (GArray) numbers = hvfs_vmx_text_numbers (vmx, "ethernet");

  for (guint i = 0; i < numbers->len; i++)
    if (!read_net (vmx, g_array_index (numbers, guint, i), domain, error))
      return FALSE;
  return TRUE;
}
