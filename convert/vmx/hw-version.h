/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/hw-version.h - the hardware version that a domain's devices need
 *
 * Exists because each version of VMware's virtual hardware brought devices that older ones
 * do not have: a VMX that names too low a version does not start, or without them.
 */
#pragma once

#include "convert/model/domain.h"

/**
 * hvfs_hw_version_needed:
 *
 * Returns: the lowest virtualHW.version, 4 at least, that has all of @domain
 */
guint hvfs_hw_version_needed (const HvfsDomain *domain);

/* Adds to @notes (nullable, of HvfsNote) what @domain has that @version does not. */
void hvfs_hw_version_note_missing (const HvfsDomain *domain, guint version, GPtrArray *notes);
