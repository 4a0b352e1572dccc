/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/vcenter.c - a second session, for migrations; see vcenter.h */
#include "backend/operation/vcenter.h"

#include <string.h>

#include "backend/wire/gate.h"
#include "backend/login/login.h"
#include "backend/mirror/retrieve.h"
#include "backend/mirror/twin.h"
#include "backend/mirror/updater.h"
#include "convert/error.h"

struct _HvfsVcenterLink
{
  HvfsVcenter *vcenter;
  HvfsUri *uri;
  HvfsCredentials *credentials;
  HvfsSession *session;
  HvfsConnection *connection;
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsUpdater *updater;
  HvfsQuestions *questions;
  HvfsServer server;
  guint users;              /* vcenter->lock */
};

struct _HvfsVcenter
{
  HvfsUri *uri;
  HvfsCredentials *credentials; /* nullable: to be found when they are needed */
  char *username, *password_file;
  guint timeout_s;
  HvfsStats *stats;
  HvfsGate *opening;        /* one at a time; taken before lock */
  GMutex lock;              /* taken after a mirror's, before the tasks' */
  HvfsVcenterLink *link;    /* lock: nullable */
  GHashTable *moving;       /* lock: the host's serial -> the vCenter's id */
  GError *refused;          /* lock: InvalidLogin: nothing is tried after it ... */
  HvfsCredentials *refused_credentials; /* lock: ... but with what is not in their file yet */
};

HvfsVcenter *
hvfs_vcenter_new (const HvfsVcenterConfig *config)
{
  HvfsVcenter *vcenter = g_new0 (HvfsVcenter, 1);
  HvfsCredentials *credentials;

  vcenter->uri = hvfs_uri_ref (config->uri);
  credentials = hvfs_vcenter_is_wider (vcenter) ? config->mounts : config->credentials;
  if (credentials != NULL)
    vcenter->credentials = hvfs_credentials_ref (credentials);
  vcenter->username = g_strdup (config->username);
  /* The daemon leaves the directory it was started in. */
  if (config->password_file != NULL)
    vcenter->password_file = g_canonicalize_filename (config->password_file, NULL);
  vcenter->timeout_s = config->timeout_s;
  vcenter->stats = config->stats;
  vcenter->opening = hvfs_gate_new (1);
  g_mutex_init (&vcenter->lock);
  vcenter->moving = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return vcenter;
}

HvfsVcenter *
hvfs_vcenter_new_other (const HvfsVcenter *of_mount, HvfsUri *uri)
{
  return hvfs_vcenter_new (&(HvfsVcenterConfig){
    .uri = uri, .username = of_mount->username, .password_file = of_mount->password_file,
    .timeout_s = of_mount->timeout_s, .stats = of_mount->stats });
}

void
hvfs_vcenter_free (HvfsVcenter *vcenter)
{
  if (vcenter == NULL)
    return;
  g_hash_table_unref (vcenter->moving);
  g_clear_error (&vcenter->refused);
  hvfs_credentials_unref (vcenter->refused_credentials);
  g_mutex_clear (&vcenter->lock);
  hvfs_gate_free (vcenter->opening);
  g_free (vcenter->username);
  g_free (vcenter->password_file);
  hvfs_credentials_unref (vcenter->credentials);
  hvfs_uri_unref (vcenter->uri);
  g_free (vcenter);
}

gboolean
hvfs_vcenter_is_for (HvfsVcenter *vcenter, const HvfsServer *host)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (host->session);

  return vcenter->uri->vcenter != NULL
         && g_strcmp0 (hvfs_value_text (content, "about.apiType"), "HostAgent") == 0;
}

gboolean
hvfs_vcenter_is_wider (HvfsVcenter *vcenter)
{
  return vcenter->uri->type == HVFS_URI_VPX && vcenter->uri->path[0] != NULL;
}

/* ---- the link ---- */

static void
link_close (HvfsVcenterLink *link)
{
  hvfs_updater_free (link->updater);
  hvfs_questions_free (link->questions);
  hvfs_tasks_free (link->tasks);
  hvfs_session_logout (link->session);
  hvfs_mirror_free (link->mirror);
  hvfs_connection_free (link->connection);
  hvfs_session_free (link->session);
  hvfs_credentials_unref (link->credentials);
  hvfs_uri_unref (link->uri);
  g_free (link);
}

static gboolean
is_moving (HvfsVcenter *vcenter, const char *moref)
{
  GHashTableIter iter;
  gpointer value;
  gboolean found = FALSE;

  g_mutex_lock (&vcenter->lock);
  g_hash_table_iter_init (&iter, vcenter->moving);
  while (!found && g_hash_table_iter_next (&iter, NULL, &value))
    found = strcmp (value, moref) == 0;
  g_mutex_unlock (&vcenter->lock);
  return found;
}

/* Questions of machines that others move are none of ours. */
static void
object_changed (HvfsObject *object, HvfsObjectEvent event, HvfsPropMask changed, gpointer data)
{
  HvfsVcenterLink *link = data;

  if (event == HVFS_OBJECT_CHANGED && object->kind == HVFS_KIND_VM
      && (changed & HVFS_PROP (HVFS_VM_QUESTION)) != 0
      && is_moving (link->vcenter, object->moref))
    hvfs_questions_noticed (link->questions, object);
}

static HvfsVcenterLink *
link_new (HvfsVcenter *vcenter, HvfsUri *uri, HvfsCredentials *credentials)
{
  static const HvfsMirrorObserver observer = { .object = object_changed };
  HvfsVcenterLink *link = g_new0 (HvfsVcenterLink, 1);

  link->vcenter = vcenter;
  link->uri = hvfs_uri_ref (uri);
  link->credentials = hvfs_credentials_ref (credentials);
  link->session = hvfs_session_new (uri, credentials, vcenter->timeout_s, vcenter->stats);
  link->connection = hvfs_connection_new (link->session, vcenter->timeout_s);
  link->mirror = hvfs_mirror_new (link->connection, vcenter->stats);
  hvfs_mirror_observe (link->mirror, &observer, link);
  link->tasks = hvfs_tasks_new (link->session, link->connection);
  link->updater = hvfs_updater_new (link->session, link->connection, link->mirror, link->tasks, uri,
                                    vcenter->stats);
  hvfs_updater_set_places_only (link->updater);
  link->questions = hvfs_questions_new (link->session, uri->auto_answer);
  link->server = (HvfsServer){ link->session, link->tasks, link->mirror, link->questions,
                               vcenter->timeout_s };
  return link;
}

/* ---- which vCenter ---- */

/* The reference of the host that @serial runs on. */
static HvfsValue *
ref_host (const HvfsServer *host, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (host->mirror));
  HvfsObject *vm = hvfs_mirror_get (host->mirror, serial);
  HvfsValue *ref = vm == NULL ? NULL : hvfs_object_get (vm, HVFS_VM_HOST);

  return ref == NULL ? NULL : hvfs_value_ref (ref);
}

/* The vCenter's name or address.  (transfer full) */
static char *
lookup_name (HvfsVcenter *vcenter, const HvfsServer *host, guint32 serial, GError **error)
{
  g_autoptr (HvfsValue) ref = ref_host (host, serial), found = NULL;
  g_autoptr (GError) failure = NULL;
  const char *name;

  if (strcmp (vcenter->uri->vcenter, "*") != 0)
    return g_strdup (vcenter->uri->vcenter);
  if (ref != NULL)
    found = hvfs_retrieve_property (host->session, hvfs_value_type (ref),
                                    hvfs_value_text (ref, NULL), "summary.managementServerIp",
                                    &failure);
  name = hvfs_value_text (found, NULL);
  if (failure != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&failure), "which vCenter manages the host: ");
  else if (name == NULL || *name == '\0')
    g_set_error (error, HVFS_ERROR, ENOTSUP,
                 "the host says that no vCenter manages it, and only a vCenter can migrate");
  else
    return g_strdup (name);
  return NULL;
}

static HvfsUri *
lookup_uri (HvfsVcenter *vcenter, const HvfsServer *host, guint32 serial, GError **error)
{
  g_autofree char *name = NULL;

  if (hvfs_vcenter_is_wider (vcenter))
    return hvfs_uri_new_whole (vcenter->uri);
  name = lookup_name (vcenter, host, serial, error);
  return name == NULL ? NULL : hvfs_uri_new_vcenter (vcenter->uri, name, error);
}

/* ---- connecting to it ---- */

/* Whether the vCenter has refused the password before, and its file is as it was. */
static gboolean
check_refused (HvfsVcenter *vcenter, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&vcenter->lock);

  if (vcenter->refused == NULL || hvfs_credentials_is_stale (vcenter->refused_credentials))
    return TRUE;
  g_propagate_error (error, g_error_copy (vcenter->refused));
  return FALSE;
}

static void
note_refused (HvfsVcenter *vcenter, HvfsCredentials *credentials, const GError *failure)
{
  if (!hvfs_login_is_refusal (failure))
    return;
  g_mutex_lock (&vcenter->lock);
  g_clear_error (&vcenter->refused);
  g_clear_pointer (&vcenter->refused_credentials, hvfs_credentials_unref);
  vcenter->refused = hvfs_login_new_refusal (failure, credentials, 0);
  vcenter->refused_credentials = hvfs_credentials_ref (credentials);
  g_mutex_unlock (&vcenter->lock);
}

void
hvfs_vcenter_hurry (HvfsVcenter *vcenter)
{
  g_mutex_lock (&vcenter->lock);
  g_clear_error (&vcenter->refused);
  g_mutex_unlock (&vcenter->lock);
}

static HvfsCredentials *
find_credentials (HvfsVcenter *vcenter, const HvfsUri *uri, GError **error)
{
  HvfsCredentials *changed = NULL, *found;
  g_autoptr (GError) failure = NULL;

  if (vcenter->credentials != NULL && hvfs_credentials_is_stale (vcenter->credentials))
    changed = hvfs_credentials_reread (vcenter->credentials, NULL);
  if (changed != NULL)
    return changed;
  if (vcenter->credentials != NULL)
    return hvfs_credentials_ref (vcenter->credentials);
  found = hvfs_credentials_find_vcenter (uri, vcenter->username, vcenter->password_file, FALSE,
                                         &failure);
  /* What a mount of the vCenter would take. */
  if (found == NULL && hvfs_vcenter_is_wider (vcenter))
    found = hvfs_credentials_find (uri, vcenter->username, vcenter->password_file, FALSE, NULL);
  if (found == NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return found;
}

static HvfsVcenterLink *
link_open (HvfsVcenter *vcenter, const HvfsServer *host, guint32 serial,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsUri) uri = lookup_uri (vcenter, host, serial, error);
  g_autoptr (HvfsCredentials) credentials
    = uri == NULL || !check_refused (vcenter, error) ? NULL
                                                     : find_credentials (vcenter, uri, error);
  HvfsVcenterLink *link = credentials == NULL ? NULL : link_new (vcenter, uri, credentials);
  GError *failure = NULL;

  if (link == NULL)
    return NULL;
  if (hvfs_updater_fill (link->updater, cancellable, &failure))
    {
      hvfs_updater_start (link->updater);
      return link;
    }
  note_refused (vcenter, credentials, failure);
  g_propagate_prefixed_error (error, failure, "the vCenter: ");
  link_close (link);
  return NULL;
}

/* ---- the machine there ---- */

static guint32
find_machine (HvfsVcenterLink *link, const HvfsServer *host, guint32 serial, GError **error)
{
  HvfsVcenter *vcenter = link->vcenter;
  guint32 found = hvfs_vcenter_is_wider (vcenter)
                    ? hvfs_twin_by_id (link->mirror, host->mirror, serial, error)
                    : hvfs_twin_by_uuid (link->mirror, link->uri->host, host->mirror, serial,
                                         error);
  g_autofree char *moref
    = found == 0 ? NULL : hvfs_operation_dup_moref (&link->server, found, error);

  if (moref == NULL)
    return 0;
  g_mutex_lock (&vcenter->lock);
  g_hash_table_insert (vcenter->moving, GUINT_TO_POINTER (serial), g_steal_pointer (&moref));
  g_mutex_unlock (&vcenter->lock);
  return found;
}

/* ---- taking and giving back ---- */

/* The link that is open.  (nullable) */
static HvfsVcenterLink *
join (HvfsVcenter *vcenter)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&vcenter->lock);

  if (vcenter->link != NULL)
    vcenter->link->users++;
  return vcenter->link;
}

/* Inside the gate. */
static HvfsVcenterLink *
join_or_open (HvfsVcenter *vcenter, const HvfsServer *host, guint32 serial,
              GCancellable *cancellable, GError **error)
{
  HvfsVcenterLink *link = join (vcenter);

  if (link != NULL)
    return link;
  link = link_open (vcenter, host, serial, cancellable, error);
  if (link == NULL)
    return NULL;
  g_mutex_lock (&vcenter->lock);
  link->users = 1;
  vcenter->link = link;
  g_mutex_unlock (&vcenter->lock);
  return link;
}

HvfsVcenterLink *
hvfs_vcenter_connect (HvfsVcenter *vcenter, GCancellable *cancellable, GError **error)
{
  HvfsVcenterLink *link = NULL;

  if (hvfs_gate_enter (vcenter->opening, 0, cancellable, error))
    {
      link = join_or_open (vcenter, NULL, 0, cancellable, error);
      hvfs_gate_leave (vcenter->opening);
    }
  return link;
}

HvfsVcenterLink *
hvfs_vcenter_acquire (HvfsVcenter *vcenter, const HvfsServer *host, guint32 serial,
                      guint32 *ret_machine, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  HvfsVcenterLink *link = NULL;

  if (hvfs_gate_enter (vcenter->opening, 0, cancellable, &failure))
    {
      link = join_or_open (vcenter, host, serial, cancellable, &failure);
      hvfs_gate_leave (vcenter->opening);
    }
  if (link != NULL)
    {
      *ret_machine = find_machine (link, host, serial, &failure);
      if (*ret_machine != 0)
        return link;
      hvfs_vcenter_release (vcenter, link, serial);
    }
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, HVFS_ERROR, EINTR, "interrupted: nothing was begun");
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

void
hvfs_vcenter_release (HvfsVcenter *vcenter, HvfsVcenterLink *link, guint32 serial)
{
  gboolean last;

  g_mutex_lock (&vcenter->lock);
  g_hash_table_remove (vcenter->moving, GUINT_TO_POINTER (serial));
  last = --link->users == 0;
  if (last)
    vcenter->link = NULL;
  g_mutex_unlock (&vcenter->lock);
  if (last)
    link_close (link);
}

/* ---- what it is ---- */

const HvfsServer *
hvfs_vcenter_server (HvfsVcenterLink *link)
{
  return &link->server;
}

const char *
hvfs_vcenter_host (HvfsVcenterLink *link)
{
  return link->uri->host;
}

char *
hvfs_vcenter_dup_url (HvfsVcenterLink *link)
{
  g_autofree char *base = hvfs_uri_to_base_url (link->uri);

  return g_strconcat (base, "/sdk", NULL);
}

const HvfsCredentials *
hvfs_vcenter_credentials (HvfsVcenterLink *link)
{
  return link->credentials;
}

char *
hvfs_vcenter_dup_progress (HvfsVcenter *vcenter, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&vcenter->lock);
  const char *moref = g_hash_table_lookup (vcenter->moving, GUINT_TO_POINTER (serial));

  return vcenter->link == NULL || moref == NULL
           ? NULL
           : hvfs_tasks_dup_progress (vcenter->link->tasks, moref);
}
