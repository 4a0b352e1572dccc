/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/screen.c - the files screenshot.png and console of a domain; see screen.h
 *
 * Each open file is made when it is first read: who archives a tree opens every file, and reads
 * none whose size is 0.
 */
#include "fs/attr/screen.h"

#include <string.h>

#include "backend/operation/screen.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/call.h"
#include "fs/tree/change.h"
#include "fs/tree/notify.h"

typedef GBytes *(*Make) (HvfsCall *call, guint32 serial, GError **error);

struct _HvfsScreens
{
  GMutex lock;
  GHashTable *read; /* lock: Made, those with bytes */
};

/* One open file. */
typedef struct
{
  guint64 ino;
  GBytes *bytes; /* screens->lock: nullable: nobody has read it yet */
} Made;

HvfsScreens *
hvfs_screens_new (void)
{
  HvfsScreens *screens = g_new0 (HvfsScreens, 1);

  g_mutex_init (&screens->lock);
  screens->read = g_hash_table_new (NULL, NULL);
  return screens;
}

void
hvfs_screens_free (HvfsScreens *screens)
{
  if (screens == NULL)
    return;
  g_hash_table_unref (screens->read);
  g_mutex_clear (&screens->lock);
  g_free (screens);
}

gboolean
hvfs_screen_is_read (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->screens->lock);
  guint64 ino = hvfs_node_ino (node);
  GHashTableIter iter;
  gpointer made;

  g_hash_table_iter_init (&iter, fs->screens->read);
  while (g_hash_table_iter_next (&iter, &made, NULL))
    if (((Made *) made)->ino == ino)
      return TRUE;
  return FALSE;
}

static gboolean
made_open (HvfsCall *call G_GNUC_UNUSED, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Made *made;

  if (!hvfs_call_only_reads (fi, error))
    return FALSE;
  made = g_new0 (Made, 1);
  made->ino = hvfs_node_ino (node);
  fi->fh = (uintptr_t) made;
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static void
made_close (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, guint64 fh)
{
  Made *made = (Made *) (uintptr_t) fh;

  g_mutex_lock (&fs->screens->lock);
  g_hash_table_remove (fs->screens->read, made);
  g_mutex_unlock (&fs->screens->lock);
  g_clear_pointer (&made->bytes, g_bytes_unref);
  g_free (made);
}

/* (transfer full) (nullable) */
static GBytes *
ref_made (HvfsFs *fs, Made *made)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->screens->lock);

  return made->bytes != NULL ? g_bytes_ref (made->bytes) : NULL;
}

/* Of two readers who come at once the first one's is kept.  The kernel may have kept that the file
 * is empty, as it is for all but its readers.  @bytes: (transfer full).  (transfer full) */
static GBytes *
keep_made (HvfsFs *fs, Made *made, GBytes *bytes)
{
  g_mutex_lock (&fs->screens->lock);
  if (g_hash_table_add (fs->screens->read, made))
    made->bytes = g_steal_pointer (&bytes);
  g_mutex_unlock (&fs->screens->lock);
  g_bytes_unref (bytes);
  hvfs_notifier_attributes (fs->notifier, made->ino);
  hvfs_notifier_flush (fs->notifier);
  return ref_made (fs, made);
}

static GBytes *
make_now (HvfsCall *call, HvfsNode node, Make make, Made *made, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GBytes *bytes;

  if (!hvfs_call_may_wait (call, error) || !hvfs_call_confirm (call, error))
    return NULL;
  bytes = make (call, node.a, &failure);
  if (bytes != NULL)
    return keep_made (call->fs, made, bytes);
  /* That it is off is no news. */
  if (failure->code != EBUSY && failure->code != EINTR)
    hvfs_change_remember (call->fs, hvfs_node_ino (node), node, NULL, failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static GBytes *
read_made (HvfsCall *call, HvfsNode node, Make make, struct fuse_file_info *fi, gsize size,
           goffset off, GError **error)
{
  Made *made = (Made *) (uintptr_t) fi->fh;
  g_autoptr (GBytes) bytes = ref_made (call->fs, made);

  if (bytes == NULL)
    bytes = make_now (call, node, make, made, error);
  return bytes == NULL ? NULL : hvfs_call_slice_text (bytes, size, off);
}

static gboolean
made_fstat (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, const struct fuse_file_info *fi,
            struct stat *st)
{
  g_autoptr (GBytes) bytes = ref_made (fs, (Made *) (uintptr_t) fi->fh);

  st->st_size = bytes != NULL ? (off_t) g_bytes_get_size (bytes) : 0;
  return TRUE;
}

/* ---- screenshot.png ---- */

static GBytes *
make_picture (HvfsCall *call, guint32 serial, GError **error)
{
  return hvfs_screen_capture (&call->fs->server, serial, call->cancellable, error);
}

static GBytes *
screenshot_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
                 GError **error)
{
  return read_made (call, node, make_picture, fi, size, off, error);
}

const HvfsFileOps hvfs_screenshot_ops
  = { .open = made_open, .read = screenshot_read, .close = made_close, .fstat = made_fstat,
      .setattr = hvfs_call_no_setattr };

/* ---- console ---- */

/* "vc:8443", as the user has named the server.  (transfer full) */
static char *
dup_authority (const HvfsUri *uri)
{
  g_autofree char *url = hvfs_uri_to_base_url (uri);

  return g_strdup (strstr (url, "://") + strlen ("://"));
}

/* For VMware's Remote Console: by a ticket of a vCenter, by the user's name on a host. */
static gboolean
append_vmrc (HvfsCall *call, const char *moref, GString *out, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *authority = dup_authority (fs->uri), *who = NULL, *escaped = NULL;

  if (fs->uri->type == HVFS_URI_VPX)
    {
      g_autofree char *ticket
        = hvfs_screen_session_ticket (&fs->server, call->cancellable, error);

      if (ticket == NULL)
        return FALSE;
      who = g_strconcat ("clone:", ticket, NULL);
    }
  else
    {
      g_autofree char *user = hvfs_session_dup_user (fs->session);

      escaped = g_uri_escape_string (user != NULL ? user : "", NULL, FALSE);
      who = g_steal_pointer (&escaped);
    }
  g_string_append_printf (out, "vmrc://%s@%s/?moid=%s\n", who, authority, moref);
  return TRUE;
}

static GBytes *
make_console (HvfsCall *call, guint32 serial, GError **error)
{
  HvfsFs *fs = call->fs;
  g_autofree char *moref = hvfs_operation_dup_moref (&fs->server, serial, error), *socket = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (moref == NULL || !append_vmrc (call, moref, out, error))
    return NULL;
  if (hvfs_screen_has_socket (&fs->server, serial))
    {
      socket = hvfs_screen_socket_url (&fs->server, serial, fs->uri->host, call->cancellable, error);
      if (socket == NULL)
        return NULL;
      g_string_append_printf (out, "%s\n", socket);
    }
  return g_string_free_to_bytes (g_steal_pointer (&out));
}

static GBytes *
console_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
              GError **error)
{
  return read_made (call, node, make_console, fi, size, off, error);
}

const HvfsFileOps hvfs_console_ops
  = { .open = made_open, .read = console_read, .close = made_close, .fstat = made_fstat,
      .setattr = hvfs_call_no_setattr };
