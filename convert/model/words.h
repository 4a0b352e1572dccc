/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/words.h - enumerations as words
 *
 * Exists so that parser and printer of every enumeration are one table: the
 * index of a word in its NULL-terminated list is the value of the enum.
 */
#pragma once

#include <glib.h>

/* Returns: the index of @word in @words (exact match), -1 if it is none of them or NULL */
int hvfs_words_index (const char *const *words, const char *word);

/* The same, ignoring ASCII case. */
int hvfs_words_index_nocase (const char *const *words, const char *word);

/* Returns: (transfer full): "a, b or c" of the words from @first on, for messages */
char *hvfs_words_list (const char *const *words, guint first);
