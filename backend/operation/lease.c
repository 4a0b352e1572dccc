/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/lease.c - a machine's disks, lent for a transfer; see lease.h */
#include "backend/operation/lease.h"

#include <string.h>

#include "backend/mirror/filter.h"
#include "backend/mirror/made.h"
#include "backend/mirror/retrieve.h"
#include "backend/wire/fault.h"
#include "convert/error.h"

#define TYPE "HttpNfcLease"
#define API_WAIT_EX 401
#define API_MANIFEST 401
#define WAIT_S 60
#define POLL_US (G_TIME_SPAN_SECOND / 2)
/* The server wants to hear of it once a minute at least, and can be asked for less. */
#define MAX_RENEW_S 30
#define MIN_TOLD_US G_TIME_SPAN_SECOND

struct _HvfsLease
{
  const HvfsServer *server;
  char *moref;
  char *entity;
  GPtrArray *urls;
  gint64 capacity;
  gint64 renew_us;      /* how often */
  gboolean ended;

  GMutex lock;          /* a leaf */
  GCond changed;
  GThread *thread;
  guint percent;        /* lock */
  gboolean ending;      /* lock: the thread is to end */
};

static void
url_free (gpointer data)
{
  HvfsLeaseUrl *url = data;

  g_free (url->key);
  g_free (url->import_key);
  g_free (url->url);
  g_free (url->thumbprint);
  g_free (url);
}

/* A method of the lease that says nothing. */
static gboolean
call (HvfsLease *lease, const char *method, int percent, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_request_new (method, TYPE, lease->moref);
  g_autoptr (HvfsValue) reply = NULL;

  if (percent >= 0)
    hvfs_request_int (request, "percent", percent);
  reply = hvfs_session_call (lease->server->session, request, HVFS_CALL_CHANGE, 0, NULL, error);
  return reply != NULL;
}

/* ---- until it is ready ---- */

/* The last state that a set of updates tells.  (nullable) */
static const char *
state_in (const HvfsValue *set)
{
  return hvfs_value_text (set, "filterSet.objectSet.changeSet.val");
}

/* Whether a lease in that @state is waited for no longer. */
static gboolean
is_decided (const char *state)
{
  return state != NULL && strcmp (state, "initializing") != 0;
}

/* By a collector of its own, so that the server answers when it knows. */
static gboolean
await_push (HvfsLease *lease, GPtrArray *made, GCancellable *cancellable, GError **error)
{
  HvfsSession *session = lease->server->session;
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (session);
  const char *shared = hvfs_value_text (content, "propertyCollector");
  g_autoptr (HvfsRequest) create
    = hvfs_request_new ("CreatePropertyCollector", "PropertyCollector", shared != NULL ? shared : "");
  g_autoptr (HvfsValue) collector = hvfs_made_call (session, create, made, cancellable, error);
  g_autoptr (HvfsRequest) watch = NULL;
  g_autoptr (HvfsValue) filter = NULL;
  g_autofree char *version = g_strdup ("");

  if (collector == NULL)
    return FALSE;
  watch = hvfs_request_new ("CreateFilter", "PropertyCollector", hvfs_value_text (collector, NULL));
  hvfs_filter_write_property (watch, "spec", TYPE, lease->moref, "state");
  hvfs_request_bool (watch, "partialUpdates", FALSE);
  filter = hvfs_made_call (session, watch, made, cancellable, error);
  if (filter == NULL)
    return FALSE;
  for (;;)
    {
      g_autoptr (HvfsRequest) wait = hvfs_request_new ("WaitForUpdatesEx", "PropertyCollector",
                                                       hvfs_value_text (collector, NULL));
      g_autoptr (HvfsValue) reply = NULL;
      HvfsValue *set;

      hvfs_request_text (wait, "version", version);
      hvfs_request_open (wait, "options", NULL);
      hvfs_request_int (wait, "maxWaitSeconds", WAIT_S);
      hvfs_request_close (wait);
      reply = hvfs_session_call (session, wait, HVFS_CALL_READ, WAIT_S + lease->server->timeout_s,
                                 cancellable, error);
      if (reply == NULL)
        return FALSE;
      set = hvfs_value_get (reply, "returnval");
      if (is_decided (state_in (set)))
        return TRUE;
      if (set == NULL)
        continue;
      g_free (version);
      version = g_strdup (hvfs_value_text (set, "version"));
    }
}

/* The same where nobody can wait for it. */
static gboolean
await_poll (HvfsLease *lease, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (HvfsValue) state = NULL;
      g_autoptr (GError) failure = NULL;

      if (g_cancellable_set_error_if_cancelled (cancellable, NULL))
        {
          g_set_error (error, HVFS_ERROR, EINTR, "interrupted");
          return FALSE;
        }
      state = hvfs_retrieve_property (lease->server->session, TYPE, lease->moref, "state", &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (is_decided (hvfs_value_text (state, NULL)))
        return TRUE;
      g_usleep (POLL_US);
    }
}

static gboolean
await (HvfsLease *lease, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) made = hvfs_made_new ();
  g_autoptr (GError) failure = NULL;
  gboolean ok = hvfs_session_api (lease->server->session) < API_WAIT_EX
                  ? await_poll (lease, cancellable, &failure)
                  : await_push (lease, made, cancellable, &failure);

  hvfs_made_destroy (lease->server->session, made, NULL);
  if (!ok && failure->code == ECANCELED)
    failure->code = EINTR;
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

static void
read_info (HvfsLease *lease, const HvfsValue *info)
{
  gint64 timeout_s = hvfs_value_int (info, "leaseTimeout", 0);

  lease->entity = g_strdup (hvfs_value_text (info, "entity"));
  lease->capacity = hvfs_value_int (info, "totalDiskCapacityInKB", 0) * 1024;
  lease->renew_us = CLAMP (timeout_s / 4, 1, MAX_RENEW_S) * G_TIME_SPAN_SECOND;
  for (guint i = 0; i < hvfs_value_n_children (info); i++)
    {
      const HvfsValue *from = hvfs_value_nth (info, i);
      const char *thumbprint = hvfs_value_text (from, "sslThumbprint");
      HvfsLeaseUrl *url;

      if (strcmp (hvfs_value_name (from), "deviceUrl") != 0)
        continue;
      url = g_new0 (HvfsLeaseUrl, 1);
      url->key = g_strdup (hvfs_value_text (from, "key"));
      url->import_key = g_strdup (hvfs_value_text (from, "importKey"));
      url->url = g_strdup (hvfs_value_text (from, "url"));
      url->thumbprint = thumbprint == NULL || *thumbprint == '\0' ? NULL : g_strdup (thumbprint);
      /* Before API 4.1 there are no others. */
      url->is_disk = hvfs_value_get (from, "disk") == NULL || hvfs_value_bool (from, "disk");
      g_ptr_array_add (lease->urls, url);
    }
}

static gboolean
is_sound (const HvfsLease *lease)
{
  gboolean sound = lease->entity != NULL;

  for (guint i = 0; i < lease->urls->len; i++)
    {
      const HvfsLeaseUrl *url = lease->urls->pdata[i];

      sound &= url->key != NULL && url->import_key != NULL && url->url != NULL;
    }
  return sound;
}

/* What it lends, or why it does not. */
static gboolean
look_up (HvfsLease *lease, GError **error)
{
  HvfsSession *session = lease->server->session;
  GError *failure = NULL;
  g_autoptr (HvfsValue) reason
    = hvfs_retrieve_property (session, TYPE, lease->moref, "error", &failure);
  g_autoptr (HvfsValue) info = NULL;

  if (failure == NULL && reason != NULL)
    failure = hvfs_fault_new_error_localized (reason);
  if (failure == NULL)
    info = hvfs_retrieve_property (session, TYPE, lease->moref, "info", &failure);
  if (failure == NULL)
    read_info (lease, info);
  if (failure == NULL && !is_sound (lease))
    g_set_error (&failure, HVFS_ERROR, EPROTO, "the server's lease does not say what it lends");
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}

/* ---- kept alive ---- */

/* Until it is to end, or there is something to tell: more than is @told, or that it is alive. */
static gboolean
wait_to_tell (HvfsLease *lease, int *told)
{
  gint64 begin = g_get_monotonic_time (), until = begin + lease->renew_us;
  gboolean waits = TRUE, tells;

  g_mutex_lock (&lease->lock);
  while (!lease->ending && waits)
    {
      gboolean news = (int) lease->percent != *told;

      waits = g_cond_wait_until (&lease->changed, &lease->lock,
                                 news ? MIN (until, begin + MIN_TOLD_US) : until);
    }
  *told = (int) lease->percent;
  tells = !lease->ending;
  g_mutex_unlock (&lease->lock);
  return tells;
}

/* That it fails once is no end: the next one may not. */
static gpointer
keep (gpointer data)
{
  HvfsLease *lease = data;
  int told = -1;

  while (wait_to_tell (lease, &told))
    {
      g_autoptr (GError) failure = NULL;

      if (!call (lease, "HttpNfcLeaseProgress", told, &failure))
        g_debug ("a lease cannot be renewed: %s", failure->message);
    }
  return NULL;
}

static void
stop_keeping (HvfsLease *lease)
{
  g_mutex_lock (&lease->lock);
  lease->ending = TRUE;
  g_cond_broadcast (&lease->changed);
  g_mutex_unlock (&lease->lock);
  g_clear_pointer (&lease->thread, g_thread_join);
}

/* ---- its life ---- */

HvfsLease *
hvfs_lease_begin (const HvfsServer *server, HvfsRequest *request, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (HvfsValue) reply
    = hvfs_session_call (server->session, request, HVFS_CALL_START, 0, cancellable, error);
  g_autoptr (HvfsLease) lease = NULL;
  const char *moref = hvfs_value_text (reply, "returnval");

  if (reply == NULL)
    return NULL;
  if (moref == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server returns no lease");
      return NULL;
    }
  lease = g_new0 (HvfsLease, 1);
  lease->server = server;
  lease->moref = g_strdup (moref);
  lease->urls = g_ptr_array_new_with_free_func (url_free);
  g_mutex_init (&lease->lock);
  g_cond_init (&lease->changed);
  if (!await (lease, cancellable, error) || !look_up (lease, error))
    return NULL;
  lease->thread = g_thread_try_new ("hvfs-lease", keep, lease, error);
  return lease->thread == NULL ? NULL : g_steal_pointer (&lease);
}

void
hvfs_lease_free (HvfsLease *lease)
{
  g_autoptr (GError) failure = NULL;

  if (lease == NULL)
    return;
  stop_keeping (lease);
  if (!lease->ended && !call (lease, "HttpNfcLeaseAbort", -1, &failure))
    g_debug ("a lease cannot be aborted: %s", failure->message);
  g_ptr_array_unref (lease->urls);
  g_mutex_clear (&lease->lock);
  g_cond_clear (&lease->changed);
  g_free (lease->entity);
  g_free (lease->moref);
  g_free (lease);
}

const GPtrArray *
hvfs_lease_urls (const HvfsLease *lease)
{
  return lease->urls;
}

const char *
hvfs_lease_entity (const HvfsLease *lease)
{
  return lease->entity;
}

gint64
hvfs_lease_capacity (const HvfsLease *lease)
{
  return lease->capacity;
}

void
hvfs_lease_set_percent (HvfsLease *lease, guint percent)
{
  g_mutex_lock (&lease->lock);
  if (lease->percent != percent)
    g_cond_broadcast (&lease->changed);
  lease->percent = MIN (percent, 100);
  g_mutex_unlock (&lease->lock);
}

gint64
hvfs_lease_lookup_size (HvfsLease *lease, const char *key, GError **error)
{
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) reply = NULL;

  if (hvfs_session_api (lease->server->session) < API_MANIFEST)
    return -1;
  request = hvfs_request_new ("HttpNfcLeaseGetManifest", TYPE, lease->moref);
  reply = hvfs_session_call (lease->server->session, request, HVFS_CALL_READ, 0, NULL, error);
  for (guint i = 0; i < hvfs_value_n_children (reply); i++)
    {
      const HvfsValue *entry = hvfs_value_nth (reply, i);

      if (g_strcmp0 (hvfs_value_text (entry, "key"), key) == 0)
        return hvfs_value_int (entry, "size", -1);
    }
  return -1;
}

gboolean
hvfs_lease_complete (HvfsLease *lease, GError **error)
{
  stop_keeping (lease);
  lease->ended = call (lease, "HttpNfcLeaseComplete", -1, error);
  return lease->ended;
}
