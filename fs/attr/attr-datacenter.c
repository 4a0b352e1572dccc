/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-datacenter.c - folders, datacenters and clusters
 *
 * Exists for the upper half of the tree, which is almost all collections; what is
 * in them is in the index.
 */
#include "convert/model/scalar.h"
#include "fs/attr/alarms.h"
#include "fs/attr/facts.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/tree/path.h"


/* Empty where the server does not say it. */
static void
show_switch (GString *out, const char *key, const HvfsValue *on)
{
  if (on != NULL)
    hvfs_show_yes_no (out, key, hvfs_value_bool (on, NULL));
  else
    hvfs_show_text (out, key, "");
}

static gboolean
cluster_info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *cluster, GString *out,
                   GError **error)
{
  HvfsValue *summary = hvfs_object_get (cluster, HVFS_COMPUTE_SUMMARY);
  g_autoptr (HvfsValue) drs = NULL, ha = NULL;

  if (summary == NULL)
    return hvfs_show_unknown ("summary", error);
  if (!hvfs_facts_get (fs, cluster->serial, HVFS_FACT_CLUSTER_DRS, &drs, error)
      || !hvfs_facts_get (fs, cluster->serial, HVFS_FACT_CLUSTER_HA, &ha, error))
    return FALSE;
  hvfs_show_int (out, "hosts", hvfs_value_int (summary, "numHosts", 0));
  hvfs_show_int (out, "effective_hosts", hvfs_value_int (summary, "numEffectiveHosts", 0));
  hvfs_show_int (out, "cores", hvfs_value_int (summary, "numCpuCores", 0));
  hvfs_show_int (out, "threads", hvfs_value_int (summary, "numCpuThreads", 0));
  hvfs_show_int (out, "mhz", hvfs_value_int (summary, "totalCpu", 0));
  hvfs_show_int (out, "effective_mhz", hvfs_value_int (summary, "effectiveCpu", 0));
  /* The server counts the first in bytes, the second in MiB. */
  hvfs_show_int (out, "memory", hvfs_value_int (summary, "totalMemory", 0) / 1024);
  hvfs_show_int (out, "effective_memory",
                 hvfs_value_int (summary, "effectiveMemory", 0) * HVFS_KIB_PER_MIB);
  show_switch (out, "drs", drs);
  show_switch (out, "ha", ha);
  return TRUE;
}

HvfsRow hvfs_inventory_table[] = {
  HVFS_COLLECTION_ROW ("datacenters"),
  { NULL }
};

HvfsRow hvfs_host_folder_table[] = {
  HVFS_COLLECTION_ROW ("clusters"),
  HVFS_COLLECTION_ROW ("hosts"),
  { NULL }
};

HvfsRow hvfs_datacenter_table[] = {
  HVFS_COLLECTION_ROW ("clusters"),
  HVFS_COLLECTION_ROW ("hosts"),
  /* Domains that run on no host, or on one that the user may not see. */
  { .name = "domains", .named = HVFS_NAMED_DC_DOMAINS, .mode = S_IFDIR | 0755,
    .visible = hvfs_path_is_not_empty },
  HVFS_COLLECTION_ROW ("datastores"),
  HVFS_COLLECTION_ROW ("networks"),
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (datacenter),
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_cluster_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,
    .show = cluster_info_show, .fetch = &hvfs_facts_of_row, .depends = HVFS_PROP (HVFS_COMPUTE_SUMMARY) },
  HVFS_COLLECTION_ROW ("hosts", .named = HVFS_NAMED_CLUSTER_HOSTS),
  HVFS_COLLECTION_ROW ("pools", .named = HVFS_NAMED_CLUSTER_POOLS, .dir_ops = &hvfs_pools_ops,
                       .visible = hvfs_pools_visible),
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (cluster),
  HVFS_MOREF_ROW,
  { NULL }
};

HvfsRow hvfs_datacenter_row = { .of_kind = HVFS_KIND_DATACENTER, .mode = S_IFDIR | 0755, .table = hvfs_datacenter_table };
HvfsRow hvfs_cluster_row = { .of_kind = HVFS_KIND_CLUSTER, .mode = S_IFDIR | 0755, .table = hvfs_cluster_table };

HvfsRow hvfs_datacenters_folder_row = { .mode = S_IFDIR | 0755 };
HvfsRow hvfs_clusters_folder_row = { .mode = S_IFDIR | 0755 };
HvfsRow hvfs_hosts_folder_row = { .mode = S_IFDIR | 0755 };
HvfsRow hvfs_datastores_folder_row = { .mode = S_IFDIR | 0755 };
HvfsRow hvfs_networks_folder_row = { .mode = S_IFDIR | 0755 };
