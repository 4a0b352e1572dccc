/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-storage.c - the files in a datastore's and in a network's directory */
#include "fs/attr/alarms.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/facts.h"
#include "fs/attr/network.h"
#include "fs/attr/switch.h"
#include "fs/attr/tables.h"
#include "fs/content/content.h"
#include "fs/content/volume.h"
#include "fs/fs.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/xml/xml-out.h"

static gboolean
datastore_info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore, GString *out,
                     GError **error)
{
  gint64 capacity = hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_CAPACITY), NULL, 0);
  gint64 available = hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_FREE), NULL, 0);
  HvfsValue *maintenance = hvfs_object_get (datastore, HVFS_DATASTORE_MAINTENANCE);

  hvfs_show_text (out, "type",
                  hvfs_value_text (hvfs_object_get (datastore, HVFS_DATASTORE_TYPE), NULL));
  hvfs_show_text (out, "url",
                  hvfs_value_text (hvfs_object_get (datastore, HVFS_DATASTORE_URL), NULL));
  hvfs_show_int (out, "capacity", capacity);
  hvfs_show_int (out, "allocation", capacity - available);
  hvfs_show_int (out, "available", available);
  hvfs_show_yes_no (out, "accessible",
                    hvfs_value_bool (hvfs_object_get (datastore, HVFS_DATASTORE_ACCESSIBLE), NULL));
  hvfs_show_yes_no (
    out, "shared",
    hvfs_value_bool (hvfs_object_get (datastore, HVFS_DATASTORE_MULTIPLE_HOSTS), NULL));
  hvfs_show_text (out, "maintenance",
                  maintenance != NULL ? hvfs_value_text (maintenance, NULL) : "normal");
  return TRUE;
}

/* libvirt's kinds of pools, by the class of the datastore's info. */
static const struct
{
  const char *class, *type;
} pool_types[] = {
  { "VmfsDatastoreInfo", "fs" },
  { "LocalDatastoreInfo", "dir" },
  { "NasDatastoreInfo", "netfs" },
};

/* @info: (nullable).  NULL: libvirt has none for it */
static const char *
pool_type (const HvfsValue *info)
{
  for (guint i = 0; info != NULL && i < G_N_ELEMENTS (pool_types); i++)
    if (g_strcmp0 (hvfs_value_type (info), pool_types[i].class) == 0)
      return pool_types[i].type;
  return NULL;
}

static void
write_source (HvfsXmlOut *out, const char *type, const HvfsValue *info)
{
  const char *format = strcmp (type, "fs") == 0 ? "vmfs" : hvfs_value_text (info, "nas.type");
  g_autofree char *lower = format != NULL ? g_ascii_strdown (format, -1) : NULL;

  if (strcmp (type, "dir") == 0)
    {
      hvfs_xml_open (out, "source", NULL);
      hvfs_xml_close (out, "source");
      return;
    }
  hvfs_xml_open (out, "source", NULL);
  if (strcmp (type, "netfs") == 0)
    {
      hvfs_xml_empty (out, "host", "name", hvfs_value_text (info, "nas.remoteHost"), NULL);
      hvfs_xml_empty (out, "dir", "path", hvfs_value_text (info, "nas.remotePath"), NULL);
    }
  hvfs_xml_empty (out, "format", "type", lower, NULL);
  hvfs_xml_close (out, "source");
}

static void
write_target (HvfsXmlOut *out, const char *path)
{
  hvfs_xml_open (out, "target", NULL);
  hvfs_xml_leaf (out, "path", path, NULL);
  hvfs_xml_open (out, "permissions", NULL);
  hvfs_xml_leaf (out, "mode", "00", NULL);
  hvfs_xml_leaf (out, "owner", "0", NULL);
  hvfs_xml_leaf (out, "group", "0", NULL);
  hvfs_xml_close (out, "permissions");
  hvfs_xml_close (out, "target");
}

static void
write_room (HvfsXmlOut *out, const HvfsObject *datastore)
{
  gint64 capacity = hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_CAPACITY), NULL, 0);
  gint64 available = hvfs_value_int (hvfs_object_get (datastore, HVFS_DATASTORE_FREE), NULL, 0);

  if (!hvfs_value_bool (hvfs_object_get (datastore, HVFS_DATASTORE_ACCESSIBLE), NULL))
    capacity = available = 0;
  hvfs_xml_leaf (out, "capacity", HVFS_XML_NUMBER (capacity), "unit", "bytes", NULL);
  hvfs_xml_leaf (out, "allocation", HVFS_XML_NUMBER (capacity - available), "unit", "bytes", NULL);
  hvfs_xml_leaf (out, "available", HVFS_XML_NUMBER (available), "unit", "bytes", NULL);
}

/* What virsh pool-dumpxml prints of it. */
static gboolean
pool_show (HvfsFs *fs, HvfsNode node, const HvfsObject *datastore, GString *text, GError **error)
{
  const char *raw = hvfs_value_text (hvfs_object_get (datastore, HVFS_NAME), NULL), *type;
  g_autoptr (HvfsValue) info = NULL, path = NULL;
  g_autofree char *name = hvfs_inventory_name_decode (raw != NULL ? raw : ""), *uuid = NULL;
  HvfsXmlOut out = { text, 0 };

  if (!hvfs_facts_get (fs, datastore->serial, HVFS_FACT_DATASTORE_INFO, &info, error)
      || !hvfs_facts_get (fs, datastore->serial, HVFS_FACT_DATASTORE_PATH, &path, error))
    return FALSE;
  type = pool_type (info);
  if (type == NULL || path == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "%s",
                   type == NULL ? "libvirt has no kind of pool for such a datastore"
                                : "no host mounts the datastore");
      return FALSE;
    }
  uuid = hvfs_digest_uuid (hvfs_value_text (path, NULL));
  hvfs_xml_open (&out, "pool", "type", type, NULL);
  hvfs_xml_leaf (&out, "name", name, NULL);
  hvfs_xml_leaf (&out, "uuid", uuid, NULL);
  write_room (&out, datastore);
  write_source (&out, type, info);
  write_target (&out, hvfs_value_text (path, NULL));
  hvfs_xml_close (&out, "pool");
  return TRUE;
}

static gboolean
network_info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *network, GString *out,
                   GError **error)
{
  static const struct
  {
    const char *type, *word;
  } words[] = { { "DistributedVirtualPortgroup", "portgroup" }, { "OpaqueNetwork", "opaque" } };
  const char *type = "network";

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (network->type, words[i].type) == 0)
      type = words[i].word;
  hvfs_show_text (out, "type", type);
  hvfs_show_yes_no (out, "accessible",
                    hvfs_value_bool (hvfs_object_get (network, HVFS_NETWORK_ACCESSIBLE), NULL));
  return hvfs_networks_show (fs->networks, network->serial, out)
         || hvfs_show_unknown ("switch", error);
}

HvfsRow hvfs_datastore_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .show = datastore_info_show,
    .depends = HVFS_PROP (HVFS_DATASTORE_TYPE) | HVFS_PROP (HVFS_DATASTORE_URL)
               | HVFS_PROP (HVFS_DATASTORE_CAPACITY) | HVFS_PROP (HVFS_DATASTORE_FREE)
               | HVFS_PROP (HVFS_DATASTORE_ACCESSIBLE)
               | HVFS_PROP (HVFS_DATASTORE_MULTIPLE_HOSTS)
               | HVFS_PROP (HVFS_DATASTORE_MAINTENANCE) },
  { .name = "pool.xml", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always, .show = pool_show,
    .fetch = &hvfs_facts_of_row,
    .depends = HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_DATASTORE_CAPACITY)
               | HVFS_PROP (HVFS_DATASTORE_FREE) | HVFS_PROP (HVFS_DATASTORE_ACCESSIBLE) },
  { .name = "volumes", .named = HVFS_NAMED_VOLUMES, .mode = S_IFDIR | 0755,
    .flags = HVFS_ROW_LISTED, .dir_ops = &hvfs_volume_dir_ops, .fetch = &hvfs_volume_dir_fetch,
    .members = hvfs_volume_members },
  { .name = "refresh", .mode = S_IFREG | 0200, .store = hvfs_volume_refresh },
  { .name = "wipe", .mode = S_IFREG | 0200, .store = hvfs_volume_wipe_named,
    .visible = hvfs_content_is_overwritten },
  { .name = "files", .named = HVFS_NAMED_FILES, .mode = S_IFDIR | 0755,
    .flags = HVFS_ROW_LISTED, .dir_ops = &hvfs_content_dir_ops,
    .fetch = &hvfs_content_dir_fetch, .visible = hvfs_content_is_shown,
    .statfs = hvfs_content_statfs },
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (datastore),
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_network_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .show = network_info_show, .fetch = &hvfs_network_fetch,
    .depends = HVFS_PROP (HVFS_NETWORK_ACCESSIBLE) },
  { .name = "network.xml", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,
    .visible = hvfs_network_xml_visible, .show = hvfs_network_xml_show,
    .fetch = &hvfs_network_xml_fetch, .depends = HVFS_PROP (HVFS_NAME) },
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (network),
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_datastore_row = { .of_kind = HVFS_KIND_DATASTORE, .mode = S_IFDIR | 0755, .table = hvfs_datastore_table };
HvfsRow hvfs_network_row = { .of_kind = HVFS_KIND_NETWORK, .mode = S_IFDIR | 0755, .table = hvfs_network_table };
