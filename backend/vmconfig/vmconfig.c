/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig.c - configurations as text: fetched in batches, kept while they are true */
#include "backend/vmconfig/vmconfig.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-priv.h"
#include "backend/vmconfig/vmconfig-snapshots.h"
#include "backend/wire/fault.h"
#include "backend/mirror/retrieve.h"
#include "backend/wait/wake.h"
#include "convert/error.h"
#include "convert/vmx/vmx.h"

/* Neighbours in the first batch of someone who goes on, how fast their number grows,
 * and the most: a configuration has some 20 KiB on the wire, its parts 6. */
#define AHEAD_FIRST 8
#define AHEAD_GROWTH 4
#define AHEAD_MOST_TEXTS 512
#define AHEAD_MOST_PARTS 1024
/* In one request.  Of a larger batch only the first one is waited for: the others come while
 * what that brought is read. */
#define REQUEST_MOST 257
#define AHEAD_THREADS 2
/* A text is seldom longer: of more than fit the first would go before they are read. */
#define AHEAD_BYTES 16384

/* More entries than this times the machines there are: some are of machines long gone. */
#define SWEEP_FACTOR 2
#define SWEEP_LEAST 64

/* The properties that are fetched. */
#define CONFIG "config"
#define FILES "layoutEx.file"
#define OPTIONS "config.extraConfig"
#define HARDWARE "config.hardware"
#define VERSION "config.changeVersion"
#define API_FILES 400

static void fetch_ahead (gpointer item, gpointer data);

HvfsConfig *
hvfs_config_new (const HvfsServer *server, gsize budget_bytes,
                 void (*changed) (guint32 serial, gpointer data), gpointer data)
{
  HvfsConfig *config = g_new0 (HvfsConfig, 1);

  config->changed = changed;
  config->data = data;
  config->server = *server;
  config->budget = budget_bytes;
  g_mutex_init (&config->lock);
  config->cache = hvfs_vm_cache_new (budget_bytes);
  config->options = hvfs_options_cache_new ();
  config->snapshots = hvfs_snapshot_disks_new ();
  config->coming = hvfs_flight_new ();
  config->stop = g_cancellable_new ();
  config->crew = hvfs_crew_new ("hvfs-ahead", fetch_ahead, config, AHEAD_THREADS);
  return config;
}

void
hvfs_config_free (HvfsConfig *config)
{
  if (config == NULL)
    return;
  g_cancellable_cancel (config->stop);
  hvfs_crew_free (config->crew);
  g_object_unref (config->stop);
  /* What other threads have written is seen here. */
  g_mutex_lock (&config->lock);
  g_mutex_unlock (&config->lock);
  hvfs_flight_free (config->coming);
  hvfs_vm_cache_free (config->cache);
  hvfs_options_cache_free (config->options);
  hvfs_snapshot_disks_free (config->snapshots);
  g_mutex_clear (&config->lock);
  g_free (config);
}

/* ---- from memory ---- */

/* Whether what is kept of @version and power is still the server's.  Machines that a batch
 * brought are in @order when they are looked at.  Both locks are held. */
static gboolean
look_locked (HvfsConfig *config, HvfsConfigOrder *order, guint32 serial, const char *version,
             gboolean running)
{
  gboolean there = version != NULL
                   && hvfs_vm_is_locked (config->server.mirror, serial, version, running);

  if (there)
    order->last = serial;
  return there;
}

static gboolean
is_present_locked (HvfsConfig *config, guint32 serial)
{
  gboolean running = FALSE;
  const char *version = hvfs_vm_cache_version (config->cache, serial, &running);

  return look_locked (config, &config->texts, serial, version, running);
}

gboolean
hvfs_config_is_cached (HvfsConfig *config, guint32 serial, gsize *ret_size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);

  if (!is_present_locked (config, serial))
    return FALSE;
  if (ret_size != NULL)
    *ret_size = hvfs_vm_cache_size (config->cache, serial);
  return TRUE;
}

gboolean
hvfs_config_get_vmx_size (HvfsConfig *config, guint32 serial, gsize *ret_size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);
  gint64 bytes = is_present_locked (config, serial)
                   ? hvfs_vm_cache_vmx_size (config->cache, serial)
                   : -1;

  if (bytes >= 0)
    *ret_size = bytes;
  return bytes >= 0;
}

gboolean
hvfs_config_tells_vmx_size (HvfsConfig *config)
{
  return hvfs_session_api (config->server.session) >= API_FILES;
}

GBytes *
hvfs_config_get (HvfsConfig *config, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) reader
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (config->server.mirror));
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);

  return is_present_locked (config, serial) ? hvfs_vm_cache_get (config->cache, serial) : NULL;
}

/* The same of what is kept beside the text. */
static gboolean
has_options_locked (HvfsConfig *config, guint32 serial)
{
  gboolean running = FALSE;
  const char *version = hvfs_options_cache_version (config->options, serial, &running);

  return look_locked (config, &config->parts, serial, version, running);
}

GPtrArray *
hvfs_config_get_options (HvfsConfig *config, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);

  return has_options_locked (config, serial)
           ? g_ptr_array_ref (hvfs_options_cache_get (config->options, serial))
           : NULL;
}

gboolean
hvfs_config_append_media (HvfsConfig *config, guint32 serial, GString *out)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);
  const char *media;

  if (!has_options_locked (config, serial))
    return FALSE;
  media = hvfs_options_cache_media (config->options, serial);
  if (out != NULL && media != NULL)
    g_string_append_printf (out, "%s\n", media);
  return TRUE;
}

GPtrArray *
hvfs_config_get_disks (HvfsConfig *config, guint32 serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);

  return has_options_locked (config, serial)
           ? g_ptr_array_ref (hvfs_options_cache_disks (config->options, serial))
           : NULL;
}

/* ---- batches ---- */

typedef gboolean (Wanted) (guint32 serial, const char *version, gboolean running, gpointer config);

/* A neighbour is worth fetching unless it is here, of this @version and power, or on its way. */
static gboolean
is_wanted (guint32 serial, const char *version, gboolean running, gpointer data)
{
  HvfsConfig *config = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);
  gboolean kept_running = FALSE;
  const char *kept = hvfs_vm_cache_version (config->cache, serial, &kept_running);

  return !hvfs_flight_is_under_way (config->coming, serial)
         && (g_strcmp0 (kept, version) != 0 || kept_running != running
             || !hvfs_vm_cache_has_text (config->cache, serial));
}

/* The same of what is kept beside the texts. */
static gboolean
are_parts_wanted (guint32 serial, const char *version, gboolean running, gpointer data)
{
  HvfsConfig *config = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);
  gboolean kept_running = FALSE;
  const char *kept = hvfs_options_cache_version (config->options, serial, &kept_running);

  return !hvfs_flight_is_under_way (config->coming, serial)
         && (g_strcmp0 (kept, version) != 0 || kept_running != running);
}

/* Who comes with @look: nobody at first, the more the longer it goes well.  Of several that
 * read side by side some are far behind, so who was read last says little then: who is near
 * where a batch ended goes on as well. */
static GPtrArray *
plan (HvfsConfig *config, HvfsConfigOrder *order, HvfsVmLook *look, guint most, Wanted *wanted)
{
  GPtrArray *batch;
  guint32 before[G_N_ELEMENTS (order->ends) + 1];
  guint n;

  g_mutex_lock (&config->lock);
  memcpy (before, order->ends, sizeof order->ends);
  before[G_N_ELEMENTS (order->ends)] = order->last;
  n = order->ahead == 0 ? AHEAD_FIRST : MIN (order->ahead * AHEAD_GROWTH, most);
  n = MIN (n, config->budget / AHEAD_BYTES);
  g_mutex_unlock (&config->lock);
  batch = hvfs_vm_neighbours (config->server.mirror, before, G_N_ELEMENTS (before), look->serial, n,
                              wanted, config);
  g_mutex_lock (&config->lock);
  order->ahead = batch != NULL ? n : 0;
  order->last = look->serial;
  if (batch != NULL && batch->len > 0)
    order->ends[order->n_batches++ % G_N_ELEMENTS (order->ends)]
      = ((HvfsVmLook *) batch->pdata[batch->len - 1])->serial;
  g_mutex_unlock (&config->lock);
  if (batch == NULL)
    batch = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_vm_look_free);
  g_ptr_array_insert (batch, 0, look);
  return batch;
}

/* @paths: ended by NULL */
static GPtrArray *
retrieve (HvfsConfig *config, const GPtrArray *batch, const char *const *paths,
          GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) morefs = g_ptr_array_new ();

  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (morefs, ((HvfsVmLook *) batch->pdata[i])->moref);
  return hvfs_retrieve_paths (config->server.session, "VirtualMachine", paths, morefs,
                              cancellable, error);
}

/* (transfer none) (nullable): what the child of @content that is called @set ("propSet",
 * or "missingSet") and is about the property @path, has as @value. */
static HvfsValue *
about (const HvfsValue *content, const char *set, const char *path, const char *value)
{
  const char *key = strcmp (set, "propSet") == 0 ? "name" : "path";

  for (guint i = 0; i < hvfs_value_n_children (content); i++)
    {
      const HvfsValue *child = hvfs_value_nth (content, i);

      if (strcmp (hvfs_value_name (child), set) == 0
          && g_strcmp0 (hvfs_value_text (child, key), path) == 0)
        return hvfs_value_get (child, value);
    }
  return NULL;
}

/* The size of the file @look->file in @content; -1: the server does not say.  It says 0
 * of a file that it has not looked at. */
static gint64
vmx_bytes_in (const HvfsValue *content, const HvfsVmLook *look)
{
  const HvfsValue *files = about (content, "propSet", FILES, "val");

  for (guint i = 0; i < hvfs_value_n_children (files); i++)
    {
      const HvfsValue *file = hvfs_value_nth (files, i);
      gint64 bytes = hvfs_value_int (file, "size", 0);

      if (g_strcmp0 (hvfs_value_text (file, "name"), look->file) == 0)
        return bytes > 0 && bytes <= HVFS_VMX_MAX_BYTES ? bytes : -1;
    }
  return -1;
}

/* Why there is no configuration in @content.  @fault: (nullable): the server's */
static void
set_no_config (const HvfsValue *content, const HvfsValue *fault, const HvfsVmLook *look,
               GError **error)
{
  if (content == NULL)
    hvfs_object_set_gone ("domain", error);
  else if (fault != NULL)
    g_propagate_error (error, hvfs_fault_new_error_localized (fault));
  else
    g_set_error (error, HVFS_ERROR, EIO, "the server has no configuration of the domain (%s)",
                 look->state != NULL ? look->state : "its state is unknown");
}

/* (transfer none): the configuration in @content, or why there is none. */
static HvfsValue *
config_in (const HvfsValue *content, const HvfsVmLook *look, GError **error)
{
  HvfsValue *value = about (content, "propSet", CONFIG, "val");
  const HvfsValue *fault = about (content, "missingSet", CONFIG, "fault");

  if (value != NULL && hvfs_value_get (value, "hardware") != NULL)
    return value;
  set_no_config (content, fault, look, error);
  return NULL;
}

static gboolean
is_there (guint32 serial, gpointer data)
{
  return hvfs_mirror_get (data, serial) != NULL;
}

/* Forgets machines that are gone, when there are many of them. */
static void
sweep (HvfsConfig *config)
{
  HvfsMirror *mirror = config->server.mirror;
  g_autoptr (GRWLockReaderLocker) reader = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&config->lock);
  guint most = SWEEP_LEAST + SWEEP_FACTOR * hvfs_mirror_n_objects (mirror, HVFS_KIND_VM);

  if (hvfs_vm_cache_count (config->cache) > most)
    hvfs_vm_cache_sweep (config->cache, is_there, mirror);
}

/* (transfer none): of the configuration @value, or what stands for it */
static const char *
version_in (const HvfsValue *value, const HvfsVmLook *look)
{
  const char *version = hvfs_value_text (value, "changeVersion");

  return version != NULL && *version != '\0' ? version : look->version;
}

HvfsDisk *
hvfs_config_first_cdrom (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->device == HVFS_DEVICE_CDROM || disk->device == HVFS_DEVICE_LUN)
        return disk;
    }
  return NULL;
}

/* (transfer full) (nullable): there is no drive */
static char *
dup_media (const HvfsDomain *domain)
{
  const HvfsDisk *drive = hvfs_config_first_cdrom (domain);

  if (drive == NULL)
    return NULL;
  if (drive->path != NULL)
    return g_strdup (drive->path);
  return g_strdup (drive->type == HVFS_DISK_BLOCK ? "host" : "empty");
}

/* @value: as of hvfs_options_cache_put; @read: of the same configuration */
static void
keep_parts (HvfsConfig *config, const HvfsVmLook *look, const char *version,
            const HvfsValue *value, const HvfsVmRead *read)
{
  char *media = dup_media (read->domain);
  GPtrArray *disks = hvfs_config_disks_new (read);

  g_mutex_lock (&config->lock);
  if (!hvfs_options_cache_put (config->options, look->serial, version, look->running, value, media,
                               disks)
      && config->changed != NULL)
    config->changed (look->serial, config->data);
  g_mutex_unlock (&config->lock);
}

void
hvfs_config_keep_options (HvfsConfig *config, const HvfsVmLook *look, const HvfsVmRead *read)
{
  keep_parts (config, look, version_in (read->config, look), read->config, read);
}

static GBytes *
store (HvfsConfig *config, const HvfsVmLook *look, HvfsValue *value, gint64 vmx_bytes)
{
  g_autoptr (HvfsVmRead) read
    = hvfs_vm_read (value, look->moref, look->running, look->datacenter_path);
  g_autofree char *xml = hvfs_vm_read_to_xml (read);
  /* Kept for long, and by many: without the room that it was written in. */
  GBytes *text = g_bytes_new (xml, strlen (xml));

  g_mutex_lock (&config->lock);
  hvfs_vm_cache_put (config->cache, look->serial, version_in (value, look), look->running, text,
                     vmx_bytes);
  g_mutex_unlock (&config->lock);
  hvfs_config_keep_options (config, look, read);
  return text;
}

/* @content: of CONFIG and FILES.  FALSE: there is no configuration. */
static gboolean
keep_text_in (HvfsConfig *config, const HvfsValue *content, const HvfsVmLook *look,
              GBytes **ret_text, GError **error)
{
  HvfsValue *value = config_in (content, look, error);
  g_autoptr (GBytes) text
    = value != NULL ? store (config, look, value, vmx_bytes_in (content, look)) : NULL;

  if (text != NULL && ret_text != NULL)
    *ret_text = g_steal_pointer (&text);
  return value != NULL;
}

HvfsVmRead *
hvfs_config_read_now (HvfsConfig *config, const HvfsVmLook *look, GCancellable *cancellable,
                      GError **error)
{
  const char *const paths[] = { CONFIG, NULL };
  g_autoptr (GPtrArray) alone = g_ptr_array_new ();
  g_autoptr (GPtrArray) contents = NULL;
  HvfsValue *value;

  g_ptr_array_add (alone, (gpointer) look);
  contents = retrieve (config, alone, paths, cancellable, error);
  value = contents != NULL ? config_in (hvfs_retrieve_find (contents, look->moref), look, error) : NULL;
  return value != NULL
           ? hvfs_vm_read (value, look->moref, look->running, look->datacenter_path)
           : NULL;
}

/* @content: of OPTIONS, HARDWARE and VERSION.  FALSE: there is no configuration. */
static gboolean
keep_parts_in (HvfsConfig *config, const HvfsValue *content, const HvfsVmLook *look,
               GBytes **ret_text G_GNUC_UNUSED, GError **error)
{
  const HvfsValue *hardware = about (content, "propSet", HARDWARE, "val");
  const HvfsValue *fault = about (content, "missingSet", OPTIONS, "fault");
  const char *version = hvfs_value_text (about (content, "propSet", VERSION, "val"), NULL);
  g_autoptr (HvfsVmRead) read = NULL;

  if (fault == NULL)
    fault = about (content, "missingSet", HARDWARE, "fault");
  if (hardware == NULL || fault != NULL)
    {
      set_no_config (content, fault, look, error);
      return FALSE;
    }
  read = hvfs_vm_read_drives (hardware);
  keep_parts (config, look, version != NULL && *version != '\0' ? version : look->version,
              about (content, "propSet", OPTIONS, "val"), read);
  return TRUE;
}

/* What is fetched in batches, and how. */
typedef struct
{
  const char *paths[4];
  goffset order; /* of its HvfsConfigOrder in HvfsConfig */
  guint most;    /* neighbours in a batch */
  Wanted *wanted;
  gboolean (*keep) (HvfsConfig *config, const HvfsValue *content, const HvfsVmLook *look,
                    GBytes **ret_text, GError **error);
} Kind;

#define TEXTS G_STRUCT_OFFSET (HvfsConfig, texts), AHEAD_MOST_TEXTS, is_wanted, keep_text_in
static const Kind texts = { { CONFIG, FILES }, TEXTS };
/* Of servers that tell of no files. */
static const Kind old_texts = { { CONFIG }, TEXTS };
static const Kind parts = { { OPTIONS, HARDWARE, VERSION }, G_STRUCT_OFFSET (HvfsConfig, parts),
                            AHEAD_MOST_PARTS, are_parts_wanted, keep_parts_in };

/* What is planned, and how much of it has been asked for. */
typedef struct
{
  const Kind *kind;
  GPtrArray *looks; /* HvfsVmLook */
  guint at;
} Batch;

static void
batch_free (Batch *batch)
{
  g_ptr_array_unref (batch->looks);
  g_free (batch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* For the next request: what is wanted still, and not on its way.  The first of all, which
 * somebody waits for, is claimed already.  (transfer container): borrowed from @batch */
static GPtrArray *
claim (HvfsConfig *config, Batch *batch)
{
  GPtrArray *claimed = g_ptr_array_new ();

  for (; batch->at < batch->looks->len && claimed->len < REQUEST_MOST; batch->at++)
    {
      HvfsVmLook *look = batch->looks->pdata[batch->at];

      if (batch->at == 0
          || (batch->kind->wanted (look->serial, look->version, look->running, config)
              && hvfs_flight_try (config->coming, look->serial)))
        g_ptr_array_add (claimed, look);
    }
  return claimed;
}

/* Fetches and keeps what was claimed, and ends the claim.  @ret_text: (optional): of the first.
 * FALSE: the first could not be had. */
static gboolean
fetch (HvfsConfig *config, const Kind *kind, const GPtrArray *claimed, GBytes **ret_text,
       GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) contents = retrieve (config, claimed, kind->paths, cancellable, error);
  gboolean ok = FALSE;

  for (guint i = 0; contents != NULL && i < claimed->len; i++)
    {
      const HvfsVmLook *look = claimed->pdata[i];
      gboolean kept = kind->keep (config, hvfs_retrieve_find (contents, look->moref), look,
                                  i == 0 ? ret_text : NULL, i == 0 ? error : NULL);

      if (i == 0)
        ok = kept;
    }
  for (guint i = 0; i < claimed->len; i++)
    hvfs_flight_end (config->coming, ((HvfsVmLook *) claimed->pdata[i])->serial);
  return ok;
}

/* The rest of a batch.  What fails is asked for again by who needs it, and he is told why. */
static void
fetch_ahead (gpointer item, gpointer data)
{
  HvfsConfig *config = data;
  g_autoptr (Batch) batch = item;
  gboolean ok = TRUE;

  while (ok && batch->at < batch->looks->len)
    {
      g_autoptr (GPtrArray) claimed = claim (config, batch);

      ok = claimed->len == 0 || fetch (config, batch->kind, claimed, NULL, config->stop, NULL);
    }
}

/* @serial is claimed. */
static gboolean
fetch_batch (HvfsConfig *config, const Kind *kind, guint32 serial, GBytes **ret_text,
             GCancellable *cancellable, GError **error)
{
  HvfsVmLook *look = hvfs_vm_look (config->server.mirror, serial, error);
  g_autoptr (Batch) batch = NULL;
  g_autoptr (GPtrArray) claimed = NULL;
  gboolean ok;

  if (look == NULL)
    {
      hvfs_flight_end (config->coming, serial);
      return FALSE;
    }
  batch = g_new (Batch, 1);
  *batch = (Batch){ kind, plan (config, G_STRUCT_MEMBER_P (config, kind->order), look, kind->most,
                                kind->wanted), 0 };
  claimed = claim (config, batch);
  ok = fetch (config, kind, claimed, ret_text, cancellable, error);
  if (ok && batch->at < batch->looks->len)
    hvfs_crew_push (config->crew, g_steal_pointer (&batch));
  return ok;
}

GBytes *
hvfs_config_fetch (HvfsConfig *config, guint32 serial, GCancellable *cancellable, GError **error)
{
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  GBytes *text = NULL;

  /* Who has waited looks again: it is there now, or another's attempt has failed. */
  while (turn == HVFS_FLIGHT_OVER && (text = hvfs_config_get (config, serial)) == NULL)
    turn = hvfs_flight_begin (config->coming, serial, cancellable, error);
  if (turn != HVFS_FLIGHT_MINE)
    return text;
  /* Somebody has brought it between the look and the claim. */
  text = hvfs_config_get (config, serial);
  if (text != NULL)
    hvfs_flight_end (config->coming, serial);
  else
    {
      fetch_batch (config, hvfs_config_tells_vmx_size (config) ? &texts : &old_texts, serial, &text,
                   cancellable, error);
      sweep (config);
    }
  return text;
}

/* From outside of the mirror's lock. */
static gboolean
has_options (HvfsConfig *config, guint32 serial)
{
  g_autoptr (GRWLockReaderLocker) reader
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (config->server.mirror));
  g_autoptr (GPtrArray) options = hvfs_config_get_options (config, serial);

  return options != NULL;
}

gboolean
hvfs_config_fetch_parts (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                         GError **error)
{
  HvfsFlightTurn turn = HVFS_FLIGHT_OVER;
  gboolean have = FALSE;

  while (turn == HVFS_FLIGHT_OVER && !(have = has_options (config, serial)))
    turn = hvfs_flight_begin (config->coming, serial, cancellable, error);
  return have
         || (turn == HVFS_FLIGHT_MINE
             && fetch_batch (config, &parts, serial, NULL, cancellable, error));
}
