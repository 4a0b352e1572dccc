/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/upload.c - a file of a datastore that is being written; see upload.h */
#include "fs/content/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-file.h"
#include "backend/operation/datastore-reader.h"
#include "convert/error.h"
#include "fs/tree/change.h"

#define PIECE (1024 * 1024)
/* A host may write for long before it says that it has all. */
#define ANSWER_S 300

struct _HvfsUpload
{
  HvfsFs *fs;
  guint32 number;
  pid_t process;
  GMutex lock;        /* held while the local file and the server's are worked on */
  int fd;
  gboolean is_new;    /* lock: the server has none yet */
  gboolean loaded;    /* lock: fd has all of it */
  gboolean dirty;     /* lock */
  gboolean aborted;   /* lock */
  gint64 size;        /* atomic: of fd, once it is loaded; else -1 */
};

static gboolean
set_errno (const char *what, GError **error)
{
  int code = errno;

  g_set_error (error, HVFS_ERROR, code, "%s: %s", what, g_strerror (code));
  return FALSE;
}

static void
set_size (HvfsUpload *upload, gint64 size)
{
  __atomic_store_n (&upload->size, size, __ATOMIC_RELAXED);
  if (upload->is_new)
    hvfs_contents_set_size (upload->fs->contents, upload->number, size);
}

gint64
hvfs_upload_get_size (HvfsUpload *upload)
{
  return __atomic_load_n (&upload->size, __ATOMIC_RELAXED);
}

pid_t
hvfs_upload_get_process (HvfsUpload *upload)
{
  return upload->process;
}

/* A file without a name, also where the file system has none by itself. */
static int
open_nameless (const char *dir)
{
  int fd = open (dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  g_autofree char *name = NULL;

  if (fd >= 0 || (errno != ENOTSUP && errno != EISDIR))
    return fd;
  name = g_build_filename (dir, "hvfs-XXXXXX", NULL);
  fd = g_mkstemp_full (name, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (name);
  return fd;
}

HvfsUpload *
hvfs_upload_new (HvfsFs *fs, guint32 number, gboolean is_new, pid_t process, GError **error)
{
  int fd = open_nameless (fs->spool);
  HvfsUpload *upload;

  if (fd < 0)
    {
      set_errno (fs->spool, error);
      return NULL;
    }
  upload = g_new0 (HvfsUpload, 1);
  *upload = (HvfsUpload){ .fs = fs, .number = number, .process = process, .fd = fd,
                          .is_new = is_new, .loaded = is_new, .dirty = is_new,
                          .size = is_new ? 0 : -1 };
  g_mutex_init (&upload->lock);
  return upload;
}

/* The directory that it is in.  FALSE: the file is gone. */
static gboolean
find_dir (HvfsUpload *upload, guint32 *ret_dir, HvfsContent *ret_content)
{
  HvfsContents *contents = upload->fs->contents;

  return hvfs_contents_get (contents, upload->number, ret_content)
         && hvfs_contents_get_parent (contents, upload->number, ret_dir);
}

/* What nobody has but this mount is gone with its writer. */
static void
drop_new (HvfsUpload *upload)
{
  g_autofree char *path = hvfs_contents_dup_path (upload->fs->contents, upload->number);
  const char *name = path == NULL ? NULL : strrchr (path, '/');
  HvfsContent content;
  guint32 dir;

  if (!upload->is_new || path == NULL || !find_dir (upload, &dir, &content))
    return;
  name = name != NULL ? name + 1 : path;
  hvfs_contents_remove (upload->fs->contents, dir, content.store, name);
  hvfs_change_name (upload->fs, hvfs_content_dir_ino (dir, content.store), name);
}

void
hvfs_upload_free (HvfsUpload *upload)
{
  drop_new (upload);
  close (upload->fd);
  g_mutex_clear (&upload->lock);
  g_free (upload);
}

void
hvfs_upload_abort (HvfsUpload *upload)
{
  g_mutex_lock (&upload->lock);
  upload->aborted = TRUE;
  drop_new (upload);
  g_mutex_unlock (&upload->lock);
}

/* ---- the local file ---- */

static gboolean
write_all (int fd, const char *data, gsize size, goffset off, GError **error)
{
  while (size > 0)
    {
      gssize n = pwrite (fd, data, size, off);

      if (n < 0 && errno != EINTR)
        return set_errno ("the file on the local disk", error);
      if (n > 0)
        {
          data += n;
          size -= (gsize) n;
          off += n;
        }
    }
  return TRUE;
}

/* @ret_place: (transfer full).  @error: ESTALE */
static gboolean
locate (HvfsUpload *upload, char **ret_path, HvfsDatastorePlace **ret_place, guint32 *ret_store,
        GError **error)
{
  HvfsContent content;

  *ret_path = hvfs_contents_dup_path (upload->fs->contents, upload->number);
  *ret_place = NULL;
  if (*ret_path != NULL && hvfs_contents_get (upload->fs->contents, upload->number, &content))
    {
      *ret_store = content.store;
      *ret_place = hvfs_datastore_place_new (upload->fs->mirror, content.store, error);
      return *ret_place != NULL;
    }
  g_set_error (error, HVFS_ERROR, ESTALE, "the file is no longer on the datastore");
  return FALSE;
}

/* What is changed in an existing file is changed in a copy of it. */
static gboolean
load_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;
  HvfsDatastorePlace *place = NULL;
  HvfsReader *reader;
  goffset off = 0;
  gboolean more = TRUE;
  guint32 store;

  if (upload->loaded)
    return TRUE;
  if (!locate (upload, &path, &place, &store, error))
    return FALSE;
  reader = hvfs_reader_new (upload->fs->transfers, place, path);
  while (more)
    {
      g_autoptr (GBytes) piece = hvfs_reader_read (reader, off, PIECE, -1, cancellable, error);
      gsize len;
      const char *data = piece == NULL ? NULL : g_bytes_get_data (piece, &len);

      more = piece != NULL && len > 0 && write_all (upload->fd, data, len, off, error);
      if (piece != NULL && len == 0)
        upload->loaded = TRUE;
      else if (more)
        off += (goffset) len;
    }
  hvfs_reader_close (reader);
  if (upload->loaded)
    set_size (upload, off);
  return upload->loaded;
}

static gboolean
begin_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  if (!upload->aborted)
    return load_locked (upload, cancellable, error);
  g_set_error (error, HVFS_ERROR, EIO, "the file could not be stored, and was given up");
  return FALSE;
}

GBytes *
hvfs_upload_read (HvfsUpload *upload, goffset off, gsize size, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);
  g_autofree char *data = NULL;
  gssize n;

  if (!begin_locked (upload, cancellable, error))
    return NULL;
  data = g_malloc (size);
  n = pread (upload->fd, data, size, off);
  if (n >= 0)
    return g_bytes_new_take (g_steal_pointer (&data), (gsize) n);
  set_errno ("the file on the local disk", error);
  return NULL;
}

gboolean
hvfs_upload_write (HvfsUpload *upload, const char *data, gsize size, goffset off,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);

  if (!begin_locked (upload, cancellable, error)
      || !write_all (upload->fd, data, size, off, error))
    return FALSE;
  upload->dirty = TRUE;
  set_size (upload, MAX (hvfs_upload_get_size (upload), off + (gint64) size));
  return TRUE;
}

gboolean
hvfs_upload_resize (HvfsUpload *upload, gint64 size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);

  if (size == 0)
    upload->loaded = TRUE; /* nothing of it is wanted */
  if (!begin_locked (upload, cancellable, error))
    return FALSE;
  if (ftruncate (upload->fd, size) != 0)
    return set_errno ("the file on the local disk", error);
  upload->dirty = TRUE;
  set_size (upload, size);
  return TRUE;
}

/* ---- up ---- */

static gssize
give (char *buffer, gsize size, gsize off, gpointer user_data, GError **error)
{
  const HvfsUpload *upload = user_data;
  gssize n;

  do
    n = pread (upload->fd, buffer, size, (goffset) off);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    return n;
  errno = n == 0 ? EIO : errno;
  set_errno ("the file on the local disk", error);
  return -1;
}

/* In the directory of @path, so that to rename it is no copy.  (transfer full) */
static char *
temporary_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return g_strdup_printf ("%.*s.hvfs-%08x%08x.part", slash == NULL ? 0 : (int) (slash + 1 - path),
                          path, g_random_int (), g_random_int ());
}

/* What did not become a file is cleared away, also for who was interrupted. */
static void
clear_away (HvfsFs *fs, const HvfsDatastorePath *part)
{
  g_autoptr (GError) error = NULL;

  if (!hvfs_datastore_delete (&fs->server, part, FALSE, NULL, &error) && error->code != ENOENT)
    g_message ("[%s] %s: a part of a file is left there: %s", part->place->name, part->path,
               error->message);
}

static gboolean
send_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  HvfsFs *fs = upload->fs;
  g_autofree char *path = NULL, *temporary = NULL;
  g_autoptr (HvfsDatastorePlace) place = NULL;
  guint32 store;
  HvfsDatastorePath part, whole;
  HvfsDatastoreFile file;

  if (!locate (upload, &path, &place, &store, error))
    return FALSE;
  temporary = temporary_name (path);
  part = (HvfsDatastorePath){ store, place, temporary };
  whole = (HvfsDatastorePath){ store, place, path };
  file = (HvfsDatastoreFile){ place, temporary, -1, ANSWER_S };
  if (hvfs_datastore_file_write (fs->server.session, &file, give, upload,
                                 (guint64) hvfs_upload_get_size (upload), cancellable, error)
      && hvfs_datastore_move (&fs->server, &part, &whole, FALSE, !upload->is_new, cancellable,
                              error))
    return TRUE;
  clear_away (fs, &part);
  return FALSE;
}

gboolean
hvfs_upload_commit (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);
  HvfsContent content;
  guint32 dir;

  if (!upload->dirty || upload->aborted)
    return TRUE;
  /* Nobody can find it any more. */
  if (!find_dir (upload, &dir, &content))
    {
      upload->dirty = FALSE;
      return TRUE;
    }
  if (!send_locked (upload, cancellable, error))
    {
      upload->aborted = TRUE;
      return FALSE;
    }
  upload->dirty = upload->is_new = FALSE;
  hvfs_contents_stored (upload->fs->contents, upload->number, hvfs_upload_get_size (upload));
  return TRUE;
}
