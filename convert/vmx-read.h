/* convert/vmx-read.h - a VMX becomes a domain; see vmx.h */
#pragma once

#include "convert/files.h"
#include "convert/vmx-text.h"

/* All of them, and what is no device. */
gboolean hvfs_vmx_read_domain (HvfsVmxText *vmx, const HvfsFiles *files, guint libvirt, HvfsDomain *domain,
                               GError **error);
