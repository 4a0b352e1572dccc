/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/login/login.c - one login: how it is made, tested and ended; see login.h */
#include "backend/login/login.h"

#include "backend/wire/fault.h"
#include "backend/wire/soap.h"
#include "backend/wire/version.h"
#include "convert/error.h"

#define END_LIMIT_S 5

/* Which product lines a type of URI may meet, and how to say it right. */
static const struct
{
  const char *product_line;
  HvfsUriType type;
  const char *what;
} product_lines[] = {
  { "vpx", HVFS_URI_VPX, "a vCenter" },
  { "esx", HVFS_URI_ESX, "an ESX host" },
  { "embeddedEsx", HVFS_URI_ESX, "an ESX host" },
  { "gsx", HVFS_URI_GSX, "a GSX host" },
};

HvfsLogin *
hvfs_login_ref (HvfsLogin *login)
{
  g_atomic_ref_count_inc (&login->refs);
  return login;
}

void
hvfs_login_unref (HvfsLogin *login)
{
  if (login == NULL || !g_atomic_ref_count_dec (&login->refs))
    return;
  g_free (login->version);
  hvfs_cookies_free (login->cookies);
  g_free (login->user);
  hvfs_value_unref (login->content);
  g_free (login);
}

static HvfsLogin *
login_alloc (const char *version, HvfsValue *content)
{
  HvfsLogin *login = g_new0 (HvfsLogin, 1);

  g_atomic_ref_count_init (&login->refs);
  login->version = g_strdup (version);
  login->cookies = hvfs_cookies_new ();
  login->content = content != NULL ? hvfs_value_ref (content) : NULL;
  return login;
}

static HvfsValue *
exchange (const HvfsLoginTarget *target, HvfsRequest *request, HvfsSoapOptions *options,
          GCancellable *cancellable, GError **error)
{
  return hvfs_soap_exchange (target->http, target->stats, request, options, cancellable, error);
}

/* Reads the service content into @login; needs no session. */
static gboolean
read_content (const HvfsLoginTarget *target, HvfsLogin *login, GCancellable *cancellable,
              GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("RetrieveServiceContent", "ServiceInstance", "ServiceInstance");
  HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies };
  g_autoptr (HvfsValue) reply = exchange (target, request, &options, cancellable, error);
  HvfsValue *content = hvfs_value_get (reply, "returnval");

  if (reply == NULL)
    return FALSE;
  if (hvfs_value_text (content, "sessionManager") == NULL
      || hvfs_value_text (content, "propertyCollector") == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server's service content is not vSphere's");
      return FALSE;
    }
  login->content = hvfs_value_ref (content);
  return TRUE;
}

/* Whether who failed so may have refused the version, and was there to do it. */
static gboolean
is_answer (const GError *failure)
{
  static const int codes[] = { EIO, EPROTO, EINVAL, ENOTSUP };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (failure, HVFS_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

/* Reads it from a server that lists no versions: new ones refuse old ones.  @error: what it
 * said to the oldest */
static gboolean
find_content (const HvfsLoginTarget *target, HvfsLogin *login, GCancellable *cancellable,
              GError **error)
{
  static const char *const versions[] = { "4.0", "5.0", "5.5", "6.0", "6.5", "6.7", "7.0",
                                          HVFS_VERSION_MAX };
  g_autoptr (GError) failure = NULL;

  if (read_content (target, login, cancellable, &failure))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (versions) && is_answer (failure); i++)
    {
      g_autoptr (GError) other = NULL;

      g_free (login->version);
      login->version = g_strdup (versions[i]);
      if (read_content (target, login, cancellable, &other))
        return TRUE;
      if (!is_answer (other))
        break;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* Without a list of versions the server's own is taken, if we know it. */
static void
choose_version (HvfsLogin *login, const HvfsValue *versions)
{
  const char *chosen = hvfs_version_choose (versions);
  const char *own = hvfs_value_text (login->content, "about.apiVersion");
  char *version;

  if (chosen == NULL && own != NULL && g_ascii_isdigit (*own))
    chosen = hvfs_version_compare (own, HVFS_VERSION_MAX) <= 0 ? own : HVFS_VERSION_MAX;
  version = g_strdup (chosen != NULL ? chosen : login->version);
  g_free (login->version);
  login->version = version;
}

static gboolean
check_kind (const HvfsLoginTarget *target, const HvfsLogin *login, GError **error)
{
  const char *line = hvfs_value_text (login->content, "about.productLineId");

  for (gsize i = 0; i < G_N_ELEMENTS (product_lines); i++)
    if (g_strcmp0 (line, product_lines[i].product_line) == 0
        && target->uri->type != product_lines[i].type)
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "%s is %s: its URI starts with %s://",
                     target->uri->host, product_lines[i].what,
                     hvfs_uri_type_name (product_lines[i].type));
        return FALSE;
      }
  return TRUE;
}

/* The server's words, and whose login it was. */
static void
say_who (const HvfsLoginTarget *target, GError **error)
{
  g_prefix_error (error, "%s: login as '%s': ", target->uri->host,
                  hvfs_credentials_username (target->credentials));
}

/* Logs in, with what cookies the server gave @login before, if it did. */
static gboolean
authenticate (const HvfsLoginTarget *target, HvfsLogin *login, GCancellable *cancellable,
              GError **error)
{
  const HvfsValue *manager = hvfs_value_get (login->content, "sessionManager");
  const char *name = hvfs_credentials_username (target->credentials);
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("Login", "SessionManager", hvfs_value_text (manager, NULL));
  HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies,
                              .change = TRUE };
  g_autofree char *cookies = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  const char *confirmed;

  hvfs_request_text (request, "userName", name);
  hvfs_request_text (request, "password", hvfs_credentials_password (target->credentials));
  hvfs_request_text (request, "locale", "en_US");
  reply = exchange (target, request, &options, cancellable, error);
  if (reply == NULL)
    {
      say_who (target, error);
      return FALSE;
    }
  cookies = hvfs_cookies_dup (login->cookies, HVFS_SOAP_PATH);
  if (cookies == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "%s: the server gave no session cookie",
                   target->uri->host);
      return FALSE;
    }
  confirmed = hvfs_value_text (reply, "returnval.userName");
  login->user = g_strdup (confirmed != NULL ? confirmed : name);
  hvfs_stats_add (target->stats, HVFS_STAT_LOGINS, 1);
  return TRUE;
}

HvfsLogin *
hvfs_login_new (const HvfsLoginTarget *target, HvfsLogin *old, GCancellable *cancellable,
                GError **error)
{
  g_autoptr (HvfsLogin) login = login_alloc (HVFS_VERSION_MIN, NULL);
  g_autoptr (HvfsValue) versions = NULL;

  if (!hvfs_soap_get_versions (target->http, login->cookies, &versions, cancellable, error))
    return NULL;
  choose_version (login, versions);
  if (hvfs_version_choose (versions) != NULL ? !read_content (target, login, cancellable, error)
                                             : !find_content (target, login, cancellable, error))
    return NULL;
  choose_version (login, versions);
  if (!check_kind (target, login, error))
    return NULL;
  if (old != NULL)
    hvfs_login_end (target, old);
  return authenticate (target, login, cancellable, error) ? g_steal_pointer (&login) : NULL;
}

HvfsLogin *
hvfs_login_again (const HvfsLoginTarget *target, const HvfsLogin *old,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsLogin) login = login_alloc (old->version, old->content);

  return authenticate (target, login, cancellable, error) ? g_steal_pointer (&login) : NULL;
}

gboolean
hvfs_login_is_refusal (const GError *failure)
{
  return hvfs_fault_is_a (hvfs_error_fault (failure), "InvalidLogin");
}

GError *
hvfs_login_new_refusal (const GError *failure, const HvfsCredentials *credentials, guint after_s)
{
  const char *file = hvfs_credentials_file (credentials);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) next = g_date_time_add_seconds (now, after_s);
  g_autofree char *when = g_date_time_format (next, "tried again at %Y-%m-%dT%H:%M:%SZ");
  g_autofree char *hurry = file != NULL ? g_strdup_printf ("when %s changes, or at SIGHUP", file)
                                        : g_strdup ("at SIGHUP");
  GError *refusal = g_error_copy (failure);

  g_free (refusal->message);
  refusal->message
    = after_s > 0 ? g_strdup_printf ("%s; %s, and at once %s", failure->message, when, hurry)
                  : g_strdup_printf ("%s; not tried again, so that the account is not locked, but %s",
                                     failure->message, hurry);
  return refusal;
}

gboolean
hvfs_login_is_alive (const HvfsLoginTarget *target, const HvfsLogin *login,
                     GCancellable *cancellable)
{
  const char *manager = hvfs_value_text (login->content, "sessionManager");
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("RetrieveProperties", "PropertyCollector",
                        hvfs_value_text (login->content, "propertyCollector"));
  HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies };
  g_autoptr (HvfsValue) reply = NULL;

  hvfs_request_open (request, "specSet", NULL);
  hvfs_request_open (request, "propSet", NULL);
  hvfs_request_text (request, "type", "SessionManager");
  hvfs_request_text (request, "pathSet", "currentSession");
  hvfs_request_close (request);
  hvfs_request_open (request, "objectSet", NULL);
  hvfs_request_moref (request, "obj", "SessionManager", manager);
  hvfs_request_close (request);
  hvfs_request_close (request);
  reply = exchange (target, request, &options, cancellable, NULL);
  return hvfs_value_get (reply, "returnval.propSet.val.key") != NULL;
}

void
hvfs_login_end (const HvfsLoginTarget *target, const HvfsLogin *login)
{
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("Logout", "SessionManager",
                        hvfs_value_text (login->content, "sessionManager"));
  HvfsSoapOptions options = { .version = login->version, .cookies = login->cookies,
                              .change = TRUE, .limit_s = END_LIMIT_S };

  hvfs_value_unref (exchange (target, request, &options, NULL, NULL));
}
