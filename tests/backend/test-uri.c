/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/test-uri.c - hvfs(1)'s URI: what is read from it, and each mistake's message */
#include <locale.h>
#include <string.h>

#include "backend/login/uri.h"
#include "convert/error.h"

#define PIN "sha256//" "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

typedef struct
{
  const char *text;
  HvfsUriType type;
  const char *username;
  const char *host;
  guint port;
  const char *path; /* joined by "|" */
  const char *base_url;
} Good;

static const Good good[] = {
  { "vpx://vc/", HVFS_URI_VPX, NULL, "vc", 443, "", "https://vc:443" },
  { "vpx://vc", HVFS_URI_VPX, NULL, "vc", 443, "", "https://vc:443" },
  { "VPX://vc/", HVFS_URI_VPX, NULL, "vc", 443, "", "https://vc:443" },
  { "esx://host.example.com/", HVFS_URI_ESX, NULL, "host.example.com", 443, "",
    "https://host.example.com:443" },
  { "gsx://g/", HVFS_URI_GSX, NULL, "g", 8333, "", "https://g:8333" },
  { "esx://h/?transport=http", HVFS_URI_ESX, NULL, "h", 80, "", "http://h:80" },
  { "esx://h?transport=http", HVFS_URI_ESX, NULL, "h", 80, "", "http://h:80" },
  { "gsx://h/?transport=http", HVFS_URI_GSX, NULL, "h", 8222, "", "http://h:8222" },
  { "vpx://vc/?transport=https", HVFS_URI_VPX, NULL, "vc", 443, "", "https://vc:443" },
  { "vpx://vc:8989/?transport=http", HVFS_URI_VPX, NULL, "vc", 8989, "", "http://vc:8989" },
  { "vpx://vc:443/?transport=http", HVFS_URI_VPX, NULL, "vc", 443, "", "http://vc:443" },
  { "vpx://root@vc/", HVFS_URI_VPX, "root", "vc", 443, "", "https://vc:443" },
  { "vpx://administrator@vsphere.local@vc/", HVFS_URI_VPX, "administrator@vsphere.local", "vc", 443, "",
    "https://vc:443" },
  { "vpx://DOM%5cfred%40x@vc/", HVFS_URI_VPX, "DOM\\fred@x", "vc", 443, "", "https://vc:443" },
  { "vpx://vc/f1/dc1/f2/cl1/host1", HVFS_URI_VPX, NULL, "vc", 443, "f1|dc1|f2|cl1|host1",
    "https://vc:443" },
  { "vpx://vc//dc1///cl1/", HVFS_URI_VPX, NULL, "vc", 443, "dc1|cl1", "https://vc:443" },
  { "vpx://vc/my%20dc/a%2fb/100%25", HVFS_URI_VPX, NULL, "vc", 443, "my dc|a/b|100%",
    "https://vc:443" },
  { "vpx://vc/d\xc3\xbc/e%C3%A9", HVFS_URI_VPX, NULL, "vc", 443, "d\xc3\xbc|e\xc3\xa9",
    "https://vc:443" },
  { "vpx://vc/a,b=c@d:e", HVFS_URI_VPX, NULL, "vc", 443, "a,b=c@d:e", "https://vc:443" },
  { "vpx://[::1]:8989/", HVFS_URI_VPX, NULL, "::1", 8989, "", "https://[::1]:8989" },
  { "vpx://u@[2001:db8::7]/dc", HVFS_URI_VPX, "u", "2001:db8::7", 443, "dc",
    "https://[2001:db8::7]:443" },
  { "esx://[fe80::1%25eth0]/", HVFS_URI_ESX, NULL, "fe80::1%eth0", 443, "",
    "https://[fe80::1%25eth0]:443" },
  { "esx://192.0.2.1:1/", HVFS_URI_ESX, NULL, "192.0.2.1", 1, "", "https://192.0.2.1:1" },
  { "esx://h:65535/", HVFS_URI_ESX, NULL, "h", 65535, "", "https://h:65535" },
};

static void
test_good (gconstpointer data)
{
  const Good *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri = hvfs_uri_parse (c->text, &error);
  g_autofree char *path = NULL, *base_url = NULL;

  g_assert_no_error (error);
  path = g_strjoinv ("|", uri->path);
  base_url = hvfs_uri_to_base_url (uri);
  g_assert_cmpint (uri->type, ==, c->type);
  g_assert_cmpstr (uri->username, ==, c->username);
  g_assert_cmpstr (uri->host, ==, c->host);
  g_assert_cmpuint (uri->port, ==, c->port);
  g_assert_cmpstr (path, ==, c->path);
  g_assert_cmpstr (base_url, ==, c->base_url);
}

/* What a user gave wrong, and the words that must be in the message. */
static const struct
{
  const char *text;
  const char *named;
} bad[] = {
  { "", "vpx://SERVER/" },
  { "vc.example.com", "'vc.example.com' is no URI" },
  { "vpx:/vc", "'vpx:/vc' is no URI" },
  { "https://vc/", "unknown type 'https'" },
  { "://vc/", "unknown type ''" },
  { "vpx:///dc1", "names no host" },
  { "vpx://root@/", "names no host" },
  { "vpx://@vc/", "bad user name ''" },
  { "vpx://a%zz@vc/", "bad user name 'a%zz'" },
  { "vpx://a%ff@vc/", "bad user name 'a%ff'" },
  { "vpx://root:secret@vc/", "-o password_file" },
  { "vpx://vc:/", "bad port ''" },
  { "vpx://vc:0/", "bad port '0'" },
  { "vpx://vc:65536/", "bad port '65536'" },
  { "vpx://vc:https/", "bad port 'https'" },
  { "vpx://vc:-1/", "bad port '-1'" },
  { "vpx://v c/", "bad host name 'v c'" },
  { "vpx://v\nc/", "bad host name" },
  { "vpx://::1/", "as [::1]" },
  { "vpx://[::1/", "bad address '[::1'" },
  { "vpx://[::1]x/", "bad address '[::1]x'" },
  { "vpx://[vc]/", "bad address '[vc]'" },
  { "vpx://[]/", "bad address '[]'" },
  { "vpx://[fe80::1%]/", "bad address" },
  { "vpx://[::1]:x/", "bad port 'x'" },
  { "vpx://vc/a%2", "bad name 'a%2'" },
  { "vpx://vc/a%00b", "bad name 'a%00b'" },
  { "vpx://vc/%ff", "bad name '%ff' in the path of the URI: not UTF-8" },
  { "vpx://vc/\xff", "not UTF-8" },
  { "vpx://vc/dc#1", "%23" },
  { "vpx://vc/?colour=red", "unknown URI parameter 'colour'" },
  { "vpx://vc/?password=secret", "unknown URI parameter 'password'" },
  { "vpx://vc/?no_verify", "'no_verify' has no value" },
  { "vpx://vc/?no_verify=1&no_verify=0", "no_verify is given twice" },
  { "vpx://vc/?no_verify=%zz", "a bad % escape" },
  { "vpx://vc/?cacert=%ff", "not UTF-8" },
  { "vpx://vc/?no_verify=2", "no_verify: '2' is not 0 or 1" },
  { "vpx://vc/?no_verify=", "no_verify: '' is not 0 or 1" },
  { "vpx://vc/?transport=ftp", "transport: 'ftp' is not http or https" },
  { "vpx://vc/?auto_answer=yes", "auto_answer: 'yes' is not 0, 1 or ask" },
  { "vpx://vc/?cacert=", "cacert: '' is not a file name" },
  { "vpx://vc/?authfile=", "authfile: '' is not a file name" },
  { "vpx://vc/?vcenter=", "vcenter names no host" },
  { "vpx://vc/?vcenter=a%20b", "bad host name 'a b' in URI parameter vcenter" },
  { "vpx://vc/?pin=sha1//x", "pin: 'sha1//x' is not sha256//" },
  { "vpx://vc/?pin=sha256//AAAA", "pin: 'sha256//AAAA' is not" },
  { "vpx://vc/?pin=sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "pin: " },
  { "vpx://vc/?proxy=ftp://p", "proxy: 'ftp' is not http, socks" },
  { "vpx://vc/?proxy=", "proxy names no host" },
  { "vpx://vc/?proxy=p:x", "bad port 'x' in URI parameter proxy" },
  { "vpx://vc/?proxy=u:secret@p", "user name is not supported" },
};

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvfsUri) uri = hvfs_uri_parse (bad[i].text, &error);

      if (uri != NULL)
        g_error ("'%s' is accepted", bad[i].text);
      g_assert_error (error, HVFS_ERROR, EINVAL);
      if (strstr (error->message, bad[i].named) == NULL)
        g_error ("'%s' says: %s\nwithout: %s", bad[i].text, error->message, bad[i].named);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_defaults (void)
{
  g_autoptr (HvfsUri) uri = hvfs_uri_parse ("esx://h/?&", NULL);
  g_autoptr (HvfsUri) again = hvfs_uri_ref (uri);

  g_assert_false (again->http);
  g_assert_false (again->no_verify);
  g_assert_null (again->vcenter);
  g_assert_null (again->cacert);
  g_assert_null (again->pin);
  g_assert_null (again->proxy);
  g_assert_null (again->authfile);
  g_assert_cmpint (again->auto_answer, ==, HVFS_AUTO_ANSWER_NO);
}

static void
test_params (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsUri) uri
    = hvfs_uri_parse ("esx://h/?transport=http&vcenter=vc.example.com:8443&no_verify=1&cacert=/a%20b.pem"
                      "&pin=" PIN "&auto_answer=ask&proxy=socks://p&authfile=conf/../auth.conf", &error);
  g_autofree char *authfile = g_canonicalize_filename ("auth.conf", NULL);

  g_assert_no_error (error);
  g_assert_true (uri->http);
  g_assert_cmpstr (uri->vcenter, ==, "vc.example.com:8443");
  g_assert_true (uri->no_verify);
  g_assert_cmpstr (uri->cacert, ==, "/a b.pem");
  g_assert_cmpstr (uri->pin, ==, PIN);
  g_assert_cmpint (uri->auto_answer, ==, HVFS_AUTO_ANSWER_ASK);
  g_assert_cmpstr (uri->proxy, ==, "socks5://p:1080");
  g_assert_cmpstr (uri->authfile, ==, authfile);
}

static void
test_words (void)
{
  g_autoptr (HvfsUri) star = hvfs_uri_parse ("esx://h/?vcenter=*&auto_answer=1", NULL);
  g_autoptr (HvfsUri) zero = hvfs_uri_parse ("esx://h/?vcenter=%2a&auto_answer=0&no_verify=0", NULL);

  g_assert_cmpstr (star->vcenter, ==, "*");
  g_assert_cmpint (star->auto_answer, ==, HVFS_AUTO_ANSWER_YES);
  g_assert_cmpstr (zero->vcenter, ==, "*");
  g_assert_cmpint (zero->auto_answer, ==, HVFS_AUTO_ANSWER_NO);
  g_assert_false (zero->no_verify);
}

static void
test_proxy (void)
{
  static const struct { const char *value, *proxy; } proxies[] = {
    { "p", "http://p:1080" },
    { "p:3128", "http://p:3128" },
    { "http://p", "http://p:1080" },
    { "socks://p:9", "socks5://p:9" },
    { "socks4://p", "socks4://p:1080" },
    { "socks4a://p", "socks4a://p:1080" },
    { "socks5://p", "socks5://p:1080" },
    { "socks5://[::1]:9050", "socks5://[::1]:9050" },
    { "[::1]", "http://[::1]:1080" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (proxies); i++)
    {
      g_autofree char *text = g_strconcat ("vpx://vc/?proxy=", proxies[i].value, NULL);
      g_autoptr (HvfsUri) uri = hvfs_uri_parse (text, NULL);

      g_assert_cmpstr (uri->proxy, ==, proxies[i].proxy);
    }
}

static void
test_vcenter (void)
{
  static const struct { const char *name, *url; } names[] = {
    { "vc", "https://vc:443" },
    { "vc:8443", "https://vc:8443" },
    { "[::1]:8443", "https://[::1]:8443" },
    { "2001:db8::7", "https://[2001:db8::7]:443" },
  };
  g_autoptr (HvfsUri) host = hvfs_uri_parse (
    "esx://root@h:9/?proxy=p&no_verify=1&cacert=/ca&auto_answer=ask&vcenter=*", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (HvfsUri) uri = hvfs_uri_new_vcenter (host, names[i].name, NULL);
      g_autofree char *url = hvfs_uri_to_base_url (uri);

      g_assert_cmpstr (url, ==, names[i].url);
      g_assert_cmpint (uri->type, ==, HVFS_URI_VPX);
      g_assert_null (uri->username);
      g_assert_null (uri->path[0]);
      g_assert_cmpstr (uri->proxy, ==, host->proxy);
      g_assert_cmpstr (uri->cacert, ==, "/ca");
      g_assert_true (uri->no_verify);
      g_assert_cmpint (uri->auto_answer, ==, HVFS_AUTO_ANSWER_ASK);
    }
  g_assert_null (hvfs_uri_new_vcenter (host, "no such name", &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *name = g_strdup_printf ("/uri/good/%u", i);

      g_test_add_data_func (name, &good[i], test_good);
    }
  g_test_add_func ("/uri/bad", test_bad);
  g_test_add_func ("/uri/defaults", test_defaults);
  g_test_add_func ("/uri/params", test_params);
  g_test_add_func ("/uri/words", test_words);
  g_test_add_func ("/uri/proxy", test_proxy);
  g_test_add_func ("/uri/vcenter", test_vcenter);
  return g_test_run ();
}
