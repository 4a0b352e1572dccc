/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/words.c - enumerations as words; see words.h */
#include "convert/model/words.h"

int
hvfs_words_index (const char *const *words, const char *word)
{
  for (int i = 0; word != NULL && words[i] != NULL; i++)
    if (strcmp (words[i], word) == 0)
      return i;
  return -1;
}

int
hvfs_words_index_nocase (const char *const *words, const char *word)
{
  for (int i = 0; word != NULL && words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], word) == 0)
      return i;
  return -1;
}

char *
hvfs_words_list (const char *const *words, guint first)
{
  GString *list = g_string_new (NULL);

  for (guint i = first; words[i] != NULL; i++)
    g_string_append_printf (list, "%s%s",
                            i == first ? "" : words[i + 1] == NULL ? " or " : ", ",
                            words[i]);
  return g_string_free (list, FALSE);
}
