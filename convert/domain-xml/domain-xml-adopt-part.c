/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt-part.c - tools of all parts; see domain-xml-adopt-part.h */
#include "convert/domain-xml/domain-xml-adopt-part.h"

#include <string.h>

#include "convert/file/files-offline.h"
#include "convert/model/scalar.h"

typedef struct
{
  HvfsNote *note;
  guint times;
} Seen;

static void
make_note (HvfsAdopter *adopter, const xmlNode *node, const char *text)
{
  hvfs_note (adopter->notes, hvfs_xml_line (node), "<%s>: %s", node->name, text);
}

void
hvfs_adopt_note_each (HvfsAdopter *adopter, const xmlNode *node, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  make_note (adopter, node, text);
}

void
hvfs_adopt_note_once (HvfsAdopter *adopter, const xmlNode *node, const char *key, const char *text)
{
  g_autofree char *whole = g_strdup_printf ("%s %s", node->name, key);
  Seen *seen = g_hash_table_lookup (adopter->seen, whole);

  if (seen != NULL)
    {
      seen->times++;
      return;
    }
  make_note (adopter, node, text);
  seen = g_new0 (Seen, 1);
  seen->note = adopter->notes->pdata[adopter->notes->len - 1];
  seen->times = 1;
  g_hash_table_insert (adopter->seen, g_steal_pointer (&whole), seen);
}

void
hvfs_adopt_note (HvfsAdopter *adopter, const xmlNode *node, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  hvfs_adopt_note_once (adopter, node, format, text);
}

void
hvfs_adopt_finish_notes (HvfsAdopter *adopter)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, adopter->seen);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Seen *seen = value;
      g_autofree char *text = seen->note->text;

      seen->note->text = seen->times > 1
                           ? g_strdup_printf ("%s (and %u more of them)", text, seen->times - 1)
                           : g_strdup (text);
    }
}

const char *
hvfs_adopt_hint (const HvfsAdopter *adopter, const char *option, const char *text)
{
  return adopter->adoption->editable ? text : option;
}

void
hvfs_adopt_remove (const xmlNode *node)
{
  xmlUnlinkNode ((xmlNode *) node);
  xmlFreeNode ((xmlNode *) node);
}

void
hvfs_adopt_remove_children (const xmlNode *node, const char *name)
{
  for (const xmlNode *child = hvfs_xml_child (node, name), *next; child != NULL; child = next)
    {
      next = hvfs_xml_next (child, name);
      hvfs_adopt_remove (child);
    }
}

void
hvfs_adopt_set (const xmlNode *node, const char *name, const char *value)
{
  if (value != NULL)
    xmlSetProp ((xmlNode *) node, (const xmlChar *) name, (const xmlChar *) value);
  else
    xmlUnsetProp ((xmlNode *) node, (const xmlChar *) name);
}

xmlNode *
hvfs_adopt_add (const xmlNode *node, const char *name)
{
  xmlNode *child = xmlNewChild ((xmlNode *) node, NULL, (const xmlChar *) name, NULL);

  child->line = node->line;
  return child;
}

const char *
hvfs_adopt_lookup (const char *const *pairs, const char *from)
{
  for (guint i = 0; from != NULL && pairs != NULL && pairs[i] != NULL; i++)
    {
      gsize len = strlen (from);

      if (strncmp (pairs[i], from, len) == 0 && pairs[i][len] == '=')
        return pairs[i] + len + 1;
    }
  return NULL;
}

/* Whether @path is a file's name as VMware hosts have them. */
static gboolean
is_vmware_path (const char *path)
{
  g_autofree char *datastore = NULL;

  return hvfs_datastore_path_split (path, &datastore) != NULL
         || g_str_has_prefix (path, "/vmfs/volumes/");
}

/* Returns: (transfer full): the file @name in the directory of the domain */
static char *
in_directory (const HvfsAdopter *adopter, const char *name)
{
  const char *directory
    = adopter->adoption->directory != NULL ? adopter->adoption->directory : HVFS_OFFLINE_DIRECTORY;
  const char *gap = g_str_has_suffix (directory, "]") ? " " : g_str_has_suffix (directory, "/")
                                                                || g_str_has_suffix (directory, " ")
                                                              ? ""
                                                              : "/";

  return g_strconcat (directory, gap, name, NULL);
}

/* Returns: (transfer full): the last part of @path, without what says the form of an image */
static char *
stem (const char *path)
{
  static const char *const forms[] = { ".qcow2", ".qcow", ".qed", ".raw", ".img", ".vdi", ".vhd",
                                       ".vhdx",  ".vmdk", ".iso", ".dsk", ".bin", NULL };
  char *name = g_path_get_basename (path);

  for (guint i = 0; forms[i] != NULL; i++)
    if (hvfs_has_suffix_nocase (name, forms[i]) && strlen (name) > strlen (forms[i]))
      {
        name[strlen (name) - strlen (forms[i])] = '\0';
        break;
      }
  return name;
}

char *
hvfs_adopt_named_file (const HvfsAdopter *adopter, const char *to)
{
  return *to == '/' || *to == '[' ? g_strdup (to) : in_directory (adopter, to);
}

char *
hvfs_adopt_file (const HvfsAdopter *adopter, const char *path, const char *suffix)
{
  const char *to = hvfs_adopt_lookup (adopter->adoption->disks, path);
  g_autofree char *name = NULL;
  g_autofree char *whole = NULL;

  if (to != NULL)
    return hvfs_adopt_named_file (adopter, to);
  if (is_vmware_path (path))
    return g_strdup (path);
  name = suffix != NULL ? stem (path) : g_path_get_basename (path);
  whole = g_strconcat (name, suffix, NULL);
  return in_directory (adopter, whole);
}
