/* convert/vmx-read-net.c - network interfaces in a VMX */
#include "convert/scalar.h"
#include "convert/vmx-read.h"
#include "convert/words.h"

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
  if (word == NULL)
    return TRUE;
  if (model <= HVFS_NET_MODEL_UNKNOWN || model >= HVFS_NET_MODEL_OTHER
      || model == HVFS_NET_MODEL_VMXNET2)
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

/* Whether networkName and vnet are there where the type of connection needs them. */
static gboolean
check_connection (const Reader *reader, GError **error)
{
  gboolean custom = is_word (reader->connection, "custom");

  if ((custom || is_word (reader->connection, "bridged")) && reader->network == NULL)
    return bad (reader, error, "networkName", "a bridged or custom connection needs one");
  if (custom && get (reader, "vnet") == NULL)
    return bad (reader, error, "vnet", "a custom connection needs one");
  return TRUE;
}

static gboolean
read_connection (const Reader *reader, HvfsNet *net, GError **error)
{
  const char *connection = reader->connection;

  if (!check_connection (reader, error))
    return FALSE;
  if (get (reader, "dvs.switchId") != NULL)
    return read_vds (reader, net, error);
  if (is_word (connection, "nat"))
    net->type = HVFS_NET_USER;
  else if (connection == NULL && reader->network == NULL)
    net->type = HVFS_NET_NULL;
  else if (connection == NULL || is_word (connection, "bridged") || is_word (connection, "custom"))
    net->type = HVFS_NET_BRIDGE;
  else
    return bad (reader, error, "connectionType", "must be \"bridged\", \"nat\" or \"custom\"");
  if (net->type == HVFS_NET_BRIDGE)
    net->bridge = g_strdup (reader->network);
  if (is_word (connection, "custom"))
    net->dev = g_strdup (get (reader, "vnet"));
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
    { { "connectionType" }, net->type != HVFS_NET_VDS },
    { { "networkName" }, net->type == HVFS_NET_BRIDGE },
    { { "vnet" }, net->dev != NULL },
    { { "dvs.switchId", "dvs.portgroupId" }, net->type == HVFS_NET_VDS },
    { { "dvs.portId" }, net->port_id != 0 },
    { { "dvs.connectionId" }, net->connection_id != 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kept)
      hvfs_vmx_text_mark (reader->vmx, reader->prefix, rows[i].keys);
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
  mark (&reader, net);
  return TRUE;
}

gboolean
hvfs_vmx_read_nets (HvfsVmxText *vmx, HvfsDomain *domain, GError **error)
{
  g_autoptr (GArray) numbers = hvfs_vmx_text_numbers (vmx, "ethernet", TRUE, error);

  if (numbers == NULL)
    return FALSE;
  for (guint i = 0; i < numbers->len; i++)
    if (!read_net (vmx, g_array_index (numbers, guint, i), domain, error))
      return FALSE;
  return TRUE;
}
