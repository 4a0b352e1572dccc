/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/events.c - the files "events": streams that a read waits for; see events.h
 *
 * A reader is a file of its own: its first line is at 0, and it grows.  What the reader has
 * not got yet, and a little of what it has, for who seeks back as tail does, is kept.
 */
#include "fs/attr/events.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "backend/mirror/events.h"
#include "convert/error.h"
#include "fs/fs.h"
#include "fs/request/parked.h"
#include "fs/row/call.h"
#include "fs/row/field.h"
#include "fs/tree/notify.h"
#include "fs/tree/path.h"

#define FIRST_EVENTS 10
/* What a reader may have ahead; more waits in the log, where it may be missed. */
#define MAX_AHEAD (256 << 10)
/* What it can read again, at least. */
#define MAX_BACK (128 << 10)

typedef struct
{
  HvfsStreams *streams;
  guint64 ino;
  HvfsKind kind;      /* of the object whose events these are */
  char *moref;        /* its; NULL: all events */
  GHashTable *told;   /* (nullable): the keys of the first ones of an object */

  /* streams->lock */
  guint64 next;       /* of the log */
  GString *text;
  goffset start;      /* of the text, in the file */
  goffset at;         /* where the last read ended */
} Reader;

struct _HvfsStreams
{
  HvfsFs *fs;
  HvfsEvents *events;
  HvfsParked *parked;
  GMutex lock;
  GHashTable *readers; /* lock: Reader */
};

/* ---- a line ---- */

/* The first of these that an event names is what it is about. */
static const struct
{
  const char *type, *ref, *name;
} subjects[] = {
  { "VirtualMachine", "vm.vm", "vm.name" },
  { "HostSystem", "host.host", "host.name" },
  { "Datastore", "ds.datastore", "ds.name" },
  { "Network", "net.network", "net.name" },
  { "ClusterComputeResource", "computeResource.computeResource", "computeResource.name" },
  { "Datacenter", "datacenter.datacenter", "datacenter.name" },
};

/* The path in the mount, or for what is not in it the server's name. */
static void
append_path (HvfsFs *fs, const HvfsValue *event, GString *out)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (fs->mirror));
  g_autoptr (GString) path = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      HvfsValue *ref = hvfs_value_get (event, subjects[i].ref);
      HvfsObject *object = hvfs_mirror_resolve (fs->mirror, ref);

      if (ref == NULL)
        continue;
      if (object != NULL && hvfs_path_append_object (fs, object, path))
        hvfs_field_append (out, path->len > 0 ? path->str : ".");
      else
        hvfs_field_append (out, hvfs_value_text (event, subjects[i].name));
      return;
    }
  hvfs_field_append (out, NULL);
}

static char *
render (const HvfsValue *event, gpointer data)
{
  HvfsStreams *streams = data;
  GString *out = g_string_new (NULL);
  const char *id = hvfs_value_text (event, "eventTypeId");

  hvfs_field_append (out, hvfs_value_text (event, "key"));
  hvfs_field_append_time (out, hvfs_value_time_us (event, "createdTime"));
  hvfs_field_append (out, hvfs_value_text (event, "userName"));
  hvfs_field_append (out, id != NULL ? id : hvfs_value_type (event));
  append_path (streams->fs, event, out);
  hvfs_field_append (out, hvfs_value_text (event, "fullFormattedMessage"));
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

static char *
render_missed (guint64 n, gpointer data G_GNUC_UNUSED)
{
  GString *out = g_string_new (NULL);
  g_autofree char *message = g_strdup_printf ("%" G_GUINT64_FORMAT " events missed", n);

  hvfs_field_append (out, NULL);
  hvfs_field_append_time (out, g_get_real_time ());
  hvfs_field_append (out, NULL);
  hvfs_field_append (out, "missed");
  hvfs_field_append (out, NULL);
  hvfs_field_append (out, message);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

/* ---- a reader ---- */

static void
reader_free (Reader *reader)
{
  g_free (reader->moref);
  g_clear_pointer (&reader->told, g_hash_table_unref);
  g_string_free (reader->text, TRUE);
  g_free (reader);
}

static gboolean
concerns (const Reader *reader, const HvfsEvent *event)
{
  if (reader->moref == NULL || (event->vm == NULL && event->host == NULL && event->time_us == 0))
    return TRUE;
  if (g_strcmp0 (reader->kind == HVFS_KIND_VM ? event->vm : event->host, reader->moref) != 0)
    return FALSE;
  return reader->told == NULL || !g_hash_table_contains (reader->told, GINT_TO_POINTER (event->key));
}

static gboolean
take_event (const HvfsEvent *event, gpointer data)
{
  Reader *reader = data;

  if (reader->start + (goffset) reader->text->len - reader->at > MAX_AHEAD)
    return FALSE;
  if (concerns (reader, event))
    g_string_append (reader->text, event->line);
  return TRUE;
}

/* Lock held.  Takes from the log what the reader has room for. */
static void
pull (Reader *reader)
{
  gsize read = reader->at - reader->start;
  guint64 missed;

  if (read > MAX_AHEAD)
    {
      g_string_erase (reader->text, 0, read - MAX_BACK);
      reader->start = reader->at - MAX_BACK;
    }
  while ((missed = hvfs_events_read (reader->streams->events, &reader->next, take_event, reader)) > 0)
    {
      g_autofree char *line = render_missed (missed, NULL);
      g_string_append (reader->text, line);
    }
}

/* @size: 0: only asks whether there is something */
static GBytes *
read_now (gpointer file, gsize size, goffset off)
{
  Reader *reader = file;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reader->streams->lock);
  gsize at;

  reader->at = MAX (off, reader->at);
  pull (reader);
  at = off > reader->start ? (gsize) (off - reader->start) : 0;
  if (at >= reader->text->len)
    return NULL;
  /* Who gets as much as he asked for may be the kernel, for a reader who asked for more: it comes
   * again before that one has it, and must not wait then. */
  if (size > 1 && size == reader->text->len - at)
    size--;
  size = MIN (size, reader->text->len - at);
  reader->at = MAX (off + (goffset) size, reader->at);
  return g_bytes_new (reader->text->str + at, size);
}

static void
more (gpointer data)
{
  HvfsStreams *streams = data;

  hvfs_parked_wake (streams->parked);
}

/* ---- the row ---- */

/* An object's last events come from the server; those that came into the log meanwhile are
 * known by their keys. */
static gboolean
begin_object (Reader *reader, HvfsNode node, guint64 end, GCancellable *cancellable, GError **error)
{
  HvfsFs *fs = reader->streams->fs;
  g_autoptr (GPtrArray) last = NULL;

  reader->moref = hvfs_operation_dup_moref (&fs->server, node.a, error);
  if (reader->moref == NULL)
    return FALSE;
  last = hvfs_events_query (reader->streams->events, hvfs_kind_type (reader->kind), reader->moref,
                            FIRST_EVENTS, cancellable, error);
  if (last == NULL)
    return FALSE;
  reader->told = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < last->len; i++)
    {
      const HvfsEvent *event = last->pdata[i];

      g_hash_table_add (reader->told, GINT_TO_POINTER (event->key));
      g_string_append (reader->text, event->line);
    }
  reader->next = end;
  return TRUE;
}

static gboolean
begin_reader (Reader *reader, HvfsNode node, GCancellable *cancellable, GError **error)
{
  HvfsStreams *streams = reader->streams;
  guint64 first, end;

  if (!hvfs_events_join (streams->events, &first, &end, cancellable, error))
    return FALSE;
  reader->next = end - first > FIRST_EVENTS ? end - FIRST_EVENTS : first;
  if (node.a == 0 || begin_object (reader, node, end, cancellable, error))
    return TRUE;
  hvfs_events_leave (streams->events);
  return FALSE;
}

static gboolean
events_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsStreams *streams = call->fs->streams;
  Reader *reader;

  if (!hvfs_call_only_reads (fi, error) || !hvfs_call_may_wait (call, error)
      || !hvfs_connection_confirm (call->fs->connection, call->cancellable, error))
    return FALSE;
  reader = g_new0 (Reader, 1);
  reader->streams = streams;
  reader->ino = hvfs_node_ino (node);
  reader->kind = node.row->parent->of_kind;
  reader->text = g_string_new (NULL);
  if (!begin_reader (reader, node, call->cancellable, error))
    {
      reader_free (reader);
      return FALSE;
    }
  g_mutex_lock (&streams->lock);
  g_hash_table_add (streams->readers, reader);
  g_mutex_unlock (&streams->lock);
  hvfs_notifier_attributes (call->fs->notifier, reader->ino); /* see hvfs_events_is_open */
  hvfs_notifier_flush (call->fs->notifier);
  fi->fh = (uintptr_t) reader;
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static void
events_read (fuse_req_t req, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi, gsize size,
             goffset off)
{
  Reader *reader = (Reader *) (uintptr_t) fi->fh;

  hvfs_parked_add (reader->streams->parked, req, reader, size, off, (fi->flags & O_NONBLOCK) == 0);
}

static void
events_poll (fuse_req_t req, HvfsNode node G_GNUC_UNUSED, struct fuse_file_info *fi,
             struct fuse_pollhandle *handle)
{
  Reader *reader = (Reader *) (uintptr_t) fi->fh;
  g_autoptr (GBytes) content = NULL;
  goffset at;

  g_mutex_lock (&reader->streams->lock);
  at = reader->at;
  g_mutex_unlock (&reader->streams->lock);
  if (handle != NULL)
    hvfs_parked_watch (reader->streams->parked, reader, at, handle);
  content = read_now (reader, 0, at);
  fuse_reply_poll (req, content != NULL ? POLLIN | POLLRDNORM : 0);
}

static void
events_close (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, guint64 fh)
{
  HvfsStreams *streams = fs->streams;
  Reader *reader = (Reader *) (uintptr_t) fh;

  hvfs_parked_forget (streams->parked, reader);
  g_mutex_lock (&streams->lock);
  g_hash_table_remove (streams->readers, reader);
  g_mutex_unlock (&streams->lock);
  reader_free (reader);
  hvfs_events_leave (streams->events);
}

/* Lock held. */
static goffset
end_of (Reader *reader)
{
  pull (reader);
  return reader->start + (goffset) reader->text->len;
}

/* What SEEK_END asks for. */
static gboolean
events_fstat (HvfsFs *fs, HvfsNode node G_GNUC_UNUSED, const struct fuse_file_info *fi,
              struct stat *st)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->streams->lock);

  st->st_size = end_of ((Reader *) (uintptr_t) fi->fh);
  return TRUE;
}

const HvfsFileOps hvfs_events_ops = {
  .open = events_open, .read_later = events_read, .poll = events_poll, .close = events_close,
  .fstat = events_fstat, .setattr = hvfs_call_no_setattr,
};

/* fstat(2) does not tell of which open file it is: tail -f, which goes by that, gets the size
 * of the longest, and reads in vain where that is another's.  0 while none is open. */
gboolean
hvfs_events_stat (HvfsFs *fs, HvfsNode node, const HvfsObject *object G_GNUC_UNUSED,
                  struct stat *st)
{
  HvfsStreams *streams = fs->streams;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&streams->lock);
  guint64 ino = hvfs_node_ino (node);
  GHashTableIter iter;
  gpointer key;

  st->st_size = 0;
  g_hash_table_iter_init (&iter, streams->readers);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Reader *) key)->ino == ino)
      st->st_size = MAX (st->st_size, end_of (key));
  return TRUE;
}

/* Its size then changes all the time. */
gboolean
hvfs_events_is_open (HvfsFs *fs, HvfsNode node)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->streams->lock);
  guint64 ino = hvfs_node_ino (node);
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, fs->streams->readers);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Reader *) key)->ino == ino)
      return TRUE;
  return FALSE;
}

/* A host that is mounted has them at the root. */
gboolean
hvfs_events_visible (HvfsFs *fs, HvfsNode node)
{
  return node.a == 0 || node.a != fs->root;
}

/* ---- all of them ---- */

HvfsStreams *
hvfs_streams_new (HvfsFs *fs, guint timeout_s)
{
  static const HvfsEventsUser user = { render, render_missed, more };
  HvfsStreams *streams = g_new0 (HvfsStreams, 1);

  streams->fs = fs;
  streams->events = hvfs_events_new (fs->session, fs->mirror, fs->updater, timeout_s, &user, streams);
  streams->parked = hvfs_parked_new (read_now);
  g_mutex_init (&streams->lock);
  streams->readers = g_hash_table_new (NULL, NULL);
  return streams;
}

void
hvfs_streams_end (HvfsStreams *streams)
{
  hvfs_parked_end (streams->parked);
  hvfs_events_stop (streams->events);
}

void
hvfs_streams_free (HvfsStreams *streams)
{
  hvfs_events_free (streams->events);
  hvfs_parked_free (streams->parked);
  g_hash_table_unref (streams->readers);
  g_mutex_clear (&streams->lock);
  g_free (streams);
}

void
hvfs_streams_set_link (HvfsStreams *streams, gboolean up)
{
  hvfs_events_set_link (streams->events, up);
}
