/* fs/fs.h - one mount: what its parts share
 *
 * Exists as the context that is handed down (fuse_req_userdata, show, store), so
 * that nothing in fs/ is global but the tables of rows.
 */
#pragma once

#include <sys/types.h>

#include "backend/mirror/mirror.h"
#include "backend/operation/power.h"
#include "backend/operation/quickstats.h"
#include "backend/login/session.h"
#include "backend/mirror/task.h"
#include "backend/mirror/updater.h"
#include "backend/operation/vcenter.h"
#include "backend/vmconfig/vmconfig.h"
#include "fs/edit/desk.h"
#include "fs/tree/dir-times.h"
#include "fs/edit/draft.h"
#include "fs/request/failure.h"
#include "fs/tree/index.h"
#include "fs/request/job.h"
#include "fs/attr/migration.h"
#include "fs/tree/notify.h"
#include "fs/ops/opened.h"
#include "fs/tree/row.h"
#include "fs/attr/vmx.h"

struct _HvfsFs
{
  /* Set before the first thread starts, and never changed. */
  HvfsUri *uri;
  HvfsStats *stats;
  HvfsSession *session;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsUpdater *updater;
  HvfsQuickstats *quickstats;
  HvfsQuestions *questions;
  HvfsServer server;
  HvfsConfig *config;
  HvfsFailures *failures;
  HvfsDesks *desks;
  HvfsDrafts *drafts;
  HvfsVmxSizes *vmx_sizes;
  HvfsMigrations *migrations;
  HvfsVcenter *vcenter;
  HvfsDirTimes *dir_times;
  HvfsNotifier *notifier;
  HvfsOpened *opened;
  HvfsJobs *jobs;
  const char *mountpoint;  /* absolute */
  uid_t uid;
  gid_t gid;
  gint64 mounted_us;       /* since 1970; 0 while it is filled */

  /* The mirror's lock. */
  HvfsIndex *index;
  guint32 root;            /* serial of the object that the mount is rooted at; 0: gone */
  HvfsRow *root_table;     /* what that object has at the root, besides hvfs_root_table */
  gboolean dc_below;       /* datacenters are at the root or below, not above it */
  GPtrArray *touched;      /* serials whose places are to be looked at again; some may be gone */
  gboolean restructured;   /* folders, clusters or hosts came, went or moved */
};

/* fs/edit/edit.c */

/* The configuration of the machine @serial changed, or it is gone.  The mirror's lock
 * may be held. */
void hvfs_edit_changed (HvfsFs *fs, guint32 serial);
void hvfs_edit_left (HvfsFs *fs, guint32 serial);

/* fs/tree/tree.c */

/* Starts to follow the mirror; before its first update. */
void hvfs_tree_init (HvfsFs *fs);
void hvfs_tree_clear (HvfsFs *fs);

/* @name came into the directory @dir, went, or means another inode: the kernel is told, and
 * the directory's time is now.  Any lock may be held. */
void hvfs_tree_name_changed (HvfsFs *fs, guint64 dir, const char *name);

/* fs/tree/place.c */

/* Makes the index say where @object is.  Cost: its places, some per host. */
void hvfs_place_object (HvfsFs *fs, const HvfsObject *object);

/* Whether a folder may hold objects of the type @child_type. */
gboolean hvfs_folder_holds (const HvfsObject *folder, const char *child_type);

/* fs/tree/path.c */

/* The row that directories of @kind are; NULL for a kind without one of its own. */
HvfsRow *hvfs_tree_object_row (HvfsKind kind);

/* The fixed entries of the directory @node: at the root two tables, else one.
 * Ended by NULL.  The object of each is @ret_a[i]. */
void hvfs_tree_tables (HvfsFs *fs, HvfsNode node, HvfsRow *ret_tables[3], guint32 ret_a[3]);

/* Appends the path of the directory @ino below the root, without a first slash;
 * FALSE if it is not in the tree.  The mirror's lock must be held. */
gboolean hvfs_tree_path (HvfsFs *fs, guint64 ino, GString *path);

/* The path of @object's own directory; FALSE if it has none. */
gboolean hvfs_tree_object_path (HvfsFs *fs, const HvfsObject *object, GString *path);

/* Appends what the link @node says; FALSE if it leads nowhere. */
gboolean hvfs_tree_link (HvfsFs *fs, HvfsNode node, GString *target);

/* The inode of @object's own directory, 0 if it has none. */
guint64 hvfs_tree_object_ino (HvfsFs *fs, const HvfsObject *object);
