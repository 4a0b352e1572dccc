/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/index.c - which names are in which directory; see index.h
 *
 * A directory is a hash of names, each the head of a chain of the entries that
 * share it, by moref; and an array of all its entries in the order they came,
 * which is what a listing walks.
 */
#include "fs/tree/index.h"

#include <string.h>

typedef struct _Entry Entry;

typedef struct
{
  guint64 ino;
  GHashTable *names;   /* name -> Entry, the first of its chain */
  GPtrArray *order;    /* Entry, by position */
} Directory;

struct _Entry
{
  Directory *dir;
  char *name;              /* GRefString, shared by the places of one owner */
  const HvfsObject *owner;
  guint64 child;
  guint64 position;
  Entry *same_name;        /* the next in the chain */
  Entry *same_owner;
};

struct _HvfsIndex
{
  GHashTable *dirs;        /* ino -> Directory */
  GHashTable *owners;      /* serial -> Entry, the first of its places */
  guint64 last_position;
  HvfsIndexChanged changed;
  HvfsIndexRenamed renamed;
  gpointer data;
};

static void
directory_free (gpointer data)
{
  Directory *dir = data;

  g_hash_table_unref (dir->names);
  g_ptr_array_unref (dir->order);
  g_free (dir);
}

static void
entry_free (Entry *entry)
{
  g_ref_string_release (entry->name);
  g_free (entry);
}

HvfsIndex *
hvfs_index_new (HvfsIndexChanged changed, HvfsIndexRenamed renamed, gpointer data)
{
  HvfsIndex *index = g_new0 (HvfsIndex, 1);

  index->dirs = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, directory_free);
  index->owners = g_hash_table_new (NULL, NULL);
  index->changed = changed;
  index->renamed = renamed;
  index->data = data;
  return index;
}

void
hvfs_index_free (HvfsIndex *index)
{
  GHashTableIter iter;
  gpointer dir;

  if (index == NULL)
    return;
  g_hash_table_iter_init (&iter, index->dirs);
  while (g_hash_table_iter_next (&iter, NULL, &dir))
    for (guint i = 0; i < ((Directory *) dir)->order->len; i++)
      entry_free (((Directory *) dir)->order->pdata[i]);
  g_hash_table_unref (index->owners);
  g_hash_table_unref (index->dirs);
  g_free (index);
}

static Directory *
directory_get (HvfsIndex *index, guint64 ino)
{
  return g_hash_table_lookup (index->dirs, &ino);
}

static Directory *
directory_make (HvfsIndex *index, guint64 ino)
{
  Directory *dir = directory_get (index, ino);

  if (dir != NULL)
    return dir;
  dir = g_new0 (Directory, 1);
  dir->ino = ino;
  dir->names = g_hash_table_new (g_str_hash, g_str_equal);
  dir->order = g_ptr_array_new ();
  g_hash_table_insert (index->dirs, &dir->ino, dir);
  return dir;
}

/* "vm-9" before "vm-10", and before its own places in a directory told apart. */
static int
compare_entries (const Entry *a, const Entry *b)
{
  int order = strverscmp (a->owner->moref, b->owner->moref);

  return order != 0 ? order : a->child < b->child ? -1 : a->child > b->child;
}

/* Of an NFS store a host makes "server:/path" the moref. */
static char *
second_name (const Entry *entry)
{
  GString *name = g_string_new (entry->owner->moref);

  g_string_replace (name, "/", "%2f", 0);
  g_string_prepend_c (name, '~');
  g_string_prepend (name, entry->name);
  return g_string_free (name, FALSE);
}

static gboolean shows_second (const Entry *entry);

/* The entry that shows @name as its second one.  (nullable) */
static Entry *
find_second (const Directory *dir, const char *name)
{
  const char *tilde = strrchr (name, '~');
  Entry *entry;

  if (tilde == NULL)
    return NULL;

  g_autofree char *plain = g_strndup (name, tilde - name);
  for (entry = g_hash_table_lookup (dir->names, plain); entry != NULL; entry = entry->same_name)
    {
      g_autofree char *second = second_name (entry);

      if (strcmp (second, name) == 0 && shows_second (entry))
        return entry;
    }
  return NULL;
}

static gboolean
is_first (const Entry *entry)
{
  return g_hash_table_lookup (entry->dir->names, entry->name) == entry;
}

/* Who is called as another one's second name is has one himself: that name is nobody
 * else's, whatever others call themselves. */
static gboolean
shows_second (const Entry *entry)
{
  return !is_first (entry) || find_second (entry->dir, entry->name) != NULL;
}

static void tell_second (HvfsIndex *index, const Entry *entry, gboolean sole);

/* The plain name of @entry, the first of its chain, came, went or changed its owner. */
static void
tell_first (HvfsIndex *index, const Entry *entry, gboolean sole)
{
  if (find_second (entry->dir, entry->name) != NULL)
    tell_second (index, entry, sole);
  else
    index->changed (entry->dir->ino, entry->name, sole, index->data);
}

/* The same of its second name, which takes it from one that is called like that. */
static void
tell_second (HvfsIndex *index, const Entry *entry, gboolean sole)
{
  g_autofree char *second = second_name (entry);
  const Entry *namesake = g_hash_table_lookup (entry->dir->names, second);

  if (namesake != NULL)
    {
      index->renamed (namesake->owner, index->data);
      tell_second (index, namesake, FALSE);
    }
  index->changed (entry->dir->ino, second, sole, index->data);
}

static void
entry_add (HvfsIndex *index, const HvfsObject *owner, const HvfsPlace *place, char *name)
{
  Entry *entry = g_new0 (Entry, 1), *first;
  gboolean sole;

  entry->dir = directory_make (index, place->dir);
  entry->name = g_ref_string_acquire (name);
  entry->owner = owner;
  entry->child = place->child;
  entry->position = ++index->last_position;
  g_ptr_array_add (entry->dir->order, entry);
  sole = entry->dir->order->len == 1;

  first = g_hash_table_lookup (entry->dir->names, entry->name);
  if (first == NULL || compare_entries (entry, first) < 0)
    {
      entry->same_name = first;
      g_hash_table_replace (entry->dir->names, entry->name, entry);
      if (first != NULL)
        {
          index->renamed (first->owner, index->data); /* it had the plain name */
          tell_second (index, first, sole);
        }
      tell_first (index, entry, sole);
    }
  else
    {
      while (first->same_name != NULL && compare_entries (entry, first->same_name) > 0)
        first = first->same_name;
      entry->same_name = first->same_name;
      first->same_name = entry;
      tell_second (index, entry, sole);
    }
  entry->same_owner = g_hash_table_lookup (index->owners, GUINT_TO_POINTER (owner->serial));
  g_hash_table_insert (index->owners, GUINT_TO_POINTER (owner->serial), entry);
}

/* The index in @order of the first entry after @position. */
static guint
first_after (GPtrArray *order, guint64 position)
{
  guint low = 0, high = order->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (((Entry *) order->pdata[middle])->position <= position)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Takes it out of its directory; the owner's chain is the caller's. */
static void
entry_remove (HvfsIndex *index, Entry *entry)
{
  Directory *dir = entry->dir;
  Entry *first = g_hash_table_lookup (dir->names, entry->name);
  gboolean sole;

  g_ptr_array_remove_index (dir->order, first_after (dir->order, entry->position) - 1);
  sole = dir->order->len == 0;
  if (first == entry)
    {
      Entry *next = entry->same_name;

      tell_first (index, entry, sole);
      if (next == NULL)
        g_hash_table_remove (dir->names, entry->name);
      else
        {
          index->renamed (next->owner, index->data); /* it has the plain name now */
          tell_second (index, next, sole);
          g_hash_table_replace (dir->names, next->name, next);
        }
    }
  else
    {
      while (first->same_name != entry)
        first = first->same_name;
      first->same_name = entry->same_name;
      tell_second (index, entry, sole);
    }
  if (dir->order->len == 0)
    g_hash_table_remove (index->dirs, &dir->ino);
  entry_free (entry);
}

/* One that the kernel does not take would take the whole listing with it. */
static gboolean
is_name (const char *name)
{
  return *name != '\0' && strlen (name) <= HVFS_INDEX_MAX_NAME && strchr (name, '/') == NULL
         && strcmp (name, ".") != 0 && strcmp (name, "..") != 0;
}

void
hvfs_index_place (HvfsIndex *index, const HvfsObject *owner, const HvfsPlace *places,
                  guint n_places)
{
  gpointer key = GUINT_TO_POINTER (owner->serial);
  g_autofree gboolean *kept = g_new0 (gboolean, n_places + 1);
  Entry *entry = g_hash_table_lookup (index->owners, key), *stay = NULL, *next;
  char *name = NULL;

  g_hash_table_remove (index->owners, key);
  for (; entry != NULL; entry = next)
    {
      guint i = 0;

      next = entry->same_owner;
      while (i < n_places
             && (kept[i] || places[i].dir != entry->dir->ino || places[i].child != entry->child
                 || strcmp (places[i].name, entry->name) != 0))
        i++;
      if (i == n_places)
        {
          entry_remove (index, entry);
          continue;
        }
      kept[i] = TRUE;
      entry->same_owner = stay;
      stay = entry;
    }
  if (stay != NULL)
    g_hash_table_insert (index->owners, key, stay);
  for (guint i = 0; i < n_places; i++)
    if (!kept[i] && is_name (places[i].name))
      {
        if (name == NULL || strcmp (name, places[i].name) != 0)
          {
            g_clear_pointer (&name, g_ref_string_release);
            name = g_ref_string_new (places[i].name);
          }
        entry_add (index, owner, &places[i], name);
      }
  g_clear_pointer (&name, g_ref_string_release);
}

guint64
hvfs_index_lookup (HvfsIndex *index, guint64 ino, const char *name)
{
  Directory *dir = directory_get (index, ino);
  Entry *entry = dir == NULL ? NULL : find_second (dir, name);

  if (dir != NULL && entry == NULL)
    entry = g_hash_table_lookup (dir->names, name);
  return entry == NULL ? 0 : entry->child;
}

gboolean
hvfs_index_is_empty (HvfsIndex *index, guint64 dir)
{
  return directory_get (index, dir) == NULL;
}

void
hvfs_index_list (HvfsIndex *index, guint64 ino, guint64 after,
                 gboolean (*func) (const char *, guint64, guint64, gpointer), gpointer data)
{
  Directory *dir = directory_get (index, ino);
  gboolean more = dir != NULL;

  for (guint i = more ? first_after (dir->order, after) : 0; more && i < dir->order->len; i++)
    {
      Entry *entry = dir->order->pdata[i];
      g_autofree char *second = shows_second (entry) ? second_name (entry) : NULL;

      more = func (second != NULL ? second : entry->name, entry->child, entry->position, data);
    }
}

/* (nullable) */
static const Entry *
find_place (HvfsIndex *index, guint32 owner, guint64 child)
{
  const Entry *entry = g_hash_table_lookup (index->owners, GUINT_TO_POINTER (owner));

  while (entry != NULL && entry->child != child)
    entry = entry->same_owner;
  return entry;
}

guint64
hvfs_index_dir_of (HvfsIndex *index, guint32 owner, guint64 child)
{
  const Entry *entry = find_place (index, owner, child);

  return entry == NULL ? 0 : entry->dir->ino;
}

void
hvfs_index_append_name (HvfsIndex *index, guint32 owner, guint64 child, GString *name)
{
  const Entry *entry = find_place (index, owner, child);
  g_autofree char *second = entry != NULL && shows_second (entry) ? second_name (entry) : NULL;

  if (entry != NULL)
    g_string_append (name, second != NULL ? second : entry->name);
}

void
hvfs_index_foreach_dir (HvfsIndex *index, void (*func) (guint64, gpointer), gpointer data)
{
  GHashTableIter iter;
  gpointer dir;

  g_hash_table_iter_init (&iter, index->dirs);
  while (g_hash_table_iter_next (&iter, NULL, &dir))
    func (((Directory *) dir)->ino, data);
}

void
hvfs_index_foreach_child (HvfsIndex *index, void (*func) (guint64, gpointer), gpointer data)
{
  GHashTableIter iter;
  gpointer dir;

  g_hash_table_iter_init (&iter, index->dirs);
  while (g_hash_table_iter_next (&iter, NULL, &dir))
    for (guint i = 0; i < ((Directory *) dir)->order->len; i++)
      func (((Entry *) ((Directory *) dir)->order->pdata[i])->child, data);
}
