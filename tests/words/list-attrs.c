/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/words/list-attrs.c - prints the tables of fs/ as hvfs(5) lists them
 *
 * One "SECTION<tab>NAME MODE" a row: MODE is r, w or rw; a directory is "NAME/", a
 * link "NAME".
 */
#include <stdio.h>

#include "fs/attr/attr-custom.h"
#include "fs/attr/attr-disk.h"
#include "fs/attr/attr-extra.h"
#include "fs/attr/attr-snapshot.h"
#include "fs/attr/tables.h"
#include "fs/content/export.h"

static const struct
{
  const char *section;
  const HvfsRow *table;
} tables[] = {
  { "THE ROOT", hvfs_root_table },
  { "THE ROOT", hvfs_inventory_table },
  { "THE ROOT", hvfs_host_folder_table },
  { "DATACENTERS", hvfs_datacenter_table },
  { "CLUSTERS", hvfs_cluster_table },
  { "HOSTS", hvfs_host_table },
  { "SWITCHES", hvfs_switches_table },
  { "DOMAINS", hvfs_domain_table },
  { "EXTRACONFIG", hvfs_extra_table },
  { "GUESTINFO", hvfs_guestinfo_table },
  { "DISKS", hvfs_disk_table },
  { "EXPORT", hvfs_export_members },
  { "CUSTOM ATTRIBUTES", hvfs_custom_domain_table },
  { "RESOURCE POOLS", hvfs_pool_table },
  { "SNAPSHOTS", hvfs_snapshots_table },
  { "SNAPSHOTS", hvfs_snapshot_table },
  { "DATASTORES", hvfs_datastore_table },
  { "NETWORKS", hvfs_network_table },
  { "THE MOUNT ITSELF", hvfs_self_table },
};

static void
print_row (const char *section, const HvfsRow *row)
{
  if (S_ISDIR (row->mode))
    printf ("%s\t%s/\n", section, row->name);
  else if (S_ISLNK (row->mode))
    printf ("%s\t%s\n", section, row->name);
  else
    printf ("%s\t%s %s%s\n", section, row->name, row->mode & S_IRUSR ? "r" : "",
            row->mode & S_IWUSR ? "w" : "");
}

int
main (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const HvfsRow *row = tables[i].table; row->name != NULL; row++)
      print_row (tables[i].section, row);
  return 0;
}
