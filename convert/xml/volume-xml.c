/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/volume-xml.c - libvirt's XML of a storage volume; see volume-xml.h */
#include "convert/xml/volume-xml.h"

#include <errno.h>
#include <string.h>

#include "convert/model/scalar.h"
#include "convert/xml/xml-in.h"
#include "convert/xml/xml-out.h"

#define MAX_BYTES (64 * 1024)

static const char *const formats[]
  = { [HVFS_VOLUME_VMDK] = "vmdk", [HVFS_VOLUME_ISO] = "iso", [HVFS_VOLUME_RAW] = "raw", NULL };

void
hvfs_volume_def_clear (HvfsVolumeDef *def)
{
  g_clear_pointer (&def->name, g_free);
  g_clear_pointer (&def->key, g_free);
  g_clear_pointer (&def->path, g_free);
}

/* ---- reading ---- */

/* libvirt's sizes of volumes are in bytes where they have no unit. */
static gboolean
read_size (const xmlNode *node, gint64 *ret_bytes, GError **error)
{
  g_autofree char *text = hvfs_xml_text (node);
  g_autofree char *unit = hvfs_xml_attr (node, "unit");
  guint64 bytes = unit == NULL ? 1 : hvfs_parse_unit (unit), number;

  if (bytes == 0)
    return hvfs_xml_bad (node, EINVAL, error, "unknown unit '%s'", unit);
  if (!hvfs_parse_uint64 (text, G_MAXINT64, &number) || number > (guint64) G_MAXINT64 / bytes)
    return hvfs_xml_bad (node, EINVAL, error, "'%.64s' is no size", text);
  *ret_bytes = (gint64) (number * bytes);
  return TRUE;
}

static gboolean
read_target (const xmlNode *target, HvfsVolumeDef *def, GError **error)
{
  for (const xmlNode *node = hvfs_xml_child (target, NULL); node != NULL;
       node = hvfs_xml_next (node, NULL))
    if (hvfs_xml_is (node, "path"))
      {
        g_free (def->path);
        def->path = hvfs_xml_text (node);
      }
    else if (hvfs_xml_is (node, "format"))
      {
        int format = HVFS_VOLUME_VMDK;

        if (!hvfs_xml_attr_word (node, "type", formats, 0, EINVAL, &format, error))
          return FALSE;
        def->format = (HvfsVolumeFormat) format;
        def->has_format = TRUE;
      }
    else
      return hvfs_xml_bad (node, EINVAL, error, "a datastore's file has no such thing");
  return TRUE;
}

static gboolean
read_child (const xmlNode *node, HvfsVolumeDef *def, GError **error)
{
  char **text = hvfs_xml_is (node, "name") ? &def->name : hvfs_xml_is (node, "key") ? &def->key : NULL;

  if (text != NULL)
    {
      g_free (*text);
      *text = hvfs_xml_text (node);
      return TRUE;
    }
  if (hvfs_xml_is (node, "capacity"))
    return read_size (node, &def->capacity, error);
  if (hvfs_xml_is (node, "allocation"))
    return read_size (node, &def->allocation, error);
  if (hvfs_xml_is (node, "target"))
    return read_target (node, def, error);
  /* virsh prints an empty one. */
  if (hvfs_xml_is (node, "source") && hvfs_xml_child (node, NULL) == NULL)
    return TRUE;
  return hvfs_xml_bad (node, EINVAL, error, "a datastore's file has no such thing");
}

gboolean
hvfs_volume_def_from_xml (const char *text, gsize len, HvfsVolumeDef *ret, GError **error)
{
  g_autoptr (xmlDoc) doc = hvfs_xml_parse (text, len, MAX_BYTES, error);
  const xmlNode *root = doc == NULL ? NULL : xmlDocGetRootElement (doc);
  g_auto (HvfsVolumeDef) def = HVFS_VOLUME_DEF_INIT;
  g_autofree char *type = hvfs_xml_attr (root, "type");

  if (doc == NULL)
    return FALSE;
  if (!hvfs_xml_is (root, "volume"))
    return hvfs_xml_bad (root, EINVAL, error, "not libvirt's XML of a storage volume");
  if (type != NULL && strcmp (type, "file") != 0)
    return hvfs_xml_bad (root, EINVAL, error, "a datastore has volumes of the type file only");
  for (const xmlNode *node = hvfs_xml_child (root, NULL); node != NULL;
       node = hvfs_xml_next (node, NULL))
    if (!read_child (node, &def, error))
      return FALSE;
  *ret = def;
  def = (HvfsVolumeDef) HVFS_VOLUME_DEF_INIT;
  return TRUE;
}

/* ---- writing ---- */

void
hvfs_volume_def_write (const HvfsVolumeDef *def, GString *text)
{
  HvfsXmlOut out = { text, 0 };

  hvfs_xml_open (&out, "volume", "type", "file", NULL);
  hvfs_xml_leaf (&out, "name", def->name, NULL);
  hvfs_xml_leaf (&out, "key", def->key, NULL);
  hvfs_xml_leaf (&out, "capacity", HVFS_XML_NUMBER (def->capacity), "unit", "bytes", NULL);
  hvfs_xml_leaf (&out, "allocation", HVFS_XML_NUMBER (def->allocation), "unit", "bytes", NULL);
  hvfs_xml_open (&out, "target", NULL);
  hvfs_xml_leaf (&out, "path", def->path, NULL);
  hvfs_xml_empty (&out, "format", "type", formats[def->format], NULL);
  hvfs_xml_close (&out, "target");
  hvfs_xml_close (&out, "volume");
}
