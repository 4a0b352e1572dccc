/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/facts.c - properties that single files show; see facts.h */
#include "fs/attr/facts.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/wait/flight.h"
#include "backend/wire/fault.h"
#include "convert/error.h"
#include "fs/tree/kept.h"

/* As long as usage, which is no more urgent. */
#define FRESH_US (20 * G_TIME_SPAN_SECOND)
#define MAX_NEIGHBOURS 100
#define EXTENDED_FEATURES (-2147483647)

typedef struct
{
  HvfsValue *values[HVFS_N_FACTS];
  GError *refusals[HVFS_N_FACTS];
  gint64 fetched_us;
} Known;

struct _HvfsFacts
{
  GMutex lock;
  GHashTable *known; /* lock: serial -> Known */
  HvfsFlight *fetching; /* all of them at once */
};

static HvfsValue *trim_cpu (HvfsValue *features);
static HvfsValue *trim_groups (HvfsValue *groups);
static HvfsValue *trim_mounts (HvfsValue *mounts);
static HvfsValue *trim_layout (HvfsValue *layout);

static const struct
{
  HvfsKind kind;
  const char *path;
  HvfsValue *(*trim) (HvfsValue *value); /* NULL: all of it is kept */
  guint since;                           /* API version, as hvfs_session_api has it */
} rows[HVFS_N_FACTS] = {
  [HVFS_FACT_HOST_CPU] = { HVFS_KIND_HOST, "hardware.cpuFeature", trim_cpu },
  [HVFS_FACT_HOST_GROUPS] = { HVFS_KIND_HOST, "config.network.portgroup", trim_groups },
  [HVFS_FACT_DATASTORE_INFO] = { HVFS_KIND_DATASTORE, "info", NULL },
  [HVFS_FACT_DATASTORE_PATH] = { HVFS_KIND_DATASTORE, "host", trim_mounts },
  /* configurationEx has the same, but in a class of its own, which no path enters. */
  [HVFS_FACT_CLUSTER_HA] = { HVFS_KIND_CLUSTER, "configuration.dasConfig.enabled", NULL },
  [HVFS_FACT_CLUSTER_DRS] = { HVFS_KIND_CLUSTER, "configuration.drsConfig.enabled", NULL },
  [HVFS_FACT_VM_LAYOUT] = { HVFS_KIND_VM, "layoutEx", trim_layout, 400 },
};

static void
known_free (gpointer data)
{
  Known *known = data;

  for (guint i = 0; i < HVFS_N_FACTS; i++)
    {
      hvfs_value_unref (known->values[i]);
      g_clear_error (&known->refusals[i]);
    }
  g_free (known);
}

HvfsFacts *
hvfs_facts_new (void)
{
  HvfsFacts *facts = g_new0 (HvfsFacts, 1);

  g_mutex_init (&facts->lock);
  facts->known = g_hash_table_new_full (NULL, NULL, NULL, known_free);
  facts->fetching = hvfs_flight_new ();
  return facts;
}

void
hvfs_facts_free (HvfsFacts *facts)
{
  if (facts == NULL)
    return;
  hvfs_flight_free (facts->fetching);
  g_hash_table_unref (facts->known);
  g_mutex_clear (&facts->lock);
  g_free (facts);
}

void
hvfs_facts_forget (HvfsFacts *facts, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&facts->lock);
  g_hash_table_remove (facts->known, GUINT_TO_POINTER (serial));
}

/* What was refused is not known: the next one asks again. */
static gboolean
is_known_since (HvfsFacts *facts, guint32 serial, gint64 since_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&facts->lock);
  const Known *known = g_hash_table_lookup (facts->known, GUINT_TO_POINTER (serial));

  if (known == NULL || known->fetched_us < since_us)
    return FALSE;
  for (guint i = 0; i < HVFS_N_FACTS; i++)
    if (known->refusals[i] != NULL)
      return FALSE;
  return TRUE;
}

gboolean
hvfs_facts_are_known (HvfsFs *fs, guint32 serial)
{
  return is_known_since (fs->facts, serial, 0);
}

gboolean
hvfs_facts_are_fresh (HvfsFs *fs, guint32 serial)
{
  return is_known_since (fs->facts, serial, g_get_monotonic_time () - FRESH_US);
}

gboolean
hvfs_facts_get (HvfsFs *fs, guint32 serial, HvfsFact fact, HvfsValue **ret_value, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->facts->lock);
  const Known *known = g_hash_table_lookup (fs->facts->known, GUINT_TO_POINTER (serial));

  if (known == NULL)
    return hvfs_show_unknown (rows[fact].path, error);
  if (known->refusals[fact] != NULL)
    {
      g_propagate_error (error, g_error_copy (known->refusals[fact]));
      return FALSE;
    }
  *ret_value = known->values[fact] != NULL ? hvfs_value_ref (known->values[fact]) : NULL;
  return TRUE;
}

/* ---- what is kept ---- */

/* Processors without that level have none of its features. */
static HvfsValue *
trim_cpu (HvfsValue *features)
{
  for (guint i = 0; i < hvfs_value_n_children (features); i++)
    {
      HvfsValue *feature = hvfs_value_nth (features, i);
      HvfsValue *edx = hvfs_value_get (feature, "edx");

      if (edx != NULL && hvfs_value_int (feature, "level", 0) == EXTENDED_FEATURES)
        return hvfs_value_ref (edx);
    }
  return hvfs_value_n_children (features) > 0 ? hvfs_value_new_leaf ("edx", NULL, "", 0) : NULL;
}

/* Of a port group all that a file shows. */
static HvfsValue *
trim_group (const HvfsValue *group)
{
  static const char *const paths[] = { "key", "spec.name", "spec.vswitchName",
                                       "spec.policy.shapingPolicy" };
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      HvfsValue *child = hvfs_value_get (group, paths[i]);

      if (child != NULL)
        g_ptr_array_add (children, hvfs_value_ref (child));
    }
  for (guint i = 0; i < hvfs_value_n_children (group); i++)
    {
      HvfsValue *port = hvfs_value_nth (group, i);
      HvfsValue *type = strcmp (hvfs_value_name (port), "port") == 0 ? hvfs_value_get (port, "type") : NULL;

      if (type != NULL)
        g_ptr_array_add (children, hvfs_value_ref (type));
    }
  return hvfs_value_new_node ("group", NULL, (HvfsValue *const *) children->pdata, children->len);
}

static HvfsValue *
trim_groups (HvfsValue *groups)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new ();

  for (guint i = 0; i < hvfs_value_n_children (groups); i++)
    g_ptr_array_add (children, trim_group (hvfs_value_nth (groups, i)));
  return hvfs_value_new_node ("groups", NULL, (HvfsValue *const *) children->pdata, children->len);
}

/* All hosts name it alike, or almost: the first host's will do. */
static HvfsValue *
trim_mounts (HvfsValue *mounts)
{
  for (guint i = 0; i < hvfs_value_n_children (mounts); i++)
    {
      HvfsValue *path = hvfs_value_get (hvfs_value_nth (mounts, i), "mountInfo.path");

      if (path != NULL)
        return hvfs_value_ref (path);
    }
  return NULL;
}

/* The size of the file @key of @layout; 0: the server has not looked at it. */
static gint64
file_bytes (const HvfsValue *layout, const char *key, const char **ret_name)
{
  for (guint i = 0; key != NULL && i < hvfs_value_n_children (layout); i++)
    {
      const HvfsValue *file = hvfs_value_nth (layout, i);

      if (strcmp (hvfs_value_name (file), "file") == 0
          && g_strcmp0 (hvfs_value_text (file, "key"), key) == 0)
        {
          *ret_name = hvfs_value_text (file, "name");
          return hvfs_value_int (file, "size", 0);
        }
    }
  *ret_name = NULL;
  return 0;
}

/* One disk of a chain: its files are a descriptor and what the descriptor names. */
static void
trim_unit (const HvfsValue *layout, const HvfsValue *unit, GPtrArray *files)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *text = NULL;
  gint64 bytes = 0;

  for (guint i = 0; i < hvfs_value_n_children (unit); i++)
    {
      const char *name;

      bytes += file_bytes (layout, hvfs_value_text (hvfs_value_nth (unit, i), NULL), &name);
      if (name != NULL)
        g_ptr_array_add (names, (char *) name);
    }
  text = g_strdup_printf ("%" G_GINT64_FORMAT, bytes);
  for (guint i = 0; i < names->len; i++)
    {
      HvfsValue *fields[] = {
        hvfs_value_new_leaf ("name", NULL, names->pdata[i], strlen (names->pdata[i])),
        hvfs_value_new_leaf ("bytes", NULL, text, strlen (text)),
      };

      g_ptr_array_add (files, hvfs_value_new_node ("file", NULL, fields, G_N_ELEMENTS (fields)));
    }
}

/* @of: the layout, or what it says of a snapshot */
static void
trim_disks (const HvfsValue *layout, const HvfsValue *of, GPtrArray *files)
{
  for (guint i = 0; i < hvfs_value_n_children (of); i++)
    {
      const HvfsValue *child = hvfs_value_nth (of, i);

      if (strcmp (hvfs_value_name (child), "snapshot") == 0)
        trim_disks (layout, child, files);
      else if (strcmp (hvfs_value_name (child), "disk") == 0)
        for (guint j = 0; j < hvfs_value_n_children (child); j++)
          if (strcmp (hvfs_value_name (hvfs_value_nth (child, j)), "chain") == 0)
            trim_unit (layout, hvfs_value_nth (child, j), files);
    }
}

/* Its disks alone, by the names of their files. */
static HvfsValue *
trim_layout (HvfsValue *layout)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  trim_disks (layout, layout, files);
  return hvfs_value_new_node ("layout", NULL, (HvfsValue *const *) files->pdata, files->len);
}

gint64
hvfs_facts_layout_bytes (const HvfsValue *layout, const char *path)
{
  for (guint i = 0; i < hvfs_value_n_children (layout); i++)
    {
      const HvfsValue *file = hvfs_value_nth (layout, i);

      if (g_strcmp0 (hvfs_value_text (file, "name"), path) == 0)
        return hvfs_value_int (file, "bytes", -1);
    }
  return -1;
}

static int
fact_of (HvfsKind kind, const char *path)
{
  for (guint i = 0; path != NULL && i < HVFS_N_FACTS; i++)
    if (rows[i].kind == kind && strcmp (rows[i].path, path) == 0)
      return i;
  return -1;
}

/* @content: (nullable) */
static Known *
known_from_content (HvfsKind kind, const HvfsValue *content)
{
  Known *known = g_new0 (Known, 1);

  known->fetched_us = g_get_monotonic_time ();
  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    {
      HvfsValue *property = hvfs_value_nth (content, i);
      HvfsValue *value = hvfs_value_get (property, "val");
      HvfsValue *fault = hvfs_value_get (property, "fault");
      const char *path = hvfs_value_text (property, "path");
      int fact = fact_of (kind, path != NULL ? path : hvfs_value_text (property, "name"));

      if (fact < 0)
        continue;
      if (fault != NULL && known->refusals[fact] == NULL)
        known->refusals[fact] = hvfs_fault_new_error_localized (fault);
      if (value != NULL && known->values[fact] == NULL)
        known->values[fact]
          = rows[fact].trim != NULL ? rows[fact].trim (value) : hvfs_value_ref (value);
    }
  return known;
}

/* ---- asking ---- */

/* Of machines those that follow, whom a walk comes to next: of thousands the others would be
 * old before anybody asks. */
static void
add_following (HvfsFs *fs, const HvfsObject *self, GPtrArray *morefs)
{
  for (guint32 serial = self->serial + 1;
       serial <= self->serial + 2 * MAX_NEIGHBOURS && morefs->len <= MAX_NEIGHBOURS; serial++)
    {
      const HvfsObject *object = hvfs_mirror_get (fs->mirror, serial);

      if (object != NULL && object->kind == self->kind && !hvfs_facts_are_fresh (fs, serial))
        g_ptr_array_add (morefs, g_strdup (object->moref));
    }
}

static void
add_any (HvfsFs *fs, const HvfsObject *self, GPtrArray *morefs)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (fs->mirror, &iter);
  while (morefs->len <= MAX_NEIGHBOURS && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const HvfsObject *object = value;

      if (object != self && object->kind == self->kind
          && !hvfs_facts_are_fresh (fs, object->serial))
        g_ptr_array_add (morefs, g_strdup (object->moref));
    }
}

/* The references of @serial, which comes first, and of its neighbours.  FALSE: it is gone. */
static gboolean
neighbours (HvfsFs *fs, guint32 serial, HvfsKind *ret_kind, GPtrArray *morefs)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *self = hvfs_mirror_get (fs->mirror, serial);

  if (self == NULL)
    return FALSE;
  *ret_kind = self->kind;
  g_ptr_array_add (morefs, g_strdup (self->moref));
  if (self->kind == HVFS_KIND_VM)
    add_following (fs, self, morefs);
  else
    add_any (fs, self, morefs);
  return TRUE;
}

static guint32
serial_of (HvfsFs *fs, const HvfsValue *ref)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  const HvfsObject *object = hvfs_mirror_resolve (fs->mirror, ref);

  return object == NULL ? 0 : object->serial;
}

/* What was refused shows nothing, so it is never the same. */
static gboolean
is_the_same (const Known *a, const Known *b)
{
  for (guint i = 0; i < HVFS_N_FACTS; i++)
    if (a->refusals[i] != NULL || b->refusals[i] != NULL
        || !hvfs_value_equal (a->values[i], b->values[i]))
      return FALSE;
  return TRUE;
}

/* (transfer full) of @known */
static void
replace (HvfsFs *fs, guint32 serial, Known *known)
{
  const Known *old;
  gboolean is_other;

  g_mutex_lock (&fs->facts->lock);
  old = g_hash_table_lookup (fs->facts->known, GUINT_TO_POINTER (serial));
  is_other = old != NULL && !is_the_same (old, known);
  g_hash_table_replace (fs->facts->known, GUINT_TO_POINTER (serial), known);
  g_mutex_unlock (&fs->facts->lock);
  if (is_other)
    hvfs_kept_forget (fs->kept, serial);
}

/* Returns: whether @content was of @wanted */
static gboolean
keep (HvfsFs *fs, HvfsKind kind, const HvfsValue *content, guint32 wanted)
{
  guint32 serial = serial_of (fs, hvfs_value_get (content, "obj"));

  if (serial != 0)
    replace (fs, serial, known_from_content (kind, content));
  return serial == wanted;
}

static gboolean
fetch (HvfsCall *call, guint32 serial, GError **error)
{
  g_autoptr (GPtrArray) morefs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contents = NULL;
  const char *paths[HVFS_N_FACTS + 1] = { NULL };
  gboolean found = FALSE;
  guint n_paths = 0;
  HvfsKind kind;

  if (!neighbours (call->fs, serial, &kind, morefs))
    {
      hvfs_object_set_gone ("object", error);
      return FALSE;
    }
  for (guint i = 0; i < HVFS_N_FACTS; i++)
    if (rows[i].kind == kind && hvfs_session_api (call->fs->session) >= rows[i].since)
      paths[n_paths++] = rows[i].path;
  if (n_paths == 0)
    {
      replace (call->fs, serial, known_from_content (kind, NULL)); /* an old server tells nothing */
      return TRUE;
    }
  contents = hvfs_retrieve_paths (call->fs->session, hvfs_kind_type (kind), paths, morefs,
                                  call->cancellable, error);
  if (contents == NULL)
    return FALSE;
  for (guint i = 0; i < contents->len; i++)
    found |= keep (call->fs, kind, contents->pdata[i], serial);
  if (!found)
    hvfs_object_set_gone ("object", error);
  return found;
}

gboolean
hvfs_facts_fetch (HvfsCall *call, guint32 serial, GError **error)
{
  HvfsFlight *fetching = call->fs->facts->fetching;
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  gboolean ok;

  while (turn == HVFS_FLIGHT_OVER && !hvfs_facts_are_fresh (call->fs, serial))
    turn = hvfs_flight_begin (fetching, 0, call->cancellable, error);
  if (turn != HVFS_FLIGHT_MINE)
    return turn == HVFS_FLIGHT_OVER;
  ok = hvfs_facts_are_fresh (call->fs, serial) || fetch (call, serial, error);
  hvfs_flight_end (fetching, 0);
  return ok;
}

/* ---- rows ---- */

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  return hvfs_facts_are_known (fs, node.a);
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  return hvfs_facts_are_fresh (fs, node.a);
}

static gboolean
fetch_node (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  return hvfs_facts_fetch (call, node.a, error);
}

const HvfsFetch hvfs_facts_of_row = { is_known, is_fresh, fetch_node };
