/* convert/vmx-write.h - the parts of the VMX writer, one for each kind of device
 *
 * Private to vmx-write*.c.  The first error stays, whatever is written after it; only
 * the end of hvfs_vmx_write() looks at it.
 */
#pragma once

#include "convert/files.h"

typedef struct
{
  GString *text;
  GHashTable *keys;   /* of what is written already, without case, owned */
  GHashTable *extras; /* the domain's extras: key, without case -> value */
  const HvfsDomain *domain;
  const HvfsFiles *files;
  guint hw_version;
  GError *error;
} HvfsVmxOut;

/* key = "value"; the key is made as by printf().  A value that would break the file is
 * an error. */
void hvfs_vmx_put (HvfsVmxOut *out, const char *value, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);

/* The same for what the model says nothing about: @value only if no extra has the key. */
void hvfs_vmx_put_default (HvfsVmxOut *out, const char *value, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);
void hvfs_vmx_put_number (HvfsVmxOut *out, guint64 number, const char *key_format, ...)
  G_GNUC_PRINTF (3, 4);

/* The value is the name that the host has for @path; @element is where @path stands. */
void hvfs_vmx_put_file (HvfsVmxOut *out, const char *path, const char *element,
                        const char *key_format, ...) G_GNUC_PRINTF (4, 5);

/* Refuses the domain: EINVAL or ENOTSUP. */
void hvfs_vmx_refuse (HvfsVmxOut *out, int code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* SCSI controllers, disks and floppies; returns whether there is any SCSI controller. */
gboolean hvfs_vmx_write_disks (HvfsVmxOut *out);
void hvfs_vmx_write_filesystems (HvfsVmxOut *out);
void hvfs_vmx_write_nets (HvfsVmxOut *out);
void hvfs_vmx_write_video (HvfsVmxOut *out);
void hvfs_vmx_write_graphics (HvfsVmxOut *out);
void hvfs_vmx_write_ports (HvfsVmxOut *out);
