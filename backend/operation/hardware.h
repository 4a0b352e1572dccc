/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/hardware.h - a machine's guest operating system and its virtual hardware
 *
 * Exists because what a host can run is a list of the server's: whoever writes something else
 * is told what there is.  Network; no lock may be held.
 */
#pragma once

#include "backend/operation/operation.h"

/* @id: in the server's words.  @error: EINVAL with the nearest of those that the machine's
 * host supports; EBUSY when it is not off; the server's */
gboolean hvfs_hardware_set_guest (const HvfsServer *server, guint32 serial, const char *id,
                                  GCancellable *cancellable, GError **error);

/* @version: "vmx-19".  @error: EINVAL: it is no version, or an older one; EINVAL or ENOTSUP
 * with those that the machine's host supports; EBUSY when it is not off; the server's */
gboolean hvfs_hardware_upgrade (const HvfsServer *server, guint32 serial, const char *version,
                                GCancellable *cancellable, GError **error);
