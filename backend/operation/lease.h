/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/lease.h - a machine's disks, lent for a transfer
 *
 * Exists because the server gives out the URLs of a machine's disks with a lease: it becomes
 * ready after a while, ends when nobody says that there is progress, and until it has ended
 * the machine can be used by nobody else.  A thread renews it.
 *
 * Network, unless it says otherwise; no lock may be held.
 */
#pragma once

#include "backend/operation/operation.h"

typedef struct _HvfsLease HvfsLease;

typedef struct
{
  char *key;         /* by which the machine's descriptor names it */
  char *import_key;  /* by which an import's specification does */
  char *url;         /* "https://host/nfc/..."; its host may be "*", the server itself */
  char *thumbprint;  /* nullable: SHA-1 of that host's certificate */
  gboolean is_disk;
} HvfsLeaseUrl;

/**
 * hvfs_lease_begin:
 * @request: a method that returns a lease
 *
 * Waits until it is ready.  @error: the server's reason; EINTR when cancelled; a call's
 */
HvfsLease *hvfs_lease_begin (const HvfsServer *server, HvfsRequest *request,
                             GCancellable *cancellable, GError **error);

/* Aborts it, unless it has ended; NULL is allowed. */
void hvfs_lease_free (HvfsLease *lease);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsLease, hvfs_lease_free)

/* Memory; (element-type HvfsLeaseUrl) (transfer none). */
const GPtrArray *hvfs_lease_urls (const HvfsLease *lease);
/* The id of the machine.  Memory. */
const char *hvfs_lease_entity (const HvfsLease *lease);
/* Of all its disks, in bytes.  Memory. */
gint64 hvfs_lease_capacity (const HvfsLease *lease);

/* Is told to the server with the next renewal.  Any thread; memory. */
void hvfs_lease_set_percent (HvfsLease *lease, guint percent);

/* What the server has counted of the file @key so far; -1: it does not say.  @error: a call's */
gint64 hvfs_lease_lookup_size (HvfsLease *lease, const char *key, GError **error);

/* All is transferred.  @error: a call's; then it is to be aborted */
gboolean hvfs_lease_complete (HvfsLease *lease, GError **error);
