/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/service.h - what a service manager is told
 *
 * Exists so that units which need the tree start when it is there, and not before hvfs has
 * logged in: systemd's Type=notify.  The protocol is a line each, "NAME=VALUE", in one
 * datagram to the socket that $NOTIFY_SOCKET names; see sd_notify(3).
 */
#pragma once

#include <glib.h>

/* Sends the lines.  Does nothing where there is no service manager, and warns where it cannot
 * be told.  Any thread. */
void hvfs_service_tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* (transfer full): @text without what would end a line, for one value */
char *hvfs_service_dup_value (const char *text);

/* Whether only the administrator can help: a mistake stays one, and a refused password that is
 * tried again and again locks its account.  @code: errno */
gboolean hvfs_service_is_hopeless (int code);

/* The line on stderr that says why hvfs ends, and to the service manager.
 * Returns: the exit status: 1, but to a service manager that may not try again 77 */
int hvfs_service_complain (const GError *error);

/* How often the service manager wants to hear of this process, half of what it waits at
 * most; 0: it does not watch it. */
gint64 hvfs_service_watchdog_us (void);

/* Says that hvfs goes on for as long as somebody answers for @mountpoint, which is borrowed:
 * a thread of its own asks.  Does nothing where there is no watchdog. */
typedef struct _HvfsServiceWatch HvfsServiceWatch;
HvfsServiceWatch *hvfs_service_watch_new (const char *mountpoint);

/* Requests of the mount must still be answered then.  NULL is allowed. */
void hvfs_service_watch_free (HvfsServiceWatch *watch);
