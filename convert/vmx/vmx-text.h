/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-text.h - a VMX file as a table of keys and values
 *
 * Exists to keep the syntax (lines, quotes, comments, encodings) away from what the
 * keys mean.  Every value is text here; the typed getters say, with line, key and
 * value, what is wrong with one.  Keys have no case, and the first of several counts.
 *
 * A reader marks the keys whose meaning is in the model now; the rest is what the model
 * has no field for (hvfs_vmx_text_next_unmarked).
 */
#pragma once

#include "convert/model/domain.h"
#include "convert/model/notes.h"

typedef struct _HvfsVmxText HvfsVmxText;

/**
 * hvfs_vmx_text_parse:
 * @text: @len bytes of a VMX file, in the encoding that its byte order mark or its .encoding
 *   says, else UTF-8 or windows-1252
 * @error: EINVAL: a byte 0, too many bytes, another encoding than it says
 *
 * A statement is read as libvirt does, else as VMware: then the value may be a bare word, and
 * a line that is no assignment is ignored, with a note.  All values are UTF-8.
 *
 * Cost: linear; memory is a small multiple of @len.
 *
 * Returns: (transfer full): its table
 */
HvfsVmxText *hvfs_vmx_text_parse (const char *text, gsize len, GError **error);
void hvfs_vmx_text_free (HvfsVmxText *vmx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsVmxText, hvfs_vmx_text_free)

/* The keys of the getters are made as by printf(), so that "scsi%u:%u.present" can be
 * asked for.  Nothing they return is owned. */

/* Returns: (nullable): the value, NULL if the key is missing */
const char *hvfs_vmx_text_get (HvfsVmxText *vmx, const char *key_format, ...) G_GNUC_PRINTF (2, 3);

/* Notes of @key, present or missing: 'key = "value": ...'. */
void hvfs_vmx_text_note (HvfsVmxText *vmx, const char *key, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* Returns: (transfer none): the notes so far, of HvfsNote */
GPtrArray *hvfs_vmx_text_notes (const HvfsVmxText *vmx);

/* The typed ones leave *@value, the default, alone where the key is missing. */
gboolean hvfs_vmx_text_get_bool (HvfsVmxText *vmx, gboolean *value, GError **error,
                                 const char *key_format, ...) G_GNUC_PRINTF (4, 5);
gboolean hvfs_vmx_text_get_int (HvfsVmxText *vmx, gint64 *value, GError **error,
                                const char *key_format, ...) G_GNUC_PRINTF (4, 5);
gboolean hvfs_vmx_text_get_uuid (HvfsVmxText *vmx, guint8 value[static HVFS_UUID_BYTES],
                                 GError **error, const char *key_format, ...) G_GNUC_PRINTF (4, 5);

/**
 * hvfs_vmx_text_bad:
 * @key_format: the key, present or missing
 * @right: what would be right: "must be 8"
 *
 * Sets @error to 'line 7: config.version = "9": must be 8', or without the key to
 * 'config.version is missing: must be 8', of a device with the line of another of its keys:
 * 'line 7: ide0:0.fileName is missing beside ide0:0.present: ...'.
 *
 * Returns: FALSE
 */
gboolean hvfs_vmx_text_bad (HvfsVmxText *vmx, GError **error, const char *right,
                            const char *key_format, ...) G_GNUC_PRINTF (4, 5);

/**
 * hvfs_vmx_text_numbers:
 * @word: "ethernet" of "ethernet0.present"
 *
 * Returns: (transfer full): of guint, ascending: the numbers between @word and dot in any key
 */
GArray *hvfs_vmx_text_numbers (HvfsVmxText *vmx, const char *word);

/**
 * hvfs_vmx_text_mark:
 * @prefix: "scsi0:0."
 * @keys: NULL-terminated: what may follow it
 *
 * Marks the keys as kept by the model.
 */
void hvfs_vmx_text_mark (HvfsVmxText *vmx, const char *prefix, const char *const *keys);

/**
 * hvfs_vmx_text_next_unmarked:
 * @position: (inout): 0 at first
 * @ret_line: (out) (optional): where the key stands
 *
 * Returns: FALSE behind the last of the keys that have no mark, in the order of the file
 */
gboolean hvfs_vmx_text_next_unmarked (const HvfsVmxText *vmx, guint *position, const char **ret_key,
                                      const char **ret_value, guint *ret_line);

/* Returns: whether the file was not in UTF-8, or began with a byte order mark */
gboolean hvfs_vmx_text_is_recoded (const HvfsVmxText *vmx);

/**
 * hvfs_vmx_text_edited:
 * @head: lines to go before all others, but behind a "#!"
 * @pairs: key, new value, ... ended by NULL; keys that are not there come to nothing
 *
 * Returns: (transfer full): the text as it was, but in UTF-8 and with the new values
 */
char *hvfs_vmx_text_edited (const HvfsVmxText *vmx, const char *head, const char *const *pairs);
