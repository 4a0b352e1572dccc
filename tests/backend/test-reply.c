/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-reply.c - replies, however they arrive and whatever they hold */
#include "backend/wire/reply.h"

#include <string.h>

#include "convert/error.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define OPEN \
  "<?xml version='1.0' encoding='UTF-8'?>" \
  "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' xmlns:x='" XSI "'>" \
  "<s:Body>"
#define CLOSE "</s:Body></s:Envelope>"
#define WRONG "\xef\xbf\xbd"

/* @step: bytes a time; 0: all at once */
static HvfsValue *
parse_in (HvfsReplyKind kind, const HvfsReplyLimits *limits, const char *xml, gsize len,
          gsize step, GError **error)
{
  g_autoptr (HvfsReply) reply = hvfs_reply_new (kind, limits);

  for (gsize at = 0; at < len;)
    {
      gsize n = step == 0 ? len : MIN (step, len - at);

      if (!hvfs_reply_feed (reply, xml + at, n, error))
        return NULL;
      at += n;
    }
  return hvfs_reply_finish (reply, error);
}

static HvfsValue *
parse (const char *xml)
{
  g_autoptr (GError) error = NULL;
  HvfsValue *value = parse_in (HVFS_REPLY_SOAP, NULL, xml, strlen (xml), 0, &error);

  g_assert_no_error (error);
  return value;
}

/* That @xml is refused with EIO and a line that holds @text, in one piece and byte
 * by byte. */
static void
refuse (HvfsReplyKind kind, const HvfsReplyLimits *limits, const char *xml, const char *text)
{
  for (gsize step = 0; step < 2; step++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsValue) value
        = parse_in (kind, limits, xml, strlen (xml), step, &error);

      g_assert_null (value);
      g_assert_error (error, HVFS_ERROR, EIO);
      if (strstr (error->message, text) == NULL)
        g_error ("'%s' is not in '%s'", text, error->message);
      g_assert_null (strchr (error->message, '\n'));
    }
}

static const char whole[] =
  OPEN "<RetrieveResponse xmlns='urn:vim25'><returnval>"
  "<obj type='VirtualMachine'>vm-1</obj>"
  "<propSet><name>a&amp;b &lt;&#x41;&#10;&gt;</name>"
  "<val x:type='xsd:string'>gr\xc3\xbc\xc3\x9f<![CDATA[ <raw> & ]]>end</val></propSet>"
  "<propSet><!-- no > here --><val x:type='ArrayOfThing'>\n  <Thing x:type='ns1:Sub' key='&quot;>'/>\n"
  "</val></propSet>"
  "<task x:type='ManagedObjectReference' type='Task'>task-1</task>"
  "<empty></empty><blank>  </blank>"
  "</returnval><returnval>second</returnval></RetrieveResponse>" CLOSE;

static void
check_whole (const HvfsValue *v)
{
  const HvfsValue *first = hvfs_value_get (v, "returnval");

  g_assert_cmpstr (hvfs_value_name (v), ==, "RetrieveResponse");
  g_assert_cmpuint (hvfs_value_n_children (v), ==, 2);
  g_assert_cmpstr (hvfs_value_text (first, "obj"), ==, "vm-1");
  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (first, "obj")), ==, "VirtualMachine");
  g_assert_cmpstr (hvfs_value_text (first, "propSet.name"), ==, "a&b <A\n>");
  g_assert_cmpstr (hvfs_value_text (first, "propSet.val"), ==, "gr\xc3\xbc\xc3\x9f <raw> & end");
  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (first, "propSet.val")), ==, "string");
  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (hvfs_value_nth (first, 2), "val")), ==,
                   "ArrayOfThing");
  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (hvfs_value_nth (first, 2), "val.Thing")),
                   ==, "Sub");
  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (first, "task")), ==, "Task");
  g_assert_cmpstr (hvfs_value_text (first, "empty"), ==, "");
  g_assert_cmpstr (hvfs_value_text (first, "blank"), ==, "  ");
}

/* Every way to cut a reply gives the same value. */
static void
test_chunks (void)
{
  for (gsize step = 0; step < sizeof whole; step++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsValue) value
        = parse_in (HVFS_REPLY_SOAP, NULL, whole, sizeof whole - 1, step, &error);

      g_assert_no_error (error);
      check_whole (value);
    }
}

/* No prefix of a reply is a reply. */
static void
test_cut_short (void)
{
  for (gsize len = 0; len < sizeof whole - 1; len++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsValue) value
        = parse_in (HVFS_REPLY_SOAP, NULL, whole, len, 0, &error);

      g_assert_null (value);
      g_assert_error (error, HVFS_ERROR, EIO);
    }
}

/* Prefixes are the sender's whim: all of these say the same. */
static void
test_namespaces (void)
{
  static const char *const same[] = {
    OPEN "<r xmlns='urn:vim25'><v x:type='T'>1</v></r>" CLOSE,
    OPEN "<v:r xmlns:v='urn:vim25'><v:v x:type='v:T'>1</v:v></v:r>" CLOSE,
    OPEN "<r><v xmlns:XMLSchema-instance='" XSI "' XMLSchema-instance:type='q:T'>1</v></r>" CLOSE,
    OPEN "<r><v xmlns:x='urn:other' x:type='no' xmlns:y='" XSI "' y:type='T'>1</v></r>" CLOSE,
    OPEN "<r><v type='T' x:type='Other'>1</v></r>" CLOSE,
    OPEN "<r><v x:type='Other' type='T'>1</v></r>" CLOSE,
    "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Header><a><b/></a></Header>"
    "<Body><r xmlns=''><v type='T'>1</v></r></Body></Envelope>",
  };
  g_autoptr (HvfsValue) first = parse (same[0]);

  g_assert_cmpstr (hvfs_value_type (hvfs_value_get (first, "v")), ==, "T");
  for (gsize i = 1; i < G_N_ELEMENTS (same); i++)
    {
      g_autoptr (HvfsValue) value = parse (same[i]);

      g_assert_true (hvfs_value_equal (first, value));
    }
}

static void
test_not_soap (void)
{
  refuse (HVFS_REPLY_SOAP, NULL, "", "empty");
  refuse (HVFS_REPLY_SOAP, NULL, "Bad gateway", "not complete XML");
  refuse (HVFS_REPLY_SOAP, NULL, "<html><body>login</body></html>", "starts with <html>");
  refuse (HVFS_REPLY_SOAP, NULL, "<Envelope><Body><r/></Body></Envelope>", "not SOAP");
  refuse (HVFS_REPLY_SOAP, NULL, OPEN CLOSE, "no body");
  refuse (HVFS_REPLY_SOAP, NULL, OPEN "<r></s></r>" CLOSE, "not complete XML");
  refuse (HVFS_REPLY_SOAP, NULL, OPEN "<r/>" CLOSE "<more/>", "not complete XML");
  refuse (HVFS_REPLY_SOAP, NULL, OPEN "<r>&unknown;</r>" CLOSE, "not complete XML");
  refuse (HVFS_REPLY_SOAP, NULL,
          "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><other/></s:Envelope>",
          "not SOAP");
}

/* Nothing is expanded or fetched: the document type alone is refused. */
static void
test_doctype (void)
{
  refuse (HVFS_REPLY_XML, NULL, "<!DOCTYPE r [<!ENTITY a 'b'>]><r>&a;</r>", "document type");
  refuse (HVFS_REPLY_XML, NULL, "<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>", "document type");
  refuse (HVFS_REPLY_XML, NULL,
          "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'>%p;]><r/>", "document type");
}

static HvfsReplyLimits
small_limits (void)
{
  return (HvfsReplyLimits) {
    .bytes = 4096, .text_bytes = 100, .attribute_bytes = 100, .pending_bytes = 500,
    .elements = 20, .names = 10, .depth = 8,
  };
}

/* Just within each limit, and just beyond, byte by byte: what arrives whole in one
 * chunk never waits for its end. */
static void
test_limits (void)
{
  static const struct { const char *before, *unit, *after; guint fits; const char *text; } rows[] = {
    { "<r>", "x", "</r>", 100, "text of more than 100" },
    { "<r a='", "x", "'/>", 100, "attribute of more than 100" },
    { "<r>", "<e/>", "</r>", 19, "more than 20 elements" },
    { "<r>", "<!-- 8 -->", "</r>", 400, "longer than 4096" },
    { "<r><!--", "x", "--></r>", 480, "tag of more than 500" },
  };
  const HvfsReplyLimits limits = small_limits ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint beyond = 0; beyond < 2; beyond++)
      {
        g_autoptr (GString) xml = g_string_new (rows[i].before);
        g_autoptr (GError) error = NULL;
        g_autoptr (HvfsValue) value = NULL;

        for (guint n = 0; n < rows[i].fits + 30 * beyond; n++)
          g_string_append (xml, rows[i].unit);
        g_string_append (xml, rows[i].after);
        value = parse_in (HVFS_REPLY_XML, &limits, xml->str, xml->len, 1, &error);
        g_assert_true ((value != NULL) == (beyond == 0));
        if (beyond)
          g_assert_nonnull (strstr (error->message, rows[i].text));
      }
}

static void
test_limit_depth_and_names (void)
{
  const HvfsReplyLimits limits = small_limits ();
  g_autoptr (HvfsValue) deep = NULL;
  const char *fits = "<a><a><a><a><a><a><a><a>x</a></a></a></a></a></a></a></a>";

  deep = parse_in (HVFS_REPLY_XML, &limits, fits, strlen (fits), 0, NULL);
  g_assert_cmpstr (hvfs_value_text (deep, "a.a.a.a.a.a.a"), ==, "x");
  refuse (HVFS_REPLY_XML, &limits, "<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>",
          "deeper than 8");
  refuse (HVFS_REPLY_XML, &limits,
          "<r><a/><b/><c/><d/><e/><f/><g/><h/><i/><j/></r>", "different names");
  refuse (HVFS_REPLY_XML, &limits,
          "<r><a type='1'/><a type='2'/><a type='3'/><a type='4'/><a type='5'/><a type='6'/>"
          "<a type='7'/><a type='8'/><a type='9'/><a type='10'/><a type='11'/></r>",
          "different types");
}

/* Names of attributes are not kept, but by libxml2. */
static void
test_limit_attributes (void)
{
  g_autoptr (HvfsReply) reply = hvfs_reply_new (HVFS_REPLY_XML, NULL);
  g_autoptr (GError) error = NULL;
  gboolean more = hvfs_reply_feed (reply, "<r>", 3, NULL);

  for (guint n = 0; more; n++)
    {
      g_autofree char *element = g_strdup_printf ("<e a%u='x'/>", n);

      more = hvfs_reply_feed (reply, element, strlen (element), &error);
      g_assert_cmpuint (n, <, 1000 * 1000);
    }
  g_assert_error (error, HVFS_ERROR, EIO);
}

/* A tag that never ends is refused before it has eaten much, and in linear time. */
static void
test_endless_tag (void)
{
  g_autoptr (HvfsReply) reply = hvfs_reply_new (HVFS_REPLY_XML, NULL);
  g_autofree char *spaces = g_strnfill (4096, ' ');
  g_autoptr (GError) error = NULL;
  gsize fed = 0;

  g_assert_true (hvfs_reply_feed (reply, "<r ", 3, NULL));
  while (hvfs_reply_feed (reply, spaces, 4096, &error))
    g_assert_cmpuint (fed += 4096, <, 64 * 1024 * 1024);
  g_assert_error (error, HVFS_ERROR, EIO);
  g_clear_error (&error);
  g_assert_false (hvfs_reply_feed (reply, "/>", 2, &error));
  g_assert_error (error, HVFS_ERROR, EIO);
}

/* What is said again is the same value, a whole element, too, but for those few that
 * another took the place of; what differs in anything is not. */
static void
test_said_again (void)
{
  g_autoptr (GString) xml = g_string_new (OPEN "<R>");
  g_autoptr (HvfsValue) v = NULL;
  guint n_shared = 0;

  for (guint i = 0; i < 4000; i++)
    g_string_append_printf (xml, "<s%u><name>n%u</name><val x:type='xsd:%s'>on</val></s%u>",
                            i / 2 % 100, i / 4, i % 8 < 4 ? "string" : "token", i / 2 % 100);
  g_string_append (xml, "</R>" CLOSE);
  v = parse (xml->str);
  g_assert_cmpuint (hvfs_value_n_children (v), ==, 4000);
  for (guint i = 0; i < 4000; i++)
    {
      const HvfsValue *set = hvfs_value_nth (v, i);
      g_autofree char *element = g_strdup_printf ("s%u", i / 2 % 100);
      g_autofree char *name = g_strdup_printf ("n%u", i / 4);

      g_assert_cmpstr (hvfs_value_name (set), ==, element);
      g_assert_cmpstr (hvfs_value_text (set, "name"), ==, name);
      g_assert_cmpstr (hvfs_value_text (set, "val"), ==, "on");
      g_assert_cmpstr (hvfs_value_type (hvfs_value_get (set, "val")), ==,
                       i % 8 < 4 ? "string" : "token");
      n_shared += i % 2 == 1 && set == hvfs_value_nth (v, i - 1);
    }
  g_assert_cmpuint (n_shared, >, 1000);
}

static void
test_names_go (void)
{
  guint before = hvfs_name_count ();

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (HvfsValue) value = parse (whole);
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsValue) none
        = parse_in (HVFS_REPLY_SOAP, NULL, whole, sizeof whole / 2, 0, &error);

      g_assert_cmpuint (hvfs_name_count (), >, before);
    }
  g_assert_cmpuint (hvfs_name_count (), ==, before);
}

static void
test_encoding (void)
{
  const char *xml = "<?xml version='1.0' encoding='ISO-8859-1'?><r>gr\xfc\xdf</r>";
  g_autoptr (HvfsValue) value = parse_in (HVFS_REPLY_XML, NULL, xml, strlen (xml), 1, NULL);

  g_assert_cmpstr (hvfs_value_text (value, NULL), ==, "gr\xc3\xbc\xc3\x9f");
}

/* Of any other encoding only what is the same in all is judged; wide ones are left alone. */
static void
test_encoding_mended (void)
{
  const char *narrow = "<?xml version='1.0' encoding=\"iso-8859-1\"?><r>\xfc\x01&#2;</r>";
  static const char wide[] = "\xff\xfe<\0r\0>\0\xfc\0<\0/\0r\0>\0";
  g_autoptr (HvfsValue) value = NULL, of_wide = NULL;

  value = parse_in (HVFS_REPLY_XML, NULL, narrow, strlen (narrow), 1, NULL);
  g_assert_cmpstr (hvfs_value_text (value, NULL), ==, "\xc3\xbc?" WRONG);
  of_wide = parse_in (HVFS_REPLY_XML, NULL, wide, sizeof wide - 1, 0, NULL);
  g_assert_cmpstr (hvfs_value_text (of_wide, NULL), ==, "\xc3\xbc");
}

/* What XML forbids is replaced, wherever it is cut and wherever it lies; what only looks so
 * stays. */
static void
test_mended (void)
{
  static const struct { const char *sent, *shown; } rows[] = {
    { "oak &#x1f; elm", "oak " WRONG " elm" },
    { "&#0;&#x0;&#8;&#31;", WRONG WRONG WRONG WRONG },
    { "&#xFFFF;&#xfffe;&#65535;", WRONG WRONG WRONG },
    { "&#xD800;|&#xDFFF;|&#55357;", WRONG "|" WRONG "|" WRONG },
    { "&#x110000;&#99999999999999999999999;", WRONG WRONG },
    { "&#x000000000000000000001f;", WRONG },
    { "a\x0b" "b\x01\x1f", "a" WRONG "b" WRONG WRONG },
    { "tab\t line\n end\r\n &#9;&#10;&#13;", "tab\t line\n end\n \t\n\r" },
    { "caf\xe9 au lait", "caf" WRONG " au lait" },
    { "\x80\xc0\xc1\xf5\xff", WRONG WRONG WRONG WRONG WRONG },
    { "\xe2\x82|\xf0\x9f\x98|\xc3", WRONG "|" WRONG "|" WRONG },
    { "\xed\xa0\x80|\xef\xbf\xbf|\xef\xbf\xbe", WRONG "|" WRONG "|" WRONG },
    { "\xf4\x90\x80\x80|\xe0\x80\x80", WRONG "|" WRONG },
    { "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 \x7f \xc2\x85 " WRONG,
      "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 \x7f \xc2\x85 " WRONG },
    { "&amp;#x1f; &lt;&#x41;&#65;&#x10FFFF;", "&#x1f; <AA\xf4\x8f\xbf\xbf" },
    { "<![CDATA[&#x1f; ]] > ]>]]>&#x1f;", "&#x1f; ]] > ]>" WRONG },
    { "<![CDATA[a\x02]]]>\x03", "a" WRONG "]" WRONG },
    { "a<!-- <![CDATA[ &#x1f; \x02 \xff -->&#x1f;", "a" WRONG },
    { "wow! a <!-- - -->&#1;", "wow! a " WRONG },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize before = 0; before < 80; before++)
      {
        g_autofree char *fill = g_strnfill (before, 'x');
        g_autofree char *xml = g_strconcat (OPEN "<r><v x:type='T'>", fill, rows[i].sent,
                                            "</v><w k='&#x1f;\x02'>next</w></r>" CLOSE, NULL);
        g_autofree char *shown = g_strconcat (fill, rows[i].shown, NULL);

        for (gsize step = 0; step < 12; step++)
          {
            g_autoptr (GError) error = NULL;
            g_autoptr (HvfsValue) value
              = parse_in (HVFS_REPLY_SOAP, NULL, xml, strlen (xml), step, &error);

            g_assert_no_error (error);
            g_assert_cmpstr (hvfs_value_text (value, "v"), ==, shown);
            g_assert_cmpstr (hvfs_value_text (value, "w"), ==, "next");
          }
      }
}

static void
test_nil (void)
{
  g_autoptr (HvfsValue) v = parse (OPEN "<r><a x:nil='true'/><b x:nil='false'>1</b><c nil='true'>2</c>"
                                   "<d x:type='T' x:nil='1'><e>3</e></d><f x:nil='0'/></r>" CLOSE);

  g_assert_cmpuint (hvfs_value_n_children (v), ==, 3);
  g_assert_cmpstr (hvfs_value_text (v, "b"), ==, "1");
  g_assert_cmpstr (hvfs_value_text (v, "c"), ==, "2");
  g_assert_cmpstr (hvfs_value_text (v, "f"), ==, "");
}

/* What servers and what stands before them put in front of a document. */
static void
test_beginnings (void)
{
  static const char *const before[]
    = { "", "\xef\xbb\xbf", "\r\n\r\n  ", "\n\xef\xbb\xbf\n", "\xef\xbb\xbf " };
  static const char *const declaration[]
    = { "", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (declaration); j++)
      for (gsize step = 0; step < 8; step++)
        {
          g_autofree char *xml = g_strconcat (before[i], declaration[j], "<r>\xff</r>", NULL);
          g_autoptr (GError) error = NULL;
          g_autoptr (HvfsValue) value
            = parse_in (HVFS_REPLY_XML, NULL, xml, strlen (xml), step, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (hvfs_value_text (value, NULL), ==, WRONG);
        }
}

/* One leaf larger than libxml2 allows by itself. */
static void
test_large_text (void)
{
  gsize len = 12 * 1000 * 1000;
  g_autofree char *text = g_strnfill (len, 'x');
  g_autofree char *xml = g_strconcat (OPEN "<r>", text, "</r>" CLOSE, NULL);
  g_autoptr (HvfsValue) value = parse (xml);

  g_assert_cmpuint (strlen (hvfs_value_text (value, NULL)), ==, len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/chunks", test_chunks);
  g_test_add_func ("/reply/cut-short", test_cut_short);
  g_test_add_func ("/reply/namespaces", test_namespaces);
  g_test_add_func ("/reply/not-soap", test_not_soap);
  g_test_add_func ("/reply/doctype", test_doctype);
  g_test_add_func ("/reply/limits", test_limits);
  g_test_add_func ("/reply/limit-depth-and-names", test_limit_depth_and_names);
  g_test_add_func ("/reply/endless-tag", test_endless_tag);
  g_test_add_func ("/reply/limit-attributes", test_limit_attributes);
  g_test_add_func ("/reply/said-again", test_said_again);
  g_test_add_func ("/reply/names-go", test_names_go);
  g_test_add_func ("/reply/encoding", test_encoding);
  g_test_add_func ("/reply/encoding-mended", test_encoding_mended);
  g_test_add_func ("/reply/mended", test_mended);
  g_test_add_func ("/reply/beginnings", test_beginnings);
  g_test_add_func ("/reply/nil", test_nil);
  g_test_add_func ("/reply/large-text", test_large_text);
  return g_test_run ();
}
