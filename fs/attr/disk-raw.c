/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/disk-raw.c - the content of a disk, as one file
 *
 * Exists so that a disk can be read at any place by anything.  Its descriptor says which file its
 * content is in; that is read by ranges, as files of datastores are.  It never changes while it is
 * read: who would write to it is looked for at open and at each read.
 */
#include "fs/attr/disk-raw.h"

#include <fcntl.h>
#include <string.h>

#include "backend/operation/datastore-file.h"
#include "backend/operation/datastore-reader.h"
#include "backend/operation/snapshot.h"
#include "convert/error.h"
#include "convert/file/files.h"
#include "convert/file/vmdk.h"
#include "fs/attr/disk.h"
#include "fs/fs.h"
#include "fs/row/call.h"
#include "fs/tree/change.h"

#define MAX_FETCHES 4

/* An open file. */
typedef struct
{
  HvfsReader *reader;
  gint64 size;
  char *path; /* of its descriptor */
} Raw;

/* ---- its size ---- */

gboolean
hvfs_raw_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *vm, struct stat *st)
{
  g_autoptr (GPtrArray) disks = NULL;
  g_autoptr (GError) failure = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, &failure);

  if (disk != NULL)
    st->st_size = disk->capacity_bytes;
  return disk != NULL || failure->code == EAGAIN;
}

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GPtrArray) disks = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, NULL);

  return disk != NULL && disk->capacity_bytes >= 0;
}

/* Of what has just been fetched.  -1 with @error */
static gint64
size_of (HvfsFs *fs, HvfsNode node, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_autoptr (GPtrArray) disks = NULL;
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, error);

  if (disk == NULL)
    return -1;
  if (disk->capacity_bytes < 0)
    hvfs_show_unknown ("capacity", error);
  return disk->capacity_bytes;
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error)
{
  if (!hvfs_disks_fetch.fetch (call, node, ret_size, error))
    return FALSE;
  *ret_size = size_of (call->fs, node, error);
  return *ret_size >= 0;
}

const HvfsFetch hvfs_raw_fetch = { .is_known = is_known, .fetch = fetch };

/* ---- who writes to it ---- */

static gboolean
is_running (const HvfsObject *vm)
{
  const char *power = hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL);

  return g_strcmp0 (power, "poweredOff") != 0 && g_strcmp0 (power, "suspended") != 0;
}

/* Whether the domain goes on writing to the file of a disk as of a snapshot: the snapshot has left
 * the disk out. */
static gboolean
is_left_out (HvfsFs *fs, guint32 serial, const char *path)
{
  g_autoptr (GPtrArray) disks = hvfs_config_get_disks (fs->config, serial);

  for (guint i = 0; disks != NULL && i < disks->len; i++)
    if (g_strcmp0 (hvfs_config_disk_path (disks->pdata[i]), path) == 0)
      return TRUE;
  return FALSE;
}

/* Under the mirror's lock. */
static gboolean
check_idle (HvfsFs *fs, HvfsNode node, const char *path, GError **error)
{
  HvfsDiskPlace place = hvfs_disk_place (fs, node);
  const HvfsObject *vm = hvfs_mirror_get (fs->mirror, node.a);
  HvfsSnapshot snapshot;

  if (vm == NULL)
    hvfs_object_set_gone ("domain", error);
  else if (place.snapshot != 0 && !hvfs_snapshot_find (vm, place.snapshot, &snapshot))
    hvfs_error_set_gone ("snapshot", error);
  else if (!is_running (vm))
    return TRUE;
  else if (place.snapshot == 0)
    g_set_error (error, HVFS_ERROR, EBUSY,
                 "the domain runs and writes to the disk: take a snapshot and read "
                 "snapshots/NAME/disks/%s/raw, or switch the domain off",
                 place.target);
  else if (is_left_out (fs, node.a, path))
    g_set_error (error, HVFS_ERROR, EBUSY,
                 "the domain runs and writes to the disk, which is independent of snapshots: "
                 "switch the domain off");
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_idle_now (HvfsFs *fs, HvfsNode node, const char *path, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));

  return check_idle (fs, node, path, error);
}

/* ---- opening ---- */

static gboolean
check_format (const HvfsConfigDisk *disk, GError **error)
{
  const char *why = disk->format->refusal;

  if (why == NULL && disk->is_encrypted)
    why = "it is encrypted";
  if (why == NULL && disk->is_object)
    why = "it is an object of the storage, and no file";
  if (why == NULL && hvfs_config_disk_path (disk) == NULL)
    why = "the server does not say which file it is";
  if (why == NULL)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOTSUP, "the disk's content cannot be read: %s", why);
  return FALSE;
}

/* What is to be read. */
typedef struct
{
  Raw *raw;
  guint32 datastore; /* its serial */
  char *below;       /* the descriptor's path below the datastore's root */
} Opening;

/* @opening: filled in from memory.  @error: EAGAIN: it must be fetched */
static gboolean
look (HvfsFs *fs, HvfsNode node, Opening *opening, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_autoptr (GPtrArray) disks = NULL, own = hvfs_config_get_disks (fs->config, node.a);
  const HvfsConfigDisk *disk = hvfs_disk_find (fs, node, &disks, error);
  const HvfsObject *datastore;
  g_autofree char *name = NULL;
  const char *path, *below;

  if (disk == NULL || !check_format (disk, error))
    return FALSE;
  if (own == NULL)
    {
      g_set_error (error, HVFS_ERROR, EAGAIN, "the configuration has just changed: try again");
      return FALSE;
    }
  path = hvfs_config_disk_path (disk);
  datastore = hvfs_disk_datastore (fs, disk);
  below = hvfs_datastore_path_split (path, &name);
  if (datastore == NULL || below == NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the disk's datastore is not known: '%.200s'", path);
  else if (check_idle (fs, node, path, error))
    {
      opening->raw->path = g_strdup (path);
      opening->raw->size = disk->capacity_bytes;
      opening->below = g_strdup (below);
      opening->datastore = datastore->serial;
      return TRUE;
    }
  return FALSE;
}

/* The domain's own disks say what it writes to. */
static gboolean
fetch_both (HvfsCall *call, HvfsNode node, GError **error)
{
  gint64 size;

  return hvfs_disks_fetch.fetch (call, node, &size, error)
         && (hvfs_disk_place (call->fs, node).snapshot == 0
             || hvfs_config_fetch_parts (call->fs->config, node.a, call->cancellable, error));
}

static gboolean
look_or_fetch (HvfsCall *call, HvfsNode node, Opening *opening, GError **error)
{
  for (guint i = 0;; i++)
    {
      g_autoptr (GError) failure = NULL;

      if (look (call->fs, node, opening, &failure))
        return TRUE;
      if (failure->code != EAGAIN || i == MAX_FETCHES)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!fetch_both (call, node, error))
        return FALSE;
    }
}

/* The path of the extent below the datastore's root; NULL with @error.  (transfer full) */
static char *
find_extent (HvfsCall *call, const Opening *opening, const HvfsDatastorePlace *place,
             GError **error)
{
  g_autofree char *path = hvfs_datastore_place_path (place, opening->below), *name = NULL;
  g_autofree char *dir = g_path_get_dirname (opening->below);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) text
    = hvfs_datastore_file_get (call->fs->session, place->datacenter_path, path,
                               HVFS_VMDK_DESCRIPTOR_MAX, call->cancellable, &failure);
  gint64 bytes = 0;

  if (text == NULL && failure->code == EFBIG)
    g_set_error (error, HVFS_ERROR, ENOTSUP,
                 "the disk's content cannot be read: it is in one file with its descriptor");
  else if (text == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (!hvfs_vmdk_flat_extent (g_bytes_get_data (text, NULL), g_bytes_get_size (text), &name,
                                   &bytes, error))
    g_prefix_error (error, "the disk's content cannot be read: '%.200s': ", path);
  else if (bytes < opening->raw->size)
    g_set_error (error, HVFS_ERROR, EIO,
                 "the disk has %" G_GINT64_FORMAT " bytes, its extent %" G_GINT64_FORMAT,
                 opening->raw->size, bytes);
  else
    return strcmp (dir, ".") == 0 ? g_steal_pointer (&name) : g_build_filename (dir, name, NULL);
  return NULL;
}

static GBytes *
read_raw (HvfsFs *fs, HvfsNode node, Raw *raw, gsize size, goffset off, GCancellable *cancellable,
          GError **error)
{
  gsize wanted = off >= raw->size ? 0 : MIN ((gint64) size, raw->size - off);
  g_autoptr (GBytes) bytes = NULL;

  if (wanted == 0)
    return g_bytes_new (NULL, 0);
  bytes = hvfs_reader_read (raw->reader, off, wanted, raw->size, cancellable, error);
  if (bytes == NULL || !check_idle_now (fs, node, raw->path, error))
    return NULL;
  if (g_bytes_get_size (bytes) == wanted)
    return g_steal_pointer (&bytes);
  g_set_error (error, HVFS_ERROR, EIO, "the disk's extent ends before the disk does");
  return NULL;
}

/* @raw: freed on error */
static gboolean
open_extent (HvfsCall *call, HvfsNode node, Opening *opening, GError **error)
{
  g_autoptr (HvfsDatastorePlace) place
    = hvfs_datastore_place_new (call->fs->mirror, opening->datastore, error);
  g_autofree char *extent = place == NULL ? NULL : find_extent (call, opening, place, error);
  g_autoptr (GBytes) first = NULL;

  if (extent == NULL)
    return FALSE;
  opening->raw->reader
    = hvfs_reader_new (call->fs->transfers, g_steal_pointer (&place), extent);
  /* Who may not read it, or finds it locked, is told now. */
  first = read_raw (call->fs, node, opening->raw, 1, 0, call->cancellable, error);
  return first != NULL;
}

static void
raw_free (Raw *raw)
{
  if (raw->reader != NULL)
    hvfs_reader_close (raw->reader);
  g_free (raw->path);
  g_free (raw);
}

/* Keeps for the domain's "error" why @failure; gives it to the caller. */
static void
fail (HvfsCall *call, HvfsNode node, GError *failure, GError **error)
{
  if (failure->code != EWOULDBLOCK && failure->code != EINTR)
    hvfs_change_remember (call->fs, hvfs_node_ino (node), node, NULL, failure);
  g_propagate_error (error, failure);
}

static gboolean
check_mode (const struct fuse_file_info *fi, GError **error)
{
  if ((fi->flags & O_ACCMODE) == O_RDONLY)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EACCES, "a disk's content cannot be written");
  return FALSE;
}

static gboolean
raw_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  Opening opening = { .raw = g_new0 (Raw, 1) };
  GError *failure = NULL;
  gboolean ok = check_mode (fi, &failure) && hvfs_call_may_wait (call, &failure)
                && hvfs_call_confirm (call, &failure)
                && look_or_fetch (call, node, &opening, &failure)
                && open_extent (call, node, &opening, &failure);

  g_free (opening.below);
  if (!ok)
    {
      raw_free (opening.raw);
      fail (call, node, failure, error);
      return FALSE;
    }
  fi->fh = (uintptr_t) opening.raw;
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static GBytes *
raw_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
          GError **error)
{
  GError *failure = NULL;
  GBytes *bytes = read_raw (call->fs, node, (Raw *) (uintptr_t) fi->fh, size, off,
                            call->cancellable, &failure);

  if (bytes == NULL)
    fail (call, node, failure, error);
  return bytes;
}

static void
raw_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  raw_free ((Raw *) (uintptr_t) fh);
}

const HvfsFileOps hvfs_raw_ops = { .open = raw_open, .read = raw_read, .close = raw_close };
