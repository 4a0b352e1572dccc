/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-out.h - a VMX file while it is written
 *
 * Exists to keep its syntax (quotes, keys without case, values that were there before)
 * away from what the keys mean, as vmx-text.h does for reading.  The first error stays,
 * whatever is written after it; only hvfs_vmx_out_end () tells of it.
 */
#pragma once

#include "convert/file/files.h"
#include "convert/model/notes.h"

typedef struct
{
  GString *text;
  GHashTable *keys;   /* of what is written already, without case, owned */
  GHashTable *extras; /* the domain's extras: key, without case -> value */
  const HvfsDomain *domain;
  const HvfsFiles *files;
  guint hw_version;
  GPtrArray *notes; /* nullable: of HvfsNote */
  GError *error;
} HvfsVmxOut;

/* What is handed in is borrowed until the end. */
HvfsVmxOut *hvfs_vmx_out_new (const HvfsDomain *domain, const HvfsFiles *files, guint hw_version);

/* Frees it.  Returns: (transfer full): the text; NULL with the first error */
char *hvfs_vmx_out_end (HvfsVmxOut *out, GError **error);

/* key = "value"; the key is made as by printf().  A value that would break the file is
 * an error. */
void hvfs_vmx_put (HvfsVmxOut *out, const char *value, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);

/* The same for what the model says nothing about: @value only if no extra has the key. */
void hvfs_vmx_put_default (HvfsVmxOut *out, const char *value, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);
void hvfs_vmx_put_number (HvfsVmxOut *out, guint64 number, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);

/* The value is the name that the host has for @path, which stands in @element, as of
 * hvfs_vmx_refuse_at(). */
void hvfs_vmx_put_file (HvfsVmxOut *out, const char *path, guint line, const char *element,
                        const char *key_format, ...) G_GNUC_PRINTF (5, 6);

/**
 * hvfs_vmx_refuse_at:
 * @line: of @element in the XML; 0: it does not come from there
 * @element: "disk"
 *
 * Refuses the domain, EINVAL or ENOTSUP: "line 7: <disk>: ...".
 */
void hvfs_vmx_refuse_at (HvfsVmxOut *out, guint line, const char *element, int code,
                         const char *format, ...) G_GNUC_PRINTF (5, 6);

/* Refuses the domain: EINVAL or ENOTSUP. */
void hvfs_vmx_refuse (HvfsVmxOut *out, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The domain's extras, those whose keys are not written yet: the last of all. */
void hvfs_vmx_put_extras (HvfsVmxOut *out);
