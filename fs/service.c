/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/service.c - what a service manager is told; see service.h */
#include "fs/service.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* @name: a path, or "@" and an abstract socket's name.  Returns: 0: it is neither */
static socklen_t
address_of (const char *name, struct sockaddr_un *ret_address)
{
  gsize len = strlen (name);

  *ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof ret_address->sun_path)
    return 0;
  memcpy (ret_address->sun_path, name, len);
  if (*name == '@')
    ret_address->sun_path[0] = '\0';
  /* The byte that ends a path belongs to it; of an abstract name each byte counts. */
  return (socklen_t) (offsetof (struct sockaddr_un, sun_path) + len + (*name == '/'));
}

static gboolean
send_text (const char *name, const char *text)
{
  struct sockaddr_un address;
  socklen_t len = address_of (name, &address);
  int fd = len > 0 ? socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
  gboolean ok;
  int code;

  if (len == 0)
    errno = EINVAL;
  if (fd < 0)
    return FALSE;
  ok = sendto (fd, text, strlen (text), MSG_NOSIGNAL, (struct sockaddr *) &address, len) >= 0;
  code = errno;
  close (fd);
  errno = code;
  return ok;
}

char *
hvfs_service_dup_value (const char *text)
{
  char *value = g_strdup (text);

  for (char *p = value; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return value;
}

void
hvfs_service_tell (const char *format, ...)
{
  const char *name = g_getenv ("NOTIFY_SOCKET");
  g_autofree char *text = NULL;
  va_list args;

  if (name == NULL || *name == '\0')
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (!send_text (name, text))
    g_warning ("NOTIFY_SOCKET='%s': the service manager cannot be told: %s", name,
               g_strerror (errno));
}
