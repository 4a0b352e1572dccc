/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/main.c - the hvfs program
 *
 * Exists to put the parts together in the one order that works: everything that
 * can fail for the user (the URI, the mount point, the credentials, the login, the
 * first fill of the mirror, the mount) comes before the parent's exit and is one
 * line on stderr; threads start only in the child, which does all of it.
 */
#include "config.h"

#include "fs/fs.h"
#include "fs/ops/handlers.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "convert/error.h"
#include "convert/memory.h"
#include "backend/operation/datastore-transfers.h"
#include "backend/operation/export.h"
#include "backend/wait/flight.h"
#include "backend/wire/http.h"
#include "fs/attr/journal.h"
#include "fs/all.h"
#include "fs/attr/events.h"
#include "fs/attr/inventory.h"
#include "fs/attr/migration.h"
#include "fs/attr/facts.h"
#include "fs/attr/network.h"
#include "fs/attr/all-rows.h"
#include "fs/attr/tables.h"
#include "fs/attr/screen.h"
#include "fs/attr/vmx.h"
#include "fs/content/content-place.h"
#include "fs/content/contents.h"
#include "fs/content/leftover.h"
#include "fs/content/volumes.h"
#include "fs/edit/desk.h"
#include "fs/edit/draft.h"
#include "fs/edit/package.h"
#include "fs/edit/reads.h"
#include "fs/follow/follow.h"
#include "fs/log.h"
#include "fs/mountpoint.h"
#include "fs/attr/usage.h"
#include "fs/ops/opened.h"
#include "fs/options.h"
#include "fs/service.h"
#include "fs/request/failure.h"
#include "fs/request/interrupt.h"
#include "fs/request/job.h"
#include "fs/request/loop.h"
#include "fs/tree/change.h"
#include "fs/tree/dir-times.h"
#include "fs/tree/kept.h"
#include "fs/tree/notify.h"
#include "fs/tree/numbers.h"

/* Where to, and as whom. */
typedef struct
{
  HvfsUri *uri;
  HvfsCredentials *credentials, *of_vcenter; /* of_vcenter: nullable */
  char *mountpoint;
} Login;

/* ---- the parts ---- */

static void
usage_changed (guint32 serial, gpointer data)
{
  HvfsFs *fs = data;
  HvfsRow *const tables[] = { hvfs_domain_table, hvfs_host_table };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (HvfsRow *row = tables[i]; row->mode != 0; row++)
      if (row->fetch == &hvfs_usage_fetch)
        hvfs_notifier_inode (fs->notifier, hvfs_node_ino ((HvfsNode){ row, serial, 0 }));
}

/* What was fetched of it is. */
static void
fetched_is_old (guint32 serial, gpointer data)
{
  hvfs_kept_forget (((HvfsFs *) data)->kept, serial);
}

static void
desk_changed (guint64 dir, const char *name, gpointer data)
{
  hvfs_change_name (data, dir, name);
}

static void
listing_is_old (guint32 number, guint32 store, const char *name, gpointer data)
{
  HvfsFs *fs = data;
  /* In a mount of a host its datastores are below it alone. */
  const guint64 dirs[] = { hvfs_content_dir_ino (number, store),
                           number == 0 ? hvfs_row_ino (hvfs_row (HVFS_NAMED_FILES), store, hvfs_fs_root (fs)) : 0 };

  for (guint i = 0; i < G_N_ELEMENTS (dirs) && dirs[i] != 0; i++)
    if (name != NULL)
      hvfs_notifier_entry (fs->notifier, dirs[i], name);
    else
      hvfs_notifier_inode (fs->notifier, dirs[i]);
}

/* Configurations and transfers have half of the memory each. */
static void
init_content (HvfsFs *fs, const HvfsOptions *options, gsize budget)
{
  fs->contents = hvfs_contents_new (listing_is_old, fs);
  fs->content_flight = hvfs_flight_new ();
  fs->transfers = hvfs_transfers_new (&fs->server, budget / 2);
  fs->exports = hvfs_exports_new (&fs->server);
}

/* Before it asks, the kernel lays out memory for all that may come: cat has 128 KiB ready for
 * "running", and that would be half of its time.  Without -o content no file is so long that larger
 * reads would save more. */
#define SMALL_READ_BYTES 16384

static void
fs_init (HvfsFs *fs, const Login *login, const HvfsOptions *options)
{
  guint timeout_s = options->timeout_s;
  gsize budget = (gsize) options->cache_mib << 20;
  HvfsUri *uri = login->uri;

  hvfs_rows_init (&hvfs_row_set);
  fs->spool = options->spool != NULL ? options->spool : "/var/tmp";
  fs->uri = hvfs_uri_ref (uri);
  fs->uid = options->uid;
  fs->gid = options->gid;
  fs->umask = options->umask;
  fs->stats = hvfs_stats_new ();
  fs->session = hvfs_session_new (uri, login->credentials, timeout_s, fs->stats);
  fs->connection = hvfs_connection_new (fs->session, timeout_s);
  fs->mirror = hvfs_mirror_new (fs->connection, fs->stats);
  fs->tasks = hvfs_tasks_new (fs->session, fs->connection);
  fs->updater = hvfs_updater_new (fs->session, fs->connection, fs->mirror, fs->tasks, uri, fs->stats);
  fs->quickstats = hvfs_quickstats_new (fs->session, fs->mirror, usage_changed, fs);
  fs->perf = hvfs_perf_new (fs->session);
  fs->questions = hvfs_questions_new (fs->session, uri->auto_answer);
  fs->server
    = (HvfsServer){ fs->session, fs->tasks, fs->mirror, fs->questions, timeout_s };
  fs->config = hvfs_config_new (&fs->server, options->content ? budget / 2 : budget, fetched_is_old,
                                fs);
  fs->allow_delete = options->allow_delete;
  fs->max_read = options->content ? 0 : SMALL_READ_BYTES;
  if (options->content)
    init_content (fs, options, budget);
  fs->desks = hvfs_desks_new (desk_changed, fs);
  fs->reads = hvfs_reads_new ();
  fs->drafts = hvfs_drafts_new ();
  fs->packages = hvfs_packages_new ();
  fs->vmx_sizes = hvfs_vmx_sizes_new ();
  fs->networks = hvfs_networks_new ();
  fs->facts = hvfs_facts_new ();
  fs->alarms = hvfs_alarms_new (&fs->server);
  fs->screens = hvfs_screens_new ();
  fs->numbers = hvfs_numbers_new ();
  fs->volumes = hvfs_volumes_new (fetched_is_old, fs);
  fs->inventory = hvfs_inventory_new ();
  fs->streams = hvfs_streams_new (fs, timeout_s);
  fs->failures = hvfs_failures_new ();
  fs->journals = hvfs_journals_new ();
  fs->migrations = hvfs_migrations_new ();
  fs->vcenter = hvfs_vcenter_new (&(HvfsVcenterConfig){
    uri, login->credentials, login->of_vcenter, options->vcenter_username,
    options->vcenter_password_file, timeout_s, fs->stats });
  fs->dir_times = hvfs_dir_times_new ();
  fs->notifier = hvfs_notifier_new (fs->stats);
  fs->kept = hvfs_kept_new (fs->notifier);
  fs->opened = hvfs_opened_new ();
  hvfs_follow_init (fs);
}

static void
fs_clear (HvfsFs *fs)
{
  hvfs_updater_free (fs->updater);
  hvfs_opened_free (fs->opened, fs);
  hvfs_transfers_free (fs->transfers);
  hvfs_exports_free (fs->exports);
  hvfs_contents_free (fs->contents);
  hvfs_config_free (fs->config); /* what it still fetches is told to kept */
  if (fs->content_flight != NULL)
    hvfs_flight_free (fs->content_flight);
  hvfs_streams_free (fs->streams);
  hvfs_desks_free (fs->desks);
  hvfs_reads_free (fs->reads);
  hvfs_drafts_free (fs->drafts);
  hvfs_packages_free (fs->packages);
  hvfs_vmx_sizes_free (fs->vmx_sizes);
  hvfs_inventory_free (fs->inventory);
  hvfs_networks_free (fs->networks);
  hvfs_facts_free (fs->facts);
  hvfs_volumes_free (fs->volumes);
  hvfs_alarms_free (fs->alarms);
  hvfs_screens_free (fs->screens);
  hvfs_numbers_free (fs->numbers);
  hvfs_kept_free (fs->kept);
  hvfs_notifier_free (fs->notifier);
  hvfs_questions_free (fs->questions);
  hvfs_tasks_free (fs->tasks); /* what interrupted writers began is cancelled first */
  hvfs_session_logout (fs->session);
  hvfs_quickstats_free (fs->quickstats);
  hvfs_perf_free (fs->perf);
  hvfs_follow_clear (fs);
  hvfs_dir_times_free (fs->dir_times);
  hvfs_mirror_free (fs->mirror);
  hvfs_connection_free (fs->connection);
  hvfs_session_free (fs->session);
  hvfs_failures_free (fs->failures);
  hvfs_journals_free (fs->journals);
  hvfs_migrations_free (fs->migrations);
  hvfs_vcenter_free (fs->vcenter);
  hvfs_stats_free (fs->stats);
  hvfs_uri_unref (fs->uri);
}

/* ---- mounting ---- */

static struct fuse_session *
new_session (HvfsFs *fs, HvfsOptions *options, GError **error)
{
  /* As it was given: mount(8) compares the first field of fstab's line with it.  It holds no
   * password: such a URI is refused. */
  g_autofree char *fsname = g_strconcat ("fsname=", options->source, NULL);
  g_autofree char *max_read
    = fs->max_read == 0 ? NULL : g_strdup_printf ("max_read=%u", fs->max_read);
  char *opts = NULL;
  struct fuse_session *session = NULL;

  if (fuse_opt_add_opt (&opts, "subtype=hvfs,default_permissions") == 0
      && fuse_opt_add_opt_escaped (&opts, fsname) == 0
      && (max_read == NULL || fuse_opt_add_opt (&opts, max_read) == 0)
      && fuse_opt_add_arg (&options->fuse, "-o") == 0
      && fuse_opt_add_arg (&options->fuse, opts) == 0)
    session = fuse_session_new (&options->fuse, &hvfs_ops, sizeof hvfs_ops, fs);
  free (opts);
  if (session == NULL)
    g_set_error (error, HVFS_ERROR, EINVAL, "bad mount options: %s", hvfs_log_last_of_fuse ());
  return session;
}

/* ---- the daemon ---- */

/* Tells who waits: 0, it is mounted; else the errno why it is not.  Once. */
static void
tell_parent (int *ready_fd, int code)
{
  guint8 byte = (guint8) code;

  if (*ready_fd < 0)
    return;
  if (write (*ready_fd, &byte, 1) != 1)
    g_warning ("the parent did not wait");
  close (*ready_fd);
  *ready_fd = -1;
}

/* Leaves the terminal. */
static void
go_to_background (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  setsid ();
  if (chdir ("/") != 0)
    g_warning ("cannot go to /: %s", g_strerror (errno));
  hvfs_log_to_syslog ();
  for (int fd = 0; null >= 0 && fd <= 2; fd++)
    dup2 (null, fd);
  if (null >= 0)
    close (null);
}

/* @pid: of the process that serves, where it is not the one that was started, which alone
 * the service manager listens to; else 0 */
static void
tell_ready (const char *mountpoint, pid_t pid)
{
  g_autofree char *where = hvfs_service_dup_value (mountpoint);
  g_autofree char *main_pid = pid != 0 ? g_strdup_printf ("MAINPID=%d\n", (int) pid) : g_strdup ("");

  hvfs_service_tell ("%sREADY=1\nSTATUS=mounted at %s", main_pid, where);
}

/* SIGHUP: the administrator has changed something, a password perhaps. */
static void
try_again (gpointer data)
{
  HvfsFs *fs = data;

  hvfs_connection_hurry (fs->connection);
  hvfs_vcenter_hurry (fs->vcenter);
}

/* In the foreground of a terminal, its end is ours. */
static gboolean
is_on_terminal (void)
{
  return isatty (STDIN_FILENO) || isatty (STDERR_FILENO);
}

/* Until an unmount, or @cancellable.  At its end the notifier may wait in the kernel for
 * requests, which therefore are answered until it has ended; and for jobs, which therefore
 * do not wait any more. */
static gboolean
loop (HvfsFs *fs, struct fuse_session *session, GCancellable *cancellable, GError **error)
{
  HvfsLoop *loop = hvfs_loop_new (
    session, fs->stats, fs->transfers != NULL ? hvfs_transfers_get_way (fs->transfers) : NULL);
  HvfsServiceWatch *watch;
  gboolean ok;

  fs->jobs = hvfs_jobs_new ();
  hvfs_notifier_start (fs->notifier, session);
  hvfs_updater_start (fs->updater);
  if (fs->transfers != NULL)
    hvfs_leftover_remove_old (fs);
  watch = hvfs_service_watch_new (fs->mountpoint);
  hvfs_loop_run (loop, cancellable);
  hvfs_service_watch_free (watch);
  hvfs_jobs_cancel (fs->jobs);
  hvfs_streams_end (fs->streams);
  hvfs_notifier_stop (fs->notifier);
  ok = hvfs_loop_stop (loop, error);
  hvfs_loop_free (loop);
  hvfs_jobs_free (g_steal_pointer (&fs->jobs));
  return ok;
}

static gboolean
is_foreground (const HvfsOptions *options)
{
  return options->foreground || options->debug;
}

/* All but the parent's waiting.  @ready_fd: -1 where there is none. */
static gboolean
serve (HvfsFs *fs, HvfsOptions *options, const char *mountpoint, int *ready_fd,
       GCancellable *cancellable, HvfsInterrupt *interrupt, GError **error)
{
  struct fuse_session *session;
  gboolean ok = FALSE;

  if (!hvfs_updater_fill (fs->updater, cancellable, error))
    return FALSE;
  fs->mounted_us = g_get_real_time ();
  session = new_session (fs, options, error);
  if (session == NULL)
    return FALSE;
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
  else if (hvfs_mountpoint_mount (session, mountpoint, error))
    {
      if (!is_foreground (options))
        go_to_background ();
      if (!is_on_terminal ())
        hvfs_interrupt_set_hup (interrupt, try_again, fs);
      if (is_foreground (options))
        tell_ready (fs->mountpoint, 0);
      tell_parent (ready_fd, 0);
      ok = loop (fs, session, cancellable, error);
      if (!is_on_terminal ())
        hvfs_interrupt_set_hup (interrupt, NULL, NULL);
      hvfs_service_tell ("STOPPING=1\nSTATUS=logging out");
      fuse_session_unmount (session);
    }
  fuse_session_destroy (session);
  return ok;
}

static int
run (const Login *login, HvfsOptions *options, int ready_fd)
{
  HvfsFs fs = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (HvfsInterrupt) interrupt = hvfs_interrupt_new (cancellable);
  int status = EXIT_SUCCESS;

  hvfs_memory_init ();
  hvfs_http_init ();
  xmlInitParser ();
  fs_init (&fs, login, options);
  fs.mountpoint = login->mountpoint;
  if (!serve (&fs, options, login->mountpoint, &ready_fd, cancellable, interrupt, &error))
    {
      status = hvfs_service_complain (error);
      tell_parent (&ready_fd, error->code);
    }
  fs_clear (&fs);
  xmlCleanupParser ();
  curl_global_cleanup ();
  return status;
}

/* The parent's part: it ends as soon as the child is ready, or with it.  @mountpoint: NULL: the
 * child has told the service manager. */
static int
await_child (pid_t child, int ready_fd, const char *mountpoint)
{
  char byte = 0;
  int status;
  gssize n;

  do
    n = read (ready_fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  if (n == 1 && byte == 0)
    {
      if (mountpoint != NULL)
        tell_ready (mountpoint, child);
      return EXIT_SUCCESS;
    }
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  return WIFEXITED (status) && WEXITSTATUS (status) != 0 ? WEXITSTATUS (status) : EXIT_FAILURE;
}

/* For the vCenter that the URI of a host names, if it does.  Without a terminal what is
 * missing may be in a file when it is needed, and is no error before.  FALSE on error. */
static gboolean
find_for_vcenter (const HvfsUri *uri, const HvfsOptions *options, HvfsCredentials **ret,
                  GError **error)
{
  gboolean terminal = isatty (STDIN_FILENO);
  g_autoptr (HvfsUri) vcenter = NULL;

  if (uri->vcenter == NULL || strcmp (uri->vcenter, "*") == 0 || uri->type == HVFS_URI_VPX)
    return TRUE;
  vcenter = hvfs_uri_new_vcenter (uri, uri->vcenter, error);
  if (vcenter == NULL)
    return FALSE;
  if (!terminal && options->vcenter_username == NULL && options->vcenter_password_file == NULL)
    error = NULL;
  *ret = hvfs_credentials_find_vcenter (vcenter, options->vcenter_username,
                                        options->vcenter_password_file, terminal, error);
  return *ret != NULL || error == NULL;
}

/* The terminal is asked before there are two processes that Ctrl-C would end, of which one
 * has to make it echo again. */
static gboolean
login_init (Login *login, const HvfsOptions *options, GError **error)
{
  *login = (Login){ .uri = hvfs_uri_parse (options->uri, error) };
  if (login->uri == NULL)
    return FALSE;
  login->uri->legacy_tls = options->legacy_tls;
  if (!hvfs_mountpoint_prepare (options->mountpoint, &login->mountpoint, error))
    return FALSE;
  login->credentials = hvfs_credentials_find (login->uri, options->username,
                                              options->password_file, isatty (STDIN_FILENO), error);
  return login->credentials != NULL
         && find_for_vcenter (login->uri, options, &login->of_vcenter, error);
}

static void
login_clear (Login *login)
{
  g_clear_pointer (&login->uri, hvfs_uri_unref);
  g_clear_pointer (&login->credentials, hvfs_credentials_unref);
  g_clear_pointer (&login->of_vcenter, hvfs_credentials_unref);
  g_free (login->mountpoint);
}

/* Returns: of the child, 0; of the parent, its PID and @ret_fd; -1 */
static pid_t
fork_child (int *ret_fd)
{
  int fds[2];
  pid_t child;

  if (pipe2 (fds, O_CLOEXEC) != 0 || (child = fork ()) < 0)
    {
      fprintf (stderr, "hvfs: cannot start: %s\n", g_strerror (errno));
      return -1;
    }
  close (fds[child == 0 ? 0 : 1]);
  *ret_fd = fds[child == 0 ? 1 : 0];
  return child;
}

static int
start (HvfsOptions *options)
{
  g_autoptr (GError) error = NULL;
  Login login;
  int fd = -1, status = EXIT_FAILURE;
  pid_t child = 0;

  if (!login_init (&login, options, &error))
    status = hvfs_service_complain (error);
  else
    {
      if (!is_foreground (options))
        child = fork_child (&fd);
      if (child == 0)
        status = run (&login, options, fd);
      else if (child > 0)
        status = await_child (child, fd, login.mountpoint);
    }
  login_clear (&login);
  return status;
}

/* One of those that hvfs_all_run () starts, in a process of its own. */
static int
start_one (HvfsOptions *options, int ready_fd)
{
  g_autoptr (GError) error = NULL;
  Login login;
  int status = EXIT_FAILURE;

  if (login_init (&login, options, &error))
    status = run (&login, options, ready_fd);
  else
    {
      status = hvfs_service_complain (error);
      tell_parent (&ready_fd, error->code);
    }
  login_clear (&login);
  return status;
}

static void
all_tried (gpointer data)
{
  int *ready_fd = data;

  if (*ready_fd < 0)
    return;
  go_to_background ();
  tell_parent (ready_fd, 0);
}

static int
start_all (const HvfsOptions *options, int argc, char **argv)
{
  pid_t child = 0;
  int fd = -1;

  if (!is_foreground (options))
    child = fork_child (&fd);
  if (child > 0)
    return await_child (child, fd, NULL);
  return child == 0 ? hvfs_all_run (argc, argv, start_one, all_tried, &fd) : EXIT_FAILURE;
}

/* The leak checker looks into it from a process of its own, which root's may always. */
#ifdef __SANITIZE_ADDRESS__
#define IS_WATCHED TRUE
#else
#define IS_WATCHED FALSE
#endif

/* As ssh-agent does: no core dumps, and no look into its memory by other processes of the
 * same user, for that holds a password and a session. */
static void
keep_to_itself (const HvfsOptions *options)
{
  if (!IS_WATCHED && !options->debug && prctl (PR_SET_DUMPABLE, 0) != 0)
    g_warning ("cannot forbid core dumps: %s", g_strerror (errno));
}

/* Who starts it without standard input or output must not have a socket, or the pipe to
 * the parent, in their place: what goes to the background closes those. */
static void
fill_standard_fds (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

/* Without this glibc gives nearly each thread a heap of its own, and each of them stays as large as
 * it once was.  Threads mostly wait here, so that two do. */
static void
share_heaps (void)
{
#ifdef M_ARENA_MAX
  mallopt (M_ARENA_MAX, 2);
#endif
}

int
main (int argc, char **argv)
{
  HvfsOptions options;
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;

  share_heaps ();
  fill_standard_fds ();
  signal (SIGPIPE, SIG_IGN);
  if (!hvfs_options_parse (&options, argc, argv, &error))
    status = hvfs_service_complain (error);
  else if (options.help)
    hvfs_options_print_help ();
  else if (options.version)
    printf ("hvfs %s\n", PACKAGE_VERSION);
  else
    {
      hvfs_log_init (options.debug);
      keep_to_itself (&options);
      status = options.all ? start_all (&options, argc, argv) : start (&options);
    }
  hvfs_options_clear (&options);
  return status;
}
