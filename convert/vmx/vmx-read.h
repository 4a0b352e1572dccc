/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx-read.h - a VMX becomes a domain; see vmx.h */
#pragma once

#include "convert/file/files.h"
#include "convert/vmx/vmx-text.h"
#include "convert/vmx/vmx.h"

/* All of them, and what is no device. */
gboolean hvfs_vmx_read_domain (HvfsVmxText *vmx, const HvfsFiles *files, HvfsVmxFlags flags,
                               HvfsDomain *domain, GError **error);
