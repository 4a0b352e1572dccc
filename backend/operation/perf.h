/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/perf.h - the newest figures of the server's performance counters
 *
 * Exists because counters have other numbers on each server, and a query of many objects may
 * be too large for one, or fail because of one of them.  Thread safe.
 */
#pragma once

#include "backend/login/session.h"

typedef struct _HvfsPerf HvfsPerf;

HvfsPerf *hvfs_perf_new (HvfsSession *session);
void hvfs_perf_free (HvfsPerf *perf);

/* @counter: index of what was asked for */
typedef void (*HvfsPerfFunc) (const char *moref, guint counter, gint64 value, gpointer data);

/**
 * hvfs_perf_query:
 * @type: of the objects: HostSystem or VirtualMachine
 * @morefs: (element-type utf8)
 * @counters: "cpu.ready.summation", ended by NULL; those that the server has not are left out
 *
 * Calls @func for each figure of the last 20 seconds.  Objects of which the server says none
 * are left out.  Network: a request for some hundred objects, and once a session for the
 * counters' numbers.
 *
 * @error: EINTR when cancelled; a call's; the server's, where it says none of any object
 */
gboolean hvfs_perf_query (HvfsPerf *perf, const char *type, GPtrArray *morefs,
                          const char *const *counters, HvfsPerfFunc func, gpointer data,
                          GCancellable *cancellable, GError **error);
