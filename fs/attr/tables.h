/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/tables.h - the tables, and the rows that directories of objects are
 *
 * Exists so that each table can hold the others, and who follows the mirror places objects
 * by them.  all-rows.h lists them.
 */
#pragma once

#include "fs/row/row.h"

/* fs/attr/attr-root.c: the mount itself */
extern HvfsRow hvfs_root_row, hvfs_root_table[];
extern HvfsRow hvfs_by_name_link, hvfs_by_uuid_link;

/* fs/attr/attr-folder.c: what is in by-folder */
extern HvfsRow hvfs_by_folder_link, hvfs_by_folder_dc_row, hvfs_by_folder_folder_row;

/* fs/attr/attr-hvfs.c: .hvfs */
extern HvfsRow hvfs_self_table[];

/* fs/attr/attr-datacenter.c: folders, datacenters, clusters */
extern HvfsRow hvfs_inventory_table[];   /* the root folder's, as a mount's root */
extern HvfsRow hvfs_host_folder_table[]; /* a folder of hosts, as a mount's root */
extern HvfsRow hvfs_datacenter_row, hvfs_datacenter_table[];
extern HvfsRow hvfs_cluster_row, hvfs_cluster_table[];
extern HvfsRow hvfs_datacenters_folder_row, hvfs_clusters_folder_row, hvfs_hosts_folder_row,
  hvfs_datastores_folder_row, hvfs_networks_folder_row;

/* fs/attr/attr-host.c */
extern HvfsRow hvfs_host_row, hvfs_host_table[];
extern HvfsRow hvfs_host_datastore_link, hvfs_host_network_link;

/* fs/attr/switch-define.c: a host's switches/, and a file there that is no switch yet (b stands
 * for its name) */
extern HvfsRow hvfs_switches_table[], hvfs_switch_draft_row;
extern const HvfsDirOps hvfs_switches_ops;

/* fs/attr/attr-move.c: rename in the dir_ops of a host's domains */
gboolean hvfs_domains_rename (HvfsCall *call, HvfsNode dir, const char *name, HvfsNode new_dir,
                              const char *new_name, guint flags, GError **error);

/* fs/attr/attr-storage.c: datastores and networks */
extern HvfsRow hvfs_datastore_row, hvfs_datastore_table[];
extern HvfsRow hvfs_network_row, hvfs_network_table[];

/* fs/attr/attr-pool.c: resource pools and vApps, and where they are listed and made */
extern HvfsRow hvfs_pool_row, hvfs_pool_table[], hvfs_pool_domain_link;
extern const HvfsDirOps hvfs_pools_ops;
gboolean hvfs_pools_visible (HvfsFs *fs, HvfsNode node);
/* Appends "/", or the names from below the topmost pool down to @pool (nullable).  FALSE: not all
 * of them may be read.  Under the mirror's lock. */
gboolean hvfs_pool_append_path (HvfsFs *fs, const HvfsObject *pool, GString *path);

/* fs/attr/attr-domain.c */
extern HvfsRow hvfs_domain_row, hvfs_domain_table[];

/* fs/attr/attr-domains.c: where domains are listed, made and moved */
extern const HvfsDirOps hvfs_domains_ops;
