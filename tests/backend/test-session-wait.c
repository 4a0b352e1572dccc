/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-session-wait.c - calls that wait, and what ends them: errors, each an errno and
 * one line, the cancellable, a server that says nothing or too much
 */
#include "session-fixture.h"

#include <string.h>
#include <sys/resource.h>

#include "convert/error.h"

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


/* All connections are taken: one more call waits for one, and can be cancelled; but a call
 * that waits on purpose, as for updates, does not wait for one. */
static void
test_cancel_queued (void)
{
  g_auto (Fixture) f = { 0 };
  g_autoptr (GCancellable) all = g_cancellable_new ();
  g_autoptr (GCancellable) one = g_cancellable_new ();
  Wait waits[HVFS_SESSION_CONNECTIONS + 1], queued = { .f = &f, .cancellable = one };
  GThread *threads[HVFS_SESSION_CONNECTIONS + 1], *thread;

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "PowerOnVM_Task");
  for (guint i = 0; i <= HVFS_SESSION_CONNECTIONS; i++)
    {
      waits[i] = (Wait) { .f = &f, .cancellable = all, .wait_s = i < HVFS_SESSION_CONNECTIONS ? 0 : PATIENT_S };
      threads[i] = g_thread_new ("waiter", wait_in_thread, &waits[i]);
      soap_server_await (f.server, "PowerOnVM_Task", i + 1);
    }
  thread = g_thread_new ("queued", wait_in_thread, &queued);
  g_cancellable_cancel (one);
  g_thread_join (thread);
  g_assert_error (queued.error, HVFS_ERROR, ECANCELED);
  g_clear_error (&queued.error);
  g_cancellable_cancel (all);
  for (guint i = 0; i <= HVFS_SESSION_CONNECTIONS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_error (waits[i].error, HVFS_ERROR, ECANCELED);
      g_clear_error (&waits[i].error);
    }
  g_assert_cmpuint (n_requests (&f, "PowerOnVM_Task"), ==, HVFS_SESSION_CONNECTIONS + 1);
}

/* A silent server ends a call that may wait after that time; until then the thread sleeps. */
static void
test_silence (void)
{
  g_auto (Fixture) f = { 0 };
  Wait wait = { .f = &f, .wait_s = SHORT_S + 1 };
  gint64 start;

  fixture_init (&f, FALSE, SHORT_S, "");
  connect_well (&f);
  soap_server_misbehave_on (f.server, MISBEHAVE_SILENT, "PowerOnVM_Task");
  start = g_get_monotonic_time ();
  wait_in_thread (&wait);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, (SHORT_S + 1) * G_USEC_PER_SEC);
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

  fixture_init (&f, FALSE, SHORT_S, "");
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

/* The next call by @ask fails, in words with @text in them; the one after it does not. */
static void
fails_once (Fixture *f, gboolean (*ask) (Fixture *f, GError **error), Misbehaviour how, int code,
            const char *text)
{
  g_autoptr (GError) error = NULL, other = NULL;

  soap_server_misbehave (f->server, how, 1, 1);
  g_assert_false (ask (f, &error));
  g_assert_error (error, HVFS_ERROR, code);
  if (strstr (error->message, text) == NULL)
    g_error ("%s: '%s'", misbehaviour_name (how), error->message);
  ask (f, &other);
  g_assert_no_error (other);
}

static void
test_statuses (void)
{
  static const struct { Misbehaviour how; int code; const char *text; } rows[] = {
    { MISBEHAVE_503, EAGAIN, "503" },
    { MISBEHAVE_404, ENOENT, "404" },
    { MISBEHAVE_REDIRECT, EPROTO, "https://elsewhere/sdk?[2J?" },
    { MISBEHAVE_HTML_500, EIO, "500" },
    { MISBEHAVE_REPLY_500, EIO, "500" },
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
    fails_once (&f, read_time, rows[i].how, rows[i].code, rows[i].text);
}

static gboolean
count_bytes (const char *data, gsize len, gpointer n_bytes, GError **error)
{
  *(gsize *) n_bytes += len;
  return TRUE;
}

/* The same call where its reply goes to a sink.  Returns: whether that was all of it */
static gboolean
receive_time (Fixture *f, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new ("CurrentTime", "ServiceInstance",
                                                      "ServiceInstance");
  gsize n_bytes = 0;

  if (!hvfs_session_receive (f->session, request, 0, count_bytes, &n_bytes, NULL, error))
    return FALSE;
  g_assert_cmpuint (n_bytes, >, 0);
  return TRUE;
}

static void
test_received_statuses (void)
{
  static const struct { Misbehaviour how; int code; const char *text; } rows[] = {
    { MISBEHAVE_503, EAGAIN, "503" },
    { MISBEHAVE_404, ENOENT, "404" },
    { MISBEHAVE_HTML_500, EIO, "500" },
    { MISBEHAVE_REPLY_500, EIO, "500" },
    { MISBEHAVE_FAULT, EIO, "" },
  };
  g_auto (Fixture) f = { 0 };

  fixture_init (&f, FALSE, PATIENT_S, "");
  connect_well (&f);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    fails_once (&f, receive_time, rows[i].how, rows[i].code, rows[i].text);
}

static void
add_tests (void)
{
  g_test_add_func ("/session/cancel", test_cancel);
  g_test_add_func ("/session/cancelled-before", test_cancelled_before);
  g_test_add_func ("/session/cancel-queued", test_cancel_queued);
  g_test_add_func ("/session/silence", test_silence);
  g_test_add_func ("/session/slowness", test_slowness);
  g_test_add_func ("/session/silent-logout", test_silent_logout);
  g_test_add_func ("/session/dead-connection", test_dead_connection);
  g_test_add_func ("/session/faults", test_faults);
  g_test_add_func ("/session/statuses", test_statuses);
  g_test_add_func ("/session/received-statuses", test_received_statuses);
}

int
main (int argc, char **argv)
{
  return session_test_main (argc, argv, add_tests);
}
