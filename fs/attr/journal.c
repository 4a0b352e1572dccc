/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/journal.c - a list that can be followed; see journal.h */
#include "fs/attr/journal.h"

#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "fs/fs.h"
#include "fs/row/call.h"

/* A journal of this size begins again with the list, which tail says of a file. */
#define MAX_JOURNAL_BYTES (256 << 10)

typedef struct
{
  guint n_open;
  guint number;   /* of the times that it began */
  GString *text;
  GBytes *list;   /* what the text is up to date with */
} Journal;

struct _HvfsJournals
{
  GMutex lock;
  GHashTable *by_row; /* lock: Journal, of what is open */
};

/* One descriptor; all of it is under the journals' lock. */
typedef struct
{
  GBytes *list;   /* nullable: as it was at its beginning, where that was read */
  gsize since;    /* where in the journal what follows the list begins */
  guint number;   /* of the journal then */
} Reader;

static void
free_journal (gpointer data)
{
  Journal *journal = data;

  g_string_free (journal->text, TRUE);
  g_bytes_unref (journal->list);
  g_free (journal);
}

HvfsJournals *
hvfs_journals_new (void)
{
  HvfsJournals *journals = g_new0 (HvfsJournals, 1);

  g_mutex_init (&journals->lock);
  journals->by_row = g_hash_table_new_full (NULL, NULL, NULL, free_journal);
  return journals;
}

void
hvfs_journals_free (HvfsJournals *journals)
{
  g_hash_table_unref (journals->by_row);
  g_mutex_clear (&journals->lock);
  g_free (journals);
}

/* ---- the journal ---- */

static void
begin (Journal *journal, GBytes *list)
{
  gsize length;
  const char *data = g_bytes_get_data (list, &length);

  journal->number++;
  g_string_truncate (journal->text, 0);
  g_string_append_len (journal->text, data, length);
}

/* @func: for each line, with its newline */
static void
foreach_line (GBytes *list, void (*func) (const char *line, gsize length, gpointer data),
              gpointer data)
{
  gsize length, size;
  const char *line = g_bytes_get_data (list, &size);

  for (; size > 0; line += length, size -= length)
    {
      const char *end = memchr (line, '\n', size);
      length = end != NULL ? (gsize) (end - line) + 1 : size;
      func (line, length, data);
    }
}

typedef struct
{
  GHashTable *known; /* line → how often it was in the list before */
  GString *text;
} Addition;

static void
count_line (const char *line, gsize length, gpointer data)
{
  GHashTable *known = data;
  char *key = g_strndup (line, length);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));

  g_hash_table_replace (known, key, GUINT_TO_POINTER (n + 1));
}

static void
add_if_new (const char *line, gsize length, gpointer data)
{
  Addition *addition = data;
  g_autofree char *key = g_strndup (line, length);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (addition->known, key));

  if (n > 0)
    g_hash_table_replace (addition->known, g_steal_pointer (&key), GUINT_TO_POINTER (n - 1));
  else
    g_string_append_len (addition->text, line, length);
}

/* Adds what @list has and the one before had not. */
static void
bring_up_to_date (Journal *journal, GBytes *list)
{
  if (g_bytes_equal (journal->list, list))
    return;
  if (journal->text->len > MAX_JOURNAL_BYTES)
    begin (journal, list);
  else
    {
      g_autoptr (GHashTable) known
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      Addition addition = { known, journal->text };

      foreach_line (journal->list, count_line, known);
      foreach_line (list, add_if_new, &addition);
    }
  g_bytes_unref (journal->list);
  journal->list = g_bytes_ref (list);
}

/* (transfer full): the list as it is now.  Under the mirror's lock and the journals', so that
 * nobody brings a journal up to date with an older one. */
static GBytes *
show (HvfsFs *fs, HvfsNode node, GError **error)
{
  GString *text = g_string_sized_new (256);

  if (node.row->show (fs, node, NULL, text, error))
    return g_string_free_to_bytes (text);
  g_string_free (text, TRUE);
  return NULL;
}

void
hvfs_journal_stat (HvfsFs *fs, HvfsNode node, struct stat *st)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->journals->lock);
  Journal *journal = g_hash_table_lookup (fs->journals->by_row, node.row);
  g_autoptr (GBytes) list = journal != NULL ? show (fs, node, NULL) : NULL;

  if (list == NULL)
    return;
  bring_up_to_date (journal, list);
  st->st_size = journal->text->len;
}

/* ---- one descriptor ---- */

/* Whether it may be read at all. */
static gboolean
confirm (HvfsCall *call, HvfsNode node, GError **error)
{
  return (node.row->flags & HVFS_ROW_LOCAL) != 0 || hvfs_call_confirm (call, error);
}

static gboolean
journal_open (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error)
{
  HvfsJournals *journals = call->fs->journals;
  g_autoptr (GRWLockReaderLocker) mirror = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  g_autoptr (GBytes) list = NULL;
  Journal *journal;
  Reader *reader;

  if (!hvfs_call_only_reads (fi, error) || !confirm (call, node, error))
    return FALSE;
  mirror = g_rw_lock_reader_locker_new (hvfs_mirror_lock (call->fs->mirror));
  locker = g_mutex_locker_new (&journals->lock);
  list = show (call->fs, node, error);
  if (list == NULL)
    return FALSE;
  journal = g_hash_table_lookup (journals->by_row, node.row);
  if (journal == NULL)
    {
      journal = g_new0 (Journal, 1);
      journal->text = g_string_new (NULL);
      journal->list = g_bytes_ref (list);
      begin (journal, list);
      g_hash_table_insert (journals->by_row, node.row, journal);
    }
  journal->n_open++;
  reader = g_new0 (Reader, 1);
  reader->number = journal->number;
  fi->fh = (uintptr_t) reader;
  fi->direct_io = 1;
  fi->noflush = 1;
  return TRUE;
}

static GBytes *
journal_read (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size, goffset off,
              GError **error)
{
  Reader *reader = (Reader *) (uintptr_t) fi->fh;
  HvfsJournals *journals = call->fs->journals;
  g_autoptr (GRWLockReaderLocker) mirror = NULL;
  g_autoptr (GMutexLocker) locker = NULL;
  g_autoptr (GBytes) list = NULL;
  Journal *journal;
  goffset length;

  if (!confirm (call, node, error))
    return NULL;
  mirror = g_rw_lock_reader_locker_new (hvfs_mirror_lock (call->fs->mirror));
  locker = g_mutex_locker_new (&journals->lock);
  list = show (call->fs, node, error);
  if (list == NULL)
    return NULL;
  journal = g_hash_table_lookup (journals->by_row, node.row);
  bring_up_to_date (journal, list);
  if (off == 0)
    {
      g_clear_pointer (&reader->list, g_bytes_unref);
      reader->list = g_bytes_ref (list);
      reader->since = journal->text->len;
      reader->number = journal->number;
    }
  length = reader->list != NULL ? g_bytes_get_size (reader->list) : 0;
  if (off < length)
    return hvfs_call_slice_text (reader->list, size, off);
  /* Of a journal that began again, only who begins again reads. */
  if (reader->number != journal->number)
    return g_bytes_new (NULL, 0);
  return hvfs_call_slice (journal->text->str, journal->text->len, size,
                          off - length + reader->since);
}

static void
journal_close (HvfsFs *fs, HvfsNode node, guint64 fh)
{
  Reader *reader = (Reader *) (uintptr_t) fh;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fs->journals->lock);
  Journal *journal = g_hash_table_lookup (fs->journals->by_row, node.row);

  if (--journal->n_open == 0)
    g_hash_table_remove (fs->journals->by_row, node.row);
  g_clear_pointer (&reader->list, g_bytes_unref);
  g_free (reader);
}

const HvfsFileOps hvfs_journal_ops = {
  .open = journal_open, .read = journal_read, .close = journal_close, .setattr = hvfs_call_no_setattr,
};
