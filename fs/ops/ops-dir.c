/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/ops-dir.c - listings
 *
 * Exists to list a directory from its tables and the index, in pieces as large as
 * the kernel asks for, with each entry's attributes, so that find and ls -l need
 * no request an entry.
 *
 * Positions: 1 and 2 are . and .., then the rows of the tables, from INDEX_START on
 * the index's own, which stay right while entries come and go, and from OWN_START on
 * those of the directory's dir_ops.
 */
#include <errno.h>
#include <string.h>

#include "convert/error.h"
#include "fs/ops/ops-priv.h"
#include "fs/request/job.h"
#include "fs/row/node.h"
#include "fs/tree/index.h"
#include "fs/tree/path.h"

#define FIRST_ROW 3
#define INDEX_START (1 << 16)
#define OWN_START ((off_t) 1 << 48)

typedef struct
{
  fuse_req_t req;
  HvfsFs *fs;
  gboolean plus;
  char *buffer;
  gsize size, used;
  gboolean unsure; /* nobody tells which names come and go there */
  GString *text; /* what entries are rendered into, for their sizes */
} Listing;

/* FALSE when it does not fit any more. */
static gboolean
add_entry (Listing *listing, const char *name, const struct fuse_entry_param *entry, off_t next)
{
  gsize left = listing->size - listing->used, need;

  need = listing->plus
           ? fuse_add_direntry_plus (listing->req, listing->buffer + listing->used, left, name,
                                     entry, next)
           : fuse_add_direntry (listing->req, listing->buffer + listing->used, left, name,
                                &entry->attr, next);
  if (need > left)
    return FALSE;
  listing->used += need;
  return TRUE;
}

static gboolean
add_dot (Listing *listing, const char *name, guint64 ino, off_t next)
{
  struct fuse_entry_param entry = { .attr = { .st_ino = ino, .st_mode = S_IFDIR } };

  return add_entry (listing, name, &entry, next);
}

static gboolean
add_child (Listing *listing, const char *name, guint64 ino, off_t next)
{
  struct fuse_entry_param entry = { 0 };
  HvfsNode node;

  if (!hvfs_node_from_ino (ino, &node))
    return TRUE;
  /* Without plus only type and number are told; and attributes that cannot be kept are
   * asked for by whoever wants them. */
  if (listing->plus)
    hvfs_ops_entry (listing->fs, ino, listing->text, &entry);
  if (listing->unsure)
    hvfs_ops_limit_entry (&entry);
  if (node.row->fetch != NULL && entry.attr_timeout == 0)
    memset (&entry, 0, sizeof entry);
  entry.attr.st_ino = ino;
  if (entry.ino == 0)
    entry.attr.st_mode = node.row->mode;
  return add_entry (listing, name, &entry, next);
}

/* Where a lister's own positions begin among all. */
typedef struct
{
  Listing *listing;
  off_t start;
  gboolean full;
} Positioned;

static gboolean
add_positioned (const char *name, guint64 child, guint64 position, gpointer data)
{
  Positioned *at = data;

  at->full = !add_child (at->listing, name, child, at->start + position);
  return !at->full;
}

/* The fixed entries from @off on; FALSE when the buffer is full. */
static gboolean
add_rows (Listing *listing, HvfsNode node, off_t off)
{
  HvfsRow *tables[3];
  guint32 a[3];
  off_t position = FIRST_ROW;

  hvfs_path_tables (listing->fs, node, tables, a);
  for (guint i = 0; tables[i] != NULL; i++)
    for (HvfsRow *row = tables[i]; row->mode != 0; row++, position++)
      {
        HvfsNode child = { row, a[i], node.b };

        if (position <= off || (row->visible != NULL && !row->visible (listing->fs, child)))
          continue;
        if (!add_child (listing, row->name, hvfs_node_ino (child), position))
          return FALSE;
      }
  return TRUE;
}

static void
fill (Listing *listing, guint64 ino, HvfsNode node, off_t off)
{
  Positioned at = { listing, INDEX_START, FALSE };

  if (off < 1 && !add_dot (listing, ".", ino, 1))
    return;
  if (off < 2 && !add_dot (listing, "..", 1, 2))
    return;
  if (off < INDEX_START && !add_rows (listing, node, off))
    return;
  if (off < OWN_START)
    hvfs_index_list (listing->fs->index, ino, off < INDEX_START ? 0 : off - INDEX_START,
                     add_positioned, &at);
  if (at.full || node.row->dir_ops == NULL || node.row->dir_ops->list == NULL)
    return;
  at.start = OWN_START;
  node.row->dir_ops->list (listing->fs, node, off < OWN_START ? 0 : off - OWN_START,
                           add_positioned, &at);
}

/* FALSE: the names there must be fetched first.  Else it was answered. */
static gboolean
answer (fuse_req_t req, guint64 ino, size_t size, off_t off, gboolean plus)
{
  HvfsFs *fs = hvfs_ops_fs (req);
  g_autofree char *buffer = g_malloc (size);
  g_autoptr (GString) text = g_string_new (NULL);
  Listing listing = { .req = req, .fs = fs, .plus = plus, .buffer = buffer, .size = size,
                      .text = text };
  HvfsNode node;
  HvfsObject *object;
  g_autoptr (GError) error = NULL;
  gboolean must = FALSE;
  int code = 0;

  g_rw_lock_reader_lock (hvfs_mirror_lock (fs->mirror));
  if (!hvfs_node_resolve (fs, ino, &node, &object) || !S_ISDIR (node.row->mode))
    code = ESTALE;
  /* A collection is the server's word; rather none than an old one. */
  else if ((node.row->table == NULL || node.row->fetch != NULL)
           && !hvfs_mirror_is_up (fs->mirror, NULL, NULL))
    code = EIO;
  else if (object != NULL && !hvfs_object_check (object, node.row->depends, &error))
    code = hvfs_error_errno (error);
  else if (hvfs_ops_must_fetch_names (fs, node))
    must = TRUE;
  else
    {
      listing.unsure = node.row->fetch != NULL;
      fill (&listing, ino, node, off);
    }
  g_rw_lock_reader_unlock (hvfs_mirror_lock (fs->mirror));
  if (must)
    return FALSE;
  if (code != 0)
    fuse_reply_err (req, code);
  else
    fuse_reply_buf (req, buffer, listing.used);
  return TRUE;
}

typedef struct
{
  guint64 ino;
  size_t size;
  off_t off;
  gboolean plus;
} ListJob;

static void
list_job (fuse_req_t req, GCancellable *cancellable, gpointer data)
{
  const ListJob *job = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < HVFS_OPS_MAX_FETCHES; i++)
    {
      if (!hvfs_ops_fetch (req, cancellable, job->ino, &error))
        break;
      hvfs_ops_end_interrupt (req);
      if (answer (req, job->ino, job->size, job->off, job->plus))
        return;
    }
  hvfs_ops_end_interrupt (req);
  fuse_reply_err (req, error != NULL ? hvfs_ops_errno (error, cancellable) : EAGAIN);
}

static void
list (fuse_req_t req, guint64 ino, size_t size, off_t off, gboolean plus)
{
  ListJob job = { ino, size, off, plus };

  if (!answer (req, ino, size, off, plus))
    hvfs_jobs_push (hvfs_ops_fs (req)->jobs, req, list_job, g_memdup2 (&job, sizeof job), g_free);
}

void
hvfs_ops_readdir (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                  struct fuse_file_info *fi)
{
  list (req, ino, size, off, FALSE);
}

void
hvfs_ops_readdirplus (fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
                      struct fuse_file_info *fi)
{
  list (req, ino, size, off, TRUE);
}
