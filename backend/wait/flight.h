/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/flight.h - one asks, the others wait for what that comes to
 *
 * Exists because many threads may want one answer of the server at once, or one file changed in
 * turn: for each key one of them is under way, the others wait for its end, and look again at
 * what it has left.  Who waits leaves when cancelled.
 *
 * Any thread.  A lock of its own, under which no other is taken, but by a cancellation.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsFlight HvfsFlight;

HvfsFlight *hvfs_flight_new (void);
void hvfs_flight_free (HvfsFlight *flight); /* nobody may be under way, or wait */

typedef enum
{
  HVFS_FLIGHT_MINE,      /* nobody else is under way with the key until hvfs_flight_end () */
  HVFS_FLIGHT_OVER,      /* another was, and has ended: look at what there is now */
  HVFS_FLIGHT_CANCELLED, /* with an error, EINTR */
} HvfsFlightTurn;

/* Waits while another is under way with @key.  @cancellable: (nullable) */
HvfsFlightTurn hvfs_flight_begin (HvfsFlight *flight, guint64 key, GCancellable *cancellable,
                                  GError **error);
/* Without waiting.  FALSE: another is under way. */
gboolean hvfs_flight_try (HvfsFlight *flight, guint64 key);
gboolean hvfs_flight_is_under_way (HvfsFlight *flight, guint64 key);
void hvfs_flight_end (HvfsFlight *flight, guint64 key);
