/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/session.h - one login to one server, and calls on it
 *
 * Exists so that all else can say "call this method" and get a value or an
 * error: connection pool, TLS, proxies, version negotiation, the session cookie,
 * logging in again and the mapping of faults are handled below this line.
 *
 * Thread safe: any number of calls run side by side, on a few connections.  No
 * lock is held while the network is waited for; logins queue at a gate that a
 * cancellable opens.
 */
#pragma once

#include <gio/gio.h>

#include "backend/login/credentials.h"
#include "backend/wire/http.h"
#include "backend/wire/request.h"
#include "backend/wire/soap.h"
#include "backend/wire/stats.h"
#include "backend/login/uri.h"
#include "backend/wire/value.h"

typedef struct _HvfsSession HvfsSession;

/* How many calls a server has to answer at once, but for those that it may take its time for:
 * few servers profit from more. */
#define HVFS_SESSION_CONNECTIONS 7

/* How a call may be repeated when its connection died or the session had expired. */
typedef enum
{
  /* It only reads: repeated once after a connection that died before the first
   * byte of the reply, and after logging in again. */
  HVFS_CALL_READ,
  /* It changes something: sent a second time only when the server answered
   * NotAuthenticated, that is, said itself that it did nothing.  A lost reply is
   * an error that says that the outcome is unknown. */
  HVFS_CALL_CHANGE,
  /* The same, and its cancellable ends it only before any of it was sent. */
  HVFS_CALL_START,
} HvfsCallKind;

/**
 * hvfs_session_new:
 * @uri, @credentials: kept by reference
 * @timeout_s: seconds without progress after which a request has failed
 * @stats: counts each request and byte; outlives the session
 */
HvfsSession *hvfs_session_new (HvfsUri *uri, HvfsCredentials *credentials,
                               guint timeout_s, HvfsStats *stats);
void hvfs_session_free (HvfsSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsSession, hvfs_session_free)

/**
 * hvfs_session_connect:
 *
 * Negotiates the API version, reads the service content and logs in.  Called
 * before the first call, and again when the connection was lost (the server may
 * have been replaced by another version meanwhile).  Network.
 *
 * @error: one line for the user that says what to do: the pin for an untrusted
 *   certificate, the port for a refused connection.  EACCES for InvalidLogin.
 *
 * Wrong passwords lock accounts, so after a refusal this and all calls fail at once.  Only
 * this tries again, when it is called: a password that this session has worked with after
 * 10 seconds, then 1, 5 and 15 minutes, which is less than lockout policies count (a host's
 * counts for ever: there it is three times in all); any other, and also these at once, when
 * its file has changed or after hvfs_session_hurry ().
 */
gboolean hvfs_session_connect (HvfsSession *session, GCancellable *cancellable,
                               GError **error);

/* The next hvfs_session_connect () tries a refused password again, as its file has it then.
 * Any thread; memory. */
void hvfs_session_hurry (HvfsSession *session);

/* When a refused login is tried again, in microseconds since 1970; 0: none was refused, or
 * only what hurries it makes it so.  Memory. */
gint64 hvfs_session_next_login_us (HvfsSession *session);

/* Whether a login was refused, and none has worked since.  Memory. */
gboolean hvfs_session_is_refused (HvfsSession *session);

/**
 * hvfs_session_doubt:
 * @generation: of hvfs_session_get_generation (), before what raised the doubt was asked
 *
 * The server says NotAuthenticated in place of properties, which a call's own errors do not
 * show.  Logs in again, unless that was done lately: then it is about rights.  Calls of
 * HVFS_CALL_READ do this themselves; it is for who parses answers.  Network.
 *
 * Returns: whether there is another login now; FALSE without @error: it is in order
 */
gboolean hvfs_session_doubt (HvfsSession *session, guint generation, GCancellable *cancellable,
                             GError **error);

/**
 * hvfs_session_dup_left_out:
 *
 * What is asked for and the server says not to have (InvalidProperty): a call is repeated
 * without it, and none asks for it again before the next hvfs_session_connect ().  Memory.
 *
 * Returns: (transfer full) (element-type utf8): "TYPE PATH"
 */
GPtrArray *hvfs_session_dup_left_out (HvfsSession *session);

/* Ends the session on the server, waiting at most 5 seconds for it.  Calls after it
 * fail with ENOTCONN, and so does hvfs_session_connect (). */
void hvfs_session_logout (HvfsSession *session);

/**
 * hvfs_session_get_generation:
 *
 * Returns: a number that grows with each login; objects of the session (filters,
 *   collectors, views) made under an older one are gone.  Memory.
 */
guint hvfs_session_get_generation (HvfsSession *session);

/* The service content; immutable, (transfer full); NULL before the first login.
 * Memory. */
HvfsValue *hvfs_session_ref_content (HvfsSession *session);

/* The negotiated API version, "6.5", at most HVFS_VERSION_MAX; (transfer full); NULL
 * before the first login.  Memory. */
char *hvfs_session_dup_api_version (HvfsSession *session);

/* The same as 100 * major + minor, to compare it; 0 before the first login.  Memory. */
guint hvfs_session_api (HvfsSession *session);

/* The user's name as the server confirmed it at login; (transfer full); NULL before
 * the first.  Memory. */
char *hvfs_session_dup_user (HvfsSession *session);

/**
 * hvfs_session_call:
 * @request: finished here; the caller frees it
 * @wait_s: seconds that the server may take before it answers, in place of the time-out;
 *   0 but for calls that block on purpose
 * @cancellable: (nullable): ends the call with ECANCELED; what the server does of
 *   it then is unknown
 *
 * Network.  At most as many calls at once as the pool has connections; more wait, but none
 * with @wait_s.
 *
 * @error: the errno of the fault by the table in fault.c, ETIMEDOUT when the
 *   server was silent, EIO for a lost connection or garbage, EAGAIN while it starts,
 *   ENOTCONN before the first login and after logging out.  The message is the
 *   server's own where it sent one.  hvfs_error_fault () names the fault.
 *
 * Returns: (transfer full): the body's one element, such as
 *   PowerOnVM_TaskResponse; its children are named returnval
 */
HvfsValue *hvfs_session_call (HvfsSession *session, HvfsRequest *request,
                              HvfsCallKind kind, guint wait_s,
                              GCancellable *cancellable, GError **error);

/**
 * hvfs_session_receive:
 *
 * As hvfs_session_call with HVFS_CALL_READ, for who parses the answer himself: its bytes
 * go to @sink, and none before a repetition.
 */
gboolean hvfs_session_receive (HvfsSession *session, HvfsRequest *request, guint wait_s,
                               HvfsSoapSink sink, gpointer sink_data,
                               GCancellable *cancellable, GError **error);

/**
 * hvfs_session_transfer:
 * @request: its headers are those besides the session's
 * @reply: zeroed; the caller clears it
 *
 * A plain HTTP request, such as for a file of a datastore, with the session's cookie;
 * again after logging in again, when the server said 401 and the session had expired.
 * Network; a connection of the same pool.
 *
 * @error: as hvfs_http_perform; for a status that is neither 200, 201, 204 nor 206 the
 *   errno of hvfs_fault_http_errno ()
 */
gboolean hvfs_session_transfer (HvfsSession *session, const HvfsHttpRequest *request,
                                HvfsHttpReply *reply, GCancellable *cancellable, GError **error);

/* "https://vc:443".  Memory; (transfer none). */
const char *hvfs_session_base_url (HvfsSession *session);

/* Connections to another host than the server, without the session's cookie, by the same proxy
 * and time-out.  @thumbprint: (nullable): SHA-1 of its certificate; without one it is to be
 * trusted as the server is, but for its pin.  @connect_s: until there is a connection, in place
 * of the time-out, if not 0.  Memory.  (transfer full) */
HvfsHttp *hvfs_session_new_http (HvfsSession *session, const char *base_url,
                                 const char *thumbprint, guint connect_s);

/* How often names in the query of a /folder URL are to be encoded, 1 or 2: what has worked, or
 * what such a server is said to want.  Memory. */
guint hvfs_session_get_folder_form (HvfsSession *session);
void hvfs_session_set_folder_form (HvfsSession *session, guint times);

/* As hvfs_http_thumbprint.  (transfer none) (nullable) */
const char *hvfs_session_thumbprint (HvfsSession *session);

/* Bytes of any reply last arrived at this g_get_monotonic_time (); 0 before. */
gint64 hvfs_session_last_heard_us (HvfsSession *session);
