/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/mirror.c - the server's inventory, kept in memory by its updates
 *
 * See mirror.h.  Objects are kept by serial and by reference; their values are
 * the subtrees of the replies they came in, shared with the last object that had
 * the same ("poweredOn", the default shares), since most are the same.
 */
#include "backend/mirror/mirror.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "convert/error.h"

#define MAX_MOREF_BYTES 256 /* a longer one is none */

struct _HvfsMirror
{
  GRWLock lock;            /* level 1; held for memory work only */
  GHashTable *by_serial;   /* lock: serial -> HvfsObject, owned */
  GHashTable *by_ref;      /* lock: HvfsObject as a set, by type and moref */
  guint n_objects[HVFS_N_KINDS]; /* lock */
  HvfsObject *fields;      /* lock; nullable */
  guint32 last_serial;     /* lock */
  gboolean filling;        /* lock */
  HvfsValue *last[HVFS_N_KINDS][HVFS_MAX_PROPS]; /* lock; to share equal values */

  HvfsPropMask left_out[HVFS_N_KINDS]; /* lock */
  HvfsValue *left_out_fault; /* what they are in place of a value */

  GMutex waits_lock;       /* taken behind lock */
  GPtrArray *waits;        /* waits_lock: Wait, on its waiter's stack */

  HvfsConnection *link;
  HvfsStats *stats;
  HvfsMirrorObserver observer; /* set before the first update */
  gpointer observer_data;
};

static guint
ref_hash (gconstpointer key)
{
  const HvfsObject *object = key;
  return g_str_hash (object->moref) ^ (guint) object->kind;
}

static gboolean
ref_equal (gconstpointer a, gconstpointer b)
{
  const HvfsObject *x = a, *y = b;
  return x->kind == y->kind && strcmp (x->moref, y->moref) == 0;
}

static void
object_free (gpointer data)
{
  HvfsObject *object = data;

  for (guint i = 0; i < hvfs_kind_n_props (object->kind); i++)
    hvfs_value_unref (object->props[i]);
  g_free (object->moref);
  g_free (object);
}

/* A LocalizedMethodFault. */
static HvfsValue *
new_left_out_fault (void)
{
  static const char text[] = "the server does not have this property";
  g_autoptr (HvfsValue) fault = hvfs_value_new_leaf ("fault", "NotSupported", "", 0);
  g_autoptr (HvfsValue) message
    = hvfs_value_new_leaf ("localizedMessage", NULL, text, strlen (text));
  HvfsValue *children[] = { hvfs_value_ref (fault), hvfs_value_ref (message) };

  return hvfs_value_new_node ("fault", NULL, children, G_N_ELEMENTS (children));
}

HvfsMirror *
hvfs_mirror_new (HvfsConnection *link, HvfsStats *stats)
{
  HvfsMirror *mirror = g_new0 (HvfsMirror, 1);

  g_rw_lock_init (&mirror->lock);
  mirror->link = link;
  mirror->by_serial = g_hash_table_new_full (NULL, NULL, NULL, object_free);
  mirror->by_ref = g_hash_table_new (ref_hash, ref_equal);
  mirror->left_out_fault = new_left_out_fault ();
  mirror->stats = stats;
  g_mutex_init (&mirror->waits_lock);
  mirror->waits = g_ptr_array_new ();
  return mirror;
}

void
hvfs_mirror_free (HvfsMirror *mirror)
{
  if (mirror == NULL)
    return;
  for (guint kind = 0; kind < HVFS_N_KINDS; kind++)
    for (guint i = 0; i < HVFS_MAX_PROPS; i++)
      hvfs_value_unref (mirror->last[kind][i]);
  g_hash_table_unref (mirror->by_ref);
  g_hash_table_unref (mirror->by_serial);
  hvfs_value_unref (mirror->left_out_fault);
  g_ptr_array_unref (mirror->waits);
  g_mutex_clear (&mirror->waits_lock);
  g_rw_lock_clear (&mirror->lock);
  g_free (mirror);
}

void
hvfs_mirror_observe (HvfsMirror *mirror, const HvfsMirrorObserver *observer, gpointer data)
{
  mirror->observer = *observer;
  mirror->observer_data = data;
  hvfs_connection_observe (mirror->link, observer->link, data);
}

/* ---- reading ---- */

GRWLock *
hvfs_mirror_lock (HvfsMirror *mirror)
{
  return &mirror->lock;
}

HvfsObject *
hvfs_mirror_get (HvfsMirror *mirror, guint32 serial)
{
  return g_hash_table_lookup (mirror->by_serial, GUINT_TO_POINTER (serial));
}

HvfsObject *
hvfs_mirror_find (HvfsMirror *mirror, const char *type, const char *moref)
{
  HvfsObject key = { .moref = (char *) moref };

  if (moref == NULL || !hvfs_kind_from_type (type, &key.kind))
    return NULL;
  return g_hash_table_lookup (mirror->by_ref, &key);
}

HvfsObject *
hvfs_mirror_resolve (HvfsMirror *mirror, const HvfsValue *value)
{
  return value == NULL
           ? NULL
           : hvfs_mirror_find (mirror, hvfs_value_type (value), hvfs_value_text (value, NULL));
}

HvfsObject *
hvfs_mirror_get_fields (HvfsMirror *mirror)
{
  return mirror->fields;
}

void
hvfs_mirror_iter_init (HvfsMirror *mirror, GHashTableIter *iter)
{
  g_hash_table_iter_init (iter, mirror->by_serial);
}

guint
hvfs_mirror_n_objects (HvfsMirror *mirror, HvfsKind kind)
{
  return mirror->n_objects[kind];
}

static __thread struct
{
  const HvfsObject *object;
  HvfsPropMask *asked;
} recording;

void
hvfs_object_record (const HvfsObject *object, HvfsPropMask *ret_asked)
{
  recording.object = object;
  recording.asked = ret_asked;
}

static void
record (const HvfsObject *object, guint index)
{
  if (G_UNLIKELY (recording.object == object))
    *recording.asked |= HVFS_PROP (index);
}

HvfsValue *
hvfs_object_get (const HvfsObject *object, guint index)
{
  record (object, index);
  /* The server says of what kind the object is that a property refers to. */
  if (index >= hvfs_kind_n_props (object->kind) || (object->missing & HVFS_PROP (index)) != 0)
    return NULL;
  return object->props[index];
}

gboolean
hvfs_object_is_unset (const HvfsObject *object, guint index)
{
  record (object, index);
  return object->props[index] == NULL;
}

void
hvfs_object_set_gone (const char *kind, GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the %s is no longer in the server's inventory", kind);
}

gboolean
hvfs_object_check (const HvfsObject *object, HvfsPropMask wanted, GError **error)
{
  HvfsPropMask missing = object->missing & wanted;

  if (missing == 0)
    return TRUE;
  g_propagate_error (error, hvfs_fault_new_error_localized (
                              object->props[g_bit_nth_lsf (missing, -1)]));
  return FALSE;
}

/* ---- the link ---- */

gboolean
hvfs_mirror_is_up (HvfsMirror *mirror, char **ret_reason, gint64 *ret_since_us)
{
  return hvfs_connection_is_up (mirror->link, ret_reason, ret_since_us);
}

gboolean
hvfs_mirror_await_up (HvfsMirror *mirror, gint64 deadline_us, GCancellable *cancellable)
{
  return hvfs_connection_await_up (mirror->link, deadline_us, cancellable);
}

/* ---- waiting ---- */

/* One who waits for something to be so. */
typedef struct
{
  HvfsMirrorLook look;
  gpointer data;
  int found;        /* mirror->waits_lock: what the look last said */
  HvfsNews news;
} Wait;

/* From here on each set of updates is looked through for it, if it is not so yet. */
static void
begin_wait (HvfsMirror *mirror, Wait *wait)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (&mirror->lock);

  hvfs_connection_begin_news (mirror->link, &wait->news);
  wait->found = wait->look (mirror, wait->data);
  if (wait->found != 0)
    return;
  g_mutex_lock (&mirror->waits_lock);
  g_ptr_array_add (mirror->waits, wait);
  g_mutex_unlock (&mirror->waits_lock);
}

static int
get_found (HvfsMirror *mirror, const Wait *wait)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mirror->waits_lock);

  return wait->found;
}

static void
end_wait (HvfsMirror *mirror, Wait *wait)
{
  g_mutex_lock (&mirror->waits_lock);
  g_ptr_array_remove_fast (mirror->waits, wait);
  g_mutex_unlock (&mirror->waits_lock);
  hvfs_connection_end_news (mirror->link, &wait->news);
}

/* A look is cheaper than to wake who would look for himself, and go on sleeping.  Lock held. */
static void
look_for_all (HvfsMirror *mirror)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mirror->waits_lock);

  for (guint i = 0; i < mirror->waits->len; i++)
    {
      Wait *wait = mirror->waits->pdata[i];

      if (wait->found == 0 && (wait->found = wait->look (mirror, wait->data)) != 0)
        hvfs_connection_tell (mirror->link, &wait->news);
    }
}

gboolean
hvfs_mirror_await_that (HvfsMirror *mirror, HvfsMirrorLook look, gpointer data,
                        gint64 deadline_us, GCancellable *cancellable, GError **error)
{
  Wait wait = { .look = look, .data = data };
  int found, code = 0;

  begin_wait (mirror, &wait);
  while ((found = get_found (mirror, &wait)) == 0 && code == 0)
    code = hvfs_connection_is_up (mirror->link, NULL, NULL)
             ? hvfs_connection_await_news (mirror->link, &wait.news, deadline_us, cancellable)
             : EIO;
  end_wait (mirror, &wait);
  if (found != 0)
    code = found < 0 ? ESTALE : 0;
  if (code == ESTALE)
    hvfs_object_set_gone ("object", error);
  else if (code != 0)
    g_set_error (error, HVFS_ERROR, code, "%s",
                 code == EIO     ? "the connection to the server was lost"
                 : code == EINTR ? "interrupted"
                                : g_strerror (code));
  return code == 0;
}

/* ---- writing ---- */

static void
tell (HvfsMirror *mirror, HvfsObject *object, HvfsObjectEvent event, HvfsPropMask changed)
{
  if (mirror->observer.object != NULL)
    mirror->observer.object (object, event, changed, mirror->observer_data);
}

static void
end_set (HvfsMirror *mirror)
{
  if (mirror->observer.applied != NULL)
    mirror->observer.applied (mirror->observer_data);
  look_for_all (mirror);
}

static HvfsObject *
object_add (HvfsMirror *mirror, HvfsKind kind, const char *type, const char *moref)
{
  HvfsObject *object
    = g_malloc0 (sizeof *object + hvfs_kind_n_props (kind) * sizeof object->props[0]);

  object->serial = ++mirror->last_serial;
  object->kind = kind;
  object->type = g_intern_string (type); /* one of those in schema.c */
  object->moref = g_strdup (moref);
  g_hash_table_insert (mirror->by_serial, GUINT_TO_POINTER (object->serial), object);
  g_hash_table_add (mirror->by_ref, object);
  mirror->n_objects[kind]++;
  if (kind == HVFS_KIND_FIELDS)
    mirror->fields = object;
  return object;
}

static void
object_remove (HvfsMirror *mirror, HvfsObject *object)
{
  g_hash_table_remove (mirror->by_ref, object);
  mirror->n_objects[object->kind]--;
  if (mirror->fields == object)
    mirror->fields = NULL;
  tell (mirror, object, HVFS_OBJECT_LEFT, 0);
  g_hash_table_remove (mirror->by_serial, GUINT_TO_POINTER (object->serial));
}

/* Stores @value (NULL: unset) at @index; says whether that made a difference. */
static gboolean
object_set (HvfsMirror *mirror, HvfsObject *object, guint index, HvfsValue *value,
            gboolean is_fault)
{
  HvfsPropMask bit = HVFS_PROP (index);
  HvfsValue **slot = &object->props[index], **last = &mirror->last[object->kind][index];

  if (is_fault == ((object->missing & bit) != 0) && hvfs_value_equal (*slot, value))
    return FALSE;
  object->missing = is_fault ? object->missing | bit : object->missing & ~bit;
  hvfs_value_unref (*slot);
  *slot = NULL;
  if (value == NULL)
    return TRUE;
  if (!hvfs_value_equal (*last, value))
    {
      hvfs_value_unref (*last);
      *last = hvfs_value_ref (value);
    }
  *slot = hvfs_value_ref (*last);
  return TRUE;
}

/* When the server says that it changed; else now. */
static gint64
time_of (const HvfsObject *object, HvfsObjectEvent event)
{
  gint64 us = 0;

  if (event == HVFS_OBJECT_ENTERED && object->kind == HVFS_KIND_VM)
    us = MAX (hvfs_value_time_us (hvfs_object_get (object, HVFS_VM_MODIFIED), NULL),
              hvfs_value_time_us (hvfs_object_get (object, HVFS_VM_BOOT_TIME), NULL));
  else if (event == HVFS_OBJECT_ENTERED && object->kind == HVFS_KIND_HOST)
    us = hvfs_value_time_us (hvfs_object_get (object, HVFS_HOST_BOOT_TIME), NULL);
  return us > 0 ? us : g_get_real_time ();
}

/* @changes: PropertyChange[] or DynamicProperty[] among @parent's children, named
 * @element.  Those given are set in @given. */
static HvfsPropMask
object_assign (HvfsMirror *mirror, HvfsObject *object, const HvfsValue *parent,
               const char *element, guint api, HvfsPropMask *given)
{
  gboolean is_fault = strcmp (element, "missingSet") == 0;
  HvfsPropMask changed = 0;

  for (guint i = 0; i < hvfs_value_n_children (parent); i++)
    {
      HvfsValue *change = hvfs_value_nth (parent, i);
      const char *path, *op;
      int index;

      if (strcmp (hvfs_value_name (change), element) != 0)
        continue;
      path = hvfs_value_text (change, is_fault ? "path" : "name");
      index = path == NULL ? -1 : hvfs_prop_index (object->kind, path, api);
      if (index < 0)
        continue;
      op = hvfs_value_text (change, "op");
      *given |= HVFS_PROP (index);
      if (object_set (mirror, object, index,
                      op != NULL && strstr (op, "emove") != NULL /* remove, indirectRemove */
                        ? NULL
                        : hvfs_value_get (change, is_fault ? "fault" : "val"),
                      is_fault))
        changed |= HVFS_PROP (index);
    }
  return changed;
}

/* @update is an ObjectUpdate (@element changeSet) or an ObjectContent (propSet);
 * @whole: properties that it does not mention are unset.  @changed: what has changed
 * whether or not the values differ. */
static void
object_update (HvfsMirror *mirror, const HvfsValue *ref, const HvfsValue *update,
               const char *element, gboolean whole, HvfsPropMask changed, guint api)
{
  const char *type = hvfs_value_type (ref), *moref = hvfs_value_text (ref, NULL);
  HvfsObject *object = hvfs_mirror_find (mirror, type, moref);
  HvfsObjectEvent event = object == NULL ? HVFS_OBJECT_ENTERED : HVFS_OBJECT_CHANGED;
  HvfsPropMask given = 0;
  HvfsKind kind;

  if (moref == NULL || *moref == '\0' || strlen (moref) > MAX_MOREF_BYTES
      || !hvfs_kind_from_type (type, &kind) || kind == HVFS_KIND_TASK)
    return;
  if (object == NULL)
    object = object_add (mirror, kind, type, moref);
  object->seen = TRUE;
  object->n_updates++;
  changed |= object_assign (mirror, object, update, element, api, &given);
  changed |= object_assign (mirror, object, update, "missingSet", api, &given);
  for (guint i = 0; whole && i < hvfs_kind_n_props (kind); i++)
    {
      gboolean none = (mirror->left_out[kind] & HVFS_PROP (i)) != 0;

      if ((given & HVFS_PROP (i)) == 0
          && object_set (mirror, object, i, none ? mirror->left_out_fault : NULL, none))
        changed |= HVFS_PROP (i);
    }
  if (event == HVFS_OBJECT_CHANGED && changed == 0)
    return;
  object->changed_us = time_of (object, event);
  if (event == HVFS_OBJECT_ENTERED)
    object->entered_us = object->changed_us;
  hvfs_stats_add (mirror->stats, HVFS_STAT_OBJECT_UPDATES, 1);
  tell (mirror, object, event, changed);
}

/* What left is gone, unless it also entered: of that nobody knows which came first. */
static void
object_leave (HvfsMirror *mirror, HvfsValue *ref, gboolean entered, GPtrArray *again)
{
  HvfsObject *object = hvfs_mirror_resolve (mirror, ref);

  if (object != NULL && entered)
    g_ptr_array_add (again, hvfs_value_ref (ref));
  else if (object != NULL)
    object_remove (mirror, object);
}

void
hvfs_mirror_apply (HvfsMirror *mirror, HvfsValue *const *updates, guint n_updates,
                   guint api, GPtrArray *again)
{
  g_autoptr (GHashTable) entered = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) left = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);
  GHashTableIter iter;
  gpointer key, ref;

  for (guint i = 0; i < n_updates; i++)
    {
      HvfsValue *obj = hvfs_value_get (updates[i], "obj");
      const char *kind = hvfs_value_text (updates[i], "kind");
      const char *moref = hvfs_value_text (obj, NULL);
      gboolean enter = g_strcmp0 (kind, "enter") == 0;

      if (kind == NULL || moref == NULL)
        continue;
      if (enter)
        g_hash_table_add (entered, (char *) moref);
      if (strcmp (kind, "leave") == 0)
        g_hash_table_insert (left, (char *) moref, obj);
      else
        object_update (mirror, obj, updates[i], "changeSet", enter, 0, api);
    }
  g_hash_table_iter_init (&iter, left);
  while (g_hash_table_iter_next (&iter, &key, &ref))
    object_leave (mirror, ref, g_hash_table_contains (entered, key), again);
  if (!mirror->filling)
    end_set (mirror);
}

void
hvfs_mirror_apply_content (HvfsMirror *mirror, GPtrArray *refs, HvfsValue *const *contents,
                           guint n_contents, guint api)
{
  g_autoptr (GHashTable) found = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);

  for (guint i = 0; i < n_contents; i++)
    {
      HvfsValue *ref = hvfs_value_get (contents[i], "obj");
      const char *moref = hvfs_value_text (ref, NULL);

      if (moref == NULL)
        continue;
      g_hash_table_add (found, (char *) moref);
      object_update (mirror, ref, contents[i], "propSet", TRUE, 0, api);
    }
  for (guint i = 0; i < refs->len; i++)
    {
      HvfsValue *ref = refs->pdata[i];
      HvfsObject *object = hvfs_mirror_resolve (mirror, ref);

      if (object != NULL && !g_hash_table_contains (found, hvfs_value_text (ref, NULL)))
        object_remove (mirror, object);
    }
  if (!mirror->filling)
    end_set (mirror);
}

gboolean
hvfs_mirror_apply_reread (HvfsMirror *mirror, guint32 serial, guint n_updates,
                          const HvfsValue *content, guint api)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);
  const HvfsObject *object = hvfs_mirror_get (mirror, serial);
  HvfsValue *ref = hvfs_value_get (content, "obj");

  if (mirror->filling || object == NULL || object->n_updates != n_updates || ref == NULL
      || hvfs_mirror_resolve (mirror, ref) != object)
    return FALSE;
  object_update (mirror, ref, content, "propSet", TRUE,
                 object->kind == HVFS_KIND_VM ? HVFS_PROP (HVFS_VM_CHANGE_VERSION) : 0, api);
  end_set (mirror);
  return TRUE;
}

void
hvfs_mirror_set_left_out (HvfsMirror *mirror, GPtrArray *left_out, guint api)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);

  memset (mirror->left_out, 0, sizeof mirror->left_out);
  for (guint i = 0; i < left_out->len; i++)
    {
      g_auto (GStrv) what = g_strsplit (left_out->pdata[i], " ", 2);
      HvfsKind kind;
      int index;

      if (!hvfs_kind_from_type (what[0], &kind)
          || (index = hvfs_prop_index (kind, what[1], api)) < 0)
        continue;
      mirror->left_out[kind] |= HVFS_PROP (index);
      if (kind == HVFS_KIND_COMPUTE)
        mirror->left_out[HVFS_KIND_CLUSTER] |= HVFS_PROP (index);
    }
}

void
hvfs_mirror_begin_fill (HvfsMirror *mirror)
{
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);
  GHashTableIter iter;
  gpointer object;

  mirror->filling = TRUE;
  g_hash_table_iter_init (&iter, mirror->by_serial);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    ((HvfsObject *) object)->seen = FALSE;
}

void
hvfs_mirror_end_fill (HvfsMirror *mirror)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();
  g_autoptr (GRWLockWriterLocker) locker = g_rw_lock_writer_locker_new (&mirror->lock);
  GHashTableIter iter;
  gpointer object;

  mirror->filling = FALSE;
  g_hash_table_iter_init (&iter, mirror->by_serial);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    if (!((HvfsObject *) object)->seen)
      g_ptr_array_add (gone, object);
  for (guint i = 0; i < gone->len; i++)
    object_remove (mirror, gone->pdata[i]);
  end_set (mirror);
}
