/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fault/test-hostile.c - a server that answers anything, over and over
 *
 * Exists because the parsers are fuzzed alone, and what lies behind them is not: connections,
 * sessions, pages of updates, the mirror, retrievals.  The server answers each request with
 * what a server could say, made of the right words in any order, then often with broken bytes
 * and broken HTTP.  No crash, no call beyond its time-out, and no memory that grows.
 *
 *     HVFS_HOSTILE_REQUESTS=1000000 tests/fault/test-hostile
 */
#include "../backend/http-server.h"
#include "backend/login/session.h"
#include "backend/mirror/intake.h"
#include "backend/mirror/retrieve.h"
#include "backend/mirror/schema.h"

#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <string.h>
#include <unistd.h>

#include "convert/error.h"

#define REQUESTS 4000
#define TIMEOUT_S 2
#define LIMIT_S 30 /* what a busy machine needs besides */

static const char *const types[] = { "Folder", "Datacenter", "ClusterComputeResource", "HostSystem",
  "VirtualMachine", "VirtualApp", "ResourcePool", "Datastore", "Network", "Task",
  "CustomFieldsManager", "DistributedVirtualPortgroup", "StoragePod", "PropertyFilter", "" };

static const char *const paths[] = { "name", "parent", "childType", "customValue", "datastore",
  "network", "summary", "runtime.connectionState", "runtime.powerState", "runtime.host",
  "runtime.question", "runtime.bootTime", "summary.config.uuid", "summary.config.numCpu",
  "summary.config.memorySizeMB", "summary.config.template", "config.annotation", "guest.net",
  "config.changeVersion", "snapshot", "resourcePool", "parentVApp", "summary.hardware",
  "config.autoStart", "config.network.pnic", "config.network.vswitch", "field", "info.state",
  "info.error", "info.result", "info.progress", "info.entity", "snapshot[\"a\"]", "datastore[3]", "x" };

static const char *const names[] = { "val", "name", "key", "value", "ManagedObjectReference", "string",
  "rootSnapshotList", "childSnapshotList", "snapshot", "id", "createTime", "state", "fault", "error",
  "localizedMessage", "objectSet", "changeSet", "returnval", "version", "filterSet", "obj", "op",
  "choice", "choiceInfo", "ipAddress", "macAddress", "powerInfo", "cpuModel", "memorySize", "level",
  "shares", "missingSet", "propSet", "objects", "token", "truncated" };

static const char *const xsi_types[] = { "xsd:string", "xsd:int", "xsd:long", "xsd:boolean", "xsd:dateTime",
  "ManagedObjectReference", "ArrayOfManagedObjectReference", "ArrayOfString", "VirtualMachinePowerState",
  "VirtualMachineSnapshotInfo", "TaskInfoState", "LocalizedMethodFault", "NotAuthenticated", "x:y", "" };

static const char *const texts[] = { "", "a", "poweredOn", "true", "0", "-1", "99999999999999999999", "success",
  "error", "2026-01-02T03:04:05Z", "2026-99-99T99:99:99Z", "..", ".", "/", "a/b%2f", "\xc3\xbc", "&#10;",
  "&amp;&lt;", "vm-1", "unlimited", "assign" };

static const char *const faults[] = { "NotAuthenticated", "InvalidCollectorVersion", "ManagedObjectNotFound",
  "NoPermission", "RequestCanceled", "SystemError", "InvalidProperty", "HostCommunication", "X", "" };

static const char *const kinds[] = { "enter", "modify", "leave", "enter", "modify", "none", "" };
static const char *const ops[] = { "assign", "assign", "add", "remove", "indirectRemove", "" };

static gint n_answered;
static guint32 seed;
static gboolean is_tame; /* while the session is made */
static char *password_file;

/* ---- what the server says ---- */

#define ANY(rand, table) (table)[g_rand_int_range (rand, 0, G_N_ELEMENTS (table))]

static gboolean
one_in (GRand *rand, int n)
{
  return g_rand_int_range (rand, 0, n) == 0;
}

static void
add_ref (GRand *rand, GString *xml, const char *name)
{
  g_string_append_printf (xml, "<%s type=\"%s\">o-%d</%s>", name, ANY (rand, types),
                          g_rand_int_range (rand, 0, 40), name);
}

static void
add_value (GRand *rand, GString *xml, const char *name, int depth)
{
  const char *type = one_in (rand, 3) ? ANY (rand, xsi_types) : "";
  int n = depth > 6 ? 0 : g_rand_int_range (rand, 0, 5);

  if (one_in (rand, 4))
    {
      add_ref (rand, xml, name);
      return;
    }
  g_string_append_printf (xml, *type == '\0' ? "<%s>" : "<%s xsi:type=\"%s\">", name, type);
  if (n < 2)
    g_string_append (xml, ANY (rand, texts));
  else
    for (int i = 0; i < n; i++)
      add_value (rand, xml, ANY (rand, names), depth + 1);
  if (one_in (rand, 4000))
    for (int i = 0; i < 4000; i++)
      g_string_append (xml, "long ");
  g_string_append_printf (xml, "</%s>", name);
}

static void
add_properties (GRand *rand, GString *xml, const char *set)
{
  for (int n = g_rand_int_range (rand, 0, 8); n > 0; n--)
    {
      g_string_append_printf (xml, "<%s><name>%s</name>", set, ANY (rand, paths));
      if (strcmp (set, "changeSet") == 0)
        g_string_append_printf (xml, "<op>%s</op>", ANY (rand, ops));
      if (!one_in (rand, 10))
        add_value (rand, xml, "val", 0);
      g_string_append_printf (xml, "</%s>", set);
    }
  if (one_in (rand, 10))
    g_string_append_printf (xml, "<missingSet><path>%s</path><fault><fault xsi:type=\"%s\"/>"
                                 "<localizedMessage>no</localizedMessage></fault></missingSet>",
                            ANY (rand, paths), ANY (rand, faults));
}

static void
add_updates (GRand *rand, GString *xml)
{
  g_string_append_printf (xml, "<version>%d</version>", g_rand_int_range (rand, 0, 5));
  for (int filters = g_rand_int_range (rand, 0, 3); filters > 0; filters--)
    {
      g_string_append (xml, "<filterSet><filter type=\"PropertyFilter\">f</filter>");
      for (int n = g_rand_int_range (rand, 0, 12); n > 0; n--)
        {
          g_string_append_printf (xml, "<objectSet><kind>%s</kind>", ANY (rand, kinds));
          add_ref (rand, xml, "obj");
          add_properties (rand, xml, "changeSet");
          g_string_append (xml, "</objectSet>");
        }
      g_string_append (xml, "</filterSet>");
    }
  if (one_in (rand, 6))
    g_string_append (xml, "<truncated>true</truncated>");
}

static void
add_objects (GRand *rand, GString *xml)
{
  for (int n = g_rand_int_range (rand, 0, 6); n > 0; n--)
    {
      g_string_append (xml, "<objects>");
      add_ref (rand, xml, "obj");
      add_properties (rand, xml, "propSet");
      g_string_append (xml, "</objects>");
    }
  if (one_in (rand, 4))
    g_string_append (xml, "<token>t</token>");
}

static void
add_content (GRand *rand, GString *xml)
{
  g_string_append (xml, "<rootFolder type=\"Folder\">o-1</rootFolder>"
                        "<propertyCollector type=\"PropertyCollector\">pc</propertyCollector>"
                        "<about><name>n</name><apiVersion>8.0.3.0</apiVersion>"
                        "<productLineId>vpx</productLineId></about>"
                        "<sessionManager type=\"SessionManager\">sm</sessionManager>");
  if (!is_tame && one_in (rand, 2))
    add_value (rand, xml, "about", 0);
}

static void
add_answer (GRand *rand, GString *xml, const char *method)
{
  gboolean is_other = !is_tame && one_in (rand, 50);

  if (!is_tame && one_in (rand, 25))
    {
      const char *type = ANY (rand, faults);

      g_string_append_printf (xml, "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no"
                                   "</faultstring><detail><%sFault xsi:type=\"%s\">", type, type);
      add_properties (rand, xml, "x");
      g_string_append_printf (xml, "</%sFault></detail></soapenv:Fault>", type);
      return;
    }
  g_string_append_printf (xml, "<%s%sResponse xmlns=\"urn:vim25\">", method, is_other ? "x" : "");
  for (int n = is_tame ? 1 : g_rand_int_range (rand, 0, 20) == 0 ? 3 : 1; n > 0; n--)
    {
      g_string_append (xml, "<returnval>");
      if (strstr (method, "WaitFor") != NULL)
        add_updates (rand, xml);
      else if (strstr (method, "Retrieve") != NULL && strstr (method, "Service") == NULL)
        add_objects (rand, xml);
      else if (strcmp (method, "RetrieveServiceContent") == 0)
        add_content (rand, xml);
      else if (strcmp (method, "Login") == 0)
        g_string_append (xml, "<key>k</key><userName>root</userName>");
      else
        add_value (rand, xml, "val", 0);
      g_string_append (xml, "</returnval>");
    }
  g_string_append_printf (xml, "</%s%sResponse>", method, is_other ? "x" : "");
}

/* Bytes that are changed, cut out, doubled, or missing at the end. */
static void
damage (GRand *rand, GString *xml)
{
  for (int n = g_rand_int_range (rand, 1, 6); n > 0 && xml->len > 4; n--)
    {
      gsize at = g_rand_int_range (rand, 0, xml->len - 1);
      gsize most = g_rand_int_range (rand, 1, 60), len = MIN (most, xml->len - at);
      g_autofree char *piece = g_strndup (xml->str + at, len);

      switch (g_rand_int_range (rand, 0, 5))
        {
        case 0: xml->str[at] = g_rand_int_range (rand, 1, 256); break;
        case 1: g_string_erase (xml, at, len); break;
        case 2: g_string_insert (xml, g_rand_int_range (rand, 0, xml->len), piece); break;
        case 3: xml->str[at] = "<>&;\"'/"[g_rand_int_range (rand, 0, 7)]; break;
        default: if (one_in (rand, 4)) g_string_truncate (xml, at);
        }
    }
}

/* Returns: whether the connection goes on */
static gboolean
send_badly (GRand *rand, Request *request, const GString *xml)
{
  static const guint statuses[] = { 500, 401, 403, 404, 503, 302, 204, 99, 1000 };
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                                           xml->len + g_rand_int_range (rand, 0, 3));

  switch (g_rand_int_range (rand, 0, 8))
    {
    case 0: return FALSE;
    case 1: request_reset (request); return FALSE;
    case 2: return request_reply (request, ANY (rand, statuses), "", xml->str, xml->len);
    case 3: return request_reply (request, 200, "Content-Encoding: gzip\r\n", xml->str, xml->len);
    case 4: return request_reply (request, 200, "Set-Cookie: \xff=;;\r\nContent-Length: 7\r\n", xml->str, xml->len);
    case 5: request_send (request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n", 60); return FALSE;
    case 6: request_send (request, xml->str, MIN (xml->len, 300)); return FALSE;
    default:
      request_send (request, head, strlen (head));
      request_send (request, xml->str, xml->len / 2);
      if (one_in (rand, 2000))
        request_hang (request);
      return FALSE;
    }
}

static gboolean
handle (Server *server, Request *request, gpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed + g_atomic_int_add (&n_answered, 1));
  g_autoptr (GString) xml = g_string_new ("<?xml version=\"1.0\"?><soapenv:Envelope"
    " xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
    " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>");
  const char *at = strstr (request->body, "Body><");
  g_autofree char *method = at != NULL ? g_strndup (at + 6, strcspn (at + 6, " >")) : g_strdup ("");

  if (strcmp (request->method, "GET") == 0)
    return request_reply (request, 404, "", "", 0);
  add_answer (rand, xml, method);
  g_string_append (xml, "</soapenv:Body></soapenv:Envelope>");
  if (!is_tame && one_in (rand, 4))
    damage (rand, xml);
  if (!is_tame && one_in (rand, 40))
    return send_badly (rand, request, xml);
  return request_reply (request, strstr (xml->str, "<soapenv:Fault") != NULL ? 500 : 200,
                        "Set-Cookie: vmware_soap_session=\"s\"; Path=/; HttpOnly\r\n", xml->str, xml->len);
}

/* ---- what hvfs does with it ---- */

typedef struct
{
  Server *server;
  HvfsStats *stats;
  HvfsSession *session;
  HvfsConnection *connection;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  GRand *rand;
  gint64 slowest_us;
} World;

static gboolean
connect_anew (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (HvfsUri) uri = NULL;
  g_autoptr (HvfsCredentials) credentials = NULL;

  /* The server keeps a thread of each connection until it ends. */
  g_clear_pointer (&world->session, hvfs_session_free);
  g_clear_pointer (&world->server, server_free);
  world->server = server_new (FALSE, handle, NULL);
  text = g_strdup_printf ("vpx://root@127.0.0.1:%u/?transport=http", server_port (world->server));
  uri = hvfs_uri_parse (text, &error);
  g_assert_no_error (error);
  credentials = hvfs_credentials_find (uri, "root", password_file, FALSE, &error);
  g_assert_no_error (error);
  world->session = hvfs_session_new (uri, credentials, TIMEOUT_S, world->stats);
  is_tame = !one_in (world->rand, 4);
  hvfs_session_connect (world->session, NULL, &error);
  is_tame = FALSE;
  return error == NULL;
}

/* Each error has an errno, and words that fit on a line. */
static void
check_error (const GError *error)
{
  if (error == NULL)
    return;
  g_assert_cmpint (hvfs_error_errno (error), >, 0);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
}

static HvfsRequest *
wait_request (void)
{
  HvfsRequest *request = hvfs_request_new ("WaitForUpdatesEx", "PropertyCollector", "pc");

  hvfs_request_text (request, "version", "1");
  return request;
}

static void
fill (World *world)
{
  g_autoptr (GPtrArray) again = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  g_autoptr (HvfsIntake) intake = NULL;

  hvfs_mirror_begin_fill (world->mirror);
  intake = hvfs_intake_new (world->mirror, world->tasks, world->stats, "WaitForUpdatesEx", 800, again);
  for (int pages = 0; pages < 8; pages++)
    {
      g_autoptr (HvfsRequest) request = wait_request ();
      g_autoptr (GError) error = NULL;
      g_autofree char *version = NULL;
      gboolean truncated = FALSE;

      if (!hvfs_session_receive (world->session, request, TIMEOUT_S, hvfs_intake_feed, intake, NULL, &error)
          || !hvfs_intake_end (intake, &version, &truncated, &error))
        {
          check_error (error);
          break;
        }
      if (!truncated)
        break;
    }
  g_clear_pointer (&intake, hvfs_intake_free);
  hvfs_mirror_end_fill (world->mirror);
}

static void
update (World *world)
{
  g_autoptr (HvfsRequest) request = wait_request ();
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (world->session, request, HVFS_CALL_READ, TIMEOUT_S, NULL, &error);
  g_autoptr (GPtrArray) updates = g_ptr_array_new ();
  g_autoptr (GPtrArray) again = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  const HvfsValue *set = reply == NULL ? NULL : hvfs_value_get (reply, "returnval");

  check_error (error);
  for (guint i = 0; set != NULL && i < hvfs_value_n_children (set); i++)
    for (guint j = 0; j < hvfs_value_n_children (hvfs_value_nth (set, i)); j++)
      g_ptr_array_add (updates, hvfs_value_nth (hvfs_value_nth (set, i), j));
  hvfs_mirror_apply (world->mirror, (HvfsValue *const *) updates->pdata, updates->len, 800, again);
}

static void
retrieve (World *world)
{
  static const char *const wanted[] = { "config", "name", NULL };
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contents = NULL;
  g_autoptr (HvfsValue) value = NULL;
  g_autoptr (GError) error = NULL, other = NULL;

  for (int n = g_rand_int_range (world->rand, 1, 5); n > 0; n--)
    g_ptr_array_add (ids, g_strdup_printf ("o-%d", g_rand_int_range (world->rand, 0, 40)));
  contents = hvfs_retrieve_paths (world->session, "VirtualMachine", wanted, ids, NULL, &error);
  check_error (error);
  value = hvfs_retrieve_property (world->session, "HostSystem", "o-1", "config", &other);
  check_error (other);
}

/* All that readers may look at. */
static void
look (World *world)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (world->mirror));
  GHashTableIter iter;
  gpointer object;

  hvfs_mirror_iter_init (world->mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    for (int prop = 0; prop < 64; prop++)
      {
        const HvfsValue *value = hvfs_object_get (object, prop);

        if (value != NULL)
          {
            hvfs_value_text (value, NULL);
            hvfs_value_time_us (value, NULL);
            hvfs_value_int (value, NULL, 0);
            hvfs_mirror_resolve (world->mirror, value);
          }
      }
}

static gsize
rss_kib (void)
{
  g_autofree char *status = NULL;
  const char *at;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  at = status != NULL ? strstr (status, "RssAnon:") : NULL;
  return at != NULL ? g_ascii_strtoull (at + 8, NULL, 10) : 0;
}

static void
step (World *world, guint i)
{
  gint64 start = g_get_monotonic_time (), took;

  if (i % 200 == 0 || hvfs_session_is_refused (world->session))
    connect_anew (world);
  else if (i % 20 == 0)
    fill (world);
  else if (i % 3 == 0)
    retrieve (world);
  else
    update (world);
  if (i % 10 == 0)
    look (world);
  took = g_get_monotonic_time () - start;
  world->slowest_us = MAX (world->slowest_us, took);
  g_assert_cmpint (took, <, LIMIT_S * G_TIME_SPAN_SECOND);
}

static void
test_hostile (void)
{
  const char *wanted = g_getenv ("HVFS_HOSTILE_REQUESTS");
  gint n = wanted != NULL ? atoi (wanted) : REQUESTS;
  World world = { 0 };
  gsize early_kib = 0;

  seed = g_test_rand_int ();
  world.rand = g_rand_new_with_seed (seed);
  world.stats = hvfs_stats_new ();
  world.connection = hvfs_connection_new (NULL, 0);
  world.mirror = hvfs_mirror_new (world.connection, world.stats);
  world.tasks = hvfs_tasks_new (NULL, world.connection);
  for (guint i = 0; g_atomic_int_get (&n_answered) < n; i++)
    {
      step (&world, i);
      if (early_kib == 0 && g_atomic_int_get (&n_answered) > n / 4)
        early_kib = rss_kib ();
    }
  g_test_message ("%d requests, the slowest step took %.2f s, RSS %zu KiB after a quarter, %zu KiB at the end",
                  n_answered, world.slowest_us / 1e6, early_kib, rss_kib ());
  /* What a checker keeps of freed memory is not hvfs's. */
  if (n >= 100000)
    g_assert_cmpuint (rss_kib (), <, early_kib + early_kib / 4 + 32768);
  hvfs_session_free (world.session);
  server_free (world.server);
  hvfs_tasks_free (world.tasks);
  hvfs_mirror_free (world.mirror);
  hvfs_connection_free (world.connection);
  hvfs_stats_free (world.stats);
  g_rand_free (world.rand);
}

int
main (int argc, char **argv)
{
  int fd = g_file_open_tmp ("hvfs-test-password-XXXXXX", &password_file, NULL), status;

  g_test_init (&argc, &argv, NULL);
  xmlInitParser ();
  g_assert_cmpint (write (fd, "secret\n", 7), ==, 7);
  close (fd);
  g_test_add_func ("/hostile", test_hostile);
  status = g_test_run ();
  g_unlink (password_file);
  g_free (password_file);
  return status;
}
