/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/login.h - one login: how it is made, tested and ended
 *
 * Exists so that a session (session.c) only has to keep the present one: a login
 * never changes once made but for its cookies, and calls under way hold a reference to theirs.
 */
#pragma once

#include "backend/login/credentials.h"
#include "backend/wire/http.h"
#include "backend/login/uri.h"
#include "backend/wire/value.h"

/* Where and as whom; all borrowed. */
typedef struct
{
  HvfsHttp *http;
  HvfsStats *stats;
  const HvfsUri *uri;
  const HvfsCredentials *credentials;
} HvfsLoginTarget;

typedef struct
{
  gatomicrefcount refs;
  guint generation;      /* set before it is shared, by session.c */
  char *version;         /* of the API, negotiated */
  HvfsCookies *cookies;  /* one is the session's; calls take in what comes */
  char *user;            /* as the server says it */
  HvfsValue *content;    /* the service content */
} HvfsLogin;

HvfsLogin *hvfs_login_ref (HvfsLogin *login);
void hvfs_login_unref (HvfsLogin *login); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsLogin, hvfs_login_unref)

/**
 * hvfs_login_new:
 * @old: (nullable): is ended on the server, if it still knows it
 *
 * From nothing: negotiates the version, reads the service content, checks that the
 * server is of the URI's kind and logs in.  Network.
 *
 * @error: of hvfs_soap_exchange (); EINVAL for a server of another kind.  After a
 *   refusal it must not be tried again: that locks accounts.
 */
HvfsLogin *hvfs_login_new (const HvfsLoginTarget *target, HvfsLogin *old,
                           GCancellable *cancellable, GError **error);

/* Logs in to the same server, with the same version and content as @old.  Network. */
HvfsLogin *hvfs_login_again (const HvfsLoginTarget *target, const HvfsLogin *old,
                             GCancellable *cancellable, GError **error);

/* Whether @failure, of one of these, says that the name or the password is wrong: tried again
 * and again it locks the account.  Memory. */
gboolean hvfs_login_is_refusal (const GError *failure);

/* What everybody is told of such a @failure from now on.  @after_s: when it is tried again;
 * 0: never by itself.  (transfer full)  Memory. */
GError *hvfs_login_new_refusal (const GError *failure, const HvfsCredentials *credentials,
                                guint after_s);

/* Asks the server whether it still knows @login: a NotAuthenticated may also mean
 * missing rights.  Network.  FALSE also when it cannot be known. */
gboolean hvfs_login_is_alive (const HvfsLoginTarget *target, const HvfsLogin *login,
                              GCancellable *cancellable);

/* Logs out, waiting at most 5 seconds; errors do not matter.  Network. */
void hvfs_login_end (const HvfsLoginTarget *target, const HvfsLogin *login);
