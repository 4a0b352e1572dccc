/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/nfc.h - the files of a lease, over HTTP
 *
 * Exists because their URLs name a host that need not be the server: that one is asked without
 * the session, and trusted by the thumbprint that came with the URL.  Network; any thread.
 */
#pragma once

#include "backend/operation/lease.h"

/* Takes the next bytes.  FALSE with @error: no more are wanted. */
typedef gboolean (*HvfsNfcSink) (const char *data, gsize len, gpointer user_data, GError **error);

/* Gets all of the file, which can be done once.  @error: the sink's; EIO: it broke off, or the
 * server's status, in its words; as hvfs_http_perform */
gboolean hvfs_nfc_get (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsNfcSink sink,
                       gpointer sink_data, GCancellable *cancellable, GError **error);

/* Sends all of the file, @len bytes of @source.  @creates: the server has none in its place,
 * and is to make it: an image of a CD. */
gboolean hvfs_nfc_send (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsHttpSource source,
                        gpointer source_data, guint64 len, gboolean creates,
                        GCancellable *cancellable, GError **error);
