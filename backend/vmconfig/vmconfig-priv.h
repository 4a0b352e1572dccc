/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-priv.h - what the files of vmconfig share */
#pragma once

#include "backend/wait/crew.h"
#include "backend/wait/flight.h"
#include "backend/operation/operation.h"
#include "backend/vmconfig/vmconfig-cache.h"
#include "backend/vmconfig/vmconfig-disks.h"
#include "backend/vmconfig/vmconfig-look.h"
#include "backend/vmconfig/vmconfig-options-cache.h"
#include "backend/vmconfig/vmconfig-read.h"

typedef struct _HvfsConfig HvfsConfig;               /* vmconfig.h */
typedef struct _HvfsSnapshotDisks HvfsSnapshotDisks; /* vmconfig-snapshots.h */

/* The order in which machines are read, of which it is guessed whose turn is next. */
typedef struct
{
  guint32 last; /* what was read before; 0: nothing */
  guint ahead;  /* neighbours asked for in the last batch; 0: nobody went on */
  guint32 ends[8]; /* where the last batches with neighbours ended; 0: there were fewer */
  guint n_batches; /* of them */
} HvfsConfigOrder;

struct _HvfsConfig
{
  HvfsServer server;      /* never changes, as the next */
  gsize budget;
  HvfsSnapshotDisks *snapshots;
  void (*changed) (guint32 serial, gpointer data); /* nullable */
  gpointer data;

  GMutex lock;            /* taken behind the mirror's, held for memory work only */
  HvfsVmCache *cache;     /* lock */
  HvfsOptionsCache *options; /* lock */
  HvfsFlight *coming;     /* by serial: what some thread fetches */
  HvfsCrew *crew;         /* fetches what nobody waits for yet */
  GCancellable *stop;     /* of what it fetches: the end */
  HvfsConfigOrder texts;   /* lock */
  HvfsConfigOrder parts;   /* lock: of what is kept beside the texts */
};

/* Keeps the extraConfig of @read, the configuration of @look, and what is in its first CD drive. */
void hvfs_config_keep_options (HvfsConfig *config, const HvfsVmLook *look, const HvfsVmRead *read);

/* Of @domain; (nullable): it has none. */
HvfsDisk *hvfs_config_first_cdrom (const HvfsDomain *domain);

/* Network: the present configuration of @look. */
HvfsVmRead *hvfs_config_read_now (HvfsConfig *config, const HvfsVmLook *look,
                                  GCancellable *cancellable, GError **error);

/* Network: the machine boots from what @wanted says, of which it has all devices.  One
 * reconfiguration, or none. */
gboolean hvfs_config_set_boot_order (HvfsConfig *config, guint32 serial, const HvfsDomain *wanted,
                                     GCancellable *cancellable, GError **error);

/**
 * hvfs_config_try_making:
 * @attempt: sends something that makes the files in @make and attaches others
 *
 * Again without a file that turns out to be there, until it works or fails otherwise.
 */
gboolean hvfs_config_try_making (const HvfsDomain *wanted,
                                 gboolean (*attempt) (GHashTable *make, gpointer data,
                                                      GError **error),
                                 gpointer data, GError **error);
