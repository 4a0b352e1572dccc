/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/cookies.h - the cookies of one login
 *
 * Exists because a server is often behind a balancer or a proxy, which has cookies of its
 * own, renews them when it likes and does so in any order: each is kept by its name and
 * path, sent back with what lies below that, and forgotten when it is over (RFC 6265).
 * Domain and Secure do not count: all requests go to the one server that set them.
 *
 * Any thread.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsCookies HvfsCookies;

HvfsCookies *hvfs_cookies_new (void);
void hvfs_cookies_free (HvfsCookies *cookies); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsCookies, hvfs_cookies_free)

/* Takes in the value of a Set-Cookie that answers a request for @path. */
void hvfs_cookies_set (HvfsCookies *cookies, const char *set_cookie, const char *path);

/* What a request for @path sends, "a=1; b=2".  (transfer full) (nullable): none */
char *hvfs_cookies_dup (HvfsCookies *cookies, const char *path);
