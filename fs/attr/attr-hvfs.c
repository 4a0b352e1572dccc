/* fs/attr/attr-hvfs.c - the directory .hvfs: the mount about itself
 *
 * Exists so that a script can see whether the mount is alive, what it cost and
 * what failed, also while the server is away.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "convert/error.h"
#include "fs/attr/tables.h"
#include "fs/fs.h"
#include "fs/request/failure.h"
#include "fs/row/call.h"
#include "fs/row/node.h"

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
status_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error)
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
stats_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error)
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
errors_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error)
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
  return TRUE;
}

/* ---- a list that grows, as tail -f reads it ---- */

typedef struct
{
  GMutex lock;
  GBytes *text; /* lock: what was last read of it */
} Grown;

static gboolean
grown_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Grown *grown;
  GBytes *text;

  if ((fi->flags & O_ACCMODE) != O_RDONLY)
    {
      g_set_error (error, HVFS_ERROR, EACCES, "it is only read");
      return FALSE;
    }
  text = hvfs_node_render (call->fs, hvfs_node_ino (node), error);
  if (text == NULL)
    return FALSE;
  grown = g_new0 (Grown, 1);
  g_mutex_init (&grown->lock);
  grown->text = text;
  fi->fh = (uintptr_t) grown;
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static gboolean
begins_with (GBytes *text, GBytes *beginning)
{
  gsize size, length;
  const char *data = g_bytes_get_data (text, &size), *wanted = g_bytes_get_data (beginning, &length);

  return length == 0 || (length <= size && memcmp (data, wanted, length) == 0);
}

/* Who has read all of it gets what was added since, if it was only added to; who begins
 * again, what is there now. */
static GBytes *
grown_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
            GError **error)
{
  Grown *grown = (Grown *) (uintptr_t) fi->fh;
  g_autoptr (GBytes) now = hvfs_node_render (call->fs, hvfs_node_ino (node), error);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&grown->lock);
  gconstpointer data;
  gsize length;

  if (now == NULL)
    return NULL;
  if (off == 0 || ((gsize) off >= g_bytes_get_size (grown->text) && begins_with (now, grown->text)))
    {
      g_bytes_unref (grown->text);
      grown->text = g_steal_pointer (&now);
    }
  data = g_bytes_get_data (grown->text, &length);
  return hvfs_call_slice (data, length, size, off);
}

static void
grown_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  Grown *grown = (Grown *) (uintptr_t) fh;

  g_bytes_unref (grown->text);
  g_mutex_clear (&grown->lock);
  g_free (grown);
}

static gboolean
grown_setattr (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const struct stat *st,
               int to_set, GError **error)
{
  g_set_error (error, HVFS_ERROR, EPERM, "it is only read");
  return FALSE;
}

static const HvfsFileOps grown_ops = {
  .open = grown_open, .read = grown_read, .close = grown_close, .setattr = grown_setattr,
};

static gboolean
version_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error)
{
  g_string_append (out, PACKAGE_VERSION "\n");
  return TRUE;
}

HvfsRow hvfs_self_table[] = {
  { .name = "status", .mode = S_IFREG | 0444, .show = status_show, .stat = status_stat,
    .flags = HVFS_ROW_VOLATILE | HVFS_ROW_LOCAL },
  { .name = "stats", .mode = S_IFREG | 0444, .show = stats_show,
    .flags = HVFS_ROW_VOLATILE | HVFS_ROW_LOCAL },
  { .name = "errors", .mode = S_IFREG | 0444, .show = errors_show, .stat = errors_stat,
    .file_ops = &grown_ops, .flags = HVFS_ROW_VOLATILE | HVFS_ROW_LOCAL },
  { .name = "version", .mode = S_IFREG | 0444, .show = version_show, .flags = HVFS_ROW_LOCAL },
  { NULL }
};
