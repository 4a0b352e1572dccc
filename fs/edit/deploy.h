/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/deploy.h - what is to become of an archive or a package in a draft
 *
 * Exists because both follow the draft's file "options".
 */
#pragma once

#include "backend/operation/import.h"
#include "fs/edit/draft.h"
#include "fs/edit/edit.h"

enum { HVFS_DEPLOY_DATASTORE, HVFS_DEPLOY_NETWORK, HVFS_DEPLOY_POOL, HVFS_DEPLOY_FOLDER,
       HVFS_DEPLOY_DISK, HVFS_N_DEPLOY };

/* The plan borrows the rest. */
typedef struct
{
  char *values[HVFS_N_DEPLOY];
  char *name;
  GHashTable *networks;
  HvfsImportPlan plan;
} HvfsDeployment;

/* @ret: zeroed; to be cleared.  @error: EINVAL, ENOENT: the "options" are wrong.  Memory. */
gboolean hvfs_deployment_read (HvfsFs *fs, HvfsNode node, const HvfsDraft *draft,
                               HvfsDeployment *ret, GError **error);
void hvfs_deployment_clear (HvfsDeployment *deployment);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsDeployment, hvfs_deployment_clear)

/* The name of the file @node of a draft.  (transfer full) (nullable): it has none any more */
char *hvfs_deploy_dup_name (HvfsFs *fs, HvfsNode node);
/* Nobody finds the file @node any more. */
void hvfs_deploy_forget (HvfsFs *fs, HvfsNode node);
