/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-direct.c - files of datastores, to and from a host itself; see
 * datastore-direct.h */
#include "backend/operation/datastore-direct.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/wire/fault.h"
#include "convert/error.h"

#define API_TICKET 500
#define HTTPS_PORT 443
/* A host that is there answers sooner; one behind a firewall never does.  Who is patient with the
 * server is so with a host: a tenth of the time-out, but no less. */
#define CONNECT_S 3
#define PATIENCE 10
#define AGAIN_US (5 * G_TIME_SPAN_MINUTE)
/* As many hosts are looked at. */
#define MAX_HOSTS 8

/* How a datastore is reached. */
typedef struct
{
  char *base_url;      /* NULL: by the server only */
  gint64 until_us;     /* monotonic: until when that is believed */
} Way;

struct _HvfsDirect
{
  const HvfsServer *server;
  GMutex lock;
  GHashTable *ways;    /* lock: id of a datastore -> Way */
};

static void
way_free (gpointer data)
{
  Way *way = data;

  g_free (way->base_url);
  g_free (way);
}

HvfsDirect *
hvfs_direct_new (const HvfsServer *server)
{
  HvfsDirect *direct = g_new (HvfsDirect, 1);

  direct->server = server;
  g_mutex_init (&direct->lock);
  direct->ways = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, way_free);
  return direct;
}

void
hvfs_direct_free (HvfsDirect *direct)
{
  if (direct == NULL)
    return;
  g_hash_table_unref (direct->ways);
  g_mutex_clear (&direct->lock);
  g_free (direct);
}

/* FALSE: nothing is known.  @ret_base_url: (transfer full), NULL: by the server only */
static gboolean
get_way (HvfsDirect *direct, const HvfsDatastorePlace *place, char **ret_base_url)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&direct->lock);
  const Way *way = g_hash_table_lookup (direct->ways, place->moref);

  *ret_base_url = NULL;
  if (way == NULL || g_get_monotonic_time () >= way->until_us)
    return FALSE;
  *ret_base_url = g_strdup (way->base_url);
  return TRUE;
}

static void
set_way (HvfsDirect *direct, const HvfsDatastorePlace *place, const char *base_url)
{
  Way *way = g_new (Way, 1);

  *way = (Way){ g_strdup (base_url), g_get_monotonic_time () + AGAIN_US };
  g_mutex_lock (&direct->lock);
  g_hash_table_replace (direct->ways, g_strdup (place->moref), way);
  g_mutex_unlock (&direct->lock);
}

static gboolean
says (const HvfsValue *value, const char *path, const char *text)
{
  return g_strcmp0 (hvfs_value_text (value, path), text) == 0;
}

gboolean
hvfs_direct_may (HvfsDirect *direct, const HvfsDatastorePlace *place)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (direct->server->session);
  g_autofree char *base_url = NULL;

  return says (content, "about.apiType", "VirtualCenter")
         && hvfs_session_api (direct->server->session) >= API_TICKET
         && (!get_way (direct, place, &base_url) || base_url != NULL);
}

/* ---- which host ---- */

static gboolean
is_usable_mount (const HvfsValue *mount)
{
  return says (mount, "mountInfo.accessMode", "readWrite")
         && !says (mount, "mountInfo.mounted", "false")
         && !says (mount, "mountInfo.accessible", "false");
}

/* (transfer full) (element-type utf8): the hosts that have it */
static GPtrArray *
hosts_of (const HvfsValue *mounts)
{
  GPtrArray *hosts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < hvfs_value_n_children (mounts) && hosts->len < MAX_HOSTS; i++)
    {
      const HvfsValue *mount = hvfs_value_nth (mounts, i);

      if (is_usable_mount (mount) && hvfs_value_text (mount, "key") != NULL)
        g_ptr_array_add (hosts, g_strdup (hvfs_value_text (mount, "key")));
    }
  return hosts;
}

/* What @content has of the property @path.  (nullable) */
static const HvfsValue *
property (const HvfsValue *content, const char *path)
{
  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    if (says (hvfs_value_nth (content, i), "name", path))
      return hvfs_value_get (hvfs_value_nth (content, i), "val");
  return NULL;
}

/* The address of the adapter that @nets, for the host's management, say is chosen; the first of
 * them where they say nothing.  (nullable) */
static const char *
management_address (const HvfsValue *nets)
{
  const char *first = NULL;

  for (guint i = 0; i < hvfs_value_n_children (nets); i++)
    {
      const HvfsValue *net = hvfs_value_nth (nets, i);

      for (guint j = 0; says (net, "nicType", "management") && j < hvfs_value_n_children (net); j++)
        {
          const HvfsValue *nic = hvfs_value_nth (net, j);
          const char *address = hvfs_value_text (nic, "spec.ip.ipAddress");

          if (address == NULL || strcmp (hvfs_value_name (nic), "candidateVnic") != 0)
            continue;
          if (says (net, "selectedVnic", hvfs_value_text (nic, "key")))
            return address;
          if (first == NULL)
            first = address;
        }
    }
  return first;
}

#define NETS "config.virtualNicManagerInfo.netConfig"
#define STATE "runtime.connectionState"
#define POWER "runtime.powerState"
#define PORT "summary.config.port"

/* "https://10.1.2.3".  (transfer full) (nullable): it cannot be asked */
static char *
url_of_host (HvfsDirect *direct, const HvfsValue *host)
{
  const char *address = management_address (property (host, NETS));
  gint64 port = hvfs_value_int (property (host, PORT), NULL, HTTPS_PORT);
  const char *own = hvfs_session_base_url (direct->server->session);
  const char *scheme = g_str_has_prefix (own, "http:") ? "http" : "https";

  if (address == NULL)
    address = hvfs_value_text (property (host, "name"), NULL);
  if (address == NULL || *address == '\0' || strpbrk (address, "/?#@ ") != NULL
      || !says (property (host, STATE), NULL, "connected")
      || !says (property (host, POWER), NULL, "poweredOn"))
    return NULL;
  return g_strdup_printf (strchr (address, ':') != NULL ? "%s://[%s]:%d" : "%s://%s:%d", scheme,
                          address, (int) port);
}

/* Asks for a host of the datastore.  (transfer full) (nullable): NULL without @error: there is none */
static char *
find_host (HvfsDirect *direct, const HvfsDatastorePlace *place, GCancellable *cancellable,
           GError **error)
{
  static const char *const paths[] = { NETS, "name", STATE, POWER, PORT, NULL };
  HvfsSession *session = direct->server->session;
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) mounts
    = hvfs_retrieve_property (session, "Datastore", place->moref, "host", &failure);
  g_autoptr (GPtrArray) hosts = hosts_of (mounts), contents = NULL;
  char *url = NULL;

  if (failure == NULL && hosts->len > 0)
    contents = hvfs_retrieve_paths (session, "HostSystem", paths, hosts, cancellable, &failure);
  for (guint i = 0; contents != NULL && url == NULL && i < contents->len; i++)
    url = url_of_host (direct, contents->pdata[i]);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return url;
}

/* (transfer full) (nullable): NULL with @error */
static char *
way_to (HvfsDirect *direct, const HvfsDatastorePlace *place, GCancellable *cancellable,
        GError **error)
{
  GError *failure = NULL;
  char *url = NULL;

  if (get_way (direct, place, &url) && url != NULL)
    return url;
  url = find_host (direct, place, cancellable, &failure);
  if (url != NULL)
    set_way (direct, place, url);
  else if (failure != NULL)
    g_propagate_error (error, failure);
  else
    g_set_error (error, HVFS_ERROR, EHOSTUNREACH, "no host that has it can be asked for [%s]",
                 place->name);
  return url;
}

/* ---- the ticket, and what it is for ---- */

/* For one request of @method for @url.  (transfer full): the answer */
static HvfsValue *
acquire (HvfsDirect *direct, const char *method, const char *url, GCancellable *cancellable,
         GError **error)
{
  HvfsSession *session = direct->server->session;
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  const char *manager = hvfs_value_text (content, "sessionManager");
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("AcquireGenericServiceTicket", "SessionManager",
                        manager != NULL ? manager : "SessionManager");
  g_autofree char *verb = g_ascii_strdown (method, -1);
  g_autofree char *named = NULL;

  *verb = g_ascii_toupper (*verb);
  named = g_strconcat ("http", verb, NULL);
  hvfs_request_open (request, "spec", "SessionManagerHttpServiceRequestSpec");
  hvfs_request_text (request, "method", named);
  hvfs_request_text (request, "url", url);
  hvfs_request_close (request);
  return hvfs_session_call (session, request, HVFS_CALL_READ, 0, cancellable, error);
}

/* The headers of @request and those of a ticket.  (transfer container): ended by NULL */
static const char **
headers_with (const HvfsHttpRequest *request, const char *cookie)
{
  GPtrArray *headers = g_ptr_array_new ();

  for (const char *const *h = request->headers; h != NULL && *h != NULL; h++)
    g_ptr_array_add (headers, (gpointer) *h);
  g_ptr_array_add (headers, (gpointer) cookie);
  g_ptr_array_add (headers, "Connection: close");
  g_ptr_array_add (headers, NULL);
  return (const char **) g_ptr_array_free (headers, FALSE);
}

static gboolean
send_to (HvfsDirect *direct, const char *base_url, const HvfsHttpRequest *request,
         const HvfsValue *ticket, HvfsHttpReply *reply, GCancellable *cancellable, GError **error)
{
  const char *thumbprint = hvfs_value_text (ticket, "returnval.sslThumbprint");
  const char *id = hvfs_value_text (ticket, "returnval.id");
  g_autofree char *cookie = g_strconcat ("Cookie: vmware_cgi_ticket=", id, NULL);
  g_autofree const char **headers = headers_with (request, cookie);
  g_autoptr (HvfsHttp) http
    = hvfs_session_new_http (direct->server->session, base_url, thumbprint,
                             MAX (CONNECT_S, direct->server->timeout_s / PATIENCE));
  HvfsHttpRequest sent = *request;

  sent.headers = headers;
  if (!hvfs_http_perform (http, &sent, reply, cancellable, error))
    return FALSE;
  if (reply->status >= 200 && reply->status < 300)
    return TRUE;
  g_set_error (error, HVFS_ERROR, hvfs_fault_http_errno (reply->status), "%s: the host says %u",
               base_url, reply->status);
  return FALSE;
}

static gboolean
perform (HvfsDirect *direct, const HvfsDatastorePlace *place, const char *path,
         HvfsHttpRequest *request, HvfsHttpReply *reply, GCancellable *cancellable,
         GError **error)
{
  g_autofree char *base_url = way_to (direct, place, cancellable, error);
  g_autofree char *file = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *ds = g_uri_escape_string (place->name, NULL, FALSE);
  g_autofree char *local = g_strdup_printf ("/folder/%s?dsName=%s", file, ds);
  g_autofree char *url = g_strconcat (base_url, local, NULL);
  g_autoptr (HvfsValue) ticket = NULL;

  if (base_url == NULL)
    return FALSE;
  ticket = acquire (direct, request->method, url, cancellable, error);
  if (ticket == NULL)
    return FALSE;
  if (hvfs_value_text (ticket, "returnval.id") == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server gives no ticket");
      return FALSE;
    }
  request->path = local;
  return send_to (direct, base_url, request, ticket, reply, cancellable, error);
}

void
hvfs_direct_avoid (HvfsDirect *direct, const HvfsDatastorePlace *place, const char *path,
                   const GError *reason)
{
  if (reason->code == ECANCELED)
    return;
  set_way (direct, place, NULL);
  g_message ("[%s] %s: not directly to its host, but by the server: %s", place->name, path,
             reason->message);
}

gboolean
hvfs_direct_perform (HvfsDirect *direct, const HvfsDatastorePlace *place, const char *path,
                     const HvfsHttpRequest *request, HvfsHttpReply *reply,
                     GCancellable *cancellable, GError **error)
{
  HvfsHttpRequest sent = *request;
  GError *failure = NULL;

  if (perform (direct, place, path, &sent, reply, cancellable, &failure))
    return TRUE;
  if (!g_cancellable_is_cancelled (cancellable))
    hvfs_direct_avoid (direct, place, path, failure);
  g_propagate_error (error, failure);
  return FALSE;
}
