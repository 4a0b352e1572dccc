/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/memory.c - memory that is there, or the end of the program; see memory.h */
#include "convert/memory.h"

#include <errno.h>
#include <libxml/xmlmemory.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without any memory. */
static void *
or_end (void *memory, size_t size)
{
  static const char text[] = "out of memory\n";

  if (memory != NULL || size == 0)
    return memory;
  while (write (STDERR_FILENO, text, sizeof text - 1) < 0 && errno == EINTR)
    ;
  abort ();
}

void *
hvfs_memory_malloc (size_t size)
{
  return or_end (malloc (size), size);
}

void *
hvfs_memory_calloc (size_t n, size_t size)
{
  return or_end (calloc (n, size), n != 0 ? size : 0);
}

void *
hvfs_memory_realloc (void *old, size_t size)
{
  return or_end (realloc (old, size), size);
}

char *
hvfs_memory_strdup (const char *text)
{
  return or_end (strdup (text), 1);
}

void
hvfs_memory_init (void)
{
  xmlMemSetup (free, hvfs_memory_malloc, hvfs_memory_realloc, hvfs_memory_strdup);
}
