/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-storage.c - the files in a datastore's and in a network's directory */
#include "fs/attr/network.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"

#include <string.h>

static gboolean
datastore_info_show (HvfsFs *fs, const HvfsObject *datastore, GString *out, GError **error)
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

static gboolean
network_info_show (HvfsFs *fs, const HvfsObject *network, GString *out, GError **error)
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
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_network_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .show = network_info_show, .fetch = &hvfs_network_fetch,
    .depends = HVFS_PROP (HVFS_NETWORK_ACCESSIBLE) },
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_datastore_row = { .of_kind = HVFS_KIND_DATASTORE, .mode = S_IFDIR | 0755, .table = hvfs_datastore_table };
HvfsRow hvfs_network_row = { .of_kind = HVFS_KIND_NETWORK, .mode = S_IFDIR | 0755, .table = hvfs_network_table };
