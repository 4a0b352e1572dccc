/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/allocation.c - a machine's or pool's part of processors and memory */
#include "backend/operation/allocation.h"

#include "backend/operation/reconfigure.h"
#include "convert/error.h"

static const struct
{
  guint of_vm, of_pool; /* properties */
  const char *element, *unit;
} resources[] = {
  [HVFS_RESOURCE_CPU]
  = { HVFS_VM_CPU_ALLOCATION, HVFS_POOL_CPU_ALLOCATION, "cpuAllocation", "MHz" },
  [HVFS_RESOURCE_MEMORY]
  = { HVFS_VM_MEMORY_ALLOCATION, HVFS_POOL_MEMORY_ALLOCATION, "memoryAllocation", "MiB" },
};

typedef struct
{
  HvfsResource resource;
  const HvfsAllocation *wanted;
} Change;

HvfsValue *
hvfs_allocation_get (const HvfsObject *object, HvfsResource resource)
{
  return hvfs_object_get (object, object->kind == HVFS_KIND_VM ? resources[resource].of_vm
                                                               : resources[resource].of_pool);
}

static gboolean
has_shares (const HvfsAllocation *wanted, const HvfsValue *now)
{
  return g_strcmp0 (hvfs_value_text (now, "shares.level"), wanted->level) == 0
         && (g_strcmp0 (wanted->level, "custom") != 0
             || hvfs_value_int (now, "shares.shares", -1) == wanted->shares);
}

static gboolean
is_so (const HvfsObject *object, gconstpointer data)
{
  const Change *change = data;
  const HvfsAllocation *wanted = change->wanted;
  HvfsValue *now = hvfs_allocation_get (object, change->resource);

  return now != NULL
         && (!wanted->has_reservation
             || hvfs_value_int (now, "reservation", 0) == wanted->reservation)
         && (!wanted->has_limit || hvfs_value_int (now, "limit", -1) == wanted->limit)
         && (!wanted->has_expandable
             || hvfs_value_bool (now, "expandableReservation") == wanted->expandable)
         && (!wanted->has_shares || has_shares (wanted, now));
}

/* The present allocation.  (transfer full) (nullable) */
static HvfsValue *
lookup_now (const HvfsServer *server, guint32 serial, HvfsResource resource)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);
  HvfsValue *now = object == NULL ? NULL : hvfs_allocation_get (object, resource);

  return now == NULL ? NULL : hvfs_value_ref (now);
}

/* The limit must leave room for the reservation, whichever of them is new. */
static gboolean
check (const Change *change, const HvfsValue *now, GError **error)
{
  const HvfsAllocation *wanted = change->wanted;
  gint64 reservation
    = wanted->has_reservation ? wanted->reservation : hvfs_value_int (now, "reservation", 0);
  gint64 limit = wanted->has_limit ? wanted->limit : hvfs_value_int (now, "limit", -1);

  if (limit < 0 || limit >= reservation)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL,
               "a limit of %" G_GINT64_FORMAT " %s is below the reservation of %" G_GINT64_FORMAT
               " %s: raise the limit, or set it to -1 for none",
               limit, resources[change->resource].unit, reservation,
               resources[change->resource].unit);
  return FALSE;
}

static void
write_wanted (HvfsRequest *request, const HvfsAllocation *wanted)
{
  if (wanted->has_reservation)
    hvfs_request_int (request, "reservation", wanted->reservation);
  if (wanted->has_expandable)
    hvfs_request_bool (request, "expandableReservation", wanted->expandable);
  if (wanted->has_limit)
    hvfs_request_int (request, "limit", wanted->limit);
  if (wanted->has_shares)
    {
      hvfs_request_open (request, "shares", NULL);
      hvfs_request_int (request, "shares", wanted->shares);
      hvfs_request_text (request, "level", wanted->level);
      hvfs_request_close (request);
    }
}

static gboolean
is_vm (const HvfsObject *object, gconstpointer data)
{
  return object->kind == HVFS_KIND_VM;
}

static gboolean
send_to_vm (const HvfsServer *server, guint32 serial, const Change *change,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_reconfigure_new (server, serial, error);

  if (request == NULL)
    return FALSE;
  hvfs_request_open (request, resources[change->resource].element, NULL);
  write_wanted (request, change->wanted);
  hvfs_request_close (request);
  return hvfs_reconfigure_run (server, request, serial, is_so, change, cancellable, error);
}

/* A pool takes both allocations; of the other one nothing changes. */
static gboolean
send_to_pool (const HvfsServer *server, guint32 serial, const Change *change, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "UpdateConfig", error);

  if (request == NULL)
    return FALSE;
  if (hvfs_operation_is_so (server, serial, is_so, change))
    return TRUE;
  hvfs_request_open (request, "config", NULL);
  for (HvfsResource i = 0; i < G_N_ELEMENTS (resources); i++)
    {
      hvfs_request_open (request, resources[i].element, NULL);
      if (i == change->resource)
        write_wanted (request, change->wanted);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
  return hvfs_operation_call (server, request, serial, is_so, change, error);
}

static gboolean
send (const HvfsServer *server, guint32 serial, const Change *change, GCancellable *cancellable,
      GError **error)
{
  return hvfs_operation_is_so (server, serial, is_vm, NULL)
           ? send_to_vm (server, serial, change, cancellable, error)
           : send_to_pool (server, serial, change, error);
}

/* Adds to @all what was there @before and is not any more @after it. */
static gboolean
add_lost (HvfsAllocation *all, const HvfsValue *before, const HvfsValue *after)
{
  static const char *const paths[] = { "reservation", "limit", "shares.level" };
  gboolean lost = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    lost |= hvfs_value_text (before, paths[i]) != NULL && hvfs_value_text (after, paths[i]) == NULL;
  if (!all->has_reservation)
    all->reservation = hvfs_value_int (before, "reservation", 0);
  if (!all->has_limit)
    all->limit = hvfs_value_int (before, "limit", -1);
  if (!all->has_shares)
    {
      all->level = hvfs_value_text (before, "shares.level");
      all->shares = hvfs_value_int (before, "shares.shares", 0);
    }
  all->has_reservation = all->has_limit = TRUE;
  all->has_shares = all->level != NULL;
  return lost;
}

gboolean
hvfs_allocation_set (const HvfsServer *server, guint32 serial, HvfsResource resource,
                     const HvfsAllocation *wanted, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) before = lookup_now (server, serial, resource), after = NULL;
  Change change = { resource, wanted };
  HvfsAllocation all = *wanted;

  if (!check (&change, before, error) || !send (server, serial, &change, cancellable, error))
    return FALSE;
  /* What a request does not say stays as it is; some servers drop it. */
  after = lookup_now (server, serial, resource);
  if (after == NULL || !add_lost (&all, before, after))
    return TRUE;
  change.wanted = &all;
  return send (server, serial, &change, cancellable, error);
}
