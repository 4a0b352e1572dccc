/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/soap.c - one exchange of a request for a reply; see soap.h */
#include "backend/wire/soap.h"

#include <string.h>

#include "backend/wire/fault.h"
#include "backend/wire/version.h"
#include "convert/error.h"

#define VERSIONS HVFS_SOAP_PATH "/vimServiceVersions.xml"
#define OUTCOME_UNKNOWN "whether the server did it is unknown"

/* A reply that arrives. */
typedef struct
{
  HvfsStats *stats;
  const HvfsSoapOptions *options;
  HvfsReply *parser; /* has the body where there is no sink */
  GError *error;    /* the parser's, where the status says more */
  HvfsValue *value; /* what it says */
  gboolean fault;   /* it was one */
} Incoming;

/* Only a 200 and a fault are XML worth reading; of the rest the status says it all,
 * and a 500 of something in between need not be SOAP. */
static gboolean
on_body (const HvfsHttpReply *reply, const char *data, gsize len, gpointer user_data,
         GError **error)
{
  Incoming *incoming = user_data;

  if (reply->status == 200)
    return incoming->options->sink != NULL
             ? incoming->options->sink (data, len, incoming->options->sink_data, error)
             : hvfs_reply_feed (incoming->parser, data, len, error);
  if (reply->status == 500 && incoming->error == NULL)
    hvfs_reply_feed (incoming->parser, data, len, &incoming->error);
  return TRUE;
}

static GError *
redirect_error (const HvfsHttpReply *reply)
{
  const char *hint = "check the host";
  const char *to = reply->location != NULL ? reply->location : "nowhere";

  if (g_ascii_strncasecmp (to, "https:", 6) == 0)
    hint = "leave out transport=http if that is the same server";
  else if (g_ascii_strncasecmp (to, "http:", 5) == 0)
    hint = "add transport=http if that is the same server";
  return g_error_new (HVFS_ERROR, EPROTO, "the server redirects to %s; %s", to, hint);
}

static GError *
status_error (const HvfsHttpReply *reply)
{
  guint status = reply->status;
  int code = hvfs_fault_http_errno (status);

  if (status >= 300 && status < 400)
    return redirect_error (reply);
  if (status == 503 || status == 502)
    return g_error_new (HVFS_ERROR, code,
                        "the server is starting or too busy (HTTP status %u); try again later",
                        status);
  if (status == 404)
    return g_error_new (HVFS_ERROR, code, "no vSphere API there (HTTP status 404); check host, "
                        "port and transport=");
  return g_error_new (HVFS_ERROR, code, "the server answers with HTTP status %u; check host, "
                      "port and transport=", status);
}

static gboolean
is_response_to (const HvfsValue *value, const char *method)
{
  const char *name = hvfs_value_name (value);
  gsize len = strlen (method);

  return strncmp (name, method, len) == 0 && strcmp (name + len, "Response") == 0;
}

/* (transfer full) (nullable) */
static char *
dup_invalid_path (const HvfsValue *fault)
{
  const HvfsValue *detail = hvfs_value_nth (hvfs_value_get (fault, "detail"), 0);

  return detail != NULL && strcmp (hvfs_value_name (detail), "InvalidPropertyFault") == 0
           ? g_strdup (hvfs_value_text (detail, "name"))
           : NULL;
}

static HvfsValue *
finish (HvfsReply *parser, HvfsStats *stats, const char *method, gboolean *ret_fault,
        char **ret_invalid_path, GError **error)
{
  g_autoptr (HvfsValue) value = hvfs_reply_finish (parser, error);

  if (value == NULL)
    return NULL;
  if (strcmp (hvfs_value_name (value), "Fault") == 0)
    {
      *ret_fault = TRUE;
      if (ret_invalid_path != NULL)
        *ret_invalid_path = dup_invalid_path (value);
      hvfs_stats_add (stats, HVFS_STAT_FAULTS, 1);
      g_propagate_error (error, hvfs_fault_new_error_soap (value));
      return NULL;
    }
  if (is_response_to (value, method))
    return g_steal_pointer (&value);
  g_set_error (error, HVFS_ERROR, EIO, "the server answers %s with <%.64s>", method,
               hvfs_value_name (value));
  return NULL;
}

HvfsValue *
hvfs_soap_finish (HvfsReply *parser, HvfsStats *stats, const char *method, GError **error)
{
  gboolean fault;

  return finish (parser, stats, method, &fault, NULL, error);
}

/* What a complete answer says.  A 500 can only be a fault: what else it holds is not trusted,
 * as a sink would have had nothing of it. */
static gboolean
read_answer (Incoming *incoming, const char *method, const HvfsHttpReply *reply, GError **error)
{
  g_autoptr (HvfsValue) value = NULL;

  if (reply->status != 200 && (reply->status != 500 || incoming->error != NULL))
    {
      g_propagate_error (error, status_error (reply));
      return FALSE;
    }
  if (reply->status == 200 && incoming->options->sink != NULL)
    return TRUE;
  value = finish (incoming->parser, incoming->stats, method, &incoming->fault,
                  incoming->options->ret_invalid_path, error);
  if (incoming->options->ret_tells_lost != NULL)
    *incoming->options->ret_tells_lost = hvfs_reply_tells_lost_session (incoming->parser);
  if (value != NULL && reply->status != 200)
    {
      g_propagate_error (error, status_error (reply));
      return FALSE;
    }
  incoming->value = g_steal_pointer (&value);
  return incoming->value != NULL;
}

/* Whether the server may have carried out a request that failed: not if it never
 * had all of it, and not if it answered that it refuses. */
static gboolean
maybe_done (const HvfsHttpReply *reply, const Incoming *incoming, gboolean is_answer)
{
  if (!reply->maybe_sent || incoming->fault)
    return FALSE;
  return !is_answer || reply->status == 200 || (reply->status >= 500 && reply->status != 503);
}

/* @error (transfer full): the server may have done it all the same. */
static GError *
unknown_outcome (GError *error)
{
  g_autofree char *message = g_strdup_printf ("%s; " OUTCOME_UNKNOWN, error->message);
  GError *unknown = hvfs_error_new_fault (error->code, HVFS_FAULT_UNKNOWN, message);

  g_error_free (error);
  return unknown;
}

static void
say_more (GError *error, const char *more)
{
  char *message = g_strdup_printf ("%s; %s", error->message, more);

  g_free (error->message);
  error->message = message;
}

/* One request on the wire.  @ret_again: the connection broke before any answer. */
static gboolean
attempt (HvfsHttp *http, HvfsHttpRequest *wire, Incoming *incoming, gboolean *ret_again,
         GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsReply) parser = hvfs_reply_new (HVFS_REPLY_SOAP, NULL);
  g_auto (HvfsHttpReply) reply = { 0 };
  GError *failure = NULL;
  gboolean is_answer;

  incoming->parser = parser;
  is_answer = hvfs_http_perform (http, wire, &reply, cancellable, &failure);
  if (is_answer)
    read_answer (incoming, wire->name, &reply, &failure);
  g_clear_error (&incoming->error);
  *ret_again = failure != NULL && reply.lost && !reply.answered;
  if (failure != NULL && incoming->options->change && maybe_done (&reply, incoming, is_answer))
    failure = unknown_outcome (failure);
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  return TRUE;
}

/* What is newer than the server is not sent. */
static gboolean
check_version (const HvfsRequest *request, const char *version, GError **error)
{
  const HvfsSince *newest = hvfs_request_newest (request);

  if (newest == NULL || hvfs_version_compare (newest->since, version) <= 0)
    return TRUE;
  g_set_error (error, HVFS_ERROR, ENOTSUP, "%s needs API %s, the server has %s", newest->words,
               newest->since, version);
  return FALSE;
}

static gboolean
exchange (HvfsHttp *http, HvfsRequest *request, Incoming *incoming, GCancellable *cancellable,
          GError **error)
{
  const HvfsSoapOptions *options = incoming->options;
  g_autofree char *action = g_strdup_printf ("SOAPAction: \"urn:vim25/%s\"", options->version);
  const char *headers[] = { "Content-Type: text/xml; charset=utf-8", action, NULL };
  HvfsHttpRequest wire = {
    .name = hvfs_request_method (request), .method = "POST", .path = HVFS_SOAP_PATH, .headers = headers,
    .cookies = options->cookies,
    .wait_s = options->wait_s, .limit_s = options->limit_s, .finish = options->finish,
    .sink = on_body, .sink_data = incoming,
  };
  GError *failure = NULL;
  gboolean again;

  if (!check_version (request, options->version, error))
    return FALSE;
  wire.body = hvfs_request_finish (request, &wire.body_len);
  if (attempt (http, &wire, incoming, &again, cancellable, &failure))
    return TRUE;
  if (again && !options->change)
    {
      g_clear_error (&failure);
      wire.fresh = TRUE;
      return attempt (http, &wire, incoming, &again, cancellable, error);
    }
  g_propagate_error (error, failure);
  return FALSE;
}

HvfsValue *
hvfs_soap_exchange (HvfsHttp *http, HvfsStats *stats, HvfsRequest *request,
                    const HvfsSoapOptions *options, GCancellable *cancellable, GError **error)
{
  Incoming incoming = { .stats = stats, .options = options };

  return exchange (http, request, &incoming, cancellable, error) ? incoming.value : NULL;
}

gboolean
hvfs_soap_receive (HvfsHttp *http, HvfsStats *stats, HvfsRequest *request,
                   const HvfsSoapOptions *options, GCancellable *cancellable, GError **error)
{
  Incoming incoming = { .stats = stats, .options = options };

  return exchange (http, request, &incoming, cancellable, error);
}

/* A status that says something of the server, not only of the document. */
static gboolean
is_telling (guint status)
{
  return (status >= 300 && status < 400) || status == 502 || status == 503;
}

/* Anybody's server may be asked for it. */
static const HvfsReplyLimits versions_limits = {
  .bytes = 1024 * 1024,
  .text_bytes = 1024,
  .attribute_bytes = 1024,
  .pending_bytes = 64 * 1024,
  .elements = 10000,
  .names = 1000,
  .depth = 16,
};

gboolean
hvfs_soap_get_versions (HvfsHttp *http, HvfsCookies *cookies, HvfsValue **ret_versions,
                        GCancellable *cancellable, GError **error)
{
  g_autoptr (HvfsReply) parser = hvfs_reply_new (HVFS_REPLY_XML, &versions_limits);
  g_auto (HvfsHttpReply) reply = { 0 };
  static const HvfsSoapOptions plain = { 0 };
  Incoming incoming = { .options = &plain, .parser = parser };
  const HvfsHttpRequest wire = {
    .name = "GET", .method = "GET", .path = VERSIONS, .cookies = cookies,
    .sink = on_body, .sink_data = &incoming,
  };
  g_autoptr (GError) failure = NULL;

  *ret_versions = NULL;
  if (!hvfs_http_perform (http, &wire, &reply, cancellable, &failure)
      && (reply.status != 200 || reply.lost || failure->code != EIO))
    {
      if (reply.lost)
        say_more (failure, "check the port, and transport=");
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (is_telling (reply.status))
    {
      g_propagate_error (error, status_error (&reply));
      return FALSE;
    }
  if (reply.status == 200 && failure == NULL)
    *ret_versions = hvfs_reply_finish (parser, NULL);
  g_clear_error (&incoming.error);
  return TRUE;
}
