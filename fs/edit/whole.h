/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/whole.h - files of free text, which are committed whole
 *
 * Exists for text of many lines, where a line is no command: what a writer writes is
 * gathered in its handle and becomes the file's when it syncs or closes.  The last
 * newline is the file's, not the text's, so `echo text` writes "text".
 *
 * A row with these file_ops shows with show, and has commit.
 */
#pragma once

#include "fs/edit/edit.h"

/* The most that such a text has, where the row does not say another number. */
#define HVFS_WHOLE_BYTES (64 * 1024)

extern const HvfsFileOps hvfs_whole_ops;

/* For show: appends @text (nullable) as such a file has it, with a newline at its end. */
void hvfs_whole_show (GString *out, const char *text);

/* Makes the text of @edit all of the file @node, as if it had been written there.  On the
 * job pool; waits for the server.  @error: EFBIG; EINVAL: no text; ESTALE: the server's is
 * not any more what @edit was made of; the commit's */
gboolean hvfs_whole_put (HvfsCall *call, HvfsNode node, const HvfsEdit *edit, GError **error);
