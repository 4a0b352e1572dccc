/* convert/domain-xml-known.c - what a reader of domain XML would drop in silence
 *
 * Exists because reading XML takes what it knows and leaves the rest, as libvirt does:
 * right for a conversion, but who edits a configuration must hear that what he wrote
 * comes to nothing.  The table has every element and attribute that means something,
 * and the one value of those that have no other.
 */
#include "convert/domain-xml.h"
#include "convert/error.h"
#include "convert/xml-in.h"

#include <string.h>

static const struct
{
  const char *path;       /* of an element, without "domain/" and "devices/" */
  const char *attributes; /* "name", or "name=the only value" */
  const char *text;       /* nullable: the only text it can have */
} known[] = {
  { "domain", "type id", NULL },
  { "name", "", NULL },
  { "uuid", "", NULL },
  { "genid", "", NULL },
  { "description", "", NULL },
  { "memory", "unit", NULL },
  { "currentMemory", "unit", NULL },
  { "memtune", "", NULL },
  { "memtune/min_guarantee", "unit", NULL },
  { "vcpu", "placement=static cpuset current", NULL },
  { "cputune", "", NULL },
  { "cputune/shares", "", NULL },
  { "os", "firmware", NULL },
  { "os/type", "arch", NULL },
  { "os/boot", "dev", NULL },
  { "os/firmware", "", NULL },
  { "os/firmware/feature", "enabled name", NULL },
  { "os/smbios", "mode", NULL },
  { "cpu", "mode=custom", NULL },
  { "cpu/topology", "sockets dies clusters cores threads", NULL },
  { "clock", "offset=utc", NULL },
  { "on_poweroff", "", "destroy" },
  { "on_reboot", "", "restart" },
  { "on_crash", "", "destroy" },
  { "devices", "", NULL },
  { "disk", "type device", NULL },
  { "disk/driver", "cache", NULL },
  { "disk/source", "file dev startupPolicy", NULL },
  { "disk/target", "dev bus", NULL },
  { "disk/readonly", "", NULL },
  { "disk/transient", "", NULL },
  { "disk/capacity", "unit", NULL },
  { "disk/boot", "order", NULL },
  { "disk/address", "type=drive controller bus target=0 unit", NULL },
  { "controller", "type index model", NULL },
  { "filesystem", "type accessmode=passthrough", NULL },
  { "filesystem/source", "dir", NULL },
  { "filesystem/target", "dir", NULL },
  { "filesystem/readonly", "", NULL },
  { "interface", "type", NULL },
  { "interface/mac", "address type check", NULL },
  { "interface/source", "bridge switchid portid portgroupid connectionid", NULL },
  { "interface/target", "dev", NULL },
  { "interface/model", "type", NULL },
  { "interface/boot", "order", NULL },
  { "serial", "type", NULL },
  { "serial/source", "path mode host service", NULL },
  { "serial/protocol", "type", NULL },
  { "serial/target", "port", NULL },
  { "parallel", "type", NULL },
  { "parallel/source", "path", NULL },
  { "parallel/target", "port", NULL },
  { "graphics", "type port autoport listen keymap passwd", NULL },
  { "graphics/listen", "type=address address", NULL },
  { "video", "", NULL },
  { "video/model", "type vram heads primary=yes", NULL },
};

/* What a server gives and nobody changes. */
static const char *const given[] = { "genid", "datacenterpath", "moref" };

static gboolean
check_attribute (const xmlNode *node, const xmlAttr *attribute, const char *right, GError **error)
{
  const char *name = (const char *) attribute->name;
  g_auto (GStrv) words = g_strsplit (right, " ", -1);
  g_autofree char *value = hvfs_xml_attr (node, name);
  gsize len = strlen (name);

  for (guint i = 0; attribute->ns == NULL && words[i] != NULL; i++)
    {
      const char *only = words[i] + len + 1;

      if (strcmp (words[i], name) == 0)
        return TRUE;
      if (strncmp (words[i], name, len) != 0 || words[i][len] != '=')
        continue;
      return strcmp (value, only) == 0
             || hvfs_xml_bad (node, ENOTSUP, error, "%s='%s' must be %s", name, value, only);
    }
  return hvfs_xml_bad (node, ENOTSUP, error, "%s='%s' means nothing to a VMware host: leave it out",
                       name, value);
}

static gboolean
check_element (const xmlNode *node, guint row, GError **error)
{
  g_autofree char *text = known[row].text != NULL ? hvfs_xml_text (node) : NULL;

  for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
    if (!check_attribute (node, attribute, known[row].attributes, error))
      return FALSE;
  return text == NULL || strcmp (g_strstrip (text), known[row].text) == 0
         || hvfs_xml_bad (node, ENOTSUP, error, "'%s' must be %s", text, known[row].text);
}

static gboolean
is_given (const xmlNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    if (strcmp ((const char *) node->name, given[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_children (const xmlNode *node, const char *path, GError **error)
{
  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    {
      if (child->type != XML_ELEMENT_NODE || (child->ns != NULL && is_given (child)))
        continue;
      g_autofree char *below = *path == '\0' || strcmp (path, "devices") == 0
                                 ? g_strdup ((const char *) child->name)
                                 : g_strdup_printf ("%s/%s", path, (const char *) child->name);
      guint row = 0;

      if (strcmp (below, "console") == 0)
        continue;
      while (row < G_N_ELEMENTS (known)
             && (child->ns != NULL || strcmp (known[row].path, below) != 0))
        row++;
      if (row == G_N_ELEMENTS (known))
        return hvfs_xml_bad (child, ENOTSUP, error,
                             "is nothing that a VMware host has here: leave it out");
      if (!check_element (child, row, error) || !check_children (child, below, error))
        return FALSE;
    }
  return TRUE;
}

/* The first child with that local name, of whatever namespace. */
static const xmlNode *
child_called (const xmlNode *node, const char *name)
{
  const xmlNode *child = node->children;

  while (child != NULL
         && (child->type != XML_ELEMENT_NODE || strcmp ((const char *) child->name, name) != 0))
    child = child->next;
  return child;
}

static gboolean
check_given (const xmlNode *base, const xmlNode *wanted, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      const xmlNode *before = child_called (base, given[i]), *now = child_called (wanted, given[i]);
      g_autofree char *old = hvfs_xml_text (before), *new = hvfs_xml_text (now);

      if (now != NULL && g_strcmp0 (old, new) != 0)
        return hvfs_xml_bad (now, ENOTSUP, error, "cannot be changed: leave it as it is");
    }
  return TRUE;
}

static gboolean
same_attributes (const xmlNode *a, const xmlNode *b)
{
  for (const xmlAttr *attribute = a != NULL ? a->properties : NULL; attribute != NULL;
       attribute = attribute->next)
    {
      const char *name = (const char *) attribute->name;
      g_autofree char *x = hvfs_xml_attr (a, name), *y = hvfs_xml_attr (b, name);

      if (g_strcmp0 (x, y) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
same_port (const xmlNode *a, const xmlNode *b)
{
  static const char *const parts[] = { "source", "protocol" };

  if (b == NULL || !same_attributes (a, b) || !same_attributes (b, a))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const xmlNode *x = hvfs_xml_child (a, parts[i]), *y = hvfs_xml_child (b, parts[i]);

      if (!same_attributes (x, y) || !same_attributes (y, x))
        return FALSE;
    }
  return TRUE;
}

/* The console is the first serial port once more, which is the one to change. */
static gboolean
check_console (const xmlNode *base, const xmlNode *wanted, GError **error)
{
  const xmlNode *devices = hvfs_xml_child (wanted, "devices");
  const xmlNode *console = hvfs_xml_child (devices, "console");
  const xmlNode *serial = hvfs_xml_child (devices, "serial");
  const xmlNode *before = hvfs_xml_child (hvfs_xml_child (base, "devices"), "console");

  return console == NULL || serial == NULL || same_port (console, serial)
         || same_port (console, before)
         || hvfs_xml_bad (console, ENOTSUP, error,
                          "is the first <serial> once more: change that, and leave this out");
}

gboolean
hvfs_domain_xml_check_known (const char *base, gsize base_len, const char *wanted, gsize len,
                             GError **error)
{
  g_autoptr (xmlDoc) before = hvfs_xml_parse (base, base_len, HVFS_DOMAIN_XML_MAX_BYTES, error);
  g_autoptr (xmlDoc) now
    = before != NULL ? hvfs_xml_parse (wanted, len, HVFS_DOMAIN_XML_MAX_BYTES, error) : NULL;
  const xmlNode *old = before != NULL ? xmlDocGetRootElement (before) : NULL;
  const xmlNode *new = now != NULL ? xmlDocGetRootElement (now) : NULL;

  return new != NULL && check_element (new, 0, error) && check_children (new, "", error)
         && check_given (old, new, error) && check_console (old, new, error);
}
