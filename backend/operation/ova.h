/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/ova.h - an .ova that is deployed while it comes
 *
 * Exists so that an archive of any size needs no room here: the descriptor, which comes first,
 * makes the machine, and each disk goes to the server as it comes.  What does not fit together
 * leaves nothing on the server.
 *
 * Of one thread at a time.  Network; no lock may be held.
 */
#pragma once

#include "backend/operation/import.h"

typedef struct _HvfsOva HvfsOva;

/* @plan: borrowed, with all in it, until the end */
HvfsOva *hvfs_ova_new (const HvfsServer *server, const HvfsImportPlan *plan);
/* Aborts it, unless it has finished.  NULL is allowed */
void hvfs_ova_free (HvfsOva *ova);

/* The next bytes.  After an error it takes no more.  @error: EINVAL, ENOTSUP: no such archive; a
 * checksum; EINTR; as of hvfs_import_begin; the server's */
gboolean hvfs_ova_feed (HvfsOva *ova, const char *bytes, gsize len, GCancellable *cancellable,
                        GError **error);

/* The same of a file as such, in place of an archive: the descriptor first, and a manifest before
 * the others.  All @size bytes of @fd, which is borrowed. */
gboolean hvfs_ova_put (HvfsOva *ova, const char *name, int fd, guint64 size,
                       GCancellable *cancellable, GError **error);

/* No more comes.  The machine is there when it returns.  @error: EINVAL: something is missing */
gboolean hvfs_ova_finish (HvfsOva *ova, GCancellable *cancellable, GError **error);
