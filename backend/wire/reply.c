/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/reply.c - libxml2's push parser builds values; see reply.h
 *
 * Two stacks do it: frames, the elements that are open, and children, the values
 * that are finished but whose parents are still open.  An end tag takes its
 * children from the top and puts one value in their place.
 *
 * libxml2 interns names and URIs in a dictionary of the parser, so that they are
 * compared, and looked up in our table of names, by address.
 */
#include "backend/wire/reply.h"

#include <libxml/parser.h>
#include <string.h>

#include "backend/wire/mend.h"
#include "backend/wire/share.h"
#include "convert/error.h"
#include "convert/xml/xml-error.h"

#define NS_SOAP "http://schemas.xmlsoap.org/soap/envelope/"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"

/* The parser's dictionary has names of attributes, prefixes and URIs beside those of elements. */
#define NAMES_EACH 4

#define PART_BYTES (256 * 1024)

const HvfsReplyLimits hvfs_reply_limits = {
  .bytes = 512 * 1024 * 1024,
  .text_bytes = 64 * 1024 * 1024,
  .attribute_bytes = 64 * 1024,
  .pending_bytes = 1024 * 1024,
  .elements = 16 * 1000 * 1000,
  .names = 65536,
  .depth = 256,
};

typedef struct
{
  HvfsName *name;     /* borrowed from the table of names */
  HvfsName *type;     /* likewise; nullable */
  guint first_child;  /* index into children */
  gboolean is_nil;
} Frame;

struct _HvfsReply
{
  HvfsReplyKind kind;
  const HvfsReplyLimits *limits;
  HvfsMend *mend;
  xmlParserCtxt *parser;
  const xmlChar *xsi, *soap, *type, *nil; /* in the parser's dictionary */
  GHashTable *names;   /* const xmlChar* of the dictionary -> HvfsName*, owned */
  GHashTable *types;   /* char* -> HvfsName*, both owned: attributes are not in it */
  HvfsShare *share;
  GArray *frames;      /* Frame */
  GPtrArray *children; /* HvfsValue*, owned */
  GString *text;       /* since the last tag */
  HvfsReplyTake take;  /* nullable */
  gpointer take_data;
  guint max_around;    /* of what is offered to it */
  gsize bytes;
  gboolean tells_lost; /* a type was NotAuthenticated */
  guint elements;
  GError *error;       /* the first */
};

/* Words of the server's may be cut in mid-character, or hold line ends. */
static void G_GNUC_PRINTF (2, 3)
fail (HvfsReply *reply, const char *format, ...)
{
  g_autofree char *text = NULL, *valid = NULL;
  va_list args;

  if (reply->error != NULL)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  valid = g_utf8_make_valid (text, -1);
  g_strdelimit (valid, "\r\n\t", ' ');
  reply->error = g_error_new_literal (HVFS_ERROR, EIO, valid);
}

static HvfsName *
name_of (HvfsReply *reply, const xmlChar *local)
{
  HvfsName *name = g_hash_table_lookup (reply->names, local);

  if (name == NULL)
    {
      if (g_hash_table_size (reply->names) >= reply->limits->names)
        fail (reply, "the server's reply holds more than %u different names",
              reply->limits->names);
      name = hvfs_name_intern ((const char *) local, strlen ((const char *) local));
      g_hash_table_insert (reply->names, (gpointer) local, (gpointer) name);
    }
  return name;
}

static HvfsName *
type_of (HvfsReply *reply, const char *value, gsize len)
{
  char small[128];
  g_autofree char *large = NULL;
  char *key = small;
  HvfsName *name;

  if (len >= sizeof small)
    key = large = g_malloc (len + 1);
  memcpy (key, value, len);
  key[len] = '\0';
  name = g_hash_table_lookup (reply->types, key);
  if (name == NULL)
    {
      if (g_hash_table_size (reply->types) >= reply->limits->names)
        fail (reply, "the server's reply holds more than %u different types",
              reply->limits->names);
      name = hvfs_name_intern (key, len);
      reply->tells_lost |= strcmp (key, "NotAuthenticated") == 0;
      g_hash_table_insert (reply->types, g_strdup (key), (gpointer) name);
    }
  return name;
}

/* xsi:type without its prefix, unless a plain type says what a reference refers to.
 * An attribute is five pointers: local name, prefix, URI, value and its end. */
static HvfsName *
type_among (HvfsReply *reply, const xmlChar **attributes, int n)
{
  const char *found = NULL, *end = NULL;
  gboolean plain = FALSE;

  for (int i = 0; i < n; i++, attributes += 5)
    {
      const char *value = (const char *) attributes[3];
      gsize len = (gsize) (attributes[4] - attributes[3]);
      const char *colon;

      if (len > reply->limits->attribute_bytes)
        fail (reply, "the server's reply holds an attribute of more than %zu bytes",
              reply->limits->attribute_bytes);
      if (attributes[0] != reply->type || plain)
        continue;
      plain = attributes[2] == NULL;
      if (!plain && attributes[2] != reply->xsi)
        continue;
      colon = plain ? NULL : memchr (value, ':', len);
      found = colon != NULL ? colon + 1 : value;
      end = value + len;
    }
  return found != NULL ? type_of (reply, found, (gsize) (end - found)) : NULL;
}

/* Attributes as of type_among (). */
static gboolean
is_nil (const HvfsReply *reply, const xmlChar **attributes, int n)
{
  for (int i = 0; i < n; i++, attributes += 5)
    if (attributes[0] == reply->nil && attributes[2] == reply->xsi)
      return *attributes[3] == 't' || *attributes[3] == '1';
  return FALSE;
}

/* An envelope holds a Header, which is dropped, and the Body; nothing else. */
static void
check_envelope (HvfsReply *reply, const xmlChar *local, const xmlChar *uri)
{
  guint depth = reply->frames->len;
  const char *name = (const char *) local;

  if (reply->kind != HVFS_REPLY_SOAP || depth > 1)
    return;
  if (depth == 0 && (uri != reply->soap || strcmp (name, "Envelope") != 0))
    fail (reply, "the server's reply is not SOAP: it starts with <%.64s>", name);
  if (depth == 1
      && (uri != reply->soap || (strcmp (name, "Header") != 0 && strcmp (name, "Body") != 0)))
    fail (reply, "the server's reply is not SOAP: <%.64s> is in its envelope", name);
}

static gboolean
is_soap_header (HvfsReply *reply, const Frame *frame)
{
  return reply->kind == HVFS_REPLY_SOAP && reply->frames->len == 1
         && strcmp (frame->name, "Header") == 0;
}

static void
on_start (void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
          int n_namespaces, const xmlChar **namespaces, int n_attributes,
          int n_defaulted, const xmlChar **attributes)
{
  HvfsReply *reply = data;
  Frame frame;

  if (reply->error != NULL)
    return;
  check_envelope (reply, local, uri);
  if (reply->frames->len >= reply->limits->depth)
    fail (reply, "the server's reply is nested deeper than %u elements",
          reply->limits->depth);
  if (++reply->elements > reply->limits->elements)
    fail (reply, "the server's reply holds more than %u elements",
          reply->limits->elements);
  frame.name = name_of (reply, local);
  frame.type = n_attributes > 0 ? type_among (reply, attributes, n_attributes) : NULL;
  frame.is_nil = n_attributes > 0 && is_nil (reply, attributes, n_attributes);
  frame.first_child = reply->children->len;
  g_array_append_val (reply->frames, frame);
  g_string_truncate (reply->text, 0);
}

static HvfsValue *
value_of (HvfsReply *reply, const Frame *frame)
{
  guint n = reply->children->len - frame->first_child;

  if (n == 0)
    return hvfs_share_leaf (reply->share, frame->name, frame->type, reply->text->str,
                            reply->text->len);
  return hvfs_share_node (reply->share, frame->name, frame->type,
                          (HvfsValue **) reply->children->pdata + frame->first_child, n);
}

/* The array's references went to their parent, or are dropped. */
static void
pop_children (HvfsReply *reply, guint first, gboolean unref)
{
  for (guint i = first; unref && i < reply->children->len; i++)
    hvfs_value_unref (reply->children->pdata[i]);
  reply->children->len = first;
}

static void
on_end (void *data, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
  HvfsReply *reply = data;
  Frame frame;
  HvfsValue *value;

  if (reply->error != NULL || reply->frames->len == 0)
    return;
  frame = g_array_index (reply->frames, Frame, reply->frames->len - 1);
  g_array_set_size (reply->frames, reply->frames->len - 1);
  if (is_soap_header (reply, &frame))
    {
      pop_children (reply, frame.first_child, TRUE);
      return;
    }
  value = value_of (reply, &frame);
  pop_children (reply, frame.first_child, FALSE);
  g_string_truncate (reply->text, 0);
  if (frame.is_nil)
    hvfs_value_unref (value);
  else if (reply->take == NULL || reply->frames->len > reply->max_around
      || !reply->take (value, reply->frames->len, reply->take_data))
    g_ptr_array_add (reply->children, value);
}

static void
on_text (void *data, const xmlChar *text, int len)
{
  HvfsReply *reply = data;

  if (reply->error != NULL)
    return;
  if (reply->text->len + (gsize) len > reply->limits->text_bytes)
    fail (reply, "the server's reply holds a text of more than %zu bytes",
          reply->limits->text_bytes);
  else
    g_string_append_len (reply->text, (const char *) text, len);
}

/* Stops at once: libxml2 would keep the entities that follow, handlers or not. */
static void
on_doctype (void *data, const xmlChar *name, const xmlChar *external_id,
            const xmlChar *system_id)
{
  HvfsReply *reply = data;

  fail (reply, "the server's reply has a document type; is this a vSphere server?");
  xmlStopParser (reply->parser);
}

/* Only silences the parser: what went wrong is read from it in check (). */
static void
on_error (void *data, HvfsXmlError *error)
{
}

static xmlSAXHandler handler = {
  .initialized = XML_SAX2_MAGIC,
  .startElementNs = on_start,
  .endElementNs = on_end,
  .characters = on_text,
  .cdataBlock = on_text,
  .ignorableWhitespace = on_text,
  .internalSubset = on_doctype,
  .serror = on_error,
};

static void
unref_name (gpointer name)
{
  hvfs_name_unref (name);
}

HvfsReply *
hvfs_reply_new (HvfsReplyKind kind, const HvfsReplyLimits *limits)
{
  HvfsReply *reply = g_new0 (HvfsReply, 1);

  reply->kind = kind;
  reply->limits = limits != NULL ? limits : &hvfs_reply_limits;
  reply->mend = hvfs_mend_new ();
  reply->parser = xmlCreatePushParserCtxt (&handler, reply, NULL, 0, NULL);
  if (reply->parser == NULL)
    g_error ("libxml2 has no memory for a parser");
  /* HUGE lifts limits of libxml2's that replies exceed; ours take their place. */
  xmlCtxtUseOptions (reply->parser, XML_PARSE_NONET | XML_PARSE_HUGE);
  reply->xsi = xmlDictLookup (reply->parser->dict, BAD_CAST NS_XSI, -1);
  reply->soap = xmlDictLookup (reply->parser->dict, BAD_CAST NS_SOAP, -1);
  reply->type = xmlDictLookup (reply->parser->dict, BAD_CAST "type", -1);
  reply->nil = xmlDictLookup (reply->parser->dict, BAD_CAST "nil", -1);
  reply->names = g_hash_table_new_full (NULL, NULL, NULL, unref_name);
  reply->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_name);
  reply->share = hvfs_share_new ();
  reply->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  reply->children = g_ptr_array_new ();
  reply->text = g_string_sized_new (1024);
  return reply;
}

void
hvfs_reply_free (HvfsReply *reply)
{
  if (reply == NULL)
    return;
  hvfs_mend_free (reply->mend);
  g_clear_pointer (&reply->parser->myDoc, xmlFreeDoc);
  xmlFreeParserCtxt (reply->parser);
  pop_children (reply, 0, TRUE);
  hvfs_share_free (reply->share);
  g_ptr_array_unref (reply->children);
  g_array_unref (reply->frames);
  g_hash_table_unref (reply->names);
  g_hash_table_unref (reply->types);
  g_string_free (reply->text, TRUE);
  g_clear_error (&reply->error);
  g_free (reply);
}

void
hvfs_reply_offer (HvfsReply *reply, guint max_around, HvfsReplyTake take, gpointer data)
{
  reply->max_around = max_around;
  reply->take = take;
  reply->take_data = data;
}

gboolean
hvfs_reply_tells_lost_session (const HvfsReply *reply)
{
  return reply->tells_lost;
}

/* Errors of namespaces leave a document well formed and are forgiven. */
static gboolean
check (HvfsReply *reply, GError **error)
{
  const xmlParserInput *input = reply->parser->input;

  if (!reply->parser->wellFormed)
    {
      const xmlError *last = xmlCtxtGetLastError (reply->parser);
      gboolean said = last != NULL && last->message != NULL;
      g_autofree char *why = g_strdup (said ? last->message : "malformed");

      fail (reply, "the server's reply is not complete XML: %.200s", g_strchomp (why));
    }
  else if (xmlDictSize (reply->parser->dict) / NAMES_EACH > (int) reply->limits->names)
    fail (reply, "the server's reply holds too many different names of attributes");
  else if (input != NULL && (gsize) (input->end - input->cur) > reply->limits->pending_bytes)
    fail (reply, "the server's reply holds a tag of more than %zu bytes",
          reply->limits->pending_bytes);
  if (reply->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (reply->error));
  return FALSE;
}

/* What goes wrong while characters are converted libxml2 would print: it does not
 * tell the handler of the parser, only that of the thread. */
static void
parse (HvfsReply *reply, const char *data, gsize len, gboolean end)
{
  xmlStructuredErrorFunc former = xmlStructuredError;
  void *former_data = xmlStructuredErrorContext;

  xmlSetStructuredErrorFunc (NULL, on_error);
  xmlParseChunk (reply->parser, data, (int) len, end);
  xmlSetStructuredErrorFunc (former_data, former);
}

/* What is mended.  FALSE: there was an error, now or before. */
static gboolean
parse_mended (const char *data, gsize len, gpointer user_data)
{
  HvfsReply *reply = user_data;

  while (len > 0 && reply->error == NULL)
    {
      gsize part = MIN (len, PART_BYTES);

      parse (reply, data, part, FALSE);
      data += part;
      len -= part;
      if (!check (reply, NULL))
        return FALSE;
    }
  return reply->error == NULL;
}

gboolean
hvfs_reply_feed (HvfsReply *reply, const char *data, gsize len, GError **error)
{
  reply->bytes += len;
  if (reply->bytes > reply->limits->bytes)
    fail (reply, "the server's reply is longer than %zu bytes", reply->limits->bytes);
  if (reply->error == NULL)
    hvfs_mend_feed (reply->mend, data, len, parse_mended, reply);
  return check (reply, error);
}

/* The one value on the stack is the root; of SOAP its only child is the body. */
static HvfsValue *
result (HvfsReply *reply)
{
  HvfsValue *root = reply->children->len == 1 ? reply->children->pdata[0] : NULL;

  if (reply->kind == HVFS_REPLY_XML)
    return root;
  return hvfs_value_n_children (root) == 1
           ? hvfs_value_nth (hvfs_value_nth (root, 0), 0)
           : NULL;
}

HvfsValue *
hvfs_reply_finish (HvfsReply *reply, GError **error)
{
  HvfsValue *value;

  if (reply->error == NULL && hvfs_mend_end (reply->mend, parse_mended, reply))
    parse (reply, NULL, 0, TRUE);
  if (reply->bytes == 0)
    fail (reply, "the server's reply is empty");
  if (!check (reply, error))
    return NULL;
  value = result (reply);
  if (value != NULL)
    return hvfs_value_ref (value);
  g_set_error (error, HVFS_ERROR, EIO, "the server's reply is not SOAP: it has no body");
  return NULL;
}
