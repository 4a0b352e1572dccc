/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/desk.c - what people and their editors put into a domain's directory; see desk.h
 *
 * A thread of its own sleeps until the next live file is due back or the next sheet
 * is old; where there are no desks it sleeps for good.
 */
#include "fs/edit/desk.h"

#include <string.h>

#include "convert/error.h"

#define MAX_NAME_BYTES 255
#define MAX_WRITERS 8 /* of one sheet that are known */
#define MAX_SEEKERS 64 /* likewise */
#define MISTAKEN_US (10 * G_TIME_SPAN_SECOND) /* for as long a walk to a file may take */
#define MAX_NUMBER ((1u << 27) - 1)              /* what an inode number has room for */
#define OLD_US (24 * 60 * 60 * G_TIME_SPAN_SECOND) /* a sheet nobody looked at */
#define NAMELESS_US (60 * G_TIME_SPAN_SECOND)      /* a reader may still have it open */

struct _HvfsDesks
{
  HvfsDeskChanged changed;
  gpointer data;
  GThread *thread;

  GMutex lock;
  GCond woken;
  GHashTable *desks;    /* lock: dir -> HvfsDesk, owned */
  guint32 last_number;  /* lock */
  gsize n_bytes;        /* lock: of all sheets */
  guint n_sheets;       /* lock */
  gint64 next_us;       /* lock: when the thread wakes up by itself; 0: never */
  gboolean closing;     /* lock */
};

/* ---- sheets ---- */

static void
sheet_free (HvfsSheet *sheet)
{
  g_free (sheet->name);
  g_clear_pointer (&sheet->data, g_byte_array_unref);
  g_free (sheet->target);
  g_array_unref (sheet->writers);
  g_clear_pointer (&sheet->seekers, g_array_unref);
  g_free (sheet);
}

static void
sheet_touch (HvfsSheet *sheet)
{
  sheet->stale = FALSE;
  sheet->away = 0;
  sheet->mtime_us = g_get_real_time ();
  sheet->used_us = g_get_monotonic_time ();
}

static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer data)
{
  guint32 x = GPOINTER_TO_UINT (a), y = GPOINTER_TO_UINT (b);

  return x < y ? -1 : x > y;
}

static gsize
sheet_bytes (const HvfsSheet *sheet)
{
  return sheet->data == NULL ? 0 : sheet->data->len;
}

static gboolean
is_live_name (const HvfsDesk *desk, const char *name)
{
  return !desk->is_plain
         && (strcmp (name, HVFS_DESK_LIVE) == 0
             || (!desk->has_live && strcmp (name, HVFS_DESK_LIVE_VMX) == 0));
}

static HvfsSheet *
sheet_new_locked (HvfsDesks *desks, HvfsDesk *desk, guint32 number, const char *name, mode_t mode)
{
  HvfsSheet *sheet = g_new0 (HvfsSheet, 1);

  sheet->number = number;
  sheet->name = g_strdup (name);
  sheet->mode = mode;
  sheet->uid = HVFS_DESK_UID;
  sheet->writers = g_array_new (FALSE, FALSE, sizeof (HvfsWriter));
  sheet->live = is_live_name (desk, name);
  if (!sheet->live)
    sheet->data = g_byte_array_new ();
  sheet_touch (sheet);
  g_tree_insert (desk->sheets, GUINT_TO_POINTER (number), sheet);
  g_hash_table_replace (desk->names, sheet->name, sheet);
  desks->n_sheets++;
  return sheet;
}

/* From the desk and from memory, if no handle has it. */
static void
sheet_drop_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet)
{
  if (sheet->name != NULL)
    g_hash_table_remove (desk->names, sheet->name);
  g_clear_pointer (&sheet->name, g_free);
  g_tree_remove (desk->sheets, GUINT_TO_POINTER (sheet->number));
  desks->n_bytes -= sheet_bytes (sheet);
  desks->n_sheets--;
  sheet->live = FALSE;
  if (sheet->n_handles == 0)
    sheet_free (sheet);
  else
    g_clear_pointer (&sheet->data, g_byte_array_unref); /* nobody finds it any more */
}

static guint32
next_number_locked (HvfsDesks *desks, HvfsDesk *desk)
{
  do
    desks->last_number = desks->last_number == MAX_NUMBER ? 1 : desks->last_number + 1;
  while (hvfs_sheet_get_locked (desk, desks->last_number) != NULL);
  return desks->last_number;
}

void
hvfs_desks_get_room (HvfsDesks *desks, guint64 *ret_bytes, guint *ret_files)
{
  hvfs_desks_lock (desks);
  *ret_bytes = HVFS_DESK_MAX_BYTES - MIN (desks->n_bytes, HVFS_DESK_MAX_BYTES);
  *ret_files = HVFS_DESK_MAX_SHEETS - MIN (desks->n_sheets, HVFS_DESK_MAX_SHEETS);
  hvfs_desks_unlock (desks);
}

HvfsSheet *
hvfs_sheet_get_locked (HvfsDesk *desk, guint32 number)
{
  return g_tree_lookup (desk->sheets, GUINT_TO_POINTER (number));
}

HvfsSheet *
hvfs_sheet_find_locked (HvfsDesk *desk, const char *name)
{
  return g_hash_table_lookup (desk->names, name);
}

/* ---- desks ---- */

static gboolean
free_one (gpointer key, gpointer value, gpointer data)
{
  sheet_free (value);
  return FALSE;
}

/* Its sheets have been dropped, or nothing is used any more. */
static void
desk_free (gpointer data)
{
  HvfsDesk *desk = data;

  g_tree_foreach (desk->sheets, free_one, NULL);
  g_tree_unref (desk->sheets);
  g_hash_table_unref (desk->names);
  g_free (desk->pinned_version);
  g_free (desk);
}

HvfsDesk *
hvfs_desk_get_locked (HvfsDesks *desks, guint64 dir)
{
  return g_hash_table_lookup (desks->desks, &dir);
}

HvfsDesk *
hvfs_desk_make_locked (HvfsDesks *desks, guint64 dir, gboolean has_live)
{
  HvfsDesk *desk = hvfs_desk_get_locked (desks, dir);

  if (desk != NULL)
    return desk;
  desk = g_new0 (HvfsDesk, 1);
  desk->dir = dir;
  desk->sheets = g_tree_new_full (compare_numbers, NULL, NULL, NULL);
  desk->names = g_hash_table_new (g_str_hash, g_str_equal);
  desk->has_live = has_live;
  desk->n_saves = 1;
  g_hash_table_insert (desks->desks, &desk->dir, desk);
  if (has_live)
    sheet_new_locked (desks, desk, 0, HVFS_DESK_LIVE, S_IFREG | 0644);
  return desk;
}

HvfsDesk *
hvfs_desk_make_plain_locked (HvfsDesks *desks, guint64 dir)
{
  HvfsDesk *desk = hvfs_desk_make_locked (desks, dir, FALSE);

  desk->is_plain = TRUE;
  return desk;
}

static HvfsSheet *
nth_sheet (HvfsDesk *desk, guint n)
{
  GTreeNode *node = g_tree_node_first (desk->sheets);

  while (n-- > 0 && node != NULL)
    node = g_tree_node_next (node);
  return node == NULL ? NULL : g_tree_node_value (node);
}

void
hvfs_desk_drop (HvfsDesks *desks, guint64 dir)
{
  HvfsDesk *desk;
  HvfsSheet *sheet;

  hvfs_desks_lock (desks);
  desk = hvfs_desk_get_locked (desks, dir);
  while (desk != NULL && (sheet = nth_sheet (desk, 0)) != NULL)
    sheet_drop_locked (desks, desk, sheet);
  g_hash_table_remove (desks->desks, &dir);
  hvfs_desks_unlock (desks);
}

/* Nothing but what is there without a desk. */
static gboolean
desk_is_clear (HvfsDesk *desk)
{
  HvfsSheet *first = nth_sheet (desk, 0);

  return first == NULL
           ? !desk->has_live
           : desk->has_live && nth_sheet (desk, 1) == NULL && first->live && first->number == 0
               && first->n_handles == 0 && desk->pinned_version == NULL;
}

/* ---- what time brings ---- */

/* Sees to it that the thread looks again at @us, or before. */
static void
wake_at_locked (HvfsDesks *desks, gint64 us)
{
  if (desks->next_us != 0 && desks->next_us <= us)
    return;
  desks->next_us = us;
  g_cond_signal (&desks->woken);
}

static gint64
sheet_ends_us (const HvfsSheet *sheet)
{
  return sheet->live || sheet->n_handles > 0
           ? G_MAXINT64
           : sheet->used_us + (sheet->name == NULL ? NAMELESS_US : OLD_US);
}

typedef struct
{
  gint64 now, next;
  HvfsSheet *old;   /* one that is over */
} Look;

static gboolean
look_at (gpointer key, gpointer value, gpointer data)
{
  HvfsSheet *sheet = value;
  Look *look = data;
  gint64 ends = sheet_ends_us (sheet);

  if (ends <= look->now)
    look->old = sheet;
  else
    look->next = MIN (look->next, ends);
  return look->old != NULL;
}

/* Does one thing that is due on @desk.  Returns: (nullable) (transfer full): the
 * name that changed by it; @look->next, when nothing is due. */
static char *
tidy_locked (HvfsDesks *desks, HvfsDesk *desk, Look *look)
{
  char *name;

  if (desk->returns_us != 0 && desk->returns_us <= look->now)
    {
      hvfs_desk_restore_locked (desks, desk);
      return g_strdup (HVFS_DESK_LIVE);
    }
  do
    {
      look->old = NULL;
      if (desk->returns_us != 0)
        look->next = MIN (look->next, desk->returns_us);
      g_tree_foreach (desk->sheets, look_at, look);
      if (look->old == NULL)
        return NULL;
      name = g_strdup (look->old->name);
      sheet_drop_locked (desks, desk, look->old);
    }
  while (name == NULL);
  return name;
}

/* The first thing that is due anywhere. */
static char *
tidy_all_locked (HvfsDesks *desks, guint64 *ret_dir)
{
  Look look = { g_get_monotonic_time (), G_MAXINT64, NULL };
  GHashTableIter iter;
  gpointer desk;

  g_hash_table_iter_init (&iter, desks->desks);
  while (g_hash_table_iter_next (&iter, NULL, &desk))
    {
      char *name = tidy_locked (desks, desk, &look);

      *ret_dir = ((HvfsDesk *) desk)->dir;
      if (name != NULL)
        return name;
      if (desk_is_clear (desk))
        g_hash_table_iter_remove (&iter);
    }
  desks->next_us = look.next == G_MAXINT64 ? 0 : look.next;
  return NULL;
}

static gpointer
desk_thread (gpointer data)
{
  HvfsDesks *desks = data;
  guint64 dir;

  g_mutex_lock (&desks->lock);
  while (!desks->closing)
    {
      g_autofree char *name = tidy_all_locked (desks, &dir);

      if (name != NULL)
        {
          g_mutex_unlock (&desks->lock);
          desks->changed (dir, name, desks->data);
          g_mutex_lock (&desks->lock);
        }
      else if (desks->next_us == 0)
        g_cond_wait (&desks->woken, &desks->lock);
      else
        g_cond_wait_until (&desks->woken, &desks->lock, desks->next_us);
    }
  g_mutex_unlock (&desks->lock);
  return NULL;
}

/* ---- all of them ---- */

HvfsDesks *
hvfs_desks_new (HvfsDeskChanged changed, gpointer data)
{
  HvfsDesks *desks = g_new0 (HvfsDesks, 1);

  g_mutex_init (&desks->lock);
  g_cond_init (&desks->woken);
  desks->changed = changed;
  desks->data = data;
  desks->desks = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, desk_free);
  return desks;
}

void
hvfs_desks_free (HvfsDesks *desks)
{
  if (desks == NULL)
    return;
  g_mutex_lock (&desks->lock);
  desks->closing = TRUE;
  g_cond_signal (&desks->woken);
  g_mutex_unlock (&desks->lock);
  if (desks->thread != NULL)
    g_thread_join (desks->thread);
  g_hash_table_unref (desks->desks);
  g_cond_clear (&desks->woken);
  g_mutex_clear (&desks->lock);
  g_free (desks);
}

void
hvfs_desks_lock (HvfsDesks *desks)
{
  g_mutex_lock (&desks->lock);
}

void
hvfs_desks_unlock (HvfsDesks *desks)
{
  g_mutex_unlock (&desks->lock);
}

/* ---- changes ---- */

/* The thread starts with the first thing it may have to look after: the daemon
 * forks before, and threads do not survive that. */
static void
expect_locked (HvfsDesks *desks, gint64 us)
{
  if (desks->thread == NULL)
    desks->thread = g_thread_new ("hvfs-desks", desk_thread, desks);
  wake_at_locked (desks, us);
}

HvfsSheet *
hvfs_sheet_add_locked (HvfsDesks *desks, HvfsDesk *desk, const char *name, mode_t mode,
                       const char *target, GError **error)
{
  HvfsSheet *sheet = NULL;

  if (hvfs_sheet_find_locked (desk, name) != NULL)
    g_set_error (error, HVFS_ERROR, EEXIST, "there is a '%s' already", name);
  else if (strlen (name) > MAX_NAME_BYTES)
    g_set_error (error, HVFS_ERROR, ENAMETOOLONG, "a name has at most %d bytes", MAX_NAME_BYTES);
  else if (desks->n_sheets >= HVFS_DESK_MAX_SHEETS)
    g_set_error (error, HVFS_ERROR, ENOSPC,
                 "there are %d scratch files already: remove some",
                 HVFS_DESK_MAX_SHEETS);
  else
    {
      sheet = sheet_new_locked (desks, desk, next_number_locked (desks, desk), name, mode);
      sheet->target = g_strdup (target);
      if (sheet->live)
        desk->returns_us = 0;
      expect_locked (desks, sheet->used_us + OLD_US);
    }
  return sheet;
}

/* Whether it may have @size bytes. */
static gboolean
check_size_locked (HvfsDesks *desks, HvfsSheet *sheet, guint64 size, GError **error)
{
  if (size > HVFS_DESK_MAX_SHEET_BYTES)
    g_set_error (error, HVFS_ERROR, EFBIG, "a scratch file has at most %d MiB",
                 HVFS_DESK_MAX_SHEET_BYTES >> 20);
  else if (size > sheet_bytes (sheet)
           && desks->n_bytes + size - sheet_bytes (sheet) > HVFS_DESK_MAX_BYTES)
    g_set_error (error, HVFS_ERROR, ENOSPC,
                 "the scratch files have %d MiB already: remove some",
                 HVFS_DESK_MAX_BYTES >> 20);
  else
    return TRUE;
  return FALSE;
}

gboolean
hvfs_sheet_resize_locked (HvfsDesks *desks, HvfsSheet *sheet, guint64 size, GError **error)
{
  gsize old = sheet_bytes (sheet);

  if (sheet->data == NULL)
    return TRUE; /* it went while it was open */
  if (!check_size_locked (desks, sheet, size, error))
    return FALSE;
  if (size == 0)
    g_array_set_size (sheet->writers, 0);
  g_byte_array_set_size (sheet->data, size);
  if (size > old)
    memset (sheet->data->data + old, 0, size - old);
  desks->n_bytes += size - old;
  sheet_touch (sheet);
  return TRUE;
}

gboolean
hvfs_sheet_write_locked (HvfsDesks *desks, HvfsSheet *sheet, const void *data, gsize size,
                         guint64 off, GError **error)
{
  guint64 end = off + size;

  if (end > sheet_bytes (sheet) && !hvfs_sheet_resize_locked (desks, sheet, end, error))
    return FALSE;
  if (sheet->data != NULL && size > 0)
    memcpy (sheet->data->data + off, data, size);
  sheet_touch (sheet);
  return TRUE;
}

void
hvfs_sheet_add_writer_locked (HvfsSheet *sheet, HvfsReads *reads, pid_t tid)
{
  HvfsWriter writer;

  for (guint i = 0; i < sheet->writers->len; i++)
    if (g_array_index (sheet->writers, HvfsWriter, i).tid == tid)
      return;
  if (sheet->writers->len == MAX_WRITERS)
    g_array_remove_index (sheet->writers, 0);
  hvfs_reads_begin_writer (reads, &writer, tid);
  g_array_append_val (sheet->writers, writer);
}

/* It is not live any more: what it had is its own now. */
static void
end_live_locked (HvfsDesks *desks, const HvfsDesk *desk, HvfsSheet *sheet, GBytes *text)
{
  sheet->live = FALSE;
  sheet->data = g_byte_array_new ();
  if (text != NULL)
    g_byte_array_append (sheet->data, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  desks->n_bytes += sheet->data->len;
  sheet->away = desk->n_saves;
  sheet->moved_us = g_get_monotonic_time ();
}

void
hvfs_sheet_sought_locked (HvfsSheet *sheet, pid_t tid)
{
  if (sheet->moved_us == 0)
    return;
  if (sheet->seekers == NULL)
    sheet->seekers = g_array_new (FALSE, FALSE, sizeof (pid_t));
  if (sheet->seekers->len == MAX_SEEKERS)
    g_array_remove_index (sheet->seekers, 0);
  g_array_append_val (sheet->seekers, tid);
}

gboolean
hvfs_sheet_is_mistaken_locked (const HvfsSheet *sheet, pid_t tid)
{
  if (sheet->moved_us == 0 || g_get_monotonic_time () - sheet->moved_us > MISTAKEN_US)
    return FALSE;
  for (guint i = 0; sheet->seekers != NULL && i < sheet->seekers->len; i++)
    if (g_array_index (sheet->seekers, pid_t, i) == tid)
      return FALSE;
  return TRUE;
}

static void
take_name_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet, GBytes *text)
{
  g_hash_table_remove (desk->names, sheet->name);
  g_clear_pointer (&sheet->name, g_free);
  sheet->used_us = g_get_monotonic_time ();
  if (sheet->live)
    {
      end_live_locked (desks, desk, sheet, text);
      if (desk->has_live)
        {
          desk->returns_us = sheet->used_us + HVFS_DESK_RETURNS_US;
          expect_locked (desks, desk->returns_us);
        }
    }
}

void
hvfs_sheet_rename_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet, const char *name,
                          GBytes *text)
{
  HvfsSheet *victim = hvfs_sheet_find_locked (desk, name);

  if (victim == sheet)
    return;
  if (victim != NULL)
    hvfs_sheet_unlink_locked (desks, desk, victim, text);
  take_name_locked (desks, desk, sheet, text);
  sheet->name = g_strdup (name);
  g_hash_table_replace (desk->names, sheet->name, sheet);
  if (is_live_name (desk, name))
    {
      sheet->live = TRUE;
      sheet->moved_us = 0;
      g_clear_pointer (&sheet->seekers, g_array_unref);
      desks->n_bytes -= sheet_bytes (sheet);
      g_clear_pointer (&sheet->data, g_byte_array_unref);
      g_array_set_size (sheet->writers, 0);
      desk->returns_us = 0;
    }
}

void
hvfs_sheet_unlink_locked (HvfsDesks *desks, HvfsDesk *desk, HvfsSheet *sheet, GBytes *text)
{
  take_name_locked (desks, desk, sheet, text);
  expect_locked (desks, sheet->used_us + NAMELESS_US);
}

void
hvfs_desk_restore_locked (HvfsDesks *desks, HvfsDesk *desk)
{
  if (desk->returns_us == 0)
    return;
  desk->returns_us = 0;
  sheet_new_locked (desks, desk, next_number_locked (desks, desk), HVFS_DESK_LIVE,
                    S_IFREG | 0644);
}

HvfsSheet *
hvfs_sheet_ref_locked (HvfsSheet *sheet)
{
  sheet->n_handles++;
  return sheet;
}

void
hvfs_sheet_unref (HvfsDesks *desks, guint64 dir, HvfsSheet *sheet)
{
  HvfsDesk *desk;

  hvfs_desks_lock (desks);
  desk = hvfs_desk_get_locked (desks, dir);
  if (--sheet->n_handles == 0)
    {
      if (desk == NULL || hvfs_sheet_get_locked (desk, sheet->number) != sheet)
        sheet_free (sheet); /* it was dropped before */
      else
        {
          sheet->used_us = g_get_monotonic_time ();
          if (sheet->name == NULL)
            expect_locked (desks, sheet->used_us + NAMELESS_US);
          else if (desk_is_clear (desk))
            g_hash_table_remove (desks->desks, &dir);
        }
    }
  hvfs_desks_unlock (desks);
}

gboolean
hvfs_desk_put_locked (HvfsDesks *desks, HvfsDesk *desk, const char *name, GBytes *text)
{
  HvfsSheet *sheet = hvfs_sheet_find_locked (desk, name);
  gboolean was = sheet != NULL;

  if (was)
    hvfs_sheet_unlink_locked (desks, desk, sheet, NULL);
  if (text == NULL)
    return was;
  sheet = hvfs_sheet_add_locked (desks, desk, name, S_IFREG | 0444, NULL, NULL);
  if (sheet != NULL)
    hvfs_sheet_write_locked (desks, sheet, g_bytes_get_data (text, NULL), g_bytes_get_size (text),
                             0, NULL);
  return was || sheet != NULL;
}
