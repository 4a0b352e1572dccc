/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/customize.c - the CustomizationSpec of a machine; see customize.h */
#include "backend/operation/customize.h"

#include <arpa/inet.h>
#include <string.h>

#include "backend/mirror/retrieve.h"
#include "convert/error.h"

#define LINUX "linux"
#define WINDOWS "windows"
#define DHCP "dhcp"
#define MAX_LABEL 63
#define MAX_NETBIOS 15
#define MAX_PREFIX 32
/* Windows' number of UTC. */
#define UTC 85

/* ---- what the user says ---- */

static gboolean
is_made_here (const HvfsCustomize *customize)
{
  return g_strcmp0 (customize->with, LINUX) == 0 || g_strcmp0 (customize->with, WINDOWS) == 0;
}

static gboolean
is_address (const char *text)
{
  struct in_addr v4;

  return inet_pton (AF_INET, text, &v4) == 1;
}

/* "10.0.0.5/24": the two parts.  FALSE: it is not of that form */
static gboolean
split_address (const char *text, char **ret_address, guint *ret_prefix)
{
  const char *slash = strchr (text, '/');
  g_autofree char *address = slash == NULL ? NULL : g_strndup (text, slash - text);
  guint64 prefix;

  if (address == NULL || !is_address (address)
      || !g_ascii_string_to_unsigned (slash + 1, 10, 1, MAX_PREFIX, &prefix, NULL))
    return FALSE;
  *ret_address = g_steal_pointer (&address);
  *ret_prefix = prefix;
  return TRUE;
}

static gboolean
check_ip (const char *ip, GError **error)
{
  g_auto (GStrv) all = g_strsplit (ip, ",", -1);

  for (guint i = 0; all[i] != NULL; i++)
    {
      g_autofree char *address = NULL;
      guint prefix;

      if (strcmp (all[i], DHCP) == 0 || split_address (all[i], &address, &prefix))
        continue;
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "ip: '%.64s' is neither dhcp nor an IPv4 address with its prefix, such as "
                   "10.0.0.5/24", all[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_addresses (const char *key, const char *text, GError **error)
{
  g_auto (GStrv) all = g_strsplit (text, ",", -1);

  for (guint i = 0; all[i] != NULL; i++)
    if (!is_address (all[i]))
      {
        g_set_error (error, HVFS_ERROR, EINVAL, "%s: '%.64s' is not an IPv4 address", key, all[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_hostname (const HvfsCustomize *customize, GError **error)
{
  gsize len = strlen (customize->hostname);
  guint max = strcmp (customize->with, WINDOWS) == 0 ? MAX_NETBIOS : MAX_LABEL;

  if (len > 0 && len <= max && customize->hostname[0] != '-' && customize->hostname[len - 1] != '-'
      && strspn (customize->hostname, "0123456789-" G_CSET_a_2_z G_CSET_A_2_Z) == len)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL,
               "hostname: '%.64s' is not a name of letters, digits and '-', at most %u long, "
               "without the domain", customize->hostname, max);
  return FALSE;
}

/* The first of the words that only go with what is made here.  (nullable) */
static const char *
first_word (const HvfsCustomize *customize)
{
  return customize->hostname != NULL  ? "hostname"
         : customize->ip != NULL      ? "ip"
         : customize->gateway != NULL ? "gateway"
         : customize->dns != NULL     ? "dns"
         : customize->domain != NULL  ? "domain"
                                      : NULL;
}

gboolean
hvfs_customize_check (const HvfsCustomize *customize, GError **error)
{
  const char *word = first_word (customize);

  if (!is_made_here (customize))
    {
      if (word == NULL)
        return TRUE;
      g_set_error (error, HVFS_ERROR, EINVAL, "%s: goes with the customization linux or windows only",
                   word);
      return FALSE;
    }
  if (customize->domain == NULL && strcmp (customize->with, LINUX) == 0)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "customize: domain= is missing, which a Linux guest needs");
      return FALSE;
    }
  return (customize->hostname == NULL || check_hostname (customize, error))
         && (customize->ip == NULL || check_ip (customize->ip, error))
         && (customize->gateway == NULL || check_addresses ("gateway", customize->gateway, error))
         && (customize->dns == NULL || check_addresses ("dns", customize->dns, error));
}

/* ---- what the server has ---- */

/* (transfer full): the CustomizationSpec */
static HvfsValue *
lookup_named (const HvfsServer *server, const char *name, GCancellable *cancellable,
              GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  const char *manager = hvfs_value_text (content, "customizationSpecManager");
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  HvfsValue *spec;

  if (manager == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "this server keeps no customization specifications");
      return NULL;
    }
  request = hvfs_request_new ("GetCustomizationSpec", "CustomizationSpecManager", manager);
  hvfs_request_text (request, "name", name);
  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
  if (reply == NULL)
    {
      g_prefix_error (error, "customize: '%.100s' is not linux, windows or a specification that "
                      "the server keeps: ", name);
      return NULL;
    }
  spec = hvfs_value_get (reply, "returnval.spec");
  if (spec != NULL)
    return hvfs_value_ref (spec);
  g_set_error (error, HVFS_ERROR, EIO, "the server's reply has no specification");
  return NULL;
}

static gboolean
count_interfaces (const HvfsServer *server, const char *type, const char *moref, guint *ret_n,
                  GError **error)
{
  g_autoptr (HvfsValue) devices
    = hvfs_retrieve_property (server->session, type, moref, "config.hardware.device", error);

  *ret_n = 0;
  for (guint i = 0; i < hvfs_value_n_children (devices); i++)
    if (hvfs_value_get (hvfs_value_nth (devices, i), "addressType") != NULL)
      ++*ret_n;
  return devices != NULL;
}

/* ---- the request ---- */

static void
write_list (HvfsRequest *request, const char *element, const char *addresses)
{
  g_auto (GStrv) all = addresses == NULL ? NULL : g_strsplit (addresses, ",", -1);

  for (guint i = 0; all != NULL && all[i] != NULL; i++)
    hvfs_request_text (request, element, all[i]);
}

static void
write_name (HvfsRequest *request, const char *element, const char *name)
{
  hvfs_request_open (request, element,
                     name != NULL ? "CustomizationFixedName" : "CustomizationVirtualMachineName");
  if (name != NULL)
    hvfs_request_text (request, "name", name);
  hvfs_request_close (request);
}

static void
write_linux (HvfsRequest *request, const HvfsCustomize *customize)
{
  hvfs_request_open (request, "options", "CustomizationLinuxOptions");
  hvfs_request_close (request);
  hvfs_request_open (request, "identity", "CustomizationLinuxPrep");
  write_name (request, "hostName", customize->hostname);
  hvfs_request_text (request, "domain", customize->domain);
  hvfs_request_close (request);
}

/* Without a product key and a password: who needs them has a specification of the server. */
static void
write_windows (HvfsRequest *request, const HvfsCustomize *customize)
{
  hvfs_request_open (request, "options", "CustomizationWinOptions");
  hvfs_request_bool (request, "changeSID", TRUE);
  hvfs_request_bool (request, "deleteAccounts", FALSE);
  hvfs_request_close (request);
  hvfs_request_open (request, "identity", "CustomizationSysprep");
  hvfs_request_open (request, "guiUnattended", NULL);
  hvfs_request_int (request, "timeZone", UTC);
  hvfs_request_bool (request, "autoLogon", FALSE);
  hvfs_request_int (request, "autoLogonCount", 0);
  hvfs_request_close (request);
  hvfs_request_open (request, "userData", NULL);
  hvfs_request_text (request, "fullName", "Administrator");
  hvfs_request_text (request, "orgName", customize->domain != NULL ? customize->domain : "-");
  write_name (request, "computerName", customize->hostname);
  hvfs_request_text (request, "productId", "");
  hvfs_request_close (request);
  hvfs_request_open (request, "identification", NULL);
  hvfs_request_text (request, "joinWorkgroup", "WORKGROUP");
  hvfs_request_close (request);
  hvfs_request_close (request);
}

/* @ip: (nullable): "dhcp"; the gateway is the first interface's */
static void
write_adapter (HvfsRequest *request, const HvfsCustomize *customize, const char *ip,
               gboolean is_first)
{
  g_autofree char *address = NULL;
  guint prefix;
  gboolean is_fixed = ip != NULL && split_address (ip, &address, &prefix);

  hvfs_request_open (request, "nicSettingMap", NULL);
  hvfs_request_open (request, "adapter", NULL);
  hvfs_request_open (request, "ip",
                     is_fixed ? "CustomizationFixedIp" : "CustomizationDhcpIpGenerator");
  if (is_fixed)
    hvfs_request_text (request, "ipAddress", address);
  hvfs_request_close (request);
  if (is_fixed)
    {
      struct in_addr mask = { htonl (G_MAXUINT32 << (MAX_PREFIX - prefix)) };
      char text[INET_ADDRSTRLEN];

      hvfs_request_text (request, "subnetMask", inet_ntop (AF_INET, &mask, text, sizeof text));
    }
  if (is_first)
    write_list (request, "gateway", customize->gateway);
  if (strcmp (customize->with, WINDOWS) == 0)
    {
      write_list (request, "dnsServerList", customize->dns);
      if (customize->domain != NULL)
        hvfs_request_text (request, "dnsDomain", customize->domain);
    }
  hvfs_request_close (request);
  hvfs_request_close (request);
}

static gboolean
write_made (HvfsRequest *request, const char *element, const HvfsCustomize *customize,
            guint n_interfaces, GError **error)
{
  g_auto (GStrv) ips = g_strsplit (customize->ip != NULL ? customize->ip : "", ",", -1);
  guint n_ips = g_strv_length (ips);

  if (n_ips > n_interfaces)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "ip: %u addresses, but the domain has %u interfaces",
                   n_ips, n_interfaces);
      return FALSE;
    }
  hvfs_request_open (request, element, NULL);
  if (strcmp (customize->with, LINUX) == 0)
    write_linux (request, customize);
  else
    write_windows (request, customize);
  hvfs_request_open (request, "globalIPSettings", NULL);
  if (customize->domain != NULL)
    hvfs_request_text (request, "dnsSuffixList", customize->domain);
  write_list (request, "dnsServerList", customize->dns);
  hvfs_request_close (request);
  for (guint i = 0; i < n_interfaces; i++)
    write_adapter (request, customize, i < n_ips ? ips[i] : NULL, i == 0);
  hvfs_request_close (request);
  return TRUE;
}

gboolean
hvfs_customize_write (const HvfsServer *server, HvfsRequest *request, const char *element,
                      const HvfsCustomize *customize, const char *type, const char *moref,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) named = NULL;
  guint n;

  if (customize->with == NULL)
    return TRUE;
  if (is_made_here (customize))
    return count_interfaces (server, type, moref, &n, error)
           && write_made (request, element, customize, n, error);
  named = lookup_named (server, customize->with, cancellable, error);
  if (named == NULL)
    return FALSE;
  hvfs_request_value (request, named, element);
  return TRUE;
}

gboolean
hvfs_customize (const HvfsServer *server, guint32 serial, const HvfsCustomize *customize,
                GCancellable *cancellable, GError **error)
{
  g_autofree char *moref = NULL;
  g_autoptr (HvfsRequest) request = NULL;

  if (!hvfs_operation_require_vcenter (server, "customize", error))
    return FALSE;
  moref = hvfs_operation_dup_moref (server, serial, error);
  if (moref == NULL)
    return FALSE;
  request = hvfs_request_new ("CustomizeVM_Task", "VirtualMachine", moref);
  return hvfs_customize_write (server, request, "spec", customize, "VirtualMachine", moref,
                               cancellable, error)
         && hvfs_operation_run (server, request, serial, NULL, NULL, NULL, cancellable, error);
}
