/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/xml/xml-in.c - reading XML that nobody vouches for; see xml-in.h */
#include "convert/xml/xml-in.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/words.h"
#include "convert/xml/xml-error.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <string.h>

#define PARSE_OPTIONS                                                                     \
  (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA          \
   | XML_PARSE_BIG_LINES)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (xmlParserCtxt, xmlFreeParserCtxt)

/* libxml2 takes the square of their number for the attributes of an element, and for
 * names that are all different. */
#define ATTRIBUTES_MAX 1000
#define NAMES_MAX 100000

/* Gives up, with a reason; libxml2 has none of its own for this. */
static void
refuse (xmlParserCtxt *context, const char *reason)
{
  context->_private = (void *) reason;
  xmlStopParser (context);
}

/* Called at a <!DOCTYPE>: whatever it declares, it can only do harm. */
static void
refuse_document_type (void *data, const xmlChar *name, const xmlChar *external_id,
                      const xmlChar *system_id)
{
  refuse (data, "XML with a document type is refused: remove <!DOCTYPE>");
}

/* Called when the encoding is known.  In others than these the characters of XML's syntax
 * may be other bytes, which would get past find_too_many().  What newer libxml2 would have
 * asked instead is the declared one, which need not be there. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static void
start_document (void *data)
{
  static const char *const encodings[] = {
    "UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ASCII", "US-ASCII", "ISO-8859-1", "ISO-8859-15",
    "WINDOWS-1252", NULL
  };
  xmlParserCtxt *context = data;
  const xmlParserInputBuffer *buffer = context->input->buf;

  if (buffer != NULL && buffer->encoder != NULL
      && hvfs_words_index_nocase (encodings, buffer->encoder->name) < 0)
    refuse (context, "the encoding of XML must be UTF-8");
  else
    xmlSAX2StartDocument (context);
}
G_GNUC_END_IGNORE_DEPRECATIONS

/* Returns: (nullable): of what there is more than anybody needs.  Attributes are counted
 * between two '<'.  Bytes 0 are skipped, for UTF-16. */
static const char *
find_too_many (const char *text, gsize len)
{
  guint attributes = 0, names = 0;
  char before = '\0';

  for (gsize i = 0; i < len && attributes <= ATTRIBUTES_MAX && names <= NAMES_MAX; i++)
    {
      gboolean attribute = before == '=' && (text[i] == '"' || text[i] == '\'');

      names += attribute || text[i] == '<';
      attributes = text[i] == '<' ? 0 : attributes + attribute;
      if (text[i] != '\0' && !g_ascii_isspace (text[i]))
        before = text[i];
    }
  return attributes > ATTRIBUTES_MAX
           ? "an XML element must not have more than " G_STRINGIFY (ATTRIBUTES_MAX) " attributes"
         : names > NAMES_MAX
           ? "XML must not have more than " G_STRINGIFY (NAMES_MAX) " tags and attributes"
           : NULL;
}

/* Keeps the first error: those after it are mostly its consequences.  libxml2 would
 * print some of them, whatever its options say. */
static void
keep_first (void *data, HvfsXmlError *error)
{
  GError **first = data;

  if (*first == NULL)
    hvfs_error_set (first, EINVAL, "line %d: it must be XML: %s", error->line,
                    error->message != NULL ? g_strchomp (error->message) : "");
}

/* The handler that is set for a moment is of this thread. */
static xmlDoc *
parse_quietly (xmlParserCtxt *context, const char *text, int len, GError **first)
{
  xmlStructuredErrorFunc handler = xmlStructuredError;
  void *handler_data = xmlStructuredErrorContext;
  xmlDoc *doc;

  xmlSetStructuredErrorFunc (first, keep_first);
  doc = xmlCtxtReadMemory (context, text, len, NULL, NULL, PARSE_OPTIONS);
  xmlSetStructuredErrorFunc (handler_data, handler);
  return doc;
}

xmlDoc *
hvfs_xml_parse (const char *text, gsize len, gsize max_bytes, GError **error)
{
  g_autoptr (xmlParserCtxt) context = xmlNewParserCtxt ();
  g_autoptr (xmlDoc) doc = NULL;
  g_autoptr (GError) first = NULL;
  const char *too_many = len <= max_bytes ? find_too_many (text, len) : NULL;

  if (len > max_bytes || len > G_MAXINT)
    {
      hvfs_error_set (error, EINVAL, "the XML must not be larger than %" G_GSIZE_FORMAT " MiB",
                      max_bytes / 1024 / 1024);
      return NULL;
    }
  if (too_many != NULL)
    {
      hvfs_error_set (error, EINVAL, "%s", too_many);
      return NULL;
    }
  context->sax->internalSubset = refuse_document_type;
  context->sax->startDocument = start_document;
  doc = parse_quietly (context, text, (int) len, &first);
  if (context->_private != NULL)
    hvfs_error_set (error, EINVAL, "%s", (const char *) context->_private);
  else if (doc != NULL && xmlDocGetRootElement (doc) != NULL)
    return g_steal_pointer (&doc);
  else if (first != NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  else
    hvfs_error_set (error, EINVAL, "line 1: it must be XML");
  return NULL;
}

gboolean
hvfs_xml_is (const xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns == NULL
         && (name == NULL || strcmp ((const char *) node->name, name) == 0);
}

gboolean
hvfs_xml_is_vmware (const xmlNode *node)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL && node->ns->href != NULL
         && strcmp ((const char *) node->ns->href, HVFS_XML_VMWARE_NAMESPACE) == 0;
}

static const xmlNode *
first_from (const xmlNode *node, const char *name)
{
  while (node != NULL && !hvfs_xml_is (node, name))
    node = node->next;
  return node;
}

const xmlNode *
hvfs_xml_child (const xmlNode *node, const char *name)
{
  return node != NULL ? first_from (node->children, name) : NULL;
}

const xmlNode *
hvfs_xml_next (const xmlNode *node, const char *name)
{
  return first_from (node->next, name);
}

/* Returns: (transfer full) (nullable): a copy of @text in GLib's memory; frees @text */
static char *
take_xml_string (xmlChar *text)
{
  char *copy = g_strdup ((const char *) text);

  xmlFree (text);
  return copy;
}

char *
hvfs_xml_text (const xmlNode *node)
{
  return node != NULL ? take_xml_string (xmlNodeGetContent (node)) : NULL;
}

char *
hvfs_xml_attr (const xmlNode *node, const char *name)
{
  return node != NULL ? take_xml_string (xmlGetNoNsProp (node, (const xmlChar *) name)) : NULL;
}

char *
hvfs_xml_attr_vmware (const xmlNode *node, const char *name)
{
  return take_xml_string (xmlGetNsProp (node, (const xmlChar *) name,
                                        (const xmlChar *) HVFS_XML_VMWARE_NAMESPACE));
}

guint
hvfs_xml_line (const xmlNode *node)
{
  long line = node != NULL ? xmlGetLineNo (node) : 0;

  return CLAMP (line, 0, G_MAXINT);
}

gboolean
hvfs_xml_bad (const xmlNode *node, int code, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  hvfs_error_set (error, code, "line %ld: <%s>: %s", xmlGetLineNo (node), node->name, message);
  return FALSE;
}

gboolean
hvfs_xml_attr_word (const xmlNode *node, const char *name, const char *const *words, int first,
                    int code, int *ret, GError **error)
{
  g_autofree char *word = hvfs_xml_attr (node, name);
  g_autofree char *right = NULL;
  int value = hvfs_words_index (words, word);

  if (word == NULL)
    return TRUE;
  if (value >= first)
    {
      *ret = value;
      return TRUE;
    }
  right = hvfs_words_list (words, first);
  return hvfs_xml_bad (node, code, error, "%s='%s' must be %s", name, word, right);
}

gboolean
hvfs_xml_attr_word_if_any (const xmlNode *node, const char *name, const char *const *words,
                           int first, int code, int *ret, GError **error)
{
  g_autofree char *word = hvfs_xml_attr (node, name);

  return word == NULL || *word == '\0'
         || hvfs_xml_attr_word (node, name, words, first, code, ret, error);
}

gboolean
hvfs_xml_attr_uint (const xmlNode *node, const char *name, guint *ret, GError **error)
{
  g_autofree char *text = hvfs_xml_attr (node, name);
  guint64 value;

  if (text == NULL)
    return TRUE;
  if (!hvfs_parse_uint64 (text, G_MAXUINT, &value))
    return hvfs_xml_bad (node, EINVAL, error, "%s='%s' must be a number, 0 or more", name, text);
  *ret = value;
  return TRUE;
}

gboolean
hvfs_xml_attr_int64 (const xmlNode *node, const char *name, gint64 *ret, GError **error)
{
  g_autofree char *text = hvfs_xml_attr (node, name);

  return text == NULL || hvfs_parse_int64 (text, ret)
         || hvfs_xml_bad (node, EINVAL, error, "%s='%s' must be a whole number", name, text);
}

gboolean
hvfs_xml_size_kib (const xmlNode *node, guint64 *ret_kib, GError **error)
{
  g_autofree char *text = hvfs_xml_text (node);
  g_autofree char *unit = hvfs_xml_attr (node, "unit");
  guint64 size, unit_bytes;

  if (text == NULL || *text == '\0')
    return TRUE;
  if (!hvfs_parse_uint64 (text, G_MAXUINT64, &size))
    return hvfs_xml_bad (node, EINVAL, error, "'%s' must be a whole number", text);
  unit_bytes = unit != NULL && *unit != '\0' ? hvfs_parse_unit (unit) : 1024;
  if (unit_bytes == 0)
    return hvfs_xml_bad (node, EINVAL, error, "unit='%s' must be one like b, KiB, KB, MiB or GiB",
                         unit);
  if (size > (G_MAXINT64 - 1023) / unit_bytes)
    return hvfs_xml_bad (node, EINVAL, error, "'%s' is too much memory", text);
  *ret_kib = (size * unit_bytes + 1023) / 1024;
  return TRUE;
}
