/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/usage.h - usage as what a row fetches
 *
 * Exists so that "stats", and whatever else shows a figure of quickstats.h, fetches it by one
 * mechanism, and says why where the server refuses it.
 */
#pragma once

#include "fs/fs.h"

extern const HvfsFetch hvfs_usage_fetch;

/* Memory.  @error: EIO: it was not fetched yet; the errno of the server's refusal */
gboolean hvfs_usage_get (HvfsFs *fs, const HvfsObject *object, HvfsUsage *ret_usage,
                         GError **error);
