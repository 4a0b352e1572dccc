/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/notes.c - what a conversion leaves out; see notes.h */
#include "convert/model/notes.h"
#include "convert/error.h"

/* A file that somebody made up must not fill the memory with notes. */
#define NOTES_MAX 1000

static void
note_free (gpointer data)
{
  HvfsNote *note = data;

  g_free (note->text);
  g_free (note);
}

GPtrArray *
hvfs_notes_new (void)
{
  return g_ptr_array_new_with_free_func (note_free);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  const HvfsNote *x = *(const HvfsNote *const *) a, *y = *(const HvfsNote *const *) b;

  return x->line - 1 < y->line - 1 ? -1 : x->line - 1 > y->line - 1;
}

void
hvfs_notes_sort (GPtrArray *notes)
{
  g_ptr_array_sort (notes, compare_lines); /* is stable */
}

void
hvfs_note (GPtrArray *notes, guint line, const char *format, ...)
{
  g_autofree char *text = NULL;
  HvfsNote *note;
  va_list args;

  if (notes == NULL || notes->len > NOTES_MAX)
    return;
  note = g_new0 (HvfsNote, 1);
  g_ptr_array_add (notes, note);
  if (notes->len > NOTES_MAX)
    {
      note->text = g_strdup ("there is more of this, which is not listed");
      return;
    }
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  note->line = line;
  note->text = hvfs_error_line (text);
}

void
hvfs_notes_append (GPtrArray *notes, const GPtrArray *others)
{
  for (guint i = 0; i < others->len; i++)
    {
      const HvfsNote *note = others->pdata[i];

      hvfs_note (notes, note->line, "%s", note->text);
    }
}
