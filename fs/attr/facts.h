/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/facts.h - properties that single files show, and the mirror does not keep
 *
 * Exists because they are large, or never change, and few read them: they are asked for when
 * such a file is looked at, together with those of the neighbours, kept without what no file
 * shows, and asked for again later.  Thread safe.
 */
#pragma once

#include "fs/fs.h"

typedef enum
{
  HVFS_FACT_HOST_CPU,        /* edx of the extended features, "" if it has none */
  HVFS_FACT_HOST_GROUPS,     /* "group" { key name vswitch shapingPolicy type[] (of its ports) } */
  HVFS_FACT_DATASTORE_INFO,  /* a DatastoreInfo */
  HVFS_FACT_DATASTORE_PATH,  /* where hosts mount it; unset: none does */
  HVFS_FACT_CLUSTER_HA,      /* whether it is on */
  HVFS_FACT_CLUSTER_DRS,
  HVFS_FACT_VM_LAYOUT,       /* "file"[] { name bytes }; see hvfs_facts_layout_bytes */
  HVFS_N_FACTS
} HvfsFact;

HvfsFacts *hvfs_facts_new (void);
void hvfs_facts_free (HvfsFacts *facts);

/* Of a host, a datastore, a cluster or a domain.  Memory. */
gboolean hvfs_facts_are_known (HvfsFs *fs, guint32 serial);
gboolean hvfs_facts_are_fresh (HvfsFs *fs, guint32 serial);

/* Fetches what is not fresh of @serial and of a hundred neighbours.  Network: one request; the
 * mirror's lock must not be held.  @error: ESTALE: it is gone; EINTR; a call's */
gboolean hvfs_facts_fetch (HvfsCall *call, guint32 serial, GError **error);

/* The same for rows of these objects. */
extern const HvfsFetch hvfs_facts_of_row;

/* @ret_value: (transfer full) (nullable): NULL where it is unset.  Memory.
 * @error: EIO: it was not fetched; or why the server does not say it */
gboolean hvfs_facts_get (HvfsFs *fs, guint32 serial, HvfsFact fact, HvfsValue **ret_value,
                         GError **error);

/* The object is gone, or what was fetched is not so any more. */
void hvfs_facts_forget (HvfsFacts *facts, guint32 serial);

/* What the disk whose descriptor is @path takes on its datastore, extents included, without its
 * parents; -1: a layout (nullable) does not say.  Memory. */
gint64 hvfs_facts_layout_bytes (const HvfsValue *layout, const char *path);
