/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/contents.c - files and directories of datastores; see contents.h */
#include "fs/content/contents.h"

#include <errno.h>

#include "backend/operation/datastore-browse.h"
#include "convert/error.h"

/* A listing is at most five seconds old where it is read. */
#define NEW_US (G_TIME_SPAN_SECOND * 9 / 2)

/* So many directories in one were listed one after the other, before all the others are had with
 * one search, unless there are more files than so many, or such a search took too long lately. */
#define WALK 4
#define MAX_AHEAD 50000
#define MAX_SEARCH_US (2 * G_TIME_SPAN_SECOND)
#define NO_WALK_US (10 * G_TIME_SPAN_MINUTE)

/* A server's clock that is further off is not known for the time of a file from here. */
#define MAX_SKEW_US (10 * G_TIME_SPAN_MINUTE)

/* An inode number has room for so many. */
#define MAX_NUMBER ((1u << 28) - 1)

typedef struct _Node Node;

struct _Node
{
  HvfsContent content;
  Node *parent;          /* NULL: a root */
  char *name;            /* NULL: a root */
  GTree *children;       /* number -> Node, owned; NULL: a file */
  GHashTable *names;     /* name -> Node; NULL: a file */
  gint64 listed_until_us;
  guint changes;
  guint n_walked;        /* directories in it were to be listed lately, ... */
  gint64 walked_us;      /* ... the last one then */
  gint64 set_us;         /* shown in place of the server's time; 0: none */
  gint64 server_us;      /* the server's, as listed last; 0: not since it was stored */
  gint64 stored_us;      /* when that was, by the clock here */
};

typedef struct
{
  guint32 number, store;
  gint64 until_us;
} Listing;

struct _HvfsContents
{
  HvfsContentsOld old;
  gpointer data;
  GMutex lock;
  GHashTable *nodes;     /* lock: number -> Node, but roots */
  GHashTable *roots;     /* lock: serial -> Node, owned */
  GHashTable *browsers;  /* lock: serial -> char*, owned */
  guint32 last;          /* lock: number that was given */
  GQueue listings;       /* lock: of Listing, the one that becomes old first at the head */
  GCond changed;         /* listings, closing */
  GThread *thread;       /* lock: nullable: until there is a listing */
  guint n_changes;       /* lock: of all directories */
  gint64 no_walk_us;     /* lock: until then nothing is listed ahead */
  gboolean closing;      /* lock */
};

static void
node_free (gpointer data)
{
  Node *node = data;

  g_clear_pointer (&node->names, g_hash_table_unref);
  g_clear_pointer (&node->children, g_tree_unref);
  g_free (node->name);
  g_free (node);
}

static gint
compare_numbers (gconstpointer a, gconstpointer b, gpointer data G_GNUC_UNUSED)
{
  return (GPOINTER_TO_UINT (a) > GPOINTER_TO_UINT (b)) - (GPOINTER_TO_UINT (a) < GPOINTER_TO_UINT (b));
}

static Node *
node_new (guint32 number, guint32 store, const char *name, gboolean is_dir)
{
  Node *node = g_new0 (Node, 1);

  node->content = (HvfsContent){ .number = number, .store = store, .is_dir = is_dir, .size = -1 };
  node->name = g_strdup (name);
  if (is_dir)
    {
      node->children = g_tree_new_full (compare_numbers, NULL, NULL, node_free);
      node->names = g_hash_table_new (g_str_hash, g_str_equal);
    }
  return node;
}

/* ---- listings become old ---- */

static gpointer
watch (gpointer data)
{
  HvfsContents *contents = data;

  g_mutex_lock (&contents->lock);
  while (!contents->closing)
    {
      Listing *first = g_queue_peek_head (&contents->listings);

      if (first == NULL)
        g_cond_wait (&contents->changed, &contents->lock);
      else if (g_get_monotonic_time () < first->until_us)
        g_cond_wait_until (&contents->changed, &contents->lock, first->until_us);
      else
        {
          g_queue_pop_head (&contents->listings);
          contents->old (first->number, first->store, NULL, contents->data);
          g_free (first);
        }
    }
  g_mutex_unlock (&contents->lock);
  return NULL;
}

static void
watch_locked (HvfsContents *contents, const Node *node)
{
  Listing *listing = g_new (Listing, 1);

  *listing = (Listing){ node->content.number, node->content.store, node->listed_until_us };
  g_queue_push_tail (&contents->listings, listing);
  if (contents->thread == NULL)
    contents->thread = g_thread_new ("hvfs-contents", watch, contents);
  g_cond_signal (&contents->changed);
}

HvfsContents *
hvfs_contents_new (HvfsContentsOld old, gpointer data)
{
  HvfsContents *contents = g_new0 (HvfsContents, 1);

  contents->old = old;
  contents->data = data;
  g_mutex_init (&contents->lock);
  g_cond_init (&contents->changed);
  g_queue_init (&contents->listings);
  contents->nodes = g_hash_table_new (NULL, NULL);
  contents->roots = g_hash_table_new_full (NULL, NULL, NULL, node_free);
  contents->browsers = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return contents;
}

void
hvfs_contents_free (HvfsContents *contents)
{
  if (contents == NULL)
    return;
  g_mutex_lock (&contents->lock);
  contents->closing = TRUE;
  g_cond_signal (&contents->changed);
  g_mutex_unlock (&contents->lock);
  if (contents->thread != NULL)
    g_thread_join (contents->thread);
  g_queue_clear_full (&contents->listings, g_free);
  g_hash_table_unref (contents->browsers);
  g_hash_table_unref (contents->roots);
  g_hash_table_unref (contents->nodes);
  g_cond_clear (&contents->changed);
  g_mutex_clear (&contents->lock);
  g_free (contents);
}

/* ---- nodes ---- */

static Node *
node_locked (HvfsContents *contents, guint32 number)
{
  return g_hash_table_lookup (contents->nodes, GUINT_TO_POINTER (number));
}

/* A directory; NULL: it is gone, or none. */
static Node *
dir_locked (HvfsContents *contents, guint32 number, guint32 store)
{
  Node *node = number != 0 ? node_locked (contents, number)
                           : g_hash_table_lookup (contents->roots, GUINT_TO_POINTER (store));

  if (node == NULL && number == 0)
    {
      node = node_new (0, store, NULL, TRUE);
      g_hash_table_insert (contents->roots, GUINT_TO_POINTER (store), node);
    }
  return node != NULL && node->children != NULL ? node : NULL;
}

static gboolean
forget_number (gpointer number, gpointer value, gpointer data)
{
  HvfsContents *contents = data;
  Node *node = value;

  g_hash_table_remove (contents->nodes, number);
  if (node->children != NULL)
    g_tree_foreach (node->children, forget_number, contents);
  return FALSE;
}

static void
note_change_locked (HvfsContents *contents, Node *dir)
{
  dir->changes++;
  contents->n_changes++;
}

static void
remove_locked (HvfsContents *contents, Node *node)
{
  gpointer number = GUINT_TO_POINTER (node->content.number);

  forget_number (number, node, contents);
  g_hash_table_remove (node->parent->names, node->name);
  g_tree_remove (node->parent->children, number);
}

static void
put_locked (Node *dir, Node *node)
{
  node->parent = dir;
  g_hash_table_insert (dir->names, node->name, node);
  g_tree_insert (dir->children, GUINT_TO_POINTER (node->content.number), node);
}

/* The node @name in @dir, which is made where there is none of that kind.  NULL: there are no
 * numbers left. */
static Node *
make_locked (HvfsContents *contents, Node *dir, const char *name, gboolean is_dir)
{
  Node *node = g_hash_table_lookup (dir->names, name);

  if (node != NULL && node->content.is_dir != is_dir)
    {
      remove_locked (contents, node);
      node = NULL;
    }
  if (node == NULL && contents->last < MAX_NUMBER)
    {
      node = node_new (++contents->last, dir->content.store, name, is_dir);
      g_hash_table_insert (contents->nodes, GUINT_TO_POINTER (node->content.number), node);
      put_locked (dir, node);
    }
  return node;
}

gboolean
hvfs_contents_get (HvfsContents *contents, guint32 number, HvfsContent *ret)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *node = node_locked (contents, number);

  if (node != NULL)
    *ret = node->content;
  return node != NULL;
}

char *
hvfs_contents_dup_path (HvfsContents *contents, guint32 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *node = number != 0 ? node_locked (contents, number) : NULL;
  GString *path;

  if (node == NULL)
    return number == 0 ? g_strdup ("") : NULL;
  path = g_string_new (node->name);
  for (node = node->parent; node->parent != NULL; node = node->parent)
    {
      g_string_prepend_c (path, '/');
      g_string_prepend (path, node->name);
    }
  return g_string_free (path, FALSE);
}

void
hvfs_contents_set_gone (const char *what, GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the %s is no longer on the datastore", what);
}

gboolean
hvfs_contents_locate (HvfsContents *contents, guint32 number, HvfsContent *ret, char **ret_path,
                      GError **error)
{
  *ret_path = hvfs_contents_dup_path (contents, number);
  if (*ret_path != NULL && hvfs_contents_get (contents, number, ret))
    return TRUE;
  g_clear_pointer (ret_path, g_free);
  hvfs_contents_set_gone ("file", error);
  return FALSE;
}

gboolean
hvfs_contents_get_parent (HvfsContents *contents, guint32 number, guint32 *ret_parent)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *node = node_locked (contents, number);

  if (node != NULL)
    *ret_parent = node->parent->content.number;
  return node != NULL;
}

/* ---- directories ---- */

gboolean
hvfs_contents_is_listed (HvfsContents *contents, guint32 number, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *dir = dir_locked (contents, number, store);

  return dir != NULL && dir->listed_until_us > g_get_monotonic_time ();
}

gboolean
hvfs_contents_find (HvfsContents *contents, guint32 number, guint32 store, const char *name,
                    HvfsContent *ret)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *dir = dir_locked (contents, number, store);
  const Node *node = dir != NULL ? g_hash_table_lookup (dir->names, name) : NULL;

  if (node != NULL)
    *ret = node->content;
  return node != NULL;
}

gboolean
hvfs_contents_next (HvfsContents *contents, guint32 number, guint32 store, guint32 after,
                    HvfsContent *ret, char **ret_name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *dir = dir_locked (contents, number, store);
  GTreeNode *next
    = dir != NULL ? g_tree_upper_bound (dir->children, GUINT_TO_POINTER (after)) : NULL;
  const Node *node = next != NULL ? g_tree_node_value (next) : NULL;

  if (node == NULL)
    return FALSE;
  *ret = node->content;
  *ret_name = g_strdup (node->name);
  return TRUE;
}

guint
hvfs_contents_get_changes (HvfsContents *contents, guint32 number, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *dir = dir_locked (contents, number, store);

  return dir != NULL ? dir->changes : 0;
}

guint
hvfs_contents_get_all_changes (HvfsContents *contents)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);

  return contents->n_changes;
}

/* How many files and directories are below @dir, if all its directories are as those of them
 * that were listed. */
static guint64
estimate_locked (const Node *dir)
{
  guint64 n_dirs = 0, n_listed = 0, n = 0;

  for (GTreeNode *at = g_tree_node_first (dir->children); at != NULL; at = g_tree_node_next (at))
    {
      const Node *node = g_tree_node_value (at);

      n_dirs += node->children != NULL;
      if (node->children == NULL || node->listed_until_us == 0)
        continue;
      n_listed++;
      n += (guint64) g_tree_nnodes (node->children);
    }
  return n_listed == 0 ? 0 : n * n_dirs / n_listed;
}

gboolean
hvfs_contents_walk (HvfsContents *contents, guint32 number, guint32 *ret_parent)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *node = number == 0 ? NULL : node_locked (contents, number);
  gint64 now = g_get_monotonic_time ();
  Node *parent;

  if (node == NULL || now < contents->no_walk_us)
    return FALSE;
  parent = node->parent;
  *ret_parent = parent->content.number;
  if (now - parent->walked_us > NEW_US)
    parent->n_walked = 0;
  parent->walked_us = now;
  return ++parent->n_walked > WALK && estimate_locked (parent) <= MAX_AHEAD;
}

void
hvfs_contents_walked (HvfsContents *contents, guint32 parent, guint32 store, gint64 took_us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *dir = dir_locked (contents, parent, store);

  if (dir != NULL)
    dir->n_walked = 0;
  if (took_us > MAX_SEARCH_US)
    contents->no_walk_us = g_get_monotonic_time () + NO_WALK_US;
}

static void
remove_unlisted_locked (HvfsContents *contents, Node *dir, gint64 until_us)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();

  for (GTreeNode *at = g_tree_node_first (dir->children); at != NULL; at = g_tree_node_next (at))
    {
      Node *node = g_tree_node_value (at);

      if (node->content.until_us != until_us && !node->content.is_new)
        g_ptr_array_add (gone, node);
    }
  for (guint i = 0; i < gone->len; i++)
    remove_locked (contents, gone->pdata[i]);
}

/* What a program has set holds until the server has another file there. */
static void
take_entry_locked (Node *node, const HvfsDatastoreEntry *entry)
{
  gboolean is_same = node->server_us != 0
                       ? node->server_us == entry->mtime_us
                       : ABS (entry->mtime_us - node->stored_us) < MAX_SKEW_US;

  if (!is_same || node->content.size != entry->size)
    node->set_us = 0;
  node->server_us = entry->mtime_us;
  node->content.size = entry->size;
  node->content.mtime_us = node->set_us != 0 ? node->set_us : entry->mtime_us;
}

gboolean
hvfs_contents_set (HvfsContents *contents, guint32 number, guint32 store,
                   const GPtrArray *entries, gint64 asked_us, guint changes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *dir = dir_locked (contents, number, store);

  if (dir == NULL)
    return TRUE;
  if (dir->changes != changes)
    return FALSE;
  dir->listed_until_us = asked_us + NEW_US;
  for (guint i = 0; i < entries->len; i++)
    {
      const HvfsDatastoreEntry *entry = entries->pdata[i];
      Node *node = make_locked (contents, dir, entry->name, entry->is_dir);

      if (node == NULL || node->content.is_new)
        continue;
      take_entry_locked (node, entry);
      node->content.until_us = dir->listed_until_us;
    }
  remove_unlisted_locked (contents, dir, dir->listed_until_us);
  watch_locked (contents, dir);
  return TRUE;
}

char *
hvfs_contents_dup_browser (HvfsContents *contents, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);

  return g_strdup (g_hash_table_lookup (contents->browsers, GUINT_TO_POINTER (store)));
}

void
hvfs_contents_set_browser (HvfsContents *contents, guint32 store, const char *browser)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);

  g_hash_table_insert (contents->browsers, GUINT_TO_POINTER (store), g_strdup (browser));
}

/* ---- what the mount has changed ---- */

static Node *
add_locked (HvfsContents *contents, guint32 number, guint32 store, const char *name,
            gboolean is_dir)
{
  Node *dir = dir_locked (contents, number, store);
  Node *node = dir != NULL ? make_locked (contents, dir, name, is_dir) : NULL;

  if (node == NULL)
    return NULL;
  note_change_locked (contents, dir);
  node->content.size = 0;
  node->content.mtime_us = g_get_real_time ();
  node->content.until_us = dir->listed_until_us;
  return node;
}

guint32
hvfs_contents_add (HvfsContents *contents, guint32 number, guint32 store, const char *name,
                   gboolean is_dir)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  const Node *node = add_locked (contents, number, store, name, is_dir);

  return node != NULL ? node->content.number : 0;
}

guint32
hvfs_contents_add_new (HvfsContents *contents, guint32 number, guint32 store, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *node = add_locked (contents, number, store, name, FALSE);

  if (node == NULL)
    return 0;
  node->content.is_new = TRUE;
  node->content.until_us = G_MAXINT64;
  return node->content.number;
}

void
hvfs_contents_set_size (HvfsContents *contents, guint32 number, gint64 size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *node = node_locked (contents, number);

  if (node != NULL)
    node->content.size = size;
}

void
hvfs_contents_set_time (HvfsContents *contents, guint32 number, gint64 us)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *node = node_locked (contents, number);

  if (node == NULL)
    return;
  node->set_us = us;
  if (us != 0)
    node->content.mtime_us = us;
}

void
hvfs_contents_stored (HvfsContents *contents, guint32 number, gint64 size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *node = node_locked (contents, number);

  if (node == NULL)
    return;
  note_change_locked (contents, node->parent);
  node->content.is_new = FALSE;
  node->content.size = size;
  node->server_us = 0;
  node->stored_us = g_get_real_time ();
  node->content.mtime_us = node->set_us != 0 ? node->set_us : node->stored_us;
  node->content.until_us = node->parent->listed_until_us;
}

/* A name that was not listed lately is in nobody's cache any more. */
static void
make_old_locked (HvfsContents *contents, const Node *dir, Node *node, gint64 now)
{
  if (node->content.until_us > now)
    contents->old (dir->content.number, dir->content.store, node->name, contents->data);
  if (!node->content.is_new)
    node->content.until_us = 0;
}

static void
forget_locked (HvfsContents *contents, Node *dir)
{
  gint64 now = g_get_monotonic_time ();

  note_change_locked (contents, dir);
  dir->listed_until_us = 0;
  for (GTreeNode *at = g_tree_node_first (dir->children); at != NULL; at = g_tree_node_next (at))
    make_old_locked (contents, dir, g_tree_node_value (at), now);
  contents->old (dir->content.number, dir->content.store, NULL, contents->data);
}

void
hvfs_contents_forget (HvfsContents *contents, guint32 number, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *dir = dir_locked (contents, number, store);

  if (dir != NULL)
    forget_locked (contents, dir);
}

void
hvfs_contents_forget_store (HvfsContents *contents, guint32 store)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *root = dir_locked (contents, 0, store);
  GHashTableIter iter;
  gpointer node;

  if (root != NULL)
    forget_locked (contents, root);
  g_hash_table_iter_init (&iter, contents->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &node))
    if (((Node *) node)->content.store == store && ((Node *) node)->children != NULL)
      forget_locked (contents, node);
}

void
hvfs_contents_remove (HvfsContents *contents, guint32 number, guint32 store, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *dir = dir_locked (contents, number, store);
  Node *node = dir != NULL ? g_hash_table_lookup (dir->names, name) : NULL;

  if (dir != NULL)
    note_change_locked (contents, dir);
  if (node != NULL)
    remove_locked (contents, node);
}

static void
set_store_locked (Node *node, guint32 store)
{
  node->content.store = store;
  if (node->children == NULL)
    return;
  for (GTreeNode *at = g_tree_node_first (node->children); at != NULL; at = g_tree_node_next (at))
    set_store_locked (g_tree_node_value (at), store);
}

/* Out of the tree's hands, but not freed. */
static void
steal_locked (Node *node)
{
  g_hash_table_remove (node->parent->names, node->name);
  g_tree_steal (node->parent->children, GUINT_TO_POINTER (node->content.number));
}

void
hvfs_contents_rename (HvfsContents *contents, guint32 number, guint32 store, const char *name,
                      guint32 new_number, guint32 new_store, const char *new_name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&contents->lock);
  Node *dir = dir_locked (contents, number, store);
  Node *new_dir = dir_locked (contents, new_number, new_store);
  Node *node = dir != NULL ? g_hash_table_lookup (dir->names, name) : NULL;
  Node *old = new_dir != NULL ? g_hash_table_lookup (new_dir->names, new_name) : NULL;

  if (dir != NULL)
    note_change_locked (contents, dir);
  if (new_dir != NULL)
    note_change_locked (contents, new_dir);
  if (node == NULL || old == node)
    return;
  if (old != NULL)
    remove_locked (contents, old);
  if (new_dir == NULL)
    {
      remove_locked (contents, node);
      return;
    }
  steal_locked (node);
  g_free (node->name);
  node->name = g_strdup (new_name);
  set_store_locked (node, new_store);
  if (!node->content.is_new) /* the kernel keeps the name for as long as it did the old one */
    node->content.until_us = MAX (node->content.until_us, new_dir->listed_until_us);
  put_locked (new_dir, node);
}
