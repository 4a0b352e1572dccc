/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-intake.c - pages of updates, applied while they arrive, and what is wrong with some */
#include "backend/mirror/intake.h"

#include <string.h>

#include "convert/error.h"

#define OPEN \
  "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' " \
  "xmlns:x='http://www.w3.org/2001/XMLSchema-instance'><s:Body>"
#define CLOSE "</s:Body></s:Envelope>"

typedef struct
{
  HvfsStats *stats;
  HvfsConnection *connection;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  GPtrArray *again;
  HvfsIntake *intake;
} Fixture;

/* What the intake calls, in place of GLib's: the system may have no thread left. */
static gboolean no_threads;

GThread *
g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  return no_threads ? NULL : g_thread_new (name, func, data);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  no_threads = GPOINTER_TO_INT (data);
  f->stats = hvfs_stats_new ();
  f->connection = hvfs_connection_new (NULL, 0);
  f->mirror = hvfs_mirror_new (f->connection, f->stats);
  f->tasks = hvfs_tasks_new (NULL, f->connection);
  f->again = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  hvfs_mirror_begin_fill (f->mirror);
  f->intake = hvfs_intake_new (f->mirror, f->tasks, f->stats, "WaitForUpdatesEx", 605, f->again);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hvfs_intake_free (f->intake);
  g_ptr_array_unref (f->again);
  hvfs_tasks_free (f->tasks);
  hvfs_mirror_free (f->mirror);
  hvfs_connection_free (f->connection);
  hvfs_stats_free (f->stats);
}

static void
add_update (GString *xml, const char *kind, guint id)
{
  g_string_append_printf (xml, "<objectSet><kind>%s</kind><obj type='VirtualMachine'>vm-%u</obj>"
                               "<changeSet><name>name</name><op>assign</op>"
                               "<val x:type='string'>name %u</val></changeSet></objectSet>",
                          kind, id, id);
}

static GString *
page_begin (guint version)
{
  GString *xml = g_string_new (OPEN "<WaitForUpdatesExResponse><returnval>");

  g_string_append_printf (xml, "<version>%u</version><filterSet><filter type='PropertyFilter'>f"
                               "</filter>", version);
  return xml;
}

static void
page_end (GString *xml, const char *truncated)
{
  g_string_append (xml, "</filterSet>");
  g_string_append (xml, truncated);
  g_string_append (xml, "</returnval></WaitForUpdatesExResponse>" CLOSE);
}

/* @step: bytes a time */
static gboolean
feed (Fixture *f, const GString *xml, gsize step, GError **error)
{
  for (gsize at = 0; at < xml->len; at += step)
    if (!hvfs_intake_feed (xml->str + at, MIN (step, xml->len - at), f->intake, error))
      return FALSE;
  return TRUE;
}

static gboolean
send (Fixture *f, const GString *xml, gsize step, char **ret_version, gboolean *ret_truncated,
      GError **error)
{
  return feed (f, xml, step, error)
         && hvfs_intake_end (f->intake, ret_version, ret_truncated, error);
}

static guint
n_machines (Fixture *f)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (f->mirror));
  return hvfs_mirror_n_objects (f->mirror, HVFS_KIND_VM);
}

/* Of a machine; NULL where it is not there. */
static const char *
name_of (Fixture *f, guint id)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (f->mirror));
  g_autofree char *moref = g_strdup_printf ("vm-%u", id);
  HvfsObject *object = hvfs_mirror_find (f->mirror, "VirtualMachine", moref);

  return object == NULL ? NULL : hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);
}

/* Pages of all sizes, in pieces of all sizes, more than are let to wait. */
static void
test_pages (Fixture *f, gconstpointer data)
{
  static const guint sizes[] = { 1, 0, 64, 65, 3000, 63, 40000, 2 };
  static const gsize steps[] = { 1, 7, 1000, 16384, 10000000 };
  guint id = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gboolean is_last = i + 1 == G_N_ELEMENTS (sizes), truncated;
      g_autoptr (GString) xml = page_begin (i + 1);
      g_autofree char *version = NULL, *wanted = g_strdup_printf ("%u", i + 1);
      GError *error = NULL;

      for (guint j = 0; j < sizes[i]; j++)
        add_update (xml, "enter", id++);
      /* Other words for the promise are understood, too, if later. */
      page_end (xml, is_last      ? ""
                     : i % 2 == 0 ? "<truncated>1</truncated>"
                                  : "<truncated>true</truncated>");
      g_assert_true (send (f, xml, steps[i % G_N_ELEMENTS (steps)], &version, &truncated, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (version, ==, wanted);
      g_assert_cmpint (truncated, ==, !is_last);
    }
  g_assert_cmpuint (n_machines (f), ==, id);
  g_assert_cmpstr (name_of (f, id - 1), ==, "name 43194");
  g_assert_cmpuint (f->again->len, ==, 0);
}

/* What left is to be read again: in which order things were is not known. */
static void
test_leave (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = page_begin (1);
  g_autofree char *version = NULL;
  gboolean truncated;
  GError *error = NULL;

  for (guint i = 0; i < 200; i++)
    add_update (xml, "enter", i);
  add_update (xml, "leave", 3);
  add_update (xml, "leave", 199);
  add_update (xml, "enter", 200);
  page_end (xml, "");
  g_assert_true (send (f, xml, 4096, &version, &truncated, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_machines (f), ==, 201);
  g_assert_cmpuint (f->again->len, ==, 2);
  g_assert_cmpstr (hvfs_value_text (f->again->pdata[0], NULL), ==, "vm-3");
  g_assert_cmpstr (hvfs_value_text (f->again->pdata[1], NULL), ==, "vm-199");
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = g_string_new (OPEN "<WaitForUpdatesExResponse/>" CLOSE);
  g_autofree char *version = NULL;
  gboolean truncated = TRUE;
  GError *error = NULL;

  g_assert_true (send (f, xml, 10, &version, &truncated, &error));
  g_assert_no_error (error);
  g_assert_null (version);
  g_assert_false (truncated);
}

static void
note_task (const HvfsTaskView *task, gpointer data)
{
  const char *result = hvfs_value_text (task->props[HVFS_TASK_RESULT], "folderPath");

  g_string_append_printf (data, "%s %s %s\n", task->moref,
                          hvfs_value_text (task->props[HVFS_TASK_STATE], NULL),
                          result == NULL ? "-" : result);
}

/* Of somebody else's task it is known how it ended, and what it found is not kept. */
static void
test_task_result (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = page_begin (1), known = g_string_new (NULL);
  g_autofree char *version = NULL;
  gboolean truncated;
  GError *error = NULL;

  g_string_append (xml, "<objectSet><kind>enter</kind><obj type='Task'>task-1</obj>"
                        "<changeSet><name>info.state</name><op>assign</op>"
                        "<val x:type='TaskInfoState'>success</val></changeSet>"
                        "<changeSet><name>info.result</name><op>assign</op>"
                        "<val x:type='HostDatastoreBrowserSearchResults'>"
                        "<folderPath>[a] b</folderPath></val></changeSet></objectSet>");
  page_end (xml, "");
  g_assert_true (send (f, xml, 4096, &version, &truncated, &error));
  g_assert_no_error (error);
  hvfs_tasks_foreach (f->tasks, note_task, known);
  g_assert_cmpstr (known->str, ==, "task-1 success -\n");
}

/* Sooner or later, each of these fails; and so does all that follows. */
static void
check_bad (Fixture *f, const GString *xml, const char *text)
{
  g_autoptr (GError) error = NULL, second = NULL;
  char *version = NULL;
  gboolean truncated = FALSE;
  gboolean ok = send (f, xml, 1000, &version, &truncated, &error);

  g_clear_pointer (&version, g_free);
  for (guint i = 0; ok && i < 2; i++)
    ok = hvfs_intake_end (f->intake, &version, &truncated, &error);
  g_free (version);
  g_assert_false (ok);
  g_assert_error (error, HVFS_ERROR, EIO);
  if (strstr (error->message, text) == NULL)
    g_error ("'%s' is not in '%s'", text, error->message);
  g_assert_false (hvfs_intake_end (f->intake, &version, &truncated, &second));
  g_assert_cmpstr (second->message, ==, error->message);
}

static void
test_cut_short (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = page_begin (1);

  for (guint i = 0; i < 500; i++)
    add_update (xml, "enter", i);
  check_bad (f, xml, "not complete XML");
}

/* Its end is as it should be, so that it is found out late. */
static void
test_garbage (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = page_begin (1);

  for (guint i = 0; i < 5000; i++)
    add_update (xml, "enter", i);
  g_string_append (xml, "<a></b>");
  for (guint i = 0; i < 50000; i++)
    add_update (xml, "enter", i);
  page_end (xml, "<truncated>true</truncated>");
  check_bad (f, xml, "not complete XML");
}

static void
test_other_answer (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = g_string_new (OPEN "<CurrentTimeResponse/>" CLOSE);

  check_bad (f, xml, "answers WaitForUpdatesEx with <CurrentTimeResponse>");
}

static void
test_fault (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml
    = g_string_new (OPEN "<s:Fault><faultcode>s</faultcode><faultstring>no more</faultstring>"
                         "<detail><SystemErrorFault x:type='SystemError'/></detail></s:Fault>" CLOSE);

  check_bad (f, xml, "no more");
}

/* Ended with all its work before it. */
static void
test_dropped (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) xml = page_begin (1);
  GError *error = NULL;

  for (guint i = 0; i < 2000; i++)
    add_update (xml, "enter", i);
  g_assert_true (feed (f, xml, 5000, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add ("/intake/" path, Fixture, GINT_TO_POINTER (FALSE), set_up, func, tear_down); \
  g_test_add ("/intake/no-thread/" path, Fixture, GINT_TO_POINTER (TRUE), set_up, func, tear_down)
  ADD ("pages", test_pages);
  ADD ("leave", test_leave);
  ADD ("nothing", test_nothing);
  ADD ("task-result", test_task_result);
  ADD ("cut-short", test_cut_short);
  ADD ("garbage", test_garbage);
  ADD ("other-answer", test_other_answer);
  ADD ("fault", test_fault);
  ADD ("dropped", test_dropped);
  return g_test_run ();
}
