/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/ops/handlers.h - the requests of the kernel */
#pragma once

#include <fuse_lowlevel.h>

/* Their user data is the HvfsFs. */
extern const struct fuse_lowlevel_ops hvfs_ops;
