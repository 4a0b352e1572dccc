/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/file/files.c - the form of datastore paths; see files.h */
#include "convert/file/files.h"

#include <string.h>

const char *
hvfs_datastore_path_split (const char *path, char **ret_datastore)
{
  const char *end = path[0] == '[' ? strchr (path, ']') : NULL;

  if (end == NULL || end == path + 1)
    return NULL;
  *ret_datastore = g_strndup (path + 1, end - path - 1);
  return end + 1 + strspn (end + 1, " ");
}
