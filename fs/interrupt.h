/* fs/interrupt.h - signals that come before there is a mount
 *
 * Exists so that Ctrl-C while hvfs logs in and reads the inventory ends it as an
 * unmount would: with a logout, not with a session that the server keeps.
 */
#pragma once

#include <gio/gio.h>

typedef struct _HvfsInterrupt HvfsInterrupt;

/* From now on SIGINT, SIGTERM and SIGHUP cancel @cancellable, unless they were ignored.
 * Before there is any other thread: all inherit that these are blocked. */
HvfsInterrupt *hvfs_interrupt_new (GCancellable *cancellable);

/* From now on they mean again what they meant. */
void hvfs_interrupt_free (HvfsInterrupt *interrupt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsInterrupt, hvfs_interrupt_free)
