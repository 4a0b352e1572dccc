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
