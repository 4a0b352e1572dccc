/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/usage.c - usage as what a row fetches; see usage.h */
#include "fs/attr/usage.h"

#include "convert/error.h"

static gboolean
is_known (HvfsFs *fs, HvfsNode node)
{
  HvfsUsage usage;

  return hvfs_quickstats_get (fs->quickstats, node.a, &usage) && usage.refused == 0;
}

static gboolean
is_fresh (HvfsFs *fs, HvfsNode node)
{
  return hvfs_quickstats_is_fresh (fs->quickstats, node.a);
}

static gboolean
fetch (HvfsCall *call, HvfsNode node, gint64 *ret_size G_GNUC_UNUSED, GError **error)
{
  return hvfs_quickstats_fetch (call->fs->quickstats, node.a, call->cancellable, error);
}

const HvfsFetch hvfs_usage_fetch = { is_known, is_fresh, fetch };

gboolean
hvfs_usage_get (HvfsFs *fs, const HvfsObject *object, HvfsUsage *ret_usage, GError **error)
{
  if (!hvfs_quickstats_get (fs->quickstats, object->serial, ret_usage))
    return hvfs_show_unknown ("usage", error);
  if (ret_usage->refused == 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ret_usage->refused,
               "the server does not report the object's current use");
  return FALSE;
}
