/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/fs.h - one mount: what its parts share
 *
 * Exists as the context that is handed down (fuse_req_userdata, show, store), so
 * that nothing in fs/ is global but the tables of rows.
 */
#pragma once

#include <sys/types.h>

#include "backend/mirror/mirror.h"
#include "backend/operation/alarm.h"
#include "backend/operation/perf.h"
#include "backend/operation/power.h"
#include "backend/operation/quickstats.h"
#include "backend/login/session.h"
#include "backend/mirror/task.h"
#include "backend/mirror/updater.h"
#include "backend/operation/vcenter.h"
#include "backend/vmconfig/vmconfig.h"
#include "fs/row/row.h"

/* Each part's own header says what it is. */
typedef struct _HvfsContents HvfsContents;
typedef struct _HvfsDesks HvfsDesks;
typedef struct _HvfsDirTimes HvfsDirTimes;
typedef struct _HvfsDrafts HvfsDrafts;
typedef struct _HvfsExports HvfsExports;
typedef struct _HvfsFacts HvfsFacts;
typedef struct _HvfsFailures HvfsFailures;
typedef struct _HvfsFlight HvfsFlight;
typedef struct _HvfsIndex HvfsIndex;
typedef struct _HvfsInventory HvfsInventory;
typedef struct _HvfsJobs HvfsJobs;
typedef struct _HvfsJournals HvfsJournals;
typedef struct _HvfsKept HvfsKept;
typedef struct _HvfsMigrations HvfsMigrations;
typedef struct _HvfsNetworks HvfsNetworks;
typedef struct _HvfsNotifier HvfsNotifier;
typedef struct _HvfsNumbers HvfsNumbers;
typedef struct _HvfsOpened HvfsOpened;
typedef struct _HvfsPackages HvfsPackages;
typedef struct _HvfsReads HvfsReads;
typedef struct _HvfsScreens HvfsScreens;
typedef struct _HvfsTransfers HvfsTransfers;
typedef struct _HvfsStreams HvfsStreams;
typedef struct _HvfsVmxSizes HvfsVmxSizes;
typedef struct _HvfsVolumes HvfsVolumes;

/* The modes are as the rows say. */
#define HVFS_NO_UMASK ((mode_t) -1)

struct _HvfsFs
{
  /* Set before the first thread starts, and never changed. */
  HvfsUri *uri;
  HvfsStats *stats;
  HvfsSession *session;
  HvfsConnection *connection;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsUpdater *updater;
  HvfsQuickstats *quickstats;
  HvfsPerf *perf;
  HvfsQuestions *questions;
  HvfsServer server;
  HvfsConfig *config;
  HvfsContents *contents;   /* with these three NULL without -o content */
  HvfsFlight *content_flight;
  HvfsTransfers *transfers;
  HvfsExports *exports;
  HvfsVolumes *volumes;
  HvfsFailures *failures;
  HvfsDesks *desks;
  HvfsDrafts *drafts;
  HvfsPackages *packages;
  HvfsReads *reads;
  HvfsVmxSizes *vmx_sizes;
  HvfsMigrations *migrations;
  HvfsNetworks *networks;
  HvfsFacts *facts;
  HvfsAlarms *alarms;
  HvfsScreens *screens;
  HvfsInventory *inventory;
  HvfsStreams *streams;
  HvfsVcenter *vcenter;
  HvfsDirTimes *dir_times;
  HvfsNotifier *notifier;
  HvfsKept *kept;
  HvfsNumbers *numbers;    /* of keys of extraConfig, disks, domains, paths of volumes */
  HvfsOpened *opened;
  HvfsJobs *jobs;
  HvfsJournals *journals;
  /* Places an object anew, of which not the server says where it stands; see follow/place.h.
   * Takes the mirror's lock. */
  void (*place) (HvfsFs *fs, guint32 serial);
  const char *spool;       /* the directory for files without names */
  gboolean allow_delete;   /* files of datastores may be removed and overwritten */
  const char *mountpoint;  /* absolute */
  guint max_read;          /* bytes of one read of the kernel's; 0: as many as it likes */
  uid_t uid;
  gid_t gid;
  mode_t umask;            /* HVFS_NO_UMASK: none was given */
  gint64 mounted_us;       /* since 1970; 0 while it is filled */

  /* The mirror's lock. */
  HvfsIndex *index;
  guint32 root;            /* serial of the object that the mount is rooted at; 0: gone; others
                            * read it by hvfs_fs_root () */
  HvfsRow *root_table;     /* what that object has at the root, besides hvfs_root_table */
  gboolean dc_below;       /* datacenters are at the root or below, not above it */
  GPtrArray *touched;      /* serials whose places are to be looked at again; some may be gone */
  guint64 n_applied;       /* how often the tree has followed the mirror */
  GPtrArray *custom_names; /* nullable: of files, of the custom attributes that are defined */
  GHashTable *lone_hosts;  /* serials: of the compute resource around a host alone -> that host */
  gboolean restructured;   /* folders, clusters or hosts came, went or moved */
  gboolean redefined;      /* custom attributes were */
  gboolean repathed;       /* what is in the paths that files of domains say */
  gboolean alarmed;        /* alarms, or what is above objects */
};

/* The serial of the object that the mount is rooted at, without the mirror's lock. */
static inline guint32
hvfs_fs_root (HvfsFs *fs)
{
  return g_atomic_int_get (&fs->root);
}
