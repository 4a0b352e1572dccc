/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/network-xml.c - reading libvirt's XML of a network; see network-xml.h */
#include "convert/xml/network-xml.h"

#include <errno.h>
#include <string.h>

#include "convert/xml/xml-in.h"

#define MAX_BYTES (1024 * 1024)

static void
group_free (gpointer data)
{
  HvfsPortGroupDef *group = data;

  g_free (group->name);
  g_free (group);
}

void
hvfs_network_def_free (HvfsNetworkDef *def)
{
  if (def == NULL)
    return;
  g_free (def->name);
  g_ptr_array_unref (def->nics);
  g_ptr_array_unref (def->groups);
  g_free (def);
}

/* A bandwidth in KB a second and KiB. */
static gboolean
read_way (const xmlNode *node, HvfsShaping *ret, GError **error)
{
  gint64 average = 0, peak = 0, burst = 0;

  if (!hvfs_xml_attr_int64 (node, "average", &average, error)
      || !hvfs_xml_attr_int64 (node, "peak", &peak, error)
      || !hvfs_xml_attr_int64 (node, "burst", &burst, error))
    return FALSE;
  if (average < 0 || peak < 0 || burst < 0 || MAX (MAX (average, peak), burst) > G_MAXINT32)
    return hvfs_xml_bad (node, EINVAL, error, "no such bandwidth");
  *ret = (HvfsShaping){ average * 8 * 1000, peak * 8 * 1000, burst * 1024 };
  return TRUE;
}

static gboolean
read_bandwidth (const xmlNode *node, HvfsShaping *ret, GError **error)
{
  const xmlNode *in = hvfs_xml_child (node, "inbound"), *out = hvfs_xml_child (node, "outbound");
  HvfsShaping other = { 0 };

  if (in == NULL || out == NULL)
    return hvfs_xml_bad (node, EINVAL, error,
                         "a virtual switch has one bandwidth for both ways: give inbound and outbound");
  if (!read_way (in, ret, error) || !read_way (out, &other, error))
    return FALSE;
  return memcmp (ret, &other, sizeof other) == 0
         || hvfs_xml_bad (out, EINVAL, error,
                          "it is not inbound's, and a virtual switch has one bandwidth for both ways");
}

static gboolean
add_nic (HvfsNetworkDef *def, const xmlNode *node, char *device /* taken, nullable */,
         GError **error)
{
  if (device == NULL || *device == '\0')
    {
      g_free (device);
      return hvfs_xml_bad (node, EINVAL, error, "which device?");
    }
  if (g_ptr_array_find_with_equal_func (def->nics, device, g_str_equal, NULL))
    g_free (device);
  else
    g_ptr_array_add (def->nics, device);
  return TRUE;
}

static gboolean
read_forward (HvfsNetworkDef *def, const xmlNode *node, GError **error)
{
  g_autofree char *mode = hvfs_xml_attr (node, "mode");
  char *device = hvfs_xml_attr (node, "dev");

  if (g_strcmp0 (mode, "none") == 0)
    {
      g_free (device);
      return TRUE;
    }
  if (g_strcmp0 (mode, "bridge") != 0)
    {
      g_free (device);
      return hvfs_xml_bad (node, EINVAL, error, "a virtual switch has the mode bridge or none");
    }
  if (device != NULL && !add_nic (def, node, device, error))
    return FALSE;
  for (const xmlNode *child = hvfs_xml_child (node, NULL); child != NULL;
       child = hvfs_xml_next (child, NULL))
    if (!hvfs_xml_is (child, "interface"))
      return hvfs_xml_bad (child, EINVAL, error, "a virtual switch is bridged to interfaces only");
    else if (!add_nic (def, child, hvfs_xml_attr (child, "dev"), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_group (HvfsNetworkDef *def, const xmlNode *node, GError **error)
{
  HvfsPortGroupDef *group = g_new0 (HvfsPortGroupDef, 1);

  g_ptr_array_add (def->groups, group);
  group->name = hvfs_xml_attr (node, "name");
  if (group->name == NULL || *group->name == '\0')
    return hvfs_xml_bad (node, EINVAL, error, "it needs a name");
  for (const xmlNode *child = hvfs_xml_child (node, NULL); child != NULL;
       child = hvfs_xml_next (child, NULL))
    if (!hvfs_xml_is (child, "bandwidth"))
      return hvfs_xml_bad (child, EINVAL, error, "a port group has a bandwidth only");
    else if (!read_bandwidth (child, &group->shaping, error))
      return FALSE;
  return TRUE;
}

/* What virsh prints of a switch without NICs; it says nothing. */
static gboolean
check_bridge (const xmlNode *node, GError **error)
{
  g_autofree char *name = hvfs_xml_attr (node, "name"), *stp = hvfs_xml_attr (node, "stp");

  return (name == NULL && g_strcmp0 (stp, "on") != 0)
         || hvfs_xml_bad (node, EINVAL, error, "a virtual switch has no bridge of that kind");
}

static gboolean
read_child (HvfsNetworkDef *def, const xmlNode *node, GError **error)
{
  if (hvfs_xml_is (node, "name"))
    {
      g_free (def->name);
      def->name = hvfs_xml_text (node);
      return TRUE;
    }
  if (hvfs_xml_is (node, "uuid"))
    return hvfs_xml_bad (node, EINVAL, error, "it follows from the server's key: leave it out");
  if (hvfs_xml_is (node, "forward"))
    return read_forward (def, node, error);
  if (hvfs_xml_is (node, "bridge"))
    return check_bridge (node, error);
  if (hvfs_xml_is (node, "bandwidth"))
    return read_bandwidth (node, &def->shaping, error);
  if (hvfs_xml_is (node, "portgroup"))
    return read_group (def, node, error);
  return hvfs_xml_bad (node, EINVAL, error, "a virtual switch has no such thing");
}

HvfsNetworkDef *
hvfs_network_def_from_xml (const char *text, gsize len, GError **error)
{
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, MAX_BYTES, error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  g_autoptr (HvfsNetworkDef) def = NULL;

  if (doc == NULL)
    return NULL;
  if (!hvfs_xml_is (root, "network"))
    {
      hvfs_xml_bad (root, EINVAL, error, "not libvirt's XML of a network");
      return NULL;
    }
  def = g_new0 (HvfsNetworkDef, 1);
  def->nics = g_ptr_array_new_with_free_func (g_free);
  def->groups = g_ptr_array_new_with_free_func (group_free);
  for (const xmlNode *child = hvfs_xml_child (root, NULL); child != NULL;
       child = hvfs_xml_next (child, NULL))
    if (!read_child (def, child, error))
      return NULL;
  return g_steal_pointer (&def);
}
