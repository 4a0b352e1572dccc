/* backend/wire/request.c - writes one SOAP request; see request.h
 *
 * The text may hold a password: it is wiped when the request is freed, and the
 * buffer starts large enough that a login is never copied by growing.
 */
#include "backend/wire/request.h"

#include <string.h>

#include "convert/xml-char.h"

#define ENVELOPE \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
  "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"" \
  " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"" \
  " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
#define ENVELOPE_END "</soapenv:Body></soapenv:Envelope>\n"
#define INITIAL_BYTES 4096

struct _HvfsRequest
{
  char *method;
  GString *xml;
  GPtrArray *open; /* char*: names of the elements that are open, owned */
  gboolean finished;
};

/* Blanks that a parser would normalise away are written as references. */
static void
append_char (GString *xml, gunichar c)
{
  switch (c)
    {
    case '&': g_string_append (xml, "&amp;"); break;
    case '<': g_string_append (xml, "&lt;"); break;
    case '>': g_string_append (xml, "&gt;"); break;
    case '"': g_string_append (xml, "&quot;"); break;
    case '\t': case '\n': case '\r':
      g_string_append_printf (xml, "&#%u;", c);
      break;
    default: g_string_append_unichar (xml, c);
    }
}

static void
append_escaped (GString *xml, const char *text)
{
  for (const char *next; *text != '\0'; text = next)
    {
      gunichar c = hvfs_xml_char_at (text, &next);

      if (c != 0)
        append_char (xml, c);
    }
}

static void
append_attribute (GString *xml, const char *name, const char *value)
{
  g_string_append_printf (xml, " %s=\"", name);
  append_escaped (xml, value);
  g_string_append_c (xml, '"');
}

static void
start (HvfsRequest *request, const char *name, const char *attribute, const char *value)
{
  g_return_if_fail (!request->finished);
  g_string_append_printf (request->xml, "<%s", name);
  if (value != NULL)
    append_attribute (request->xml, attribute, value);
  g_string_append_c (request->xml, '>');
}

static void
end (HvfsRequest *request, const char *name)
{
  g_string_append_printf (request->xml, "</%s>", name);
}

static void
element (HvfsRequest *request, const char *name, const char *attribute,
         const char *value, const char *text)
{
  start (request, name, attribute, value);
  append_escaped (request->xml, text);
  end (request, name);
}

HvfsRequest *
hvfs_request_new (const char *method, const char *this_type, const char *this_id)
{
  HvfsRequest *request = g_new0 (HvfsRequest, 1);

  request->method = g_strdup (method);
  request->open = g_ptr_array_new_with_free_func (g_free);
  request->xml = g_string_sized_new (INITIAL_BYTES);
  g_string_append (request->xml, ENVELOPE);
  start (request, method, "xmlns", "urn:vim25");
  hvfs_request_moref (request, "_this", this_type, this_id);
  return request;
}

HvfsRequest *
hvfs_request_copy (HvfsRequest *request)
{
  HvfsRequest *copy = g_new0 (HvfsRequest, 1);
  gsize len;
  const char *xml = hvfs_request_finish (request, &len);

  copy->method = g_strdup (request->method);
  copy->open = g_ptr_array_new_with_free_func (g_free);
  copy->xml = g_string_new_len (xml, len);
  copy->finished = TRUE;
  return copy;
}

void
hvfs_request_free (HvfsRequest *request)
{
  if (request == NULL)
    return;
  explicit_bzero (request->xml->str, request->xml->allocated_len);
  g_string_free (request->xml, TRUE);
  g_ptr_array_unref (request->open);
  g_free (request->method);
  g_free (request);
}

const char *
hvfs_request_method (const HvfsRequest *request)
{
  return request->method;
}

void
hvfs_request_text (HvfsRequest *request, const char *name, const char *text)
{
  element (request, name, NULL, NULL, text);
}

void
hvfs_request_typed (HvfsRequest *request, const char *name, const char *xsi_type,
                    const char *text)
{
  element (request, name, "xsi:type", xsi_type, text);
}

void
hvfs_request_int (HvfsRequest *request, const char *name, gint64 value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  hvfs_request_text (request, name, text);
}

void
hvfs_request_bool (HvfsRequest *request, const char *name, gboolean value)
{
  hvfs_request_text (request, name, value ? "true" : "false");
}

void
hvfs_request_moref (HvfsRequest *request, const char *name, const char *type,
                    const char *id)
{
  element (request, name, "type", type, id);
}

void
hvfs_request_open (HvfsRequest *request, const char *name, const char *xsi_type)
{
  start (request, name, "xsi:type", xsi_type);
  g_ptr_array_add (request->open, g_strdup (name));
}

void
hvfs_request_close (HvfsRequest *request)
{
  g_return_if_fail (request->open->len > 0);
  end (request, g_ptr_array_index (request->open, request->open->len - 1));
  g_ptr_array_set_size (request->open, (gint) request->open->len - 1);
}

const char *
hvfs_request_finish (HvfsRequest *request, gsize *ret_len)
{
  g_return_val_if_fail (request->open->len == 0, NULL);
  if (!request->finished)
    {
      end (request, request->method);
      g_string_append (request->xml, ENVELOPE_END);
      request->finished = TRUE;
    }
  if (ret_len != NULL)
    *ret_len = request->xml->len;
  return request->xml->str;
}
