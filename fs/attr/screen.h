/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/screen.h - the files screenshot.png, console and sendkey of a domain
 *
 * Exists so that a screen is a picture for any program, and keys are words.
 */
#pragma once

#include "fs/row/row.h"

extern const HvfsFileOps hvfs_screenshot_ops, hvfs_console_ops;
gboolean hvfs_sendkey_store (HvfsStore *store, const char *line, GError **error);

/* Who has a ticket has the session's rights: it is its owner's alone to read. */
#define HVFS_SCREEN_ROWS                                                                     \
  { .name = "screenshot.png", .mode = S_IFREG | 0444, .is_volatile = hvfs_row_always,       \
    .file_ops = &hvfs_screenshot_ops },                                                      \
  { .name = "console", .mode = S_IFREG | 0400, .is_volatile = hvfs_row_always,              \
    .file_ops = &hvfs_console_ops },                                                         \
  { .name = "sendkey", .mode = S_IFREG | 0200, .flags = HVFS_ROW_PRIVATE,                    \
    .store = hvfs_sendkey_store }
