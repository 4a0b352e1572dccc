/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/notes.h - what a conversion leaves out
 *
 * Exists so that nothing vanishes in silence: whoever reads or writes a text and drops
 * something of it says so in one line, and the caller decides whether to show it.  A
 * note is no error: the result is as good as the other text can hold.
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint line; /* in the input; 0: it is not of any one line */
  char *text; /* what and why, in one line of valid UTF-8: "usb.present = "TRUE": ..." */
} HvfsNote;

/* Returns: (transfer full): an empty list of HvfsNote; g_ptr_array_unref() frees it all */
GPtrArray *hvfs_notes_new (void);

/* Sorts @notes by their lines, those of none last. */
void hvfs_notes_sort (GPtrArray *notes);

/**
 * hvfs_note:
 * @notes: (nullable): the list; nothing happens without one
 * @line: in the input, 0 if none
 *
 * Adds a note, unless the list is long enough already: then its last one says so.
 */
void hvfs_note (GPtrArray *notes, guint line, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Adds a copy of each of @others. */
void hvfs_notes_append (GPtrArray *notes, const GPtrArray *others);
