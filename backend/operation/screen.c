/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/screen.c - a machine's screen and keyboard; see screen.h */
#include "backend/operation/screen.h"

#include <string.h>

#include "backend/mirror/inventory-name.h"
#include "backend/mirror/locate.h"
#include "backend/operation/datastore-change.h"
#include "backend/operation/datastore-file.h"
#include "backend/wait/wake.h"
#include "convert/error.h"
#include "convert/file/files.h"

/* A screen of 8 million points, not packed at all. */
#define MAX_BYTES (64 << 20)
#define API_SOCKET 600 /* tickets of the type webmks */
#define HTTPS_PORT 443

/* ---- what the mirror says of the machine ---- */

typedef struct
{
  char *moref, *datacenter, *datacenter_path;
  gboolean is_on;
} Machine;

static void
machine_clear (Machine *machine)
{
  g_free (machine->moref);
  g_free (machine->datacenter);
  g_free (machine->datacenter_path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Machine, machine_clear)

static gboolean
look_up (const HvfsServer *server, guint32 serial, Machine *ret, GError **error)
{
  g_autoptr (GRWLockReaderLocker) locker
    = g_rw_lock_reader_locker_new (hvfs_mirror_lock (server->mirror));
  g_autoptr (GString) path = g_string_new (NULL);
  const HvfsObject *vm = hvfs_mirror_get (server->mirror, serial), *datacenter;

  if (vm == NULL)
    {
      hvfs_object_set_gone ("domain", error);
      return FALSE;
    }
  ret->moref = g_strdup (vm->moref);
  ret->is_on
    = g_strcmp0 (hvfs_value_text (hvfs_object_get (vm, HVFS_VM_POWER), NULL), "poweredOn") == 0;
  datacenter = hvfs_locate_datacenter (server->mirror, vm);
  if (datacenter == NULL)
    return TRUE;
  ret->datacenter = g_strdup (datacenter->moref);
  if (hvfs_locate_append_path (datacenter, path, server->mirror))
    ret->datacenter_path = hvfs_inventory_name_decode (path->str);
  return TRUE;
}

/* ---- a picture ---- */

static gboolean
is_png (GBytes *bytes)
{
  static const char head[] = "\x89PNG\r\n\x1a\n", tail[] = "IEND\xae\x42\x60\x82";
  gsize len, head_len = strlen (head), tail_len = strlen (tail);
  const char *data = g_bytes_get_data (bytes, &len);

  return len > head_len + tail_len && memcmp (data, head, head_len) == 0
         && memcmp (data + len - tail_len, tail, tail_len) == 0;
}

static gboolean
take (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data, GError **error)
{
  GByteArray *bytes = user_data;

  if (bytes->len + len > MAX_BYTES)
    {
      g_set_error (error, HVFS_ERROR, EFBIG, "the picture is larger than %d bytes", MAX_BYTES);
      return FALSE;
    }
  g_byte_array_append (bytes, (const guint8 *) data, len);
  return TRUE;
}

/* (nullable): the server has no such page, with no error, or an error of another kind */
static GBytes *
get_page (const HvfsServer *server, const Machine *machine, GCancellable *cancellable,
          GError **error)
{
  g_autofree char *path = g_strdup_printf ("/screen?id=%s", machine->moref);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_auto (HvfsHttpReply) reply = { 0 };
  HvfsHttpRequest request = { .name = "GET", .method = "GET", .path = path, .sink = take,
                              .sink_data = all };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) failure = NULL;
  gboolean ok = hvfs_session_transfer (server->session, &request, &reply, cancellable, &failure);

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  if (ok && is_png (bytes))
    return g_steal_pointer (&bytes);
  if (!ok && (reply.status == 0 || failure->code == EINTR))
    g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* The picture is the server's, not the user's: nobody else would remove it. */
static void
remove_file (const HvfsServer *server, guint32 serial, const Machine *machine, const char *file)
{
  g_autofree char *datastore = NULL;
  HvfsDatastorePlace place = { .datacenter = machine->datacenter };
  HvfsDatastorePath path = { serial, &place, hvfs_datastore_path_split (file, &datastore),
                             FALSE };
  g_autoptr (GError) error = NULL;

  place.name = datastore;
  if (path.path != NULL && !hvfs_datastore_delete (server, &path, NULL, &error))
    g_message ("the picture %s stays: %s", file, error->message);
}

static GBytes *
make_file (const HvfsServer *server, guint32 serial, const Machine *machine,
           GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request
    = hvfs_operation_new (server, serial, "CreateScreenshot_Task", error);
  g_autoptr (HvfsValue) result = NULL;
  const char *file;
  GBytes *bytes;

  if (request == NULL
      || !hvfs_operation_run (server, request, serial, NULL, NULL, &result, cancellable, error))
    return NULL;
  file = hvfs_value_text (result, NULL);
  if (file == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server does not say where the picture is");
      return NULL;
    }
  bytes = hvfs_datastore_file_get (server->session, machine->datacenter_path, file, MAX_BYTES,
                                   cancellable, error);
  remove_file (server, serial, machine, file);
  return bytes;
}

GBytes *
hvfs_screen_capture (const HvfsServer *server, guint32 serial, GCancellable *cancellable,
                     GError **error)
{
  g_auto (Machine) machine = { 0 };
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!look_up (server, serial, &machine, error))
    return NULL;
  if (!machine.is_on)
    {
      g_set_error (error, HVFS_ERROR, EBUSY, "the domain has no screen while it is off: write running to state");
      return NULL;
    }
  bytes = get_page (server, &machine, cancellable, &failure);
  if (bytes == NULL && failure == NULL)
    bytes = make_file (server, serial, &machine, cancellable, &failure);
  if (bytes != NULL && is_png (bytes))
    return g_steal_pointer (&bytes);
  if (failure == NULL)
    g_set_error (&failure, HVFS_ERROR, EIO, "what the server sent is no PNG");
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* ---- tickets ---- */

char *
hvfs_screen_session_ticket (const HvfsServer *server, GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsValue) content = hvfs_session_ref_content (server->session), reply = NULL;
  g_autoptr (HvfsRequest) request
    = hvfs_request_new ("AcquireCloneTicket", "SessionManager",
                        hvfs_value_text (content, "sessionManager"));

  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
  if (reply != NULL && hvfs_value_text (reply, "returnval") == NULL)
    g_set_error (error, HVFS_ERROR, EPROTO, "the server gives no ticket");
  return g_strdup (hvfs_value_text (reply, "returnval"));
}

gboolean
hvfs_screen_has_socket (const HvfsServer *server, guint32 serial)
{
  g_auto (Machine) machine = { 0 };

  return hvfs_session_api (server->session) >= API_SOCKET
         && look_up (server, serial, &machine, NULL) && machine.is_on;
}

char *
hvfs_screen_socket_url (const HvfsServer *server, guint32 serial, const char *server_host,
                        GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "AcquireTicket", error);
  g_autoptr (HvfsValue) reply = NULL;
  const char *host, *ticket, *url;

  if (request == NULL)
    return NULL;
  hvfs_request_text (request, "ticketType", "webmks");
  reply = hvfs_session_call (server->session, request, HVFS_CALL_READ, 0, cancellable, error);
  if (reply == NULL)
    return NULL;
  url = hvfs_value_text (reply, "returnval.url");
  host = hvfs_value_text (reply, "returnval.host");
  ticket = hvfs_value_text (reply, "returnval.ticket");
  if (url != NULL && *url != '\0')
    return g_strdup (url);
  if (ticket == NULL)
    {
      g_set_error (error, HVFS_ERROR, EPROTO, "the server gives no ticket");
      return NULL;
    }
  return g_strdup_printf ("wss://%s:%" G_GINT64_FORMAT "/ticket/%s",
                          host != NULL && *host != '\0' ? host : server_host,
                          hvfs_value_int (reply, "returnval.port", HTTPS_PORT), ticket);
}

/* ---- keys ---- */

#define MAX_KEYS 16
#define PAUSE_US (50 * G_TIME_SPAN_MILLISECOND)
#define HID_KEYBOARD 7

static void
write_key (HvfsRequest *request, const HvfsKey *key)
{
  static const char *const modifiers[HVFS_KEY_N_MODIFIERS]
    = { "leftControl", "leftShift", "leftAlt", "leftGui",
        "rightControl", "rightShift", "rightAlt", "rightGui" };

  hvfs_request_open (request, "keyEvents", NULL);
  hvfs_request_int (request, "usbHidCode", (gint64) key->usage << 16 | HID_KEYBOARD);
  if (key->modifiers != 0)
    {
      hvfs_request_open (request, "modifiers", NULL);
      for (guint i = 0; i < HVFS_KEY_N_MODIFIERS; i++)
        if ((key->modifiers & 1u << i) != 0)
          hvfs_request_bool (request, modifiers[i], TRUE);
      hvfs_request_close (request);
    }
  hvfs_request_close (request);
}

/* @ret_n: how many the guest took */
static gboolean
press_some (const HvfsServer *server, guint32 serial, const HvfsKey *keys, guint n_keys,
            gint64 *ret_n, GError **error)
{
  g_autoptr (HvfsRequest) request = hvfs_operation_new (server, serial, "PutUsbScanCodes", error);
  g_autoptr (HvfsValue) reply = NULL;

  if (request == NULL)
    return FALSE;
  hvfs_request_open (request, "spec", NULL);
  for (guint i = 0; i < n_keys; i++)
    write_key (request, &keys[i]);
  hvfs_request_close (request);
  reply = hvfs_session_call (server->session, request, HVFS_CALL_CHANGE, 0, NULL, error);
  *ret_n = hvfs_value_int (reply, "returnval", 0);
  return reply != NULL;
}

/* FALSE: it was cancelled. */
static gboolean
take_breath (GCancellable *cancellable)
{
  gint64 until = g_get_monotonic_time () + PAUSE_US;
  HvfsWake wake;
  GMutex lock;
  GCond condition;

  g_mutex_init (&lock);
  g_cond_init (&condition);
  hvfs_wake_begin (&wake, cancellable, &lock, &condition);
  g_mutex_lock (&lock);
  while (!g_cancellable_is_cancelled (cancellable)
         && g_cond_wait_until (&condition, &lock, until))
    ;
  g_mutex_unlock (&lock);
  hvfs_wake_end (&wake);
  g_cond_clear (&condition);
  g_mutex_clear (&lock);
  return !g_cancellable_is_cancelled (cancellable);
}

gboolean
hvfs_screen_press (const HvfsServer *server, guint32 serial, const HvfsKey *keys, guint n_keys,
                   GCancellable *cancellable, GError **error)
{
  guint done = 0;

  while (done < n_keys)
    {
      guint n = MIN (n_keys - done, MAX_KEYS);
      gint64 taken;

      if (!press_some (server, serial, keys + done, n, &taken, error))
        {
          if (done > 0)
            g_prefix_error (error, "after %u of %u keys: ", done, n_keys);
          return FALSE;
        }
      if (taken < n)
        {
          g_set_error (error, HVFS_ERROR, EIO, "the guest took %u of %u keys",
                       done + (guint) MAX (taken, 0), n_keys);
          return FALSE;
        }
      done += n;
      if (done < n_keys && !take_breath (cancellable))
        {
          g_set_error (error, HVFS_ERROR, EINTR, "%u of %u keys were pressed", done, n_keys);
          return FALSE;
        }
    }
  return TRUE;
}
