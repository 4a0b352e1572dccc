/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/edit/draft.c - domains that are being made; see draft.h */
#include "fs/edit/draft.h"

#include <string.h>

#include "convert/error.h"

#define MAX_DRAFTS 1000
/* For how long after it became a domain its directory is still known. */
#define DEFINED_US (10 * 60 * G_TIME_SPAN_SECOND)

struct _HvfsDrafts
{
  GMutex lock;
  GTree *all;           /* lock: number -> HvfsDraft, owned */
  guint32 last_number;  /* lock */
};

static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer data)
{
  guint32 x = GPOINTER_TO_UINT (a), y = GPOINTER_TO_UINT (b);

  return x < y ? -1 : x > y;
}

void
hvfs_draft_clear (HvfsDraft *draft)
{
  g_clear_pointer (&draft->name, g_free);
}

static void
draft_free (gpointer data)
{
  hvfs_draft_clear (data);
  g_free (data);
}

HvfsDrafts *
hvfs_drafts_new (void)
{
  HvfsDrafts *drafts = g_new0 (HvfsDrafts, 1);

  g_mutex_init (&drafts->lock);
  drafts->all = g_tree_new_full (compare_numbers, NULL, NULL, draft_free);
  return drafts;
}

void
hvfs_drafts_free (HvfsDrafts *drafts)
{
  if (drafts == NULL)
    return;
  g_tree_unref (drafts->all);
  g_mutex_clear (&drafts->lock);
  g_free (drafts);
}

/* The first in @dir after @after that is no domain yet. */
static HvfsDraft *
next_locked (HvfsDrafts *drafts, guint64 dir, guint32 after)
{
  GTreeNode *node = g_tree_upper_bound (drafts->all, GUINT_TO_POINTER (after));

  for (; node != NULL; node = g_tree_node_next (node))
    {
      HvfsDraft *draft = g_tree_node_value (node);

      if (draft->dir == dir && draft->serial == 0)
        return draft;
    }
  return NULL;
}

static HvfsDraft *
find_locked (HvfsDrafts *drafts, guint64 dir, const char *name)
{
  HvfsDraft *draft = next_locked (drafts, dir, 0);

  while (draft != NULL && strcmp (draft->name, name) != 0)
    draft = next_locked (drafts, dir, draft->number);
  return draft;
}

static void
forget_old_locked (HvfsDrafts *drafts)
{
  gint64 old_us = g_get_real_time () - DEFINED_US;
  GTreeNode *node = g_tree_node_first (drafts->all), *next;

  for (; node != NULL; node = next)
    {
      HvfsDraft *draft = g_tree_node_value (node);

      next = g_tree_node_next (node);
      if (draft->serial != 0 && draft->changed_us < old_us)
        g_tree_remove (drafts->all, GUINT_TO_POINTER (draft->number));
    }
}

guint32
hvfs_drafts_add (HvfsDrafts *drafts, guint64 dir, guint32 host, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);
  HvfsDraft *draft;

  forget_old_locked (drafts);
  if (find_locked (drafts, dir, name) != NULL)
    {
      g_set_error (error, HVFS_ERROR, EEXIST, "'%s' is being defined already", name);
      return 0;
    }
  if (g_tree_nnodes (drafts->all) >= MAX_DRAFTS)
    {
      g_set_error (error, HVFS_ERROR, ENOSPC, "%d domains are being defined already: rmdir some",
                   MAX_DRAFTS);
      return 0;
    }
  draft = g_new0 (HvfsDraft, 1);
  *draft = (HvfsDraft){ .number = ++drafts->last_number, .dir = dir, .host = host,
                        .changed_us = g_get_real_time (), .name = g_strdup (name) };
  g_tree_insert (drafts->all, GUINT_TO_POINTER (draft->number), draft);
  return draft->number;
}

static gboolean
copy (const HvfsDraft *draft, HvfsDraft *ret_draft)
{
  if (draft == NULL)
    return FALSE;
  *ret_draft = *draft;
  ret_draft->name = g_strdup (draft->name);
  return TRUE;
}

gboolean
hvfs_drafts_get (HvfsDrafts *drafts, guint32 number, HvfsDraft *ret_draft)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);

  return copy (g_tree_lookup (drafts->all, GUINT_TO_POINTER (number)), ret_draft);
}

guint32
hvfs_drafts_find (HvfsDrafts *drafts, guint64 dir, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);
  HvfsDraft *draft = find_locked (drafts, dir, name);

  return draft == NULL ? 0 : draft->number;
}

gboolean
hvfs_drafts_next (HvfsDrafts *drafts, guint64 dir, guint32 after, HvfsDraft *ret_draft)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);

  return copy (next_locked (drafts, dir, after), ret_draft);
}

gboolean
hvfs_drafts_rename (HvfsDrafts *drafts, guint32 number, guint64 dir, guint32 host,
                    const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);
  HvfsDraft *draft = g_tree_lookup (drafts->all, GUINT_TO_POINTER (number));

  if (draft == NULL || draft->serial != 0)
    hvfs_error_set_gone ("draft", error);
  else if (find_locked (drafts, dir, name) != NULL)
    g_set_error (error, HVFS_ERROR, EEXIST, "'%s' is being defined already", name);
  else
    {
      g_free (draft->name);
      draft->name = g_strdup (name);
      draft->dir = dir;
      draft->host = host;
      return TRUE;
    }
  return FALSE;
}

void
hvfs_drafts_set_defined (HvfsDrafts *drafts, guint32 number, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);
  HvfsDraft *draft = g_tree_lookup (drafts->all, GUINT_TO_POINTER (number));

  if (draft == NULL)
    return;
  draft->serial = serial;
  draft->changed_us = g_get_real_time ();
}

void
hvfs_drafts_remove (HvfsDrafts *drafts, guint32 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&drafts->lock);

  g_tree_remove (drafts->all, GUINT_TO_POINTER (number));
}
