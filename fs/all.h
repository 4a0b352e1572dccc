/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/all.h - every group of hvfs.conf, below one directory
 *
 * Exists so that several servers are one service.  Each mount is a process of its own: one
 * that is down, or ends, does not keep the others.  This one starts them, starts those again
 * that could not mount, and passes on its signals.
 */
#pragma once

#include "fs/options.h"

/* Runs one mount to its end in this process, and returns its exit status.  It writes one byte
 * to @ready_fd, which it closes: 0 when the tree is mounted, else the errno why it is not. */
typedef int (*HvfsAllStart) (HvfsOptions *options, int ready_fd);

/**
 * hvfs_all_run:
 * @argv: has --all
 * @tried: (nullable): called when each has been mounted or has failed once
 * @data: for @tried
 *
 * Until a signal ends it, or all trees have been unmounted.  Makes the directories that are
 * missing.  Before there is any thread.
 *
 * Returns: an exit status; mistakes in hvfs.conf are found before anything is started
 */
int hvfs_all_run (int argc, char **argv, HvfsAllStart start, void (*tried) (gpointer),
                  gpointer data);
