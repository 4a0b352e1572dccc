/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/job.h - requests that must wait, and their interruption
 *
 * Exists so that no thread of FUSE's ever waits for the network: what must, runs
 * here and replies when it is done, so a hundred running migrations slow no ls.
 */
#pragma once

#include <fuse_lowlevel.h>
#include <gio/gio.h>

typedef struct _HvfsJobs HvfsJobs;

/* Replies to @req exactly once.  @cancellable: the caller was interrupted, and gives up
 * (fs/request/caller.h). */
typedef void (*HvfsJobFunc) (fuse_req_t req, GCancellable *cancellable, gpointer data);

HvfsJobs *hvfs_jobs_new (void);
/* Cancels all, also those to come. */
void hvfs_jobs_cancel (HvfsJobs *jobs);
/* Cancels all and waits for them.  NULL is allowed. */
void hvfs_jobs_free (HvfsJobs *jobs);

/* @data is freed with @data_free after @func.  More jobs than threads wait. */
void hvfs_jobs_push (HvfsJobs *jobs, fuse_req_t req, HvfsJobFunc func, gpointer data,
                     GDestroyNotify data_free);
