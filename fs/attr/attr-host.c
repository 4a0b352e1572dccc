/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-host.c - the files in one host's directory
 *
 * Exists so that what a host is and how it does can be read, one file a concern;
 * the values are those of virsh nodeinfo where it has them.
 */
#include "fs/fs.h"

#include <string.h>

#include "backend/operation/host-state.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/xml/xml-out.h"
#include "fs/attr/alarms.h"
#include "fs/attr/attr-custom.h"
#include "fs/attr/domain-stores.h"
#include "fs/attr/events.h"
#include "fs/attr/facts.h"
#include "fs/attr/switch.h"
#include "fs/attr/tables.h"
#include "fs/attr/usage.h"


/* Appends "KEY=", and the number where it is known: more than 0. */
static void
show_known (GString *out, const char *key, gint64 value)
{
  if (value > 0)
    hvfs_show_int (out, key, value);
  else
    hvfs_show_text (out, key, "");
}

/* As the host calls itself. */
static void
show_hostname (GString *out, const HvfsObject *host)
{
  const char *name = hvfs_value_text (hvfs_object_get (host, HVFS_HOST_DNS_NAME), NULL);
  const char *domain = hvfs_value_text (hvfs_object_get (host, HVFS_HOST_DNS_DOMAIN), NULL);
  g_autofree char *full
    = name != NULL && domain != NULL && *domain != '\0' ? g_strconcat (name, ".", domain, NULL) : NULL;

  hvfs_show_text (out, "hostname", full != NULL ? full : name != NULL ? name : "");
}

/* Of a host that was never connected the server has a summary in which all is empty or 0. */
static gboolean
info_show (HvfsFs *fs, HvfsNode node, const HvfsObject *host, GString *out, GError **error)
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
    hvfs_show_int (out, "free_memory", memory_kib - usage.memory_mib * HVFS_KIB_PER_MIB);
  else
    hvfs_show_text (out, "free_memory", "");
  hvfs_show_text (out, "version", hvfs_value_text (product, "version"));
  hvfs_show_text (out, "uuid", hvfs_value_text (hardware, "uuid"));
  show_known (out, "max_vcpus",
              hvfs_value_int (hvfs_object_get (host, HVFS_HOST_MAX_VCPUS), NULL, 0));
  show_hostname (out, host);
  return TRUE;
}

static gboolean
state_show (HvfsFs *fs, HvfsNode node, const HvfsObject *host, GString *out, GError **error)
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

/* (transfer full) (nullable): it is gone */
static char *
dup_name (HvfsFs *fs, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *host = hvfs_mirror_get (fs->mirror, serial);

  return host == NULL ? NULL
                      : g_strdup (hvfs_value_text (hvfs_object_get (host, HVFS_NAME), NULL));
}

static gboolean
end_store (HvfsStore *store, const char *line, HvfsHostEnd end, GError **error)
{
  g_autofree char *name = dup_name (store->fs, store->serial);

  if (name == NULL)
    return hvfs_show_unknown ("name", error);
  return hvfs_end_confirm_name (line, name, "host", error)
         && hvfs_host_end (&store->fs->server, store->serial, end, store->cancellable, error);
}

static gboolean
reboot_store (HvfsStore *store, const char *line, GError **error)
{
  return end_store (store, line, HVFS_HOST_REBOOT, error);
}

static gboolean
shutdown_store (HvfsStore *store, const char *line, GError **error)
{
  return end_store (store, line, HVFS_HOST_SHUTDOWN, error);
}

static gboolean
stats_show (HvfsFs *fs, HvfsNode node, const HvfsObject *host, GString *out, GError **error)
{
  HvfsUsage usage;

  if (!hvfs_usage_get (fs, host, &usage, error))
    return FALSE;
  if (usage.cpu_mhz >= 0)
    hvfs_show_int (out, "cpu", usage.cpu_mhz);
  if (usage.memory_mib >= 0)
    hvfs_show_int (out, "memory", usage.memory_mib * HVFS_KIB_PER_MIB);
  if (usage.uptime_s >= 0)
    hvfs_show_int (out, "uptime", usage.uptime_s);
  return TRUE;
}

/* ---- capabilities.xml ---- */

/* As "0000:0000:0010:...", the most significant bit first: bit 29 is long mode. */
static gboolean
has_long_mode (const char *edx)
{
  enum { BITS = 32, LONG_MODE = 29 };
  int bit = BITS;

  for (; edx != NULL && *edx != '\0'; edx++)
    if (*edx != ':' && --bit == LONG_MODE)
      return *edx == '1';
  return FALSE;
}

static void
write_host (HvfsXmlOut *out, const char *uuid, gboolean long_mode)
{
  guint8 bytes[HVFS_UUID_BYTES];
  g_autofree char *plain
    = uuid != NULL && hvfs_parse_uuid (uuid, bytes) ? hvfs_format_uuid (bytes) : NULL;

  hvfs_xml_open (out, "host", NULL);
  hvfs_xml_leaf (out, "uuid", plain, NULL);
  hvfs_xml_open (out, "cpu", NULL);
  hvfs_xml_leaf (out, "arch", long_mode ? "x86_64" : "i686", NULL);
  hvfs_xml_close (out, "cpu");
  hvfs_xml_empty (out, "power_management", NULL);
  hvfs_xml_empty (out, "iommu", "support", "no", NULL);
  hvfs_xml_open (out, "migration_features", NULL);
  hvfs_xml_empty (out, "live", NULL);
  hvfs_xml_open (out, "uri_transports", NULL);
  hvfs_xml_leaf (out, "uri_transport", "vpxmigr", NULL);
  hvfs_xml_close (out, "uri_transports");
  hvfs_xml_close (out, "migration_features");
  hvfs_xml_close (out, "host");
  g_string_append_c (out->text, '\n');
}

static void
write_guest (HvfsXmlOut *out, const char *arch, const char *word_size)
{
  hvfs_xml_open (out, "guest", NULL);
  hvfs_xml_leaf (out, "os_type", "hvm", NULL);
  hvfs_xml_open (out, "arch", "name", arch, NULL);
  hvfs_xml_leaf (out, "wordsize", word_size, NULL);
  hvfs_xml_empty (out, "domain", "type", "vmware", NULL);
  hvfs_xml_close (out, "arch");
  hvfs_xml_close (out, "guest");
  g_string_append_c (out->text, '\n');
}

/* What virsh capabilities prints of it. */
static gboolean
capabilities_show (HvfsFs *fs, HvfsNode node, const HvfsObject *host, GString *text, GError **error)
{
  HvfsValue *hardware = hvfs_object_get (host, HVFS_HOST_HARDWARE);
  g_autoptr (HvfsValue) edx = NULL;
  HvfsXmlOut out = { text, 0 };
  gboolean long_mode;

  if (!hvfs_facts_get (fs, host->serial, HVFS_FACT_HOST_CPU, &edx, error))
    return FALSE;
  if (edx == NULL)
    return hvfs_show_unknown ("hardware.cpuFeature", error);
  long_mode = has_long_mode (hvfs_value_text (edx, NULL));
  hvfs_xml_open (&out, "capabilities", NULL);
  g_string_append_c (text, '\n');
  write_host (&out, hvfs_value_text (hardware, "uuid"), long_mode);
  write_guest (&out, "i686", "32");
  if (long_mode)
    write_guest (&out, "x86_64", "64");
  hvfs_xml_close (&out, "capabilities");
  return TRUE;
}

HvfsRow hvfs_host_table[] = {
  { .name = "info", .mode = S_IFREG | 0444, .show = info_show, .fetch = &hvfs_usage_fetch,
    .depends = HVFS_PROP (HVFS_HOST_HARDWARE) | HVFS_PROP (HVFS_HOST_PRODUCT)
               | HVFS_PROP (HVFS_HOST_MAX_VCPUS)
               | HVFS_PROP (HVFS_HOST_DNS_NAME) | HVFS_PROP (HVFS_HOST_DNS_DOMAIN) },
  { .name = "state", .mode = S_IFREG | 0644, .show = state_show, .store = state_store,
    .depends = HVFS_PROP (HVFS_HOST_CONNECTION) | HVFS_PROP (HVFS_HOST_MAINTENANCE) },
  { .name = "reboot", .mode = S_IFREG | 0200, .store = reboot_store },
  { .name = "shutdown", .mode = S_IFREG | 0200, .store = shutdown_store },
  { .name = "stats", .mode = S_IFREG | 0444, .show = stats_show, .fetch = &hvfs_usage_fetch },
  { .name = "capabilities.xml", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,
    .show = capabilities_show, .fetch = &hvfs_facts_of_row, .depends = HVFS_PROP (HVFS_HOST_HARDWARE) },
  HVFS_EVENTS_ROW,
  HVFS_ALARMS_ROW,
  HVFS_CUSTOM_ROW (host),
  HVFS_MOREF_ROW,
  { .name = "domains", .named = HVFS_NAMED_HOST_DOMAINS, .mode = S_IFDIR | 0755, .dir_ops = &hvfs_domains_ops },
  HVFS_COLLECTION_ROW ("datastores", .named = HVFS_NAMED_HOST_DATASTORES),
  HVFS_COLLECTION_ROW ("networks", .named = HVFS_NAMED_HOST_NETWORKS),
  HVFS_COLLECTION_ROW ("interfaces", .named = HVFS_NAMED_HOST_INTERFACES,
                       .depends = HVFS_INTERFACES_DEPENDS),
  HVFS_COLLECTION_ROW ("switches", .named = HVFS_NAMED_HOST_SWITCHES,
                       .depends = HVFS_SWITCHES_DEPENDS, .table = hvfs_switches_table,
                       .dir_ops = &hvfs_switches_ops),
  HVFS_COLLECTION_ROW ("pools", .named = HVFS_NAMED_HOST_POOLS, .dir_ops = &hvfs_pools_ops,
                       .visible = hvfs_pools_visible),
  { NULL }
};

HvfsRow hvfs_host_row = { .of_kind = HVFS_KIND_HOST, .mode = S_IFDIR | 0755, .table = hvfs_host_table };

HvfsRow hvfs_host_datastore_link = { .mode = S_IFLNK | 0777 };
HvfsRow hvfs_host_network_link = { .mode = S_IFLNK | 0777 };
