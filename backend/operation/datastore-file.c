/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-file.c - files of datastores, over HTTP */
#include "backend/operation/datastore-file.h"

#include "convert/error.h"
#include "convert/files.h"

typedef struct
{
  GByteArray *bytes;
  gsize max;
} Sink;

/* Returns: (transfer full) (nullable): "/folder/dir/file?dcPath=...&dsName=..." */
static char *
url_path (const char *datacenter_path, const char *path, GError **error)
{
  g_autofree char *datastore = NULL, *file = NULL, *dc = NULL, *ds = NULL;
  const char *rest = hvfs_datastore_path_split (path, &datastore);

  if (rest == NULL || *rest == '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL, "'%s' must be like [datastore] directory/file", path);
      return NULL;
    }
  file = g_uri_escape_string (rest, "/", FALSE);
  ds = g_uri_escape_string (datastore, NULL, FALSE);
  dc = g_uri_escape_string (datacenter_path != NULL ? datacenter_path : "", NULL, FALSE);
  return g_strdup_printf ("/folder/%s?dcPath=%s&dsName=%s", file, dc, ds);
}

static gboolean
take (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data, GError **error)
{
  Sink *sink = user_data;

  if (reply->status != 200)
    return TRUE; /* a page that explains */
  if (sink->bytes->len + len > sink->max)
    {
      g_set_error (error, HVFS_ERROR, EFBIG,
                   "the file is larger than %" G_GSIZE_FORMAT " bytes", sink->max);
      return FALSE;
    }
  g_byte_array_append (sink->bytes, (const guint8 *) data, len);
  return TRUE;
}

/* The words of the user for what a status says. */
static gboolean
explain (const char *path, guint status, GError *failure, GError **error)
{
  const char *reason = status == 404                    ? "it is not there"
                       : status == 401 || status == 403 ? "the account may not browse the datastore"
                                                        : failure->message;

  g_set_error (error, HVFS_ERROR, status == 401 || status == 403 ? EACCES : failure->code, "%s: %s",
               path, reason);
  g_error_free (failure);
  return FALSE;
}

GBytes *
hvfs_datastore_file_get (HvfsSession *session, const char *datacenter_path, const char *path,
                 gsize max_bytes, GCancellable *cancellable, GError **error)
{
  g_autofree char *url = url_path (datacenter_path, path, error);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Sink sink = { bytes, max_bytes };
  const HvfsHttpRequest request = { .name = "GET", .method = "GET", .path = url, .sink = take,
                                    .sink_data = &sink };
  g_auto (HvfsHttpReply) reply = { 0 };
  GError *failure = NULL;

  if (url == NULL)
    return NULL;
  if (hvfs_session_transfer (session, &request, &reply, cancellable, &failure))
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  explain (path, reply.status, failure, error);
  return NULL;
}

gboolean
hvfs_datastore_file_has (HvfsSession *session, const char *datacenter_path, const char *path,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GBytes) content
    = hvfs_datastore_file_get (session, datacenter_path, path, 0, cancellable, &failure);

  if (content != NULL || failure->code == EFBIG)
    return TRUE;
  if (failure->code != ENOENT)
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
hvfs_datastore_file_put (HvfsSession *session, const char *datacenter_path, const char *path,
                 GBytes *content, GCancellable *cancellable, GError **error)
{
  static const char *const headers[] = { "Content-Type: application/octet-stream", NULL };
  g_autofree char *url = url_path (datacenter_path, path, error);
  gsize len = 0;
  const char *data = g_bytes_get_data (content, &len);
  const HvfsHttpRequest request = { .name = "PUT", .method = "PUT", .path = url, .headers = headers,
                                    .body = data != NULL ? data : "", .body_len = len };
  g_auto (HvfsHttpReply) reply = { 0 };
  GError *failure = NULL;

  if (url == NULL)
    return FALSE;
  return hvfs_session_transfer (session, &request, &reply, cancellable, &failure)
         || explain (path, reply.status, failure, error);
}
