/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-root.c - the mount's own directory
 *
 * Exists so that what is about the mount as a whole stands beside what its root
 * object holds: the server, its tasks, and the ways to find a domain by name,
 * uuid or folder, wherever it runs.
 */
#include "convert/error.h"
#include "fs/attr/alarms.h"
#include "fs/attr/events.h"
#include "fs/attr/inventory.h"
#include "fs/attr/journal.h"
#include "fs/attr/metrics.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/row/field.h"
#include "fs/tree/path.h"

static gboolean
about_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  static const char *const keys[] = { "name", "version", "build", "apiType", "apiVersion",
                                      "instanceUuid", "fullName", "vendor", "osType",
                                      "productLineId" };
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (fs->session);
  HvfsValue *about = hvfs_value_get (content, "about");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    hvfs_show_text (out, keys[i], hvfs_value_text (about, keys[i]));
  return TRUE;
}

typedef struct
{
  HvfsFs *fs;
  GString *out;
} TaskPrinter;

static const char *
task_text (const HvfsTaskView *task, guint index, const char *path)
{
  return hvfs_value_text (task->props[index], path);
}

/* The path in the mount, or for what is not in it the server's name. */
static void
append_target (TaskPrinter *printer, const HvfsTaskView *task)
{
  g_autoptr (GString) path = g_string_new (NULL);
  HvfsObject *object
    = hvfs_mirror_resolve (printer->fs->mirror, task->props[HVFS_TASK_ENTITY]);

  if (object != NULL && hvfs_path_append_object (printer->fs, object, path))
    hvfs_field_append (printer->out, path->len > 0 ? path->str : ".");
  else
    hvfs_field_append (printer->out, task_text (task, HVFS_TASK_ENTITY_NAME, NULL));
}

static void
print_task (const HvfsTaskView *task, gpointer data)
{
  TaskPrinter *printer = data;
  const char *state = task_text (task, HVFS_TASK_STATE, NULL);
  const char *progress = task_text (task, HVFS_TASK_PROGRESS, NULL);
  const HvfsValue *completed = task->props[HVFS_TASK_COMPLETED];

  hvfs_field_append (printer->out, task->moref);
  hvfs_field_append (printer->out, task_text (task, HVFS_TASK_DESCRIPTION, NULL));
  append_target (printer, task);
  hvfs_field_append (printer->out, state);
  hvfs_field_append (printer->out, g_strcmp0 (state, "success") == 0 ? "100" : progress);
  hvfs_field_append (printer->out, task_text (task, HVFS_TASK_REASON, "userName"));
  hvfs_field_append_time (printer->out, hvfs_value_time_us (completed != NULL ? completed : task->props[HVFS_TASK_QUEUED], NULL));
  hvfs_field_append (printer->out, task_text (task, HVFS_TASK_ERROR, "localizedMessage"));
  g_string_append_c (printer->out, '\n');
}

static gboolean
tasks_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  TaskPrinter printer = { fs, out };

  hvfs_tasks_foreach (fs->tasks, print_task, &printer);
  return TRUE;
}

static gboolean
tasks_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  st->st_mtim = hvfs_timespec (hvfs_tasks_get_changed_us (fs->tasks));
  hvfs_journal_stat (fs, node, st);
  return TRUE;
}

/* There only while the user may see something but not what it belongs to, or a
 * domain has no host. */
#define CATCH_ALL_ROW(collection, ...) \
  HVFS_COLLECTION_ROW (collection, .visible = hvfs_path_is_not_empty, __VA_ARGS__)

HvfsRow hvfs_root_table[] = {
  { .name = "about", .mode = S_IFREG | 0444, .show = about_show },
  CATCH_ALL_ROW ("datacenters"),
  CATCH_ALL_ROW ("clusters"),
  CATCH_ALL_ROW ("hosts"),
  CATCH_ALL_ROW ("domains", .named = HVFS_NAMED_ROOT_DOMAINS),
  CATCH_ALL_ROW ("datastores"),
  CATCH_ALL_ROW ("networks"),
  HVFS_COLLECTION_ROW ("by-name", .named = HVFS_NAMED_BY_NAME),
  HVFS_COLLECTION_ROW ("by-uuid", .named = HVFS_NAMED_BY_UUID),
  HVFS_COLLECTION_ROW ("by-folder", .named = HVFS_NAMED_BY_FOLDER),
  { .name = "tasks", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always, .show = tasks_show,
    .stat = tasks_stat, .file_ops = &hvfs_journal_ops },
  { .name = "metrics.prom", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,
    .file_ops = &hvfs_metrics_ops },
  { .name = "inventory", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,
    .file_ops = &hvfs_inventory_ops, .stat = hvfs_inventory_stat },
  HVFS_EVENTS_ROW,
  HVFS_ALL_ALARMS_ROW,
  { .name = ".hvfs", .mode = S_IFDIR | 0755, .table = hvfs_self_table },
  { NULL }
};

HvfsRow hvfs_root_row = { .mode = S_IFDIR | 0755, .table = hvfs_root_table };

HvfsRow hvfs_by_name_link = { .mode = S_IFLNK | 0777 };
HvfsRow hvfs_by_uuid_link = { .mode = S_IFLNK | 0777 };
