/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read-part.h - the parts of the VMX reader, one for each kind of device
 *
 * Private to vmx-read*.c.  Each adds what the file has of its kind to the domain and
 * marks the keys it has kept; FALSE with EINVAL where the file is wrong.
 */
#pragma once

#include "convert/file/files.h"
#include "convert/vmx/vmx-text.h"
#include "convert/vmx/vmx.h"

gboolean hvfs_vmx_read_disks (HvfsVmxText *vmx, const HvfsFiles *files, HvfsVmxFlags flags,
                              HvfsDomain *domain, GError **error);
gboolean hvfs_vmx_read_filesystems (HvfsVmxText *vmx, HvfsDomain *domain, GError **error);
gboolean hvfs_vmx_read_nets (HvfsVmxText *vmx, HvfsDomain *domain, GError **error);
gboolean hvfs_vmx_read_ports (HvfsVmxText *vmx, const HvfsFiles *files, HvfsDomain *domain,
                              GError **error);
void hvfs_vmx_read_hostdevs (HvfsVmxText *vmx, HvfsDomain *domain);
gboolean hvfs_vmx_read_display (HvfsVmxText *vmx, HvfsDomain *domain, GError **error);

/* ---- vmx-read-key.c: parts of more than one of them ---- */

/* The bool @prefix + "present"; startConnected is checked, and kept by nobody. */
gboolean hvfs_vmx_read_present (HvfsVmxText *vmx, const char *prefix, gboolean *present,
                                GError **error);

/* Translates the value of @prefix + "fileName" for the model.  A missing key is an error. */
gboolean hvfs_vmx_read_file_name (HvfsVmxText *vmx, const HvfsFiles *files, const char *prefix,
                                  gboolean allow_missing, char **ret_path, GError **error);
