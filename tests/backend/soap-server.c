/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/soap-server.c - a server that misbehaves when told to; see soap-server.h */
#include "soap-server.h"

#include <string.h>

#define USER "root"
#define PASSWORD "s&cret<"

struct _SoapServer
{
  Server *http;
  GMutex lock;              /* guards all below */
  GCond called;
  GHashTable *requests;     /* method -> count */
  GHashTable *sessions;     /* set of cookies */
  GHashTable *received;     /* id of a change -> count */
  GHashTable *done;         /* likewise */
  guint n_requests, n_cookies;
  Misbehaviour how;
  guint from, count;        /* numbers of the requests that fail */
  char *on_method;          /* nullable: calls that fail */
  char *fault_method, *fault_type;
  gboolean misbehaved;
  char *oldest;       /* nullable: lower versions are refused */
  char *versions, *api_version, *product_line;
  char *action;
  char *more;               /* nullable: what CurrentTime says as well */
  guint n_more;             /* how often */
};

static const char *const names[] = {
  [MISBEHAVE_CLOSE] = "close", [MISBEHAVE_RESET] = "reset",
  [MISBEHAVE_CUT_HEADERS] = "cut-headers", [MISBEHAVE_CUT_BODY] = "cut-body",
  [MISBEHAVE_CUT_CHUNKED] = "cut-chunked", [MISBEHAVE_CUT_XML] = "cut-xml",
  [MISBEHAVE_NOT_XML] = "not-xml", [MISBEHAVE_HTML] = "html", [MISBEHAVE_HTML_500] = "html-500",
  [MISBEHAVE_REPLY_500] = "reply-500",
  [MISBEHAVE_EMPTY] = "empty", [MISBEHAVE_OTHER_REPLY] = "other-reply",
  [MISBEHAVE_BAD_GZIP] = "bad-gzip", [MISBEHAVE_ENDLESS] = "endless",
  [MISBEHAVE_ENDLESS_404] = "endless-404", [MISBEHAVE_ENDLESS_HEAD] = "endless-head",
  [MISBEHAVE_SLOW] = "slow",
  [MISBEHAVE_GARBAGE] = "garbage", [MISBEHAVE_SILENT] = "silent", [MISBEHAVE_503] = "503",
  [MISBEHAVE_404] = "404", [MISBEHAVE_REDIRECT] = "redirect", [MISBEHAVE_FAULT] = "fault",
  [MISBEHAVE_EXPIRED] = "expired", [MISBEHAVE_DRIP] = "drip", [MISBEHAVE_CHUNKED] = "chunked",
};
G_STATIC_ASSERT (G_N_ELEMENTS (names) == N_MISBEHAVIOURS);

const char *
misbehaviour_name (Misbehaviour misbehaviour)
{
  return names[misbehaviour];
}

gboolean
misbehaviour_is_harmless (Misbehaviour misbehaviour)
{
  return misbehaviour == MISBEHAVE_DRIP || misbehaviour == MISBEHAVE_CHUNKED;
}

static gboolean
is_carried_out (Misbehaviour misbehaviour)
{
  return misbehaviour < MISBEHAVE_503 || misbehaviour >= MISBEHAVE_DRIP;
}

static void
bump (GHashTable *table, const char *key)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));

  g_hash_table_insert (table, g_strdup (key), GUINT_TO_POINTER (n + 1));
}

static char *
envelope (const char *inner)
{
  return g_strconcat ("<?xml version=\"1.0\"?>\n<soapenv:Envelope "
                      "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
                      "<soapenv:Body>", inner, "</soapenv:Body></soapenv:Envelope>", NULL);
}

static char *
fault (const char *type)
{
  g_autofree char *inner
    = g_strdup_printf ("<soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
                       "<faultstring>it says %s</faultstring><detail><%sFault "
                       "xmlns=\"urn:vim25\" xsi:type=\"%s\"/></detail></soapenv:Fault>",
                       type, type, type);

  return envelope (inner);
}

static char *
response (const char *method, const char *inner)
{
  g_autofree char *element
    = g_strdup_printf ("<%sResponse xmlns=\"urn:vim25\">%s</%sResponse>", method, inner, method);

  return envelope (element);
}

/* The first element of the body; and the text of the first <name>.  (transfer full) */
static char *
method_of (const char *body)
{
  const char *at = strstr (body, "Body><");

  return at != NULL ? g_strndup (at + 6, strcspn (at + 6, " >")) : g_strdup ("");
}

static char *
text_of (const char *body, const char *name)
{
  g_autofree char *tag = g_strconcat ("<", name, NULL);
  const char *at = strstr (body, tag);

  at = at != NULL ? strchr (at, '>') : NULL;
  return at != NULL ? g_strndup (at + 1, strcspn (at + 1, "<")) : g_strdup ("");
}

/* One call under way; the lock is held. */
typedef struct
{
  SoapServer *server;
  Request *request;
  const char *method;
  char *cookie;       /* nullable */
  gboolean carry_out;
  char *headers;      /* of the reply, owned; may be NULL */
  guint status;
} Call;

static char *
refuse (Call *call, const char *type)
{
  call->status = 500;
  return fault (type);
}

static gboolean
has_session (const Call *call)
{
  return call->cookie != NULL && g_hash_table_contains (call->server->sessions, call->cookie);
}

static char *
answer_content (Call *call)
{
  g_autofree char *inner
    = g_strdup_printf ("<returnval><rootFolder type=\"Folder\">group-d1</rootFolder>"
                       "<propertyCollector type=\"PropertyCollector\">pc</propertyCollector>"
                       "<about><name>test</name><apiVersion>%s</apiVersion>"
                       "<productLineId>%s</productLineId></about>"
                       "<sessionManager type=\"SessionManager\">sm</sessionManager></returnval>",
                       call->server->api_version, call->server->product_line);

  return response (call->method, inner);
}

static char *
answer_login (Call *call)
{
  g_autofree char *user = text_of (call->request->body, "userName");
  g_autofree char *password = text_of (call->request->body, "password");
  g_autofree char *cookie = NULL;

  if (strcmp (user, USER) != 0 || strcmp (password, "s&amp;cret&lt;") != 0 || has_session (call))
    return refuse (call, "InvalidLogin");
  cookie = g_strdup_printf ("vmware_soap_session=\"s %u\"", ++call->server->n_cookies);
  if (call->carry_out)
    g_hash_table_add (call->server->sessions, g_strdup (cookie));
  call->headers = g_strdup_printf ("Set-Cookie: %s; Path=/; HttpOnly; Secure\r\n", cookie);
  return response ("Login", "<returnval><key>k</key><userName>VSPHERE\\root</userName></returnval>");
}

static char *
answer_logout (Call *call)
{
  if (call->carry_out)
    g_hash_table_remove (call->server->sessions, call->cookie);
  return response ("Logout", "");
}

static char *
answer_properties (Call *call)
{
  return response (call->method, "<returnval><obj type=\"SessionManager\">sm</obj><propSet>"
                   "<name>currentSession</name><val xsi:type=\"UserSession\"><key>k</key></val>"
                   "</propSet></returnval>");
}

static char *
answer_time (Call *call)
{
  g_autofree char *inner = NULL;
  gboolean more = call->server->n_more > 0;

  call->server->n_more -= more;
  inner = g_strconcat ("<returnval>2020-01-02T03:04:05Z</returnval>",
                       more ? call->server->more : "", NULL);
  return response (call->method, inner);
}

static char *
answer_change (Call *call)
{
  g_autofree char *id = text_of (call->request->body, "_this");

  bump (call->server->received, id);
  if (call->carry_out)
    bump (call->server->done, id);
  return response (call->method, "<returnval type=\"Task\">task-1</returnval>");
}

static const struct
{
  const char *method;
  gboolean anonymous;
  char *(*answer) (Call *call);
} methods[] = {
  { "RetrieveServiceContent", TRUE, answer_content },
  { "Login", TRUE, answer_login },
  { "Logout", FALSE, answer_logout },
  { "RetrieveProperties", FALSE, answer_properties },
  { "CurrentTime", FALSE, answer_time },
  { "PowerOnVM_Task", FALSE, answer_change },
};

/* In the words of a vCenter, which has no type for it. */
static gboolean
is_too_old (const Call *call)
{
  static const char prefix[] = "\"urn:vim25/";
  const char *action = call->server->action;

  return call->server->oldest != NULL && action != NULL && g_str_has_prefix (action, prefix)
         && g_ascii_strtod (action + strlen (prefix), NULL)
              < g_ascii_strtod (call->server->oldest, NULL);
}

static char *
answer (Call *call)
{
  if (is_too_old (call))
    {
      call->status = 500;
      return envelope ("<soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
                       "<faultstring>Unsupported version URI</faultstring></soapenv:Fault>");
    }
  if (g_strcmp0 (call->server->fault_method, call->method) == 0)
    return refuse (call, call->server->fault_type);
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (methods[i].method, call->method) == 0)
      return methods[i].anonymous || has_session (call) ? methods[i].answer (call)
                                                        : refuse (call, "NotAuthenticated");
  return refuse (call, "MethodNotFound");
}

static char *
answer_versions (Call *call)
{
  if (call->server->versions != NULL)
    return g_strdup (call->server->versions);
  call->status = 404;
  return g_strdup ("no such file");
}

static gboolean
send_chunked (Request *request, guint status, const char *headers, const char *body, gsize len)
{
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 %u x\r\nTransfer-Encoding: chunked\r\n%s\r\n", status, headers);
  gsize end = strlen (body);

  if (!request_send (request, head, strlen (head)))
    return FALSE;
  for (gsize at = 0, n; at < len; at += n)
    {
      g_autofree char *size = NULL;

      n = MIN (17, end - at);
      size = g_strdup_printf ("%zx\r\n", n);
      if (!request_send (request, size, strlen (size)) || !request_send (request, body + at, n)
          || !request_send (request, "\r\n", 2))
        return FALSE;
    }
  return len < end || request_send (request, "0\r\n\r\n", 5);
}

/* @head, and @fill until the client has enough. */
static void
send_endless (Request *request, const char *head, const char *fill)
{
  g_autoptr (GString) many = g_string_new (NULL);
  gboolean more = request_send (request, head, strlen (head));

  while (many->len < 65536)
    g_string_append (many, fill);
  while (more)
    more = request_send (request, many->str, many->len);
}

static void
send_slowly (Request *request, const char *head)
{
  gboolean more = request_send (request, head, strlen (head));

  while (more)
    {
      g_usleep (G_USEC_PER_SEC / 10);
      more = request_send (request, " ", 1);
    }
}

#define ENDLESS_TEXT \
  "HTTP/1.1 200 x\r\nConnection: close\r\n\r\n<Envelope xmlns=" \
  "\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><a>"

static gboolean
send_dripping (Request *request, guint status, const char *headers, const char *body)
{
  g_autofree char *all
    = g_strdup_printf ("HTTP/1.1 %u x\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen (body),
                       headers, body);

  for (const char *at = all; *at != '\0'; at++)
    if (!request_send (request, at, 1))
      return FALSE;
  return TRUE;
}

static gboolean
reply_text (Request *request, guint status, const char *text)
{
  return request_reply (request, status, "", text, strlen (text));
}

/* Returns: whether the connection goes on */
static gboolean
misbehave (Request *request, Misbehaviour how, guint status, const char *headers,
           const char *body)
{
  g_autofree char *half = g_strdup_printf ("HTTP/1.1 %u x\r\nContent-Length: %zu\r\n%s\r\n%.*s",
                                           status, strlen (body), headers,
                                           (int) strlen (body) / 2, body);

  switch (how)
    {
    case MISBEHAVE_RESET:
      request_reset (request);
      return FALSE;
    case MISBEHAVE_CUT_HEADERS:
      request_send (request, half, 25);
      return FALSE;
    case MISBEHAVE_CUT_BODY:
      request_send (request, half, strlen (half));
      return FALSE;
    case MISBEHAVE_CUT_CHUNKED:
      send_chunked (request, status, headers, body, strlen (body) / 2);
      return FALSE;
    case MISBEHAVE_CUT_XML:
      return request_reply (request, status, headers, body, strlen (body) / 2);
    case MISBEHAVE_NOT_XML:
      return reply_text (request, 200, "It works!");
    case MISBEHAVE_HTML:
      return reply_text (request, 200, "<!DOCTYPE html><html><body>log in</body></html>");
    case MISBEHAVE_HTML_500:
      return reply_text (request, 500, "<html><body>internal error</body></html>");
    case MISBEHAVE_REPLY_500:
      return request_reply (request, 500, headers, body, strlen (body));
    case MISBEHAVE_EMPTY:
      return reply_text (request, 200, "");
    case MISBEHAVE_OTHER_REPLY:
      {
        g_autofree char *other = response ("QueryPerf", "<returnval>1</returnval>");

        return reply_text (request, 200, other);
      }
    case MISBEHAVE_BAD_GZIP:
      return request_reply (request, 200, "Content-Encoding: gzip\r\n", body, strlen (body));
    case MISBEHAVE_ENDLESS:
      send_endless (request, ENDLESS_TEXT, "x");
      return FALSE;
    case MISBEHAVE_ENDLESS_404:
      send_endless (request, "HTTP/1.1 404 x\r\nConnection: close\r\n\r\n", "x");
      return FALSE;
    case MISBEHAVE_ENDLESS_HEAD:
      send_endless (request, "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                    "a: b\r\n");
      return FALSE;
    case MISBEHAVE_SLOW:
      send_slowly (request, ENDLESS_TEXT);
      return FALSE;
    case MISBEHAVE_GARBAGE:
      request_send (request, "SSH-2.0-OpenSSH_9.2\r\n\r\n", 23);
      return FALSE;
    case MISBEHAVE_SILENT:
      request_hang (request);
      return FALSE;
    case MISBEHAVE_503:
      return reply_text (request, 503, "starting");
    case MISBEHAVE_404:
      return reply_text (request, 404, "nothing here");
    case MISBEHAVE_REDIRECT:
      return request_reply (request, 301, "Location: https://elsewhere/sdk\x1b[2J\xff\r\n", "", 0);
    case MISBEHAVE_DRIP:
      return send_dripping (request, status, headers, body);
    case MISBEHAVE_CHUNKED:
      return send_chunked (request, status, headers, body, strlen (body));
    case MISBEHAVE_FAULT:
    case MISBEHAVE_EXPIRED:
      return request_reply (request, status, headers, body, strlen (body));
    case MISBEHAVE_CLOSE:
    case N_MISBEHAVIOURS:
      break;
    }
  return FALSE;
}

/* Decides under the lock what the request gets, and counts it. */
static char *
decide_locked (Call *call, gboolean *ret_wrong, Misbehaviour *ret_how)
{
  SoapServer *server = call->server;
  guint number = ++server->n_requests;

  *ret_how = server->how;
  *ret_wrong = (number >= server->from && number - server->from < server->count)
               || g_strcmp0 (server->on_method, call->method) == 0;
  call->carry_out = !*ret_wrong || is_carried_out (server->how);
  server->misbehaved |= *ret_wrong;
  bump (server->requests, call->method);
  g_free (server->action);
  server->action = request_header (call->request, "SOAPAction");
  g_cond_broadcast (&server->called);
  if (*ret_wrong && server->how == MISBEHAVE_EXPIRED)
    g_hash_table_remove_all (server->sessions);
  if (*ret_wrong && (server->how == MISBEHAVE_EXPIRED || server->how == MISBEHAVE_FAULT))
    return refuse (call, server->how == MISBEHAVE_FAULT ? "SystemError" : "NotAuthenticated");
  return strcmp (call->request->method, "GET") == 0 ? answer_versions (call) : answer (call);
}

static gboolean
handle (Server *http, Request *request, gpointer data)
{
  SoapServer *server = data;
  g_autofree char *method = strcmp (request->method, "GET") == 0 ? g_strdup ("GET")
                                                                 : method_of (request->body);
  g_autofree char *cookie = request_header (request, "Cookie");
  Call call = { .server = server, .request = request, .method = method, .cookie = cookie,
                .status = 200 };
  g_autofree char *body = NULL;
  g_autofree char *headers = NULL;
  Misbehaviour how;
  gboolean wrong;

  g_mutex_lock (&server->lock);
  body = decide_locked (&call, &wrong, &how);
  g_mutex_unlock (&server->lock);
  headers = call.headers != NULL ? call.headers : g_strdup ("");
  return wrong ? misbehave (request, how, call.status, headers, body)
               : request_reply (request, call.status, headers, body, strlen (body));
}

SoapServer *
soap_server_new (gboolean tls)
{
  SoapServer *server = g_new0 (SoapServer, 1);

  g_mutex_init (&server->lock);
  g_cond_init (&server->called);
  server->requests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server->received = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server->product_line = g_strdup ("vpx");
  soap_server_set_version (server,
                           "<?xml version=\"1.0\"?>\n<namespaces version=\"1.0\"><namespace>"
                           "<name>urn:vim25</name><version>6.5</version></namespace></namespaces>",
                           "6.5");
  server->http = server_new (tls, handle, server);
  return server;
}

void
soap_server_free (SoapServer *server)
{
  if (server == NULL)
    return;
  server_free (server->http);
  g_hash_table_unref (server->requests);
  g_hash_table_unref (server->sessions);
  g_hash_table_unref (server->received);
  g_hash_table_unref (server->done);
  g_free (server->on_method);
  g_free (server->fault_method);
  g_free (server->fault_type);
  g_free (server->versions);
  g_free (server->oldest);
  g_free (server->api_version);
  g_free (server->product_line);
  g_free (server->more);
  g_free (server->action);
  g_cond_clear (&server->called);
  g_mutex_clear (&server->lock);
  g_free (server);
}

Server *
soap_server_http (SoapServer *server)
{
  return server->http;
}

void
soap_server_misbehave (SoapServer *server, Misbehaviour how, guint nth, guint count)
{
  g_mutex_lock (&server->lock);
  server->how = how;
  server->from = server->n_requests + nth;
  server->count = count;
  server->misbehaved = FALSE;
  g_mutex_unlock (&server->lock);
}

static void
replace (SoapServer *server, char **where, const char *text)
{
  g_mutex_lock (&server->lock);
  g_free (*where);
  *where = g_strdup (text);
  g_mutex_unlock (&server->lock);
}

void
soap_server_misbehave_on (SoapServer *server, Misbehaviour how, const char *method)
{
  soap_server_misbehave (server, how, 0, 0);
  replace (server, &server->on_method, method);
}

void
soap_server_fault_on (SoapServer *server, const char *method, const char *type)
{
  replace (server, &server->fault_type, type);
  replace (server, &server->fault_method, method);
}

void
soap_server_say (SoapServer *server, const char *xml, guint count)
{
  replace (server, &server->more, xml);
  g_mutex_lock (&server->lock);
  server->n_more = count;
  g_mutex_unlock (&server->lock);
}

void
soap_server_expire (SoapServer *server)
{
  g_mutex_lock (&server->lock);
  g_hash_table_remove_all (server->sessions);
  g_mutex_unlock (&server->lock);
}

void
soap_server_set_version (SoapServer *server, const char *versions, const char *about)
{
  replace (server, &server->versions, versions);
  replace (server, &server->api_version, about);
}

void
soap_server_set_oldest (SoapServer *server, const char *oldest)
{
  replace (server, &server->oldest, oldest);
}

void
soap_server_set_product (SoapServer *server, const char *product_line)
{
  replace (server, &server->product_line, product_line);
}

gboolean
soap_server_misbehaved (SoapServer *server)
{
  gboolean misbehaved;

  g_mutex_lock (&server->lock);
  misbehaved = server->misbehaved;
  g_mutex_unlock (&server->lock);
  return misbehaved;
}

static guint
look_up (SoapServer *server, GHashTable *table, const char *key)
{
  guint n;

  g_mutex_lock (&server->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (table, key));
  g_mutex_unlock (&server->lock);
  return n;
}

guint
soap_server_n_requests (SoapServer *server, const char *method)
{
  guint n;

  if (method != NULL)
    return look_up (server, server->requests, method);
  g_mutex_lock (&server->lock);
  n = server->n_requests;
  g_mutex_unlock (&server->lock);
  return n;
}

guint
soap_server_n_received (SoapServer *server, const char *id)
{
  return look_up (server, server->received, id);
}

guint
soap_server_n_done (SoapServer *server, const char *id)
{
  return look_up (server, server->done, id);
}

guint
soap_server_n_sessions (SoapServer *server)
{
  guint n;

  g_mutex_lock (&server->lock);
  n = g_hash_table_size (server->sessions);
  g_mutex_unlock (&server->lock);
  return n;
}

char *
soap_server_dup_action (SoapServer *server)
{
  char *action;

  g_mutex_lock (&server->lock);
  action = g_strdup (server->action);
  g_mutex_unlock (&server->lock);
  return action;
}

void
soap_server_await (SoapServer *server, const char *method, guint n)
{
  g_mutex_lock (&server->lock);
  while (GPOINTER_TO_UINT (g_hash_table_lookup (server->requests, method)) < n)
    g_cond_wait (&server->called, &server->lock);
  g_mutex_unlock (&server->lock);
}
