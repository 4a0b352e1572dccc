/* backend/login/session.c - keeps one login to one server alive; see session.h
 *
 * The present login is an immutable object behind a pointer.  Calls take a
 * reference and go; who finds it expired goes through the gate, where one at a
 * time makes the next one.  Whoever waited there finds either a login newer than
 * the one that failed him, or that the attempt just made failed, and takes over
 * that error: a hundred writers on a dead server do not try a hundred times.
 */
#include "backend/login/session.h"

#include "backend/wire/fault.h"
#include "backend/wire/gate.h"
#include "backend/wire/http.h"
#include "backend/login/login.h"
#include "backend/wire/soap.h"
#include "convert/error.h"

/* Beside the one that waits for updates, which may not have to wait for one because many
 * write; few servers profit from more at once. */
#define CONNECTIONS 7

struct _HvfsSession
{
  HvfsUri *uri;
  HvfsCredentials *credentials;
  HvfsStats *stats;
  HvfsHttp *http;
  HvfsGate *logins;       /* one at a time; never held while waiting for lock */
  GMutex lock;            /* a leaf; guards what follows */
  HvfsLogin *login;       /* lock: nullable; stays when it has expired */
  guint generation;       /* lock: of the newest login */
  guint attempts;         /* lock: logins that failed */
  GError *failure;        /* lock: why the last of those did */
  GError *refused;        /* lock: InvalidLogin: nothing is tried after it */
  gboolean ended;         /* lock: logged out, for good */
};

HvfsSession *
hvfs_session_new (HvfsUri *uri, HvfsCredentials *credentials, guint timeout_s,
                  HvfsStats *stats)
{
  HvfsSession *session = g_new0 (HvfsSession, 1);
  g_autofree char *base_url = hvfs_uri_to_base_url (uri);
  const HvfsHttpConfig config = {
    .base_url = base_url, .proxy = uri->proxy, .cacert = uri->cacert, .pin = uri->pin,
    .no_verify = uri->no_verify, .legacy_tls = uri->legacy_tls,
    .timeout_s = MAX (timeout_s, 1), .connections = CONNECTIONS,
  };

  session->uri = hvfs_uri_ref (uri);
  session->credentials = hvfs_credentials_ref (credentials);
  session->stats = stats;
  session->http = hvfs_http_new (&config, stats);
  session->logins = hvfs_gate_new (1);
  g_mutex_init (&session->lock);
  return session;
}

void
hvfs_session_free (HvfsSession *session)
{
  if (session == NULL)
    return;
  hvfs_login_unref (session->login);
  g_clear_error (&session->failure);
  g_clear_error (&session->refused);
  g_mutex_clear (&session->lock);
  hvfs_gate_free (session->logins);
  hvfs_http_free (session->http);
  hvfs_credentials_unref (session->credentials);
  hvfs_uri_unref (session->uri);
  g_free (session);
}

static HvfsLoginTarget
target_of (const HvfsSession *session)
{
  return (HvfsLoginTarget) { .http = session->http, .stats = session->stats,
                             .uri = session->uri, .credentials = session->credentials };
}

/* Why nothing can be called, whatever the server does.  (transfer full) (nullable) */
static GError *
hopeless_locked (const HvfsSession *session)
{
  if (session->ended)
    return g_error_new (HVFS_ERROR, ENOTCONN, "logged out of the server");
  return session->refused != NULL ? g_error_copy (session->refused) : NULL;
}

/* The present login.  (transfer full) */
static HvfsLogin *
ref_login (HvfsSession *session, GError **error)
{
  HvfsLogin *login = NULL;
  GError *hopeless;

  g_mutex_lock (&session->lock);
  hopeless = hopeless_locked (session);
  if (hopeless == NULL && session->login == NULL)
    hopeless = g_error_new (HVFS_ERROR, ENOTCONN, "not connected to the server yet");
  if (hopeless == NULL)
    login = hvfs_login_ref (session->login);
  g_mutex_unlock (&session->lock);
  if (hopeless != NULL)
    g_propagate_error (error, hopeless);
  return login;
}

/* Makes @login the present one, unless the session was ended meanwhile. */
static gboolean
install (HvfsSession *session, HvfsLogin *login, GError **error)
{
  const HvfsLoginTarget target = target_of (session);
  g_autoptr (HvfsLogin) old = NULL;
  GError *hopeless;

  g_mutex_lock (&session->lock);
  hopeless = hopeless_locked (session);
  if (hopeless == NULL)
    {
      login->generation = ++session->generation;
      old = g_steal_pointer (&session->login);
      session->login = hvfs_login_ref (login);
    }
  g_mutex_unlock (&session->lock);
  if (hopeless == NULL)
    return TRUE;
  hvfs_login_end (&target, login);
  g_propagate_error (error, hopeless);
  return FALSE;
}

/* Remembers for those who wait, and for ever if the password is wrong.  Who was
 * interrupted has found out nothing. */
static void
note_failure (HvfsSession *session, const GError *failure)
{
  if (failure->code == ECANCELED)
    return;
  g_mutex_lock (&session->lock);
  session->attempts++;
  g_clear_error (&session->failure);
  session->failure = g_error_copy (failure);
  if (session->refused == NULL)
    session->refused = hvfs_login_new_refusal (failure);
  g_mutex_unlock (&session->lock);
}

/* Inside the gate.  @expired: (nullable): the login that failed somebody; NULL to
 * begin anew with a server that may be another one. */
static gboolean
log_in (HvfsSession *session, const HvfsLogin *expired, GCancellable *cancellable,
        GError **error)
{
  const HvfsLoginTarget target = target_of (session);
  g_autoptr (HvfsLogin) old = expired == NULL ? ref_login (session, NULL) : NULL;
  GError *failure = NULL;
  g_autoptr (HvfsLogin) login
    = expired != NULL ? hvfs_login_again (&target, expired, cancellable, &failure)
                      : hvfs_login_new (&target, old, cancellable, &failure);

  if (login != NULL)
    return install (session, login, error);
  note_failure (session, failure);
  g_propagate_error (error, failure);
  return FALSE;
}

gboolean
hvfs_session_connect (HvfsSession *session, GCancellable *cancellable, GError **error)
{
  GError *hopeless;
  gboolean ok = FALSE;

  if (!hvfs_gate_enter (session->logins, 0, cancellable, error))
    return FALSE;
  g_mutex_lock (&session->lock);
  hopeless = hopeless_locked (session);
  g_mutex_unlock (&session->lock);
  if (hopeless != NULL)
    g_propagate_error (error, hopeless);
  else
    ok = log_in (session, NULL, cancellable, error);
  hvfs_gate_leave (session->logins);
  return ok;
}

void
hvfs_session_logout (HvfsSession *session)
{
  const HvfsLoginTarget target = target_of (session);
  g_autoptr (HvfsLogin) login = NULL;

  g_mutex_lock (&session->lock);
  if (!session->ended && session->login != NULL)
    login = hvfs_login_ref (session->login);
  session->ended = TRUE;
  g_mutex_unlock (&session->lock);
  if (login != NULL)
    hvfs_login_end (&target, login);
}

/* Whether somebody has settled it while we waited: a newer login than @expired is
 * there, or an attempt after the @attempts that we knew of has failed. */
static gboolean
is_settled (HvfsSession *session, const HvfsLogin *expired, guint attempts, GError **error)
{
  GError *failure;
  gboolean settled;

  g_mutex_lock (&session->lock);
  failure = hopeless_locked (session);
  settled = failure != NULL || session->generation != expired->generation;
  if (!settled && session->attempts != attempts)
    failure = g_error_copy (session->failure);
  g_mutex_unlock (&session->lock);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return settled || failure != NULL;
}

/* After NotAuthenticated.  @ret_alive: the session is in order: it was about rights */
static gboolean
renew (HvfsSession *session, const HvfsLogin *expired, gboolean *ret_alive,
       GCancellable *cancellable, GError **error)
{
  const HvfsLoginTarget target = target_of (session);
  GError *failure = NULL;
  guint attempts;

  g_mutex_lock (&session->lock);
  attempts = session->attempts;
  g_mutex_unlock (&session->lock);
  if (!hvfs_gate_enter (session->logins, 0, cancellable, error))
    return FALSE;
  if (!is_settled (session, expired, attempts, &failure))
    {
      *ret_alive = hvfs_login_is_alive (&target, expired, cancellable);
      if (!*ret_alive)
        log_in (session, expired, cancellable, &failure);
    }
  hvfs_gate_leave (session->logins);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* A call, and where its answer goes. */
typedef struct
{
  HvfsRequest *request;
  HvfsCallKind kind;
  guint wait_s;
  HvfsSoapSink sink;   /* nullable: then it is parsed, and is the value */
  gpointer sink_data;
  HvfsValue *value;
} Call;

static gboolean
call_with (HvfsSession *session, const HvfsLogin *login, Call *call, GCancellable *cancellable,
           GError **error)
{
  const HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies,
                                    .change = call->kind != HVFS_CALL_READ,
                                    .finish = call->kind == HVFS_CALL_START,
                                    .wait_s = call->wait_s };

  if (call->sink != NULL)
    return hvfs_soap_receive (session->http, session->stats, call->request, &options, call->sink,
                              call->sink_data, cancellable, error);
  call->value = hvfs_soap_exchange (session->http, session->stats, call->request, &options,
                                    cancellable, error);
  return call->value != NULL;
}

static gboolean
is_expired (const GError *error)
{
  return g_strcmp0 (hvfs_error_fault (error), "NotAuthenticated") == 0;
}

/* Again after logging in again, where the session had expired. */
static gboolean
perform (HvfsSession *session, Call *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsLogin) login = ref_login (session, error);
  g_autoptr (GError) failure = NULL;
  gboolean alive = FALSE;

  if (login == NULL)
    return FALSE;
  if (call_with (session, login, call, cancellable, &failure))
    return TRUE;
  if (is_expired (failure))
    {
      if (!renew (session, login, &alive, cancellable, error))
        return FALSE;
      if (!alive)
        {
          g_clear_pointer (&login, hvfs_login_unref);
          login = ref_login (session, error);
          return login != NULL && call_with (session, login, call, cancellable, error);
        }
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

HvfsValue *
hvfs_session_call (HvfsSession *session, HvfsRequest *request, HvfsCallKind kind,
                   guint wait_s, GCancellable *cancellable, GError **error)
{
  Call call = { .request = request, .kind = kind, .wait_s = wait_s };

  return perform (session, &call, cancellable, error) ? call.value : NULL;
}

gboolean
hvfs_session_receive (HvfsSession *session, HvfsRequest *request, guint wait_s,
                      HvfsSoapSink sink, gpointer sink_data, GCancellable *cancellable,
                      GError **error)
{
  Call call = { .request = request, .kind = HVFS_CALL_READ, .wait_s = wait_s, .sink = sink,
                .sink_data = sink_data };

  return perform (session, &call, cancellable, error);
}

#define HTTP_UNAUTHORIZED 401

/* Sends the request with the cookies of @login. */
static gboolean
transfer_with (HvfsSession *session, const HvfsLogin *login, const HvfsHttpRequest *request,
               HvfsHttpReply *reply, GCancellable *cancellable, GError **error)
{
  HvfsHttpRequest whole = *request;

  whole.cookies = login->cookies;
  return hvfs_http_perform (session->http, &whole, reply, cancellable, error);
}

gboolean
hvfs_session_transfer (HvfsSession *session, const HvfsHttpRequest *request,
                       HvfsHttpReply *reply, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsLogin) login = ref_login (session, error);
  gboolean alive = FALSE;

  if (login == NULL || !transfer_with (session, login, request, reply, cancellable, error))
    return FALSE;
  if (reply->status == HTTP_UNAUTHORIZED)
    {
      if (!renew (session, login, &alive, cancellable, error))
        return FALSE;
      g_clear_pointer (&login, hvfs_login_unref);
      login = alive ? NULL : ref_login (session, error);
      if (!alive && login == NULL)
        return FALSE;
      if (login != NULL)
        {
          hvfs_http_reply_clear (reply);
          memset (reply, 0, sizeof *reply);
          if (!transfer_with (session, login, request, reply, cancellable, error))
            return FALSE;
        }
    }
  if (reply->status == 200 || reply->status == 201 || reply->status == 204
      || reply->status == 206)
    return TRUE;
  g_set_error (error, HVFS_ERROR, hvfs_fault_http_errno (reply->status),
               "%s %s: the server says %u", request->method, request->path, reply->status);
  return FALSE;
}

guint
hvfs_session_get_generation (HvfsSession *session)
{
  guint generation;

  g_mutex_lock (&session->lock);
  generation = session->generation;
  g_mutex_unlock (&session->lock);
  return generation;
}

/* The login for what may be known of it, also after logging out.  (nullable) */
static HvfsLogin *
peek_login (HvfsSession *session)
{
  HvfsLogin *login;

  g_mutex_lock (&session->lock);
  login = session->login != NULL ? hvfs_login_ref (session->login) : NULL;
  g_mutex_unlock (&session->lock);
  return login;
}

HvfsValue *
hvfs_session_ref_content (HvfsSession *session)
{
  g_autoptr (HvfsLogin) login = peek_login (session);

  return login != NULL ? hvfs_value_ref (login->content) : NULL;
}

char *
hvfs_session_dup_api_version (HvfsSession *session)
{
  g_autoptr (HvfsLogin) login = peek_login (session);

  return login != NULL ? g_strdup (login->version) : NULL;
}

guint
hvfs_session_api (HvfsSession *session)
{
  g_autoptr (HvfsLogin) login = peek_login (session);
  char *rest;
  guint major, minor;

  if (login == NULL)
    return 0;
  major = (guint) g_ascii_strtoull (login->version, &rest, 10);
  minor = *rest == '.' ? (guint) g_ascii_strtoull (rest + 1, NULL, 10) : 0;
  return 100 * major + minor;
}

char *
hvfs_session_dup_user (HvfsSession *session)
{
  g_autoptr (HvfsLogin) login = peek_login (session);

  return login != NULL ? g_strdup (login->user) : NULL;
}

gint64
hvfs_session_last_heard_us (HvfsSession *session)
{
  return hvfs_http_last_heard_us (session->http);
}
