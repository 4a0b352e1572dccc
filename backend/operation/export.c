/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/export.c - machines as OVF; see export.h */
#include "backend/operation/export.h"

#include <string.h>

#include "backend/operation/nfc.h"
#include "backend/wait/crew.h"
#include "backend/wait/pipe.h"
#include "backend/wait/wake.h"
#include "convert/error.h"

#define MAX_THREADS 64
#define PIPE_BYTES (4 * 1024 * 1024)
/* After the last close, for a copy of several files that opens the next. */
#define LINGER_US (5 * G_TIME_SPAN_SECOND)
/* For how long what was read is that of the machine as it is. */
#define RECORD_US (5 * G_TIME_SPAN_MINUTE)

typedef enum { UNREAD, OPEN, DONE, BROKEN } DiskState;

typedef struct
{
  HvfsLeaseUrl url;     /* its strings are owned */
  DiskState state;
  gint64 size;          /* once it is done, as its sum */
  char *sha256;
} Disk;

/* One machine's.  Guarded by the lock of all, but for what only the one who is busy with it
 * touches: the lease itself. */
typedef struct
{
  guint32 serial;
  gboolean busy;        /* somebody begins or ends it, or asks for its descriptor */
  HvfsLease *lease;     /* NULL: it has ended */
  GPtrArray *disks;     /* of the last lease; NULL: there was none */
  guint generation;     /* of the last lease */
  guint n_open;
  gint64 used_us;       /* monotonic: when a file was last opened, closed or read to its end */
  gint64 received;
  char *ovf_sha256;     /* nullable */
} Export;

struct _HvfsExports
{
  const HvfsServer *server;
  HvfsCrew *crew;
  GMutex lock;
  GCond changed;
  GHashTable *by_serial;/* lock: -> Export, which stays until the end */
  gboolean closing;     /* lock */
};

struct _HvfsExportFile
{
  HvfsExports *exports;
  Export *export;
  guint n, generation;
  HvfsLeaseUrl url;     /* its strings are owned */
  HvfsPipe *pipe;
  GCancellable *closed;
  GMutex lock;          /* a leaf, of readers: what follows */
  GChecksum *sum;
  goffset next;
  gboolean at_end;
  gatomicrefcount refs;
};

static void
url_copy (HvfsLeaseUrl *to, const HvfsLeaseUrl *from)
{
  *to = (HvfsLeaseUrl){ g_strdup (from->key), g_strdup (from->import_key), g_strdup (from->url),
                        g_strdup (from->thumbprint), from->is_disk };
}

static void
url_clear (HvfsLeaseUrl *url)
{
  g_free (url->key);
  g_free (url->import_key);
  g_free (url->url);
  g_free (url->thumbprint);
}

static void
disk_free (gpointer data)
{
  Disk *disk = data;

  url_clear (&disk->url);
  g_free (disk->sha256);
  g_free (disk);
}

static void
export_free (gpointer data)
{
  Export *export = data;

  hvfs_lease_free (export->lease);
  g_clear_pointer (&export->disks, g_ptr_array_unref);
  g_free (export->ovf_sha256);
  g_free (export);
}

char *
hvfs_export_disk_name (guint n)
{
  return g_strdup_printf ("disk-%u.vmdk", n);
}

/* ---- all machines ---- */

typedef struct
{
  HvfsExportFile *file; /* NULL: it is about an export's end */
  Export *export;
} Work;

static void work_func (gpointer data, gpointer user_data);

HvfsExports *
hvfs_exports_new (const HvfsServer *server)
{
  HvfsExports *exports = g_new0 (HvfsExports, 1);

  exports->server = server;
  g_mutex_init (&exports->lock);
  g_cond_init (&exports->changed);
  exports->by_serial = g_hash_table_new_full (NULL, NULL, NULL, export_free);
  exports->crew = hvfs_crew_new ("hvfs-export", work_func, exports, MAX_THREADS);
  return exports;
}

void
hvfs_exports_free (HvfsExports *exports)
{
  if (exports == NULL)
    return;
  g_mutex_lock (&exports->lock);
  exports->closing = TRUE;
  g_cond_broadcast (&exports->changed);
  g_mutex_unlock (&exports->lock);
  hvfs_crew_free (exports->crew);
  g_hash_table_unref (exports->by_serial);
  g_mutex_clear (&exports->lock);
  g_cond_clear (&exports->changed);
  g_free (exports);
}

static void
push (HvfsExports *exports, HvfsExportFile *file, Export *export)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ file, export };
  hvfs_crew_push (exports->crew, work);
}

static Export *
get_locked (HvfsExports *exports, guint32 serial)
{
  Export *export = g_hash_table_lookup (exports->by_serial, GUINT_TO_POINTER (serial));

  if (export == NULL)
    {
      export = g_new0 (Export, 1);
      export->serial = serial;
      g_hash_table_insert (exports->by_serial, GUINT_TO_POINTER (serial), export);
    }
  return export;
}

/* Nobody else begins or ends it until leave ().  NULL: cancelled */
static Export *
enter (HvfsExports *exports, guint32 serial, GCancellable *cancellable, GError **error)
{
  Export *export;
  HvfsWake wake;
  gboolean mine;

  hvfs_wake_begin (&wake, cancellable, &exports->lock, &exports->changed);
  g_mutex_lock (&exports->lock);
  export = get_locked (exports, serial);
  while (export->busy && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&exports->changed, &exports->lock);
  mine = !export->busy;
  export->busy = TRUE;
  g_mutex_unlock (&exports->lock);
  hvfs_wake_end (&wake);
  if (mine)
    return export;
  g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
  return NULL;
}

static void
leave (HvfsExports *exports, Export *export)
{
  g_mutex_lock (&exports->lock);
  export->busy = FALSE;
  g_cond_broadcast (&exports->changed);
  g_mutex_unlock (&exports->lock);
}

/* ---- a lease; these are for who has entered ---- */

static void
end_lease (HvfsExports *exports, Export *export, gboolean is_complete)
{
  HvfsLease *lease;
  g_autoptr (GError) failure = NULL;

  g_mutex_lock (&exports->lock);
  lease = g_steal_pointer (&export->lease);
  g_mutex_unlock (&exports->lock);
  if (lease != NULL && is_complete && !hvfs_lease_complete (lease, &failure))
    g_message ("the lease of an export: %s", failure->message);
  hvfs_lease_free (lease);
}

static GPtrArray *
disks_of (const HvfsLease *lease)
{
  const GPtrArray *urls = hvfs_lease_urls (lease);
  GPtrArray *disks = g_ptr_array_new_with_free_func (disk_free);

  for (guint i = 0; i < urls->len; i++)
    {
      const HvfsLeaseUrl *url = urls->pdata[i];
      Disk *disk;

      if (!url->is_disk)
        continue;
      disk = g_new0 (Disk, 1);
      url_copy (&disk->url, url);
      g_ptr_array_add (disks, disk);
    }
  return disks;
}

/* How many disks are in that @state. */
static guint
count_locked (const Export *export, DiskState state)
{
  guint n = 0;

  for (guint i = 0; export->disks != NULL && i < export->disks->len; i++)
    n += ((Disk *) export->disks->pdata[i])->state == state;
  return n;
}

static gboolean
begin_lease (HvfsExports *exports, Export *export, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_operation_new (exports->server, export->serial, "ExportVm", error);
  HvfsLease *lease
    = request == NULL ? NULL : hvfs_lease_begin (exports->server, request, cancellable, error);

  if (lease == NULL)
    return FALSE;
  g_mutex_lock (&exports->lock);
  /* A descriptor that was read before the first disk belongs to these. */
  if (count_locked (export, DONE) > 0)
    g_clear_pointer (&export->ovf_sha256, g_free);
  g_clear_pointer (&export->disks, g_ptr_array_unref);
  export->disks = disks_of (lease);
  export->lease = lease;
  export->generation++;
  export->received = 0;
  g_mutex_unlock (&exports->lock);
  return TRUE;
}

/* ---- when nobody reads any more ---- */

/* Waits for another file to be opened.  Returns: whether none was */
static gboolean
await_idle (HvfsExports *exports, Export *export)
{
  gboolean idle;

  g_mutex_lock (&exports->lock);
  while (!exports->closing && export->n_open == 0 && export->lease != NULL
         && count_locked (export, BROKEN) == 0
         && g_cond_wait_until (&exports->changed, &exports->lock, export->used_us + LINGER_US))
    ;
  idle = export->n_open == 0 && export->lease != NULL
         && (exports->closing || count_locked (export, BROKEN) > 0
             || g_get_monotonic_time () >= export->used_us + LINGER_US);
  g_mutex_unlock (&exports->lock);
  return idle;
}

static void
end_when_idle (HvfsExports *exports, Export *export)
{
  gboolean idle;

  if (!await_idle (exports, export))
    return;
  enter (exports, export->serial, NULL, NULL);
  g_mutex_lock (&exports->lock);
  idle = export->n_open == 0;
  g_mutex_unlock (&exports->lock);
  if (idle)
    end_lease (exports, export, FALSE);
  leave (exports, export);
}

/* ---- a disk ---- */

static void
file_unref (HvfsExportFile *file)
{
  if (!g_atomic_ref_count_dec (&file->refs))
    return;
  url_clear (&file->url);
  hvfs_pipe_free (file->pipe);
  g_object_unref (file->closed);
  g_mutex_clear (&file->lock);
  g_checksum_free (file->sum);
  g_free (file);
}

static void
note_received (HvfsExportFile *file, gsize len)
{
  HvfsExports *exports = file->exports;
  Export *export = file->export;
  gint64 capacity;

  g_mutex_lock (&exports->lock);
  export->received += (gint64) len;
  capacity = export->lease == NULL ? 0 : hvfs_lease_capacity (export->lease);
  if (capacity > 0)
    hvfs_lease_set_percent (export->lease, (guint) MIN (export->received * 100 / capacity, 99));
  g_mutex_unlock (&exports->lock);
}

static gboolean
put (const char *data, gsize len, gpointer user_data, GError **error)
{
  HvfsExportFile *file = user_data;

  note_received (file, len);
  return hvfs_pipe_put (file->pipe, data, len, file->closed, error);
}

static void
work_func (gpointer data, gpointer user_data)
{
  Work *work = data;
  HvfsExports *exports = user_data;

  if (work->file != NULL)
    {
      g_autoptr (GError) failure = NULL;

      hvfs_nfc_get (exports->server, &work->file->url, put, work->file, work->file->closed, &failure);
      hvfs_pipe_end (work->file->pipe, failure);
      file_unref (work->file);
    }
  else
    end_when_idle (exports, work->export);
  g_free (work);
}

/* Whether the disk @n cannot be had in the lease that there is, but in another. */
static gboolean
needs_lease_locked (const Export *export, guint n)
{
  if (export->lease == NULL)
    return TRUE;
  return export->n_open == 0 && n < export->disks->len
         && ((Disk *) export->disks->pdata[n])->state != UNREAD;
}

static gboolean
check_locked (const Export *export, guint n, GError **error)
{
  if (n >= export->disks->len)
    g_set_error (error, HVFS_ERROR, ENOENT, "there is no disk %u: the server exports %u", n + 1,
                 export->disks->len);
  else if (((Disk *) export->disks->pdata[n])->state == UNREAD)
    return TRUE;
  else
    g_set_error (error, HVFS_ERROR, EBUSY,
                 "an export gives each disk once, and this one has been opened: close all of its files first");
  return FALSE;
}

static HvfsExportFile *
open_locked (HvfsExports *exports, Export *export, guint n)
{
  Disk *disk = export->disks->pdata[n];
  HvfsExportFile *file = g_new0 (HvfsExportFile, 1);

  file->exports = exports;
  file->export = export;
  file->n = n;
  file->generation = export->generation;
  url_copy (&file->url, &disk->url);
  file->pipe = hvfs_pipe_new (PIPE_BYTES);
  file->closed = g_cancellable_new ();
  g_mutex_init (&file->lock);
  file->sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_atomic_ref_count_init (&file->refs);
  g_atomic_ref_count_inc (&file->refs); /* the transfer's */
  disk->state = OPEN;
  export->n_open++;
  export->used_us = g_get_monotonic_time ();
  g_cond_broadcast (&exports->changed);
  return file;
}

HvfsExportFile *
hvfs_export_open (HvfsExports *exports, guint32 serial, guint n, GCancellable *cancellable,
                  GError **error)
{
  Export *export = enter (exports, serial, cancellable, error);
  HvfsExportFile *file = NULL;
  gboolean needs;

  if (export == NULL)
    return NULL;
  g_mutex_lock (&exports->lock);
  needs = needs_lease_locked (export, n);
  g_mutex_unlock (&exports->lock);
  if (needs)
    end_lease (exports, export, FALSE);
  if (!needs || begin_lease (exports, export, cancellable, error))
    {
      g_mutex_lock (&exports->lock);
      if (check_locked (export, n, error))
        file = open_locked (exports, export, n);
      g_mutex_unlock (&exports->lock);
      push (exports, file, export);
    }
  leave (exports, export);
  return file;
}

void
hvfs_export_close (HvfsExportFile *file)
{
  HvfsExports *exports = file->exports;
  Export *export = file->export;
  gboolean last;

  g_cancellable_cancel (file->closed);
  g_mutex_lock (&exports->lock);
  if (file->generation == export->generation
      && ((Disk *) export->disks->pdata[file->n])->state == OPEN)
    ((Disk *) export->disks->pdata[file->n])->state = BROKEN;
  export->used_us = g_get_monotonic_time ();
  last = --export->n_open == 0 && export->lease != NULL;
  g_cond_broadcast (&exports->changed);
  g_mutex_unlock (&exports->lock);
  if (last)
    push (exports, NULL, export);
  file_unref (file);
}

/* What came is what the server has sent, if it says how much that is. */
static gboolean
check_size (HvfsExportFile *file, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gint64 size = -1;

  if (file->next > 0)
    size = hvfs_lease_lookup_size (file->export->lease, file->url.key, &failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (file->next == 0 || (size > 0 && size != file->next))
    g_set_error (error, HVFS_ERROR, EIO, "the server has sent %" G_GINT64_FORMAT " bytes, and %"
                 G_GINT64_FORMAT " came", size, (gint64) file->next);
  else
    return TRUE;
  return FALSE;
}

/* All of the disk was read.  The machine is free as soon as all disks were. */
static gboolean
finish (HvfsExportFile *file, GCancellable *cancellable, GError **error)
{
  HvfsExports *exports = file->exports;
  Export *export = enter (exports, file->export->serial, cancellable, error);
  Disk *disk = export == NULL ? NULL : export->disks->pdata[file->n];
  gboolean ok, is_complete;

  if (export == NULL)
    return FALSE;
  ok = check_size (file, error);
  g_mutex_lock (&exports->lock);
  disk->state = ok ? DONE : BROKEN;
  disk->size = file->next;
  disk->sha256 = g_strdup (g_checksum_get_string (file->sum));
  is_complete = count_locked (export, DONE) == export->disks->len;
  g_mutex_unlock (&exports->lock);
  if (is_complete)
    end_lease (exports, export, TRUE);
  leave (exports, export);
  return ok;
}

static GBytes *
read_locked (HvfsExportFile *file, gsize size, GCancellable *cancellable, GError **error)
{
  g_autofree char *buffer = g_malloc (size);
  gssize n = 0;

  if (!file->at_end)
    n = hvfs_pipe_take (file->pipe, buffer, size, cancellable, error);
  if (n < 0)
    return NULL;
  if (n == 0 && !file->at_end)
    {
      if (cancellable == NULL)
        {
          g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "the lease is to be ended");
          return NULL;
        }
      if (!finish (file, cancellable, error))
        return NULL;
      file->at_end = TRUE;
    }
  if (n == 0)
    return g_bytes_new (NULL, 0);
  g_checksum_update (file->sum, (const guchar *) buffer, n);
  file->next += n;
  return g_bytes_new_take (g_steal_pointer (&buffer), (gsize) n);
}

GBytes *
hvfs_export_read (HvfsExportFile *file, goffset off, gsize size, GCancellable *cancellable,
                  GError **error)
{
  GBytes *bytes = NULL;

  if (cancellable != NULL)
    g_mutex_lock (&file->lock);
  else if (!g_mutex_trylock (&file->lock))
    {
      g_set_error (error, HVFS_ERROR, EWOULDBLOCK, "it is being read");
      return NULL;
    }
  if (off == file->next)
    bytes = read_locked (file, size, cancellable, error);
  else
    g_set_error (error, HVFS_ERROR, ESPIPE, "the server sends an exported disk once, from the first "
                 "byte to the last: it cannot be read at %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT,
                 (gint64) off, (gint64) file->next);
  g_mutex_unlock (&file->lock);
  return bytes;
}

/* ---- descriptor and manifest ---- */

static HvfsRequest *
new_description (HvfsExports *exports, Export *export, const char *name, const char *vm,
                 GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (exports->server->session);
  const char *manager = hvfs_value_text (content, "ovfManager");
  HvfsRequest *request;

  if (manager == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the server knows no OVF");
      return NULL;
    }
  request = hvfs_request_new ("CreateDescriptor", "OvfManager", manager);
  hvfs_request_moref (request, "obj", "VirtualMachine", vm);
  hvfs_request_open (request, "cdp", NULL);
  for (guint i = 0; i < export->disks->len; i++)
    {
      const Disk *disk = export->disks->pdata[i];
      g_autofree char *path = hvfs_export_disk_name (i);

      hvfs_request_open (request, "ovfFiles", NULL);
      hvfs_request_text (request, "deviceId", disk->url.key);
      hvfs_request_text (request, "path", path);
      hvfs_request_int (request, "size", disk->size);
      hvfs_request_close (request);
    }
  hvfs_request_text (request, "name", name);
  hvfs_request_close (request);
  return request;
}

/* The first error that the server has found; FALSE: none. */
static gboolean
take_error (const HvfsValue *result, GError **error)
{
  const HvfsValue *first = hvfs_value_get (result, "error");
  const char *words = hvfs_value_text (first, "localizedMessage");

  if (first != NULL)
    g_set_error (error, HVFS_ERROR, EIO, "the server cannot describe the machine: %s",
                 words != NULL ? words : "it does not say why");
  return first != NULL;
}

/* A size that is not known yet is none. */
static char *
without_unknown_sizes (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, " ovf:size=\"0\"", -1);

  return g_strjoinv ("", parts);
}

static char *
describe (HvfsExports *exports, Export *export, const char *name, GCancellable *cancellable,
          GError **error)
{
  g_autofree char *vm = hvfs_operation_dup_moref (exports->server, export->serial, error);
  g_autoptr (HvfsRequest) request
    = vm == NULL ? NULL : new_description (exports, export, name, vm, error);
  g_autoptr (HvfsValue) reply
    = request == NULL ? NULL
                      : hvfs_session_call (exports->server->session, request, HVFS_CALL_READ, 0,
                                           cancellable, error);
  const HvfsValue *result = hvfs_value_get (reply, "returnval");
  const char *text = hvfs_value_text (result, "ovfDescriptor");
  char *ovf;

  if (reply == NULL || take_error (result, error))
    return NULL;
  if (text == NULL || *text == '\0')
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server's descriptor is empty");
      return NULL;
    }
  ovf = without_unknown_sizes (text);
  g_mutex_lock (&exports->lock);
  g_free (export->ovf_sha256);
  export->ovf_sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, ovf, -1);
  g_mutex_unlock (&exports->lock);
  return ovf;
}

/* Whether what is known of the disks is that of the machine as it is. */
static gboolean
is_known_locked (const Export *export)
{
  return export->disks != NULL
         && (export->lease != NULL
             || (count_locked (export, DONE) == export->disks->len
                 && g_get_monotonic_time () < export->used_us + RECORD_US));
}

char *
hvfs_export_descriptor (HvfsExports *exports, guint32 serial, const char *name,
                        GCancellable *cancellable, GError **error)
{
  Export *export = enter (exports, serial, cancellable, error);
  gboolean known;
  char *ovf = NULL;

  if (export == NULL)
    return NULL;
  g_mutex_lock (&exports->lock);
  known = is_known_locked (export);
  g_mutex_unlock (&exports->lock);
  if (known || begin_lease (exports, export, cancellable, error))
    ovf = describe (exports, export, name, cancellable, error);
  if (!known)
    end_lease (exports, export, FALSE);
  leave (exports, export);
  return ovf;
}

static gboolean
has_descriptor (HvfsExports *exports, guint32 serial)
{
  gboolean has;

  g_mutex_lock (&exports->lock);
  has = get_locked (exports, serial)->ovf_sha256 != NULL;
  g_mutex_unlock (&exports->lock);
  return has;
}

char *
hvfs_export_manifest (HvfsExports *exports, guint32 serial, const char *name, const char *ovf,
                      GCancellable *cancellable, GError **error)
{
  GString *text = g_string_new (NULL);
  const Export *export;

  if (!has_descriptor (exports, serial))
    {
      g_autofree char *described
        = hvfs_export_descriptor (exports, serial, name, cancellable, error);

      if (described == NULL)
        {
          g_string_free (text, TRUE);
          return NULL;
        }
    }
  g_mutex_lock (&exports->lock);
  export = get_locked (exports, serial);
  if (export->ovf_sha256 != NULL)
    g_string_append_printf (text, "SHA256(%s)= %s\n", ovf, export->ovf_sha256);
  for (guint i = 0; export->disks != NULL && i < export->disks->len; i++)
    {
      const Disk *disk = export->disks->pdata[i];

      if (disk->state == DONE)
        g_string_append_printf (text, "SHA256(disk-%u.vmdk)= %s\n", i, disk->sha256);
    }
  g_mutex_unlock (&exports->lock);
  return g_string_free (text, FALSE);
}
