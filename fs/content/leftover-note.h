/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/content/leftover-note.h - what is on its way to a server, noted on the local disk
 *
 * Exists because a mount that is killed leaves the part of a file that it was sending, and the
 * next one has to know that nobody sends it any more.  A note is a file beside those that are
 * being written (-o spool), locked by its mount for as long as that lives, wherever it runs: one
 * that can be locked is of a mount that is gone.
 *
 * Only notes of this user count, and they can name nothing but such a part.  Where the disk takes
 * no note there is none.
 */
#pragma once

#include "fs/fs.h"

typedef struct _HvfsLeftoverNote HvfsLeftoverNote;

/* What a note says.  All owned. */
typedef struct
{
  char *server;      /* its id, or its URL */
  char *datastore;   /* its id */
  char *path;        /* below the datastore's root */
  gboolean is_disk;  /* it has an extent */
} HvfsLeftoverText;

void hvfs_leftover_text_clear (HvfsLeftoverText *text);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsLeftoverText, hvfs_leftover_text_clear)

/* (transfer full) (nullable): the disk takes none.  Any thread; local disk only. */
HvfsLeftoverNote *hvfs_leftover_note_new (const char *dir, const HvfsLeftoverText *text);

/* @is_gone: the part is not there any more; else the note stays, for the next mount.  NULL is
 * allowed. */
void hvfs_leftover_note_free (HvfsLeftoverNote *note, gboolean is_gone);

/* What may be notes in @dir.  (transfer full) (element-type filename) */
GPtrArray *hvfs_leftover_notes_list (const char *dir);

/* A note that a mount has left; it is locked now.  (transfer full) (nullable): it is another
 * user's, or of a mount that lives */
HvfsLeftoverNote *hvfs_leftover_note_open (const char *path);

/* @ret: cleared by the caller.  FALSE: it says nothing that may be believed */
gboolean hvfs_leftover_note_read (HvfsLeftoverNote *note, HvfsLeftoverText *ret);
