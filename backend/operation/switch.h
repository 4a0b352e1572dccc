/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/switch.h - virtual switches of a host: made and removed
 *
 * Exists because a switch and its port groups are several objects to the server, but one to
 * the user: they are made together, or not at all.
 */
#pragma once

#include "backend/operation/operation.h"
#include "convert/xml/network-xml.h"

/**
 * hvfs_switch_add:
 * @host: serial
 * @name: of the switch, in place of @def's
 *
 * When a port group is refused, what was made before is removed again.  Returns when the
 * mirror has it.  Network; no lock may be held.
 *
 * @error: EINVAL: a NIC that the host has not; ESTALE: the host is gone; a call's
 */
gboolean hvfs_switch_add (const HvfsServer *server, guint32 host, const char *name,
                          const HvfsNetworkDef *def, GError **error);

/* Removes the port groups @groups (element-type utf8) and then the switch.  Else as
 * hvfs_switch_add; what was removed before an error is gone, which it says.
 * @error: ENOENT: there is no such switch */
gboolean hvfs_switch_remove (const HvfsServer *server, guint32 host, const char *name,
                             GPtrArray *groups, GError **error);
