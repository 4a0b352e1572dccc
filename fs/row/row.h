/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/row/row.h - files are rows of tables
 *
 * Exists so that lookup, listing, stat, open and invalidation walk one array a
 * kind of directory: a file cannot half exist, and adding one is adding a row and
 * its functions.  Inodes, caching, buffers, sizes, permissions and times are
 * handled once, in ops.c, for all.
 */
#pragma once

#include <fuse_lowlevel.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "backend/mirror/mirror.h"

typedef struct _HvfsFs HvfsFs;
typedef struct _HvfsRow HvfsRow;
typedef struct _HvfsValues HvfsValues;

/* The kernel keeps what it was told until it is told to forget it. */
#define HVFS_FOR_EVER_S (365.0 * 24 * 60 * 60)

typedef enum
{
  /* Readable while the server is lost: it is about the mount itself. */
  HVFS_ROW_LOCAL = 1 << 0,
  /* Its node's a is a number of its own, no object's: see HvfsRow.stat. */
  HVFS_ROW_UNMIRRORED = 1 << 1,
  /* Its node's b is a number of its own, no object's. */
  HVFS_ROW_NUMBERED = 1 << 2,
  /* All lines of one write are one change, so that what was read can be written back. */
  HVFS_ROW_LINES_TOGETHER = 1 << 3,
  /* Directory with fetch: also a name that was found before is asked for again. */
  HVFS_ROW_LISTED = 1 << 4,
  /* What is written to it is in no message, as if its mode kept others from reading it. */
  HVFS_ROW_PRIVATE = 1 << 5,
  /* With fetch: what it shows, or where it leads, is so until what was fetched of its object is old,
   * of which kept.h tells.  A directory with fetch lets the kernel keep the names of such members. */
  HVFS_ROW_KEPT = 1 << 6,
} HvfsRowFlags;

/* Rows that code asks for by what they are; hvfs_row gives each. */
typedef enum
{
  HVFS_NAMED_NOT,           /* by its place in a table alone */
  HVFS_NAMED_BY_NAME,
  HVFS_NAMED_BY_UUID,
  HVFS_NAMED_BY_FOLDER,
  HVFS_NAMED_FOLDER_OF_DC,  /* in by-folder: a datacenter, a folder */
  HVFS_NAMED_FOLDER_DIR,
  HVFS_NAMED_BY_FOLDER_LINK, /* of a domain, in by-folder */
  HVFS_NAMED_ROOT_DOMAINS,  /* "domains" at the root: what has no other place */
  HVFS_NAMED_DC_DOMAINS,    /* below a datacenter, likewise */
  HVFS_NAMED_CLUSTER_HOSTS,
  HVFS_NAMED_CLUSTER_POOLS,
  HVFS_NAMED_HOST_DOMAINS,
  HVFS_NAMED_HOST_DATASTORES,
  HVFS_NAMED_HOST_NETWORKS,
  HVFS_NAMED_HOST_INTERFACES,
  HVFS_NAMED_HOST_SWITCHES,
  HVFS_NAMED_HOST_POOLS,
  HVFS_NAMED_POOL_POOLS,
  HVFS_NAMED_POOL_DOMAINS,
  HVFS_NAMED_CONFIG,        /* config.xml of a domain, of a draft */
  HVFS_NAMED_DRAFT_CONFIG,
  HVFS_NAMED_MIGRATE,
  HVFS_NAMED_FOLDER,
  HVFS_NAMED_POOL,
  HVFS_NAMED_AUTOSTART,
  HVFS_NAMED_SNAPSHOTS,
  HVFS_NAMED_DRAFT,         /* the directory of a domain that is being made */
  HVFS_NAMED_LINK,          /* one that an editor made in a domain's directory, in a draft's */
  HVFS_NAMED_DRAFT_LINK,
  HVFS_NAMED_DRAFT_OVA,     /* an archive that is deployed while it is written there */
  HVFS_NAMED_DRAFT_PART,    /* a file of a package that is deployed when all of it is there */
  HVFS_NAMED_FILES,         /* "files" of a datastore, and what is below: */
  HVFS_NAMED_CONTENT_DIR,
  HVFS_NAMED_CONTENT_FILE,
  HVFS_NAMED_VOLUMES,       /* "volumes" of a datastore */
  HVFS_N_NAMED
} HvfsRowName;

/* A place in the tree: a row of object @a (0: the mount itself); @b tells places
 * apart that show the same object in several directories, else 0.  The inode
 * number says all of it, so no node is kept in memory. */
typedef struct
{
  HvfsRow *row;
  guint32 a, b;
} HvfsNode;

/* What a writer's line is applied to.  On the job pool; no lock held. */
typedef struct
{
  HvfsFs *fs;
  guint32 serial;       /* node.a */
  HvfsNode node;
  GCancellable *cancellable;
  const char *version; /* nullable: the server's configuration that a whole text was compared with */
} HvfsStore;

/* Who asks for something that is more than a look. */
typedef struct
{
  HvfsFs *fs;
  pid_t pid;                 /* the thread's; 0: unknown */
  uid_t uid;
  GCancellable *cancellable; /* NULL: this thread must not wait; see HvfsFileOps */
} HvfsCall;

/* Goes on while it returns TRUE.  @position: grows from entry to entry, below 2^40. */
typedef gboolean (*HvfsListFunc) (const char *name, guint64 ino, guint64 position,
                                  gpointer data);

/* A directory in which names come and go by other ways than the server's updates.
 * What is NULL is refused with EPERM. */
typedef struct
{
  /* Besides the fixed entries and the index.  Memory only, under the mirror's lock. */
  /* @tid: the thread that asks.  Returns: 0: none */
  guint64 (*lookup) (HvfsFs *fs, HvfsNode dir, const char *name, pid_t tid);
  void (*list) (HvfsFs *fs, HvfsNode dir, guint64 after, HvfsListFunc func, gpointer data);

  /* These run on the job pool, no lock held, and may wait.  Fixed entries without
   * file_ops of their own are refused before.  The kernel holds the directories' locks until the
   * reply, so what they notify of an entry there goes out after it.  Each creates
   * and returns an inode, 0 on error. */
  guint64 (*create) (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode,
                     struct fuse_file_info *fi, GError **error);
  guint64 (*mkdir) (HvfsCall *call, HvfsNode dir, const char *name, mode_t mode, GError **error);
  guint64 (*symlink) (HvfsCall *call, HvfsNode dir, const char *name, const char *target,
                      GError **error);
  gboolean (*unlink) (HvfsCall *call, HvfsNode dir, const char *name, GError **error);
  gboolean (*rmdir) (HvfsCall *call, HvfsNode dir, const char *name, GError **error);
  /* Both directories have these same ops.  @flags: RENAME_NOREPLACE or 0. */
  gboolean (*rename) (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                      const char *new_name, guint flags, GError **error);
} HvfsDirOps;

/* How a file is read and written.  fi->fh is the file's; without read and close it is the text
 * that open rendered, a GBytes.
 *
 * Each is called in a thread that must not wait (call->cancellable is NULL), and if
 * it then fails with EWOULDBLOCK once more on the job pool; no lock held.  open must
 * set fi's caching.  What else is NULL succeeds and does nothing, but write. */
typedef struct
{
  gboolean (*open) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error);
  /* (transfer full): at most @size bytes; fewer at the end only */
  GBytes *(*read) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, gsize size,
                   goffset off, GError **error);
  /* Makes it go on at @off with what @from, of the same row, has at @from_off, without its
   * bytes coming here.  @size: how much is wanted, set to how much was done; 0: @from ends
   * there.  On the job pool.  @error: ENOTSUP: read it and write it */
  gboolean (*copy) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, goffset off,
                    HvfsNode from, goffset from_off, gsize *size, GError **error);
  /* In place of read: answers @req itself, at once or whenever there is something to read.  In
   * a thread that must not wait. */
  void (*read_later) (fuse_req_t req, HvfsNode node, struct fuse_file_info *fi, gsize size,
                      goffset off);
  /* Answers @req; NULL: it can always be read and written.  @handle: (nullable) (transfer full) */
  void (*poll) (fuse_req_t req, HvfsNode node, struct fuse_file_info *fi,
                struct fuse_pollhandle *handle);
  /* All or nothing. */
  gboolean (*write) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, const char *data,
                     gsize size, goffset off, GError **error);
  /* It was opened with O_TRUNC, which comes after open: that is called without. */
  gboolean (*empty) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error);
  /* @fi: NULL when by name */
  gboolean (*setattr) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi,
                       const struct stat *st, int to_set, GError **error);
  gboolean (*flush) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error);
  gboolean (*fsync) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error);
  /* The last descriptor is gone, if the kernel still says so; close comes after it.
   * Nobody hears of its error but EWOULDBLOCK. */
  gboolean (*release) (HvfsCall *call, HvfsNode node, struct fuse_file_info *fi, GError **error);
  /* Frees what @fh, not 0, is; in any thread, also when the mount ends.  Memory. */
  void (*close) (HvfsFs *fs, HvfsNode node, guint64 fh);
  /* What fstat sees, where that differs from stat; FALSE: it does not.  Memory. */
  gboolean (*fstat) (HvfsFs *fs, HvfsNode node, const struct fuse_file_info *fi,
                     struct stat *st);
} HvfsFileOps;

/* How a file gets what the server does not push: it is asked for it when somebody stats or
 * opens it.  An answer that cannot be had is that caller's error; nobody keeps it, the
 * kernel neither, and the next one asks again. */
typedef struct
{
  /* Whether its size can be told from memory, and is the present one.  Under the mirror's
   * lock, memory only. */
  gboolean (*is_known) (HvfsFs *fs, HvfsNode node);
  /* Whether it can be opened without asking; NULL: the row's file_ops see to that.  Memory;
   * no lock held. */
  gboolean (*is_fresh) (HvfsFs *fs, HvfsNode node);
  /* Network, on the job pool; no lock held.  @ret_size: left alone, or set to the size of
   * what was fetched: it is told once, where the mirror does not say yet that it is the
   * present one. */
  gboolean (*fetch) (HvfsCall *call, HvfsNode node, gint64 *ret_size, GError **error);
} HvfsFetch;

struct _HvfsRow
{
  const char *name;  /* NULL where the name is an object's */
  mode_t mode;       /* S_IFREG, S_IFDIR or S_IFLNK, and the permissions */
  guint flags;

  /* Directory: the kind of object whose own directory it is; 0: none, or a folder. */
  HvfsKind of_kind, also_of_kind;
  HvfsRowName named;

  /* The properties of the row's object that it shows: what invalidates it, and
   * what must be readable to open it. */
  HvfsPropMask depends;

  /* File: appends all of it.  Under the mirror's lock; memory only.  @object: the one that
   * @node names; NULL for the files of the mount itself. */
  gboolean (*show) (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                    GError **error);

  /* File: does what one line says, and waits for it.  @line has no blanks around; with
   * HVFS_ROW_LINES_TOGETHER it is all lines of a write, with newlines between, some empty. */
  gboolean (*store) (HvfsStore *store, const char *line, GError **error);

  /* File: how it is read and written.  NULL: by show and store; see attr/line-file.h. */
  const HvfsFileOps *file_ops;

  /* File with hvfs_whole_ops: makes all of @text what it shows; see whole.h. */
  gboolean (*commit) (HvfsStore *store, const char *text, GError **error);
  gsize max_bytes;   /* of that text; 0: HVFS_WHOLE_BYTES */

  /* The same: nobody who had it open has it any more.  NULL: nothing to do.  Memory; no lock
   * held. */
  void (*released) (HvfsFs *fs, HvfsNode node);

  /* Directory: its fixed entries, ended by a row with neither name nor mode. */
  HvfsRow *table;

  /* Directory: names that come and go by these. */
  const HvfsDirOps *dir_ops;

  /* Directory with hvfs_values_ops: its values; see values.h. */
  const HvfsValues *values;

  /* Directory: what its dir_ops find there, ended as a table is. */
  HvfsRow *members;

  /* Of a directory's members: appends its name there.  NULL: the row's is one. */
  gboolean (*append_name) (HvfsFs *fs, HvfsNode node, GString *out);
  /* Of a directory's members: that directory's b; NULL: it is 0. */
  guint32 (*above) (HvfsFs *fs, HvfsNode node);

  /* Link: appends where it leads; FALSE: nowhere.  NULL: to its object's directory.
   * Under the mirror's lock. */
  gboolean (*link) (HvfsFs *fs, HvfsNode node, GString *target);

  /* Whether it is listed at all.  NULL: always.  Under the mirror's lock. */
  gboolean (*visible) (HvfsFs *fs, HvfsNode node);

  /* Corrects the attributes that the row and its object give; FALSE when it is
   * there no more.  Under the mirror's lock, memory only. */
  gboolean (*stat) (HvfsFs *fs, HvfsNode node, const HvfsObject *object, struct stat *st);

  /* File: what it shows is not pushed.  Directory: nor are the names that its dir_ops find.
   * NULL: it is. */
  const HvfsFetch *fetch;

  /* How full that is which it is on, where it is not the mount itself.  Under the mirror's
   * lock, memory only. */
  gboolean (*statfs) (HvfsFs *fs, HvfsNode node, struct statvfs *st);

  /* How long the kernel may keep its attributes, in seconds.  NULL: until it is told
   * otherwise.  Under the mirror's lock, memory only. */
  double (*keep_s) (HvfsFs *fs, HvfsNode node);

  /* File: whether it changes without an update just now, so that the kernel keeps no
   * attributes of it.  NULL: never; else hvfs_row_always, or who begins that and who ends it
   * tell the notifier.  Any lock may be held. */
  gboolean (*is_volatile) (HvfsFs *fs, HvfsNode node);

  /* Filled in by hvfs_rows_init. */
  guint16 id;
  HvfsRow *parent;   /* the directory whose table it is in; NULL for objects' own */
  gboolean is_member; /* of that directory's members, not of its table */
};

static inline struct timespec
hvfs_timespec (gint64 us)
{
  return (struct timespec){ us / G_TIME_SPAN_SECOND, us % G_TIME_SPAN_SECOND * 1000 };
}

guint64 hvfs_node_ino (HvfsNode node);
/* The same of a node that is not made yet. */
guint64 hvfs_row_ino (HvfsRow *row, guint32 a, guint32 b);
/* FALSE for a number that names no row. */
gboolean hvfs_node_from_ino (guint64 ino, HvfsNode *ret_node);

/* All rows that there are: see fs/attr/all-rows.h. */
typedef struct
{
  HvfsRow *const *rows;        /* that have no parent, with the tables below them; the root's first */
  HvfsRow *const *root_tables; /* what the root has beside, by the kind of its object */
  const HvfsFileOps *file_ops; /* of rows without their own */
} HvfsRowSet;

/* Numbers the rows; once, before anything else. */
void hvfs_rows_init (const HvfsRowSet *set);

static inline gboolean
hvfs_row_is_root (const HvfsRow *row)
{
  return row->id == 1; /* as FUSE wants it */
}

/* The one row that is named so; each is there, or hvfs_rows_init ends the program. */
HvfsRow *hvfs_row (HvfsRowName named);

/* The row that directories of @kind are; NULL for a kind without one of its own. */
HvfsRow *hvfs_row_of_kind (HvfsKind kind);

/* keep_s of what changes in ways of which the kernel is not told: 0. */
double hvfs_row_keep_nothing (HvfsFs *fs, HvfsNode node);

/* is_volatile of a file that always changes without an update. */
gboolean hvfs_row_always (HvfsFs *fs, HvfsNode node);

/* Whether what the file @node shows changes without an update, now. */
static inline gboolean
hvfs_row_is_volatile (HvfsFs *fs, HvfsNode node)
{
  return node.row->is_volatile != NULL && node.row->is_volatile (fs, node);
}

/* Appends what the file @node shows; TRUE with nothing where it shows nothing. */
gboolean hvfs_row_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                        GError **error);

/* The row called @name in @table.  (nullable) */
HvfsRow *hvfs_row_named (HvfsRow *table, const char *name);

/* The row "moref", which every kind's table has. */
gboolean hvfs_moref_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out,
                          GError **error);
#define HVFS_MOREF_ROW { .name = "moref", .mode = S_IFREG | 0444, .show = hvfs_moref_show }

/* A collection, whose entries are in the index. */
#define HVFS_COLLECTION_ROW(collection, ...) { .name = (collection), .mode = S_IFDIR | 0755, __VA_ARGS__ }

/* Append a line.  All of these run for each entry of each first listing, for its size:
 * printf would be most of their time. */
void hvfs_show_line (GString *out, const char *text);
void hvfs_show_number (GString *out, gint64 value);

/* Appends "KEY=TEXT", nothing where @text is NULL. */
void hvfs_show_text (GString *out, const char *key, const char *text);
void hvfs_show_int (GString *out, const char *key, gint64 value);
void hvfs_show_yes_no (GString *out, const char *key, gboolean value);

/* Sets EIO: the server does not say @what. */
gboolean hvfs_show_unknown (const char *what, GError **error);
