/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fault/preload.c - a library to be preloaded, for faults that no machine has on request
 *
 * Exists so that tests can make hvfs run out of memory at an allocation of their choice, move
 * the clock under it, and give a name another address.  What happens is in the file that
 * HVFS_PRELOAD names, and can be changed while the program runs: it is mapped.  See preload.py,
 * which writes it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  atomic_llong allocations;  /* how many there were */
  atomic_llong fail_at;      /* this one of them fails; 0: none */
  atomic_llong fail_all;     /* and all after it */
  atomic_llong failed;       /* how many did */
  atomic_llong clock_s;      /* what is added to the time of day */
  char address[64];          /* what names below ".preload" mean */
} Control;

static Control nothing;
static Control *control = &nothing;

static void *(*real_malloc) (size_t);
static void *(*real_calloc) (size_t, size_t);
static void *(*real_realloc) (void *, size_t);
static int (*real_posix_memalign) (void **, size_t, size_t);
static void *(*real_aligned_alloc) (size_t, size_t);

/* What dlsym itself allocates while the functions are looked for is never freed. */
static char early[1 << 14] __attribute__ ((aligned (16)));
static size_t early_used;

static void *
early_alloc (size_t size)
{
  void *at = early + early_used;

  early_used += (size + 15) / 16 * 16;
  return early_used <= sizeof early ? at : NULL;
}

static void
find (void *where, const char *name)
{
  void *found = dlsym (RTLD_NEXT, name);

  memcpy (where, &found, sizeof found);
}

/* Before any other constructor can allocate. */
static void
find_all (void)
{
  static int finding;

  if (finding)
    return;
  finding = 1;
  find (&real_calloc, "calloc");
  find (&real_realloc, "realloc");
  find (&real_posix_memalign, "posix_memalign");
  find (&real_aligned_alloc, "aligned_alloc");
  find (&real_malloc, "malloc");
}

static void __attribute__ ((constructor))
map_control (void)
{
  const char *file = getenv ("HVFS_PRELOAD");
  int fd = file != NULL ? open (file, O_RDWR | O_CLOEXEC) : -1;
  void *mapped = fd < 0 ? MAP_FAILED
                        : mmap (NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  if (mapped != MAP_FAILED)
    control = mapped;
  if (fd >= 0)
    close (fd);
}

static int
is_to_fail (void)
{
  long long at = atomic_load (&control->fail_at);
  long long number = atomic_fetch_add (&control->allocations, 1) + 1;

  if (at == 0 || number < at || (number > at && !atomic_load (&control->fail_all)))
    return 0;
  atomic_fetch_add (&control->failed, 1);
  errno = ENOMEM;
  return 1;
}

void *
malloc (size_t size)
{
  if (real_malloc == NULL)
    find_all ();
  if (real_malloc == NULL)
    return early_alloc (size);
  return is_to_fail () ? NULL : real_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  if (real_malloc == NULL)
    find_all ();
  if (real_malloc == NULL)
    return early_alloc (n * size);
  return is_to_fail () ? NULL : real_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  if (real_malloc == NULL)
    find_all ();
  return is_to_fail () ? NULL : real_realloc (old, size);
}

int
posix_memalign (void **ret, size_t alignment, size_t size)
{
  if (real_malloc == NULL)
    find_all ();
  return is_to_fail () ? ENOMEM : real_posix_memalign (ret, alignment, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  if (real_malloc == NULL)
    find_all ();
  return is_to_fail () ? NULL : real_aligned_alloc (alignment, size);
}

int
clock_gettime (clockid_t clock, struct timespec *ret)
{
  static int (*real) (clockid_t, struct timespec *);
  int status;

  if (real == NULL)
    find (&real, "clock_gettime");
  status = real (clock, ret);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    ret->tv_sec += atomic_load (&control->clock_s);
  return status;
}

int
gettimeofday (struct timeval *restrict ret, void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  ret->tv_sec = now.tv_sec;
  ret->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *ret)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (ret != NULL)
    *ret = now.tv_sec;
  return now.tv_sec;
}

int
getaddrinfo (const char *name, const char *service, const struct addrinfo *hints,
             struct addrinfo **ret)
{
  static int (*real) (const char *, const char *, const struct addrinfo *, struct addrinfo **);
  const char *dot = name != NULL ? strrchr (name, '.') : NULL;

  if (real == NULL)
    find (&real, "getaddrinfo");
  if (dot != NULL && strcmp (dot, ".preload") == 0)
    name = control->address;
  return real (name, service, hints, ret);
}
