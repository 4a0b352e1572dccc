/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/all-rows.c - see all-rows.h */
#include "fs/attr/all-rows.h"

#include "fs/attr/attr-snapshot.h"
#include "fs/attr/line-file.h"
#include "fs/attr/switch.h"
#include "fs/attr/tables.h"
#include "fs/content/content.h"
#include "fs/edit/edit.h"

/* Directories of objects with their tables, and links, which have none. */
static HvfsRow *const rows[] = {
  &hvfs_root_row,
  &hvfs_by_name_link, &hvfs_by_uuid_link, &hvfs_by_folder_link, &hvfs_by_folder_dc_row,
  &hvfs_by_folder_folder_row, &hvfs_datacenter_row, &hvfs_cluster_row,
  &hvfs_datacenters_folder_row, &hvfs_clusters_folder_row, &hvfs_hosts_folder_row,
  &hvfs_datastores_folder_row, &hvfs_networks_folder_row, &hvfs_host_row,
  &hvfs_host_datastore_link, &hvfs_host_network_link, &hvfs_interface_row, &hvfs_switch_row,
  &hvfs_switch_draft_row,
  &hvfs_datastore_row,
  &hvfs_network_row, &hvfs_domain_row, &hvfs_pool_row, &hvfs_pool_domain_link,
  &hvfs_snapshot_row,
  &hvfs_edit_link_row, &hvfs_draft_row, &hvfs_draft_link_row, &hvfs_draft_ova_row,
  &hvfs_draft_part_row, &hvfs_content_dir_row, &hvfs_content_file_row, NULL,
};

static HvfsRow *const root_tables[] = { hvfs_inventory_table, hvfs_host_folder_table, NULL };

const HvfsRowSet hvfs_row_set = { rows, root_tables, &hvfs_line_file_ops };
