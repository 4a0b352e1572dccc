/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-reads.c - which text what somebody writes was made of: fs/edit/reads.h */
#include <glib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fs/edit/reads.h"

#define INO 7
#define OLD "<name>web</name>\n<memory unit='KiB'>1024</memory>\n<vcpu placement='static'>2</vcpu>\n" \
            "<clock offset='utc'/>\n"

/* @text with the first @from in place of @to. */
static GBytes *
text_with (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);
  char *edited = g_strjoinv (to, parts);

  return g_bytes_new_take (edited, strlen (edited));
}

static void
assert_text (GBytes *bytes, GBytes *wanted)
{
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   g_bytes_get_data (wanted, NULL), g_bytes_get_size (wanted));
}

/* The processor count was changed after OLD was read; what is written, by one who has read
 * nothing here, changes the memory. */
static const struct
{
  const char *name, *from, *to; /* of OLD: what is written */
  gboolean is_old;
} rows[] = {
  { "changed", "1024", "2048", TRUE },
  { "other-quotes", "'KiB'>1024</memory>\n<vcpu placement='static'>2</vcpu>\n<clock offset='utc'/>",
    "\"KiB\">2048</memory>\n<vcpu placement=\"static\">2</vcpu>\n<clock offset=\"utc\"/>", TRUE },
  { "indented", "<vcpu placement='static'>2</vcpu>\n<clock", "  <vcpu placement='static'>2</vcpu> \n  <clock", FALSE },
  { "put-back", "<name>", "<name>", FALSE },
  { "of-the-present", "'static'>2<", "'static'>4<", FALSE },
  { "another-text", OLD, "<name>web</name>\n<a/>\n<b/>\n<c/>\n", FALSE },
};

static void
test_older (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  HvfsReads *reads = hvfs_reads_new ();
  g_autoptr (GBytes) old = g_bytes_new_static (OLD, strlen (OLD));
  g_autoptr (GBytes) present = text_with (OLD, ">2<", ">4<");
  g_autoptr (GBytes) written = text_with (OLD, rows[i].from, rows[i].to), base = NULL;

  hvfs_reads_note (reads, INO, 1, old);
  hvfs_reads_note (reads, INO, 2, present);
  g_assert_cmpint (hvfs_reads_is_of_older (reads, INO, written, present, &base), ==, rows[i].is_old);
  if (rows[i].is_old)
    assert_text (base, old);
  hvfs_reads_free (reads);
}

/* One who has read both: what is written is of the nearer one. */
static void
test_own (void)
{
  HvfsReads *reads = hvfs_reads_new ();
  HvfsWriter writer = { .tid = 1, .process = 1 };
  g_autoptr (GBytes) old = g_bytes_new_static (OLD, strlen (OLD));
  g_autoptr (GBytes) present = text_with (OLD, ">2<", ">4<");
  g_autoptr (GBytes) written = text_with (OLD, "1024", "2048"), base = NULL, again = NULL;

  g_assert_false (hvfs_reads_base_of (reads, INO, &writer, 1, written, present, NULL));
  hvfs_reads_note (reads, INO, 1, old);
  hvfs_reads_note (reads, INO, 1, present);
  g_assert_true (hvfs_reads_base_of (reads, INO, &writer, 1, written, present, &base));
  assert_text (base, old);
  /* What was kept to be put back is of the present one. */
  g_assert_true (hvfs_reads_base_of (reads, INO, &writer, 1, old, present, &again));
  assert_text (again, present);
  hvfs_reads_free (reads);
}

#define MINUTE_S 60
#define ENDED (4 * 1024 * 1024) /* and more: the system has no such thread */

static time_t ahead_s;

/* What reads.c calls, in place of libc's. */
int
clock_gettime (clockid_t clock, struct timespec *now)
{
  int status = (int) syscall (SYS_clock_gettime, clock, now);

  if (clock == CLOCK_BOOTTIME)
    now->tv_sec += ahead_s;
  return status;
}

static gboolean
is_known (HvfsReads *reads, pid_t tid, GBytes *text)
{
  HvfsWriter writer = { .tid = tid, .process = tid };

  return hvfs_reads_base_of (reads, INO, &writer, 1, text, text, NULL);
}

/* What ended processes had read is kept for an hour: whoever looks at a file every few minutes, by
 * a program that is started for it, does so for years. */
static void
test_ended (void)
{
  HvfsReads *reads = hvfs_reads_new ();
  g_autoptr (GBytes) text = g_bytes_new_static (OLD, strlen (OLD));

  hvfs_reads_note (reads, INO, getpid (), text);
  for (pid_t i = 0; i < 500; i++, ahead_s += 5 * MINUTE_S)
    hvfs_reads_note (reads, INO, ENDED + i, text);
  g_assert_false (is_known (reads, ENDED, text));
  g_assert_false (is_known (reads, ENDED + 450, text));
  g_assert_true (is_known (reads, ENDED + 490, text));
  g_assert_true (is_known (reads, ENDED + 499, text));
  /* This process is there. */
  g_assert_true (is_known (reads, getpid (), text));
  hvfs_reads_free (reads);
}

/* Of those only that wrote nothing it is not kept for long, where it can be seen who is there. */
static void
test_gone (void)
{
  HvfsReads *reads = hvfs_reads_new ();
  g_autoptr (GBytes) text = g_bytes_new_static (OLD, strlen (OLD));
  HvfsWriter writer;

  hvfs_reads_note (reads, INO, getpid (), text);
  for (pid_t i = 0; i < 31; i++, ahead_s += MINUTE_S / 3)
    {
      hvfs_reads_note (reads, INO, ENDED + i, text);
      if (i == 1)
        hvfs_reads_begin_writer (reads, &writer, ENDED + i);
    }
  hvfs_reads_note (reads, INO, getppid (), text); /* and that is looked at */
  g_assert_false (is_known (reads, ENDED, text));
  g_assert_true (is_known (reads, ENDED + 1, text));
  g_assert_true (is_known (reads, ENDED + 30, text));
  g_assert_true (is_known (reads, getpid (), text));
  hvfs_reads_free (reads);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/reads/older/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_older);
    }
  g_test_add_func ("/reads/own", test_own);
  g_test_add_func ("/reads/ended", test_ended);
  g_test_add_func ("/reads/gone", test_gone);
  return g_test_run ();
}
