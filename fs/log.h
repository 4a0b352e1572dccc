/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/log.h - where messages go
 *
 * Exists because a daemon has no terminal: to stderr until it leaves its own, then
 * to syslog.
 */
#pragma once

#include <glib.h>

/* Takes over g_log () and libfuse's messages.  @debug: also those of no note. */
void hvfs_log_init (gboolean debug);
void hvfs_log_to_syslog (void);

/* What libfuse last said; it explains failures only so.  "" if nothing. */
const char *hvfs_log_last_of_fuse (void);
