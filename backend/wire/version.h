/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/version.h - versions of the API, and the choice of one
 *
 * Exists because a server refuses what is newer than the version that a request
 * says, and behaves as the oldest when it says none.
 */
#pragma once

#include "backend/wire/value.h"

/* The highest version that hvfs knows; what is newer is not asked for. */
#define HVFS_VERSION_MAX "8.0.3.0"
/* What every server understands. */
#define HVFS_VERSION_MIN "2.5"

/* Compares number by number, missing ones as 0: "2.5" < "2.5u2" < "4.0" < "10.0". */
int hvfs_version_compare (const char *a, const char *b);

/**
 * hvfs_version_choose:
 * @versions: (nullable): the root of vimServiceVersions.xml
 *
 * Returns: (nullable): the highest version of urn:vim25 there that hvfs knows, the lowest
 *   where it knows none; valid as long as @versions
 */
const char *hvfs_version_choose (const HvfsValue *versions);
