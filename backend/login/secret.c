/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/secret.c - memory for a password; see secret.h */
#include "backend/login/secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "convert/error.h"

struct _HvfsSecret
{
  gsize len;
  char text[HVFS_SECRET_MAX_BYTES + 1];
};

HvfsSecret *
hvfs_secret_new (void)
{
  HvfsSecret *secret = mmap (NULL, sizeof *secret, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (secret == MAP_FAILED)
    g_error ("no memory for a password: %s", g_strerror (errno));
  madvise (secret, sizeof *secret, MADV_DONTDUMP);
  /* A low RLIMIT_MEMLOCK is no reason to refuse work. */
  (void) mlock (secret, sizeof *secret);
  return secret;
}

void
hvfs_secret_free (HvfsSecret *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, sizeof *secret);
  munmap (secret, sizeof *secret);
}

HvfsSecret *
hvfs_secret_new_from (const char *text, gsize len)
{
  HvfsSecret *secret = hvfs_secret_new ();

  g_return_val_if_fail (hvfs_secret_append (secret, text, len), secret);
  return secret;
}

gboolean
hvfs_secret_append (HvfsSecret *secret, const char *text, gsize len)
{
  if (len > HVFS_SECRET_MAX_BYTES - secret->len)
    return FALSE;
  memcpy (secret->text + secret->len, text, len);
  secret->len += len;
  secret->text[secret->len] = '\0';
  return TRUE;
}

void
hvfs_secret_truncate (HvfsSecret *secret, gsize len)
{
  g_return_if_fail (len <= secret->len);
  explicit_bzero (secret->text + len, secret->len - len);
  secret->len = len;
}

gsize
hvfs_secret_len (const HvfsSecret *secret)
{
  return secret->len;
}

const char *
hvfs_secret_text (const HvfsSecret *secret)
{
  (void) mlock (secret, sizeof *secret);
  return secret->text;
}

static gboolean
fail_errno (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, HVFS_ERROR, code, "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* Straight into the secret: no copy is left behind. */
static gboolean
read_all (HvfsSecret *secret, int fd, const char *path, GError **error)
{
  for (;;)
    {
      gsize room = HVFS_SECRET_MAX_BYTES - secret->len;
      ssize_t got = read (fd, secret->text + secret->len, room);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return fail_errno (path, error);
      if (got == 0 && room > 0)
        return TRUE;
      secret->len += (gsize) got;
      if (secret->len == HVFS_SECRET_MAX_BYTES)
        {
          g_set_error (error, HVFS_ERROR, EINVAL, "%s: too long for passwords: less than %d bytes",
                       path, HVFS_SECRET_MAX_BYTES);
          return FALSE;
        }
    }
}

/* Windows' editors write a byte order mark first, which is no part of the text.  Also
 * PowerShell's ">" writes UTF-16, which the mark is told by. */
#define MARK "\xef\xbb\xbf"

static gboolean
is_utf16 (const HvfsSecret *secret)
{
  return secret->len >= 2
         && (memcmp (secret->text, "\xff\xfe", 2) == 0 || memcmp (secret->text, "\xfe\xff", 2) == 0);
}

static void
drop_mark (HvfsSecret *secret)
{
  gsize n = strlen (MARK);

  if (secret->len < n || memcmp (secret->text, MARK, n) != 0)
    return;
  memmove (secret->text, secret->text + n, secret->len - n);
  hvfs_secret_truncate (secret, secret->len - n);
}

HvfsSecret *
hvfs_secret_read_file (const char *path, GError **error)
{
  g_autoptr (HvfsSecret) secret = hvfs_secret_new ();
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct stat st;
  gboolean ok;

  if (fd < 0)
    {
      fail_errno (path, error);
      return NULL;
    }
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_mode & S_IROTH)
    g_warning ("%s: every user of this machine can read this password: chmod o-r it", path);
  ok = read_all (secret, fd, path, error);
  close (fd);
  if (ok && is_utf16 (secret))
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: it is UTF-16; save it as UTF-8", path);
      ok = FALSE;
    }
  else if (ok && memchr (secret->text, '\0', secret->len) != NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: holds a NUL byte", path);
      ok = FALSE;
    }
  drop_mark (secret);
  return ok ? g_steal_pointer (&secret) : NULL;
}
