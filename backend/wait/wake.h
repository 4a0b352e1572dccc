/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wait/wake.h - who waits for a condition wakes up when he is cancelled, too
 *
 * Exists because a GCancellable knows nothing of conditions: between begin and end a wait
 * for @condition under @lock is woken also by @cancellable, and has to look at it itself.
 *
 * Any thread, for a wait of its own; any number side by side on one condition.  @lock
 * must be held in neither call: the cancellation takes it, in the thread that cancels or
 * at once in begin's own, and end waits for one that is on its way.
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  GCancellable *cancellable; /* borrowed, as all of it, until the end */
  GMutex *lock;
  GCond *condition;
  gulong handler;
} HvfsWake;

/* @cancellable: (nullable): then nothing happens */
void hvfs_wake_begin (HvfsWake *wake, GCancellable *cancellable, GMutex *lock,
                      GCond *condition);
void hvfs_wake_end (HvfsWake *wake);
