/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-host.c - the files in one host's directory
 *
 * Exists so that what a host is and how it does can be read, one file a concern;
 * the values are those of virsh nodeinfo where it has them.
 */
#include "fs/fs.h"

#include <string.h>

#include "backend/operation/host-state.h"
#include "fs/attr/tables.h"
#include "fs/attr/usage.h"

#define KIB_PER_MIB 1024

/* Appends "KEY=", and the number where it is known: more than 0. */
static void
show_known (GString *out, const char *key, gint64 value)
{
  if (value > 0)
    hvfs_show_int (out, key, value);
  else
    hvfs_show_text (out, key, "");
}

/* Of a host that was never connected the server has a summary in which all is empty or 0. */
static gboolean
info_show (HvfsFs *fs, const HvfsObject *host, GString *out, GError **error)
{
  HvfsValue *hardware = hvfs_object_get (host, HVFS_HOST_HARDWARE);
  HvfsValue *product = hvfs_object_get (host, HVFS_HOST_PRODUCT);
  g_autofree char *model = g_strdup (hvfs_value_text (hardware, "cpuModel"));
  gint64 sockets = hvfs_value_int (hardware, "numCpuPkgs", 0);
  gint64 cores = hvfs_value_int (hardware, "numCpuCores", 0);
  gint64 threads = hvfs_value_int (hardware, "numCpuThreads", 0);
  gint64 memory_kib = hvfs_value_int (hardware, "memorySize", 0) / 1024;
  HvfsUsage usage;

  if (hardware == NULL)
    return hvfs_show_unknown ("hardware", error);
  hvfs_show_text (out, "model", model != NULL ? g_strstrip (model) : "");
  show_known (out, "cpus", cores);
  show_known (out, "mhz", hvfs_value_int (hardware, "cpuMhz", 0));
  show_known (out, "sockets", sockets);
  show_known (out, "cores", sockets > 0 ? cores / sockets : 0);
  show_known (out, "threads", cores > 0 ? threads / cores : 0);
  show_known (out, "memory", memory_kib);
  if (hvfs_quickstats_get (fs->quickstats, host->serial, &usage) && usage.memory_mib >= 0
      && memory_kib > 0)
    hvfs_show_int (out, "free_memory", memory_kib - usage.memory_mib * KIB_PER_MIB);
  else
    hvfs_show_text (out, "free_memory", "");
  hvfs_show_text (out, "version", hvfs_value_text (product, "version"));
  hvfs_show_text (out, "uuid", hvfs_value_text (hardware, "uuid"));
  return TRUE;
}

static gboolean
state_show (HvfsFs *fs, const HvfsObject *host, GString *out, GError **error)
{
  const char *word = hvfs_host_state_word (host);

  if (word == NULL)
    return hvfs_show_unknown ("state", error);
  g_string_append_printf (out, "%s\n", word);
  return TRUE;
}

static gboolean
state_store (HvfsStore *store, const char *line, GError **error)
{
  return hvfs_host_state_set (&store->fs->server, store->serial, line, store->cancellable,
                              error);
}

static gboolean
stats_show (HvfsFs *fs, const HvfsObject *host, GString *out, GError **error)
{
  HvfsUsage usage;

  if (!hvfs_usage_get (fs, host, &usage, error))
    return FALSE;
  if (usage.cpu_mhz >= 0)
    hvfs_show_int (out, "cpu", usage.cpu_mhz);
  if (usage.memory_mib >= 0)
    hvfs_show_int (out, "memory", usage.memory_mib * KIB_PER_MIB);
  if (usage.uptime_s >= 0)
    hvfs_show_int (out, "uptime", usage.uptime_s);
  return TRUE;
}

HvfsRow hvfs_host_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .show = info_show, .fetch = &hvfs_usage_fetch,
    .depends = HVFS_PROP (HVFS_HOST_HARDWARE) | HVFS_PROP (HVFS_HOST_PRODUCT) },
  { .name = "state", .mode = S_IFREG | 0644, .show = state_show, .store = state_store,
    .depends = HVFS_PROP (HVFS_HOST_CONNECTION) | HVFS_PROP (HVFS_HOST_MAINTENANCE) },
  { .name = "stats", .mode = S_IFREG | 0444, .show = stats_show, .fetch = &hvfs_usage_fetch },
  HVFS_MOREF_ROW,
  { .name = "domains", .named = HVFS_NAMED_HOST_DOMAINS, .mode = S_IFDIR | 0755, .dir_ops = &hvfs_domains_ops },
  HVFS_COLLECTION_ROW ("datastores", .named = HVFS_NAMED_HOST_DATASTORES),
  HVFS_COLLECTION_ROW ("networks", .named = HVFS_NAMED_HOST_NETWORKS),
  { NULL }
};

HvfsRow hvfs_host_row = { .of_kind = HVFS_KIND_HOST, .mode = S_IFDIR | 0755, .table = hvfs_host_table };

HvfsRow hvfs_host_datastore_link = { .mode = S_IFLNK | 0777 };
HvfsRow hvfs_host_network_link = { .mode = S_IFLNK | 0777 };
