/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/quickstats.h - figures that servers keep but do not push
 *
 * Exists because usage changes all the time and no server is bound to notify it:
 * it is asked for when read, together with that of the neighbours (the machines of
 * one host, all hosts), and kept for as long as the servers' own figures last.
 * Thread safe; its lock is never held across a call.
 */
#pragma once

#include "backend/mirror/mirror.h"
#include "backend/login/session.h"

typedef struct _HvfsQuickstats HvfsQuickstats;

/* -1: the server does not say. */
typedef struct
{
  gint64 cpu_mhz;
  gint64 memory_mib;        /* of the host's memory, what it uses */
  gint64 guest_memory_mib;  /* of a machine: what its guest uses actively */
  gint64 uptime_s;
  gint64 storage_bytes;     /* of a machine: what it takes on its datastores */
  gint64 refused;           /* errno of the server's reason to say nothing of it all; or 0 */
} HvfsUsage;

/* @changed: told of each object whose usage is another now; any thread, no lock. */
HvfsQuickstats *hvfs_quickstats_new (HvfsSession *session, HvfsMirror *mirror,
                                     void (*changed) (guint32 serial, gpointer data),
                                     gpointer data);
void hvfs_quickstats_free (HvfsQuickstats *quickstats);

/* FALSE if it was never fetched.  What was refused is asked for again by each fetch.  Memory. */
gboolean hvfs_quickstats_get (HvfsQuickstats *quickstats, guint32 serial, HvfsUsage *ret_usage);

/* Whether what is known of @serial is as new as the server's.  Memory. */
gboolean hvfs_quickstats_is_fresh (HvfsQuickstats *quickstats, guint32 serial);

/* Fetches what is not fresh, of a host or a machine.  Network: one request for all
 * neighbours; the mirror's lock must not be held.  @error: ESTALE: it is gone; EINTR; a
 * call's */
gboolean hvfs_quickstats_fetch (HvfsQuickstats *quickstats, guint32 serial,
                                GCancellable *cancellable, GError **error);

/* The object is gone. */
void hvfs_quickstats_forget (HvfsQuickstats *quickstats, guint32 serial);
