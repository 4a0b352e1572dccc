/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-nvdimm.c - <memory model='nvdimm'>: memory that keeps what is in it */
#include "convert/domain-xml/domain-xml-nvdimm.h"
#include "convert/domain-xml/domain-xml-read-part.h"
#include "convert/domain-xml/domain-xml-write-part.h"
#include "convert/error.h"
#include "convert/model/scalar.h"

#include <string.h>

static gboolean
read_nvdimm (HvfsNvdimm *nvdimm, const xmlNode *node, GError **error)
{
  const xmlNode *size = hvfs_xml_child (hvfs_xml_child (node, "target"), "size");
  g_autofree char *model = hvfs_xml_attr (node, "model");
  guint64 kib = 0;

  if (g_strcmp0 (model, "nvdimm") != 0)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "model='%s' must be nvdimm: other memory devices are unsupported",
                         model != NULL ? model : "");
  if (size == NULL || !hvfs_xml_size_kib (size, &kib, NULL) || kib == 0
      || kib % HVFS_KIB_PER_MIB != 0)
    return hvfs_xml_bad (node, EINVAL, error,
                         "must have a <target><size unit='MiB'>, a whole number of MiB");
  nvdimm->line = hvfs_xml_line (node);
  nvdimm->size_mib = kib / HVFS_KIB_PER_MIB;
  nvdimm->path = hvfs_xml_text (hvfs_xml_child (hvfs_xml_child (node, "source"), "path"));
  if (nvdimm->path != NULL && *g_strstrip (nvdimm->path) == '\0')
    g_clear_pointer (&nvdimm->path, g_free);
  return TRUE;
}

gboolean
hvfs_domain_xml_check_nvdimm (const xmlNode *node, GError **error)
{
  HvfsNvdimm nvdimm = { 0 };
  gboolean ok = read_nvdimm (&nvdimm, node, error);

  g_free (nvdimm.path);
  return ok;
}

gboolean
hvfs_xml_read_nvdimm (HvfsXmlReader *reader, const xmlNode *node, GError **error)
{
  return read_nvdimm (hvfs_domain_add_nvdimm (reader->domain), node, error);
}

void
hvfs_xml_write_nvdimms (HvfsXmlOut *out, const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->nvdimms->len; i++)
    {
      const HvfsNvdimm *nvdimm = domain->nvdimms->pdata[i];

      hvfs_xml_open (out, "memory", "model", "nvdimm", NULL);
      if (nvdimm->path != NULL)
        {
          hvfs_xml_open (out, "source", NULL);
          hvfs_xml_leaf (out, "path", nvdimm->path, NULL);
          hvfs_xml_close (out, "source");
        }
      hvfs_xml_open (out, "target", NULL);
      hvfs_xml_leaf (out, "size", HVFS_XML_NUMBER (nvdimm->size_mib * HVFS_KIB_PER_MIB), "unit",
                     "KiB", NULL);
      hvfs_xml_close (out, "target");
      hvfs_xml_close (out, "memory");
    }
}
