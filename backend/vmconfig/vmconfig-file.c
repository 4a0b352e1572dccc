/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-file.c - VMX files, and machines that come and go */
#include "backend/vmconfig/vmconfig.h"

#include <string.h>

#include "backend/vmconfig/vmconfig-priv.h"
#include "backend/mirror/filter.h"
#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-file.h"
#include "backend/mirror/inventory-name.h"
#include "backend/operation/resource-pool.h"
#include "backend/mirror/retrieve.h"
#include "backend/vmconfig/vmconfig-hostdev.h"
#include "backend/vmconfig/vmconfig-network.h"
#include "backend/vmconfig/vmconfig-scsi.h"
#include "backend/vmconfig/vmconfig-spec.h"
#include "convert/domain-xml/domain-xml-adopt.h"
#include "convert/error.h"
#include "convert/model/notes.h"
#include "convert/model/scalar.h"
#include "convert/vmx/vmx.h"

/* One property of one object: (transfer full); NULL with an error, ENOENT where it is unset. */
static HvfsValue *
lookup_property (HvfsConfig *config, const char *type, const char *moref, const char *path,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_retrieve_new (config->server.session);
  g_autoptr (GPtrArray) contents = NULL;
  HvfsValue *value;

  hvfs_filter_write_property (request, "specSet", type, moref, path);
  contents = hvfs_retrieve (config->server.session, request, cancellable, error);
  if (contents == NULL)
    return NULL;
  value = contents->len > 0 ? hvfs_value_get (contents->pdata[0], "propSet.val") : NULL;
  if (value == NULL)
    g_set_error (error, HVFS_ERROR, ENOENT, "the server does not report the domain's %s", path);
  return value != NULL ? hvfs_value_ref (value) : NULL;
}

/* Why the server did not say where it is. */
static void
set_untold (HvfsMirror *mirror, guint32 serial, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));
  HvfsObject *vm = hvfs_mirror_get (mirror, serial);

  if (vm == NULL || hvfs_object_check (vm, HVFS_PROP (HVFS_VM_FILE), error))
    g_set_error (error, HVFS_ERROR, ENOENT,
                 "the server does not report where the domain's VMX file is");
}

GBytes *
hvfs_config_fetch_vmx (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (HvfsVmLook) look = hvfs_vm_look (config->server.mirror, serial, error);

  if (look == NULL)
    return NULL;
  if (look->file == NULL || *look->file == '\0')
    {
      set_untold (config->server.mirror, serial, error);
      return NULL;
    }
  if (*look->file != '[')
    {
      g_set_error (error, HVFS_ERROR, ENOTSUP, "the VMX file %s is in no datastore", look->file);
      return NULL;
    }
  return hvfs_datastore_file_get (config->server.session, look->datacenter_path, look->file,
                          HVFS_VMX_MAX_BYTES, cancellable, error);
}

/* ---- making ---- */

/* The serial of the machine that has it, 0: none.  The mirror's lock must be held. */
static guint32
find_uuid (HvfsMirror *mirror, const guint8 uuid[static HVFS_UUID_BYTES])
{
  GHashTableIter iter;
  gpointer object;

  hvfs_mirror_iter_init (mirror, &iter);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    {
      HvfsObject *vm = object;
      const char *text = vm->kind == HVFS_KIND_VM
                           ? hvfs_value_text (hvfs_object_get (vm, HVFS_VM_UUID), NULL)
                           : NULL;
      guint8 other[HVFS_UUID_BYTES];

      if (text != NULL && hvfs_parse_uuid (text, other) && memcmp (uuid, other, sizeof other) == 0)
        return vm->serial;
    }
  return 0;
}

static gboolean
is_uuid_taken (HvfsMirror *mirror, const guint8 uuid[static HVFS_UUID_BYTES])
{
  g_autoptr (GRWLockReaderLocker) locker = g_rw_lock_reader_locker_new (hvfs_mirror_lock (mirror));

  return find_uuid (mirror, uuid) != 0;
}

static gboolean
check_new (HvfsConfig *config, const HvfsDomain *domain, const char *name, GError **error)
{
  gboolean taken = is_uuid_taken (config->server.mirror, domain->uuid);
  const char *hint = taken ? "; a domain is copied by its file 'clone'" : "";

  if (strcmp (domain->name, name) != 0)
    g_set_error (error, HVFS_ERROR, EINVAL, "the name in the text is '%s': it must be '%s', as that "
                 "of the directory%s", domain->name, name, hint);
  else if (taken)
    g_set_error (error, HVFS_ERROR, EEXIST, "the uuid in the text is another machine's: leave it "
                 "out for a new one%s", hint);
  else
    return TRUE;
  return FALSE;
}

static char *
first_datastore (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];
      char *datastore = NULL;

      if (disk->device == HVFS_DEVICE_DISK && disk->path != NULL
          && hvfs_datastore_path_split (disk->path, &datastore) != NULL)
        return datastore;
    }
  return NULL;
}

/* Where a new machine goes. */
typedef struct
{
  HvfsConfig *config;
  HvfsHostLook *host;
  HvfsValue *folder;
  char *pool;
  HvfsDomain *wanted;
  GHashTable *networks, *hostdevs, *unplugged; /* nullable: see HvfsVmChange */
  const char *datastore;
  GCancellable *cancellable;
} Place;

static void
place_clear (Place *place)
{
  hvfs_host_look_free (place->host);
  hvfs_value_unref (place->folder);
  g_free (place->pool);
  g_clear_pointer (&place->networks, g_hash_table_unref);
  g_clear_pointer (&place->hostdevs, g_hash_table_unref);
  g_clear_pointer (&place->unplugged, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean
find_place (Place *place, guint32 host, GError **error)
{
  place->host = hvfs_host_look (place->config->server.mirror, host, error);
  if (place->host == NULL)
    return FALSE;
  place->pool = hvfs_resource_pool_lookup (&place->config->server, host, NULL, NULL, error);
  if (place->pool == NULL)
    return FALSE;
  place->folder = lookup_property (place->config, "Datacenter", place->host->datacenter, "vmFolder",
                                   place->cancellable, error);
  return place->folder != NULL;
}

static int
is_in_mirror (HvfsMirror *mirror, gpointer moref)
{
  return hvfs_mirror_find (mirror, "VirtualMachine", moref) != NULL;
}

/* Whether a machine with the uuid that was asked for is there. */
static int
is_made (HvfsMirror *mirror, gpointer data)
{
  return find_uuid (mirror, data) != 0;
}

static gboolean
run_making (const Place *place, HvfsRequest *request, GError **error)
{
  const HvfsServer *server = &place->config->server;
  g_autoptr (HvfsValue) result = NULL;
  g_autoptr (GError) failure = NULL;
  const char *moref;

  if (!hvfs_tasks_run (server->tasks, request, server->timeout_s, place->cancellable, &result,
                       &failure)
      && !hvfs_operation_find_out (server, is_made, (gpointer) place->wanted->uuid,
                                   place->cancellable, &failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  moref = hvfs_value_text (result, NULL);
  if (moref != NULL)
    hvfs_operation_await_shown_that (&place->config->server, is_in_mirror, (gpointer) moref);
  return TRUE;
}

static gboolean
create (GHashTable *make, gpointer data, GError **error)
{
  const Place *place = data;
  g_autoptr (HvfsDomain) nothing = hvfs_domain_new ();
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("CreateVM_Task", "Folder", hvfs_value_text (place->folder, NULL));
  HvfsVmChange change = { .base = nothing, .wanted = place->wanted, .make = make,
                          .networks = place->networks, .hostdevs = place->hostdevs,
                          .unplugged = place->unplugged, .request = request };

  if (!hvfs_vm_change_write (&change, "config", place->datastore, error))
    return FALSE;
  hvfs_request_moref (request, "pool", "ResourcePool", place->pool);
  hvfs_request_moref (request, "host", "HostSystem", place->host->moref);
  return run_making (place, request, error);
}

/* ---- texts of other hypervisors ---- */

/* @datastore: (nullable): of the files that have no name at a VMware host.
 * Returns: (transfer full): where those lie, "[datastore] name" */
static char *
directory_of (const char *datastore, const char *name)
{
  g_autofree char *part = g_strdelimit (g_strdup (name), "/[]", '_');

  return datastore != NULL ? g_strdup_printf ("[%s] %s", datastore, part) : NULL;
}

/* A medium of another host is on no datastore, and a machine starts without one. */
static void
empty_drives (HvfsDomain *domain, const char *directory)
{
  g_autofree char *prefix = g_strconcat (directory, "/", NULL);

  for (guint i = 0; i < domain->disks->len; i++)
    {
      HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->device == HVFS_DEVICE_DISK || disk->path == NULL
          || !g_str_has_prefix (disk->path, prefix))
        continue;
      hvfs_note (domain->notes, disk->line,
                 "<disk>: the drive '%s' is empty: '%s' is on no datastore of the host",
                 disk->target, disk->path + strlen (prefix));
      g_clear_pointer (&disk->path, g_free);
    }
}

/* What an interface is on that is connected to nothing: it has to be some network. */
static gboolean
unplug (Place *place, guint32 host, HvfsNet *net, GError **error)
{
  g_autofree char *any = hvfs_networks_dup_any (place->config->server.mirror, host);

  if (any == NULL)
    {
      g_set_error (error, HVFS_ERROR, ENOENT,
                   "<interface>: the host has no network to put it on: leave it out");
      return FALSE;
    }
  if (net->bridge != NULL)
    hvfs_note (place->wanted->notes, net->line,
               "<interface>: is on '%s' and not connected: the host has no network '%s'", any,
               net->bridge);
  else
    hvfs_note (place->wanted->notes, net->line, "<interface>: is on '%s' and not connected", any);
  net->type = HVFS_NET_BRIDGE;
  g_free (net->bridge);
  net->bridge = g_steal_pointer (&any);
  g_hash_table_add (place->unplugged, net);
  return TRUE;
}

static gboolean
find_hostdevs (Place *place, guint32 host, GError **error)
{
  g_autoptr (HvfsDomain) nothing = hvfs_domain_new ();

  place->hostdevs = hvfs_hostdevs_resolve (&place->config->server, host, nothing, place->wanted,
                                           place->cancellable, error);
  return place->hostdevs != NULL;
}

/* Networks by their names.  Those of another hypervisor need not be there. */
static gboolean
find_networks (Place *place, guint32 host, gboolean foreign, GError **error)
{
  const HvfsServer *server = &place->config->server;
  g_autoptr (HvfsDomain) nothing = hvfs_domain_new ();
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session);
  gboolean hosted = g_strcmp0 (hvfs_value_text (content, "about.productLineId"), "gsx") == 0;
  g_autoptr (GPtrArray) lost = g_ptr_array_new ();

  place->unplugged = g_hash_table_new (NULL, NULL);
  place->networks = hvfs_networks_resolve (server, host, nothing, place->wanted,
                                           foreign ? lost : NULL, error);
  if (place->networks == NULL)
    return FALSE;
  for (guint i = 0; foreign && i < place->wanted->nets->len; i++)
    {
      const HvfsNet *net = place->wanted->nets->pdata[i];

      if (net->type == HVFS_NET_NULL || (net->type == HVFS_NET_USER && !hosted))
        g_ptr_array_add (lost, (gpointer) net);
    }
  for (guint i = 0; i < lost->len; i++)
    if (!unplug (place, host, lost->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* ---- texts ---- */

static HvfsDomain *
adopt (GBytes *text, const char *directory, gboolean *ret_foreign, GError **error)
{
  const HvfsAdoption adoption = { .editable = TRUE, .directory = directory };
  gsize len = 0;
  const char *data = g_bytes_get_data (text, &len);
  HvfsDomain *domain = hvfs_domain_xml_adopt (data != NULL ? data : "", len, &adoption, error);

  *ret_foreign = hvfs_domain_xml_is_foreign (data != NULL ? data : "", len);
  if (domain != NULL && *ret_foreign && directory != NULL)
    empty_drives (domain, directory);
  return domain;
}

static gboolean
has_boot_order (const HvfsDomain *domain)
{
  gboolean has = FALSE;

  for (guint i = 0; i < domain->disks->len; i++)
    has |= ((HvfsDisk *) domain->disks->pdata[i])->boot > 0;
  for (guint i = 0; i < domain->nets->len; i++)
    has |= ((HvfsNet *) domain->nets->pdata[i])->boot > 0;
  return has;
}

/* The machine is there; what could not be set now, its writer can set later. */
static void
set_boot_order (const Place *place)
{
  HvfsMirror *mirror = place->config->server.mirror;
  g_autoptr (GError) failure = NULL;
  guint32 serial;

  if (!has_boot_order (place->wanted))
    return;
  g_rw_lock_reader_lock (hvfs_mirror_lock (mirror));
  serial = find_uuid (mirror, place->wanted->uuid);
  g_rw_lock_reader_unlock (hvfs_mirror_lock (mirror));
  if (serial == 0
      || !hvfs_config_set_boot_order (place->config, serial, place->wanted, place->cancellable,
                                      &failure))
    hvfs_note (place->wanted->notes, 0, "<boot>: the boot order is left out: %s",
               failure != NULL ? failure->message : "the machine is not there yet");
}

/* A file that is not there, and nobody said how large it is to be. */
static void
explain_missing (GError **error)
{
  if (error != NULL && g_strcmp0 (hvfs_error_fault (*error), "FileNotFound") == 0)
    {
      g_autofree char *message = (*error)->message;

      (*error)->message
        = g_strconcat (message, "; copy it there, or write <capacity unit='GiB'>8</capacity> into "
                                "its <disk> for a new one", NULL);
    }
}

gboolean
hvfs_config_define_xml (HvfsConfig *config, guint32 host, const char *name, GBytes *text,
                        GPtrArray **ret_notes, GCancellable *cancellable, GError **error)
{
  HvfsHostLook *look = hvfs_host_look (config->server.mirror, host, error);
  g_autofree char *directory = look != NULL ? directory_of (look->datastores[0], name) : NULL;
  gboolean foreign = FALSE;
  g_autoptr (HvfsDomain) wanted = look != NULL ? adopt (text, directory, &foreign, error) : NULL;
  g_autofree char *datastore = wanted != NULL ? first_datastore (wanted) : NULL;
  g_auto (Place) place = { .config = config, .wanted = wanted, .datastore = datastore,
                           .cancellable = cancellable };

  hvfs_host_look_free (look);
  if (wanted == NULL)
    return FALSE;
  /* It is known by that if the answer is lost; MAC addresses are the server's to give. */
  hvfs_domain_draw_uuid (wanted);
  if (!check_new (config, wanted, name, error))
    return FALSE;
  if (datastore == NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "a new machine needs a disk with <source file='[datastore] ...'/>: "
                   "its files go to that datastore");
      return FALSE;
    }
  if (!find_place (&place, host, error) || !find_networks (&place, host, foreign, error)
      || !find_hostdevs (&place, host, error)
      || !hvfs_config_detect_scsi (&config->server, place.host->datacenter_path, wanted, cancellable,
                                   error))
    return FALSE;
  if (!hvfs_config_try_making (wanted, create, &place, error))
    {
      explain_missing (error);
      return FALSE;
    }
  set_boot_order (&place);
  hvfs_notes_sort (wanted->notes);
  *ret_notes = g_ptr_array_ref (wanted->notes);
  return TRUE;
}

static gboolean
register_vmx (const Place *place, const char *path, const char *name, GError **error)
{
  g_autofree char *encoded = hvfs_inventory_name_encode (name);
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("RegisterVM_Task", "Folder", hvfs_value_text (place->folder, NULL));

  hvfs_request_text (request, "path", path);
  hvfs_request_text (request, "name", encoded);
  hvfs_request_bool (request, "asTemplate", FALSE);
  hvfs_request_moref (request, "pool", "ResourcePool", place->pool);
  hvfs_request_moref (request, "host", "HostSystem", place->host->moref);
  return run_making (place, request, error);
}

/* Names of files are of no interest: a path with a datastore is one, all others are kept. */
static gboolean
same_name (gpointer data G_GNUC_UNUSED, const char *file, gboolean allow_missing G_GNUC_UNUSED,
           char **ret_path, GError **error G_GNUC_UNUSED)
{
  *ret_path = g_strdup (file);
  return TRUE;
}

/* Whether the host has the text in a file of that name already.  @named: (nullable): the datastore
 * that it belongs in; NULL: any, the first for a new one.
 * @ret_path: (out) (transfer full): that file, else the one that is to be made */
static gboolean
find_file (const Place *place, const char *named, const char *name, GBytes *text, gboolean *ret_there,
           char **ret_path, GError **error)
{
  HvfsSession *session = place->config->server.session;
  const char *const one[] = { named, NULL };
  const char *const *datastores
    = named != NULL ? one : (const char *const *) place->host->datastores;

  *ret_there = FALSE;
  *ret_path = g_strdup_printf ("[%s] %s/%s.vmx", datastores[0], name, name);
  for (guint i = 0; datastores[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("[%s] %s/%s.vmx", datastores[i], name, name);
      g_autoptr (GBytes) there = NULL;
      GError *failure = NULL;

      if (hvfs_datastore_file_has (session, place->host->datacenter_path, path, place->cancellable,
                                   &failure))
        there = hvfs_datastore_file_get (session, place->host->datacenter_path, path,
                                         g_bytes_get_size (text) + 1, place->cancellable,
                                         &failure);
      if (g_error_matches (failure, HVFS_ERROR, EFBIG)) /* it is another text */
        {
          g_clear_error (&failure);
          there = g_bytes_new (NULL, 0);
        }
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (there != NULL && g_bytes_equal (there, text))
        {
          *ret_there = TRUE;
          g_free (*ret_path);
          *ret_path = g_steal_pointer (&path);
          return TRUE;
        }
      if (there != NULL && i == 0)
        {
          g_set_error (error, HVFS_ERROR, EEXIST, "%s is there already, with another text", path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
put (const Place *place, const char *path, GBytes *text, GError **error)
{
  return hvfs_datastore_file_put (place->config->server.session, place->host->datacenter_path,
                                  path, text, place->cancellable, error);
}

/* Under another name, until all of it is there.  @host: the serial.  What is left of it where that
 * fails is removed, if the server can be told. */
static gboolean
put_whole (const Place *place, guint32 host, const char *path, GBytes *text, GError **error)
{
  const HvfsServer *server = &place->config->server;
  g_autofree char *datastore = NULL;
  const char *file = hvfs_datastore_path_split (path, &datastore);
  g_autofree char *part = hvfs_datastore_part_path (file, FALSE);
  const HvfsDatastorePlace store = { .name = datastore, .datacenter = place->host->datacenter };
  const HvfsDatastorePath from = { host, &store, part, FALSE }, to = { host, &store, file, FALSE };
  g_autofree char *part_path = hvfs_datastore_place_path (&store, part);

  if (!hvfs_datastore_can_move (server))
    return put (place, path, text, error);
  if (put (place, part_path, text, error)
      && hvfs_datastore_move (server, &from, &to, FALSE, place->cancellable, error))
    return TRUE;
  hvfs_datastore_delete (server, &from, NULL, NULL);
  return FALSE;
}

gboolean
hvfs_config_define_vmx (HvfsConfig *config, guint32 host, const char *name, GBytes *text,
                        GCancellable *cancellable, GError **error)
{
  static const HvfsFiles files = { .parse = same_name };
  gsize len = 0;
  const char *data = g_bytes_get_data (text, &len);
  g_autoptr (HvfsDomain) wanted = hvfs_vmx_read (data != NULL ? data : "", len, &files, error);
  g_autofree char *named = wanted != NULL ? first_datastore (wanted) : NULL;
  g_autofree char *path = NULL;
  g_auto (Place) place = { .config = config, .wanted = wanted, .cancellable = cancellable };
  gboolean there;

  if (wanted == NULL || (wanted->name != NULL && !check_new (config, wanted, name, error))
      || !find_place (&place, host, error))
    return FALSE;
  if ((named == NULL && place.host->datastores[0] == NULL) || strchr (name, '/') != NULL)
    {
      g_set_error (error, HVFS_ERROR, EINVAL, named == NULL ? "the host has no datastore"
                                                            : "no file can have a / in its name");
      return FALSE;
    }
  return find_file (&place, named, name, text, &there, &path, error)
         && (there || put_whole (&place, host, path, text, error))
         && register_vmx (&place, path, name, error);
}

/* ---- ending ---- */

static int
is_not_in_mirror (HvfsMirror *mirror, gpointer moref)
{
  return !is_in_mirror (mirror, moref);
}

/* It must be off; the server would say so, too, in other words. */
static HvfsVmLook *
look_at_off (HvfsConfig *config, guint32 serial, GError **error)
{
  g_autoptr (HvfsVmLook) look = hvfs_vm_look (config->server.mirror, serial, error);

  if (look == NULL || !look->running)
    return g_steal_pointer (&look);
  g_set_error (error, HVFS_ERROR, EBUSY, "the domain is %s: it must be off", look->state);
  return NULL;
}

/* Waits until @look is not there any more.  @failure: (nullable) (transfer full): the
 * request's: it may have been done all the same. */
static gboolean
await_gone (HvfsConfig *config, HvfsVmLook *look, GError *failure, GCancellable *cancellable,
            GError **error)
{
  if (failure != NULL
      && !hvfs_operation_find_out (&config->server, is_not_in_mirror, look->moref, cancellable,
                                   &failure))
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  hvfs_operation_await_shown_that (&config->server, is_not_in_mirror, look->moref);
  return TRUE;
}

gboolean
hvfs_config_undefine (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (HvfsVmLook) look = look_at_off (config, serial, error);
  g_autoptr (HvfsRequest) request = NULL;
  g_autoptr (HvfsValue) reply = NULL;
  GError *failure = NULL;

  if (look == NULL)
    return FALSE;
  request = hvfs_request_new ("UnregisterVM", "VirtualMachine", look->moref);
  reply = hvfs_session_call (config->server.session, request, HVFS_CALL_CHANGE, 0, cancellable,
                             &failure);
  return await_gone (config, look, failure, cancellable, error);
}

gboolean
hvfs_config_destroy (HvfsConfig *config, guint32 serial, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsVmLook) look = look_at_off (config, serial, error);
  g_autoptr (HvfsRequest) request = NULL;
  GError *failure = NULL;

  if (look == NULL)
    return FALSE;
  request = hvfs_request_new ("Destroy_Task", "VirtualMachine", look->moref);
  hvfs_operation_run (&config->server, request, serial, NULL, NULL, NULL, cancellable, &failure);
  return await_gone (config, look, failure, cancellable, error);
}
