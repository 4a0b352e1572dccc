/* tests/test-session.c - sessions with a server that does all it can wrong
 *
 * What must hold whatever happens: a change reaches the server at most once, an
 * error that follows one which was done says that this is unknown, each error is
 * an errno and one line, nothing hangs, and afterwards all works again.
 */
#include "backend/session.h"

#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "backend/version.h"
#include "convert/error.h"
#include "soap-server.h"

#define PATIENT_S 60 /* a time-out that must not be reached */

static char *password_file;

typedef struct
{
  SoapServer *server;
  HvfsStats *stats;
  HvfsSession *session;
} Fixture;

static HvfsSession *
session_for (const char *uri_text, guint timeout_s, HvfsStats *stats)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (uri_text, &error);
  g_autoptr (HvfsCredentials) credentials = NULL;

  g_assert_no_error (error);
  credentials = hvfs_credentials_find (uri, "root", password_file, FALSE, &error);
  g_assert_no_error (error);
  return hvfs_session_new (uri, credentials, timeout_s, stats);
}

/* @parameters: of the URI after the first: "&pin=..." or "" */
static void
fixture_init (Fixture *f, gboolean tls, guint timeout_s, const char *parameters)
{
  g_autofree char *uri = NULL;

  f->server = soap_server_new (tls);
  f->stats = hvfs_stats_new ();
  uri = g_strdup_printf ("vpx://127.0.0.1:%u/?transport=%s%s",
                         server_port (soap_server_http (f->server)), tls ? "https" : "http",
                         parameters);
  f->session = session_for (uri, timeout_s, f->stats);
}

static void
fixture_clear (Fixture *f)
{
  hvfs_session_free (f->session);
  soap_server_free (f->server);
  hvfs_stats_free (f->stats);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static gboolean
connect_to (Fixture *f, GError **error)
{
  return hvfs_session_connect (f->session, NULL, error);
}

static gboolean
read_time (Fixture *f, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CurrentTime", "ServiceInstance", "ServiceInstance");
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (f->session, request, HVFS_CALL_READ, 0, NULL, error);

  if (reply != NULL)
    g_assert_cmpint (hvfs_value_time_us (reply, "returnval"), ==, 1577934245000000);
  return reply != NULL;
}

static gboolean
change (Fixture *f, const char *id, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("PowerOnVM_Task", "VirtualMachine", id);
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (f->session, request, HVFS_CALL_CHANGE, 0, NULL, error);

  if (reply != NULL)
    g_assert_cmpstr (hvfs_value_text (reply, "returnval"), ==, "task-1");
  return reply != NULL;
}

static void
connect_well (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  connect_to (f, &error);
  g_assert_no_error (error);
}

static void
read_well (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  read_time (f, &error);
  g_assert_no_error (error);
}

static guint
n_requests (Fixture *f, const char *method)
{
  return soap_server_n_requests (f->server, method);
}

static void
test_life (void)
{
  g_auto (Fixture) f = { 0 };
  g_autofree char *version = NULL, *user = NULL, *action = NULL;
  g_autoptr (HvfsValue) content = NULL;
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  g_assert_null (hvfs_session_ref_content (f.session));
  g_assert_cmpint (hvfs_session_last_heard_us (f.session), ==, 0);
  g_assert_false (read_time (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_clear_error (&error);

  connect_well (&f);
  version = hvfs_session_dup_api_version (f.session);
  user = hvfs_session_dup_user (f.session);
  content = hvfs_session_ref_content (f.session);
  g_assert_cmpstr (version, ==, "6.5");
  g_assert_cmpstr (user, ==, "VSPHERE\\root");
  g_assert_cmpstr (hvfs_value_text (content, "rootFolder"), ==, "group-d1");
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 1);
  g_assert_true (hvfs_session_has_api (f.session, 6, 5));
  g_assert_true (hvfs_session_has_api (f.session, 4, 1));
  g_assert_false (hvfs_session_has_api (f.session, 6, 7));
  g_assert_false (hvfs_session_has_api (f.session, 10, 0));
  g_assert_cmpint (hvfs_session_last_heard_us (f.session), >, 0);
  read_well (&f);
  action = soap_server_dup_action (f.server);
  g_assert_cmpstr (action, ==, "\"urn:vim25/6.5\"");

  hvfs_session_logout (f.session);
  g_assert_cmpuint (soap_server_n_sessions (f.server), ==, 0);
  g_assert_false (read_time (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_clear_error (&error);
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, ENOTCONN);
  g_assert_cmpuint (server_n_connections (soap_server_http (f.server)), ==, 1);
}

static void
test_counters (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  read_well (&f);
  hvfs_session_logout (f.session);
  hvfs_stats_print (f.stats, out);
  g_assert_true (g_str_has_prefix (out->str,
                                   "requests=5\nrequest.CurrentTime=1\nrequest.GET=1\n"
                                   "request.Login=1\nrequest.Logout=1\n"
                                   "request.RetrieveServiceContent=1\nbytes_sent="));
  g_assert_nonnull (strstr (out->str, "\nconnections=1\nlogins=1\nfaults=0\n"));
  g_assert_null (strstr (out->str, "bytes_sent=0\n"));
  g_assert_null (strstr (out->str, "bytes_received=0\n"));
}

#define VERSIONS(inner) "<namespaces version='1.0'><namespace><name>urn:vim25</name>" inner \
  "</namespace><namespace><name>urn:sms</name><version>7.0</version></namespace></namespaces>"

static void
test_versions (void)
{
  static const struct { const char *versions, *about, *want; } rows[] = {
    { VERSIONS ("<version>6.5</version>"), "6.5", "6.5" },
    { VERSIONS ("<version>9.1.0.0</version><priorVersions><version>8.0.2.0</version>"
                "<version>8.0.10.0</version><version>8.0.3.0</version></priorVersions>"),
      "9.1", "8.0.3.0" },
    { VERSIONS ("<version>10.0</version><priorVersions><version>5.5</version>"
                "<version>2.5u2</version></priorVersions>"), "10.0", "5.5" },
    { VERSIONS ("<version>2.5u2</version><priorVersions><version>2.5</version></priorVersions>"),
      "2.5u2", "2.5u2" },
    { "<namespaces/>", "6.0", "6.0" },
    { "not xml", "5.0", "5.0" },
    { NULL, "4.0", "4.0" },
    { NULL, "2.5", "2.5" },
    { NULL, "9.0", HVFS_VERSION_MAX },
    { NULL, "", "2.5" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Fixture) f = { 0 };
      g_autofree char *version = NULL;

      fixture_init (&f, FALSE, PATIENT_S, "");
      soap_server_set_version (f.server, rows[i].versions, rows[i].about);
      connect_well (&f);
      version = hvfs_session_dup_api_version (f.session);
      g_assert_cmpstr (version, ==, rows[i].want);
    }
}

static void
test_compare (void)
{
  static const char *const rising[] = { "2.0", "2.5", "2.5u2", "4.0", "4.1", "5.5", "6.5",
                                        "6.7", "6.7.3", "7.0.3.2", "8.0.3.0", "10.0" };

  for (gsize i = 0; i < G_N_ELEMENTS (rising); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (rising); j++)
      g_assert_cmpint (hvfs_version_compare (rising[i], rising[j]), ==, (i > j) - (i < j));
  g_assert_cmpint (hvfs_version_compare ("6.5", "6.5.0.0"), ==, 0);
}

/* The server is asked what it is before it is told a password. */
static void
test_wrong_kind (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  soap_server_set_product (f.server, "embeddedEsx");
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_nonnull (strstr (error->message, "esx://"));
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 0);
}

/* One wrong password is enough: no login after it, whatever is called. */
static void
test_invalid_login (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  soap_server_fault_on (f.server, "Login", "InvalidLogin");
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (connect_to (&f, &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_assert_nonnull (strstr (error->message, "root"));
      g_clear_error (&error);
      g_assert_false (read_time (&f, &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_requests (&f, NULL), ==, 3);
}

/* The password was changed while we were in: the re-login's refusal is final too. */
static void
test_invalid_relogin (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_fault_on (f.server, "Login", "PasswordExpired");
  soap_server_expire (f.server);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_false (change (&f, "vm-1", &error));
      g_assert_error (error, HVFS_ERROR, EACCES);
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 2);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
}

static void
test_expiry (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_expire (f.server);
  read_well (&f);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 2);
  soap_server_expire (f.server);
  g_assert_true (change (&f, "vm-1", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (soap_server_n_done (f.server, "vm-1"), ==, 1);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 3);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 3);
}

/* NotAuthenticated for want of rights does not cost a session that is in order. */
static void
test_rights (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_fault_on (f.server, "PowerOnVM_Task", "NotAuthenticated");
  g_assert_false (change (&f, "vm-1", &error));
  g_assert_error (error, HVFS_ERROR, EACCES);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 1);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 1);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
}

/* Connecting anew leaves no session behind on the server. */
static void
test_reconnect (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, PATIENT_S, "");
  for (guint i = 1; i <= 3; i++)
    {
      connect_well (&f);
      read_well (&f);
      g_assert_cmpuint (soap_server_n_sessions (f.server), ==, 1);
      g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, i);
    }
}

static gpointer
read_in_thread (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    read_well (data);
  return NULL;
}

/* Many who find the session expired make one new login, on few connections. */
static void
test_expiry_threads (void)
{
  g_auto (Fixture) f = { 0 };
  GThread *threads[24];

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_expire (f.server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_in_thread, &f);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (n_requests (&f, "Login"), ==, 2);
  g_assert_cmpuint (hvfs_session_get_generation (f.session), ==, 2);
  g_assert_cmpuint (server_n_connections (soap_server_http (f.server)), <=, 8);
}

static gpointer
fail_in_thread (gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (read_time (data, &error));
  g_assert_cmpint (hvfs_error_errno (error), >, 0);
  return NULL;
}

/* ... and when it fails, connecting again meanwhile, all get an answer. */
static void
test_relogin_fails_threads (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;
  GThread *threads[16];

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_FAULT, "Login");
  soap_server_expire (f.server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", fail_in_thread, &f);
  g_assert_false (connect_to (&f, &error));
  g_assert_error (error, HVFS_ERROR, EIO);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  soap_server_misbehave_on (f.server, MISBEHAVE_FAULT, NULL);
  connect_well (&f);
  read_well (&f);
}

/* One call that blocks on purpose, and what ended it. */
typedef struct
{
  Fixture *f;
  GCancellable *cancellable;
  guint wait_s;
  GError *error;
  long wakeups;   /* of its thread */
} Wait;

static gpointer
wait_in_thread (gpointer data)
{
  Wait *wait = data;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("PowerOnVM_Task", "VirtualMachine", "vm-9");
  struct rusage before, after;

  getrusage (RUSAGE_THREAD, &before);
  hvfs_value_unref (hvfs_session_call (wait->f->session, request, HVFS_CALL_CHANGE, wait->wait_s,
                                       wait->cancellable, &wait->error));
  getrusage (RUSAGE_THREAD, &after);
  wait->wakeups = after.ru_nvcsw - before.ru_nvcsw;
  return NULL;
}

/* Were it not for the cancellable, it would wait for minutes and end otherwise. */
static void
test_cancel (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { .f = &f, .cancellable = cancellable, .wait_s = PATIENT_S };
  GThread *thread;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "PowerOnVM_Task");
  thread = g_thread_new ("waiter", wait_in_thread, &wait);
  soap_server_await (f.server, "PowerOnVM_Task", 1);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_error (wait.error, HVFS_ERROR, ECANCELED);
  g_assert_nonnull (strstr (wait.error->message, "unknown"));
  g_clear_error (&wait.error);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
  read_well (&f);
}

static void
test_cancelled_before (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Wait wait = { .f = &f, .cancellable = cancellable, .wait_s = PATIENT_S };

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  g_cancellable_cancel (cancellable);
  wait_in_thread (&wait);
  g_assert_error (wait.error, HVFS_ERROR, ECANCELED);
  g_assert_null (strstr (wait.error->message, "unknown"));
  g_clear_error (&wait.error);
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 0);
}

#define CONNECTIONS 7

/* All connections are taken: one more call waits for one, and can be cancelled; but a call
 * that waits on purpose, as for updates, does not wait for one. */
static void
test_cancel_queued (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GCancellable) all = g_cancellable_new ();
  g_autoptr (GCancellable) one = g_cancellable_new ();
  Wait waits[CONNECTIONS + 1], queued = { .f = &f, .cancellable = one };
  GThread *threads[CONNECTIONS + 1], *thread;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "PowerOnVM_Task");
  for (guint i = 0; i <= CONNECTIONS; i++)
    {
      waits[i] = (Wait) { .f = &f, .cancellable = all, .wait_s = i < CONNECTIONS ? 0 : PATIENT_S };
      threads[i] = g_thread_new ("waiter", wait_in_thread, &waits[i]);
      soap_server_await (f.server, "PowerOnVM_Task", i + 1);
    }
  thread = g_thread_new ("queued", wait_in_thread, &queued);
  g_cancellable_cancel (one);
  g_thread_join (thread);
  g_assert_error (queued.error, HVFS_ERROR, ECANCELED);
  g_clear_error (&queued.error);
  g_cancellable_cancel (all);
  for (guint i = 0; i <= CONNECTIONS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_error (waits[i].error, HVFS_ERROR, ECANCELED);
      g_clear_error (&waits[i].error);
    }
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, CONNECTIONS + 1);
}

/* A silent server ends a call after time-out and wait; until then the thread sleeps. */
static void
test_silence (void)
{
  g_auto (Fixture) f = { 0 };
  Wait wait = { .f = &f, .wait_s = 1 };
  gint64 start;

  fixture_init (&f, FALSE, 1, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "PowerOnVM_Task");
  start = g_get_monotonic_time ();
  wait_in_thread (&wait);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 2 * G_USEC_PER_SEC);
  g_assert_error (wait.error, HVFS_ERROR, ETIMEDOUT);
  g_assert_nonnull (strstr (wait.error->message, "unknown"));
  g_clear_error (&wait.error);
  g_assert_cmpint (wait.wakeups, <, 30);
}

/* Who says a byte now and then is no better than a silent server. */
static void
test_slowness (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GError) error = NULL;

  fixture_init (&f, FALSE, 1, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SLOW, "CurrentTime");
  g_assert_false (read_time (&f, &error));
  g_assert_error (error, HVFS_ERROR, ETIMEDOUT);
  g_assert_nonnull (strstr (error->message, "too slowly"));
}

/* A logout does not wait longer for a silent server than it says; the time-out
 * here would be longer. */
static void
test_silent_logout (void)
{
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, 3600, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "Logout");
  hvfs_session_logout (f.session);
  g_assert_cmpuint (n_requests (&f, "Logout"), ==, 1);
}

/* A kept connection dies under a request: a read is sent again, once, a change not. */
static void
test_dead_connection (void)
{
  static const Misbehaviour ways[] = { MISBEHAVE_CLOSE, MISBEHAVE_RESET };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_auto (Fixture) f = { 0 };
      g_autoptr (GError) error = NULL;

      fixture_init (&f, FALSE, PATIENT_S, "");
      connect_well (&f);
      soap_server_misbehave (f.server, ways[i], 1, 1);
      read_well (&f);
      g_assert_cmpuint (n_requests (&f, "CurrentTime"), ==, 2);
      soap_server_misbehave (f.server, ways[i], 1, 2);
      g_assert_false (read_time (&f, &error));
      g_assert_error (error, HVFS_ERROR, EIO);
      g_assert_cmpuint (n_requests (&f, "CurrentTime"), ==, 4);
      g_clear_error (&error);
      read_well (&f);
      soap_server_misbehave (f.server, ways[i], 1, 1);
      g_assert_false (change (&f, "vm-1", &error));
      g_assert_error (error, HVFS_ERROR, EIO);
      g_assert_nonnull (strstr (error->message, "unknown"));
      g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, 1);
      read_well (&f);
    }
}

static void
test_faults (void)
{
  static const struct { const char *type; int code; } rows[] = {
    { "NoPermission", EACCES }, { "InvalidState", EBUSY }, { "ManagedObjectNotFound", ESTALE },
    { "SystemError", EIO }, { "InvalidRequest", EPROTO }, { "MethodNotFound", ENOTSUP },
    { "RestrictedVersion", EPERM }, { "HostNotConnected", ENOTCONN },
  };
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      soap_server_fault_on (f.server, "PowerOnVM_Task", rows[i].type);
      g_assert_false (change (&f, "vm-1", &error));
      g_assert_error (error, HVFS_ERROR, rows[i].code);
      g_assert_cmpstr (hvfs_error_fault (error), ==, rows[i].type);
      g_assert_true (g_str_has_prefix (error->message, "it says "));
      g_assert_null (strstr (error->message, "unknown"));
    }
}

static void
test_statuses (void)
{
  static const struct { Misbehaviour how; int code; const char *text; } rows[] = {
    { MISBEHAVE_503, EAGAIN, "503" },
    { MISBEHAVE_404, ENOENT, "404" },
    { MISBEHAVE_REDIRECT, EPROTO, "https://elsewhere/sdk?[2J?" },
    { MISBEHAVE_HTML_500, EIO, "500" },
    { MISBEHAVE_HTML, EIO, "document type" },
    { MISBEHAVE_NOT_XML, EIO, "XML" },
    { MISBEHAVE_EMPTY, EIO, "empty" },
    { MISBEHAVE_OTHER_REPLY, EIO, "QueryPerf" },
    { MISBEHAVE_ENDLESS, EIO, "text of more than" },
    { MISBEHAVE_ENDLESS_404, EIO, "404" },
    { MISBEHAVE_ENDLESS_HEAD, EIO, "headers" },
    { MISBEHAVE_GARBAGE, EPROTO, "HTTP" },
  };
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      soap_server_misbehave (f.server, rows[i].how, 1, 1);
      g_assert_false (read_time (&f, &error));
      g_assert_error (error, HVFS_ERROR, rows[i].code);
      if (strstr (error->message, rows[i].text) == NULL)
        g_error ("%s: '%s'", misbehaviour_name (rows[i].how), error->message);
      read_well (&f);
    }
}

/* An error must say that it is unknown whether the change was done, if it was. */
static void
check_change (Fixture *f, const char *id, gboolean ok, const GError *error)
{
  guint done = soap_server_n_done (f->server, id);

  g_assert_cmpuint (soap_server_n_received (f->server, id), <=, 1);
  g_assert_cmpuint (done, <=, 1);
  if (ok)
    g_assert_cmpuint (done, ==, 1);
  else if (done == 1)
    g_assert_nonnull (strstr (error->message, "unknown"));
}

/* @slot: where the step that returned @ok put its error */
static gboolean
check_step (gboolean ok, GError *const *slot)
{
  const GError *error = *slot;

  g_assert_true (ok == (error == NULL));
  if (error != NULL)
    {
      g_assert_cmpint (hvfs_error_errno (error), >, 0);
      g_assert_true (error->domain == HVFS_ERROR);
      g_assert_null (strchr (error->message, '\n'));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  return ok;
}

/* Connects, reads, changes, expires, reads and changes again.
 *
 * Returns: whether all of it worked */
static gboolean
live (Fixture *f)
{
  gboolean good = TRUE;

  for (guint round = 0; round < 2; round++)
    {
      g_autofree char *id = g_strdup_printf ("vm-%u", round);
      GError *errors[3] = { NULL, NULL, NULL };
      gboolean changed;

      if (round == 0)
        good &= check_step (connect_to (f, &errors[0]), &errors[0]);
      else
        soap_server_expire (f->server);
      good &= check_step (read_time (f, &errors[1]), &errors[1]);
      changed = change (f, id, &errors[2]);
      good &= check_step (changed, &errors[2]);
      check_change (f, id, changed, errors[2]);
      for (guint i = 0; i < 3; i++)
        g_clear_error (&errors[i]);
    }
  return good;
}

typedef struct
{
  Misbehaviour how;
  guint nth;
  gboolean tls;
  gboolean happened; /* out */
} Run;

/* One life in which the n-th request goes wrong; then all must work again. */
static gpointer
run (gpointer data)
{
  Run *r = data;
  g_auto (Fixture) f = { 0 };
  gboolean good;

  fixture_init (&f, r->tls, r->how == MISBEHAVE_SILENT || r->how == MISBEHAVE_SLOW ? 2 : PATIENT_S,
                r->tls ? "&no_verify=1" : "");
  soap_server_misbehave (f.server, r->how, r->nth, 1);
  good = live (&f);
  r->happened = soap_server_misbehaved (f.server);
  if (!r->happened || misbehaviour_is_harmless (r->how))
    g_assert_true (good);
  soap_server_misbehave (f.server, r->how, 0, 0);
  connect_well (&f);
  read_well (&f);
  hvfs_session_logout (f.session);
  g_assert_cmpuint (soap_server_n_sessions (f.server), <=, 3);
  return NULL;
}

#define MOST_REQUESTS 16

/* n = 1, 2, ... until nothing went wrong; side by side, for the silent one's sake. */
static void
test_nth (gconstpointer data)
{
  guint code = GPOINTER_TO_UINT (data);
  Run runs[MOST_REQUESTS];
  GThread *threads[MOST_REQUESTS];
  guint n_happened = 0;

  if (code >= N_MISBEHAVIOURS && !server_has_tls ())
    {
      g_test_skip ("built without OpenSSL");
      return;
    }
  for (guint i = 0; i < MOST_REQUESTS; i++)
    {
      runs[i] = (Run) { .how = code % N_MISBEHAVIOURS, .nth = i + 1,
                        .tls = code >= N_MISBEHAVIOURS };
      threads[i] = g_thread_new ("run", run, &runs[i]);
    }
  for (guint i = 0; i < MOST_REQUESTS; i++)
    {
      g_thread_join (threads[i]);
      n_happened += runs[i].happened;
      g_assert_true (runs[i].happened == (i < n_happened));
    }
  g_assert_cmpuint (n_happened, >=, 8);
  g_assert_cmpuint (n_happened, <, MOST_REQUESTS);
}

/* Connecting to @parameters fails with @code and a line that holds @text; or works. */
static void
check_tls (SoapServer *server, const char *parameters, int code, const char *text)
{
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autofree char *uri = g_strdup_printf ("vpx://127.0.0.1:%u/%s",
                                          server_port (soap_server_http (server)), parameters);
  g_autoptr (HvfsSession) session = session_for (uri, PATIENT_S, stats);
  g_autoptr (GError) error = NULL;
  gboolean ok = hvfs_session_connect (session, NULL, &error);

  g_assert_true (ok == (code == 0));
  if (code == 0)
    return;
  g_assert_error (error, HVFS_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("'%s' is not in '%s'", text, error->message);
}

static void
test_trust (void)
{
  g_autoptr (SoapServer) server = NULL, other = NULL;
  g_autofree char *own_pin = NULL, *other_pin = NULL, *own_ca = NULL, *other_ca = NULL;
  g_autofree char *shown = NULL;

  if (!server_has_tls ())
    {
      g_test_skip ("built without OpenSSL");
      return;
    }
  server = soap_server_new (TRUE);
  other = soap_server_new (TRUE);
  own_pin = g_strconcat ("?pin=", server_pin (soap_server_http (server)), NULL);
  other_pin = g_strconcat ("?pin=", server_pin (soap_server_http (other)), NULL);
  own_ca = g_strconcat ("?cacert=", server_ca_file (soap_server_http (server)), NULL);
  other_ca = g_strconcat ("?cacert=", server_ca_file (soap_server_http (other)), NULL);
  shown = g_strconcat ("add pin=", server_pin (soap_server_http (server)), " ", NULL);
  check_tls (server, "", EKEYREJECTED, shown);
  check_tls (server, other_pin, EKEYREJECTED, shown);
  check_tls (server, other_ca, EKEYREJECTED, shown);
  g_assert_cmpuint (soap_server_n_requests (server, NULL), ==, 0);
  check_tls (server, own_pin, 0, NULL);
  check_tls (server, own_ca, 0, NULL);
  check_tls (server, "?no_verify=1", 0, NULL);
  check_tls (server, "?transport=http", EIO, "transport=");
}

static void
test_plain_server_asked_for_tls (void)
{
  g_autoptr (SoapServer) server = soap_server_new (FALSE);

  check_tls (server, "", EPROTO, "transport=http");
  g_assert_cmpuint (soap_server_n_requests (server, NULL), ==, 0);
}

static void
test_unreachable (void)
{
  g_autoptr (SoapServer) server = soap_server_new (FALSE);
  guint port = server_port (soap_server_http (server));
  g_autofree char *uri = g_strdup_printf ("vpx://127.0.0.1:%u/?transport=http", port);
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autoptr (HvfsSession) closed = session_for (uri, PATIENT_S, stats);
  g_autoptr (HvfsSession) unknown = session_for ("vpx://nosuch.invalid/", PATIENT_S, stats);
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&server, soap_server_free);
  g_assert_false (hvfs_session_connect (closed, NULL, &error));
  g_assert_error (error, HVFS_ERROR, ECONNREFUSED);
  g_assert_nonnull (strstr (error->message, "port"));
  g_clear_error (&error);
  g_assert_false (hvfs_session_connect (unknown, NULL, &error));
  g_assert_error (error, HVFS_ERROR, EHOSTUNREACH);
  g_assert_nonnull (strstr (error->message, "nosuch.invalid"));
}

static void
add_nth_tests (void)
{
  for (guint i = 0; i < 2 * N_MISBEHAVIOURS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/session/nth/%s%s", i < N_MISBEHAVIOURS ? "" : "tls-",
                                               misbehaviour_name (i % N_MISBEHAVIOURS));

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_nth);
    }
}

static void
make_password_file (void)
{
  int fd = g_file_open_tmp ("hvfs-test-password-XXXXXX", &password_file, NULL);

  g_assert_cmpint (write (fd, "s&cret<\n", 8), ==, 8);
  close (fd);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  xmlInitParser (); /* before the first thread, as fs/main.c does */
  make_password_file ();
  g_test_add_func ("/session/life", test_life);
  g_test_add_func ("/session/counters", test_counters);
  g_test_add_func ("/session/versions", test_versions);
  g_test_add_func ("/session/compare", test_compare);
  g_test_add_func ("/session/wrong-kind", test_wrong_kind);
  g_test_add_func ("/session/invalid-login", test_invalid_login);
  g_test_add_func ("/session/invalid-relogin", test_invalid_relogin);
  g_test_add_func ("/session/expiry", test_expiry);
  g_test_add_func ("/session/rights", test_rights);
  g_test_add_func ("/session/reconnect", test_reconnect);
  g_test_add_func ("/session/expiry-threads", test_expiry_threads);
  g_test_add_func ("/session/relogin-fails-threads", test_relogin_fails_threads);
  g_test_add_func ("/session/cancel", test_cancel);
  g_test_add_func ("/session/cancelled-before", test_cancelled_before);
  g_test_add_func ("/session/cancel-queued", test_cancel_queued);
  g_test_add_func ("/session/silence", test_silence);
  g_test_add_func ("/session/slowness", test_slowness);
  g_test_add_func ("/session/silent-logout", test_silent_logout);
  g_test_add_func ("/session/dead-connection", test_dead_connection);
  g_test_add_func ("/session/faults", test_faults);
  g_test_add_func ("/session/statuses", test_statuses);
  g_test_add_func ("/session/trust", test_trust);
  g_test_add_func ("/session/plain-server-asked-for-tls", test_plain_server_asked_for_tls);
  g_test_add_func ("/session/unreachable", test_unreachable);
  add_nth_tests ();
  result = g_test_run ();
  g_unlink (password_file);
  g_free (password_file);
  return result;
}
