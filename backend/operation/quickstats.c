/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/quickstats.c - figures that servers keep but do not push */
#include "backend/operation/quickstats.h"

#include <stddef.h>
#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/wait/flight.h"
#include "backend/wire/fault.h"
#include "convert/error.h"

/* Servers renew their own figures every twenty seconds. */
#define FRESH_US (20 * G_TIME_SPAN_SECOND)
#define ALL 0

static const struct
{
  HvfsKind kind;
  const char *path;
  guint since;
  gsize offset;
} figures[] = {
  { HVFS_KIND_VM, "summary.quickStats.overallCpuUsage", 0, offsetof (HvfsUsage, cpu_mhz) },
  { HVFS_KIND_VM, "summary.quickStats.hostMemoryUsage", 0, offsetof (HvfsUsage, memory_mib) },
  { HVFS_KIND_VM, "summary.quickStats.guestMemoryUsage", 0,
    offsetof (HvfsUsage, guest_memory_mib) },
  { HVFS_KIND_VM, "summary.quickStats.uptimeSeconds", 401, offsetof (HvfsUsage, uptime_s) },
  { HVFS_KIND_VM, "summary.storage.committed", 400, offsetof (HvfsUsage, storage_bytes) },
  { HVFS_KIND_HOST, "summary.quickStats.overallCpuUsage", 0, offsetof (HvfsUsage, cpu_mhz) },
  { HVFS_KIND_HOST, "summary.quickStats.overallMemoryUsage", 0,
    offsetof (HvfsUsage, memory_mib) },
  { HVFS_KIND_HOST, "summary.quickStats.uptime", 401, offsetof (HvfsUsage, uptime_s) },
};

typedef struct
{
  HvfsUsage usage;
  gint64 fetched_us;
} Known;

struct _HvfsQuickstats
{
  HvfsSession *session;
  HvfsMirror *mirror;
  void (*changed) (guint32, gpointer);
  gpointer data;

  GMutex lock;
  GHashTable *known;     /* lock: serial -> Known */
  HvfsFlight *fetching; /* ALL of them at once */
};

HvfsQuickstats *
hvfs_quickstats_new (HvfsSession *session, HvfsMirror *mirror,
                     void (*changed) (guint32, gpointer), gpointer data)
{
  HvfsQuickstats *quickstats = g_new0 (HvfsQuickstats, 1);

  quickstats->session = session;
  quickstats->mirror = mirror;
  quickstats->changed = changed;
  quickstats->data = data;
  g_mutex_init (&quickstats->lock);
  quickstats->fetching = hvfs_flight_new ();
  quickstats->known = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return quickstats;
}

void
hvfs_quickstats_free (HvfsQuickstats *quickstats)
{
  if (quickstats == NULL)
    return;
  g_hash_table_unref (quickstats->known);
  hvfs_flight_free (quickstats->fetching);
  g_mutex_clear (&quickstats->lock);
  g_free (quickstats);
}

gboolean
hvfs_quickstats_get (HvfsQuickstats *quickstats, guint32 serial, HvfsUsage *ret_usage)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&quickstats->lock);
  Known *known = g_hash_table_lookup (quickstats->known, GUINT_TO_POINTER (serial));

  if (known == NULL)
    return FALSE;
  *ret_usage = known->usage;
  return TRUE;
}

static gboolean
is_fresh_locked (HvfsQuickstats *quickstats, guint32 serial)
{
  Known *known = g_hash_table_lookup (quickstats->known, GUINT_TO_POINTER (serial));

  return known != NULL && known->usage.refused == 0
         && g_get_monotonic_time () - known->fetched_us < FRESH_US;
}

gboolean
hvfs_quickstats_is_fresh (HvfsQuickstats *quickstats, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&quickstats->lock);
  return is_fresh_locked (quickstats, serial);
}

void
hvfs_quickstats_forget (HvfsQuickstats *quickstats, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&quickstats->lock);
  g_hash_table_remove (quickstats->known, GUINT_TO_POINTER (serial));
}

/* (transfer container): ended by NULL */
static const char **
paths_of (HvfsKind kind, guint api)
{
  const char **paths = g_new0 (const char *, G_N_ELEMENTS (figures) + 1);

  for (guint i = 0, n = 0; i < G_N_ELEMENTS (figures); i++)
    if (figures[i].kind == kind && api >= figures[i].since)
      paths[n++] = figures[i].path;
  return paths;
}

/* The references of @serial, which comes first, and of its neighbours.  FALSE: it is gone. */
static gboolean
neighbours (HvfsQuickstats *quickstats, guint32 serial, HvfsKind *ret_kind, GPtrArray *morefs)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (quickstats->mirror));
  HvfsObject *self = hvfs_mirror_get (quickstats->mirror, serial);
  GHashTableIter iter;
  gpointer value;

  if (self == NULL)
    return FALSE;
  *ret_kind = self->kind;
  g_ptr_array_add (morefs, g_strdup (self->moref));
  hvfs_mirror_iter_init (quickstats->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *object = value;

      if (object != self && object->kind == self->kind
          && (object->kind != HVFS_KIND_VM
              || hvfs_value_equal (hvfs_object_get (object, HVFS_VM_HOST),
                                   hvfs_object_get (self, HVFS_VM_HOST))))
        g_ptr_array_add (morefs, g_strdup (object->moref));
    }
  return TRUE;
}

static HvfsUsage
usage_from_content (HvfsKind kind, const HvfsValue *content)
{
  HvfsUsage usage = { -1, -1, -1, -1, -1, 0 };
  const HvfsValue *fault = NULL;
  gboolean any = FALSE;

  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    {
      HvfsValue *property = hvfs_value_nth (content, i);
      const char *path = hvfs_value_text (property, "name");

      if (strcmp (hvfs_value_name (property), "missingSet") == 0)
        fault = hvfs_value_get (property, "fault");
      for (guint j = 0; path != NULL && j < G_N_ELEMENTS (figures); j++)
        if (figures[j].kind == kind && strcmp (figures[j].path, path) == 0)
          {
            G_STRUCT_MEMBER (gint64, &usage, figures[j].offset)
              = hvfs_value_int (property, "val", -1);
            any = TRUE;
          }
    }
  if (fault != NULL && !any)
    {
      g_autoptr (GError) refusal = hvfs_fault_new_error_localized (fault);

      usage.refused = refusal->code;
    }
  return usage;
}

static guint32
serial_of (HvfsQuickstats *quickstats, const HvfsValue *ref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (quickstats->mirror));
  HvfsObject *object = hvfs_mirror_resolve (quickstats->mirror, ref);

  return object == NULL ? 0 : object->serial;
}

/* Returns: the serial of what @content is about; 0: nothing that is there */
static guint32
store (HvfsQuickstats *quickstats, HvfsKind kind, const HvfsValue *content)
{
  guint32 serial = serial_of (quickstats, hvfs_value_get (content, "obj"));
  HvfsUsage usage = usage_from_content (kind, content);
  gboolean differs;
  Known *known;

  if (serial == 0)
    return 0;
  g_mutex_lock (&quickstats->lock);
  known = g_hash_table_lookup (quickstats->known, GUINT_TO_POINTER (serial));
  differs = known == NULL || memcmp (&known->usage, &usage, sizeof usage) != 0;
  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      g_hash_table_insert (quickstats->known, GUINT_TO_POINTER (serial), known);
    }
  known->usage = usage;
  known->fetched_us = g_get_monotonic_time ();
  g_mutex_unlock (&quickstats->lock);
  if (differs)
    quickstats->changed (serial, quickstats->data);
  return serial;
}

static gboolean
fetch (HvfsQuickstats *quickstats, guint32 serial, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) morefs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contents = NULL;
  g_autofree const char **paths = NULL;
  gboolean found = FALSE;
  HvfsKind kind;

  if (neighbours (quickstats, serial, &kind, morefs))
    {
      paths = paths_of (kind, hvfs_session_api (quickstats->session));
      contents = hvfs_retrieve_paths (quickstats->session, hvfs_kind_type (kind), paths, morefs,
                                      cancellable, error);
      if (contents == NULL)
        return FALSE;
      for (guint i = 0; i < contents->len; i++)
        found |= store (quickstats, kind, contents->pdata[i]) == serial;
    }
  if (!found)
    hvfs_object_set_gone ("object", error);
  return found;
}

gboolean
hvfs_quickstats_fetch (HvfsQuickstats *quickstats, guint32 serial, GCancellable *cancellable,
                       GError **error)
{
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  gboolean ok;

  while (turn == HVFS_FLIGHT_OVER && !hvfs_quickstats_is_fresh (quickstats, serial))
    turn = hvfs_flight_begin (quickstats->fetching, ALL, cancellable, error);
  if (turn != HVFS_FLIGHT_MINE)
    return turn == HVFS_FLIGHT_OVER;
  /* Somebody may have fetched it between the look and the turn. */
  ok = hvfs_quickstats_is_fresh (quickstats, serial)
       || fetch (quickstats, serial, cancellable, error);
  hvfs_flight_end (quickstats->fetching, ALL);
  return ok;
}
