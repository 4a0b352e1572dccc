/* convert/vmx-text.h - a VMX file as a table of keys and values
 *
 * Exists to keep the syntax (lines, quotes, comments, encodings) away from what the
 * keys mean.  Every value is text here; the typed getters say, with line, key and
 * value, what is wrong with one.  Keys have no case, and the first of several counts.
 *
 * A reader marks the keys whose meaning is in the model now; the rest is what the model
 * has no field for (hvfs_vmx_text_next_unmarked).
 */
#pragma once

#include "convert/domain.h"

typedef struct _HvfsVmxText HvfsVmxText;

/**
 * hvfs_vmx_text_parse:
 * @text: @len bytes of a VMX file, in the encoding that its .encoding names
 * @error: EINVAL with the line
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
 * 'config.version is missing: must be 8'.
 *
 * Returns: FALSE
 */
gboolean hvfs_vmx_text_bad (HvfsVmxText *vmx, GError **error, const char *right,
                            const char *key_format, ...) G_GNUC_PRINTF (4, 5);

/**
 * hvfs_vmx_text_numbers:
 * @word: "ethernet" of "ethernet0.present"
 * @strict: a key that begins with @word and does not go on with a number and a dot is an error
 * @error: EINVAL
 *
 * Returns: (transfer full): of guint, ascending: the numbers between @word and dot in any key
 */
GArray *hvfs_vmx_text_numbers (HvfsVmxText *vmx, const char *word, gboolean strict, GError **error);

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
