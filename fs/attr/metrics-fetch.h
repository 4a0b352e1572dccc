/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/metrics-fetch.h - what metrics show and the mirror does not have
 *
 * Exists so that one scrape asks for all objects of a kind in a few batches.
 */
#pragma once

#include "fs/row/row.h"

#define HVFS_METRICS_MAX_COUNTERS 20

/* What was fetched of one object. */
typedef struct
{
  HvfsValue *content; /* (nullable): its ObjectContent */
  double counters[HVFS_METRICS_MAX_COUNTERS];
  gboolean has[HVFS_METRICS_MAX_COUNTERS];
} HvfsFetched;

/**
 * hvfs_metrics_fetch:
 * @paths: properties, ended by NULL; those that the server's API lacks are left out
 * @counters: names of performance counters, ended by NULL; of objects that are away or off none
 *   is asked for
 * @ret_morefs: (out) (transfer full): all objects of @kind, in one order
 *
 * Network; no lock held.
 *
 * Returns: (transfer full): moref -> HvfsFetched; NULL on error
 */
GHashTable *hvfs_metrics_fetch (HvfsFs *fs, HvfsKind kind, const char *const *paths,
                                const char *const *counters, GPtrArray **ret_morefs,
                                GCancellable *cancellable, GError **error);

/* (nullable) (transfer none): what was fetched of @path */
const HvfsValue *hvfs_fetched_property (const HvfsFetched *fetched, const char *path);
