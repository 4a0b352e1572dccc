/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/task-list.c - what the stream of updates has told of tasks; see task-list.h */
#include "backend/mirror/task-list.h"

typedef struct
{
  char *moref;
  guint64 order;                    /* when first heard of */
  HvfsValue *props[HVFS_N_TASK];
} Known;

struct _HvfsTaskList
{
  GHashTable *known;                /* moref -> Known */
  guint64 last_order;
  gint64 changed_us;
};

static void
known_free (gpointer data)
{
  Known *known = data;

  for (guint i = 0; i < HVFS_N_TASK; i++)
    hvfs_value_unref (known->props[i]);
  g_free (known->moref);
  g_free (known);
}

HvfsTaskList *
hvfs_task_list_new (void)
{
  HvfsTaskList *list = g_new0 (HvfsTaskList, 1);

  list->known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, known_free);
  list->changed_us = g_get_real_time ();
  return list;
}

void
hvfs_task_list_free (HvfsTaskList *list)
{
  g_hash_table_unref (list->known);
  g_free (list);
}

void
hvfs_task_list_clear (HvfsTaskList *list)
{
  g_hash_table_remove_all (list->known);
}

/* ---- what is told ---- */

static Known *
ensure (HvfsTaskList *list, const char *moref)
{
  Known *known = g_hash_table_lookup (list->known, moref);

  if (known != NULL)
    return known;
  known = g_new0 (Known, 1);
  known->moref = g_strdup (moref);
  known->order = ++list->last_order;
  g_hash_table_insert (list->known, known->moref, known);
  return known;
}

static gboolean
is_end (const HvfsValue *state)
{
  const char *text = hvfs_value_text (state, NULL);

  return g_strcmp0 (text, "success") == 0 || g_strcmp0 (text, "error") == 0;
}

static void
set (Known *known, guint index, HvfsValue *value)
{
  /* The first end is the end: some servers replay older states after it. */
  if (index == HVFS_TASK_STATE && is_end (known->props[index]))
    return;
  hvfs_value_unref (known->props[index]);
  known->props[index] = value == NULL ? NULL : hvfs_value_ref (value);
}

void
hvfs_task_list_apply (HvfsTaskList *list, const HvfsValue *update, guint api)
{
  const char *moref = hvfs_value_text (update, "obj");
  Known *known;

  if (moref == NULL)
    return;
  list->changed_us = g_get_real_time ();
  if (g_strcmp0 (hvfs_value_text (update, "kind"), "leave") == 0)
    {
      g_hash_table_remove (list->known, moref);
      return;
    }
  known = ensure (list, moref);
  for (guint i = 0; i < hvfs_value_n_children (update); i++)
    {
      HvfsValue *change = hvfs_value_nth (update, i);
      const char *path = hvfs_value_text (change, "name");
      int index = path == NULL ? -1 : hvfs_prop_index (HVFS_KIND_TASK, path, api);

      if (index >= 0)
        set (known, index, hvfs_value_get (change, "val"));
    }
}

void
hvfs_task_list_drop_results (HvfsTaskList *list, GHashTable *wanted)
{
  GHashTableIter iter;
  gpointer known;

  g_hash_table_iter_init (&iter, list->known);
  while (g_hash_table_iter_next (&iter, NULL, &known))
    if (!g_hash_table_contains (wanted, ((Known *) known)->moref))
      g_clear_pointer (&((Known *) known)->props[HVFS_TASK_RESULT], hvfs_value_unref);
}

/* ---- looking ---- */

HvfsValue *const *
hvfs_task_list_get (HvfsTaskList *list, const char *moref)
{
  const Known *known = g_hash_table_lookup (list->known, moref);

  return known == NULL ? NULL : known->props;
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  const Known *x = *(Known *const *) a, *y = *(Known *const *) b;
  return x->order < y->order ? -1 : x->order > y->order;
}

void
hvfs_task_list_foreach (HvfsTaskList *list, void (*func) (const HvfsTaskView *, gpointer),
                        gpointer data)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer known;

  g_hash_table_iter_init (&iter, list->known);
  while (g_hash_table_iter_next (&iter, NULL, &known))
    g_ptr_array_add (sorted, known);
  g_ptr_array_sort (sorted, compare_order);
  for (guint i = 0; i < sorted->len; i++)
    {
      Known *one = sorted->pdata[i];
      HvfsTaskView view = { one->moref, one->props };
      func (&view, data);
    }
}

typedef struct
{
  const char *entity, *progress;
} ProgressQuery;

static void
look_for_progress (const HvfsTaskView *task, gpointer data)
{
  ProgressQuery *query = data;
  const char *progress = hvfs_value_text (task->props[HVFS_TASK_PROGRESS], NULL);

  if (progress != NULL
      && g_strcmp0 (hvfs_value_text (task->props[HVFS_TASK_STATE], NULL), "running") == 0
      && g_strcmp0 (hvfs_value_text (task->props[HVFS_TASK_ENTITY], NULL), query->entity) == 0)
    query->progress = progress;
}

const char *
hvfs_task_list_get_progress (HvfsTaskList *list, const char *entity)
{
  ProgressQuery query = { entity, NULL };

  hvfs_task_list_foreach (list, look_for_progress, &query);
  return query.progress;
}

gint64
hvfs_task_list_get_changed_us (HvfsTaskList *list)
{
  return list->changed_us;
}
