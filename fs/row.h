/* fs/row.h - files are rows of tables
 *
 * Exists so that lookup, listing, stat, open and invalidation walk one array a
 * kind of directory: a file cannot half exist, and adding one is adding a row and
 * its functions.  Inodes, caching, buffers, sizes, permissions and times are
 * handled once, in ops.c, for all.
 */
#pragma once

#include <sys/stat.h>

#include "backend/mirror.h"

typedef struct _HvfsFs HvfsFs;
typedef struct _HvfsRow HvfsRow;

typedef enum
{
  /* Rendered at each open and never cached: it changes without an update. */
  HVFS_ROW_VOLATILE = 1 << 0,
  /* Readable while the server is lost: it is about the mount itself. */
  HVFS_ROW_LOCAL = 1 << 1,
  /* Shows what the server does not push (see quickstats.h): fetched when old. */
  HVFS_ROW_FETCHED = 1 << 2,
} HvfsRowFlags;

/* What a writer's line is applied to.  On the job pool; no lock held. */
typedef struct
{
  HvfsFs *fs;
  guint32 serial;
  GCancellable *cancellable;
} HvfsStore;

/* A place in the tree: a row of object @a (0: the mount itself); @b tells places
 * apart that show the same object in several directories, else 0.  The inode
 * number says all of it, so no node is kept in memory. */
typedef struct
{
  HvfsRow *row;
  guint32 a, b;
} HvfsNode;

struct _HvfsRow
{
  const char *name;  /* NULL where the name is an object's */
  mode_t mode;       /* S_IFREG, S_IFDIR or S_IFLNK, and the permissions */
  guint flags;

  /* The properties of the row's object that it shows: what invalidates it, and
   * what must be readable to open it. */
  HvfsPropMask depends;

  /* File: appends all of it.  Under the mirror's lock; memory only.  @object is
   * NULL for the files of the mount itself. */
  gboolean (*show) (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error);

  /* File: does what one line says, and waits for it.  @line has no blanks around. */
  gboolean (*store) (HvfsStore *store, const char *line, GError **error);

  /* Directory: its fixed entries, ended by a row with neither name nor mode. */
  HvfsRow *table;

  /* Whether it is listed at all.  NULL: always.  Under the mirror's lock. */
  gboolean (*visible) (HvfsFs *fs, HvfsNode node);

  /* Filled in by hvfs_rows_init. */
  guint16 id;
  HvfsRow *parent;   /* the directory whose table it is in; NULL for objects' own */
};

guint64 hvfs_node_ino (HvfsNode node);
/* FALSE for a number that names no row. */
gboolean hvfs_node_from_ino (guint64 ino, HvfsNode *ret_node);

/* Numbers the rows; once, before anything else. */
void hvfs_rows_init (void);

/* All rows: 0 < id < hvfs_rows_count (). */
guint hvfs_rows_count (void);
HvfsRow *hvfs_row_by_id (guint id);

/* ---- the tables and the rows that directories of objects are ---- */

/* fs/attr-root.c: the mount itself */
extern HvfsRow hvfs_root_row, hvfs_root_table[];
extern HvfsRow hvfs_by_name_link, hvfs_by_uuid_link, hvfs_by_folder_link;
extern HvfsRow hvfs_by_folder_dc_row, hvfs_by_folder_folder_row;

/* fs/attr-hvfs.c: .hvfs */
extern HvfsRow hvfs_self_table[];

/* fs/attr-datacenter.c: folders, datacenters, clusters */
extern HvfsRow hvfs_inventory_table[];   /* the root folder's, as a mount's root */
extern HvfsRow hvfs_host_folder_table[]; /* a folder of hosts, as a mount's root */
extern HvfsRow hvfs_datacenter_row, hvfs_datacenter_table[];
extern HvfsRow hvfs_cluster_row, hvfs_cluster_table[];
extern HvfsRow hvfs_datacenters_folder_row, hvfs_clusters_folder_row, hvfs_hosts_folder_row,
  hvfs_datastores_folder_row, hvfs_networks_folder_row;

/* fs/attr-host.c */
extern HvfsRow hvfs_host_row, hvfs_host_table[];
extern HvfsRow hvfs_host_datastore_link, hvfs_host_network_link;

/* fs/attr-storage.c: datastores and networks */
extern HvfsRow hvfs_datastore_row, hvfs_datastore_table[];
extern HvfsRow hvfs_network_row, hvfs_network_table[];

/* fs/attr-domain.c */
extern HvfsRow hvfs_domain_row, hvfs_domain_table[];

/* The row called @name in @table.  (nullable) */
HvfsRow *hvfs_row_named (HvfsRow *table, const char *name);

/* The row "moref", which every kind's table has. */
gboolean hvfs_moref_show (HvfsFs *fs, const HvfsObject *object, GString *out, GError **error);
#define HVFS_MOREF_ROW { .name = "moref", .mode = S_IFREG | 0444, .show = hvfs_moref_show }

/* A collection, whose entries are in the index. */
#define HVFS_COLLECTION_ROW(collection) { .name = (collection), .mode = S_IFDIR | 0555 }

/* For rows that are only there while they hold something. */
gboolean hvfs_row_is_not_empty (HvfsFs *fs, HvfsNode node);

/* Appends "KEY=TEXT", nothing where @text is NULL. */
void hvfs_show_text (GString *out, const char *key, const char *text);
void hvfs_show_int (GString *out, const char *key, gint64 value);
void hvfs_show_yes_no (GString *out, const char *key, gboolean value);

/* Sets EIO: the server does not say @what. */
gboolean hvfs_show_unknown (const char *what, GError **error);
