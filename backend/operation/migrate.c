/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/migrate.c - where a machine runs and lies, and copies of it; see migrate.h */
#include "backend/operation/migrate.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "backend/mirror/inventory-name.h"
#include "backend/operation/resource-pool.h"
#include "backend/operation/snapshot.h"
#include "convert/error.h"

#define API_CHECKER 400  /* vmProvisioningChecker, diskMoveType, priority of a relocation */
#define MAX_NAME 80      /* characters, with escapes */
#define API_RELOCATE 600 /* RelocateVM_Task also where only the host changes */

/* What is sent: references, and what the machine is now. */
typedef struct
{
  char *vm, *host, *pool, *datastore;
  const char *pool_type;
  guint32 vm_host;         /* serial */
  const HvfsAway *away;    /* nullable: everything else but vm is there then */
  HvfsValue *vm_compute, *host_compute; /* references */
} Plan;

static void
plan_clear (Plan *plan)
{
  g_free (plan->vm);
  g_free (plan->host);
  g_free (plan->pool);
  g_free (plan->datastore);
  hvfs_value_unref (plan->vm_compute);
  hvfs_value_unref (plan->host_compute);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static char *
dup_moref_of (HvfsMirror *mirror, guint32 serial)
{
  HvfsObject *object = serial == 0 ? NULL : hvfs_mirror_get (mirror, serial);

  return object == NULL ? NULL : g_strdup (object->moref);
}

static HvfsValue *
ref_compute (HvfsMirror *mirror, guint32 serial)
{
  HvfsObject *host = serial == 0 ? NULL : hvfs_mirror_get (mirror, serial);
  HvfsValue *parent = host == NULL ? NULL : hvfs_object_get (host, HVFS_PARENT);

  return parent == NULL ? NULL : hvfs_value_ref (parent);
}

static gboolean
plan_look (const HvfsServer *server, guint32 serial, guint32 host, guint32 datastore,
           Plan *plan, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm_host, *vm = hvfs_mirror_get (server->mirror, serial);

  if (vm == NULL)
    {
      hvfs_object_set_gone ("domain", error);
      return FALSE;
    }
  plan->vm = g_strdup (vm->moref);
  vm_host = hvfs_mirror_resolve (server->mirror, hvfs_object_get (vm, HVFS_VM_HOST));
  plan->vm_host = vm_host == NULL ? 0 : vm_host->serial;
  plan->host = dup_moref_of (server->mirror, host);
  plan->datastore = dup_moref_of (server->mirror, datastore);
  plan->vm_compute = ref_compute (server->mirror, plan->vm_host);
  plan->host_compute = ref_compute (server->mirror, host);
  return TRUE;
}

/* A pool is to be named where the machine leaves its compute resource. */
static gboolean
plan_pool (const HvfsServer *server, const HvfsMove *move, Plan *plan, GError **error)
{
  guint32 at = move->host != 0 ? move->host : move->cluster;

  if (at == 0 && move->pool != NULL)
    at = plan->vm_host;
  if (at == 0
      || (move->pool == NULL && move->cluster == 0
          && g_strcmp0 (hvfs_value_text (plan->vm_compute, NULL),
                        hvfs_value_text (plan->host_compute, NULL))
               == 0))
    return TRUE;
  plan->pool = hvfs_resource_pool_lookup (server, at, move->pool, &plan->pool_type, error);
  return plan->pool != NULL;
}

/* ---- whether it can be done ---- */

static void
add_moref (HvfsRequest *request, const char *element, const char *type, const char *id)
{
  if (id != NULL)
    hvfs_request_moref (request, element, type, id);
}

static void
write_service (HvfsRequest *request, const HvfsAway *away)
{
  hvfs_request_open (request, "service", NULL);
  hvfs_request_text (request, "instanceUuid", away->uuid);
  hvfs_request_text (request, "url", away->url);
  hvfs_request_open (request, "credential", "ServiceLocatorNamePassword");
  hvfs_request_text (request, "username", away->username);
  hvfs_request_text (request, "password", away->password);
  hvfs_request_close (request);
  if (away->thumbprint != NULL)
    hvfs_request_text (request, "sslThumbprint", away->thumbprint);
  hvfs_request_close (request);
  hvfs_request_moref (request, "folder", "Folder", away->folder);
}

static void
write_interfaces (HvfsRequest *request, const GPtrArray *interfaces)
{
  for (guint i = 0; i < interfaces->len; i++)
    {
      hvfs_request_open (request, "deviceChange", NULL);
      hvfs_request_text (request, "operation", "edit");
      hvfs_request_value (request, interfaces->pdata[i], "device");
      hvfs_request_close (request);
    }
}

/* diskMoveType is set before pool. */
static void
write_location (HvfsRequest *request, const char *element, const Plan *plan,
                const char *disk_move_type)
{
  hvfs_request_open (request, element, NULL);
  if (plan->away != NULL)
    write_service (request, plan->away);
  add_moref (request, "datastore", "Datastore", plan->datastore);
  if (disk_move_type != NULL)
    hvfs_request_text (request, "diskMoveType", disk_move_type);
  add_moref (request, "pool", plan->pool_type, plan->pool);
  add_moref (request, "host", "HostSystem", plan->host);
  if (plan->away != NULL)
    write_interfaces (request, plan->away->interfaces);
  hvfs_request_close (request);
}

/* Why not: the server's words, and the errno of the first. */
typedef struct
{
  GString *text;
  int code;
} Reasons;

static void
add_reason (Reasons *reasons, const HvfsValue *localized)
{
  g_autoptr (GError) reason = hvfs_fault_new_error_localized (localized);

  reasons->code = reasons->code != 0 ? reasons->code : hvfs_error_errno (reason);
  g_string_append_printf (reasons->text, "%s%s", reasons->text->len > 0 ? "; " : "",
                          reason->message);
}

/* The errors among CheckResult[]. */
static void
add_checked (Reasons *reasons, const HvfsValue *results)
{
  for (guint i = 0; i < hvfs_value_n_children (results); i++)
    {
      HvfsValue *result = hvfs_value_nth (results, i);

      for (guint j = 0; j < hvfs_value_n_children (result); j++)
        if (strcmp (hvfs_value_name (hvfs_value_nth (result, j)), "error") == 0)
          add_reason (reasons, hvfs_value_nth (result, j));
    }
}

/* The errors among Event[]; others are warnings, and what is in order. */
static void
add_validated (Reasons *reasons, const HvfsValue *events)
{
  for (guint i = 0; i < hvfs_value_n_children (events); i++)
    {
      HvfsValue *event = hvfs_value_nth (events, i);
      const char *type = hvfs_value_type (event);

      if (type != NULL && g_str_has_suffix (type, "ErrorEvent"))
        add_reason (reasons, hvfs_value_get (event, "fault"));
    }
}

/* A server that has not the method, though by its version it should, finds out when it
 * begins. */
static gboolean
lacks_method (const GError *failure)
{
  static const char *const faults[]
    = { "MethodNotFound", "NotImplemented", "NotSupported", "InvalidRequest", NULL };
  const char *fault = hvfs_error_fault (failure);

  return fault != NULL && g_strv_contains (faults, fault);
}

static gboolean
check_task (const HvfsServer *server, const char *checker, const Plan *plan, gboolean relocates,
            Reasons *reasons, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new (relocates ? "CheckRelocate_Task" : "CheckMigrate_Task",
                        "VirtualMachineProvisioningChecker", checker);
  g_autoptr (HvfsValue) result = NULL;
  g_autoptr (GError) failure = NULL;

  hvfs_request_moref (request, "vm", "VirtualMachine", plan->vm);
  if (relocates)
    write_location (request, "spec", plan, NULL);
  else
    {
      add_moref (request, "host", "HostSystem", plan->host);
      add_moref (request, "pool", plan->pool_type, plan->pool);
    }
  if (!hvfs_tasks_run (server->tasks, request, server->timeout_s, cancellable, &result,
                       &failure)
      && !lacks_method (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  add_checked (reasons, result);
  return TRUE;
}

/* Of servers before the checker; only of hosts. */
static gboolean
validate (const HvfsServer *server, const Plan *plan, Reasons *reasons,
          GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("ValidateMigration", "ServiceInstance", "ServiceInstance");
  g_autoptr (HvfsValue) reply = NULL;
  g_autoptr (GError) failure = NULL;

  hvfs_request_moref (request, "vm", "VirtualMachine", plan->vm);
  add_moref (request, "pool", plan->pool_type, plan->pool);
  add_moref (request, "host", "HostSystem", plan->host);
  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, &failure);
  if (reply == NULL && !lacks_method (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  add_validated (reasons, reply);
  return TRUE;
}

/* Where the server can say before it begins, else it finds out when it does. */
static gboolean
check (const HvfsServer *server, const Plan *plan, gboolean relocates,
       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  const char *checker = hvfs_value_text (content, "vmProvisioningChecker");
  gboolean has_checker = checker != NULL && hvfs_session_api (server->session) >= API_CHECKER;
  g_autoptr (GString) text = g_string_new (NULL);
  Reasons reasons = { text, 0 };

  if (has_checker
        ? !check_task (server, checker, plan, relocates, &reasons, cancellable, error)
        : !relocates && !validate (server, plan, &reasons, cancellable, error))
    return FALSE;
  if (reasons.code == 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, reasons.code, "the migration is not possible: %s", text->str);
  return FALSE;
}

/* ---- moving ---- */

static HvfsRequest *
new_move (const HvfsServer *server, const char *priority, const Plan *plan, gboolean relocates)
{
  HvfsRequest *request = hvfs_request_new (relocates ? "RelocateVM_Task" : "MigrateVM_Task",
                                           "VirtualMachine", plan->vm);

  if (relocates)
    {
      write_location (request, "spec", plan, NULL);
      if (hvfs_session_api (server->session) >= API_CHECKER)
        hvfs_request_text (request, "priority", priority);
      return request;
    }
  add_moref (request, "pool", plan->pool_type, plan->pool);
  add_moref (request, "host", "HostSystem", plan->host);
  hvfs_request_text (request, "priority", priority);
  return request;
}

static gboolean
is_on_host (const HvfsObject *vm, gconstpointer host)
{
  return host == NULL
         || g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_HOST), NULL), host) == 0;
}

gboolean
hvfs_migrate (const HvfsServer *server, guint32 serial, const HvfsMove *move,
              GCancellable *cancellable, GError **error)
{
  g_auto (Plan) plan = { 0 };
  g_autoptr (HvfsRequest) request = NULL;
  gboolean relocates
    = move->datastore != 0 || hvfs_session_api (server->session) >= API_RELOCATE;

  if (!hvfs_operation_require_vcenter (server, "migrate", error)
      || !plan_look (server, serial, move->host, move->datastore, &plan, error))
    return FALSE;
  if (move->datastore == 0 && move->pool == NULL && move->host == plan.vm_host)
    return TRUE;
  if (!plan_pool (server, move, &plan, error)
      || !check (server, &plan, relocates, cancellable, error))
    return FALSE;
  request = new_move (server, move->priority, &plan, relocates);
  return hvfs_operation_run (server, request, serial, is_on_host, plan.host, NULL, cancellable,
                             error);
}

gboolean
hvfs_migrate_away (const HvfsServer *server, guint32 serial, const HvfsAway *away,
                   GCancellable *cancellable, GError **error)
{
  g_auto (Plan) plan = { .away = away };
  g_autoptr (HvfsRequest) request = NULL;

  if (!plan_look (server, serial, 0, 0, &plan, error))
    return FALSE;
  plan.host = g_strdup (away->host);
  plan.pool = g_strdup (away->pool);
  plan.pool_type = away->pool_type;
  plan.datastore = g_strdup (away->datastore);
  if (!check (server, &plan, TRUE, cancellable, error))
    return FALSE;
  request = new_move (server, away->priority, &plan, TRUE);
  return hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, error);
}

/* ---- names ---- */

static gboolean
has_name (const HvfsObject *object, gconstpointer name)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL), name) == 0;
}

/* Another machine of @vm's folder that is called @raw. */
static gboolean
has_twin (HvfsMirror *mirror, const HvfsObject *vm, const char *raw)
{
  HvfsObject *folder = hvfs_mirror_resolve (mirror, hvfs_object_get (vm, HVFS_PARENT));
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (mirror, &iter);
  while (folder != NULL && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *other = value;

      if (other != vm && other->kind == HVFS_KIND_VM && has_name (other, raw)
          && hvfs_mirror_resolve (mirror, hvfs_object_get (other, HVFS_PARENT)) == folder)
        return TRUE;
    }
  return FALSE;
}

gboolean
hvfs_rename_check (const HvfsServer *server, guint32 serial, const char *name, GError **error)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);

  if (g_utf8_strlen (raw, -1) > MAX_NAME)
    g_set_error (error, HVFS_ERROR, ENAMETOOLONG, "a name has at most %d characters", MAX_NAME);
  else if (vm != NULL && has_twin (server->mirror, vm, raw))
    g_set_error (error, HVFS_ERROR, ENOTUNIQ, "another machine of its folder is called '%s'", name);
  else
    return TRUE;
  return FALSE;
}

gboolean
hvfs_rename (const HvfsServer *server, guint32 serial, const char *name,
             GCancellable *cancellable, GError **error)
{
  g_autofree char *raw = hvfs_inventory_name_from_user (name);
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "Rename_Task", error);

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, has_name, raw))
    return TRUE;
  hvfs_request_text (request, "newName", raw);
  return hvfs_operation_run (server, request, serial, has_name, raw, NULL, cancellable, error);
}

/* ---- copies ---- */

typedef struct
{
  char *folder, *snapshot;
  gboolean from_template;
} Source;

/* Which snapshot the copy is of, or shares the disks of.  (transfer full) (nullable) */
static char *
dup_snapshot (const HvfsObject *vm, const HvfsClone *clone)
{
  HvfsValue *all = hvfs_object_get (vm, HVFS_VM_SNAPSHOT);
  HvfsSnapshot snapshot;

  if (clone->snapshot == 0)
    return clone->linked ? g_strdup (hvfs_value_text (all, "currentSnapshot")) : NULL;
  return hvfs_snapshot_find (vm, clone->snapshot, &snapshot)
           ? g_strdup (hvfs_value_text (snapshot.tree, "snapshot"))
           : NULL;
}

static gboolean
source_look (const HvfsServer *server, guint32 serial, const HvfsClone *clone, Source *source,
             GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);

  if (vm == NULL)
    {
      hvfs_object_set_gone ("domain", error);
      return FALSE;
    }
  source->folder = clone->folder != 0
                     ? dup_moref_of (server->mirror, clone->folder)
                     : g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_PARENT), NULL));
  source->snapshot = dup_snapshot (vm, clone);
  source->from_template = hvfs_value_bool (hvfs_object_get (vm, HVFS_VM_TEMPLATE), NULL);
  if (source->folder == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "the domain is in no folder: name one with folder=");
  else if (clone->snapshot != 0 && source->snapshot == NULL)
    hvfs_error_set_gone ("snapshot", error);
  else if (clone->linked && source->snapshot == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "a linked clone shares the disks of a snapshot, and there is none: take one");
  else
    return TRUE;
  return FALSE;
}

static int
has_entered (HvfsMirror *mirror, gpointer moref)
{
  const HvfsObject *vm = hvfs_mirror_find (mirror, "VirtualMachine", moref);

  return vm != NULL && hvfs_object_get (vm, HVFS_NAME) != NULL;
}

static gboolean
run_clone (const HvfsServer *server, guint32 serial, const HvfsClone *clone, const Plan *plan,
           const Source *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("CloneVM_Task", "VirtualMachine", plan->vm);
  g_autofree char *raw = hvfs_inventory_name_from_user (clone->name);
  g_autoptr (HvfsValue) result = NULL;

  hvfs_request_moref (request, "folder", "Folder", source->folder);
  hvfs_request_text (request, "name", raw);
  hvfs_request_open (request, "spec", NULL);
  write_location (request, "location", plan,
                  clone->linked ? "createNewChildDiskBacking" : NULL);
  hvfs_request_bool (request, "template", clone->is_template);
  if (!hvfs_customize_write (server, request, "customization", &clone->customize,
                             source->snapshot != NULL ? "VirtualMachineSnapshot" : "VirtualMachine",
                             source->snapshot != NULL ? source->snapshot : plan->vm, cancellable,
                             error))
    return FALSE;
  hvfs_request_bool (request, "powerOn", FALSE);
  if (source->snapshot != NULL)
    hvfs_request_moref (request, "snapshot", "VirtualMachineSnapshot", source->snapshot);
  hvfs_request_close (request);
  if (!hvfs_operation_run (server, request, serial, NULL, NULL, &result, cancellable, error))
    return FALSE;
  if (result != NULL)
    hvfs_operation_await_shown_that (server, has_entered, (char *) hvfs_value_text (result, NULL));
  return TRUE;
}

gboolean
hvfs_clone (const HvfsServer *server, guint32 serial, const HvfsClone *clone,
            GCancellable *cancellable, GError **error)
{
  g_auto (Plan) plan = { 0 };
  Source source = { 0 };
  gboolean ok = hvfs_operation_require_vcenter (server, "clone", error)
                && plan_look (server, serial, clone->host, clone->datastore, &plan, error)
                && source_look (server, serial, clone, &source, error);
  guint32 host = clone->host != 0 ? clone->host : plan.vm_host;

  /* A template has no pool to inherit, and is in none. */
  if (ok && !clone->is_template && (source.from_template || clone->host != 0 || clone->pool != NULL))
    {
      plan.pool = hvfs_resource_pool_lookup (server, host, clone->pool, &plan.pool_type, error);
      ok = plan.pool != NULL;
    }
  ok = ok && run_clone (server, serial, clone, &plan, &source, cancellable, error);
  g_free (source.folder);
  g_free (source.snapshot);
  return ok;
}
