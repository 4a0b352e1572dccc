/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/folder.h - folders of machines: made, and what lies in them
 *
 * Exists because machines, vApps and folders lie in folders, and are moved between them
 * in one way.  A folder is never removed: the server would delete the machines in it.
 */
#pragma once

#include "backend/operation/operation.h"

/**
 * hvfs_folder_create:
 * @serial: the folder that it is made in
 * @name: as the user says it
 *
 * Makes a folder and waits until the mirror shows it.  Network; no lock may be held.
 *
 * @error: EEXIST: the name is taken
 *
 * Returns: its serial; 0 on error
 */
guint32 hvfs_folder_create (const HvfsServer *server, guint32 serial, const char *name,
                            GCancellable *cancellable, GError **error);

/**
 * hvfs_folder_move:
 * @serial: a machine, a vApp or a folder
 * @folder: the serial of the folder of machines that it goes to
 *
 * Waits until the mirror shows it; sends nothing if it is there.  Network; no lock may be
 * held.
 *
 * @error: EXDEV: the folder is in another datacenter; EEXIST: the name is taken there
 */
gboolean hvfs_folder_move (const HvfsServer *server, guint32 serial, guint32 folder,
                           GCancellable *cancellable, GError **error);
