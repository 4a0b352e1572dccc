/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-save.c - when a save is one: the requests that tools make, replayed */
#include <errno.h>
#include <glib.h>

#include "fs/edit/save.h"

#define OPENER 100
#define CHILD 101

/* One open file of a tool.  Each letter is a request:
 *   w  write, of one byte      c  truncate to nothing      t  to the size it has
 *   f  flush by the opener     F  by a child               ?  by nobody known
 *   s  fsync                   r  release
 * @size: what is there at first (0 after O_TRUNC); @says: for each f, F, ?, s and r
 * what is done: C commit, E refuse an empty one, R repeat, - nothing. */
static const struct
{
  const char *tool;
  guint size;
  const char *requests;
  const char *says;
  int code; /* what the first commit ends with */
} cases[] = {
  { "cp", 0, "wfr", "C-", 0 },
  { "vim: truncates, syncs, closes", 0, "cwsfr", "C--", 0 },
  { "vim, backupcopy=yes", 0, "wsfr", "C--", 0 },
  { "joe and vis: several writes", 0, "wwwsfr", "C--", 0 },
  { "bash's redirection: an empty flush first", 0, "fwffr", "-C--", 0 },
  { "children write for a shell", 0, "fwFwFwFfr", "----C-", 0 },
  { "exec 3>f: each echo is flushed", 0, "fwfwffr", "-CC--", 0 },
  { "exec 3<>f: children alone, and no close of the opener", 9, "wFwFr", "--C", 0 },
  { "dd conv=fsync", 0, "fwsfr", "-C--", 0 },
  { "emacs opens again and closes", 9, "fr", "--", 0 },
  { "touch", 9, "fr", "--", 0 },
  { "rsync --inplace", 9, "wtfr", "C-", 0 },
  { ": > f", 0, "ffr", "---", 0 },
  { "truncate -s 0", 9, "cfr", "E-", 0 },
  { "an empty buffer saved by vim", 0, "csfr", "E--", 0 },
  { "unclosed python: nobody flushes", 0, "wr", "C", 0 },
  { "the flusher is not known", 0, "w?r", "C-", 0 },
  { "refused at fsync, said again at close, not tried again", 0, "wsffr", "CRR-", EBADMSG },
  { "refused, then put right on the same descriptor", 0, "wfwfr", "CC-", EINVAL },
  { "refused, closed by a child too", 0, "wfFfr", "C-R-", EINVAL },
};

static char
letter (HvfsSaveStep step)
{
  static const char letters[] = { [HVFS_SAVE_NOTHING] = '-', [HVFS_SAVE_COMMIT] = 'C',
                                  [HVFS_SAVE_EMPTY] = 'E', [HVFS_SAVE_REPEAT] = 'R' };

  return letters[step];
}

static HvfsSaveStep
ask (const HvfsSave *save, char request, guint size)
{
  switch (request)
    {
    case 'f':
      return hvfs_save_at_flush (save, size, OPENER);
    case 'F':
      return hvfs_save_at_flush (save, size, CHILD);
    case '?':
      return hvfs_save_at_flush (save, size, 0);
    case 's':
      return hvfs_save_at_fsync (save, size);
    default:
      return hvfs_save_at_release (save, size);
    }
}

static void
test_tool (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data), size = cases[i].size;
  HvfsSave save = { .opener = OPENER };
  g_autoptr (GString) said = g_string_new (NULL);
  int code = cases[i].code;

  for (const char *request = cases[i].requests; *request != '\0'; request++)
    {
      HvfsSaveStep step = HVFS_SAVE_NOTHING;

      if (*request == 'w')
        {
          size++;
          hvfs_save_written (&save);
        }
      else if (*request == 'c' || *request == 't')
        {
          guint old = size;

          size = *request == 'c' ? 0 : size;
          hvfs_save_truncated (&save, old, size);
        }
      else
        {
          step = ask (&save, *request, size);
          g_string_append_c (said, letter (step));
        }
      if (step == HVFS_SAVE_COMMIT)
        {
          hvfs_save_committed (&save, code);
          code = 0;
        }
      else if (step == HVFS_SAVE_EMPTY)
        hvfs_save_committed (&save, 0);
    }
  g_assert_cmpstr (said->str, ==, cases[i].says);
}

/* micro does not look at what write says: closing says it again, and nothing that is
 * written later makes the file whole. */
static void
test_broken (void)
{
  HvfsSave save = { .opener = OPENER };

  hvfs_save_written (&save);
  hvfs_save_broken (&save, EFBIG);
  hvfs_save_written (&save);
  g_assert_cmpint (hvfs_save_at_flush (&save, 5, OPENER), ==, HVFS_SAVE_REPEAT);
  g_assert_cmpint (save.broken, ==, EFBIG);
  g_assert_cmpint (hvfs_save_at_release (&save, 5), ==, HVFS_SAVE_NOTHING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/save/%s", cases[i].tool);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_tool);
    }
  g_test_add_func ("/save/broken", test_broken);
  return g_test_run ();
}
