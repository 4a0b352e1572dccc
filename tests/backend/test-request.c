/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-request.c - what a request looks like on the wire, and counters */
#include "backend/wire/request.h"
#include "backend/wire/stats.h"

#include <string.h>

#define HEAD \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
  "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"" \
  " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"" \
  " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
#define TAIL "</soapenv:Body></soapenv:Envelope>\n"

static void
test_whole (void)
{
  g_autoptr (HvfsRequest) r = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "vm-1");
  const char *xml;
  gsize len;

  hvfs_request_open (r, "spec", NULL);
  hvfs_request_int (r, "memoryMB", G_MININT64);
  hvfs_request_bool (r, "nested", TRUE);
  hvfs_request_open (r, "device", "VirtualDisk");
  hvfs_request_typed (r, "value", "xsd:string", "x");
  hvfs_request_close (r);
  hvfs_request_close (r);
  hvfs_request_moref (r, "host", "HostSystem", "host-7");
  xml = hvfs_request_finish (r, &len);
  g_assert_cmpstr (xml, ==,
                   HEAD "<ReconfigVM_Task xmlns=\"urn:vim25\">"
                   "<_this type=\"VirtualMachine\">vm-1</_this>"
                   "<spec><memoryMB>-9223372036854775808</memoryMB><nested>true</nested>"
                   "<device xsi:type=\"VirtualDisk\">"
                   "<value xsi:type=\"xsd:string\">x</value></device></spec>"
                   "<host type=\"HostSystem\">host-7</host></ReconfigVM_Task>" TAIL);
  g_assert_cmpuint (len, ==, strlen (xml));
  g_assert_true (hvfs_request_finish (r, NULL) == xml);
  g_assert_cmpstr (hvfs_request_method (r), ==, "ReconfigVM_Task");
}

static void
expect_newest (HvfsRequest *take, const char *since)
{
  g_autoptr (HvfsRequest) r = take;
  const HvfsSince *newest = hvfs_request_newest (r);

  g_assert_cmpstr (newest != NULL ? newest->since : NULL, ==, since);
  g_assert_true (newest == NULL || newest->words != NULL);
}

/* The newest of all that was written counts, wherever it stands; names alone do not. */
static void
test_newest (void)
{
  HvfsRequest *r = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "vm-1");

  hvfs_request_open (r, "spec", NULL);
  hvfs_request_int (r, "numCPUs", 2);
  hvfs_request_open (r, "tools", NULL);
  hvfs_request_text (r, "firmware", "not that of the machine");
  hvfs_request_close (r);
  expect_newest (hvfs_request_new ("PowerOnVM_Task", "T", "x"), NULL);
  g_assert_null (hvfs_request_newest (r));
  hvfs_request_open (r, "deviceChange", NULL);
  hvfs_request_open (r, "device", "VirtualVmxnet3");
  hvfs_request_close (r);
  hvfs_request_close (r);
  hvfs_request_open (r, "bootOptions", NULL);
  hvfs_request_bool (r, "efiSecureBootEnabled", TRUE);
  hvfs_request_open (r, "bootOrder", NULL);
  hvfs_request_close (r);
  hvfs_request_close (r);
  hvfs_request_close (r);
  expect_newest (hvfs_request_copy (r), "6.5");
  expect_newest (r, "6.5");
  expect_newest (hvfs_request_new ("WaitForUpdatesEx", "PropertyCollector", "c"), "4.1");
}

static void
test_escaping (void)
{
  static const struct { const char *text, *want; } rows[] = {
    { "a&b<c>d\"e'f", "a&amp;b&lt;c&gt;d&quot;e'f" },
    { "]]>", "]]&gt;" },
    { "a\tb\nc\rd", "a&#9;b&#10;c&#13;d" },
    { "\x01\x08\x0b\x1f" "x", "x" },
    { "\xff\xfe" "x\xc3", "x" },
    { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
    { "\xf0\x9f\x90\x84", "\xf0\x9f\x90\x84" },
    { "\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80x", "x" },
    { "\x7f", "\x7f" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HvfsRequest) r = hvfs_request_new ("M", "T", rows[i].text);
      g_autofree char *want = NULL;

      hvfs_request_moref (r, "m", rows[i].text, "id");
      want = g_strdup_printf (HEAD "<M xmlns=\"urn:vim25\"><_this type=\"T\">%s</_this>"
                              "<m type=\"%s\">id</m></M>" TAIL, rows[i].want, rows[i].want);
      g_assert_cmpstr (hvfs_request_finish (r, NULL), ==, want);
    }
}

static void
test_stats (void)
{
  g_autoptr (HvfsStats) stats = hvfs_stats_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  hvfs_stats_add_request (stats, "Login");
  hvfs_stats_add_request (stats, "CreateFilter");
  hvfs_stats_add_request (stats, "Login");
  hvfs_stats_add (stats, HVFS_STAT_BYTES_SENT, 70);
  hvfs_stats_add (stats, HVFS_STAT_BYTES_SENT, 7);
  hvfs_stats_add (stats, HVFS_STAT_INVALIDATIONS, 1);
  hvfs_stats_print (stats, out);
  g_assert_cmpstr (out->str, ==,
                   "requests=3\nrequest.CreateFilter=1\nrequest.Login=2\n"
                   "bytes_sent=77\nbytes_received=0\nconnections=0\nlogins=0\nfaults=0\n"
                   "update_sets=0\nobject_updates=0\ncache_hits=0\ncache_misses=0\n"
                   "invalidations=1\nkernel_requests=0\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/whole", test_whole);
  g_test_add_func ("/request/newest", test_newest);
  g_test_add_func ("/request/escaping", test_escaping);
  g_test_add_func ("/stats/print", test_stats);
  return g_test_run ();
}
