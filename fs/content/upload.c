/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/upload.c - a file of a datastore that is being written; see upload.h */
#include "fs/content/upload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-file.h"
#include "backend/operation/datastore-reader.h"
#include "backend/operation/datastore-writer.h"
#include "convert/error.h"
#include "fs/content/leftover.h"
#include "fs/content/volumes.h"
#include "fs/request/spool.h"
#include "fs/tree/change.h"

#define PIECE (1024 * 1024)
/* From so many bytes on a file goes up while it is written. */
#define STREAM_BYTES (4 * 1024 * 1024)

/* Who wants a copy of all of a file asks for so much at once, or for all. */
#define COPY_BYTES (1024 * 1024 * 1024)

/* A temporary name. */
typedef struct
{
  char *path;
  HvfsLeftoverNote *note; /* nullable: that something is on its way there */
} Part;

/* What goes up, or what the server copies. */
typedef struct
{
  HvfsFs *fs;
  HvfsWriter *writer;   /* NULL: it is a copy, all there */
  guint32 source;       /* of the copy */
  goffset copied;       /* so much of it was asked for so far */
  gboolean is_disk;     /* it has an extent */
  gboolean is_open;     /* the server may yet make the copy */
  HvfsDatastorePlace *place;
  char *path;           /* what it will be */
  GPtrArray *parts;     /* of Part, the last one the present; the writer's until that is done */
  guint32 store;
  gint64 len;           /* -1: not known when it began */
} Stream;

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
  goffset in_order;   /* lock: so much was written from the first byte on */
  goffset end;        /* lock: of what has content in fd */
  Stream *stream;     /* lock: nullable: then fd has only the first bytes */
  gint64 size;        /* atomic: once it is loaded; else -1 */
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

HvfsUpload *
hvfs_upload_new (HvfsFs *fs, guint32 number, gboolean is_new, pid_t process, GError **error)
{
  int fd = hvfs_spool_open (fs->spool, error);
  HvfsUpload *upload;

  if (fd < 0)
    return NULL;
  if (!is_new)
    hvfs_contents_set_time (fs->contents, number, 0);
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

/* ---- the local file ---- */

static gboolean
write_all (int fd, const char *data, gsize size, goffset off, GError **error)
{
  return hvfs_spool_write (fd, data, size, off) || set_errno ("the file on the local disk", error);
}

/* Where the file @number is.  @ret_path, @ret_place: (transfer full).  FALSE: @error: ESTALE */
static gboolean
locate (HvfsFs *fs, guint32 number, HvfsContent *ret, char **ret_path,
        HvfsDatastorePlace **ret_place, GError **error)
{
  *ret_place = NULL;
  if (hvfs_contents_locate (fs->contents, number, ret, ret_path, error))
    *ret_place = hvfs_datastore_place_new (fs->mirror, ret->store, error);
  return *ret_place != NULL;
}

/* Copies what @reader has, and closes it.  Returns: how much; -1: @error */
static goffset
fetch (HvfsUpload *upload, HvfsReader *reader, GCancellable *cancellable, GError **error)
{
  goffset off = 0;
  gboolean whole = FALSE;
  gboolean more
    = ftruncate (upload->fd, 0) == 0 || set_errno ("the file on the local disk", error);

  while (more)
    {
      g_autoptr (GBytes) piece = hvfs_reader_read (reader, off, PIECE, -1, cancellable, error);
      gsize len;
      const char *data = piece == NULL ? NULL : g_bytes_get_data (piece, &len);

      whole = piece != NULL && len == 0;
      more = piece != NULL && len > 0 && write_all (upload->fd, data, len, off, error);
      if (more)
        off += (goffset) len;
    }
  hvfs_reader_close (reader);
  return whole ? off : -1;
}

/* What is changed in an existing file is changed in a copy of it. */
static gboolean
load_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  g_autofree char *path = NULL;
  HvfsDatastorePlace *place = NULL;
  goffset size;
  HvfsContent content;

  if (upload->loaded)
    return TRUE;
  if (!locate (upload->fs, upload->number, &content, &path, &place, error))
    return FALSE;
  size = fetch (upload, hvfs_reader_new (upload->fs->transfers, place, path), cancellable, error);
  if (size < 0)
    return FALSE;
  upload->loaded = TRUE;
  upload->end = size;
  set_size (upload, size);
  return TRUE;
}

/* ---- up ---- */

/* Another temporary name, in the same directory, so that to rename it is no copy. */
static const char *
add_part (gpointer data)
{
  Stream *stream = data;
  Part *part = g_new (Part, 1);

  part->path = hvfs_datastore_part_path (stream->path, stream->is_disk);
  part->note = hvfs_leftover_note (stream->fs, stream->place, part->path, stream->is_disk);
  g_ptr_array_add (stream->parts, part);
  return part->path;
}

/* (transfer none), until the stream ends */
static HvfsDatastorePath
path_of (const Stream *stream, const Part *part)
{
  return (HvfsDatastorePath){ stream->store, stream->place, part->path, stream->is_disk };
}

static HvfsDatastorePath
present_part (const Stream *stream)
{
  return path_of (stream, stream->parts->pdata[stream->parts->len - 1]);
}

/* @place, @path: (transfer full) */
static Stream *
stream_new (HvfsFs *fs, guint32 store, HvfsDatastorePlace *place, char *path, gint64 len)
{
  Stream *stream = g_new (Stream, 1);

  *stream = (Stream){ .fs = fs, .store = store, .place = place, .path = path, .len = len,
                      .parts = g_ptr_array_new () };
  return stream;
}

static goffset
end_of (const Stream *stream)
{
  return stream->writer != NULL ? hvfs_writer_get_end (stream->writer) : stream->copied;
}

/* @ready: the first bytes, which are in the local file; @len: of all, or -1 */
static gboolean
begin_stream_locked (HvfsUpload *upload, goffset ready, gint64 len, GError **error)
{
  HvfsDatastorePlace *place = NULL;
  char *path = NULL;
  Stream *stream;
  HvfsContent content;

  if (!locate (upload->fs, upload->number, &content, &path, &place, error))
    {
      g_free (path);
      return FALSE;
    }
  stream = upload->stream = stream_new (upload->fs, content.store, place, path, len);
  stream->writer = hvfs_writer_new (upload->fs->transfers, hvfs_datastore_place_copy (place),
                                    add_part, stream, upload->fd, ready, len);
  return TRUE;
}

/* @is_there: under its last temporary name, where nobody wants it */
static void
end_stream_locked (HvfsUpload *upload, gboolean is_there)
{
  g_autofree Stream *stream = g_steal_pointer (&upload->stream);
  gboolean is_open;

  if (stream == NULL)
    return;
  is_open = hvfs_writer_free (stream->writer) || stream->is_open;
  for (guint i = 0; i < stream->parts->len; i++)
    {
      g_autofree Part *part = stream->parts->pdata[i];
      const HvfsDatastorePath path = path_of (stream, part);
      gboolean is_last = i + 1 == stream->parts->len;

      if (is_last && !is_there)
        hvfs_leftover_note_free (part->note, TRUE);
      else
        hvfs_leftover_remove (stream->fs, &path, !is_last || is_open, part->note);
      g_free (part->path);
    }
  g_ptr_array_unref (stream->parts);
  hvfs_datastore_place_free (stream->place);
  g_free (stream->path);
}

/* Zeros up to @end: a file has them where nothing was written. */
static gboolean
fill_locked (HvfsUpload *upload, goffset end, GCancellable *cancellable, GError **error)
{
  static const char zeros[64 * 1024];
  HvfsWriter *writer = upload->stream->writer;
  gboolean ok = TRUE;

  while (ok && hvfs_writer_get_end (writer) < end)
    ok = hvfs_writer_write (writer, zeros,
                            (gsize) MIN ((goffset) sizeof zeros, end - hvfs_writer_get_end (writer)),
                            cancellable, error);
  return ok;
}

/* What was sent in chunks is as long as was sent, or the server took them for something else. */
static gboolean
check_size_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  const Stream *stream = upload->stream;
  const char *path = present_part (stream).path;
  const HvfsDatastoreFile file = { stream->place, path, -1, 0, NULL };
  gint64 end = hvfs_writer_get_end (stream->writer), size;
  GError *failure = NULL;

  size = hvfs_datastore_file_size (upload->fs->server.session, &file, cancellable, &failure);
  if (size == end)
    return TRUE;
  if (failure != NULL)
    g_propagate_error (error, failure);
  else
    {
      hvfs_transfers_take_no_chunks (upload->fs->transfers);
      g_set_error (error, HVFS_ERROR, EIO, "[%s] %s: the server has %" G_GINT64_FORMAT " bytes of %"
                   G_GINT64_FORMAT, stream->place->name, path, size, end);
    }
  return FALSE;
}

/* All of it is on the server. */
static gboolean
finish_stream_locked (HvfsUpload *upload, goffset end, GCancellable *cancellable, GError **error)
{
  const Stream *stream = upload->stream;

  return fill_locked (upload, end, cancellable, error)
         && hvfs_writer_end (stream->writer, cancellable, error)
         && (stream->len >= 0 || check_size_locked (upload, cancellable, error));
}

/* What goes up is in the local file again: from here, or else from the server.
 * FALSE: @error, and it is lost */
static gboolean
take_back_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  const Stream *stream = upload->stream;
  goffset end = end_of (stream);
  gint64 size = hvfs_upload_get_size (upload);
  HvfsReader *reader;

  if (stream->is_disk)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "a disk that is being copied cannot be changed");
      return FALSE;
    }
  if (stream->writer == NULL || !hvfs_writer_rescue (stream->writer))
    {
      if (stream->writer != NULL
          && !finish_stream_locked (upload, MAX (stream->len, end), cancellable, error))
        return FALSE;
      reader = hvfs_reader_new (upload->fs->transfers, hvfs_datastore_place_copy (stream->place),
                                present_part (stream).path);
      if (fetch (upload, reader, cancellable, error) < 0)
        return FALSE;
    }
  end_stream_locked (upload, TRUE);
  upload->end = end;
  return ftruncate (upload->fd, size) == 0 || set_errno ("the file on the local disk", error);
}

static gboolean
give_up_locked (HvfsUpload *upload)
{
  end_stream_locked (upload, TRUE);
  upload->aborted = TRUE;
  return FALSE;
}

/* @failure: why what goes up does not; taken.  A server that does not take a file so is told its
 * length, when that is known; any other reason is the writer's to know. */
static gboolean
answer_failure_locked (HvfsUpload *upload, GError *failure, GCancellable *cancellable,
                       GError **error)
{
  goffset end = hvfs_writer_get_end (upload->stream->writer);

  if (failure->code == EINTR || failure->code == EWOULDBLOCK)
    {
      set_size (upload, MAX (hvfs_upload_get_size (upload), end));
      g_propagate_error (error, failure);
      return FALSE;
    }
  if (upload->stream->len < 0 && hvfs_writer_rescue (upload->stream->writer)
      && take_back_locked (upload, cancellable, NULL))
    {
      g_error_free (failure);
      return TRUE;
    }
  g_propagate_error (error, failure);
  return give_up_locked (upload);
}

/* From the first byte on, without a gap, so that it need not be kept here. */
static gboolean
should_stream_locked (const HvfsUpload *upload)
{
  return upload->stream == NULL && upload->in_order >= STREAM_BYTES
         && upload->in_order == upload->end
         && (hvfs_upload_get_size ((HvfsUpload *) upload) > upload->end
             || hvfs_transfers_takes_chunks (upload->fs->transfers));
}

/* A failure is for who commits. */
static void
stream_locked (HvfsUpload *upload)
{
  gint64 size = hvfs_upload_get_size (upload);

  if (should_stream_locked (upload))
    begin_stream_locked (upload, upload->end, size > upload->end ? size : -1, NULL);
}

/* ---- reading and writing ---- */

static gboolean
begin_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  if (!upload->aborted)
    return load_locked (upload, cancellable, error);
  g_set_error (error, HVFS_ERROR, EIO, "the file could not be stored, and was given up");
  return FALSE;
}

/* For what the stream cannot do: all is in the local file. */
static gboolean
begin_local_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  if (!begin_locked (upload, cancellable, error))
    return FALSE;
  return upload->stream == NULL || take_back_locked (upload, cancellable, error)
         || give_up_locked (upload);
}

GBytes *
hvfs_upload_read (HvfsUpload *upload, goffset off, gsize size, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);
  g_autofree char *data = NULL;
  gssize n;

  if (!begin_local_locked (upload, cancellable, error))
    return NULL;
  data = g_malloc (size);
  n = pread (upload->fd, data, size, off);
  if (n >= 0)
    return g_bytes_new_take (g_steal_pointer (&data), (gsize) n);
  set_errno ("the file on the local disk", error);
  return NULL;
}

static gboolean
write_local_locked (HvfsUpload *upload, const char *data, gsize size, goffset off,
                    GCancellable *cancellable, GError **error)
{
  goffset end = off + (goffset) size;

  if (!begin_local_locked (upload, cancellable, error))
    return FALSE;
  /* A part of a file is none. */
  if (!write_all (upload->fd, data, size, off, error))
    return give_up_locked (upload);
  if (off <= upload->in_order)
    upload->in_order = MAX (upload->in_order, end);
  upload->end = MAX (upload->end, end);
  return TRUE;
}

/* Whether the stream has room for what is to be at @off: not before its end, and not beyond
 * what the server was told. */
static gboolean
goes_on_locked (const HvfsUpload *upload, goffset off, gsize size)
{
  const Stream *stream = upload->stream;

  return stream != NULL && stream->writer != NULL && off >= hvfs_writer_get_end (stream->writer)
         && (stream->len < 0 || off + (goffset) size <= stream->len);
}

static gboolean
write_locked (HvfsUpload *upload, const char *data, gsize size, goffset off,
              GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;

  if (goes_on_locked (upload, off, size))
    {
      if (fill_locked (upload, off, cancellable, &failure)
          && hvfs_writer_write (upload->stream->writer, data, size, cancellable, &failure))
        return TRUE;
      if (!answer_failure_locked (upload, failure, cancellable, error))
        return FALSE;
    }
  return write_local_locked (upload, data, size, off, cancellable, error);
}

static gboolean
would_block (GError **error)
{
  g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "it would have to wait");
  return FALSE;
}

/* Without a wait there is only what goes on going up. */
static gboolean
may_write_locked (const HvfsUpload *upload, goffset off, gsize size, GCancellable *cancellable)
{
  return cancellable != NULL
         || (goes_on_locked (upload, off, size)
             && off == hvfs_writer_get_end (upload->stream->writer));
}

gboolean
hvfs_upload_write (HvfsUpload *upload, const char *data, gsize size, goffset off,
                   GCancellable *cancellable, GError **error)
{
  gboolean ok;

  if (cancellable != NULL)
    g_mutex_lock (&upload->lock);
  else if (!g_mutex_trylock (&upload->lock))
    return would_block (error);
  ok = may_write_locked (upload, off, size, cancellable)
         ? write_locked (upload, data, size, off, cancellable, error) : would_block (error);
  if (ok)
    {
      upload->dirty = TRUE;
      set_size (upload, MAX (hvfs_upload_get_size (upload), off + (gint64) size));
      stream_locked (upload);
    }
  g_mutex_unlock (&upload->lock);
  return ok;
}

/* Whether what goes up need not be touched for that. */
static gboolean
may_become_locked (const HvfsUpload *upload, gint64 size)
{
  const Stream *stream = upload->stream;

  return stream != NULL
         && (stream->len < 0 ? size >= end_of (stream) : size == stream->len);
}

static gboolean
resize_local_locked (HvfsUpload *upload, gint64 size, GCancellable *cancellable, GError **error)
{
  if (size == 0)
    {
      upload->loaded = TRUE; /* nothing of it is wanted */
      end_stream_locked (upload, TRUE);
    }
  if (!begin_local_locked (upload, cancellable, error))
    return FALSE;
  if (ftruncate (upload->fd, size) != 0)
    return set_errno ("the file on the local disk", error);
  upload->in_order = MIN (upload->in_order, size);
  upload->end = MIN (upload->end, size);
  return TRUE;
}

gboolean
hvfs_upload_resize (HvfsUpload *upload, gint64 size, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);

  if (!may_become_locked (upload, size) && !resize_local_locked (upload, size, cancellable, error))
    return FALSE;
  upload->dirty = TRUE;
  set_size (upload, size);
  return TRUE;
}

/* ---- copies ---- */

/* Whether the server can make it what is wanted: all of another file, from the first byte on, or
 * what follows of that. */
static gboolean
may_copy_locked (HvfsUpload *upload, guint32 source, goffset from, goffset off, gsize size,
                 gint64 *ret_len)
{
  const Stream *stream = upload->stream;
  HvfsContent content;

  if (stream != NULL)
    return stream->writer == NULL && stream->source == source && from == off
           && off == stream->copied;
  if (!upload->loaded || hvfs_upload_get_size (upload) != 0 || from != 0 || off != 0
      || !hvfs_contents_get (upload->fs->contents, source, &content) || content.is_new)
    return FALSE;
  *ret_len = content.size;
  return content.size > 0 && (gint64) size >= MIN (content.size, COPY_BYTES);
}

/* @name: of the source.  Its extent goes with it, unless there is one already where it goes. */
static gboolean
is_disk_locked (HvfsUpload *upload, guint32 source, guint32 store, const char *name,
                const char *path)
{
  HvfsFs *fs = upload->fs;
  g_autofree char *to_name = g_path_get_basename (path);
  g_autofree char *extent = NULL, *to_extent = NULL;
  HvfsContent content;
  guint32 dir, to_dir;

  if (!hvfs_contents_get_parent (fs->contents, source, &dir)
      || !find_dir (upload, &to_dir, &content) || !g_str_has_suffix (to_name, ".vmdk"))
    return FALSE;
  extent = hvfs_content_dup_extent (fs, dir, store, name);
  to_extent = hvfs_content_dup_extent (fs, to_dir, content.store, to_name);
  return extent != NULL && to_extent == NULL;
}

/* A copy that fails is no empty file; but where the server makes none it is read and written. */
static gboolean
begin_copy_locked (HvfsUpload *upload, guint32 source, gint64 len, GCancellable *cancellable,
                   GError **error)
{
  HvfsFs *fs = upload->fs;
  g_autofree char *path = NULL, *from_path = NULL, *name = NULL;
  g_autoptr (HvfsDatastorePlace) from_place = NULL;
  HvfsDatastorePlace *place = NULL;
  HvfsDatastorePath from, to;
  GError *failure = NULL;
  HvfsContent content, own;
  gboolean is_disk;
  Stream *stream;

  if (!locate (fs, source, &content, &from_path, &from_place, error)
      || !locate (fs, upload->number, &own, &path, &place, error))
    return FALSE;
  name = g_path_get_basename (from_path);
  is_disk = is_disk_locked (upload, source, content.store, name, path);
  stream = upload->stream = stream_new (fs, own.store, place, g_steal_pointer (&path), len);
  stream->source = source;
  stream->is_disk = is_disk;
  add_part (stream);
  from = (HvfsDatastorePath){ content.store, from_place, from_path, is_disk };
  to = present_part (stream);
  if (hvfs_datastore_copy (&fs->server, &from, &to, cancellable, &failure))
    return TRUE;
  stream->is_open = g_strcmp0 (hvfs_error_fault (failure), HVFS_FAULT_UNKNOWN) == 0;
  end_stream_locked (upload, TRUE);
  upload->aborted = failure->code != ENOTSUP;
  g_propagate_error (error, failure);
  return FALSE;
}

gboolean
hvfs_upload_copy (HvfsUpload *upload, guint32 source, goffset from, goffset off, gsize *size,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);
  gint64 len = 0;
  Stream *stream;

  if (upload->aborted || !may_copy_locked (upload, source, from, off, *size, &len))
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server copies whole files only");
      return FALSE;
    }
  if (upload->stream == NULL && !begin_copy_locked (upload, source, len, cancellable, error))
    return FALSE;
  stream = upload->stream;
  *size = MIN (*size, (gsize) (stream->len - stream->copied));
  stream->copied += (goffset) *size;
  upload->dirty = TRUE;
  set_size (upload, stream->copied);
  return TRUE;
}

/* ---- storing ---- */

/* It gets its name. */
static gboolean
name_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  HvfsFs *fs = upload->fs;
  g_autofree char *path = NULL;
  g_autoptr (HvfsDatastorePlace) place = NULL;
  const HvfsDatastorePath part = present_part (upload->stream);
  HvfsContent content;
  HvfsDatastorePath whole;

  if (!locate (upload->fs, upload->number, &content, &path, &place, error))
    return FALSE;
  whole = (HvfsDatastorePath){ content.store, place, path, part.is_disk };
  return hvfs_datastore_move (&fs->server, &part, &whole, !upload->is_new, cancellable, error);
}

/* What is all in the local file. */
static gboolean
send_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  gint64 size = hvfs_upload_get_size (upload);

  return begin_stream_locked (upload, size, size, error)
         && finish_stream_locked (upload, size, cancellable, error);
}

/* The rest of what goes up. */
static gboolean
end_locked (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  GError *failure = NULL;

  if (upload->stream->writer == NULL)
    return upload->stream->copied == upload->stream->len
           || (take_back_locked (upload, cancellable, error)
               && send_locked (upload, cancellable, error));
  return finish_stream_locked (upload, hvfs_upload_get_size (upload), cancellable, &failure)
         || (answer_failure_locked (upload, failure, cancellable, error)
             && send_locked (upload, cancellable, error));
}

/* @ret_is_disk: it is a copy of one, with its extent */
static gboolean
store_locked (HvfsUpload *upload, gboolean *ret_is_disk, GCancellable *cancellable,
              GError **error)
{
  gboolean was_going = upload->stream != NULL;

  *ret_is_disk = was_going && upload->stream->is_disk;
  if ((was_going ? end_locked (upload, cancellable, error)
                 : send_locked (upload, cancellable, error))
      && name_locked (upload, cancellable, error))
    {
      end_stream_locked (upload, FALSE);
      upload->loaded = !was_going;
      return TRUE;
    }
  return give_up_locked (upload);
}

gboolean
hvfs_upload_commit (HvfsUpload *upload, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&upload->lock);
  gint64 size = hvfs_upload_get_size (upload);
  gboolean is_disk = FALSE;
  HvfsContent content;
  guint32 dir;

  if (!upload->dirty || upload->aborted)
    return TRUE;
  /* Nobody can find it any more. */
  if (!find_dir (upload, &dir, &content))
    {
      end_stream_locked (upload, TRUE);
      upload->dirty = FALSE;
      return TRUE;
    }
  if (!store_locked (upload, &is_disk, cancellable, error))
    return FALSE;
  upload->dirty = upload->is_new = FALSE;
  hvfs_contents_stored (upload->fs->contents, upload->number, size);
  hvfs_volumes_forget (upload->fs->volumes, content.store);
  if (is_disk) /* its extent is there, and its descriptor is another one */
    hvfs_contents_forget (upload->fs->contents, dir, content.store);
  if (!upload->loaded)
    {
      upload->in_order = 0;
      set_size (upload, -1);
    }
  return TRUE;
}

void
hvfs_upload_free (HvfsUpload *upload)
{
  end_stream_locked (upload, TRUE);
  drop_new (upload);
  close (upload->fd);
  g_mutex_clear (&upload->lock);
  g_free (upload);
}

void
hvfs_upload_abort (HvfsUpload *upload)
{
  g_mutex_lock (&upload->lock);
  give_up_locked (upload);
  drop_new (upload);
  g_mutex_unlock (&upload->lock);
}

