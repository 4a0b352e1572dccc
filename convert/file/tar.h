/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/tar.h - an archive, read while it comes
 *
 * Exists because an .ova is a tar archive of any size, of which nothing is kept.  Reads ustar, with
 * the long names of GNU tar and of pax.  Members are plain files in one directory; what is
 * anything else is refused, and so is what is not whole.
 *
 * Of one thread at a time; memory only.
 */
#pragma once

#include <glib.h>

/* What is called with each member, in their order.  FALSE with an error ends the reading. */
typedef struct
{
  gboolean (*begin) (const char *name, guint64 size, gpointer data, GError **error);
  gboolean (*bytes) (const char *bytes, gsize len, gpointer data, GError **error);
  gboolean (*end) (gpointer data, GError **error);
} HvfsTarUser;

typedef struct _HvfsTar HvfsTar;

HvfsTar *hvfs_tar_new (const HvfsTarUser *user, gpointer data);
void hvfs_tar_free (HvfsTar *tar); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsTar, hvfs_tar_free)

/* Takes the next bytes.  After an error it takes no more.  @error: EINVAL: no such archive; ENOTSUP;
 * the user's */
gboolean hvfs_tar_feed (HvfsTar *tar, const char *bytes, gsize len, GError **error);

/* No more comes.  @error: EINVAL: it is not whole */
gboolean hvfs_tar_finish (HvfsTar *tar, GError **error);
