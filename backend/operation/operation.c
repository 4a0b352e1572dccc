/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/operation.c - what all changes of the server's objects have in common */
#include "backend/operation/operation.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"

/* How long the mirror may lag behind a task that is done. */
#define LAG_US (10 * G_TIME_SPAN_SECOND)
/* After that long the server is asked. */
#define PATIENCE_US G_TIME_SPAN_SECOND

typedef struct
{
  guint32 serial;
  HvfsObjectTest test;
  gconstpointer data;
} Wanted;

static int
look (HvfsMirror *mirror, gpointer data)
{
  const Wanted *wanted = data;
  const HvfsObject *object = hvfs_mirror_get (mirror, wanted->serial);

  return object == NULL ? -1 : wanted->test (object, wanted->data) ? 1 : 0;
}

gconstpointer
hvfs_operation_verb (gconstpointer rows, guint n, gsize size, const char *word, GError **error)
{
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      const char *const *row = (gconstpointer) ((const char *) rows + i * size);

      if (strcmp (*row, word) == 0)
        return row;
      g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", *row);
    }
  g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s' is not one of %s", word, words->str);
  return NULL;
}

static HvfsRequest *
new_request (const HvfsServer *server, guint32 serial, const char *method)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  return object == NULL ? NULL : hvfs_request_new (method, object->type, object->moref);
}

HvfsRequest *
hvfs_operation_new (const HvfsServer *server, guint32 serial, const char *method, GError **error)
{
  HvfsRequest *request = new_request (server, serial, method);

  if (request == NULL)
    hvfs_object_set_gone ("object", error);
  return request;
}

gboolean
hvfs_operation_require_vcenter (const HvfsServer *server, const char *what, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);

  if (g_strcmp0 (hvfs_value_text (content, "about.apiType"), "HostAgent") != 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOTSUP, "only a vCenter can %s, and this mount is of a host: mount its vCenter, vpx://%s",
               what, strcmp (what, "migrate") == 0 ? ", or name it in the URI, vcenter=" : "");
  return FALSE;
}

char *
hvfs_operation_dup_moref (const HvfsServer *server, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  if (object == NULL)
    hvfs_object_set_gone ("object", error);
  return object == NULL ? NULL : g_strdup (object->moref);
}

gboolean
hvfs_operation_is_so (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                      gconstpointer data)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  Wanted wanted = { serial, test, data };

  return look (server->mirror, &wanted) > 0;
}

gboolean
hvfs_operation_await (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                      gconstpointer data, gint64 deadline_us, GCancellable *cancellable,
                      GError **error)
{
  Wanted wanted = { serial, test, data };

  return hvfs_mirror_await_that (server->mirror, look, &wanted, deadline_us, cancellable, error);
}

void
hvfs_operation_await_shown_that (const HvfsServer *server, HvfsMirrorLook seen, gpointer data)
{
  hvfs_mirror_await_that (server->mirror, seen, data, g_get_monotonic_time () + LAG_US, NULL,
                          NULL);
}

/* Returns: (nullable) (transfer full): the reference of @serial, to read it anew */
static HvfsValue *
dup_ref (const HvfsServer *server, guint32 serial, guint *ret_n_updates)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *object = hvfs_mirror_get (server->mirror, serial);

  if (object == NULL)
    return NULL;
  *ret_n_updates = object->n_updates;
  return hvfs_value_new_leaf ("obj", object->type, object->moref, strlen (object->moref));
}

gboolean
hvfs_operation_reread (const HvfsServer *server, guint32 serial, gboolean *ret_newest,
                       GCancellable *cancellable, GError **error)
{
  guint n_updates, api = hvfs_session_api (server->session);
  g_autoptr (GPtrArray) refs
    = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  g_autoptr (GPtrArray) contents = NULL;
  HvfsValue *ref = dup_ref (server, serial, &n_updates);

  *ret_newest = TRUE;
  if (ref == NULL)
    return TRUE;
  g_ptr_array_add (refs, ref);
  contents = hvfs_retrieve_objects (server->session, api, refs, cancellable, error);
  if (contents != NULL && contents->len == 1)
    *ret_newest
      = hvfs_mirror_apply_reread (server->mirror, serial, n_updates, contents->pdata[0], api);
  return contents != NULL;
}

void
hvfs_operation_await_shown (const HvfsServer *server, guint32 serial, HvfsObjectTest test,
                            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean newest;

  while (test != NULL && error == NULL
         && !hvfs_operation_await (server, serial, test, data,
                                   g_get_monotonic_time () + PATIENCE_US, NULL, &error)
         && error->code == ETIMEDOUT
         && hvfs_operation_reread (server, serial, &newest, NULL, NULL) && !newest)
    g_clear_error (&error);
}

gboolean
hvfs_operation_find_out (const HvfsServer *server, HvfsMirrorLook seen, gpointer data,
                         GCancellable *cancellable, GError **failure)
{
  gint64 deadline = g_get_monotonic_time () + server->timeout_s * G_TIME_SPAN_SECOND;

  if (g_strcmp0 (hvfs_error_fault (*failure), HVFS_FAULT_UNKNOWN) != 0)
    return FALSE;
  while (hvfs_mirror_await_up (server->mirror, deadline, cancellable))
    {
      g_autoptr (GError) reason = NULL;

      if (hvfs_mirror_await_that (server->mirror, seen, data, deadline, cancellable, &reason))
        {
          g_clear_error (failure);
          return TRUE;
        }
      if (reason->code != EIO) /* which is the server lost once more */
        break;
    }
  return FALSE;
}

/* The same of an operation on @serial that makes @test true. */
static gboolean
find_out (const HvfsServer *server, guint32 serial, HvfsObjectTest test, gconstpointer data,
          GCancellable *cancellable, GError **failure)
{
  Wanted wanted = { serial, test, data };

  return test != NULL
         && hvfs_operation_find_out (server, look, &wanted, cancellable, failure);
}

gboolean
hvfs_operation_run (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                    HvfsObjectTest test, gconstpointer data, HvfsValue **ret_result,
                    GCancellable *cancellable, GError **error)
{
  HvfsBlocked *blocked = hvfs_questions_begin (server->questions, serial, cancellable);
  g_autoptr (GError) failure = NULL;
  gboolean ok = hvfs_tasks_run (server->tasks, request, server->timeout_s,
                                hvfs_blocked_cancellable (blocked), ret_result, &failure);
  g_autofree char *question = hvfs_questions_end (blocked);

  /* What asks has not been done; and who gave it up need not know whether it was begun. */
  ok = ok || (question == NULL && find_out (server, serial, test, data, cancellable, &failure));
  if (ok)
    hvfs_operation_await_shown (server, serial, test, data);
  else if (question != NULL && !g_cancellable_is_cancelled (cancellable))
    g_set_error (error, HVFS_ERROR, EAGAIN,
                 "the server asks: %s; its task was cancelled where it can be, else "
                 "'question' takes the answer",
                 question);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

gboolean
hvfs_operation_call (const HvfsServer *server, HvfsRequest *request, guint32 serial,
                     HvfsObjectTest test, gconstpointer data, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (server->session, request, HVFS_CALL_CHANGE, 0, NULL, &failure);

  if (reply == NULL && !find_out (server, serial, test, data, NULL, &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  hvfs_operation_await_shown (server, serial, test, data);
  return TRUE;
}

/* What was made: by its reference, or where that was lost, by its place and name. */
typedef struct
{
  const HvfsValue *ref;
  guint32 parent;
  const char *name;
  guint32 found;
} Made;

static HvfsObject *
child_named (HvfsMirror *mirror, guint32 parent, const char *name)
{
  GHashTableIter iter;
  gpointer value;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *above = hvfs_mirror_resolve (mirror, hvfs_object_get (value, HVFS_PARENT));

      if (above != NULL && above->serial == parent
          && g_strcmp0 (hvfs_value_text (hvfs_object_get (value, HVFS_NAME), NULL), name) == 0)
        return value;
    }
  return NULL;
}

static int
look_made (HvfsMirror *mirror, gpointer data)
{
  Made *made = data;
  HvfsObject *object = made->ref != NULL ? hvfs_mirror_resolve (mirror, made->ref)
                                         : child_named (mirror, made->parent, made->name);

  if (object == NULL || hvfs_object_get (object, HVFS_NAME) == NULL)
    return 0;
  made->found = object->serial;
  return 1;
}

guint32
hvfs_operation_make (const HvfsServer *server, HvfsRequest *request, guint32 parent,
                     const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (server->session, request, HVFS_CALL_CHANGE, 0, NULL, &failure);
  Made made = { hvfs_value_get (reply, "returnval"), parent, name, 0 };

  if (reply == NULL && !hvfs_operation_find_out (server, look_made, &made, cancellable, &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return 0;
    }
  if (made.found == 0)
    hvfs_operation_await_shown_that (server, look_made, &made);
  if (made.found == 0)
    g_set_error (error, HVFS_ERROR, ETIMEDOUT,
                 "it was made, but the server does not tell of it: list the directory");
  return made.found;
}
