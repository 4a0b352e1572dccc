/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-hvfs.c - the directory .hvfs: the mount about itself
 *
 * Exists so that a script can see whether the mount is alive, what it cost and
 * what failed, also while the server is away.
 */
#include "config.h"

#include "fs/attr/journal.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/request/failure.h"

/* (transfer full): "" for 0 */
static char *
format_time (gint64 us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (us / G_TIME_SPAN_SECOND);

  return us == 0 ? g_strdup ("") : g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

/* (transfer full): with commas between */
static char *
join (GPtrArray *strings)
{
  GString *all = g_string_new (NULL);

  for (guint i = 0; i < strings->len; i++)
    g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", (const char *) strings->pdata[i]);
  return g_string_free (all, FALSE);
}

static gboolean
status_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  g_autofree char *reason = NULL, *server = hvfs_uri_to_base_url (fs->uri);
  g_autofree char *api = hvfs_session_dup_api_version (fs->session);
  g_autofree char *user = hvfs_session_dup_user (fs->session);
  gint64 since_us = 0;
  gboolean up = hvfs_mirror_is_up (fs->mirror, &reason, &since_us);
  g_autofree char *since = format_time (since_us);
  g_autoptr (GPtrArray) left_out = hvfs_session_dup_left_out (fs->session);
  g_autofree char *names = join (left_out);
  g_autofree char *next_login = format_time (hvfs_session_next_login_us (fs->session));

  hvfs_show_text (out, "state", up ? "connected" : "lost");
  hvfs_show_text (out, "reason", up ? "" : reason);
  hvfs_show_text (out, "server", server);
  hvfs_show_text (out, "api", api != NULL ? api : "");
  hvfs_show_text (out, "user", user != NULL ? user : "");
  hvfs_show_text (out, "since", since);
  hvfs_show_text (out, "next-login", next_login);
  hvfs_show_text (out, "left-out", names);
  return TRUE;
}

static gboolean
status_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  gint64 since_us;

  hvfs_mirror_is_up (fs->mirror, NULL, &since_us);
  st->st_mtim = hvfs_timespec (since_us);
  return TRUE;
}

/* Its time is that of the mount: counters change all the time, and what has the time of
 * the look is never the same to tar and rsync. */
static gboolean
stats_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  hvfs_stats_print (fs->stats, out);
  for (HvfsKind kind = 0; kind < HVFS_N_KINDS; kind++)
    if (kind != HVFS_KIND_TASK)
      {
        g_autofree char *key = g_strdup_printf ("objects.%s", hvfs_kind_type (kind));
        hvfs_show_int (out, key, hvfs_mirror_n_objects (fs->mirror, kind));
      }
  return TRUE;
}

static gboolean
errors_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  hvfs_failures_print (fs->failures, out);
  return TRUE;
}

static gboolean
errors_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st)
{
  gint64 changed_us = hvfs_failures_get_changed_us (fs->failures);

  if (changed_us > 0)
    st->st_mtim = hvfs_timespec (changed_us);
  hvfs_journal_stat (fs, node, st);
  return TRUE;
}

static gboolean
version_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  g_string_append (out, PACKAGE_VERSION "\n");
  return TRUE;
}

HvfsRow hvfs_self_table[] = {
  { .name = "status", .mode = S_IFREG | 0444, .show = status_show, .stat = status_stat,
    .is_volatile = hvfs_row_always, .flags = HVFS_ROW_LOCAL },
  { .name = "stats", .mode = S_IFREG | 0444, .show = stats_show,
    .is_volatile = hvfs_row_always, .flags = HVFS_ROW_LOCAL },
  { .name = "errors", .mode = S_IFREG | 0444, .show = errors_show, .stat = errors_stat,
    .file_ops = &hvfs_journal_ops, .is_volatile = hvfs_row_always, .flags = HVFS_ROW_LOCAL },
  { .name = "version", .mode = S_IFREG | 0444, .show = version_show, .flags = HVFS_ROW_LOCAL },
  { NULL }
};
