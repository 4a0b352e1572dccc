/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/vcenter.h - the vCenter that moves machines to where the mount does not reach
 *
 * Exists because a host alone can move none: where the URI of an ESX mount names a
 * vCenter, or "*" for the one that the host says manages it, a second session is
 * opened for a migration, the machine is found there by its uuid, and the session is
 * ended when the last migration that needs it is over.  The same from the mount of a
 * part of a vCenter to the rest of it.
 *
 * Of the vCenter's inventory only what tells where machines are and can go is
 * mirrored, for as long.  Thread safe; its lock is never held across a call.
 */
#pragma once

#include "backend/login/credentials.h"
#include "backend/operation/operation.h"

typedef struct _HvfsVcenter HvfsVcenter;
typedef struct _HvfsVcenterLink HvfsVcenterLink;

typedef struct
{
  HvfsUri *uri;                 /* of the mount; its vcenter may be NULL */
  HvfsCredentials *mounts;      /* of the mount itself */
  HvfsCredentials *credentials; /* nullable: found before, as on the terminal */
  const char *username;         /* nullable: of the options */
  const char *password_file;    /* nullable: of the options */
  guint timeout_s;
  HvfsStats *stats;             /* borrowed, outlives it */
} HvfsVcenterConfig;

/* Connects to nothing yet. */
HvfsVcenter *hvfs_vcenter_new (const HvfsVcenterConfig *config);
/* Another vCenter, at @uri, of which a path is named: by the credentials that its own file, or
 * the options of the mount's vCenter say. */
HvfsVcenter *hvfs_vcenter_new_other (const HvfsVcenter *of_mount, HvfsUri *uri);
void hvfs_vcenter_free (HvfsVcenter *vcenter); /* no link may be in use */

/* Whether machines of @host, which is no vCenter, are to be moved by this. */
gboolean hvfs_vcenter_is_for (HvfsVcenter *vcenter, const HvfsServer *host);

/* Whether there is more of the vCenter than is mounted, to which this can move them. */
gboolean hvfs_vcenter_is_wider (HvfsVcenter *vcenter);

/**
 * hvfs_vcenter_acquire:
 * @host: the mounted host, or part of the vCenter
 * @serial: its machine that is to be moved
 *
 * Logs in, unless a link is open, and finds the machine.  Network; no lock may be held.
 *
 * @error: ENOTSUP where nothing manages the host; EACCES without credentials, and for
 *   ever once the vCenter has refused them, since retries lock accounts, or until the
 *   password's file changes or hvfs_vcenter_hurry (); ENOENT where
 *   the vCenter has no machine of that uuid; EINTR; else a call's
 *
 * Returns: (transfer full): to be released
 */
HvfsVcenterLink *hvfs_vcenter_acquire (HvfsVcenter *vcenter, const HvfsServer *host,
                                       guint32 serial, guint32 *ret_machine,
                                       GCancellable *cancellable, GError **error);

/* The same for who needs no machine there: @serial of its release is 0. */
HvfsVcenterLink *hvfs_vcenter_connect (HvfsVcenter *vcenter, GCancellable *cancellable,
                                       GError **error);

/* Credentials that the vCenter has refused may be tried again.  Memory. */
void hvfs_vcenter_hurry (HvfsVcenter *vcenter);

/* The last one to release logs out.  @serial: as acquired.  Network, at most 5 seconds. */
void hvfs_vcenter_release (HvfsVcenter *vcenter, HvfsVcenterLink *link, guint32 serial);

/* What operations on the vCenter's objects need.  Borrowed from the link. */
const HvfsServer *hvfs_vcenter_server (HvfsVcenterLink *link);
/* The name that the vCenter was connected by. */
const char *hvfs_vcenter_host (HvfsVcenterLink *link);

/* "https://vc:443/sdk".  (transfer full) */
char *hvfs_vcenter_dup_url (HvfsVcenterLink *link);
/* Who is logged in.  Borrowed from the link. */
const HvfsCredentials *hvfs_vcenter_credentials (HvfsVcenterLink *link);

/* The progress, in percent, of the task that moves the machine @serial of the host;
 * NULL: none is known.  (transfer full).  Memory. */
char *hvfs_vcenter_dup_progress (HvfsVcenter *vcenter, guint32 serial);
