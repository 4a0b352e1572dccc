/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/config-check.c - configurations without a mount, for scripts
 *
 * Usage: config-check URI PASSWORD-FILE [CACHE-BYTES], commands on the standard input,
 * one a line; files hold texts, NAME may be an id.  Each prints one line: "ok ..." or "ERRNO message".
 *
 *   read NAME FILE           config.xml
 *   size NAME                what is known of its size without asking
 *   all ORDER [THREADS [BEHIND]]  reads every machine: by name, host or age, and before each
 *                            the one that is BEHIND places back; prints requests
 *   commit NAME BASE WANTED
 *   vmx NAME FILE            config.vmx
 *   define HOST NAME FILE, define-vmx HOST NAME FILE, undefine NAME, destroy NAME
 *   same FILE FILE           whether two texts mean the same
 *   requests                 how many were sent that read or change
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/wait/crew.h"
#include "backend/mirror/updater.h"
#include "backend/vmconfig/vmconfig.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"

typedef struct
{
  HvfsStats *stats;
  HvfsServer server;
  HvfsConfig *config;
} Check;

static void
say (gboolean ok, GError *error)
{
  if (ok)
    printf ("ok\n");
  else
    printf ("%s %s\n", strerrorname_np (hvfs_error_errno (error)), error->message);
  fflush (stdout);
  g_clear_error (&error);
}

/* Requests but for those that only wait. */
static guint64
count_requests (Check *check)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;
  guint64 n = 0;

  hvfs_stats_print (check->stats, text);
  lines = g_strsplit (text->str, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "request.") && strstr (*line, "ForUpdates") == NULL)
      n += g_ascii_strtoull (strchr (*line, '=') + 1, NULL, 10);
  return n;
}

typedef struct
{
  char *host, *name, *moref;
  guint32 serial;
} Machine;

static int
by_host (gconstpointer a, gconstpointer b)
{
  const Machine *x = a, *y = b;
  int host = g_strcmp0 (x->host, y->host);

  return host != 0 ? host : g_strcmp0 (x->name, y->name);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (((const Machine *) a)->name, ((const Machine *) b)->name);
}

static int
by_age (gconstpointer a, gconstpointer b)
{
  return ((const Machine *) a)->serial < ((const Machine *) b)->serial ? -1 : 1;
}

static void
machine_clear (gpointer data)
{
  g_free (((Machine *) data)->host);
  g_free (((Machine *) data)->name);
  g_free (((Machine *) data)->moref);
}

static GArray *
list (Check *check, HvfsKind kind)
{
  HvfsMirror *mirror = check->server.mirror;
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  GArray *machines = g_array_new (FALSE, FALSE, sizeof (Machine));
  GHashTableIter iter;
  gpointer value;

  g_array_set_clear_func (machines, machine_clear);
  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvfsObject *object = value;
      HvfsObject *host = object->kind == HVFS_KIND_VM
                           ? hvfs_mirror_resolve (mirror, hvfs_object_get (object, HVFS_VM_HOST))
                           : NULL;
      Machine machine = { .serial = object->serial };

      if (object->kind != kind)
        continue;
      machine.name = g_strdup (hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL));
      machine.moref = g_strdup (object->moref);
      if (host != NULL)
        machine.host = g_strdup (hvfs_value_text (hvfs_object_get (host, HVFS_NAME), NULL));
      g_array_append_val (machines, machine);
    }
  return machines;
}

/* By name or id.  0: there is none. */
static guint32
find (Check *check, HvfsKind kind, const char *name)
{
  g_autoptr (GArray) machines = list (check, kind);

  for (guint i = 0; i < machines->len; i++)
    if (g_strcmp0 (g_array_index (machines, Machine, i).name, name) == 0
        || g_strcmp0 (g_array_index (machines, Machine, i).moref, name) == 0)
      return g_array_index (machines, Machine, i).serial;
  return 0;
}

static void
save (GBytes *text, const char *file, GError *error)
{
  gsize len = 0;
  const char *data = text != NULL ? g_bytes_get_data (text, &len) : NULL;

  if (data != NULL && !g_file_set_contents (file, data, len, &error))
    data = NULL;
  say (data != NULL, error);
}

static void
do_read (Check *check, char **args)
{
  GError *error = NULL;
  g_autoptr (GBytes) text
    = hvfs_config_fetch (check->config, find (check, HVFS_KIND_VM, args[1]), NULL, &error);

  save (text, args[2], error);
}

static GBytes *
load (const char *file)
{
  char *data = NULL;
  gsize len = 0;

  if (!g_file_get_contents (file, &data, &len, NULL))
    g_error ("config-check: cannot read %s", file);
  return g_bytes_new_take (data, len);
}

static void
do_commit (Check *check, char **args)
{
  GError *error = NULL;
  g_autoptr (GBytes) base = load (args[2]);
  g_autoptr (GBytes) wanted = load (args[3]);

  gboolean ok = hvfs_config_commit (check->config, find (check, HVFS_KIND_VM, args[1]), base,
                                    wanted, NULL, &error);

  say (ok, error);
}

static void
do_vmx (Check *check, char **args)
{
  GError *error = NULL;
  g_autoptr (GBytes) text
    = hvfs_config_fetch_vmx (check->config, find (check, HVFS_KIND_VM, args[1]), NULL, &error);

  save (text, args[2], error);
}

static void
do_define (Check *check, char **args)
{
  gboolean vmx = g_str_equal (args[0], "define-vmx");
  g_autoptr (GPtrArray) notes = NULL;
  guint32 host = find (check, HVFS_KIND_HOST, args[1]);
  g_autoptr (GBytes) text = load (args[3]);
  GError *error = NULL;
  gboolean ok = vmx ? hvfs_config_define_vmx (check->config, host, args[2], text, NULL, &error)
                    : hvfs_config_define_xml (check->config, host, args[2], text, &notes, NULL,
                                              &error);

  say (ok, error);
}

static void
do_end (Check *check, char **args)
{
  guint32 serial = find (check, HVFS_KIND_VM, args[1]);
  GError *error = NULL;
  gboolean ok = g_str_equal (args[0], "undefine")
                  ? hvfs_config_undefine (check->config, serial, NULL, &error)
                  : hvfs_config_destroy (check->config, serial, NULL, &error);

  say (ok, error);
}

static char *
canonical (const char *file)
{
  g_autoptr (GBytes) text = load (file);
  gsize len = 0;
  const char *data = g_bytes_get_data (text, &len);
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (data, len, NULL);

  return domain != NULL ? hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_INACTIVE) : NULL;
}

static void
do_same (Check *check G_GNUC_UNUSED, char **args)
{
  g_autofree char *a = canonical (args[1]), *b = canonical (args[2]);

  printf (a != NULL && g_strcmp0 (a, b) == 0 ? "ok\n" : "differ\n");
  fflush (stdout);
}

static void
do_size (Check *check, char **args)
{
  gsize size = 0;
  guint32 serial = find (check, HVFS_KIND_VM, args[1]);
  gboolean known;

  g_rw_lock_reader_lock (hvfs_mirror_lock (check->server.mirror));
  known = hvfs_config_is_cached (check->config, serial, &size);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (check->server.mirror));

  printf (known ? "ok %" G_GSIZE_FORMAT "\n" : "unknown\n", size);
  fflush (stdout);
}

static void
read_one (gpointer data, gpointer user_data)
{
  Check *check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text
    = hvfs_config_fetch (check->config, GPOINTER_TO_UINT (data), NULL, &error);

  if (text == NULL)
    printf ("%u: %s\n", GPOINTER_TO_UINT (data), error->message);
}

static void
do_all (Check *check, char **args)
{
  g_autoptr (GArray) machines = list (check, HVFS_KIND_VM);
  guint64 before = count_requests (check);
  int threads = args[2] != NULL ? atoi (args[2]) : 1;
  guint behind = args[2] != NULL && args[3] != NULL ? atoi (args[3]) : 0;
  HvfsCrew *crew = hvfs_crew_new ("reader", read_one, check, threads);

  g_array_sort (machines, g_str_equal (args[1], "host")   ? by_host
                          : g_str_equal (args[1], "name") ? by_name
                                                          : by_age);
  for (guint i = 0; i < machines->len; i++)
    {
      if (behind > 0 && i >= behind)
        hvfs_crew_push (crew,
                        GUINT_TO_POINTER (g_array_index (machines, Machine, i - behind).serial));
      hvfs_crew_push (crew, GUINT_TO_POINTER (g_array_index (machines, Machine, i).serial));
    }
  hvfs_crew_free (crew);
  printf ("ok %u machines %" G_GUINT64_FORMAT " requests\n", machines->len,
          count_requests (check) - before);
  fflush (stdout);
}

static void
do_requests (Check *check, char **args G_GNUC_UNUSED)
{
  printf ("ok %" G_GUINT64_FORMAT "\n", count_requests (check));
  fflush (stdout);
}

static const struct
{
  const char *word;
  guint args;
  void (*run) (Check *check, char **args);
} commands[] = {
  { "read", 2, do_read },
  { "commit", 3, do_commit },
  { "vmx", 2, do_vmx },
  { "define", 3, do_define },
  { "define-vmx", 3, do_define },
  { "undefine", 1, do_end },
  { "destroy", 1, do_end },
  { "same", 2, do_same },
  { "size", 1, do_size },
  { "all", 1, do_all },
  { "requests", 0, do_requests },
};

static void
run (Check *check)
{
  char line[4096];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) args = g_strsplit (g_strstrip (line), " ", -1);
      guint i;

      for (i = 0; i < G_N_ELEMENTS (commands); i++)
        if (g_strcmp0 (args[0], commands[i].word) == 0
            && g_strv_length (args) > commands[i].args)
          break;
      if (i == G_N_ELEMENTS (commands))
        g_error ("config-check: bad command '%s'", line);
      commands[i].run (check, args);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (argc > 2 ? argv[1] : "", &error);
  g_autoptr (HvfsCredentials) credentials
    = uri != NULL ? hvfs_credentials_find (uri, NULL, argv[2], FALSE, &error) : NULL;
  Check check = { .stats = stats };

  xmlInitParser ();
  if (credentials == NULL)
    {
      fprintf (stderr, "config-check: %s\n", error->message);
      return 2;
    }
  g_autoptr (HvfsSession) session = hvfs_session_new (uri, credentials, 10, stats);
  g_autoptr (HvfsConnection) connection = hvfs_connection_new (session, 10);
  g_autoptr (HvfsMirror) mirror = hvfs_mirror_new (connection, stats);
  g_autoptr (HvfsTasks) tasks = hvfs_tasks_new (session, connection);
  HvfsUpdater *updater = hvfs_updater_new (session, connection, mirror, tasks, uri, stats);
  check.server = (HvfsServer){ .session = session, .tasks = tasks, .mirror = mirror,
                               .timeout_s = 10 };
  check.config = hvfs_config_new (
    &check.server, argc > 3 ? (gsize) atol (argv[3]) : HVFS_CONFIG_BUDGET, NULL, NULL);
  if (hvfs_updater_fill (updater, NULL, &error))
    {
      hvfs_updater_start (updater);
      run (&check);
    }
  else
    fprintf (stderr, "config-check: %s\n", error->message);
  hvfs_updater_free (updater);
  hvfs_session_logout (session);
  hvfs_config_free (check.config);
  return error == NULL ? 0 : 1;
}
