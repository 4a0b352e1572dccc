/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/session.c - keeps one login to one server alive; see session.h
 *
 * The present login is an immutable object behind a pointer.  Calls take a
 * reference and go; who finds it expired goes through the gate, where one at a
 * time makes the next one.  Whoever waited there finds either a login newer than
 * the one that failed him, or that the attempt just made failed, and takes over
 * that error: a hundred writers on a dead server do not try a hundred times.
 */
#include "backend/login/session.h"

#include <stdatomic.h>

#include "backend/wire/fault.h"
#include "backend/wire/gate.h"
#include "backend/wire/http.h"
#include "backend/login/login.h"
#include "backend/wire/soap.h"
#include "convert/error.h"

/* After how long a refused login is tried again.  The last one is for ever with a vCenter,
 * which counts refusals of the last minutes; a host counts them until one is right, and
 * locks the account at five: it gets none of the last. */
static const guint retry_s[] = { 10, 60, 5 * 60, 15 * 60 };

/* How long a login that was doubted is not doubted again, first and at most. */
#define DOUBT_MIN_US (30 * G_TIME_SPAN_SECOND)
#define DOUBT_MAX_US (60 * G_TIME_SPAN_MINUTE)

struct _HvfsSession
{
  HvfsUri *uri;
  HvfsStats *stats;
  HvfsHttp *http;
  char *base_url;
  guint timeout_s;
  _Atomic guint folder_form; /* 0: nothing has worked yet */
  HvfsGate *logins;       /* one at a time; never held while waiting for lock */
  /* Of who is inside the gate. */
  HvfsCredentials *credentials;
  gboolean has_worked;    /* the server has taken them */
  guint n_refused;        /* how often it has not since */

  GMutex lock;            /* a leaf; guards what follows */
  HvfsLogin *login;       /* lock: nullable; stays when it has expired */
  guint generation;       /* lock: of the newest login */
  guint attempts;         /* lock: logins that failed */
  GError *failure;        /* lock: why the last of those did */
  GError *refused;        /* lock: InvalidLogin: nothing is tried after it, ... */
  gint64 retry_us;        /* lock: ... until then; monotonic; 0: by itself never */
  gboolean hurry;         /* lock: ... or at once */
  GPtrArray *left_out;    /* lock: char*, "TYPE PATH" */
  gint64 next_doubt_us;   /* lock: monotonic */
  gint64 doubt_us;        /* lock: from the last to the next */
  gboolean ended;         /* lock: logged out, for good */
};

/* As for the server itself, but for what is only its own. */
static HvfsHttpConfig
config_of (const HvfsUri *uri, guint timeout_s)
{
  return (HvfsHttpConfig){ .proxy = uri->proxy, .cacert = uri->cacert, .no_verify = uri->no_verify,
                           .legacy_tls = uri->legacy_tls, .timeout_s = timeout_s,
                           .connections = HVFS_SESSION_CONNECTIONS };
}

HvfsSession *
hvfs_session_new (HvfsUri *uri, HvfsCredentials *credentials, guint timeout_s,
                  HvfsStats *stats)
{
  HvfsSession *session = g_new0 (HvfsSession, 1);
  HvfsHttpConfig config = config_of (uri, MAX (timeout_s, 1));

  session->uri = hvfs_uri_ref (uri);
  session->credentials = hvfs_credentials_ref (credentials);
  session->stats = stats;
  session->base_url = hvfs_uri_to_base_url (uri);
  session->timeout_s = config.timeout_s;
  config.base_url = session->base_url;
  config.pin = uri->pin;
  session->http = hvfs_http_new (&config, stats);
  session->logins = hvfs_gate_new (1);
  g_mutex_init (&session->lock);
  session->left_out = g_ptr_array_new_with_free_func (g_free);
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
  g_ptr_array_unref (session->left_out);
  g_mutex_clear (&session->lock);
  hvfs_gate_free (session->logins);
  hvfs_http_free (session->http);
  g_free (session->base_url);
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

/* Makes @login the present one, unless the session was ended meanwhile.  Inside the gate. */
static gboolean
install (HvfsSession *session, HvfsLogin *login, GError **error)
{
  const HvfsLoginTarget target = target_of (session);
  g_autoptr (HvfsLogin) old = NULL;
  GError *hopeless;

  session->has_worked = TRUE;
  session->n_refused = 0;
  g_mutex_lock (&session->lock);
  g_clear_error (&session->refused);
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

/* ---- a refused password ---- */

/* How long until the same is tried again; 0: it is not.  Inside the gate. */
static guint
next_retry_s (const HvfsSession *session)
{
  guint n = session->n_refused - 1, last = G_N_ELEMENTS (retry_s) - 1;

  if (!session->has_worked || (n >= last && session->uri->type != HVFS_URI_VPX))
    return 0;
  return retry_s[MIN (n, last)];
}

/* Whether the refused password may be tried now; then as its file has it.  Inside the gate. */
static gboolean
may_try_again (HvfsSession *session)
{
  gboolean changed = hvfs_credentials_is_stale (session->credentials);
  g_autoptr (HvfsCredentials) read = NULL;
  gboolean due;

  g_mutex_lock (&session->lock);
  due = session->hurry
        || (session->retry_us != 0 && g_get_monotonic_time () >= session->retry_us);
  session->hurry = FALSE;
  g_mutex_unlock (&session->lock);
  if (!due && !changed)
    return FALSE;
  read = hvfs_credentials_reread (session->credentials, NULL);
  if (read == NULL)
    return due;
  if (strcmp (hvfs_credentials_password (read), hvfs_credentials_password (session->credentials))
      != 0)
    {
      session->has_worked = FALSE;
      session->n_refused = 0;
    }
  hvfs_credentials_unref (session->credentials);
  session->credentials = g_steal_pointer (&read);
  return TRUE;
}

void
hvfs_session_hurry (HvfsSession *session)
{
  g_mutex_lock (&session->lock);
  session->hurry = session->refused != NULL;
  g_mutex_unlock (&session->lock);
}

gint64
hvfs_session_next_login_us (HvfsSession *session)
{
  gint64 next_us = 0;

  g_mutex_lock (&session->lock);
  if (session->refused != NULL && session->retry_us != 0)
    next_us = g_get_real_time () + session->retry_us - g_get_monotonic_time ();
  g_mutex_unlock (&session->lock);
  return next_us;
}

gboolean
hvfs_session_is_refused (HvfsSession *session)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&session->lock);

  return session->refused != NULL;
}

/* ---- logging in ---- */

/* Remembers for those who wait, and for longer if the password is wrong.  Who was
 * interrupted has found out nothing.  Inside the gate. */
static void
note_failure (HvfsSession *session, const GError *failure)
{
  gboolean is_refusal = hvfs_login_is_refusal (failure);
  GError *refusal = NULL;
  guint after_s = 0;

  if (failure->code == ECANCELED)
    return;
  if (is_refusal)
    {
      session->n_refused++;
      after_s = next_retry_s (session);
      refusal = hvfs_login_new_refusal (failure, session->credentials, after_s);
    }
  g_mutex_lock (&session->lock);
  session->attempts++;
  g_clear_error (&session->failure);
  session->failure = g_error_copy (failure);
  if (is_refusal)
    {
      g_clear_error (&session->refused);
      session->refused = refusal;
      session->retry_us
        = after_s > 0 ? g_get_monotonic_time () + after_s * G_TIME_SPAN_SECOND : 0;
    }
  g_mutex_unlock (&session->lock);
}

/* Inside the gate.  @expired: (nullable): the login that failed somebody; NULL to
 * begin anew with a server that may be another one. */
static gboolean
log_in (HvfsSession *session, const HvfsLogin *expired, GCancellable *cancellable,
        GError **error)
{
  const HvfsLoginTarget target = target_of (session);
  g_autoptr (HvfsLogin) old = expired == NULL ? peek_login (session) : NULL;
  GError *failure = NULL;
  g_autoptr (HvfsLogin) login
    = expired != NULL ? hvfs_login_again (&target, expired, cancellable, &failure)
                      : hvfs_login_new (&target, old, cancellable, &failure);

  if (login != NULL)
    return install (session, login, error);
  note_failure (session, failure);
  /* Who mounts is told only what was wrong: he ends. */
  if (hvfs_login_is_refusal (failure) && (old != NULL || expired != NULL))
    {
      g_error_free (failure);
      g_mutex_lock (&session->lock);
      failure = g_error_copy (session->refused);
      g_mutex_unlock (&session->lock);
    }
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
  if (hopeless != NULL && hvfs_session_is_refused (session) && may_try_again (session))
    g_clear_error (&hopeless);
  if (hopeless != NULL)
    g_propagate_error (error, hopeless);
  else
    {
      g_mutex_lock (&session->lock);
      g_ptr_array_set_size (session->left_out, 0); /* it may be another server */
      g_mutex_unlock (&session->lock);
      ok = log_in (session, NULL, cancellable, error);
    }
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

/* Whether somebody has tried it while we waited: a newer login than @expired is
 * there, or an attempt after the @attempts that we knew of has failed. */
static gboolean
is_renewed (HvfsSession *session, const HvfsLogin *expired, guint attempts, GError **error)
{
  GError *failure;
  gboolean renewed;

  g_mutex_lock (&session->lock);
  failure = hopeless_locked (session);
  renewed = failure != NULL || session->generation != expired->generation;
  if (!renewed && session->attempts != attempts)
    failure = g_error_copy (session->failure);
  g_mutex_unlock (&session->lock);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return renewed || failure != NULL;
}

/* After NotAuthenticated.  @ret_alive: (nullable): the session is in order: it was about
 * rights; NULL: it is in no order, whatever it says */
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
  if (!is_renewed (session, expired, attempts, &failure))
    {
      if (ret_alive == NULL)
        hvfs_login_end (&target, expired);
      else
        *ret_alive = hvfs_login_is_alive (&target, expired, cancellable);
      if (ret_alive == NULL || !*ret_alive)
        log_in (session, expired, cancellable, &failure);
    }
  hvfs_gate_leave (session->logins);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

/* Whether to believe that @login is lost, of which only properties say so.  Where it is no
 * use, it is believed ever less often. */
static gboolean
may_doubt (HvfsSession *session, guint generation)
{
  gint64 now = g_get_monotonic_time ();
  gboolean may;

  g_mutex_lock (&session->lock);
  may = generation != session->generation || now >= session->next_doubt_us;
  if (may && generation == session->generation)
    {
      session->doubt_us = now < session->next_doubt_us + DOUBT_MAX_US && session->doubt_us != 0
                            ? MIN (session->doubt_us * 4, DOUBT_MAX_US) : DOUBT_MIN_US;
      session->next_doubt_us = now + session->doubt_us;
    }
  g_mutex_unlock (&session->lock);
  return may;
}

gboolean
hvfs_session_doubt (HvfsSession *session, guint generation, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (HvfsLogin) login = NULL;

  if (!may_doubt (session, generation))
    return FALSE;
  login = ref_login (session, error);
  if (login == NULL)
    return FALSE;
  return login->generation != generation || renew (session, login, NULL, cancellable, error);
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
  char *invalid_path;  /* nullable: the server does not have this property */
  gboolean tells_lost; /* it does so in place of properties */
} Call;

/* ---- properties that the server does not have ---- */

/* Without a name nothing can be shown. */
#define NEEDED "name"

static gboolean
is_left_out_locked (HvfsSession *session, const char *what)
{
  return g_ptr_array_find_with_equal_func (session->left_out, what, g_str_equal, NULL);
}

/* After an InvalidProperty.  FALSE: nothing can be left out. */
static gboolean
leave_out (HvfsSession *session, Call *call)
{
  const char *path = call->invalid_path;
  g_autofree char *type = path == NULL || strcmp (path, NEEDED) == 0
                            ? NULL : hvfs_request_leave_out (call->request, NULL, path);
  g_autofree char *what = g_strconcat (type != NULL ? type : "", " ", path, NULL);

  if (type == NULL)
    return FALSE;
  g_mutex_lock (&session->lock);
  if (!is_left_out_locked (session, what))
    {
      g_message ("the server has no %s; it is left out", what);
      g_ptr_array_add (session->left_out, g_steal_pointer (&what));
    }
  g_mutex_unlock (&session->lock);
  return TRUE;
}

/* What is known already. */
static void
leave_out_known (HvfsSession *session, Call *call)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&session->lock);

  for (guint i = 0; i < session->left_out->len; i++)
    {
      g_auto (GStrv) what = g_strsplit (session->left_out->pdata[i], " ", 2);
      char *type;

      while ((type = hvfs_request_leave_out (call->request, what[0], what[1])) != NULL)
        g_free (type);
    }
}

GPtrArray *
hvfs_session_dup_left_out (HvfsSession *session)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&session->lock);

  return g_ptr_array_copy (session->left_out, (GCopyFunc) (void (*) (void)) g_strdup, NULL);
}

/* ---- calls ---- */

static gboolean
send_call (HvfsSession *session, const HvfsLogin *login, Call *call, GCancellable *cancellable,
           GError **error)
{
  const HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies,
                                    .change = call->kind != HVFS_CALL_READ,
                                    .finish = call->kind == HVFS_CALL_START,
                                    .wait_s = call->wait_s,
                                    .ret_invalid_path = &call->invalid_path,
                                    .ret_tells_lost = &call->tells_lost,
                                    .sink = call->sink, .sink_data = call->sink_data };

  if (call->sink != NULL)
    return hvfs_soap_receive (session->http, session->stats, call->request, &options, cancellable,
                              error);
  call->value = hvfs_soap_exchange (session->http, session->stats, call->request, &options,
                                    cancellable, error);
  return call->value != NULL;
}

/* Without what the server does not have. */
static gboolean
call_with (HvfsSession *session, const HvfsLogin *login, Call *call, GCancellable *cancellable,
           GError **error)
{
  gboolean ok, again;
  g_autoptr (GError) failure = NULL;

  leave_out_known (session, call);
  do
    {
      g_clear_error (&failure);
      ok = send_call (session, login, call, cancellable, &failure);
      again = !ok && leave_out (session, call);
      g_clear_pointer (&call->invalid_path, g_free);
    }
  while (again);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

static gboolean
is_expired (const GError *error)
{
  return g_strcmp0 (hvfs_error_fault (error), "NotAuthenticated") == 0;
}

/* Once more, in the session as it is now. */
static gboolean
call_again (HvfsSession *session, Call *call, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsLogin) login = ref_login (session, error);

  return login != NULL && call_with (session, login, call, cancellable, error);
}

/* It went well, but properties may be missing. */
static gboolean
perform_doubted (HvfsSession *session, guint generation, Call *call, GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (!hvfs_session_doubt (session, generation, cancellable, &failure))
    {
      if (failure == NULL)
        return TRUE;
      g_clear_pointer (&call->value, hvfs_value_unref);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_clear_pointer (&call->value, hvfs_value_unref);
  return call_again (session, call, cancellable, error);
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
    return !call->tells_lost || call->kind != HVFS_CALL_READ
           || perform_doubted (session, login->generation, call, cancellable, error);
  if (is_expired (failure))
    {
      if (!renew (session, login, &alive, cancellable, error))
        return FALSE;
      if (!alive)
        return call_again (session, call, cancellable, error);
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
               "%s %s: the server answers with HTTP status %u", request->method, request->path, reply->status);
  return FALSE;
}

const char *
hvfs_session_base_url (HvfsSession *session)
{
  return session->base_url;
}

HvfsHttp *
hvfs_session_new_http (HvfsSession *session, const char *base_url, const char *thumbprint,
                       guint connect_s)
{
  HvfsHttpConfig config = config_of (session->uri, session->timeout_s);

  config.base_url = base_url;
  config.thumbprint = thumbprint;
  config.connect_s = connect_s;
  return hvfs_http_new (&config, session->stats);
}

guint
hvfs_session_get_folder_form (HvfsSession *session)
{
  guint known = atomic_load_explicit (&session->folder_form, memory_order_relaxed);
  g_autoptr (HvfsValue) content = known == 0 ? hvfs_session_ref_content (session) : NULL;

  if (known != 0)
    return known;
  return g_strcmp0 (hvfs_value_text (content, "about.apiType"), "VirtualCenter") == 0 ? 2 : 1;
}

void
hvfs_session_set_folder_form (HvfsSession *session, guint times)
{
  atomic_store_explicit (&session->folder_form, times, memory_order_relaxed);
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

const char *
hvfs_session_thumbprint (HvfsSession *session)
{
  return hvfs_http_thumbprint (session->http);
}

gint64
hvfs_session_last_heard_us (HvfsSession *session)
{
  return hvfs_http_last_heard_us (session->http);
}
