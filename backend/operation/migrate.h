/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/migrate.h - where a machine runs and lies, and copies of it
 *
 * Exists because one wish, "there", is other methods by the server's version, wants a
 * pool where users name a host, and is to be checked before: the reasons why not are
 * better than the fault of a task that failed half way.
 */
#pragma once

#include "backend/operation/customize.h"

/* Where to; serials of the mirror, 0 for what stays or is for the server to choose. */
typedef struct
{
  guint32 host;
  guint32 cluster;        /* in place of host */
  guint32 datastore;
  const char *pool;       /* nullable: names of pools below the topmost, by slashes */
  const char *priority;   /* "highPriority", "defaultPriority", "lowPriority" */
} HvfsMove;

/**
 * hvfs_migrate:
 *
 * Moves the machine @serial, as it runs, and waits until the mirror shows it; sends
 * nothing if it is there already.  Network; no lock may be held.
 *
 * @error: ENOTSUP but on a vCenter; the server's reasons against it, before anything
 *   is begun; EINTR when cancelled
 */
gboolean hvfs_migrate (const HvfsServer *server, guint32 serial, const HvfsMove *move,
                       GCancellable *cancellable, GError **error);

/* Another vCenter, and places there; all ids are its own. */
typedef struct
{
  const char *url, *uuid;       /* of the server: where it listens, its about.instanceUuid */
  const char *thumbprint;       /* nullable: without TLS */
  const char *username, *password;
  const char *folder, *datastore, *host, *pool;
  const char *pool_type;
  GPtrArray *interfaces;        /* (element-type HvfsValue): the machine's, each on a network there */
  const char *priority;         /* as of HvfsMove */
} HvfsAway;

/* Moves the machine @serial to another vCenter, as it runs.  Network; no lock may be held.
 * @error: as of hvfs_migrate */
gboolean hvfs_migrate_away (const HvfsServer *server, guint32 serial, const HvfsAway *away,
                            GCancellable *cancellable, GError **error);

/**
 * hvfs_rename_check:
 *
 * Whether the machine @serial may get the name, as far as can be known without asking the
 * server: for who would migrate it before.  Memory.
 *
 * @error: ENOTUNIQ: another machine of its folder has it (not EEXIST, by which tools take it
 *   that the directory has one of that name); ENAMETOOLONG
 */
gboolean hvfs_rename_check (const HvfsServer *server, guint32 serial, const char *name,
                            GError **error);

/* Gives the object @serial another name, as the user says it.  @error: EEXIST */
gboolean hvfs_rename (const HvfsServer *server, guint32 serial, const char *name,
                      GCancellable *cancellable, GError **error);

typedef struct
{
  const char *name;       /* as the user says it */
  guint32 host, datastore, folder;
  const char *pool;       /* nullable: as of HvfsMove */
  guint32 snapshot;       /* whose state is copied; 0: the present one */
  gboolean linked;        /* shares the disks of that snapshot, else of the current one */
  gboolean is_template;
  HvfsCustomize customize; /* of its guest */
} HvfsClone;

/* Copies the machine @serial and waits until the mirror shows the copy.
 * @error: ENOTSUP but on a vCenter; EINVAL: linked, but there is no snapshot */
gboolean hvfs_clone (const HvfsServer *server, guint32 serial, const HvfsClone *clone,
                     GCancellable *cancellable, GError **error);
