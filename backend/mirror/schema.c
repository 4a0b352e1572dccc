/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/schema.c - which objects and properties of the server are mirrored */
#include "backend/mirror/schema.h"

#include <string.h>

#define POOL_PROPS(kind, since)                                                              \
  { kind, HVFS_NAME, "name", since, 0 },                                                     \
  { kind, HVFS_PARENT, "parent", since, 0 },                                                 \
  { kind, HVFS_CUSTOM, "customValue", since, 0 },                                            \
  { kind, HVFS_POOL_OWNER, "owner", since, 0 },                                              \
  { kind, HVFS_POOL_CPU_ALLOCATION, "config.cpuAllocation", since, 0 },                      \
  { kind, HVFS_POOL_MEMORY_ALLOCATION, "config.memoryAllocation", since, 0 },                \
  { kind, HVFS_POOL_STATUS, "runtime.overallStatus", since, 0 },                             \
  { kind, HVFS_POOL_CPU_MAX, "runtime.cpu.maxUsage", since, 0 },                             \
  { kind, HVFS_POOL_CPU_RESERVED, "runtime.cpu.reservationUsed", since, 0 },                 \
  { kind, HVFS_POOL_CPU_UNRESERVED, "runtime.cpu.unreservedForVm", since, 0 },               \
  { kind, HVFS_POOL_MEMORY_MAX, "runtime.memory.maxUsage", since, 0 },                       \
  { kind, HVFS_POOL_MEMORY_RESERVED, "runtime.memory.reservationUsed", since, 0 },           \
  { kind, HVFS_POOL_MEMORY_UNRESERVED, "runtime.memory.unreservedForVm", since, 0 }

/* Small things only: a property is here because a listing or a small file shows
 * it.  Paths are narrow, so that a change brings just what changed. */
const HvfsProp hvfs_props[] = {
  { HVFS_KIND_FOLDER, HVFS_NAME, "name", 0, 0 },
  { HVFS_KIND_FOLDER, HVFS_PARENT, "parent", 0, 0 },
  { HVFS_KIND_FOLDER, HVFS_ALARMS, "triggeredAlarmState", 0, 0 },
  { HVFS_KIND_FOLDER, HVFS_FOLDER_CHILD_TYPE, "childType", 0, 0 },

  { HVFS_KIND_DATACENTER, HVFS_NAME, "name", 0, 0 },
  { HVFS_KIND_DATACENTER, HVFS_PARENT, "parent", 0, 0 },
  { HVFS_KIND_DATACENTER, HVFS_ALARMS, "triggeredAlarmState", 0, 0 },
  { HVFS_KIND_DATACENTER, HVFS_CUSTOM, "customValue", 0, 0 },
  { HVFS_KIND_DATACENTER, HVFS_DC_DATASTORES, "datastore", 0, 400 },
  { HVFS_KIND_DATACENTER, HVFS_DC_NETWORKS, "network", 0, 400 },

  { HVFS_KIND_COMPUTE, HVFS_NAME, "name", 0, 0 },
  { HVFS_KIND_COMPUTE, HVFS_PARENT, "parent", 0, 0 },
  { HVFS_KIND_COMPUTE, HVFS_ALARMS, "triggeredAlarmState", 0, 0 },
  { HVFS_KIND_COMPUTE, HVFS_CUSTOM, "customValue", 0, 0 },
  { HVFS_KIND_COMPUTE, HVFS_COMPUTE_SUMMARY, "summary", 0, 0 },

  { HVFS_KIND_HOST, HVFS_NAME, "name", 0, 0 },
  { HVFS_KIND_HOST, HVFS_PARENT, "parent", 0, 0 },
  { HVFS_KIND_HOST, HVFS_ALARMS, "triggeredAlarmState", 0, 0 },
  { HVFS_KIND_HOST, HVFS_CUSTOM, "customValue", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_CONNECTION, "runtime.connectionState", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_MAINTENANCE, "runtime.inMaintenanceMode", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_BOOT_TIME, "runtime.bootTime", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_HARDWARE, "summary.hardware", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_PRODUCT, "summary.config.product", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_DATASTORES, "datastore", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_NETWORKS, "network", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_AUTOSTART, "config.autoStart", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_NICS, "config.network.pnic", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_SWITCHES, "config.network.vswitch", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_MAX_VCPUS, "capability.maxSupportedVcpus", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_DNS_NAME, "config.network.dnsConfig.hostName", 0, 0 },
  { HVFS_KIND_HOST, HVFS_HOST_DNS_DOMAIN, "config.network.dnsConfig.domainName", 0, 0 },

  { HVFS_KIND_VM, HVFS_NAME, "name", 0, 0 },
  { HVFS_KIND_VM, HVFS_PARENT, "parent", 0, 0 },
  { HVFS_KIND_VM, HVFS_CUSTOM, "customValue", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_PARENT_VAPP, "parentVApp", 401, 0 },
  { HVFS_KIND_VM, HVFS_VM_POWER, "runtime.powerState", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_CONNECTION, "runtime.connectionState", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_HOST, "runtime.host", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_QUESTION, "runtime.question", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_BOOT_TIME, "runtime.bootTime", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_UUID, "summary.config.uuid", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_CPUS, "summary.config.numCpu", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_MEMORY, "summary.config.memorySizeMB", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_TEMPLATE, "summary.config.template", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_ANNOTATION, "config.annotation", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_GUEST_HOSTNAME, "guest.hostName", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_GUEST_NET, "guest.net", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_TOOLS_STATUS, "guest.toolsStatus", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_TOOLS_RUNNING, "guest.toolsRunningStatus", 400, 0 },
  { HVFS_KIND_VM, HVFS_VM_TOOLS_VERSION, "guest.toolsVersionStatus", 400, 0 },
  { HVFS_KIND_VM, HVFS_VM_CPU_ALLOCATION, "config.cpuAllocation", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_MEMORY_ALLOCATION, "config.memoryAllocation", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_CHANGE_VERSION, "config.changeVersion", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_MODIFIED, "config.modified", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_FILE, "summary.config.vmPathName", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_SNAPSHOT, "snapshot", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_GUEST_ID, "summary.config.guestId", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_HW_VERSION, "config.version", 0, 0 },
  { HVFS_KIND_VM, HVFS_VM_POOL, "resourcePool", 0, 0 },

  POOL_PROPS (HVFS_KIND_POOL, 0),
  POOL_PROPS (HVFS_KIND_VAPP, 400),
  { HVFS_KIND_VAPP, HVFS_VAPP_FOLDER, "parentFolder", 400, 0 },
  { HVFS_KIND_VAPP, HVFS_VAPP_PARENT_VAPP, "parentVApp", 401, 0 },
  { HVFS_KIND_VAPP, HVFS_VAPP_SUMMARY, "summary", 400, 0 },

  { HVFS_KIND_DATASTORE, HVFS_NAME, "name", 400, 0 },
  { HVFS_KIND_DATASTORE, HVFS_NAME, "summary.name", 0, 400 },
  { HVFS_KIND_DATASTORE, HVFS_PARENT, "parent", 400, 0 },
  { HVFS_KIND_DATASTORE, HVFS_CUSTOM, "customValue", 400, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_TYPE, "summary.type", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_URL, "summary.url", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_CAPACITY, "summary.capacity", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_FREE, "summary.freeSpace", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_ACCESSIBLE, "summary.accessible", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_MULTIPLE_HOSTS, "summary.multipleHostAccess", 0, 0 },
  { HVFS_KIND_DATASTORE, HVFS_DATASTORE_MAINTENANCE, "summary.maintenanceMode", 500, 0 },

  { HVFS_KIND_NETWORK, HVFS_NAME, "name", 400, 0 },
  { HVFS_KIND_NETWORK, HVFS_NAME, "summary.name", 0, 400 },
  { HVFS_KIND_NETWORK, HVFS_PARENT, "parent", 400, 0 },
  { HVFS_KIND_NETWORK, HVFS_CUSTOM, "customValue", 400, 0 },
  { HVFS_KIND_NETWORK, HVFS_NETWORK_ACCESSIBLE, "summary.accessible", 0, 0 },

  { HVFS_KIND_FIELDS, HVFS_FIELDS_DEFINED, "field", 0, 0 },

  { HVFS_KIND_TASK, HVFS_TASK_STATE, "info.state", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_PROGRESS, "info.progress", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_ERROR, "info.error", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_RESULT, "info.result", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_CANCELABLE, "info.cancelable", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_DESCRIPTION, "info.descriptionId", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_ENTITY, "info.entity", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_ENTITY_NAME, "info.entityName", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_REASON, "info.reason", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_QUEUED, "info.queueTime", 0, 0 },
  { HVFS_KIND_TASK, HVFS_TASK_COMPLETED, "info.completeTime", 0, 0 },
};
const guint hvfs_n_props = G_N_ELEMENTS (hvfs_props);

static const struct
{
  const char *type;
  guint n_props;
} kinds[HVFS_N_KINDS] = {
  [HVFS_KIND_FOLDER] = { "Folder", HVFS_N_FOLDER },
  [HVFS_KIND_DATACENTER] = { "Datacenter", HVFS_N_DC },
  [HVFS_KIND_COMPUTE] = { "ComputeResource", HVFS_N_COMPUTE },
  [HVFS_KIND_CLUSTER] = { "ClusterComputeResource", HVFS_N_COMPUTE },
  [HVFS_KIND_HOST] = { "HostSystem", HVFS_N_HOST },
  [HVFS_KIND_VM] = { "VirtualMachine", HVFS_N_VM },
  [HVFS_KIND_POOL] = { "ResourcePool", HVFS_N_POOL },
  [HVFS_KIND_VAPP] = { "VirtualApp", HVFS_N_VAPP },
  [HVFS_KIND_DATASTORE] = { "Datastore", HVFS_N_DATASTORE },
  [HVFS_KIND_NETWORK] = { "Network", HVFS_N_NETWORK },
  [HVFS_KIND_FIELDS] = { "CustomFieldsManager", HVFS_N_FIELDS },
  [HVFS_KIND_TASK] = { "Task", HVFS_N_TASK },
};

G_STATIC_ASSERT (HVFS_N_VM <= HVFS_MAX_PROPS);

/* Subclasses that come with the types above. */
static const struct
{
  const char *type;
  HvfsKind kind;
} subclasses[] = {
  { "StoragePod", HVFS_KIND_FOLDER },
  { "DistributedVirtualPortgroup", HVFS_KIND_NETWORK },
  { "OpaqueNetwork", HVFS_KIND_NETWORK },
};

const char *
hvfs_kind_type (HvfsKind kind)
{
  return kinds[kind].type;
}

guint
hvfs_kind_n_props (HvfsKind kind)
{
  return kinds[kind].n_props;
}

gboolean
hvfs_kind_from_type (const char *type, HvfsKind *ret_kind)
{
  for (guint i = 0; i < HVFS_N_KINDS; i++)
    if (g_strcmp0 (type, kinds[i].type) == 0)
      {
        *ret_kind = i;
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (subclasses); i++)
    if (g_strcmp0 (type, subclasses[i].type) == 0)
      {
        *ret_kind = subclasses[i].kind;
        return TRUE;
      }
  return FALSE;
}

gboolean
hvfs_prop_applies (const HvfsProp *prop, guint api)
{
  return (prop->since == 0 || api >= prop->since)
         && (prop->before == 0 || api < prop->before);
}

int
hvfs_prop_index (HvfsKind kind, const char *path, guint api)
{
  if (kind == HVFS_KIND_CLUSTER)
    kind = HVFS_KIND_COMPUTE;
  for (guint i = 0; i < hvfs_n_props; i++)
    if (hvfs_props[i].kind == kind && hvfs_prop_applies (&hvfs_props[i], api)
        && strcmp (hvfs_props[i].path, path) == 0)
      return hvfs_props[i].index;
  return -1;
}
