/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/follow/place.h - where in the tree an object of the server stands
 *
 * Exists to turn what the server says of an object (its parent, its host, its name) into
 * its places.  Under the mirror's lock, for writing.
 */
#pragma once

#include "fs/row/row.h"

/* Makes the index say where @object is.  Cost: its places, some per host. */
void hvfs_place_object (HvfsFs *fs, const HvfsObject *object);
