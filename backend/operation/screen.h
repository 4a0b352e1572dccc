/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/screen.h - a machine's screen and keyboard
 *
 * Exists so that what stands on a screen can be looked at, and answered, without a console.
 * Network; the mirror's lock must not be held.
 */
#pragma once

#include "backend/operation/operation.h"

/**
 * hvfs_screen_capture:
 *
 * From /screen, where the server has that; else the server leaves a picture beside the
 * machine's files, which is fetched and removed.  A picture that the account may not remove
 * stays there, which is logged.
 *
 * @error: EBUSY: the machine is off or suspended; EIO: what came is no picture; the server's
 *
 * Returns: (transfer full): a PNG
 */
GBytes *hvfs_screen_capture (const HvfsServer *server, guint32 serial, GCancellable *cancellable,
                             GError **error);

/* A ticket for the session, with all its rights, good once, of a vCenter.  (transfer full) */
char *hvfs_screen_session_ticket (const HvfsServer *server, GCancellable *cancellable,
                                  GError **error);

/* Where a WebSocket to the machine's screen is, good once: of API 6.0, while it is on.
 * @server_host: of a server that names none.  (transfer full) */
char *hvfs_screen_socket_url (const HvfsServer *server, guint32 serial, const char *server_host,
                              GCancellable *cancellable, GError **error);

/* Whether there is such a one now.  Takes the mirror's lock; memory. */
gboolean hvfs_screen_has_socket (const HvfsServer *server, guint32 serial);

/* Pressed and released, with modifiers held. */
typedef struct
{
  guint8 usage;     /* of the USB HID's page of keyboards */
  guint8 modifiers; /* bits of the modifiers, whose usages are HVFS_KEY_FIRST_MODIFIER and up */
} HvfsKey;

#define HVFS_KEY_FIRST_MODIFIER 0xe0
#define HVFS_KEY_N_MODIFIERS 8

/* One request for some keys, a moment apart: a guest loses those of a burst.  @error: EIO: the
 * guest took fewer; EINTR; the server's: EBUSY: it is off */
gboolean hvfs_screen_press (const HvfsServer *server, guint32 serial, const HvfsKey *keys,
                            guint n_keys, GCancellable *cancellable, GError **error);
