/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-known.c - what a reader of domain XML would drop in silence
 *
 * Exists because reading XML takes what it knows and leaves the rest, as libvirt does:
 * right for a conversion, but who edits a configuration must hear that what he wrote
 * comes to nothing.  The table has every element and attribute that means something,
 * and the one value of those that have no other.
 */
#include "convert/domain-xml/domain-xml-known.h"
#include "convert/domain-xml/domain-xml-hostdev.h"
#include "convert/domain-xml/domain-xml-nvdimm.h"
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"
#include "convert/model/model.h"
#include "convert/model/scalar.h"
#include "convert/xml/xml-in.h"

#include <string.h>

static const struct
{
  const char *path;       /* of an element, without "domain/" and "devices/" */
  const char *attributes; /* "name", or "name=the only value"; "vmware:name" of the namespace */
  const char *text;       /* nullable: the only text it can have */
  gboolean vmx;           /* a VMX has it, but edits of a server's domain do not reach it */
} known[] = {
  { "domain", "type id", NULL, FALSE },
  { "name", "", NULL, FALSE },
  { "uuid", "", NULL, FALSE },
  { "hwuuid", "", NULL, TRUE },
  { "genid", "", NULL, FALSE },
  { "description", "", NULL, FALSE },
  { "memory", "unit", NULL, FALSE },
  { "currentMemory", "unit", NULL, FALSE },
  { "memtune", "", NULL, FALSE },
  { "memtune/min_guarantee", "unit", NULL, FALSE },
  { "vcpu", "placement=static cpuset current", NULL, FALSE },
  { "cputune", "", NULL, FALSE },
  { "cputune/shares", "", NULL, FALSE },
  { "os", "firmware", NULL, FALSE },
  { "os/type", "arch", NULL, FALSE },
  { "os/boot", "dev", NULL, FALSE },
  { "os/bootmenu", "enable=yes timeout", NULL, FALSE },
  { "os/firmware", "", NULL, FALSE },
  { "os/firmware/feature", "enabled name", NULL, FALSE },
  { "os/smbios", "mode", NULL, FALSE },
  { "cpu", "mode=custom", NULL, FALSE },
  { "cpu/topology", "sockets dies clusters cores threads", NULL, FALSE },
  { "cpu/feature", "policy name", NULL, TRUE },
  { "cpu/feature", "policy=require name=vmx", NULL, FALSE },
  { "clock", "offset=utc", NULL, FALSE },
  { "on_poweroff", "", "destroy", FALSE },
  { "on_reboot", "", "restart", FALSE },
  { "on_crash", "", "destroy", FALSE },
  { "devices", "", NULL, FALSE },
  { "disk", "type device snapshot=no", NULL, FALSE },
  { "disk/driver", "cache", NULL, FALSE },
  { "disk/source", "file dev startupPolicy", NULL, FALSE },
  { "disk/target", "dev bus", NULL, FALSE },
  { "disk/iotune", "", NULL, FALSE },
  { "disk/iotune/total_iops_sec", "", NULL, FALSE },
  { "disk/readonly", "", NULL, FALSE },
  { "disk/shareable", "", NULL, FALSE },
  { "disk/transient", "", NULL, FALSE },
  { "disk/capacity", "unit", NULL, FALSE },
  { "disk/boot", "order", NULL, FALSE },
  { "disk/address", "type=drive controller bus target=0 unit", NULL, FALSE },
  { "controller", "type index model", NULL, FALSE },
  { "filesystem", "type accessmode=passthrough", NULL, FALSE },
  { "filesystem", "vmware:number", NULL, TRUE },
  { "filesystem/source", "dir", NULL, FALSE },
  { "filesystem/target", "dir", NULL, FALSE },
  { "filesystem/readonly", "", NULL, FALSE },
  { "interface", "type", NULL, FALSE },
  { "interface", "vmware:number", NULL, TRUE },
  { "interface/mac", "address type check", NULL, FALSE },
  { "interface/source", "bridge network switchid portid portgroupid connectionid", NULL, FALSE },
  { "interface/source",
    "vmware:bridge vmware:switchid vmware:portid vmware:portgroupid vmware:connectionid", NULL,
    FALSE },
  { "interface/source", "vmware:opaqueid vmware:opaquetype", NULL, FALSE },
  { "interface/source/address", "type=pci domain bus slot function", NULL, FALSE },
  { "interface/target", "dev", NULL, FALSE },
  { "interface/model", "type", NULL, FALSE },
  { "interface/bandwidth", "vmware:reservation vmware:shares", NULL, FALSE },
  { "interface/bandwidth/outbound", "average", NULL, FALSE },
  { "interface/boot", "order", NULL, FALSE },
  { "serial", "type", NULL, FALSE },
  { "serial/source", "path mode host service vmware:uri vmware:proxy", NULL, FALSE },
  { "serial/protocol", "type", NULL, FALSE },
  { "serial/target", "port", NULL, FALSE },
  { "parallel", "type", NULL, FALSE },
  { "parallel/source", "path", NULL, FALSE },
  { "parallel/target", "port", NULL, FALSE },
  { "graphics", "type port autoport listen keymap passwd", NULL, FALSE },
  { "graphics/listen", "type=address address", NULL, FALSE },
  { "video", "", NULL, FALSE },
  { "video/model", "type vram heads primary=yes", NULL, FALSE },
  { "video/model/acceleration", "accel3d=yes", NULL, FALSE },
  { "disk/driver", "name", NULL, TRUE },
  { "sound", "model", NULL, FALSE },
  { "tpm", "model", NULL, FALSE },
  { "memory", "model=nvdimm", NULL, FALSE },
  { "memory/source", "", NULL, FALSE },
  { "memory/source/path", "", NULL, FALSE },
  { "memory/target", "", NULL, FALSE },
  { "memory/target/size", "unit", NULL, FALSE },
  { "hostdev", "mode=subsystem type", NULL, FALSE },
  { "hostdev", "vmware:number", NULL, TRUE },
  { "hostdev/source", "vmware:name", NULL, FALSE },
  { "hostdev/address", "type=drive controller bus=0 target=0 unit", NULL, FALSE },
  { "hostdev/source/vendor", "id", NULL, FALSE },
  { "hostdev/source/product", "id", NULL, FALSE },
  { "hostdev/source/address", "domain bus slot function", NULL, FALSE },
  { "tpm/backend", "type version", NULL, TRUE },
  { "tpm/backend", "type=emulator version=2.0", NULL, FALSE },
};

/* What only devices of some types have: attributes; the element itself where none is named. */
static const struct
{
  const char *path, *attributes, *types;
} of_types[] = {
  { "disk/source", "file", "file" },
  { "disk/source", "dev", "block" },
  { "controller", "model", "scsi usb" },
  { "interface/source", "bridge", "bridge" },
  { "interface/source", "network", "network" },
  { "interface/source", "switchid portid portgroupid connectionid", "vds" },
  { "interface/source",
    "vmware:bridge vmware:switchid vmware:portid vmware:portgroupid vmware:connectionid",
    "hostdev" },
  { "interface/source", "vmware:opaqueid vmware:opaquetype", "null hostdev" },
  { "serial/source", "path", "dev file pipe" },
  { "serial/source", "mode host service vmware:uri vmware:proxy", "tcp" },
  { "serial/protocol", "type", "tcp" },
  { "parallel/source", "path", "dev file pipe" },
  { "interface/source/address", "", "hostdev" },
  { "hostdev/source", "vmware:name", "usb scsi" },
  { "hostdev/source/vendor", "", "usb" },
  { "hostdev/source/product", "", "usb" },
  { "hostdev/source/address", "", "pci" },
  { "hostdev/address", "", "scsi" },
};

/* What a server gives and nobody changes. */
static const char *const given[] = { "genid", "datacenterpath", "moref" };

/* Elements of <domain> stand up to "devices" in the table, those of <devices> after it: <memory> is
 * one thing there, and another here. */
typedef struct
{
  gboolean vmx;
  HvfsUnknownFunc func;
  gpointer data;
  guint first, end; /* the rows of where it walks */
} Walk;

/* Returns: the first row that may be that of @path, from @row on; none: as many as there are */
static guint
find_row (const Walk *walk, const char *path, guint row)
{
  for (row = MAX (row, walk->first); row < walk->end; row++)
    if ((!known[row].vmx || walk->vmx) && strcmp (known[row].path, path) == 0)
      return row;
  return G_N_ELEMENTS (known);
}

/* Whether @words have the attribute @name.  @ret_only: (out): its only value, else NULL */
static gboolean
find_attribute (const char *words, const char *name, const char **ret_only, gsize *ret_len)
{
  gsize len = strlen (name);

  for (const char *word = words; *word != '\0'; word += strspn (word, " "))
    {
      gsize word_len = strcspn (word, " ");

      if (strncmp (word, name, len) == 0 && (word_len == len || word[len] == '='))
        {
          *ret_only = word_len > len ? word + len + 1 : NULL;
          *ret_len = word_len > len ? word_len - len - 1 : 0;
          return TRUE;
        }
      word += word_len;
    }
  return FALSE;
}

/* Returns: (transfer full): as the tables have it */
static char *
dup_name (const xmlAttr *attribute)
{
  return attribute->ns == NULL ? g_strdup ((const char *) attribute->name)
                               : g_strconcat ("vmware:", (const char *) attribute->name, NULL);
}

/* Returns: (transfer full) (nullable) */
static char *
dup_value (const xmlNode *node, const char *name)
{
  return g_str_has_prefix (name, "vmware:") ? hvfs_xml_attr_vmware (node, name + strlen ("vmware:"))
                                            : hvfs_xml_attr (node, name);
}

static gboolean
check_attribute (const Walk *walk, const xmlNode *node, const xmlAttr *attribute, guint row)
{
  g_autofree char *name = dup_name (attribute);
  g_autofree char *value = dup_value (node, name);
  g_autofree char *right = NULL;
  const char *only = NULL;
  gsize len = 0;
  gboolean found = FALSE;

  /* @value is NULL of an attribute in a namespace that nobody here knows. */
  for (; value != NULL && !found && row < G_N_ELEMENTS (known);
       row = find_row (walk, known[row].path, row + 1))
    found = find_attribute (known[row].attributes, name, &only, &len);
  if (!found)
    return walk->func (walk->data, node, name, NULL);
  if (only == NULL)
    return TRUE;
  right = g_strndup (only, len);
  return g_strcmp0 (value, right) == 0 || walk->func (walk->data, node, name, right);
}

static gboolean
check_element (const Walk *walk, const xmlNode *node, guint row)
{
  g_autofree char *text = known[row].text != NULL ? hvfs_xml_text (node) : NULL;

  for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
    if (!check_attribute (walk, node, attribute, row))
      return FALSE;
  return text == NULL || strcmp (g_strstrip (text), known[row].text) == 0
         || walk->func (walk->data, node, NULL, known[row].text);
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
check_children (const Walk *outer, const xmlNode *node, const char *path)
{
  gboolean is_devices = strcmp (path, "devices") == 0;
  const Walk inner = { outer->vmx, outer->func, outer->data, outer->end, G_N_ELEMENTS (known) };
  const Walk *walk = is_devices ? &inner : outer;

  for (const xmlNode *child = node->children; child != NULL; child = child->next)
    {
      if (child->type != XML_ELEMENT_NODE
          || (child->ns != NULL && (is_given (child) || hvfs_domain_xml_is_key (child))))
        continue;
      g_autofree char *below = *path == '\0' || is_devices
                                 ? g_strdup ((const char *) child->name)
                                 : g_strdup_printf ("%s/%s", path, (const char *) child->name);
      guint row = child->ns == NULL ? find_row (walk, below, 0) : G_N_ELEMENTS (known);

      if (strcmp (below, "console") == 0)
        continue;
      if (row == G_N_ELEMENTS (known) ? !walk->func (walk->data, child, NULL, NULL)
                                      : !check_element (walk, child, row)
                                          || !check_children (walk, child, below))
        return FALSE;
    }
  return TRUE;
}

gboolean
hvfs_domain_xml_each_unknown (const xmlNode *root, gboolean vmx, HvfsUnknownFunc func,
                              gpointer data)
{
  Walk walk = { vmx, func, data, 0, G_N_ELEMENTS (known) };

  walk.end = find_row (&walk, "devices", 0) + 1;
  return check_element (&walk, root, 0) && check_children (&walk, root, "");
}

/* An edit may not have what comes to nothing. */
static gboolean
refuse_unknown (gpointer data, const xmlNode *node, const char *attribute, const char *right)
{
  GError **error = data;
  g_autofree char *value
    = attribute != NULL ? dup_value (node, attribute) : g_strstrip (hvfs_xml_text (node));

  if (attribute != NULL && right != NULL)
    return hvfs_xml_bad (node, ENOTSUP, error, "%s='%s' must be %s", attribute, value, right);
  if (attribute != NULL)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "%s='%s' means nothing to a VMware host: leave it out", attribute, value);
  if (right != NULL)
    return hvfs_xml_bad (node, ENOTSUP, error, "'%s' must be %s", value, right);
  return hvfs_xml_bad (node, ENOTSUP, error,
                       "is nothing that a VMware host has here: leave it out");
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
      g_autofree char *name = dup_name (attribute);
      g_autofree char *x = dup_value (a, name), *y = dup_value (b, name);

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

  for (const xmlNode *each = console; each != NULL; each = hvfs_xml_next (each, "console"))
    {
      const xmlNode *target = hvfs_xml_child (each, "target");
      g_autofree char *type = hvfs_xml_attr (target, "type");

      if (type != NULL && strcmp (type, "serial") != 0)
        return hvfs_xml_bad (target, ENOTSUP, error, "type='%s' must be serial", type);
    }
  return console == NULL || serial == NULL || same_port (console, serial)
         || same_port (console, before)
         || hvfs_xml_bad (console, ENOTSUP, error,
                          "is the first <serial> once more: change that, and leave this out");
}

static gboolean
has_word (const char *words, const char *word)
{
  g_auto (GStrv) split = g_strsplit (words, " ", -1);

  return g_strv_contains ((const char *const *) split, word);
}

/* @node: the device, or an element in it; @type: the device's */
static gboolean
check_type (const xmlNode *node, const char *type, guint row, GError **error)
{
  g_auto (GStrv) names = g_strsplit (of_types[row].attributes, " ", -1);

  if (node != NULL && names[0] == NULL && !has_word (of_types[row].types, type))
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "means nothing with the type '%s', only with %s: leave it out", type,
                         of_types[row].types);
  for (guint i = 0; node != NULL && names[i] != NULL; i++)
    {
      g_autofree char *value = dup_value (node, names[i]);

      if (value != NULL && !has_word (of_types[row].types, type))
        return hvfs_xml_bad (node, ENOTSUP, error,
                             "%s='%s' means nothing with the type '%s', only with %s: leave it out",
                             names[i], value, type, of_types[row].types);
    }
  return TRUE;
}

/* What libvirt takes for the opposite of what it says. */
static gboolean
check_graphics (const xmlNode *graphics, GError **error)
{
  g_autofree char *autoport = hvfs_xml_attr (graphics, "autoport");
  g_autofree char *port = hvfs_xml_attr (graphics, "port");
  gboolean any = port != NULL && (strcmp (port, "-1") == 0 || strcmp (port, "0") == 0);

  if (autoport == NULL || *autoport == '\0')
    return TRUE;
  if (strcmp (autoport, "yes") != 0 && strcmp (autoport, "no") != 0)
    return hvfs_xml_bad (graphics, EINVAL, error, "autoport='%s' must be yes or no", autoport);
  if (port != NULL && any != (strcmp (autoport, "yes") == 0))
    return hvfs_xml_bad (graphics, EINVAL, error,
                         "port='%s' does not go with autoport='%s': leave one of them out", port,
                         autoport);
  return TRUE;
}

/* Whether @kb is some whole number of Mbit/s. */
static gboolean
is_mbit (const char *kb)
{
  guint64 number;

  return kb != NULL && hvfs_parse_uint64 (kb, G_MAXINT32, &number) && number > 0
         && number % HVFS_KB_PER_MBIT == 0;
}

/* A limit that says none, or nothing that a server can be told. */
static gboolean
check_limits (const xmlNode *device, GError **error)
{
  const xmlNode *iotune = hvfs_xml_child (device, "iotune");
  const xmlNode *bandwidth = hvfs_xml_child (device, "bandwidth");
  const xmlNode *outbound = hvfs_xml_child (bandwidth, "outbound");
  g_autofree char *iops = hvfs_xml_text (hvfs_xml_child (iotune, "total_iops_sec"));
  g_autofree char *average = hvfs_xml_attr (outbound, "average");
  g_autofree char *reservation = hvfs_xml_attr_vmware (bandwidth, "reservation");
  g_autofree char *shares = hvfs_xml_attr_vmware (bandwidth, "shares");
  guint64 number;

  if (iotune != NULL
      && (iops == NULL || !hvfs_parse_uint64 (g_strstrip (iops), G_MAXINT32, &number)
          || number == 0))
    return hvfs_xml_bad (iotune, EINVAL, error,
                         "must have a <total_iops_sec>, 1 or more: leave it out for no limit");
  if (bandwidth != NULL && (outbound != NULL || (reservation == NULL && shares == NULL))
      && !is_mbit (average))
    return hvfs_xml_bad (bandwidth, EINVAL, error,
                         "must have an <outbound average='...'>, a multiple of %d: a host has "
                         "whole Mbit/s",
                         HVFS_KB_PER_MBIT);
  return reservation == NULL || is_mbit (reservation)
         || hvfs_xml_bad (bandwidth, EINVAL, error,
                          "vmware:reservation='%s' must be a multiple of %d: a host has whole "
                          "Mbit/s",
                          reservation, HVFS_KB_PER_MBIT);
}

/* A function of a card is of the card's model. */
static gboolean
check_model (const xmlNode *interface, const char *type, GError **error)
{
  const xmlNode *model = hvfs_xml_child (interface, "model");

  return model == NULL || strcmp (type, "hostdev") != 0
         || hvfs_xml_bad (model, ENOTSUP, error,
                          "means nothing with the type 'hostdev': leave it out");
}

/* What a device of another type would have, or what a reader takes for not said. */
static gboolean
check_device (const xmlNode *device, GError **error)
{
  const char *name = (const char *) device->name;
  const xmlNode *model = hvfs_xml_child (device, "model");
  g_autofree char *model_type = hvfs_xml_attr (model, "type");
  g_autofree char *said = hvfs_xml_attr (device, "type");
  const char *type = said != NULL ? said : strcmp (name, "disk") == 0 ? "file" : "none";

  if ((strcmp (name, "graphics") == 0 && !check_graphics (device, error))
      || (strcmp (name, "hostdev") == 0 && !hvfs_domain_xml_check_hostdev (device, error))
      || (strcmp (name, "memory") == 0 && !hvfs_domain_xml_check_nvdimm (device, error))
      || (strcmp (name, "interface") == 0 && !check_model (device, type, error))
      || !check_limits (device, error))
    return FALSE;
  if (g_strcmp0 (model_type, "unknown") == 0)
    return hvfs_xml_bad (model, ENOTSUP, error,
                         "type='unknown' says nothing: say a model, or leave it out");
  for (guint i = 0; i < G_N_ELEMENTS (of_types); i++)
    {
      g_auto (GStrv) steps = g_strsplit (of_types[i].path, "/", -1);
      const xmlNode *node = strcmp (steps[0], name) == 0 ? device : NULL;

      for (guint step = 1; node != NULL && steps[step] != NULL; step++)
        node = hvfs_xml_child (node, steps[step]);
      if (!check_type (node, type, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_devices (const xmlNode *devices, GError **error)
{
  for (const xmlNode *device = devices != NULL ? devices->children : NULL; device != NULL;
       device = device->next)
    if (device->type == XML_ELEMENT_NODE && !check_device (device, error))
      return FALSE;
  return TRUE;
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

  return new != NULL && hvfs_domain_xml_each_unknown (new, FALSE, refuse_unknown, error)
         && check_devices (hvfs_xml_child (new, "devices"), error) && check_given (old, new, error)
         && check_console (old, new, error) && hvfs_domain_xml_check_words (new, error);
}
