/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/tsan-glib.c - shows GLib's synchronisation to the thread sanitizer
 *
 * Exists because Debian's GLib is not instrumented: it locks with futexes of its
 * own, which the sanitizer cannot see, and so everything that a GMutex guards
 * looks like a race.  Built with --enable-sanitizers=thread only, and found by the
 * linker before GLib: each function here tells the sanitizer what it means and
 * calls GLib's own.  What is not here (a GLib function that hands data to another
 * thread) has to be added when it comes into use; suppressions hide too much.
 */
#include <dlfcn.h>
#include <gio/gio.h>
#include <pthread.h>
#include <sanitizer/tsan_interface.h>

const char *__tsan_default_suppressions (void);

const char *
__tsan_default_suppressions (void)
{
  return "race:libcrypto.so\n"; /* OpenSSL is not instrumented either */
}

#define REAL(name) \
  static gpointer found; \
  __typeof__ (&name) real = (__typeof__ (&name)) g_atomic_pointer_get (&found); \
  if (real == NULL) \
  g_atomic_pointer_set (&found, (gpointer) (real = (__typeof__ (&name)) dlsym (RTLD_NEXT, #name)))

static void
before_lock (gpointer lock, unsigned flags)
{
  __tsan_mutex_pre_lock (lock, flags | __tsan_mutex_linker_init);
}

static void
after_lock (gpointer lock, unsigned flags)
{
  __tsan_mutex_post_lock (lock, flags | __tsan_mutex_linker_init, 0);
}

static void
before_unlock (gpointer lock, unsigned flags)
{
  __tsan_mutex_pre_unlock (lock, flags);
}

static void
after_unlock (gpointer lock, unsigned flags)
{
  __tsan_mutex_post_unlock (lock, flags);
}

#define WRAP_LOCK(name, Type, flags) \
  void name (Type *lock) \
  { \
    REAL (name); \
    before_lock (lock, flags); \
    real (lock); \
    after_lock (lock, flags); \
  }

#define WRAP_UNLOCK(name, Type, flags) \
  void name (Type *lock) \
  { \
    REAL (name); \
    before_unlock (lock, flags); \
    real (lock); \
    after_unlock (lock, flags); \
  }

#define WRAP_TRYLOCK(name, Type, flags) \
  gboolean name (Type *lock) \
  { \
    gboolean locked; \
    REAL (name); \
    before_lock (lock, (flags) | __tsan_mutex_try_lock); \
    locked = real (lock); \
    after_lock (lock, (flags) | __tsan_mutex_try_lock | (locked ? 0 : __tsan_mutex_try_lock_failed)); \
    return locked; \
  }

/* Called before the memory goes to another use. */
#define WRAP_CLEAR(name, Type) \
  void name (Type *lock) \
  { \
    REAL (name); \
    __tsan_mutex_destroy (lock, __tsan_mutex_linker_init); \
    real (lock); \
  }

WRAP_LOCK (g_mutex_lock, GMutex, 0)
WRAP_UNLOCK (g_mutex_unlock, GMutex, 0)
WRAP_TRYLOCK (g_mutex_trylock, GMutex, 0)
WRAP_CLEAR (g_mutex_clear, GMutex)
WRAP_LOCK (g_rec_mutex_lock, GRecMutex, __tsan_mutex_write_reentrant)
WRAP_UNLOCK (g_rec_mutex_unlock, GRecMutex, __tsan_mutex_write_reentrant)
WRAP_TRYLOCK (g_rec_mutex_trylock, GRecMutex, __tsan_mutex_write_reentrant)
WRAP_CLEAR (g_rec_mutex_clear, GRecMutex)
WRAP_LOCK (g_rw_lock_writer_lock, GRWLock, 0)
WRAP_UNLOCK (g_rw_lock_writer_unlock, GRWLock, 0)
WRAP_TRYLOCK (g_rw_lock_writer_trylock, GRWLock, 0)
WRAP_LOCK (g_rw_lock_reader_lock, GRWLock, __tsan_mutex_read_lock)
WRAP_UNLOCK (g_rw_lock_reader_unlock, GRWLock, __tsan_mutex_read_lock)
WRAP_TRYLOCK (g_rw_lock_reader_trylock, GRWLock, __tsan_mutex_read_lock)
WRAP_CLEAR (g_rw_lock_clear, GRWLock)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);

  before_unlock (mutex, 0);
  after_unlock (mutex, 0);
  real (cond, mutex);
  before_lock (mutex, 0);
  after_lock (mutex, 0);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean woken;
  REAL (g_cond_wait_until);

  before_unlock (mutex, 0);
  after_unlock (mutex, 0);
  woken = real (cond, mutex, end_time);
  before_lock (mutex, 0);
  after_lock (mutex, 0);
  return woken;
}

/* Reference counts: what was done before giving up a reference happened before
 * the last one frees. */
gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  gboolean last;
  REAL (g_atomic_ref_count_dec);
  __tsan_release (count);
  last = real (count);
  if (last)
    __tsan_acquire (count);
  return last;
}

#define WRAP_UNREF(name, Type) \
  void name (Type object) \
  { \
    REAL (name); \
    __tsan_release (object); \
    real (object); \
  }

WRAP_UNREF (g_object_unref, gpointer)
WRAP_UNREF (g_bytes_unref, GBytes *)

void
(g_once_init_leave) (volatile void *location, gsize result)
{
  REAL (g_once_init_leave);
  __tsan_release ((void *) location);
  real (location, result);
}

gboolean
(g_once_init_enter) (volatile void *location)
{
  gboolean mine;
  REAL (g_once_init_enter);
  mine = real (location);
  __tsan_acquire ((void *) location);
  return mine;
}

/* Made once for all who ask, under a lock of GLib's own. */
const char *
g_strerror (int errnum)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  const char *text;
  REAL (g_strerror);

  pthread_mutex_lock (&lock);
  text = real (errnum);
  pthread_mutex_unlock (&lock);
  return text;
}
