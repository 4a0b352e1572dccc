/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/draft.h - domains that are being made
 *
 * Exists because a domain is defined by mkdir and then writing its configuration:
 * between the two the directory is a draft, known to this mount alone.  A draft that
 * became a domain is kept for a while, for those who are still in its directory; by
 * its name only the domain is found then.
 *
 * Memory only, with a lock of its own, which may be taken under any other.
 */
#pragma once

#include <glib.h>

typedef struct _HvfsDrafts HvfsDrafts;

typedef struct
{
  guint32 number;      /* never used again; counts from 1 */
  guint64 dir;         /* the inode number of the "domains" that it is in */
  guint32 host;        /* serial */
  guint32 serial;      /* of the domain that it has become; 0: none yet */
  gint64 changed_us;   /* since 1970 */
  char *name;
} HvfsDraft;

HvfsDrafts *hvfs_drafts_new (void);
void hvfs_drafts_free (HvfsDrafts *drafts);

/* @error: EEXIST; ENOSPC when there are a thousand */
guint32 hvfs_drafts_add (HvfsDrafts *drafts, guint64 dir, guint32 host, const char *name,
                         GError **error);

/* Returns: FALSE if there is none; else @ret_draft is a copy, to be cleared. */
gboolean hvfs_drafts_get (HvfsDrafts *drafts, guint32 number, HvfsDraft *ret_draft);
void hvfs_draft_clear (HvfsDraft *draft);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HvfsDraft, hvfs_draft_clear)

/* Of those that are no domains yet: the number of @name in @dir, 0 if there is none. */
guint32 hvfs_drafts_find (HvfsDrafts *drafts, guint64 dir, const char *name);

/* The first of those in @dir with a number above @after; FALSE: no more. */
gboolean hvfs_drafts_next (HvfsDrafts *drafts, guint64 dir, guint32 after, HvfsDraft *ret_draft);

/* Gives it another name, or another place.  @error: EEXIST; ESTALE when it is gone, or a domain */
gboolean hvfs_drafts_rename (HvfsDrafts *drafts, guint32 number, guint64 dir, guint32 host,
                             const char *name, GError **error);

void hvfs_drafts_set_defined (HvfsDrafts *drafts, guint32 number, guint32 serial);
void hvfs_drafts_remove (HvfsDrafts *drafts, guint32 number);
