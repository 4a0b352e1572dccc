/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/switch.h - a host's virtual switches and NICs, and the networks on them, as libvirt
 * has them
 *
 * Exists because libvirt's network is a virtual switch of a host, and its interface a
 * physical NIC: interfaces/ and switches/ of a host have a file for each, and a network's
 * network.xml is that of the switch that it is on.
 */
#pragma once

#include "fs/fs.h"
#include "fs/tree/index.h"

/* The files of these directories.  a: the host's serial; b: stands for the name. */
extern HvfsRow hvfs_interface_row, hvfs_switch_row;

/* What these directories' rows in a host's table depend on. */
#define HVFS_INTERFACES_DEPENDS HVFS_PROP (HVFS_HOST_NICS)
#define HVFS_SWITCHES_DEPENDS \
  (HVFS_PROP (HVFS_HOST_NICS) | HVFS_PROP (HVFS_HOST_SWITCHES) | HVFS_PROP (HVFS_HOST_NETWORKS))

/* Appends the places of all of @host's, and of drafts; their names are added to @names, which
 * owns them. */
void hvfs_switches_place (HvfsFs *fs, const HvfsObject *host, GArray *places, GPtrArray *names);

/* network.xml */
gboolean hvfs_network_xml_show (HvfsFs *fs, HvfsNode node, const HvfsObject *network, GString *out,
                                GError **error);
gboolean hvfs_network_xml_visible (HvfsFs *fs, HvfsNode node);
extern const HvfsFetch hvfs_network_xml_fetch;
