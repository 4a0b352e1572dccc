/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/hardware.c - guest operating system and virtual hardware; see hardware.h */
#include "backend/operation/hardware.h"

#include <string.h>

#include "backend/mirror/retrieve.h"
#include "backend/operation/reconfigure.h"
#include "convert/error.h"

#define N_NEAREST 5

/* Whom the machine's environment browser is asked about. */
typedef struct
{
  char *moref;
  char *host;    /* nullable */
  char *version; /* nullable: of its hardware */
} Asked;

static void
asked_clear (Asked *asked)
{
  g_free (asked->moref);
  g_free (asked->host);
  g_free (asked->version);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

static void
look (const HvfsServer *server, guint32 serial, Asked *ret)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  HvfsObject *vm = hvfs_mirror_get (server->mirror, serial);

  if (vm == NULL)
    return;
  ret->moref = g_strdup (vm->moref);
  ret->host = g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_HOST), NULL));
  ret->version = g_strdup (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_HW_VERSION), NULL));
}

/* The reply to @method of the machine's environment browser.  (nullable): it cannot be had,
 * and what it was to explain has its own error. */
static HvfsValue *
ask_browser (const HvfsServer *server, const Asked *asked, const char *method,
             GCancellable *cancellable)
{
  g_autoptr (HvfsValue) browser
    = asked->moref == NULL ? NULL
                           : hvfs_retrieve_property (server->session, "VirtualMachine",
                                                     asked->moref, "environmentBrowser", NULL);
  g_autoptr (HvfsRequest) request = NULL;

  if (browser == NULL)
    return NULL;
  request = hvfs_request_new (method, "EnvironmentBrowser", hvfs_value_text (browser, NULL));
  if (strcmp (method, "QueryConfigOption") == 0)
    {
      if (asked->version != NULL)
        hvfs_request_text (request, "key", asked->version);
      if (asked->host != NULL)
        hvfs_request_moref (request, "host", "HostSystem", asked->host);
    }
  return hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, NULL);
}

/* A change that needs the machine to be off says so in our words too. */
static void
explain_state (GError *failure)
{
  if (g_strcmp0 (hvfs_error_fault (failure), "InvalidPowerState") == 0)
    g_prefix_error (&failure, "the domain must be off: ");
}

/* ---- the guest ---- */

/* How many letters have to be changed, put in or left out until @text is the beginning of
 * @id; case does not count. */
static guint
distance (const char *text, const char *id)
{
  gsize n = strlen (text), m = strlen (id);
  g_autofree guint *row = g_new (guint, m + 1);
  guint best;

  for (gsize j = 0; j <= m; j++)
    row[j] = j;
  for (gsize i = 1; i <= n; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (gsize j = 1; j <= m; j++)
        {
          guint above = row[j], same = g_ascii_tolower (text[i - 1]) == g_ascii_tolower (id[j - 1]);

          row[j] = MIN (MIN (above, row[j - 1]) + 1, diagonal + !same);
          diagonal = above;
        }
    }
  best = row[0];
  for (gsize j = 1; j <= m; j++)
    best = MIN (best, row[j]);
  return best;
}

typedef struct
{
  const char *id;
  guint distance;
} Candidate;

static int
nearer (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  return strcmp (x->id, y->id);
}

/* Those of @reply that are nearest to @text, "" if there are none.  (transfer full) */
static char *
dup_nearest (const HvfsValue *reply, const char *text)
{
  const HvfsValue *option = hvfs_value_get (reply, "returnval");
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < hvfs_value_n_children (option); i++)
    {
      HvfsValue *descriptor = hvfs_value_nth (option, i);
      Candidate one = { hvfs_value_text (descriptor, "id"), 0 };

      if (strcmp (hvfs_value_name (descriptor), "guestOSDescriptor") != 0 || one.id == NULL)
        continue;
      one.distance = distance (text, one.id);
      g_array_append_val (all, one);
    }
  g_array_sort (all, nearer);
  for (guint i = 0; i < MIN (all->len, N_NEAREST); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                            g_array_index (all, Candidate, i).id);
  return g_string_free (list, FALSE);
}

static gboolean
has_guest (const HvfsObject *vm, gconstpointer id)
{
  return g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_GUEST_ID), NULL), id) == 0;
}

gboolean
hvfs_hardware_set_guest (const HvfsServer *server, guint32 serial, const char *id,
                         GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_reconfigure_new (server, serial, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  g_autofree char *nearest = NULL;
  g_auto (Asked) asked = { 0 };

  if (request == NULL)
    return FALSE;
  hvfs_request_text (request, "guestId", id);
  if (hvfs_reconfigure_run (server, request, serial, has_guest, id, cancellable, &failure))
    return TRUE;
  if (failure->code == EINVAL)
    {
      look (server, serial, &asked);
      reply = ask_browser (server, &asked, "QueryConfigOption", cancellable);
      nearest = dup_nearest (reply, id);
      if (*nearest != '\0')
        g_prefix_error (&failure, "'%.64s' is not one of those that the host supports; the nearest "
                        "are %s: ", id, nearest);
    }
  explain_state (failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- the hardware ---- */

/* -1: @version is none. */
static gint64
number_of (const char *version)
{
  gint64 n;

  return version != NULL && g_str_has_prefix (version, "vmx-")
             && g_ascii_string_to_signed (version + 4, 10, 1, 9999, &n, NULL)
           ? n
           : -1;
}

static gboolean
has_version (const HvfsObject *vm, gconstpointer version)
{
  return number_of (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_HW_VERSION), NULL))
         == number_of (version);
}

/* What the host can run, "" if that is not known.  (transfer full) */
static char *
dup_versions (const HvfsValue *reply)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < hvfs_value_n_children (reply); i++)
    {
      const char *key = hvfs_value_text (hvfs_value_nth (reply, i), "key");

      if (key != NULL)
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", key);
    }
  return g_string_free (list, FALSE);
}

static gboolean
check_version (const char *version, const Asked *asked, GError **error)
{
  gint64 wanted = number_of (version), present = number_of (asked->version);

  if (wanted < 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "'%.64s' is no version: write one such as vmx-19",
                 version);
  else if (wanted < present)
    g_set_error (error, HVFS_ERROR, EINVAL,
                 "the hardware is %s: it can only be upgraded, to a higher version", asked->version);
  else
    return TRUE;
  return FALSE;
}

gboolean
hvfs_hardware_upgrade (const HvfsServer *server, guint32 serial, const char *version,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "UpgradeVM_Task", error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  g_autofree char *name = NULL, *versions = NULL;
  g_auto (Asked) asked = { 0 };

  look (server, serial, &asked);
  if (request == NULL || !check_version (version, &asked, error))
    return FALSE;
  if (hvfs_operation_is_so (server, serial, has_version, version))
    return TRUE;
  /* The server's names have two digits at least: vmx-07. */
  name = g_strdup_printf ("vmx-%02d", (int) number_of (version));
  hvfs_request_text (request, "version", name);
  if (hvfs_operation_run (server, request, serial, has_version, name, NULL, cancellable, &failure))
    return TRUE;
  if (failure->code == EINVAL || failure->code == ENOTSUP)
    {
      reply = ask_browser (server, &asked, "QueryConfigOptionDescriptor", cancellable);
      versions = dup_versions (reply);
      if (*versions != '\0')
        g_prefix_error (&failure, "the host supports %s: ", versions);
    }
  explain_state (failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
