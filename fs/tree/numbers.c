/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/tree/numbers.c - numbers for names; see numbers.h */
#include "fs/tree/numbers.h"

#define MAX_NUMBER (1u << 20)

struct _HvfsNumbers
{
  GMutex lock;
  GHashTable *by_name; /* lock: name -> number */
  GPtrArray *names;    /* lock: owned; that of number n is the n-1-th */
};

HvfsNumbers *
hvfs_numbers_new (void)
{
  HvfsNumbers *numbers = g_new0 (HvfsNumbers, 1);

  g_mutex_init (&numbers->lock);
  numbers->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  numbers->names = g_ptr_array_new_with_free_func (g_free);
  return numbers;
}

void
hvfs_numbers_free (HvfsNumbers *numbers)
{
  g_hash_table_unref (numbers->by_name);
  g_ptr_array_unref (numbers->names);
  g_mutex_clear (&numbers->lock);
  g_free (numbers);
}

guint32
hvfs_numbers_get (HvfsNumbers *numbers, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&numbers->lock);
  guint32 number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers->by_name, name));
  char *own;

  if (number != 0 || numbers->names->len == MAX_NUMBER)
    return number;
  own = g_strdup (name);
  g_ptr_array_add (numbers->names, own);
  g_hash_table_insert (numbers->by_name, own, GUINT_TO_POINTER (numbers->names->len));
  return numbers->names->len;
}

const char *
hvfs_numbers_name (HvfsNumbers *numbers, guint32 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&numbers->lock);

  return number > 0 && number <= numbers->names->len ? numbers->names->pdata[number - 1] : NULL;
}
