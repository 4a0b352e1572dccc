/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-options-cache.h - what is kept of configurations beside their texts
 *
 * Exists as the store behind vmconfig-options.h: the lists of the machines that were fetched
 * last, without a thought of networks or mirrors.  Not thread safe: its owner has a lock.
 */
#pragma once

#include "backend/wire/value.h"

typedef struct
{
  char *key, *value;
} HvfsOption;

/* The value of @key among @options, as they are kept; (nullable): it has none */
const char *hvfs_options_find (const GPtrArray *options, const char *key);

typedef struct _HvfsOptionsCache HvfsOptionsCache;

HvfsOptionsCache *hvfs_options_cache_new (void);
void hvfs_options_cache_free (HvfsOptionsCache *cache);

/* What @value, a VirtualMachineConfigInfo or its extraConfig (nullable: it has none), has of it is
 * @version's.  Those that were put longest ago go when there are too many; the last one never
 * does.
 * @media: (transfer full) (nullable): what is in the first CD drive
 * @disks: (transfer full) (element-type HvfsConfigDisk)
 *
 * Returns: whether it is what was kept until now */
gboolean hvfs_options_cache_put (HvfsOptionsCache *cache, guint32 serial, const char *version,
                                 gboolean running, const HvfsValue *value, char *media,
                                 GPtrArray *disks);

/* (nullable) (transfer none): the version of what is kept, and the other half of it. */
const char *hvfs_options_cache_version (HvfsOptionsCache *cache, guint32 serial,
                                        gboolean *ret_running);
/* (transfer none) (element-type HvfsOption): in the order of their keys, none twice; of a serial
 * that has a version */
GPtrArray *hvfs_options_cache_get (HvfsOptionsCache *cache, guint32 serial);
/* (transfer none): what was put with them; likewise */
const char *hvfs_options_cache_media (HvfsOptionsCache *cache, guint32 serial);
GPtrArray *hvfs_options_cache_disks (HvfsOptionsCache *cache, guint32 serial);
