/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/host-port.h - "host", "host:port", "[::1]:port"
 *
 * Exists because the server, the proxy and the vCenter of a URI are written
 * alike, and what is accepted here goes into URLs and headers unescaped.
 */
#pragma once

#include <glib.h>

/**
 * hvfs_host_port_parse:
 * @text: as in a URI; the zone of an IPv6 literal may be written %eth0 or %25eth0
 * @what: what is being read, for the message: "the URI"
 * @ret_host: (out): without brackets; a name, an IPv4 or an IPv6 address
 * @ret_port: (inout): 1 to 65535; untouched where @text names no port
 *
 * @error: EINVAL; names the part that is wrong and what would be right
 */
gboolean hvfs_host_port_parse (const char *text, const char *what, char **ret_host,
                          guint *ret_port, GError **error);

/* Whether two names are one, or have an address in common.  Network: may ask for addresses. */
gboolean hvfs_host_port_is_same (const char *a, const char *b);

/* "vc:443", "[::1]:443" as it stands in a URL; without a port where it is 0.
 * (transfer full) */
char *hvfs_host_port_to_authority (const char *host, guint port);
