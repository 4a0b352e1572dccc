/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/tools.h - the installer of VMware tools in a machine
 *
 * Exists for the words that "tools" takes: "mount" and "unmount" put the installer's CD into
 * the machine's drive and take it out, "upgrade" installs the host's version in a guest
 * whose tools run.
 */
#pragma once

#include "backend/operation/operation.h"

/* Network; no lock may be held.  @error: EINVAL: no such word; EBUSY; ENODEV: the tools do
 * not run; the server's */
gboolean hvfs_tools_run (const HvfsServer *server, guint32 serial, const char *word,
                         GCancellable *cancellable, GError **error);
