/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/line-file.h - files that show a text and take a line
 *
 * Exists to render a file by its row's show when it is opened or read, and to hand what is
 * written, line by line or all lines as one change, to its row's store.  Rows without
 * file_ops of their own have these.
 */
#pragma once

#include "fs/row/row.h"

extern const HvfsFileOps hvfs_line_file_ops;
