/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/all-rows.h - the list of all rows
 *
 * Exists so that the registry of rows (fs/row/row.h) knows no table: main hands it this.
 */
#pragma once

#include "fs/row/row.h"

extern const HvfsRowSet hvfs_row_set;
