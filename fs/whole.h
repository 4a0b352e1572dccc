/* fs/whole.h - files of free text, which are committed whole
 *
 * Exists for text of many lines, where a line is no command: what a writer writes is
 * gathered in its handle and becomes the file's when it syncs or closes.  The last
 * newline is the file's, not the text's, so `echo text` writes "text".
 *
 * A row with these file_ops shows with show or show_node, and has commit.
 */
#pragma once

#include "fs/row.h"

extern const HvfsFileOps hvfs_whole_ops;
