/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/schema.h - which objects and properties of the server are mirrored
 *
 * Exists so that one table says what hvfs watches: the filter is written from
 * it, updates are stored by it, and the files in fs/ name the properties they
 * depend on by its indices.  Adding a property is adding an index and a row.
 */
#pragma once

#include <glib.h>

typedef enum
{
  HVFS_KIND_FOLDER,
  HVFS_KIND_DATACENTER,
  HVFS_KIND_COMPUTE,      /* a ComputeResource: the shell around a lone host */
  HVFS_KIND_CLUSTER,
  HVFS_KIND_HOST,
  HVFS_KIND_VM,
  HVFS_KIND_POOL,
  HVFS_KIND_VAPP,         /* a VirtualApp, which is a pool too */
  HVFS_KIND_DATASTORE,
  HVFS_KIND_NETWORK,
  HVFS_KIND_FIELDS,       /* the one CustomFieldsManager of a vCenter */
  HVFS_KIND_TASK,
  HVFS_N_KINDS,
} HvfsKind;

/* The first of every kind.  A Task and the CustomFieldsManager have none of them, a folder no
 * custom values; only what can be mounted has its alarms, which are those below it, too. */
enum { HVFS_NAME, HVFS_PARENT, HVFS_CUSTOM, HVFS_ALARMS, HVFS_N_COMMON };

enum { HVFS_FOLDER_CHILD_TYPE = HVFS_N_COMMON, HVFS_N_FOLDER };

/* The lists are watched only before API 4.0, where datastores and networks have
 * no parent. */
enum
{
  HVFS_DC_DATASTORES = HVFS_N_COMMON,
  HVFS_DC_NETWORKS,
  HVFS_N_DC
};

/* Of ComputeResource and its subclass: one set of properties for both, because a
 * server is told a type's properties once, with those of its subclasses. */
enum { HVFS_COMPUTE_SUMMARY = HVFS_N_COMMON, HVFS_N_COMPUTE };

enum
{
  HVFS_HOST_CONNECTION = HVFS_N_COMMON,
  HVFS_HOST_MAINTENANCE,
  HVFS_HOST_BOOT_TIME,
  HVFS_HOST_HARDWARE,
  HVFS_HOST_PRODUCT,
  HVFS_HOST_DATASTORES,
  HVFS_HOST_NETWORKS,
  HVFS_HOST_AUTOSTART,
  HVFS_HOST_NICS,
  HVFS_HOST_SWITCHES,
  HVFS_HOST_MAX_VCPUS,
  HVFS_HOST_DNS_NAME,
  HVFS_HOST_DNS_DOMAIN,
  HVFS_N_HOST
};

enum
{
  HVFS_VM_PARENT_VAPP = HVFS_N_COMMON,
  HVFS_VM_POWER,
  HVFS_VM_CONNECTION,
  HVFS_VM_HOST,
  HVFS_VM_QUESTION,
  HVFS_VM_BOOT_TIME,
  HVFS_VM_UUID,
  HVFS_VM_CPUS,
  HVFS_VM_MEMORY,
  HVFS_VM_TEMPLATE,
  HVFS_VM_ANNOTATION,
  HVFS_VM_GUEST_HOSTNAME,
  HVFS_VM_GUEST_NET,
  HVFS_VM_TOOLS_STATUS,
  HVFS_VM_TOOLS_RUNNING,
  HVFS_VM_TOOLS_VERSION,
  HVFS_VM_CPU_ALLOCATION,
  HVFS_VM_MEMORY_ALLOCATION,
  HVFS_VM_CHANGE_VERSION,
  HVFS_VM_MODIFIED,
  HVFS_VM_FILE,
  HVFS_VM_SNAPSHOT,
  HVFS_VM_GUEST_ID,
  HVFS_VM_HW_VERSION,
  HVFS_VM_POOL,
  HVFS_N_VM
};

/* A VirtualApp has those of a pool, and a folder that it lies in, but in another vApp. */
enum
{
  HVFS_POOL_OWNER = HVFS_N_COMMON,
  HVFS_POOL_CPU_ALLOCATION,
  HVFS_POOL_MEMORY_ALLOCATION,
  HVFS_POOL_STATUS,
  HVFS_POOL_CPU_MAX,
  HVFS_POOL_CPU_RESERVED,
  HVFS_POOL_CPU_UNRESERVED,
  HVFS_POOL_MEMORY_MAX,
  HVFS_POOL_MEMORY_RESERVED,
  HVFS_POOL_MEMORY_UNRESERVED,
  HVFS_N_POOL,
  HVFS_VAPP_FOLDER = HVFS_N_POOL,
  HVFS_VAPP_PARENT_VAPP,
  HVFS_VAPP_SUMMARY,
  HVFS_N_VAPP
};

enum
{
  HVFS_DATASTORE_TYPE = HVFS_N_COMMON,
  HVFS_DATASTORE_URL,
  HVFS_DATASTORE_CAPACITY,
  HVFS_DATASTORE_FREE,
  HVFS_DATASTORE_ACCESSIBLE,
  HVFS_DATASTORE_MULTIPLE_HOSTS,
  HVFS_DATASTORE_MAINTENANCE,
  HVFS_N_DATASTORE
};

enum { HVFS_NETWORK_ACCESSIBLE = HVFS_N_COMMON, HVFS_N_NETWORK };

enum { HVFS_FIELDS_DEFINED = HVFS_N_COMMON, HVFS_N_FIELDS };

enum
{
  HVFS_TASK_STATE = HVFS_N_COMMON,
  HVFS_TASK_PROGRESS,
  HVFS_TASK_ERROR,
  HVFS_TASK_RESULT,
  HVFS_TASK_CANCELABLE,
  HVFS_TASK_DESCRIPTION,
  HVFS_TASK_ENTITY,
  HVFS_TASK_ENTITY_NAME,
  HVFS_TASK_REASON,
  HVFS_TASK_QUEUED,
  HVFS_TASK_COMPLETED,
  HVFS_N_TASK
};

/* A set of properties of one kind, for "what changed" and "what depends on it". */
typedef guint64 HvfsPropMask;
#define HVFS_PROP(index) (G_GUINT64_CONSTANT (1) << (index))

/* Kinds with more than this many properties do not fit HvfsPropMask. */
#define HVFS_MAX_PROPS 64

typedef struct
{
  HvfsKind kind;
  guint index;
  const char *path;
  guint since, before; /* API versions as 100 * major + minor; 0: no bound */
} HvfsProp;

extern const HvfsProp hvfs_props[];
extern const guint hvfs_n_props;

/* The types that the filter names for @kind; subclasses come with them. */
const char *hvfs_kind_type (HvfsKind kind);
guint hvfs_kind_n_props (HvfsKind kind);

/* Returns: FALSE for a type that is not mirrored.  Subclasses count. */
gboolean hvfs_kind_from_type (const char *type, HvfsKind *ret_kind);

/* Whether the row is used with that API version, as 100 * major + minor. */
gboolean hvfs_prop_applies (const HvfsProp *prop, guint api);

/* Returns: the index of @path in @kind with that API version, -1 if not mirrored */
int hvfs_prop_index (HvfsKind kind, const char *path, guint api);
