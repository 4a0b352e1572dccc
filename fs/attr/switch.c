/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/switch.c - a host's virtual switches and NICs; see switch.h
 *
 * The lists of NICs and of switches are pushed; port groups, which change with each machine
 * that starts, are facts (see facts.h).
 */
#include "fs/attr/switch.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/xml/xml-out.h"
#include "fs/attr/facts.h"
#include "fs/attr/network.h"
#include "fs/attr/tables.h"
#include "fs/edit/draft.h"

/* ---- names ---- */

/* The number that stands for @name in inode numbers; few names serve all hosts. */
static guint32
number_of (const char *name)
{
  return g_quark_from_string (name);
}

static void
place_all (const HvfsObject *host, guint index, const char *key, HvfsRowName dir, HvfsRow *row,
           GArray *places, GPtrArray *names)
{
  const HvfsValue *list = hvfs_object_get (host, index);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    {
      const char *name = hvfs_value_text (hvfs_value_nth (list, i), key);
      GString *file;
      HvfsPlace place;

      if (name == NULL || *name == '\0')
        continue;
      file = g_string_new (name);
      g_string_replace (file, "/", "%2f", 0);
      g_string_append (file, ".xml");
      place = (HvfsPlace){ hvfs_row_ino (hvfs_row (dir), host->serial, 0), file->str,
                           hvfs_row_ino (row, host->serial, number_of (name)) };
      g_ptr_array_add (names, g_string_free (file, FALSE));
      g_array_append_val (places, place);
    }
}

static gboolean
is_placed (GArray *places, guint64 dir, const char *name)
{
  for (guint i = 0; i < places->len; i++)
    if (g_array_index (places, HvfsPlace, i).dir == dir
        && strcmp (g_array_index (places, HvfsPlace, i).name, name) == 0)
      return TRUE;
  return FALSE;
}

/* What is not defined yet; where it is by now, the switch has the name. */
static void
place_drafts (HvfsFs *fs, const HvfsObject *host, GArray *places, GPtrArray *names)
{
  guint64 dir = hvfs_row_ino (hvfs_row (HVFS_NAMED_HOST_SWITCHES), host->serial, 0);
  guint32 after = 0;
  gboolean more;

  do
    {
      g_auto (HvfsDraft) draft = { 0 };

      more = hvfs_drafts_next (fs->drafts, dir, after, &draft);
      if (more && !is_placed (places, dir, draft.name))
        {
          HvfsPlace place = { dir, g_strdup (draft.name),
                              hvfs_row_ino (&hvfs_switch_draft_row, host->serial, number_of (draft.name)) };

          g_ptr_array_add (names, (char *) place.name);
          g_array_append_val (places, place);
        }
      after = draft.number;
    }
  while (more);
}

void
hvfs_switches_place (HvfsFs *fs, const HvfsObject *host, GArray *places, GPtrArray *names)
{
  place_all (host, HVFS_HOST_NICS, "device", HVFS_NAMED_HOST_INTERFACES, &hvfs_interface_row,
             places, names);
  place_all (host, HVFS_HOST_SWITCHES, "name", HVFS_NAMED_HOST_SWITCHES, &hvfs_switch_row, places,
             names);
  place_drafts (fs, host, places, names);
}

/* (nullable): the item of the list @index whose @key is @text */
static const HvfsValue *
find (const HvfsObject *host, guint index, const char *key, const char *text)
{
  const HvfsValue *list = hvfs_object_get (host, index);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    if (g_strcmp0 (hvfs_value_text (hvfs_value_nth (list, i), key), text) == 0)
      return hvfs_value_nth (list, i);
  return NULL;
}

static gboolean
set_gone (const char *what, GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the %s is not there any more", what);
  return FALSE;
}

static gboolean
nic_stat (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node, const HvfsObject *host,
          struct stat *st G_GNUC_UNUSED)
{
  return find (host, HVFS_HOST_NICS, "device", g_quark_to_string (node.b)) != NULL;
}

static gboolean
switch_stat (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node, const HvfsObject *host,
             struct stat *st G_GNUC_UNUSED)
{
  return find (host, HVFS_HOST_SWITCHES, "name", g_quark_to_string (node.b)) != NULL;
}

/* ---- a NIC ---- */

/* -1: it is none */
static int
prefix_of (const char *mask)
{
  g_autoptr (GInetAddress) address = mask != NULL ? g_inet_address_new_from_string (mask) : NULL;
  int prefix = 0;

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
    return -1;
  for (guint i = 0; i < g_inet_address_get_native_size (address); i++)
    prefix += __builtin_popcount (g_inet_address_to_bytes (address)[i]);
  return prefix;
}

static void
write_ip (HvfsXmlOut *out, const HvfsValue *ip)
{
  const char *address = hvfs_value_text (ip, "ipAddress");
  int prefix = prefix_of (hvfs_value_text (ip, "subnetMask"));
  gboolean dhcp = hvfs_value_bool (ip, "dhcp");
  gboolean has_address = address != NULL && *address != '\0' && prefix >= 0;

  if (!dhcp && !has_address)
    return;
  hvfs_xml_open (out, "protocol", "family", "ipv4", NULL);
  if (dhcp)
    hvfs_xml_empty (out, "dhcp", "peerdns", "no", NULL);
  if (has_address)
    hvfs_xml_empty (out, "ip", "address", address, "prefix", HVFS_XML_NUMBER (prefix), NULL);
  hvfs_xml_close (out, "protocol");
}

/* What virsh iface-dumpxml prints of it. */
static gboolean
nic_show (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node, const HvfsObject *host, GString *text,
          GError **error)
{
  const HvfsValue *nic
    = find (host, HVFS_HOST_NICS, "device", g_quark_to_string (node.b));
  HvfsXmlOut out = { text, 0 };

  if (nic == NULL)
    return set_gone ("NIC", error);
  hvfs_xml_open (&out, "interface", "type", "ethernet", "name", hvfs_value_text (nic, "device"),
                 NULL);
  hvfs_xml_empty (&out, "start", "mode", "onboot", NULL);
  write_ip (&out, hvfs_value_get (nic, "spec.ip"));
  hvfs_xml_empty (&out, "mac", "address", hvfs_value_text (nic, "mac"), NULL);
  hvfs_xml_close (&out, "interface");
  return TRUE;
}

/* ---- a switch ---- */

/* As an attribute; 0 is left out.  Returns: where @number was printed; NULL */
static const char *
print (HvfsXmlNumber *number, gint64 value)
{
  *number = hvfs_xml_number (value);
  return value > 0 ? number->text : NULL;
}

/* Bits and bytes a second, as KB and KiB. */
static void
write_bandwidth (HvfsXmlOut *out, const HvfsValue *shaping)
{
  static const char *const ways[] = { "inbound", "outbound" };
  HvfsXmlNumber average, peak, burst;

  if (!hvfs_value_bool (shaping, "enabled"))
    return;
  hvfs_xml_open (out, "bandwidth", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    hvfs_xml_empty (
      out, ways[i],
      "average", print (&average, hvfs_value_int (shaping, "averageBandwidth", 0) / 8 / 1000),
      "peak", print (&peak, hvfs_value_int (shaping, "peakBandwidth", 0) / 8 / 1000),
      "burst", print (&burst, hvfs_value_int (shaping, "burstSize", 0) / 1024), NULL);
  hvfs_xml_close (out, "bandwidth");
}

/* The names of the NICs that @vswitch is bridged to, in its order. */
static GPtrArray *
nics_of (const HvfsObject *host, const HvfsValue *vswitch)
{
  GPtrArray *devices = g_ptr_array_new ();

  for (guint i = 0; i < hvfs_value_n_children (vswitch); i++)
    {
      HvfsValue *key = hvfs_value_nth (vswitch, i);
      const HvfsValue *nic;

      if (strcmp (hvfs_value_name (key), "pnic") != 0)
        continue;
      nic = find (host, HVFS_HOST_NICS, "key", hvfs_value_text (key, NULL));
      if (hvfs_value_text (nic, "device") != NULL)
        g_ptr_array_add (devices, (char *) hvfs_value_text (nic, "device"));
    }
  return devices;
}

static void
write_forward (HvfsXmlOut *out, const HvfsObject *host, const HvfsValue *vswitch)
{
  g_autoptr (GPtrArray) devices = nics_of (host, vswitch);

  if (devices->len == 0)
    {
      hvfs_xml_empty (out, "bridge", "stp", "off", "delay", "0", NULL);
      return;
    }
  hvfs_xml_open (out, "forward", "dev", devices->pdata[0], "mode", "bridge", NULL);
  for (guint i = 0; i < devices->len; i++)
    hvfs_xml_empty (out, "interface", "dev", devices->pdata[i], NULL);
  hvfs_xml_close (out, "forward");
}

/* Whether machines can be on the port group @name, which makes it a network of the server. */
static gboolean
is_network (HvfsFs *fs, const HvfsObject *host, const char *name)
{
  const HvfsValue *list = hvfs_object_get (host, HVFS_HOST_NETWORKS);

  for (guint i = 0; i < hvfs_value_n_children (list); i++)
    {
      const HvfsObject *network = hvfs_mirror_resolve (fs->mirror, hvfs_value_nth (list, i));
      const char *raw
        = network == NULL ? NULL : hvfs_value_text (hvfs_object_get (network, HVFS_NAME), NULL);
      g_autofree char *plain = raw == NULL ? NULL : hvfs_inventory_name_decode (raw);

      if (g_strcmp0 (plain, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
write_groups (HvfsFs *fs, HvfsXmlOut *out, const HvfsObject *host, const HvfsValue *vswitch,
              const HvfsValue *groups)
{
  for (guint i = 0; i < hvfs_value_n_children (vswitch); i++)
    {
      HvfsValue *key = hvfs_value_nth (vswitch, i);

      if (strcmp (hvfs_value_name (key), "portgroup") != 0)
        continue;
      for (guint j = 0; j < hvfs_value_n_children (groups); j++)
        {
          const HvfsValue *group = hvfs_value_nth (groups, j);
          const char *name = hvfs_value_text (group, "name");

          if (g_strcmp0 (hvfs_value_text (group, "key"), hvfs_value_text (key, NULL)) != 0
              || name == NULL || !is_network (fs, host, name))
            continue;
          hvfs_xml_open (out, "portgroup", "name", name, NULL);
          write_bandwidth (out, hvfs_value_get (group, "shapingPolicy"));
          hvfs_xml_close (out, "portgroup");
        }
    }
}

/* What virsh net-dumpxml prints of the switch @name of @host. */
static gboolean
write_switch (HvfsFs *fs, const HvfsObject *host, const char *name, GString *text,
              GError **error)
{
  const HvfsValue *vswitch = find (host, HVFS_HOST_SWITCHES, "name", name);
  g_autoptr (HvfsValue) groups = NULL;
  g_autofree char *uuid = NULL;
  HvfsXmlOut out = { text, 0 };

  if (vswitch == NULL)
    return set_gone ("virtual switch", error);
  if (!hvfs_facts_get (fs, host->serial, HVFS_FACT_HOST_GROUPS, &groups, error))
    return FALSE;
  uuid = hvfs_digest_uuid (hvfs_value_text (vswitch, "key"));
  hvfs_xml_open (&out, "network", NULL);
  hvfs_xml_leaf (&out, "name", name, NULL);
  hvfs_xml_leaf (&out, "uuid", uuid, NULL);
  write_forward (&out, host, vswitch);
  write_bandwidth (&out, hvfs_value_get (vswitch, "spec.policy.shapingPolicy"));
  write_groups (fs, &out, host, vswitch, groups);
  hvfs_xml_close (&out, "network");
  return TRUE;
}

static gboolean
switch_show (HvfsFs *fs, HvfsNode node, const HvfsObject *host, GString *text, GError **error)
{
  return write_switch (fs, host, g_quark_to_string (node.b), text, error);
}

/* ---- a network ---- */

gboolean
hvfs_network_xml_visible (HvfsFs *fs, HvfsNode node)
{
  const HvfsObject *network = hvfs_mirror_get (fs->mirror, node.a);

  return network != NULL && strcmp (network->type, "Network") == 0;
}

gboolean
hvfs_network_xml_show (HvfsFs *fs, HvfsNode node, const HvfsObject *network G_GNUC_UNUSED,
                       GString *out, GError **error)
{
  g_autofree char *name = NULL;
  guint32 serial = hvfs_networks_dup_switch (fs->networks, node.a, &name);
  const HvfsObject *host = hvfs_mirror_get (fs->mirror, serial);

  if (host == NULL)
    return hvfs_show_unknown ("switch", error);
  return hvfs_object_check (host, HVFS_SWITCHES_DEPENDS, error)
         && write_switch (fs, host, name, out, error);
}

static gboolean
network_is_known (HvfsFs *fs, HvfsNode node)
{
  g_autofree char *name = NULL;
  guint32 host = hvfs_networks_dup_switch (fs->networks, node.a, &name);

  return host != 0 && hvfs_facts_are_known (fs, host);
}

static gboolean
network_is_fresh (HvfsFs *fs, HvfsNode node)
{
  g_autofree char *name = NULL;
  guint32 host = hvfs_networks_dup_switch (fs->networks, node.a, &name);

  return hvfs_network_fetch.is_fresh (fs, node) && host != 0 && hvfs_facts_are_fresh (fs, host);
}

static gboolean
network_fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  g_autofree char *name = NULL;
  guint32 host;

  if (!hvfs_network_fetch.fetch (call, node, ret_size, error))
    return FALSE;
  host = hvfs_networks_dup_switch (call->fs->networks, node.a, &name);
  if (host == 0)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "no host of the mount has the network on a virtual switch");
      return FALSE;
    }
  return hvfs_facts_fetch (call, host, error);
}

const HvfsFetch hvfs_network_xml_fetch = { network_is_known, network_is_fresh, network_fetch };

HvfsRow hvfs_interface_row
  = { .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always, .flags = HVFS_ROW_NUMBERED,
      .depends = HVFS_INTERFACES_DEPENDS, .stat = nic_stat, .show = nic_show };
HvfsRow hvfs_switch_row
  = { .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always, .flags = HVFS_ROW_NUMBERED,
      .depends = HVFS_SWITCHES_DEPENDS, .stat = switch_stat, .show = switch_show,
      .fetch = &hvfs_facts_of_row };
