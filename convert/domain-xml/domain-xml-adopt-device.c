/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt-device.c - other hypervisors' interfaces, ports and displays */
#include "convert/domain-xml/domain-xml-adopt-part.h"
#include "convert/model/domain.h"
#include "convert/model/words.h"

#include <string.h>

/* ---- interfaces ---- */

/* Returns: whether a VMX has that type of interface */
static gboolean
is_vmware_net (int type)
{
  return type == HVFS_NET_BRIDGE || type == HVFS_NET_USER || type == HVFS_NET_NULL
         || type == HVFS_NET_VDS;
}

/* What the user can name an interface by. */
static const char *
lookup_net (const HvfsAdopter *adopter, const xmlNode *node, const char *name)
{
  g_autofree char *dev = hvfs_xml_attr (hvfs_xml_child (node, "target"), "dev");
  g_autofree char *mac = hvfs_xml_attr (hvfs_xml_child (node, "mac"), "address");
  const char *to = hvfs_adopt_lookup (adopter->adoption->networks, name);

  if (to == NULL)
    to = hvfs_adopt_lookup (adopter->adoption->networks, dev);
  return to != NULL ? to : hvfs_adopt_lookup (adopter->adoption->networks, mac);
}

/* Makes @node a bridge to the VMware network @network, NULL: one to nowhere. */
static void
set_network (const xmlNode *node, const char *network)
{
  hvfs_adopt_remove_children (node, "source");
  hvfs_adopt_remove_children (node, "target"); /* the host's end of it */
  hvfs_adopt_set (node, "type", network != NULL ? "bridge" : "null");
  if (network != NULL)
    hvfs_adopt_set (hvfs_adopt_add (node, "source"), "bridge", network);
}

/* Returns: (transfer full) (nullable): what the other host calls the network */
static char *
source_name (const xmlNode *node)
{
  static const char *const attributes[] = { "network", "bridge", "dev" };
  const xmlNode *source = hvfs_xml_child (node, "source");
  char *name = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (attributes) && name == NULL; i++)
    name = hvfs_xml_attr (source, attributes[i]);
  return name;
}

/* A host that is there knows itself whether it has the network. */
static void
note_network (HvfsAdopter *adopter, const xmlNode *node, const char *type, const char *name)
{
  if (!adopter->adoption->editable)
    hvfs_adopt_note_each (adopter, node,
                          "%s '%s' becomes the network '%s': the VMware host must have that, or "
                          "say --network %s=NAME",
                          type, name, name, name);
}

static void
adopt_network (HvfsAdopter *adopter, const xmlNode *node)
{
  g_autofree char *word = hvfs_xml_attr (node, "type");
  g_autofree char *name = source_name (node);
  int type = word != NULL ? hvfs_words_index (hvfs_net_type_words, word) : HVFS_NET_USER;
  g_autofree char *to = g_strdup (lookup_net (adopter, node, name));

  if (type < 0 || type == HVFS_NET_HOSTDEV || type == HVFS_NET_VDS)
    return;
  if (to != NULL)
    set_network (node, to);
  else if (is_vmware_net (type) && !adopter->foreign)
    return;
  else if (type == HVFS_NET_NETWORK || type == HVFS_NET_BRIDGE || type == HVFS_NET_DIRECT)
    {
      if (name != NULL)
        note_network (adopter, node, hvfs_net_type_words[type], name);
      if (name != NULL || type != HVFS_NET_BRIDGE)
        set_network (node, name);
    }
  else if (type == HVFS_NET_USER)
    hvfs_adopt_remove_children (node, "target");
  else
    {
      hvfs_adopt_note_each (adopter, node, "type='%s' is connected to nothing%s", word,
                            hvfs_adopt_hint (adopter, ", unless --network MAC=NAME says to what",
                                             ""));
      set_network (node, NULL);
    }
}

/* The models of VMware that do what others' do. */
static const char *
vmware_model (const char *word)
{
  static const struct
  {
    const char *prefix;
    const char *model;
  } models[] = {
    { "virtio", "vmxnet3" }, { "netfront", "vmxnet3" }, { "pcnet", "vlance" },
    { "am79c97", "vlance" }, { "igb", "e1000e" },
  };

  for (guint i = 0; word != NULL && i < G_N_ELEMENTS (models); i++)
    if (g_ascii_strncasecmp (word, models[i].prefix, strlen (models[i].prefix)) == 0)
      return models[i].model;
  return "e1000";
}

static void
adopt_model (HvfsAdopter *adopter, const xmlNode *node)
{
  const xmlNode *model = hvfs_xml_child (node, "model");
  g_autofree char *word = hvfs_xml_attr (model, "type");
  int index = hvfs_words_index_nocase (hvfs_net_model_words, word);
  gboolean said = word != NULL && *word != '\0';

  if ((index > HVFS_NET_MODEL_UNKNOWN && index < HVFS_NET_MODEL_OTHER)
      || (!said && !adopter->foreign))
    return;
  if (model == NULL)
    model = hvfs_adopt_add (node, "model");
  hvfs_adopt_set (model, "type", vmware_model (word));
  hvfs_adopt_note_each (adopter, node, said ? "the model '%s' becomes %s" : "%sthe model is %s",
                        said ? word : "", vmware_model (word));
}

void
hvfs_adopt_net (HvfsAdopter *adopter, const xmlNode *node)
{
  adopt_network (adopter, node);
  adopt_model (adopter, node);
}

/* ---- serial and parallel ports, consoles ---- */

/* Whether @node is a port as a VMX can have one. */
static gboolean
is_vmware_port (const HvfsAdopter *adopter, const xmlNode *node)
{
  g_autofree char *word = hvfs_xml_attr (node, "type");
  int type = hvfs_words_index (hvfs_port_type_words, word);

  switch (type)
    {
    case HVFS_PORT_FILE:
      return TRUE;
    case HVFS_PORT_DEV:
      return !adopter->foreign; /* the other host's */
    case HVFS_PORT_PIPE:
    case HVFS_PORT_TCP:
      return hvfs_xml_is (node, "serial") || hvfs_xml_is (node, "console");
    default:
      return word != NULL && type < 0; /* for the reader to refuse */
    }
}

static void
adopt_port (HvfsAdopter *adopter, const xmlNode *node)
{
  const xmlNode *source = hvfs_xml_child (node, "source");
  g_autofree char *word = hvfs_xml_attr (node, "type");
  g_autofree char *path = hvfs_xml_attr (source, "path");
  g_autofree char *file = NULL;

  if (!is_vmware_port (adopter, node))
    {
      hvfs_adopt_note_each (adopter, node, "type='%s' is left out: a VMX has dev, file%s",
                            word != NULL ? word : "pty",
                            hvfs_xml_is (node, "parallel") ? "" : ", pipe and tcp");
      hvfs_adopt_remove (node);
      return;
    }
  if (!adopter->foreign)
    return;
  if (hvfs_xml_is (node, "serial"))
    {
      const xmlNode *target = hvfs_xml_child (node, "target");

      if (target != NULL)
        hvfs_adopt_set (target, "type", NULL);
    }
  if (g_strcmp0 (word, "file") != 0 || path == NULL)
    return;
  file = hvfs_adopt_file (adopter, path, NULL);
  if (strcmp (file, path) != 0)
    hvfs_adopt_note_each (adopter, node, "'%s' becomes '%s'", path, file);
  hvfs_adopt_set (source, "path", file);
}

/* A console is the first serial port once more, or that port where none is named; of other
 * kinds it is nothing here. */
static void
adopt_console (HvfsAdopter *adopter, const xmlNode *devices, const xmlNode *node,
               gboolean had_serial)
{
  g_autofree char *word = hvfs_xml_attr (node, "type");
  g_autofree char *target = hvfs_xml_attr (hvfs_xml_child (node, "target"), "type");
  gboolean serial = target == NULL || strcmp (target, "serial") == 0;
  gboolean again = hvfs_xml_child (devices, "serial") != NULL && serial;

  if (!adopter->foreign && (again || (serial && is_vmware_port (adopter, node))))
    return;
  if (!had_serial || !serial)
    hvfs_adopt_note_each (adopter, node, "type='%s' is left out: a VMX has no such console",
                          word != NULL ? word : "pty");
  hvfs_adopt_remove (node);
}

void
hvfs_adopt_ports (HvfsAdopter *adopter, const xmlNode *devices)
{
  gboolean had_serial = hvfs_xml_child (devices, "serial") != NULL;

  for (const xmlNode *node = hvfs_xml_child (devices, NULL), *next; node != NULL; node = next)
    {
      next = hvfs_xml_next (node, NULL);
      if (hvfs_xml_is (node, "serial") || hvfs_xml_is (node, "parallel"))
        adopt_port (adopter, node);
    }
  for (const xmlNode *node = hvfs_xml_child (devices, "console"), *next; node != NULL; node = next)
    {
      next = hvfs_xml_next (node, "console");
      adopt_console (adopter, devices, node, had_serial);
    }
}

/* ---- graphics and video ---- */

static void
adopt_graphics (HvfsAdopter *adopter, const xmlNode *node)
{
  g_autofree char *type = hvfs_xml_attr (node, "type");

  if (type == NULL || (!adopter->foreign && strcmp (type, "vnc") == 0))
    return;
  hvfs_adopt_note_each (adopter, node, "type='%s' is left out: the VMware host shows the screen",
                        type);
  hvfs_adopt_remove (node);
}

/* VMware has one display adapter of its own. */
static void
adopt_video (HvfsAdopter *adopter, const xmlNode *node, gboolean *has_video)
{
  static const char *const others[] = { "vram", "heads", "ram", "vgamem", "vram64", "blob", "edid" };
  const xmlNode *model = hvfs_xml_child (node, "model");
  g_autofree char *type = hvfs_xml_attr (model, "type");
  g_autofree char *heads = hvfs_xml_attr (model, "heads");
  gboolean own = type == NULL || *type == '\0' || strcmp (type, "vmvga") == 0
                 || strcmp (type, "default") == 0;

  if (*has_video)
    {
      hvfs_adopt_note_each (adopter, node, "is left out: a VMX has one, the first");
      hvfs_adopt_remove (node);
      return;
    }
  *has_video = TRUE;
  if (own)
    {
      if (heads != NULL && strcmp (heads, "1") != 0)
        {
          hvfs_adopt_note_each (adopter, node, "heads='%s' becomes 1", heads);
          hvfs_adopt_set (model, "heads", NULL);
        }
      return;
    }
  hvfs_adopt_note_each (adopter, node, "the model '%s' becomes VMware's own, vmvga", type);
  hvfs_adopt_set (model, "type", "vmvga");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    hvfs_adopt_set (model, others[i], NULL);
}

void
hvfs_adopt_display (HvfsAdopter *adopter, const xmlNode *devices)
{
  gboolean has_video = FALSE;

  for (const xmlNode *node = hvfs_xml_child (devices, NULL), *next; node != NULL; node = next)
    {
      next = hvfs_xml_next (node, NULL);
      if (hvfs_xml_is (node, "graphics"))
        adopt_graphics (adopter, node);
      else if (hvfs_xml_is (node, "video"))
        adopt_video (adopter, node, &has_video);
    }
}
