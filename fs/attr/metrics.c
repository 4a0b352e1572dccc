/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/metrics.c - the file metrics.prom; see metrics.h
 *
 * The text has all samples of one metric side by side, but it is made object by object: so
 * each metric gathers its own lines.
 */
#include "fs/attr/metrics.h"

#include <errno.h>
#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "backend/operation/snapshot.h"
#include "convert/error.h"
#include "fs/attr/metrics-fetch.h"
#include "fs/attr/prometheus.h"
#include "fs/fs.h"
#include "fs/row/call.h"

typedef struct
{
  const char *name, *help;
} Metric;

enum
{
  VM_POWER, VM_BOOT, VM_CPUS, VM_MEMORY, VM_MAX_CPU, VM_TEMPLATE, VM_DISK_FREE, VM_DISK_CAPACITY,
  VM_TOOLS_RUNNING, VM_TOOLS_VERSION, VM_TOOLS_STATUS, VM_SNAPSHOTS, VM_SNAPSHOT_TIME,
  VM_YELLOW, VM_RED,
  HOST_POWER, HOST_STANDBY, HOST_CONNECTION, HOST_MAINTENANCE, HOST_BOOT, HOST_CPU_USAGE,
  HOST_CPU_MAX, HOST_CPUS, HOST_MEMORY_USAGE, HOST_MEMORY_MAX, HOST_PRODUCT, HOST_HARDWARE,
  HOST_YELLOW, HOST_RED,
  DS_CAPACITY, DS_FREE, DS_UNCOMMITTED, DS_PROVISIONED, DS_HOSTS, DS_VMS, DS_MAINTENANCE, DS_TYPE,
  DS_ACCESSIBLE, DS_YELLOW, DS_RED,
  N_METRICS
};

static const Metric metrics[N_METRICS] = {
  [VM_POWER] = { "vmware_vm_power_state", "1 if the machine runs, else 0" },
  [VM_BOOT] = { "vmware_vm_boot_timestamp_seconds", "When the machine was started" },
  [VM_CPUS] = { "vmware_vm_num_cpu", "Virtual processors" },
  [VM_MEMORY] = { "vmware_vm_memory_max", "Memory that is configured, in MiB" },
  [VM_MAX_CPU] = { "vmware_vm_max_cpu_usage", "Most that its processors can use, in MHz" },
  [VM_TEMPLATE] = { "vmware_vm_template", "1 if it is a template, else 0" },
  [VM_DISK_FREE] = { "vmware_vm_guest_disk_free", "Free bytes of a file system of the guest" },
  [VM_DISK_CAPACITY] = { "vmware_vm_guest_disk_capacity", "Bytes of a file system of the guest" },
  [VM_TOOLS_RUNNING] = { "vmware_vm_guest_tools_running_status", "Whether VMware tools run" },
  [VM_TOOLS_VERSION] = { "vmware_vm_guest_tools_version", "Version of VMware tools" },
  [VM_TOOLS_STATUS] = { "vmware_vm_guest_tools_version_status", "Whether VMware tools are current" },
  [VM_SNAPSHOTS] = { "vmware_vm_snapshots", "Snapshots" },
  [VM_SNAPSHOT_TIME] = { "vmware_vm_snapshot_timestamp_seconds", "When a snapshot was taken" },
  [VM_YELLOW] = { "vmware_vm_yellow_alarms", "Triggered alarms that are yellow" },
  [VM_RED] = { "vmware_vm_red_alarms", "Triggered alarms that are red" },
  [HOST_POWER] = { "vmware_host_power_state", "1 if the host is on, else 0" },
  [HOST_STANDBY] = { "vmware_host_standby_mode", "1 if the host is in standby, else 0" },
  [HOST_CONNECTION] = { "vmware_host_connection_state", "Whether the host is connected" },
  [HOST_MAINTENANCE] = { "vmware_host_maintenance_mode", "1 if the host is in maintenance, else 0" },
  [HOST_BOOT] = { "vmware_host_boot_timestamp_seconds", "When the host was started" },
  [HOST_CPU_USAGE] = { "vmware_host_cpu_usage", "Use of all processors, in MHz" },
  [HOST_CPU_MAX] = { "vmware_host_cpu_max", "All processors, in MHz" },
  [HOST_CPUS] = { "vmware_host_num_cpu", "Cores" },
  [HOST_MEMORY_USAGE] = { "vmware_host_memory_usage", "Memory in use, in MiB" },
  [HOST_MEMORY_MAX] = { "vmware_host_memory_max", "Memory, in MiB" },
  [HOST_PRODUCT] = { "vmware_host_product_info", "Version of the host" },
  [HOST_HARDWARE] = { "vmware_host_hardware_info", "Model of the host and of its processors" },
  [HOST_YELLOW] = { "vmware_host_yellow_alarms", "Triggered alarms that are yellow" },
  [HOST_RED] = { "vmware_host_red_alarms", "Triggered alarms that are red" },
  [DS_CAPACITY] = { "vmware_datastore_capacity_size", "Bytes" },
  [DS_FREE] = { "vmware_datastore_freespace_size", "Free bytes" },
  [DS_UNCOMMITTED] = { "vmware_datastore_uncommited_size", "Bytes that thin disks may still take" },
  [DS_PROVISIONED] = { "vmware_datastore_provisoned_size", "Bytes in use and that may still be taken" },
  [DS_HOSTS] = { "vmware_datastore_hosts", "Hosts that have it" },
  [DS_VMS] = { "vmware_datastore_vms", "Machines with files on it" },
  [DS_MAINTENANCE] = { "vmware_datastore_maintenance_mode", "Its maintenance mode" },
  [DS_TYPE] = { "vmware_datastore_type", "Its type" },
  [DS_ACCESSIBLE] = { "vmware_datastore_accessible", "1 if it can be used, else 0" },
  [DS_YELLOW] = { "vmware_datastore_yellow_alarms", "Triggered alarms that are yellow" },
  [DS_RED] = { "vmware_datastore_red_alarms", "Triggered alarms that are red" },
};

/* As the server has them, of the last 20 seconds.  @scale: of what vmware_exporter has not, or
 * not under a name that promtool takes, to base units; 0: as it is. */
typedef struct
{
  const char *name, *suffix, *help;
  double scale;
} Counter;

#define COMMON_COUNTERS \
  { "cpu.usage.average", "cpu_usage_average", "Processor use, in hundredths of a percent", 0 }, \
  { "cpu.usagemhz.average", "cpu_usagemhz_average", "Processor use, in MHz", 0 }, \
  { "cpu.ready.summation", "cpu_ready_summation", "Wait for a processor, ms of 20 s", 0 }, \
  { "cpu.costop.summation", "cpu_costop_summation", "Wait for other processors, ms of 20 s", 0 }, \
  { "mem.usage.average", "mem_usage_average", "Memory use, in hundredths of a percent", 0 }, \
  { "mem.consumed.average", "mem_consumed_average", "Memory of the host in use, in KiB", 0 }, \
  { "mem.active.average", "mem_active_average", "Memory in active use, in KiB", 0 }, \
  { "mem.vmmemctl.average", "mem_vmmemctl_average", "Memory taken by the balloon, in KiB", 0 }, \
  { "net.received.average", "net_received_average", "Received, in KiB a second", 0 }, \
  { "net.transmitted.average", "net_transmitted_average", "Sent, in KiB a second", 0 }, \
  { "disk.read.average", "disk_read_average", "Read, in KiB a second", 0 }, \
  { "disk.write.average", "disk_write_average", "Written, in KiB a second", 0 }, \
  { "sys.uptime.latest", "sys_uptime_latest", "Seconds since the start", 0 }, \
  { "disk.maxTotalLatency.latest", "disk_max_total_latency_seconds", "Longest latency of a disk", 0.001 }

static const Counter vm_counters[] = {
  COMMON_COUNTERS,
  { "mem.swapped.average", "mem_swapped_average", "Memory that is swapped out, in KiB", 0 },
};

static const Counter host_counters[] = {
  COMMON_COUNTERS,
  { "cpu.latency.average", "cpu_latency_average", "Time without a processor, in hundredths of a percent", 0 },
  { "cpu.coreUtilization.average", "cpu_core_utilization_ratio", "Use of the cores", 0.0001 },
  { "mem.swapused.average", "mem_swapused_average", "Swap in use, in KiB", 0 },
  { "power.power.average", "power_power_average", "Power, in watts", 0 },
  { "net.droppedRx.summation", "net_dropped_receive_packets", "Received packets that were dropped in 20 s", 1 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (vm_counters) <= HVFS_METRICS_MAX_COUNTERS);
G_STATIC_ASSERT (G_N_ELEMENTS (host_counters) <= HVFS_METRICS_MAX_COUNTERS);

/* The kinds of objects that have metrics, and what is asked for besides the mirror. */
static const struct
{
  HvfsKind kind;
  const char *prefix;
  const char *paths[5];
  const Counter *counters;
  guint n_counters;
} kinds[] = {
  { HVFS_KIND_VM, "vmware_vm_",
    { "runtime.maxCpuUsage", "guest.disk", "guest.toolsVersion", "triggeredAlarmState" },
    vm_counters, G_N_ELEMENTS (vm_counters) },
  { HVFS_KIND_HOST, "vmware_host_",
    { "runtime.powerState", "runtime.standbyMode", "summary.quickStats", "triggeredAlarmState" },
    host_counters, G_N_ELEMENTS (host_counters) },
  { HVFS_KIND_DATASTORE, "vmware_datastore_",
    { "summary.uncommitted", "vm", "triggeredAlarmState" }, NULL, 0 },
};

typedef struct
{
  HvfsFs *fs;
  GHashTable *fetched; /* moref -> HvfsFetched, of one kind */
  GHashTable *labels;  /* those that there are, owned */
  GHashTable *hosts;   /* datastore's serial -> how many hosts have it */
  GString *samples[N_METRICS];
  GString *counters[G_N_ELEMENTS (kinds)][HVFS_METRICS_MAX_COUNTERS];
} Scrape;

/* ---- samples ---- */

static void
add (Scrape *scrape, guint metric, const GString *labels, double value)
{
  hvfs_prometheus_append_sample (scrape->samples[metric], "", metrics[metric].name, labels, value);
}

/* The same where the server says @value. */
static void
add_value (Scrape *scrape, guint metric, const GString *labels, const HvfsValue *value)
{
  const char *text = hvfs_value_text (value, NULL);

  if (text != NULL && *text != '\0')
    add (scrape, metric, labels, g_ascii_strtod (text, NULL));
}

static void
add_bool (Scrape *scrape, guint metric, const GString *labels, const HvfsValue *value)
{
  if (value != NULL)
    add (scrape, metric, labels, hvfs_value_bool (value, NULL));
}

static void
add_time (Scrape *scrape, guint metric, const GString *labels, const HvfsValue *value)
{
  gint64 us = hvfs_value_time_us (value, NULL);

  if (us > 0)
    add (scrape, metric, labels, us / (double) G_TIME_SPAN_SECOND);
}

/* The same with one label more, which says it. */
static void
add_labelled (Scrape *scrape, guint metric, GString *labels, const char *name,
              const char *text, double value)
{
  gsize len = labels->len;

  if (text == NULL || *text == '\0')
    return;
  hvfs_prometheus_append_label (labels, name, text);
  add (scrape, metric, labels, value);
  g_string_truncate (labels, len);
}

/* ---- names ---- */

/* (transfer full): "" without @object */
static char *
dup_name (const HvfsObject *object)
{
  const char *raw
    = object == NULL ? NULL : hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);

  return raw == NULL ? g_strdup ("") : hvfs_inventory_name_decode (raw);
}

static const HvfsObject *
parent_of (HvfsFs *fs, const HvfsObject *object)
{
  return hvfs_mirror_resolve (fs->mirror, hvfs_object_get (object, HVFS_PARENT));
}

static void
append_above (Scrape *scrape, GString *labels, const HvfsObject *object)
{
  g_autofree char *name = dup_name (hvfs_locate_datacenter (scrape->fs->mirror, object));

  hvfs_prometheus_append_label (labels, "dc_name", name);
}

static void
append_host (Scrape *scrape, GString *labels, const HvfsObject *host)
{
  const HvfsObject *compute = host == NULL ? NULL : parent_of (scrape->fs, host);
  g_autofree char *name = dup_name (host), *cluster = NULL;

  cluster = dup_name (compute != NULL && compute->kind == HVFS_KIND_CLUSTER ? compute : NULL);
  hvfs_prometheus_append_label (labels, "host_name", name);
  append_above (scrape, labels, host);
  hvfs_prometheus_append_label (labels, "cluster_name", cluster);
}

/* The datastore in "[DS] a/a.vmx".  (transfer full) */
static char *
dup_datastore (const HvfsObject *vm)
{
  const char *file = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_FILE), NULL);
  const char *end = file == NULL || *file != '[' ? NULL : strchr (file, ']');

  return end == NULL ? g_strdup ("") : g_strndup (file + 1, end - file - 1);
}

static void
append_place (Scrape *scrape, GString *labels, const HvfsObject *object)
{
  const HvfsObject *above;
  g_autofree char *text = NULL;

  switch (object->kind)
    {
    case HVFS_KIND_VM:
      text = dup_datastore (object);
      hvfs_prometheus_append_label (labels, "ds_name", text);
      above = hvfs_mirror_resolve (scrape->fs->mirror, hvfs_object_get (object, HVFS_VM_HOST));
      append_host (scrape, labels, above);
      break;
    case HVFS_KIND_DATASTORE:
      above = parent_of (scrape->fs, object);
      text = dup_name (above != NULL && strcmp (above->type, "StoragePod") == 0 ? above : NULL);
      append_above (scrape, labels, object);
      hvfs_prometheus_append_label (labels, "ds_cluster", text);
      break;
    default:
      break;
    }
}

/* What its samples say of an object.  Of two that would say the same, the later has its moref in
 * its name: one text must not have a sample twice. */
static void
set_labels (Scrape *scrape, GString *labels, const HvfsObject *object)
{
  g_autofree char *name = dup_name (object), *other = NULL;
  const char *key = object->kind == HVFS_KIND_VM ? "vm_name" : "ds_name";

  for (guint i = 0; i < 2; i++)
    {
      g_string_truncate (labels, 0);
      if (object->kind == HVFS_KIND_HOST)
        append_host (scrape, labels, object);
      else
        {
          hvfs_prometheus_append_label (labels, key, i == 0 ? name : other);
          append_place (scrape, labels, object);
        }
      if (g_hash_table_add (scrape->labels, g_strdup (labels->str)))
        return;
      other = g_strdup_printf ("%s~%s", name, object->moref);
    }
  hvfs_prometheus_append_label (labels, "moref", object->moref); /* a host */
}

/* ---- one object ---- */

/* A server without alarms, and one that does not let the user read them, say nothing. */
static void
add_alarms (Scrape *scrape, const GString *labels, const HvfsFetched *fetched, guint yellow, guint red)
{
  const HvfsValue *alarms = hvfs_fetched_property (fetched, "triggeredAlarmState");
  guint n_yellow = 0, n_red = 0;

  for (guint i = 0; i < hvfs_value_n_children (alarms); i++)
    {
      const char *status = hvfs_value_text (hvfs_value_nth (alarms, i), "overallStatus");

      n_yellow += g_strcmp0 (status, "yellow") == 0;
      n_red += g_strcmp0 (status, "red") == 0;
    }
  if (alarms == NULL)
    return;
  add (scrape, yellow, labels, n_yellow);
  add (scrape, red, labels, n_red);
}

static void
add_disks (Scrape *scrape, GString *labels, const HvfsValue *disks)
{
  for (guint i = 0; i < hvfs_value_n_children (disks); i++)
    {
      const HvfsValue *disk = hvfs_value_nth (disks, i);
      const char *path = hvfs_value_text (disk, "diskPath");

      add_labelled (scrape, VM_DISK_FREE, labels, "partition", path,
                    hvfs_value_int (disk, "freeSpace", 0));
      add_labelled (scrape, VM_DISK_CAPACITY, labels, "partition", path,
                    hvfs_value_int (disk, "capacity", 0));
    }
}

static void
add_snapshots (Scrape *scrape, GString *labels, const HvfsObject *vm)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) all = NULL;

  if (hvfs_object_get (vm, HVFS_VM_SNAPSHOT) == NULL)
    {
      add (scrape, VM_SNAPSHOTS, labels, 0);
      return;
    }
  all = hvfs_snapshots_of (vm);
  add (scrape, VM_SNAPSHOTS, labels, all->len);
  for (guint i = 0; i < all->len; i++)
    {
      const HvfsSnapshot *snapshot = &g_array_index (all, HvfsSnapshot, i);
      const char *raw = hvfs_value_text (snapshot->tree, "name");
      char *name = raw == NULL ? g_strdup ("") : hvfs_inventory_name_decode (raw);

      /* Of several with one name, the first. */
      if (g_hash_table_add (names, name))
        add_labelled (scrape, VM_SNAPSHOT_TIME, labels, "vm_snapshot_name", name,
                      hvfs_value_time_us (snapshot->tree, "createTime")
                        / (double) G_TIME_SPAN_SECOND);
    }
}

static void
add_vm (Scrape *scrape, GString *labels, const HvfsObject *vm, const HvfsFetched *fetched)
{
  HvfsValue *power = hvfs_object_get (vm, HVFS_VM_POWER);

  if (power != NULL)
    add (scrape, VM_POWER, labels, g_ascii_strcasecmp (hvfs_value_text (power, NULL), "poweredOn") == 0);
  add_time (scrape, VM_BOOT, labels, hvfs_object_get (vm, HVFS_VM_BOOT_TIME));
  add_value (scrape, VM_CPUS, labels, hvfs_object_get (vm, HVFS_VM_CPUS));
  add_value (scrape, VM_MEMORY, labels, hvfs_object_get (vm, HVFS_VM_MEMORY));
  add_value (scrape, VM_MAX_CPU, labels, hvfs_fetched_property (fetched, "runtime.maxCpuUsage"));
  add_bool (scrape, VM_TEMPLATE, labels, hvfs_object_get (vm, HVFS_VM_TEMPLATE));
  add_disks (scrape, labels, hvfs_fetched_property (fetched, "guest.disk"));
  add_labelled (scrape, VM_TOOLS_RUNNING, labels, "tools_status",
                hvfs_value_text (hvfs_object_get (vm, HVFS_VM_TOOLS_RUNNING), NULL), 1);
  add_labelled (scrape, VM_TOOLS_VERSION, labels, "tools_version",
                hvfs_value_text (hvfs_fetched_property (fetched, "guest.toolsVersion"), NULL), 1);
  add_labelled (scrape, VM_TOOLS_STATUS, labels, "tools_version_status",
                hvfs_value_text (hvfs_object_get (vm, HVFS_VM_TOOLS_VERSION), NULL), 1);
  add_snapshots (scrape, labels, vm);
  add_alarms (scrape, labels, fetched, VM_YELLOW, VM_RED);
}

static void
add_info (Scrape *scrape, guint metric, GString *labels, const char *name, const char *text,
          const char *other_name, const char *other)
{
  gsize len = labels->len;

  hvfs_prometheus_append_label (labels, name, text);
  hvfs_prometheus_append_label (labels, other_name, other);
  add (scrape, metric, labels, 1);
  g_string_truncate (labels, len);
}

static void
add_host (Scrape *scrape, GString *labels, const HvfsObject *host, const HvfsFetched *fetched)
{
  HvfsValue *hardware = hvfs_object_get (host, HVFS_HOST_HARDWARE);
  HvfsValue *product = hvfs_object_get (host, HVFS_HOST_PRODUCT);
  const HvfsValue *stats = hvfs_fetched_property (fetched, "summary.quickStats");
  const char *power = hvfs_value_text (hvfs_fetched_property (fetched, "runtime.powerState"), NULL);
  const char *standby = hvfs_value_text (hvfs_fetched_property (fetched, "runtime.standbyMode"), NULL);
  gint64 cores = hvfs_value_int (hardware, "numCpuCores", 0);

  if (power != NULL)
    add (scrape, HOST_POWER, labels, g_ascii_strcasecmp (power, "poweredOn") == 0);
  if (standby != NULL)
    add (scrape, HOST_STANDBY, labels, g_ascii_strcasecmp (standby, "in") == 0);
  add_labelled (scrape, HOST_CONNECTION, labels, "state",
                hvfs_value_text (hvfs_object_get (host, HVFS_HOST_CONNECTION), NULL), 1);
  add_bool (scrape, HOST_MAINTENANCE, labels, hvfs_object_get (host, HVFS_HOST_MAINTENANCE));
  add_time (scrape, HOST_BOOT, labels, hvfs_object_get (host, HVFS_HOST_BOOT_TIME));
  add_value (scrape, HOST_CPU_USAGE, labels, hvfs_value_get (stats, "overallCpuUsage"));
  add_value (scrape, HOST_MEMORY_USAGE, labels, hvfs_value_get (stats, "overallMemoryUsage"));
  if (cores > 0)
    {
      add (scrape, HOST_CPU_MAX, labels, cores * hvfs_value_int (hardware, "cpuMhz", 0));
      add (scrape, HOST_CPUS, labels, cores);
      add (scrape, HOST_MEMORY_MAX, labels, hvfs_value_int (hardware, "memorySize", 0) / 1048576.0);
    }
  if (product != NULL)
    add_info (scrape, HOST_PRODUCT, labels, "version", hvfs_value_text (product, "version"), "build",
              hvfs_value_text (product, "build"));
  if (hardware != NULL)
    add_info (scrape, HOST_HARDWARE, labels, "hardware_model", hvfs_value_text (hardware, "model"),
              "hardware_cpu_model", hvfs_value_text (hardware, "cpuModel"));
  add_alarms (scrape, labels, fetched, HOST_YELLOW, HOST_RED);
}

static void
add_datastore (Scrape *scrape, GString *labels, const HvfsObject *datastore,
               const HvfsFetched *fetched)
{
  HvfsValue *capacity = hvfs_object_get (datastore, HVFS_DATASTORE_CAPACITY);
  HvfsValue *available = hvfs_object_get (datastore, HVFS_DATASTORE_FREE);
  HvfsValue *maintenance = hvfs_object_get (datastore, HVFS_DATASTORE_MAINTENANCE);
  const HvfsValue *uncommitted = hvfs_fetched_property (fetched, "summary.uncommitted");
  const HvfsValue *vms = hvfs_fetched_property (fetched, "vm");

  add_value (scrape, DS_CAPACITY, labels, capacity);
  add_value (scrape, DS_FREE, labels, available);
  add_value (scrape, DS_UNCOMMITTED, labels, uncommitted);
  if (capacity != NULL && available != NULL)
    add (scrape, DS_PROVISIONED, labels,
         hvfs_value_int (capacity, NULL, 0) - hvfs_value_int (available, NULL, 0)
           + hvfs_value_int (uncommitted, NULL, 0));
  add (scrape, DS_HOSTS, labels,
       GPOINTER_TO_UINT (g_hash_table_lookup (scrape->hosts, GUINT_TO_POINTER (datastore->serial))));
  if (fetched != NULL && fetched->content != NULL)
    add (scrape, DS_VMS, labels, hvfs_value_n_children (vms));
  add_labelled (scrape, DS_MAINTENANCE, labels, "mode",
                maintenance != NULL ? hvfs_value_text (maintenance, NULL) : "normal", 1);
  add_labelled (scrape, DS_TYPE, labels, "ds_type",
                hvfs_value_text (hvfs_object_get (datastore, HVFS_DATASTORE_TYPE), NULL), 1);
  add_bool (scrape, DS_ACCESSIBLE, labels, hvfs_object_get (datastore, HVFS_DATASTORE_ACCESSIBLE));
  add_alarms (scrape, labels, fetched, DS_YELLOW, DS_RED);
}

static void
add_counters (Scrape *scrape, guint kind, GString *labels, const HvfsObject *object,
              const HvfsFetched *fetched)
{
  gsize len = labels->len;

  for (guint i = 0; fetched != NULL && i < kinds[kind].n_counters; i++)
    {
      const Counter *counter = &kinds[kind].counters[i];

      if (!fetched->has[i])
        continue;
      if (counter->scale != 0)
        hvfs_prometheus_append_label (labels, "moref", object->moref);
      hvfs_prometheus_append_sample (scrape->counters[kind][i], kinds[kind].prefix,
                                     counter->suffix, labels,
                                     fetched->counters[i]
                                       * (counter->scale != 0 ? counter->scale : 1));
      g_string_truncate (labels, len);
    }
}

/* ---- the text ---- */

static void
count_hosts (Scrape *scrape)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (scrape->fs->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *host = value;
      const HvfsValue *list
        = host->kind == HVFS_KIND_HOST ? hvfs_object_get (host, HVFS_HOST_DATASTORES) : NULL;

      for (guint i = 0; i < hvfs_value_n_children (list); i++)
        {
          const HvfsObject *at = hvfs_mirror_resolve (scrape->fs->mirror, hvfs_value_nth (list, i));
          gpointer key = GUINT_TO_POINTER (at != NULL ? at->serial : 0);
          guint n = GPOINTER_TO_UINT (g_hash_table_lookup (scrape->hosts, key));

          g_hash_table_insert (scrape->hosts, key, GUINT_TO_POINTER (n + 1));
        }
    }
}

static void
add_object (Scrape *scrape, guint kind, GString *labels, const HvfsObject *object)
{
  const HvfsFetched *fetched = g_hash_table_lookup (scrape->fetched, object->moref);

  set_labels (scrape, labels, object);
  if (object->kind == HVFS_KIND_VM)
    add_vm (scrape, labels, object, fetched);
  else if (object->kind == HVFS_KIND_HOST)
    add_host (scrape, labels, object, fetched);
  else
    add_datastore (scrape, labels, object, fetched);
  add_counters (scrape, kind, labels, object, fetched);
}

static void
add_objects (Scrape *scrape, guint kind, GPtrArray *morefs)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (scrape->fs->mirror));
  g_autoptr (GString) labels = g_string_new (NULL);

  if (kinds[kind].kind == HVFS_KIND_DATASTORE)
    count_hosts (scrape);
  for (guint i = 0; i < morefs->len; i++)
    {
      const HvfsObject *object = hvfs_mirror_find (
        scrape->fs->mirror, hvfs_kind_type (kinds[kind].kind), morefs->pdata[i]);

      if (object != NULL) /* not gone meanwhile */
        add_object (scrape, kind, labels, object);
    }
}

static GBytes *
render (Scrape *scrape)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < N_METRICS; i++)
    hvfs_prometheus_append_metric (out, "", metrics[i].name, metrics[i].help, scrape->samples[i]);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint j = 0; j < kinds[i].n_counters; j++)
      hvfs_prometheus_append_metric (out, kinds[i].prefix, kinds[i].counters[j].suffix,
                                     kinds[i].counters[j].help, scrape->counters[i][j]);
  return g_string_free_to_bytes (out);
}

static void
scrape_init (Scrape *scrape, HvfsFs *fs)
{
  *scrape = (Scrape){ .fs = fs };
  scrape->labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  scrape->hosts = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < N_METRICS; i++)
    scrape->samples[i] = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint j = 0; j < HVFS_METRICS_MAX_COUNTERS; j++)
      scrape->counters[i][j] = g_string_new (NULL);
}

static void
scrape_clear (Scrape *scrape)
{
  g_hash_table_unref (scrape->labels);
  g_hash_table_unref (scrape->hosts);
  for (guint i = 0; i < N_METRICS; i++)
    g_string_free (scrape->samples[i], TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint j = 0; j < HVFS_METRICS_MAX_COUNTERS; j++)
      g_string_free (scrape->counters[i][j], TRUE);
}

/* What was fetched of one kind is dropped before the next is asked for. */
static gboolean
scrape_kind (Scrape *scrape, guint kind, GCancellable *cancellable, GError **error)
{
  const char *counters[HVFS_METRICS_MAX_COUNTERS + 1] = { NULL };
  g_autoptr (GPtrArray) morefs = NULL;
  g_autoptr (GHashTable) fetched = NULL;

  for (guint i = 0; i < kinds[kind].n_counters; i++)
    counters[i] = kinds[kind].counters[i].name;
  fetched = hvfs_metrics_fetch (scrape->fs, kinds[kind].kind, kinds[kind].paths, counters, &morefs,
                                cancellable, error);
  scrape->fetched = fetched;
  if (fetched != NULL)
    add_objects (scrape, kind, morefs);
  return fetched != NULL;
}

static GBytes *
scrape (HvfsFs *fs, GCancellable *cancellable, GError **error)
{
  Scrape scrape;
  GBytes *text = NULL;
  gboolean ok = TRUE;

  scrape_init (&scrape, fs);
  for (guint i = 0; ok && i < G_N_ELEMENTS (kinds); i++)
    ok = scrape_kind (&scrape, i, cancellable, error);
  if (ok)
    text = render (&scrape);
  scrape_clear (&scrape);
  return text;
}

/* ---- the file ---- */

static gboolean
metrics_open (HvfsCall *call, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi, GError **error)
{
  GBytes *text;

  if (!hvfs_call_only_reads (fi, error) || !hvfs_call_may_wait (call, error)
      || !hvfs_call_confirm (call, error))
    return FALSE;
  text = scrape (call->fs, call->cancellable, error);
  fi->fh = (uintptr_t) text;
  fi->direct_io = 1;
  fi->noflush = 1;
  return text != NULL;
}

static gboolean
metrics_fstat (HvfsFs *fs G_GNUC_UNUSED, HvfsNode node G_GNUC_UNUSED,
               const struct fuse_file_info *fi, struct stat *st)
{
  st->st_size = g_bytes_get_size ((GBytes *) (uintptr_t) fi->fh);
  return TRUE;
}

const HvfsFileOps hvfs_metrics_ops = { .open = metrics_open, .fstat = metrics_fstat };
