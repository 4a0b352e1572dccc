/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/nfc.c - the files of a lease, over HTTP; see nfc.h */
#include "backend/operation/nfc.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "convert/error.h"

#define MAX_WORDS_BYTES 500

typedef struct
{
  HvfsNfcSink sink;  /* nullable: nothing is wanted */
  gpointer sink_data;
  GString *words;    /* of the server, where it refuses */
} Answer;

static gboolean
is_success (guint status)
{
  return status >= 200 && status < 300;
}

static gboolean
take (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data, GError **error)
{
  Answer *answer = user_data;

  if (!is_success (reply->status))
    g_string_append_len (answer->words, data, MIN (len, MAX_WORDS_BYTES - answer->words->len));
  else if (answer->sink != NULL)
    return answer->sink (data, len, answer->sink_data, error);
  return TRUE;
}

/* @url is "http://host:port/path".  @ret_base: (transfer full): "http://host:port", of the
 * session's own server NULL.  @ret_path: (transfer none) */
static gboolean
split (const HvfsServer *server, const HvfsLeaseUrl *url, char **ret_base, const char **ret_path,
       GError **error)
{
  const char *own = hvfs_session_base_url (server->session);
  const char *host = strstr (url->url, "://"), *path = host == NULL ? NULL : strchr (host + 3, '/');

  if (path == NULL || !g_str_has_prefix (url->url, "http"))
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server gives out an URL that is none: '%.100s'",
                   url->url);
      return FALSE;
    }
  *ret_path = path;
  *ret_base = host[3] == '*' ? NULL : g_strndup (url->url, (gsize) (path - url->url));
  if (g_strcmp0 (*ret_base, own) == 0)
    g_clear_pointer (ret_base, g_free);
  return TRUE;
}

static gboolean
perform (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsHttpRequest *request,
         HvfsHttpReply *reply, GCancellable *cancellable, GError **error)
{
  g_autofree char *base = NULL;
  g_autoptr (HvfsHttp) http = NULL;

  request->wait_s = server->timeout_s;
  request->as_is = TRUE;
  if (!split (server, url, &base, &request->path, error))
    return FALSE;
  if (base == NULL)
    return hvfs_session_transfer (server->session, request, reply, cancellable, error);
  http = hvfs_session_new_http (server->session, base, url->thumbprint, 0);
  if (!hvfs_http_perform (http, request, reply, cancellable, error))
    return FALSE;
  if (is_success (reply->status))
    return TRUE;
  g_set_error (error, HVFS_ERROR, hvfs_fault_http_errno (reply->status), "%s: the host answers with HTTP status %u",
               base, reply->status);
  return FALSE;
}

static gboolean
run (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsHttpRequest *request, Answer *answer,
     GCancellable *cancellable, GError **error)
{
  g_auto (HvfsHttpReply) reply = { 0 };
  GError *failure = NULL;
  gboolean ok;

  answer->words = g_string_new (NULL);
  request->sink = take;
  request->sink_data = answer;
  ok = perform (server, url, request, &reply, cancellable, &failure);
  if (!ok && answer->words->len > 0)
    {
      g_autofree char *words = g_utf8_make_valid (g_strdelimit (g_strstrip (answer->words->str), "\r\n\t", ' '), -1);

      g_prefix_error (&failure, "%s: ", words);
    }
  if (!ok)
    g_propagate_error (error, failure);
  g_string_free (answer->words, TRUE);
  return ok;
}

gboolean
hvfs_nfc_get (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsNfcSink sink,
              gpointer sink_data, GCancellable *cancellable, GError **error)
{
  HvfsHttpRequest request = { .name = "GET", .method = "GET" };
  Answer answer = { .sink = sink, .sink_data = sink_data };

  return run (server, url, &request, &answer, cancellable, error);
}

gboolean
hvfs_nfc_send (const HvfsServer *server, const HvfsLeaseUrl *url, HvfsHttpSource source,
               gpointer source_data, guint64 len, gboolean creates, GCancellable *cancellable,
               GError **error)
{
  static const char *const disk[] = { "Content-Type: application/x-vnd.vmware-streamVmdk", NULL };
  static const char *const file[] = { "Content-Type: application/octet-stream", "Overwrite: t", NULL };
  const char *method = creates ? "PUT" : "POST";
  HvfsHttpRequest request = { .name = method, .method = method, .headers = creates ? file : disk,
                              .source = source, .source_data = source_data, .body_len = len,
                              .body = len == 0 ? "" : NULL };
  Answer answer = { 0 };

  return run (server, url, &request, &answer, cancellable, error);
}
