/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-network.h - networks by the names that a text gives them
 *
 * Exists because a host's networks are of three classes, with a backing each, and a user
 * has one name for each network: that in the tree.
 */
#pragma once

#include "backend/operation/operation.h"
#include "convert/model/domain.h"

/**
 * hvfs_networks_resolve:
 * @host: serial of the host that is to be able to use them; 0: nobody knows
 * @base: what is in it already is not looked for
 * @lost: (nullable): interfaces of @wanted (element-type HvfsNet) whose network the host has
 *   not are added to it, which are an error without it
 *
 * Looks up each network that @wanted names, by its name or its id.  Network: up to three
 * requests for each that is on a distributed switch or opaque, none for others.
 *
 * @error: ENOENT for a network that the host has not; EINVAL for a name that is that of
 *   several; both say what to write.  A call's.
 *
 * Returns: (transfer full): name -> HvfsValue, the backing of an interface on it; those that
 *   go by their names alone are not in it.  NULL: error
 */
GHashTable *hvfs_networks_resolve (const HvfsServer *server, guint32 host, const HvfsDomain *base,
                                   const HvfsDomain *wanted, GPtrArray *lost, GError **error);

/* Whether the interface names its network, as net->bridge. */
gboolean hvfs_net_is_by_name (const HvfsNet *net);

/* The name of a network that the host can use.  (transfer full) (nullable) */
char *hvfs_networks_dup_any (HvfsMirror *mirror, guint32 host);
