/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/since.h - since which version of the API there is what hvfs sends
 *
 * Exists so that nothing is sent that the server is too old for: it would answer with a
 * word of its schema, or with nothing that helps.  The table is the only place where a
 * version of what is sent stands; the request that is being written asks it for each
 * element, so that no operation can forget to (request.h, soap.h).
 *
 * Memory only, any thread, no lock.
 */
#pragma once

#include <glib.h>

typedef struct
{
  const char *owner; /* of a property or parameter: its type or method; NULL: @name is such */
  const char *name;
  const char *since; /* as the server says versions: "2.5u2", "5.0" */
  const char *type;  /* (nullable): of a property: its type, where that has rows of its own; of a
                        type: the one that it extends */
  const char *words; /* (nullable): what a user calls it; NULL where its version is 2.5 */
} HvfsSince;

/* The row of @name; @owner: (nullable).  What has none is there since 2.5, the oldest that
 * hvfs speaks.  (nullable) (transfer none) */
const HvfsSince *hvfs_since_lookup (const char *owner, const char *name);
