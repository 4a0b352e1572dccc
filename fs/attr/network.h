/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/network.h - what a network's info says of its switch
 *
 * Exists because switch, VLAN and ports are no properties of a network, but of its hosts and
 * of its distributed switch, which are too much to be kept for the few who read them: they
 * are asked for when info is read, together with those of the neighbours, so that a walk
 * costs a few requests and a second one none.  Thread safe.
 */
#pragma once

#include "fs/fs.h"

HvfsNetworks *hvfs_networks_new (void);
void hvfs_networks_free (HvfsNetworks *networks);

/* Two requests for a hundred port groups of distributed switches, one for a hundred opaque
 * networks, one for the networks that the same hosts have, none for others. */
extern const HvfsFetch hvfs_network_fetch;

/* Appends the lines that were fetched of @network; FALSE: they were not.  Memory. */
gboolean hvfs_networks_show (HvfsNetworks *networks, guint32 network, GString *out);

/* A host's serial, the first that has @network on a virtual switch, and the switch's name
 * (transfer full); 0: there is none, or nothing was fetched.  Memory. */
guint32 hvfs_networks_dup_switch (HvfsNetworks *networks, guint32 network, char **ret_name);

/* The object is gone. */
void hvfs_networks_forget (HvfsNetworks *networks, guint32 serial);
