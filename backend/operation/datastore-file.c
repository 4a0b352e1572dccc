/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/operation/datastore-file.c - files of datastores, over HTTP */
#include "backend/operation/datastore-file.h"

#include <stdio.h>
#include <string.h>

#include "convert/error.h"
#include "convert/file/files.h"

#define HTTP_OK 200
#define HTTP_PARTIAL 206
#define HTTP_NOT_FOUND 404
#define HTTP_BEYOND_END 416

/* Of what a server explains an error with. */
#define MAX_PAGE_BYTES 4096
#define MAX_WORDS_BYTES 200

/* One request for a file, whichever way it names the datastore. */
typedef struct
{
  HvfsSession *session;
  const char *datacenter_path; /* nullable */
  const char *datastore, *path;
  HvfsHttpRequest request;
  const HvfsDatastorePlace *place;
  HvfsDirect *direct;          /* nullable: a host is asked */
  GString *page;               /* what the server explains */
  HvfsHttpReply reply;
} Call;

static void
call_clear (Call *call)
{
  if (call->page != NULL)
    g_string_free (call->page, TRUE);
  hvfs_http_reply_clear (&call->reply);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Call, call_clear)

static char *
escape (const char *text, guint times)
{
  char *escaped = g_strdup (text != NULL ? text : "");

  for (guint i = 0; i < times; i++)
    {
      g_autofree char *inner = escaped;

      escaped = g_uri_escape_string (inner, NULL, FALSE);
    }
  return escaped;
}

/* "/folder/dir/file?dcPath=...&dsName=...", with names encoded so often.  (transfer full) */
static char *
url_of (const Call *call, guint times)
{
  g_autofree char *file = g_uri_escape_string (call->path, "/", FALSE);
  g_autofree char *dc = escape (call->datacenter_path, times);
  g_autofree char *ds = escape (call->datastore, times);

  return g_strdup_printf ("/folder/%s?dcPath=%s&dsName=%s", file, dc, ds);
}

/* Keeps what explains an error.  FALSE: @reply is none. */
static gboolean
take_page (Call *call, const HvfsHttpReply *reply, const char *data, gsize len)
{
  if (reply->status >= HTTP_OK && reply->status < 300)
    return FALSE;
  g_string_append_len (call->page, data, MIN (len, MAX_PAGE_BYTES - call->page->len));
  return TRUE;
}

/* A page's text, without tags, on one line.  (transfer full): "" where it says nothing */
static char *
words_of (const GString *page)
{
  g_autoptr (GString) words = g_string_new (NULL);
  gboolean in_tag = FALSE, blank = FALSE;

  for (const char *p = page->str; *p != '\0' && words->len < MAX_WORDS_BYTES; p++)
    {
      in_tag |= *p == '<';
      if (in_tag || (guchar) *p <= ' ')
        blank = TRUE;
      else
        {
          if (blank && words->len > 0)
            g_string_append_c (words, ' ');
          blank = FALSE;
          g_string_append_c (words, *p);
        }
      in_tag &= *p != '>';
    }
  return g_utf8_make_valid (words->str, words->len);
}

/* The words of the user for what a status says.  Takes @failure. */
static gboolean
explain (const Call *call, GError *failure, GError **error)
{
  guint status = call->reply.status;
  g_autofree char *words = words_of (call->page);
  gboolean denied = status == 401 || status == 403;
  const char *reason = status == HTTP_NOT_FOUND ? "it is not there"
                       : denied                 ? "the account may not browse the datastore"
                                                : failure->message;

  g_set_error (error, HVFS_ERROR, denied ? EACCES : failure->code, "[%s] %s: %s%s%s%s",
               call->datastore, call->path, reason, *words != '\0' ? " (the server: " : "", words,
               *words != '\0' ? ")" : "");
  g_error_free (failure);
  return FALSE;
}

static gboolean
send_as (Call *call, const char *url, GCancellable *cancellable, GError **error)
{
  hvfs_http_reply_clear (&call->reply);
  memset (&call->reply, 0, sizeof call->reply);
  g_string_truncate (call->page, 0);
  call->request.path = url;
  return hvfs_session_transfer (call->session, &call->request, &call->reply, cancellable, error);
}

static gboolean
send (Call *call, GCancellable *cancellable, GError **error)
{
  guint form = hvfs_session_get_folder_form (call->session), other = 3 - form;
  g_autofree char *url = url_of (call, form), *other_url = url_of (call, other);
  GError *failure = NULL;

  if (call->direct != NULL)
    return hvfs_direct_perform (call->direct, call->place, call->path, &call->request,
                                &call->reply, cancellable, &failure)
           || explain (call, failure, error);
  if (send_as (call, url, cancellable, &failure))
    return TRUE;
  if (call->reply.status == HTTP_NOT_FOUND && strcmp (url, other_url) != 0)
    {
      g_clear_error (&failure);
      if (send_as (call, other_url, cancellable, &failure))
        {
          hvfs_session_set_folder_form (call->session, other);
          return TRUE;
        }
    }
  return explain (call, failure, error);
}

/* ---- small files, whole ---- */

typedef struct
{
  Call *call;
  GByteArray *bytes; /* NULL: nothing is wanted */
  gsize max;
} Whole;

static gboolean
take_whole (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data,
            GError **error)
{
  Whole *whole = user_data;

  if (take_page (whole->call, reply, data, len) || whole->bytes == NULL)
    return TRUE;
  if (whole->bytes->len + len > whole->max)
    {
      g_set_error (error, HVFS_ERROR, EFBIG,
                   "the file is larger than %" G_GSIZE_FORMAT " bytes", whole->max);
      return FALSE;
    }
  g_byte_array_append (whole->bytes, (const guint8 *) data, len);
  return TRUE;
}

/* Reads @path, "[datastore] directory/file".  @ret_datastore: (transfer full) */
static gboolean
split (const char *path, char **ret_datastore, const char **ret_file, GError **error)
{
  *ret_file = hvfs_datastore_path_split (path, ret_datastore);
  if (*ret_file != NULL && **ret_file != '\0')
    return TRUE;
  g_set_error (error, HVFS_ERROR, EINVAL, "'%s' must be like [datastore] directory/file", path);
  return FALSE;
}

GBytes *
hvfs_datastore_file_get (HvfsSession *session, const char *datacenter_path, const char *path,
                 gsize max_bytes, GCancellable *cancellable, GError **error)
{
  g_autofree char *datastore = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_auto (Call) call = { .session = session, .datacenter_path = datacenter_path };
  Whole whole = { &call, bytes, max_bytes };

  if (!split (path, &datastore, &call.path, error))
    return NULL;
  call.datastore = datastore;
  call.page = g_string_new (NULL);
  call.request = (HvfsHttpRequest){ .name = "GET", .method = "GET", .sink = take_whole,
                                    .sink_data = &whole };
  return send (&call, cancellable, error) ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes))
                                          : NULL;
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

/* The headers of what is sent. */
static const char *const put_headers[] = { "Content-Type: application/octet-stream", NULL };

gboolean
hvfs_datastore_file_put (HvfsSession *session, const char *datacenter_path, const char *path,
                 GBytes *content, GCancellable *cancellable, GError **error)
{
  g_autofree char *datastore = NULL;
  gsize len = 0;
  const char *data = g_bytes_get_data (content, &len);
  g_auto (Call) call = { .session = session, .datacenter_path = datacenter_path };
  Whole whole = { &call, NULL, 0 };

  if (!split (path, &datastore, &call.path, error))
    return FALSE;
  call.datastore = datastore;
  call.page = g_string_new (NULL);
  call.request
    = (HvfsHttpRequest){ .name = "PUT", .method = "PUT", .headers = put_headers,
                         .body = data != NULL ? data : "", .body_len = len, .sink = take_whole,
                         .sink_data = &whole };
  return send (&call, cancellable, error);
}

/* ---- of any size ---- */

typedef struct
{
  Call *call;
  gsize start, len;      /* wanted */
  gsize skip;            /* bytes before those, still to come */
  gsize got;             /* of those, so far */
  gint64 total;
  gint64 listed_size;    /* -1: unknown */
  gboolean judged;       /* the answer's head was looked at */
  gboolean full;         /* no more is wanted */
  HvfsDatastoreSink sink;
  gpointer sink_data;
} Reading;

/* "bytes 0-9/100", "bytes 0-9/" and a star, "bytes " and a star "/100" */
static gboolean
parse_range (const char *text, gint64 *ret_first, gint64 *ret_last, gint64 *ret_total)
{
  const char *slash = text == NULL ? NULL : strchr (text, '/');
  guint64 total;

  *ret_first = *ret_last = *ret_total = -1;
  if (slash == NULL || g_ascii_strncasecmp (text, "bytes ", strlen ("bytes ")) != 0)
    return FALSE;
  if (g_ascii_string_to_unsigned (slash + 1, 10, 0, G_MAXINT64, &total, NULL))
    *ret_total = (gint64) total;
  return text[strlen ("bytes ")] == '*'
         || (sscanf (text + strlen ("bytes "), "%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/",
                     ret_first, ret_last) == 2 && *ret_first >= 0 && *ret_last >= *ret_first);
}

/* Whether the answer is what was asked for. */
static gboolean
judge (Reading *reading, const HvfsHttpReply *reply, GError **error)
{
  gint64 first, last;

  reading->judged = TRUE;
  if (reply->status != HTTP_PARTIAL)
    {
      reading->skip = reading->start;
      reading->total = reply->length - 1;
      if (reading->listed_size < 0 || reading->total == reading->listed_size)
        return TRUE;
      g_set_error (error, HVFS_ERROR, EIO, "[%s] %s: the server sends %" G_GINT64_FORMAT
                   " bytes of a file of %" G_GINT64_FORMAT, reading->call->datastore,
                   reading->call->path, reading->total, reading->listed_size);
      return FALSE;
    }
  if (parse_range (reply->range, &first, &last, &reading->total)
      && first == (gint64) reading->start
      && last < (gint64) (reading->start + reading->len)
      && (reading->total < 0 || last < reading->total)
      && (reading->call->direct == NULL || reading->total == reading->listed_size))
    {
      reading->len = (gsize) (last - first) + 1;
      return TRUE;
    }
  g_set_error (error, HVFS_ERROR, EIO, "the server sends another part of the file: '%s'",
               reply->range != NULL ? reply->range : "");
  return FALSE;
}

static gboolean
take_part (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data,
           GError **error)
{
  Reading *reading = user_data;
  gsize skipped = MIN (len, reading->skip);

  if (take_page (reading->call, reply, data, len))
    return TRUE;
  if (!reading->judged && !judge (reading, reply, error))
    return FALSE;
  skipped = MIN (len, reading->skip);
  reading->skip -= skipped;
  len = MIN (len - skipped, reading->len - reading->got);
  reading->got += len;
  if (len > 0 && !reading->sink (data + skipped, len, reading->sink_data))
    reading->full = TRUE;
  /* Of a server that sends all there is no end to wait for. */
  reading->full |= reading->got == reading->len && reply->status != HTTP_PARTIAL;
  if (reading->full)
    g_set_error (error, HVFS_ERROR, ECANCELED, "enough");
  return !reading->full;
}

/* What came must be what was said to come. */
static gboolean
is_whole (const Reading *reading, GError **error)
{
  gint64 end = (gint64) (reading->start + reading->got);

  if (reading->full || reading->got == reading->len
      || (reading->total >= 0 && end >= reading->total))
    return TRUE;
  if (reading->total >= 0 && (gint64) reading->start >= reading->total)
    return TRUE;
  g_set_error (error, HVFS_ERROR, EIO, "[%s] %s: the server does not say how long it is, and %"
               G_GSIZE_FORMAT " bytes came", reading->call->datastore, reading->call->path,
               reading->got);
  return FALSE;
}

static Call
call_of (HvfsSession *session, const HvfsDatastoreFile *file)
{
  return (Call){ .session = session, .datacenter_path = file->place->datacenter_path,
                 .datastore = file->place->name, .path = file->path,
                 .place = file->place, .direct = file->direct,
                 .page = g_string_new (NULL) };
}

static gboolean
is_lost (const Call *call)
{
  return call->reply.lost || call->reply.status == 0;
}

gboolean
hvfs_datastore_file_read (HvfsSession *session, const HvfsDatastoreFile *file,
                          HvfsDatastorePart *part, GCancellable *cancellable, GError **error)
{
  g_autofree char *range
    = g_strdup_printf ("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, (gint64) part->start,
                       (gint64) part->start + (gint64) part->len - 1);
  const char *const headers[] = { range, NULL };
  g_auto (Call) call = call_of (session, file);
  Reading reading = { .call = &call, .start = (gsize) part->start, .len = part->len, .total = -1,
                      .listed_size = file->listed_size, .sink = part->sink,
                      .sink_data = part->sink_data };
  g_autoptr (GError) failure = NULL;
  gint64 first, last;
  gboolean ok, answered;

  call.request = (HvfsHttpRequest){ .name = "GET", .method = "GET", .headers = headers,
                                    .wait_s = file->wait_s, .as_is = TRUE, .sink = take_part,
                                    .sink_data = &reading };
  answered = ok = send (&call, cancellable, &failure);
  part->lost = !ok && is_lost (&call);
  if (ok && !reading.judged) /* nothing came */
    ok = judge (&reading, &call.reply, &failure);
  if (call.reply.status == HTTP_BEYOND_END)
    {
      g_clear_error (&failure);
      parse_range (call.reply.range, &first, &last, &reading.total);
      ok = reading.total >= 0 && reading.total <= part->start;
      if (!ok)
        g_set_error (&failure, HVFS_ERROR, EIO, "[%s] %s: the server cannot read it at %"
                     G_GINT64_FORMAT, file->place->name, file->path, (gint64) part->start);
    }
  else
    ok = (ok || reading.full) && is_whole (&reading, &failure);
  part->total = reading.total;
  if (!ok && answered && file->direct != NULL)
    hvfs_direct_avoid (file->direct, file->place, file->path, failure);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

gboolean
hvfs_datastore_file_write (HvfsSession *session, const HvfsDatastoreFile *file,
                           HvfsHttpSource source, gpointer source_data, gsize len,
                           HvfsDatastoreEnd *ret_end, GCancellable *cancellable, GError **error)
{
  g_auto (Call) call = call_of (session, file);
  Whole whole = { &call, NULL, 0 };
  gboolean ok;

  call.request
    = (HvfsHttpRequest){ .name = "PUT", .method = "PUT", .headers = put_headers,
                         .source = source, .source_data = source_data, .body_len = len,
                         .wait_s = file->wait_s, .sink = take_whole, .sink_data = &whole };
  ok = send (&call, cancellable, error);
  *ret_end = (HvfsDatastoreEnd){ .status = call.reply.status, .lost = !ok && is_lost (&call) };
  ret_end->is_open = ret_end->lost && call.reply.reached;
  return ok;
}

gint64
hvfs_datastore_file_size (HvfsSession *session, const HvfsDatastoreFile *file,
                          GCancellable *cancellable, GError **error)
{
  g_auto (Call) call = call_of (session, file);
  Whole whole = { &call, NULL, 0 };

  call.request = (HvfsHttpRequest){ .name = "HEAD", .method = "HEAD", .as_is = TRUE,
                                    .sink = take_whole, .sink_data = &whole };
  return send (&call, cancellable, error) ? call.reply.length - 1 : -1;
}
