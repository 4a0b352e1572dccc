/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/gate.h - a door for at most n threads, with waiting that can be ended
 *
 * Exists because a GMutex or GCond cannot be left when a GCancellable says so,
 * and both the connections and the login are waited for by writers that Ctrl-C
 * interrupts.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsGate HvfsGate;

HvfsGate *hvfs_gate_new (guint places);
void hvfs_gate_free (HvfsGate *gate); /* nobody may be inside or waiting */

/**
 * hvfs_gate_enter:
 * @deadline_us: of g_get_monotonic_time (); 0: none
 * @cancellable: (nullable)
 *
 * Waits for a place.  Takes the gate's lock, which is a leaf.
 *
 * @error: ECANCELED, ETIMEDOUT
 */
gboolean hvfs_gate_enter (HvfsGate *gate, gint64 deadline_us, GCancellable *cancellable,
                          GError **error);
void hvfs_gate_leave (HvfsGate *gate);
