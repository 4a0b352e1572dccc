/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/http-server.c - a small HTTP server; see http-server.h */
#include "http-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct _Server
{
  ServerHandler handler;
  gpointer data;
  int listener;
  guint port;
  GThread *acceptor;
  SSL_CTX *tls;          /* nullable */
  char *pin, *ca_file;
  GMutex lock;
  gboolean closing;      /* lock */
  GPtrArray *threads;    /* lock: GThread* */
  GArray *fds;           /* lock: int, of the connections that are open */
};

typedef struct
{
  Request request;       /* first: callbacks have its address */
  Server *server;
  int fd;
  SSL *ssl;              /* nullable */
  GString *in;           /* read, not yet used */
} Connection;

static X509 *
make_certificate (EVP_PKEY *key)
{
  X509 *cert = X509_new ();
  X509_NAME *name = X509_get_subject_name (cert);
  X509_EXTENSION *alt = X509V3_EXT_conf_nid (NULL, NULL, NID_subject_alt_name,
                                             (char *) "IP:127.0.0.1");

  X509_set_version (cert, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (cert), 1);
  X509_gmtime_adj (X509_getm_notBefore (cert), -3600);
  X509_gmtime_adj (X509_getm_notAfter (cert), 3600);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *) "hvfs test", -1, -1, 0);
  X509_set_issuer_name (cert, name);
  X509_set_pubkey (cert, key);
  X509_add_ext (cert, alt, -1);
  X509_EXTENSION_free (alt);
  X509_sign (cert, key, EVP_sha256 ());
  return cert;
}

static char *
pin_of (EVP_PKEY *key)
{
  guchar *der = NULL, digest[EVP_MAX_MD_SIZE];
  int len = i2d_PUBKEY (key, &der);
  unsigned digest_len;
  g_autofree char *base64 = NULL;

  EVP_Digest (der, (size_t) len, digest, &digest_len, EVP_sha256 (), NULL);
  OPENSSL_free (der);
  base64 = g_base64_encode (digest, digest_len);
  return g_strconcat ("sha256//", base64, NULL);
}

static void
set_up_tls (Server *server)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *cert = make_certificate (key);
  int fd = g_file_open_tmp ("hvfs-test-ca-XXXXXX", &server->ca_file, NULL);
  FILE *file = fdopen (fd, "w");

  PEM_write_X509 (file, cert);
  fclose (file);
  server->pin = pin_of (key);
  server->tls = SSL_CTX_new (TLS_server_method ());
  SSL_CTX_use_certificate (server->tls, cert);
  SSL_CTX_use_PrivateKey (server->tls, key);
  X509_free (cert);
  EVP_PKEY_free (key);
}

static gboolean
start_tls (Connection *c)
{
  if (c->server->tls == NULL)
    return TRUE;
  c->ssl = SSL_new (c->server->tls);
  SSL_set_fd (c->ssl, c->fd);
  return SSL_accept (c->ssl) == 1;
}

static void
end_tls (Connection *c, gboolean polite)
{
  if (c->ssl == NULL)
    return;
  if (polite)
    SSL_shutdown (c->ssl);
  SSL_free (c->ssl);
}

static gssize
read_some (Connection *c, char *buffer, gsize len)
{
  return c->ssl != NULL ? SSL_read (c->ssl, buffer, (int) len)
                        : recv (c->fd, buffer, len, 0);
}

static gssize
write_some (Connection *c, const char *data, gsize len)
{
  return c->ssl != NULL ? SSL_write (c->ssl, data, (int) len)
                        : send (c->fd, data, len, MSG_NOSIGNAL);
}

static void
free_tls (Server *server)
{
  SSL_CTX_free (server->tls);
}

char *
request_header (const Request *request, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (request->headers, "\r\n", -1);
  gsize len = strlen (name);

  for (char **line = lines; *line != NULL; line++)
    if (g_ascii_strncasecmp (*line, name, len) == 0 && (*line)[len] == ':')
      return g_strstrip (g_strdup (*line + len + 1));
  return NULL;
}

gboolean
request_send (Request *request, const char *data, gsize len)
{
  while (len > 0)
    {
      gssize n = write_some ((Connection *) request, data, len);

      if (n <= 0)
        return FALSE;
      data += n;
      len -= (gsize) n;
    }
  return TRUE;
}

gboolean
request_reply (Request *request, guint status, const char *headers, const char *body, gsize len)
{
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 %u Something\r\nContent-Length: %zu\r\n%s\r\n", status, len,
                       headers);

  return request_send (request, head, strlen (head)) && request_send (request, body, len);
}

void
request_hang (Request *request)
{
  char buffer[64];

  while (read_some ((Connection *) request, buffer, sizeof buffer) > 0)
    continue;
}

void
request_reset (Request *request)
{
  struct linger hard = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (((Connection *) request)->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

/* Reads until @c->in holds @len bytes. */
static gboolean
fill (Connection *c, gsize len)
{
  char buffer[16384];

  while (c->in->len < len)
    {
      gssize n = read_some (c, buffer, sizeof buffer);

      if (n <= 0)
        return FALSE;
      g_string_append_len (c->in, buffer, n);
    }
  return TRUE;
}

static void
clear_request (Request *request)
{
  g_clear_pointer (&request->method, g_free);
  g_clear_pointer (&request->path, g_free);
  g_clear_pointer (&request->headers, g_free);
  g_clear_pointer (&request->body, g_free);
}

static gboolean
read_request (Connection *c)
{
  Request *request = &c->request;
  g_auto (GStrv) words = NULL;
  g_autofree char *length = NULL;
  const char *line_end, *end;
  gsize head_len;

  while ((end = strstr (c->in->str, "\r\n\r\n")) == NULL)
    if (!fill (c, c->in->len + 1) || !g_ascii_isupper (c->in->str[0]))
      return FALSE;
  line_end = strstr (c->in->str, "\r\n");
  words = g_strsplit (c->in->str, " ", 3);
  request->method = g_strdup (words[0]);
  request->path = g_strdup (words[1]);
  request->headers = g_strndup (line_end + 2, (gsize) MAX (0, end - line_end - 2));
  head_len = (gsize) (end + 4 - c->in->str);
  length = request_header (request, "Content-Length");
  request->body_len = length != NULL ? strtoul (length, NULL, 10) : 0;
  if (!fill (c, head_len + request->body_len))
    return FALSE;
  request->body = g_strndup (c->in->str + head_len, request->body_len);
  g_string_erase (c->in, 0, (gssize) (head_len + request->body_len));
  return TRUE;
}

static void
forget (Server *server, int fd)
{
  g_mutex_lock (&server->lock);
  for (guint i = 0; i < server->fds->len; i++)
    if (g_array_index (server->fds, int, i) == fd)
      {
        g_array_remove_index_fast (server->fds, i);
        break;
      }
  close (fd);
  g_mutex_unlock (&server->lock);
}

/* OpenSSL writes to a client that has gone.  Only here: in its own threads the code
 * under test must do without. */
static void
ignore_sigpipe (void)
{
  sigset_t set;

  sigemptyset (&set);
  sigaddset (&set, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
}

static gpointer
serve (gpointer data)
{
  Connection *c = data;
  gboolean keep, polite = FALSE;

  ignore_sigpipe ();
  keep = start_tls (c);
  while (keep && read_request (c))
    {
      keep = c->server->handler (c->server, &c->request, c->server->data);
      clear_request (&c->request);
      polite = keep;
    }
  clear_request (&c->request);
  end_tls (c, polite);
  forget (c->server, c->fd);
  g_string_free (c->in, TRUE);
  g_free (c);
  return NULL;
}

static void
take_connection (Server *server, int fd)
{
  Connection *c = g_new0 (Connection, 1);
  int on = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->server = server;
  c->fd = fd;
  c->in = g_string_new (NULL);
  g_mutex_lock (&server->lock);
  g_array_append_val (server->fds, fd);
  if (server->closing)
    shutdown (fd, SHUT_RDWR);
  g_ptr_array_add (server->threads, g_thread_new ("connection", serve, c));
  g_mutex_unlock (&server->lock);
}

static gpointer
accept_all (gpointer data)
{
  Server *server = data;
  int fd;

  while ((fd = accept4 (server->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    take_connection (server, fd);
  return NULL;
}

Server *
server_new (gboolean tls, ServerHandler handler, gpointer data)
{
  Server *server = g_new0 (Server, 1);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;

  server->handler = handler;
  server->data = data;
  g_mutex_init (&server->lock);
  server->threads = g_ptr_array_new ();
  server->fds = g_array_new (FALSE, FALSE, sizeof (int));
  if (tls)
    set_up_tls (server);
  server->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind (server->listener, (struct sockaddr *) &address, len) != 0
      || listen (server->listener, 64) != 0
      || getsockname (server->listener, (struct sockaddr *) &address, &len) != 0)
    g_error ("cannot listen: %s", g_strerror (errno));
  server->port = ntohs (address.sin_port);
  server->acceptor = g_thread_new ("acceptor", accept_all, server);
  return server;
}

void
server_free (Server *server)
{
  if (server == NULL)
    return;
  shutdown (server->listener, SHUT_RDWR);
  g_thread_join (server->acceptor);
  close (server->listener);
  g_mutex_lock (&server->lock);
  server->closing = TRUE;
  for (guint i = 0; i < server->fds->len; i++)
    shutdown (g_array_index (server->fds, int, i), SHUT_RDWR);
  g_mutex_unlock (&server->lock);
  for (guint i = 0; i < server->threads->len; i++)
    g_thread_join (server->threads->pdata[i]);
  g_ptr_array_unref (server->threads);
  g_array_unref (server->fds);
  g_mutex_clear (&server->lock);
  free_tls (server);
  if (server->ca_file != NULL)
    unlink (server->ca_file);
  g_free (server->ca_file);
  g_free (server->pin);
  g_free (server);
}

guint
server_port (Server *server)
{
  return server->port;
}

const char *
server_pin (Server *server)
{
  return server->pin;
}

const char *
server_ca_file (Server *server)
{
  return server->ca_file;
}

guint
server_n_connections (Server *server)
{
  guint n;

  g_mutex_lock (&server->lock);
  n = server->threads->len;
  g_mutex_unlock (&server->lock);
  return n;
}
