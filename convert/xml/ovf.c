/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/ovf.c - what has to be known of an OVF package; see ovf.h */
#include "convert/xml/ovf.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "convert/xml/xml-in.h"

#define MAX_FILES 1000

/* The namespaces end so, whichever version they are of. */
static gboolean
is_element (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && strcmp ((const char *) node->name, name) == 0;
}

static const xmlNode *
child (const xmlNode *node, const char *name)
{
  const xmlNode *at = node->children;

  while (at != NULL && !is_element (at, name))
    at = at->next;
  return at;
}

/* Whatever the prefix.  (transfer full) (nullable) */
static char *
dup_attribute (const xmlNode *node, const char *name)
{
  for (xmlAttr *attr = node->properties; attr != NULL; attr = attr->next)
    if (strcmp ((const char *) attr->name, name) == 0)
      {
        xmlChar *value = xmlNodeListGetString (node->doc, attr->children, 1);
        char *text = g_strdup (value != NULL ? (const char *) value : "");

        xmlFree (value);
        return text;
      }
  return NULL;
}

static gboolean
has (const GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func ((GPtrArray *) names, name, g_str_equal, NULL);
}

static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && strpbrk (name, "/\\") == NULL && strcmp (name, ".") != 0
         && strcmp (name, "..") != 0 && strpbrk (name, "\r\n") == NULL;
}

static gboolean
add_file (HvfsOvf *ovf, const xmlNode *node, GError **error)
{
  g_autofree char *href = dup_attribute (node, "href");
  g_autofree char *compression = dup_attribute (node, "compression");
  g_autofree char *chunk = dup_attribute (node, "chunkSize");
  g_autofree char *shown = g_strescape (href != NULL ? href : "", NULL);

  if (href == NULL || !is_plain_name (href))
    g_set_error (error, HVFS_ERROR, ENOTSUP, "the OVF descriptor refers to '%.100s', which is no name of "
                 "a file beside it", shown);
  else if (has (ovf->files, href) || ovf->files->len >= MAX_FILES)
    g_set_error (error, HVFS_ERROR, EINVAL, "the OVF descriptor refers to '%.100s' more than once, or to "
                 "more than %d files", shown, MAX_FILES);
  else if (chunk != NULL)
    g_set_error (error, HVFS_ERROR, ENOTSUP, "the file '%.100s' is in several pieces: join them first",
                 shown);
  else if (compression != NULL && *compression != '\0' && strcmp (compression, "identity") != 0)
    g_set_error (error, HVFS_ERROR, ENOTSUP, "the file '%.100s' is compressed: unpack it first", shown);
  else
    {
      g_ptr_array_add (ovf->files, g_steal_pointer (&href));
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_files (HvfsOvf *ovf, const xmlNode *root, GError **error)
{
  const xmlNode *references = child (root, "References");

  for (const xmlNode *node = references == NULL ? NULL : references->children; node != NULL;
       node = node->next)
    if (is_element (node, "File") && !add_file (ovf, node, error))
      return FALSE;
  return TRUE;
}

static void
read_networks (HvfsOvf *ovf, const xmlNode *root)
{
  const xmlNode *section = child (root, "NetworkSection");

  for (const xmlNode *node = section == NULL ? NULL : section->children; node != NULL;
       node = node->next)
    {
      g_autofree char *name = is_element (node, "Network") ? dup_attribute (node, "name") : NULL;

      if (name != NULL && !has (ovf->networks, name))
        g_ptr_array_add (ovf->networks, g_steal_pointer (&name));
    }
}

static gboolean
check_content (const xmlNode *root, GError **error)
{
  guint n = 0;

  for (const xmlNode *node = root->children; node != NULL; node = node->next)
    {
      if (is_element (node, "VirtualSystemCollection"))
        n += 2;
      n += is_element (node, "VirtualSystem");
    }
  if (n == 1)
    return TRUE;
  g_set_error (error, HVFS_ERROR, n == 0 ? EINVAL : ENOTSUP,
               n == 0 ? "the OVF descriptor describes no machine"
                      : "the OVF descriptor describes several machines: deploy them one by one");
  return FALSE;
}

HvfsOvf *
hvfs_ovf_parse (const char *text, gsize len, GError **error)
{
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, HVFS_OVF_MAX_BYTES, error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  g_autoptr (HvfsOvf) ovf = g_new0 (HvfsOvf, 1);

  ovf->files = g_ptr_array_new_with_free_func (g_free);
  ovf->networks = g_ptr_array_new_with_free_func (g_free);
  if (root == NULL)
    return NULL;
  if (!is_element (root, "Envelope"))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "the descriptor is no OVF: it has no <Envelope>");
      return NULL;
    }
  if (!check_content (root, error) || !read_files (ovf, root, error))
    return NULL;
  read_networks (ovf, root);
  return g_steal_pointer (&ovf);
}

void
hvfs_ovf_free (HvfsOvf *ovf)
{
  if (ovf == NULL)
    return;
  g_ptr_array_unref (ovf->files);
  g_ptr_array_unref (ovf->networks);
  g_free (ovf);
}

/* ---- manifests ---- */

static void
sum_free (gpointer data)
{
  g_free (((HvfsOvfSum *) data)->hex);
  g_free (data);
}

/* Whose digests have @len hexadecimal digits. */
static const struct
{
  const char *name;
  GChecksumType type;
  gsize len;
} algorithms[] = {
  { "SHA1", G_CHECKSUM_SHA1, 40 },
  { "SHA256", G_CHECKSUM_SHA256, 64 },
  { "SHA384", G_CHECKSUM_SHA384, 96 },
  { "SHA512", G_CHECKSUM_SHA512, 128 },
};

static gboolean
is_hex (const char *text, gsize len)
{
  return strlen (text) == len && strspn (text, "0123456789abcdefABCDEF") == len;
}

/* "SHA256(name)= hex" */
static gboolean
add_line (GHashTable *sums, char *line)
{
  char *open = strchr (line, '('), *close = strrchr (line, ')'), *hex;
  HvfsOvfSum *sum;

  if (open == NULL || close == NULL || close < open || close[1] != '=')
    return FALSE;
  *open = *close = '\0';
  hex = g_strstrip (close + 2);
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      if (strcmp (g_strstrip (line), algorithms[i].name) != 0 || !is_hex (hex, algorithms[i].len))
        continue;
      sum = g_new (HvfsOvfSum, 1);
      *sum = (HvfsOvfSum){ algorithms[i].type, g_ascii_strdown (hex, -1) };
      g_hash_table_insert (sums, g_strdup (open + 1), sum);
      return TRUE;
    }
  return FALSE;
}

GHashTable *
hvfs_ovf_parse_manifest (const char *text, gsize len, GError **error)
{
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, sum_free);
  g_autofree char *copy = g_strndup (text, len);
  g_auto (GStrv) lines = NULL;

  if (memchr (text, '\0', len) != NULL || !g_utf8_validate (copy, -1, NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "the manifest is no text");
      return NULL;
    }
  lines = g_strsplit (copy, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0' && !add_line (sums, lines[i]))
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "line %u of the manifest is no checksum like "
                     "'SHA256(name)= ...'", i + 1);
        return NULL;
      }
  return g_steal_pointer (&sums);
}
