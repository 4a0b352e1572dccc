/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/convert-stubs.h - files that exist on paper only, and reading real ones
 *
 * The datastores that conformance pairs are written for: every one exists, except
 * "missing", and so does every file whose path does not begin with "missing".  A bare
 * name lies in "[datastore] directory"; every disk wants an lsilogic controller.
 */
#pragma once

#include "convert/file/files.h"

extern const HvfsFiles stub_files;

/* Returns: (transfer full): the file, ended by a NUL; the test fails if it is not there */
char *read_file (const char *path, gsize *ret_len);

/* Returns: (transfer full) (nullable): the directory of the conformance pairs */
char *find_corpus (void);
