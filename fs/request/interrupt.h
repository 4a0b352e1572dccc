/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/interrupt.h - signals that end it
 *
 * Exists so that Ctrl-C and its like end hvfs as an unmount does, whenever they come: what
 * is under way is cancelled, and there is a logout, not a session that the server keeps.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsInterrupt HvfsInterrupt;

/* From now on SIGINT, SIGTERM and, until hvfs_interrupt_set_hup (), SIGHUP do nothing but cancel @cancellable, unless they
 * were ignored.  Before there is any other thread: all inherit that these are blocked. */
HvfsInterrupt *hvfs_interrupt_new (GCancellable *cancellable);

/* From now on SIGHUP calls @func in a thread of its own, one call at a time, in place of that;
 * NULL: it does nothing.  Returns when no call is under way. */
void hvfs_interrupt_set_hup (HvfsInterrupt *interrupt, void (*func) (gpointer), gpointer data);

/* They stay blocked: this is for a process that ends, which they shall not cut short. */
void hvfs_interrupt_free (HvfsInterrupt *interrupt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsInterrupt, hvfs_interrupt_free)
