/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/stats.h - counters of what a mount has cost
 *
 * Exists so that "reading costs no request" can be seen and tested: .hvfs/stats
 * prints it.  Thread safe, has a lock of its own and calls nothing under it.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsStats HvfsStats;

typedef enum
{
  HVFS_STAT_BYTES_SENT,
  HVFS_STAT_BYTES_RECEIVED,
  HVFS_STAT_CONNECTIONS,     /* opened, not those reused */
  HVFS_STAT_LOGINS,
  HVFS_STAT_FAULTS,          /* replies that were a SOAP fault */
  HVFS_STAT_UPDATE_SETS,
  HVFS_STAT_OBJECT_UPDATES,
  HVFS_STAT_CACHE_HITS,      /* reads answered from memory */
  HVFS_STAT_CACHE_MISSES,    /* reads that had to ask the server */
  HVFS_STAT_INVALIDATIONS,   /* notifications to the kernel */
  HVFS_STAT_KERNEL_REQUESTS, /* of the kernel, for what it does not have in its caches */
  HVFS_N_STATS
} HvfsStat;

HvfsStats *hvfs_stats_new (void);
void hvfs_stats_free (HvfsStats *stats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsStats, hvfs_stats_free)

void hvfs_stats_add (HvfsStats *stats, HvfsStat stat, guint64 n);
guint64 hvfs_stats_get (HvfsStats *stats, HvfsStat stat);
/* One SOAP request or, as "GET" and the like, one HTTP request. */
void hvfs_stats_add_request (HvfsStats *stats, const char *method);

/* Appends "key=value" lines in a fixed order: "requests=N" (the sum), then
 * "request.METHOD=N" sorted by name, then the counters by their names. */
void hvfs_stats_print (HvfsStats *stats, GString *out);
