/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-encoding.h - the bytes of a VMX file as UTF-8
 *
 * Exists because a VMX is in the encoding of the host that wrote it, names that in words
 * of VMware's own, or not at all, and what is made of it must be UTF-8 all the same.
 */
#pragma once

#include <glib.h>

/**
 * hvfs_vmx_from_unicode:
 * @text: (inout): the file
 * @len: (inout): its bytes
 * @ret_buffer: (out) (transfer full) (nullable): what *@text points into now, if it is new
 * @error: EINVAL: it says that it is UTF-16 and is not
 *
 * A file that begins with a byte order mark says by it that it is UTF-8 or UTF-16.  Moves
 * *@text behind the mark of UTF-8, and converts UTF-16.
 *
 * Returns: whether there is a mark, so that nothing else says the encoding; FALSE with
 *   @error set if the file is wrong
 */
gboolean hvfs_vmx_from_unicode (const char **text, gsize *len, char **ret_buffer, GError **error);

/**
 * hvfs_vmx_from_encoding:
 * @encoding: (nullable): what .encoding says
 * @ret_len: (out): the bytes of what is returned
 * @ret_used: (out) (transfer none) (nullable): the encoding that @text is in, where that is
 *   not what @encoding says; static
 * @error: EINVAL: @encoding is no encoding, or not the one of @text; what would be right
 *
 * Text that says nothing is UTF-8, else windows-1252; so is text that says UTF-8 and is not.
 * Text in which an encoding has no meaning for a byte is UTF-8 if it can be.
 *
 * Returns: (transfer full) (nullable): @text in UTF-8; NULL without @error if it is already
 */
char *hvfs_vmx_from_encoding (const char *text, gsize len, const char *encoding, gsize *ret_len,
                              const char **ret_used, GError **error);

/**
 * hvfs_vmx_make_valid:
 * @text: (transfer full) (nullable): a value of which escapes have been undone
 *
 * Returns: (transfer full) (nullable): @text, or if it is not UTF-8 what it is as windows-1252
 */
char *hvfs_vmx_make_valid (char *text);
