/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/request/interrupt.c - signals that end it; see interrupt.h
 *
 * A signal's handler may not cancel anything, so the signals are blocked, and a thread
 * waits for them, and for the end.
 */
#include "fs/request/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct _HvfsInterrupt
{
  GCancellable *cancellable;
  int signals, end; /* descriptors */
  GThread *thread;
  GMutex lock;
  gboolean is_hup_own;        /* lock: it does not end us */
  void (*hup) (gpointer);     /* lock: nullable; called with it held */
  gpointer hup_data;          /* lock */
};

static void
take (HvfsInterrupt *interrupt, int signal)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&interrupt->lock);

  if (signal != SIGHUP || !interrupt->is_hup_own)
    g_cancellable_cancel (interrupt->cancellable);
  else if (interrupt->hup != NULL)
    interrupt->hup (interrupt->hup_data);
}

static gpointer
wait_for_signal (gpointer data)
{
  HvfsInterrupt *interrupt = data;
  struct pollfd polls[] = { { .fd = interrupt->signals, .events = POLLIN },
                            { .fd = interrupt->end, .events = POLLIN } };
  struct signalfd_siginfo info;

  while (polls[1].revents == 0)
    if (poll (polls, G_N_ELEMENTS (polls), -1) > 0 && polls[0].revents != 0
        && read (interrupt->signals, &info, sizeof info) > 0)
      take (interrupt, (int) info.ssi_signo);
  return NULL;
}

static sigset_t
heeded_signals (void)
{
  static const int all[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action;
  sigset_t set;

  sigemptyset (&set);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (sigaction (all[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
      sigaddset (&set, all[i]);
  return set;
}

HvfsInterrupt *
hvfs_interrupt_new (GCancellable *cancellable)
{
  HvfsInterrupt *interrupt = g_new0 (HvfsInterrupt, 1);
  sigset_t heeded = heeded_signals ();

  g_mutex_init (&interrupt->lock);
  interrupt->cancellable = g_object_ref (cancellable);
  interrupt->signals = signalfd (-1, &heeded, SFD_CLOEXEC);
  interrupt->end = eventfd (0, EFD_CLOEXEC);
  if (interrupt->signals >= 0 && interrupt->end >= 0)
    {
      pthread_sigmask (SIG_BLOCK, &heeded, NULL);
      interrupt->thread = g_thread_new ("hvfs-interrupt", wait_for_signal, interrupt);
    }
  return interrupt;
}

void
hvfs_interrupt_set_hup (HvfsInterrupt *interrupt, void (*func) (gpointer), gpointer data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&interrupt->lock);

  interrupt->is_hup_own = TRUE;
  interrupt->hup = func;
  interrupt->hup_data = data;
}

void
hvfs_interrupt_free (HvfsInterrupt *interrupt)
{
  if (interrupt == NULL)
    return;
  if (interrupt->thread != NULL)
    {
      eventfd_write (interrupt->end, 1);
      g_thread_join (interrupt->thread);
    }
  close (interrupt->signals);
  close (interrupt->end);
  g_object_unref (interrupt->cancellable);
  g_mutex_clear (&interrupt->lock);
  g_free (interrupt);
}
