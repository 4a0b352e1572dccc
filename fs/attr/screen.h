/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/screen.h - the files screenshot.png, console and sendkey of a domain
 *
 * Exists so that a screen is a picture for any program, and keys are words.
 */
#pragma once

#include "fs/fs.h"

/* Which of them somebody has open and has read: it has a size then, for its reader. */
HvfsScreens *hvfs_screens_new (void);
void hvfs_screens_free (HvfsScreens *screens);

extern const HvfsFileOps hvfs_screenshot_ops, hvfs_console_ops;
gboolean hvfs_screen_is_read (HvfsFs *fs, HvfsNode node);
gboolean hvfs_sendkey_store (HvfsStore *store, const char *line, GError **error);

/* Who has a ticket has the session's rights: it is its owner's alone to read. */
#define HVFS_SCREEN_ROWS                                                                     \
  { .name = "screenshot.png", .mode = S_IFREG | 0444, .is_volatile = hvfs_screen_is_read,   \
    .file_ops = &hvfs_screenshot_ops },                                                      \
  { .name = "console", .mode = S_IFREG | 0400, .is_volatile = hvfs_screen_is_read,          \
    .file_ops = &hvfs_console_ops },                                                         \
  { .name = "sendkey", .mode = S_IFREG | 0200, .flags = HVFS_ROW_PRIVATE,                    \
    .store = hvfs_sendkey_store }
