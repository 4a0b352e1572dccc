/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/reads.c - who has read which text of a file; see reads.h */
#include "fs/edit/reads.h"

#include <string.h>
#include <time.h>

#include "backend/wait/flight.h"
#include "convert/error.h"
#include "fs/request/caller.h"

/* What was replaced longer ago is no base of one who has read nothing. */
#define RECENT_US (60 * 60 * G_TIME_SPAN_SECOND)
/* For so long it is not looked whether who has read something is gone. */
#define GONE_US (60 * G_TIME_SPAN_SECOND)
/* A read so shortly before may be for the backup that an editor makes. */
#define SAVE_US (10 * G_TIME_SPAN_SECOND)
#define MAX_TEXT_BYTES (16 * 1024 * 1024)
#define MAX_TEXTS 64  /* of one file */
#define MAX_READS 1024
#define SWEEP_LEAST 4096
#define SWEEP_READS 32
#define NO_HASH 2166136261u /* of an empty line */

/* A text that the file had. */
typedef struct
{
  GBytes *text;        /* nullable: it was dropped; then there are */
  guint32 *lines;      /* nullable: the hashes of its lines, in order */
  guint n_lines;
  guint32 *as_written; /* nullable: the same of the writer's own words for it, where they differ */
  guint n_as_written;
  gint64 replaced_us;  /* 0: it is what was seen last */
  gboolean was_read;   /* not only written */
  guint n_reads;       /* that refer to it */
  gboolean listed;     /* in its file's texts */
  GList link;          /* in the budget's queue, while there is a text */
} Text;

typedef struct
{
  pid_t tid;
  gint64 at_us;
  Text *text;
} Read;

typedef struct
{
  guint64 ino;
  GQueue texts;        /* of Text; the one that was seen last first */
  GQueue reads;        /* of Read; the last first */
  guint sweep_at;      /* with so many reads */
  gint64 used_us;
} File;

struct _HvfsReads
{
  GMutex lock;
  GHashTable *files;   /* lock: ino -> File, owned */
  GQueue kept;         /* lock: of Text; the next to be dropped is the head */
  gsize n_bytes;       /* lock: of these */
  guint sweep_at;      /* lock: with so many files */
  GHashTable *writers; /* lock: threads and processes that began to write -> when, in seconds */
  HvfsFlight *commits; /* by ino */
};

/* Processes begin in this time, too. */
static gint64
now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

/* ---- differences ---- */

static int
compare_hashes (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static guint32
hash_line (const char *line, const char *end)
{
  guint32 hash = NO_HASH;

  while (line < end && g_ascii_isspace (*line))
    line++;
  while (end > line && g_ascii_isspace (end[-1]))
    end--;
  for (; line < end; line++)
    hash = (hash ^ (guchar) (*line == '"' ? '\'' : *line)) * 16777619u;
  return hash;
}

static guint32 *
hash_lines (GBytes *bytes, guint *ret_n)
{
  g_autoptr (GArray) hashes = g_array_new (FALSE, FALSE, sizeof (guint32));
  gsize size;
  const char *line = g_bytes_get_data (bytes, &size), *end = line + size;

  while (line != NULL && line < end)
    {
      const char *newline = memchr (line, '\n', end - line);
      const char *stop = newline != NULL ? newline : end;
      guint32 hash = hash_line (line, stop);

      if (hash != NO_HASH) /* which says nothing */
        g_array_append_val (hashes, hash);
      line = stop + 1;
    }
  g_array_sort (hashes, compare_hashes);
  *ret_n = hashes->len;
  return (guint32 *) g_array_free (g_steal_pointer (&hashes), FALSE);
}

/* How many lines are in one of them only. */
static guint
distance (const guint32 *a, guint n_a, const guint32 *b, guint n_b)
{
  guint i = 0, j = 0, n = 0;

  while (i < n_a && j < n_b)
    if (a[i] == b[j])
      i++, j++;
    else if (a[i] < b[j])
      i++, n++;
    else
      j++, n++;
  return n + (n_a - i) + (n_b - j);
}

static void
need_lines (Text *text)
{
  if (text->lines == NULL)
    text->lines = hash_lines (text->text, &text->n_lines);
}

/* ---- texts ---- */

static void
drop_bytes (HvfsReads *reads, Text *text)
{
  if (text->text == NULL)
    return;
  g_queue_unlink (&reads->kept, &text->link);
  reads->n_bytes -= g_bytes_get_size (text->text);
  g_clear_pointer (&text->text, g_bytes_unref);
}

/* Frees it if nothing refers to it any more. */
static void
text_check (HvfsReads *reads, Text *text)
{
  if (text->listed || text->n_reads > 0)
    return;
  drop_bytes (reads, text);
  g_free (text->as_written);
  g_free (text->lines);
  g_free (text);
}

static void
text_unlist (HvfsReads *reads, gpointer data)
{
  Text *text = data;

  text->listed = FALSE;
  text_check (reads, text);
}

static void
read_free (HvfsReads *reads, gpointer data)
{
  Read *read = data;

  read->text->n_reads--;
  text_check (reads, read->text);
  g_free (read);
}

static void
file_free (HvfsReads *reads, File *file)
{
  while (file->reads.head != NULL)
    read_free (reads, g_queue_pop_head (&file->reads));
  while (file->texts.head != NULL)
    text_unlist (reads, g_queue_pop_head (&file->texts));
  g_free (file);
}

static gboolean
is_text (Text *text, GBytes *bytes)
{
  g_autofree guint32 *lines = NULL;
  guint n_lines;

  if (text->text != NULL)
    return text->text == bytes || g_bytes_equal (text->text, bytes);
  lines = hash_lines (bytes, &n_lines);
  return n_lines == text->n_lines && memcmp (lines, text->lines, n_lines * sizeof *lines) == 0;
}

static void
keep_bytes (HvfsReads *reads, Text *text, GBytes *bytes)
{
  if (text->text != NULL)
    g_queue_unlink (&reads->kept, &text->link);
  else
    {
      text->text = g_bytes_ref (bytes);
      reads->n_bytes += g_bytes_get_size (bytes);
    }
  g_queue_push_tail_link (&reads->kept, &text->link);
  while (reads->n_bytes > MAX_TEXT_BYTES && reads->kept.head->data != text)
    {
      Text *old = reads->kept.head->data;

      need_lines (old);
      drop_bytes (reads, old);
    }
}

static Text *
text_new (void)
{
  Text *text = g_new0 (Text, 1);

  text->link.data = text;
  text->listed = TRUE;
  return text;
}

/* The text that is @bytes is what the file has now. */
static Text *
set_present (HvfsReads *reads, File *file, GBytes *bytes)
{
  GList *link = file->texts.head;
  Text *text;

  while (link != NULL && !is_text (link->data, bytes))
    link = link->next;
  if (link == NULL || link != file->texts.head)
    {
      if (file->texts.head != NULL)
        ((Text *) file->texts.head->data)->replaced_us = now_us ();
      text = link != NULL ? link->data : text_new ();
      if (link != NULL)
        g_queue_delete_link (&file->texts, link);
      g_queue_push_head (&file->texts, text);
      text->replaced_us = 0;
    }
  text = file->texts.head->data;
  keep_bytes (reads, text, bytes);
  if (g_queue_get_length (&file->texts) > MAX_TEXTS)
    text_unlist (reads, g_queue_pop_tail (&file->texts));
  return text;
}

/* ---- files ---- */

static gboolean
is_over (const File *file, gint64 now)
{
  if (now - file->used_us < RECENT_US)
    return FALSE;
  for (const GList *link = file->reads.head; link != NULL; link = link->next)
    if (hvfs_caller_is_there (((Read *) link->data)->tid))
      return FALSE;
  return TRUE;
}

/* Of files that nobody has read for long, and whose readers are gone. */
static void
sweep (HvfsReads *reads)
{
  GHashTableIter iter;
  gpointer file;
  gint64 now = now_us ();

  g_hash_table_iter_init (&iter, reads->files);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    if (is_over (file, now))
      {
        g_hash_table_iter_remove (&iter);
        file_free (reads, file);
      }
  reads->sweep_at = MAX (SWEEP_LEAST, 2 * g_hash_table_size (reads->files));
}

static File *
get_file (HvfsReads *reads, guint64 ino)
{
  File *file = g_hash_table_lookup (reads->files, &ino);

  if (file == NULL)
    {
      if (g_hash_table_size (reads->files) >= reads->sweep_at)
        sweep (reads);
      file = g_new0 (File, 1);
      file->ino = ino;
      g_hash_table_insert (reads->files, &file->ino, file);
    }
  file->used_us = now_us ();
  return file;
}

HvfsReads *
hvfs_reads_new (void)
{
  HvfsReads *reads = g_new0 (HvfsReads, 1);

  g_mutex_init (&reads->lock);
  reads->files = g_hash_table_new (g_int64_hash, g_int64_equal);
  reads->writers = g_hash_table_new (NULL, NULL);
  reads->commits = hvfs_flight_new ();
  reads->sweep_at = SWEEP_LEAST;
  return reads;
}

void
hvfs_reads_free (HvfsReads *reads)
{
  GHashTableIter iter;
  gpointer file;

  if (reads == NULL)
    return;
  g_hash_table_iter_init (&iter, reads->files);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    file_free (reads, file);
  g_hash_table_unref (reads->files);
  g_hash_table_unref (reads->writers);
  hvfs_flight_free (reads->commits);
  g_mutex_clear (&reads->lock);
  g_free (reads);
}

/* ---- notes ---- */

static gint
seconds (gint64 us)
{
  return (gint) (us / G_TIME_SPAN_SECOND);
}

static gboolean
wrote_long_ago (gpointer tid, gpointer at, gpointer now)
{
  return GPOINTER_TO_INT (now) - GPOINTER_TO_INT (at) > seconds (RECENT_US);
}

static gboolean
is_writer (HvfsReads *reads, pid_t tid, gint64 now)
{
  gpointer at;

  return g_hash_table_lookup_extended (reads->writers, GINT_TO_POINTER (tid), NULL, &at)
         && !wrote_long_ago (NULL, at, GINT_TO_POINTER (seconds (now)));
}

static void
note_writer (HvfsReads *reads, pid_t tid, gint64 now)
{
  gpointer at = GINT_TO_POINTER (seconds (now));

  if (g_hash_table_size (reads->writers) >= SWEEP_LEAST)
    g_hash_table_foreach_remove (reads->writers, wrote_long_ago, at);
  g_hash_table_insert (reads->writers, GINT_TO_POINTER (tid), at);
}

void
hvfs_reads_begin_writer (HvfsReads *reads, HvfsWriter *writer, pid_t tid)
{
  pid_t process = hvfs_caller_process (tid);
  gint64 now = now_us ();

  *writer = (HvfsWriter){ tid, process, hvfs_caller_began_us (process) };
  g_mutex_lock (&reads->lock);
  note_writer (reads, tid, now);
  note_writer (reads, process, now);
  g_mutex_unlock (&reads->lock);
}

/* Drops reads of @tid: all, or those of @text and those that a later one has made old. */
static void
forget (HvfsReads *reads, File *file, pid_t tid, const Text *text, gint64 now)
{
  gboolean has_older = FALSE;

  for (GList *link = file->reads.head, *next; link != NULL; link = next)
    {
      Read *read = link->data;
      gboolean is_old = now - read->at_us > SAVE_US;

      next = link->next;
      if (read->tid != tid)
        continue;
      if (text == NULL || read->text == text || has_older)
        {
          g_queue_delete_link (&file->reads, link);
          read_free (reads, read);
        }
      else
        has_older = is_old;
    }
}

/* Drops what threads that are gone have read: what they wrote may be renamed for an hour, and who
 * wrote nothing is the writer of nothing.  @tid: of one that is there; where that cannot be seen
 * it is not known who else is. */
static void
drop_ended (HvfsReads *reads, File *file, pid_t tid)
{
  gint64 now = file->used_us, least_us = hvfs_caller_is_there (tid) ? GONE_US : RECENT_US;

  for (GList *link = file->reads.tail, *next; link != NULL; link = next)
    {
      Read *read = link->data;
      gboolean is_recent = now - read->at_us < RECENT_US;

      if (now - read->at_us < least_us)
        break;
      next = link->prev;
      if ((is_recent && is_writer (reads, read->tid, now)) || hvfs_caller_is_there (read->tid))
        continue;
      g_queue_delete_link (&file->reads, link);
      read_free (reads, read);
    }
  file->sweep_at = MAX (SWEEP_READS, 2 * g_queue_get_length (&file->reads));
}

static void
add_read (HvfsReads *reads, File *file, pid_t tid, Text *text)
{
  Read *read = g_new (Read, 1);

  *read = (Read){ tid, file->used_us, text };
  text->n_reads++;
  g_queue_push_head (&file->reads, read);
  if (g_queue_get_length (&file->reads) > MAX (file->sweep_at, SWEEP_READS))
    drop_ended (reads, file, tid);
  if (g_queue_get_length (&file->reads) > MAX_READS)
    read_free (reads, g_queue_pop_tail (&file->reads));
}

void
hvfs_reads_note (HvfsReads *reads, guint64 ino, pid_t tid, GBytes *bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reads->lock);
  File *file = get_file (reads, ino);
  Text *text = set_present (reads, file, bytes);

  text->was_read = TRUE;
  if (tid == 0)
    return;
  text->n_reads++; /* which it may be the last of */
  forget (reads, file, tid, text, file->used_us);
  text->n_reads--;
  add_read (reads, file, tid, text);
}

/* ---- bases ---- */

static guint
distance_to (Text *text, const guint32 *lines, guint n_lines)
{
  need_lines (text);
  return distance (text->lines, text->n_lines, lines, n_lines);
}

/* The same of the nearer of the server's words and its writer's: a buffer that is saved again
 * still has the latter. */
static guint
distance_to_present (Text *text, const guint32 *lines, guint n_lines)
{
  guint n = distance_to (text, lines, n_lines);

  return text->as_written == NULL
           ? n
           : MIN (n, distance (text->as_written, text->n_as_written, lines, n_lines));
}

static gboolean
is_by (const Read *read, const HvfsWriter *writer)
{
  return read->at_us >= writer->began_us
         && (read->tid == writer->tid || read->tid == writer->process
             || hvfs_caller_has_thread (writer->process, read->tid));
}

/* The last first. */
static GPtrArray *
reads_by (File *file, const HvfsWriter *writers, guint n_writers)
{
  GPtrArray *own = g_ptr_array_new ();

  for (GList *link = file->reads.head; link != NULL; link = link->next)
    for (guint i = 0; i < n_writers; i++)
      if (is_by (link->data, &writers[i]))
        {
          g_ptr_array_add (own, link->data);
          break;
        }
  return own;
}

/* Of texts that are as near the one that was read last. */
static Text *
nearest (const GPtrArray *own, GBytes *wanted)
{
  g_autofree guint32 *lines = NULL;
  guint n_lines, least = G_MAXUINT;
  Text *last = ((Read *) own->pdata[0])->text, *text = last;

  for (guint i = 1; i < own->len && text == last; i++)
    text = ((Read *) own->pdata[i])->text;
  if (text == last)
    return last;
  lines = hash_lines (wanted, &n_lines);
  for (guint i = 0; i < own->len; i++)
    {
      Text *one = ((Read *) own->pdata[i])->text;
      guint n = distance_to (one, lines, n_lines);

      if (n == 0) /* it is put back */
        return last;
      if (n < least)
        text = one;
      least = MIN (least, n);
    }
  return text;
}

static GBytes *
dup_bytes (Text *text, GBytes *present)
{
  if (text->text != NULL)
    return g_bytes_ref (text->text);
  return is_text (text, present) ? g_bytes_ref (present) : g_bytes_new (NULL, 0);
}

void
hvfs_reads_wrote (HvfsReads *reads, guint64 ino, const HvfsWriter *writer, GBytes *written,
                  GBytes *bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reads->lock);
  File *file = get_file (reads, ino);
  Text *text = set_present (reads, file, bytes);
  g_autoptr (GPtrArray) own = reads_by (file, writer, 1);

  g_clear_pointer (&text->as_written, g_free);
  if (!g_bytes_equal (written, bytes))
    text->as_written = hash_lines (written, &text->n_as_written);
  if (own->len == 0)
    return;
  forget (reads, file, writer->tid, NULL, file->used_us);
  add_read (reads, file, writer->tid, text);
}

gboolean
hvfs_reads_base_of (HvfsReads *reads, guint64 ino, const HvfsWriter *writers, guint n_writers,
                    GBytes *wanted, GBytes *present, GBytes **ret_base)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reads->lock);
  File *file = g_hash_table_lookup (reads->files, &ino);
  g_autoptr (GPtrArray) own = file == NULL ? NULL : reads_by (file, writers, n_writers);

  if (own == NULL || own->len == 0)
    return FALSE;
  if (ret_base != NULL)
    *ret_base = dup_bytes (nearest (own, wanted), present);
  return TRUE;
}

/* Of a text of @n_lines that differs from @text by @n: whether half of it is from there. One
 * line that is the same says nothing. */
static gboolean
has_half (const Text *text, guint n_lines, guint n)
{
  guint n_common = (text->n_lines + n_lines - n) / 2;

  return n_common > 1 && 2 * n_common >= n_lines;
}

gboolean
hvfs_reads_is_of_older (HvfsReads *reads, guint64 ino, GBytes *wanted, GBytes *present,
                        GBytes **ret_base)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reads->lock);
  File *file = g_hash_table_lookup (reads->files, &ino);
  g_autofree guint32 *lines = NULL;
  guint n_lines, least;
  gint64 now = now_us ();
  Text *base = NULL;

  if (file == NULL)
    return FALSE;
  lines = hash_lines (wanted, &n_lines);
  least = distance_to_present (set_present (reads, file, present), lines, n_lines);
  for (GList *link = file->texts.head->next; link != NULL; link = link->next)
    {
      Text *text = link->data;
      guint n = distance_to (text, lines, n_lines);

      if (n == 0)
        return FALSE;
      if (n >= least || !has_half (text, n_lines, n) || !text->was_read || now - text->replaced_us > RECENT_US)
        continue;
      least = n;
      base = text;
    }
  if (base != NULL)
    *ret_base = dup_bytes (base, present);
  return base != NULL;
}

/* ---- turns ---- */

gboolean
hvfs_reads_begin_commit (HvfsReads *reads, guint64 ino, GCancellable *cancellable, GError **error)
{
  HvfsFlightTurn turn;

  do
    turn = hvfs_flight_begin (reads->commits, ino, cancellable, error);
  while (turn == HVFS_FLIGHT_OVER);
  return turn == HVFS_FLIGHT_MINE;
}

void
hvfs_reads_end_commit (HvfsReads *reads, guint64 ino)
{
  hvfs_flight_end (reads->commits, ino);
}
