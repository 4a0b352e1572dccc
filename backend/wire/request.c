/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/request.c - writes one SOAP request; see request.h
 *
 * The text may hold a password: it is wiped when the request is freed, and the
 * buffer starts large enough that a login is never copied by growing.
 */
#include "backend/wire/request.h"

#include <string.h>

#include "backend/wire/version.h"
#include "convert/xml/xml-char.h"

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
  GArray *open;           /* of Open: the elements that are open */
  const HvfsSince *newest; /* what of it the API has last; NULL: all of it is old */
  gboolean finished;
};

typedef struct
{
  char *name;
  char *type; /* nullable: nothing below is newer than it */
} Open;

static void
open_clear (gpointer data)
{
  Open *open = data;

  g_free (open->name);
  g_free (open->type);
}

static void
set_newest (HvfsRequest *request, const HvfsSince *row)
{
  if (row != NULL && row->words != NULL
      && (request->newest == NULL
          || hvfs_version_compare (row->since, request->newest->since) > 0))
    request->newest = row;
}

/* The element @name is written where we are; @xsi_type: (nullable): what it says it is.
 * Returns: (nullable): the type of what is in it, by the table of versions */
static const char *
note (HvfsRequest *request, const char *name, const char *xsi_type)
{
  const char *owner = request->open->len == 0
                        ? request->method
                        : g_array_index (request->open, Open, request->open->len - 1).type;
  const HvfsSince *row = owner != NULL ? hvfs_since_lookup (owner, name) : NULL;

  set_newest (request, row);
  if (xsi_type != NULL)
    set_newest (request, hvfs_since_lookup (NULL, xsi_type));
  return xsi_type != NULL ? xsi_type : row != NULL ? row->type : NULL;
}

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
  note (request, name, g_strcmp0 (attribute, "xsi:type") == 0 ? value : NULL);
  start (request, name, attribute, value);
  append_escaped (request->xml, text);
  end (request, name);
}

HvfsRequest *
hvfs_request_new (const char *method, const char *this_type, const char *this_id)
{
  HvfsRequest *request = g_new0 (HvfsRequest, 1);

  request->method = g_strdup (method);
  request->open = g_array_new (FALSE, FALSE, sizeof (Open));
  g_array_set_clear_func (request->open, open_clear);
  set_newest (request, hvfs_since_lookup (NULL, method));
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
  copy->open = g_array_new (FALSE, FALSE, sizeof (Open));
  copy->newest = request->newest;
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
  g_array_unref (request->open);
  g_free (request->method);
  g_free (request);
}

void
hvfs_request_needs (HvfsRequest *request, const char *owner, const char *name)
{
  set_newest (request, hvfs_since_lookup (owner, name));
}

const HvfsSince *
hvfs_request_newest (const HvfsRequest *request)
{
  return request->newest;
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
  Open open = { g_strdup (name), g_strdup (note (request, name, xsi_type)) };

  start (request, name, "xsi:type", xsi_type);
  g_array_append_val (request->open, open);
}

void
hvfs_request_close (HvfsRequest *request)
{
  g_return_if_fail (request->open->len > 0);
  end (request, g_array_index (request->open, Open, request->open->len - 1).name);
  g_array_set_size (request->open, request->open->len - 1);
}

void
hvfs_request_value (HvfsRequest *request, const HvfsValue *value, const char *name)
{
  const char *type = hvfs_value_type (value);
  const char *text = hvfs_value_text (value, NULL);

  if (hvfs_value_n_children (value) == 0)
    {
      /* The type of a reference is that of a class; what has a simple type here, its
       * place says. */
      if (type != NULL && g_ascii_isupper (*type) && text != NULL && *text != '\0')
        hvfs_request_moref (request, name, type, text);
      else if (type != NULL && g_ascii_isupper (*type))
        hvfs_request_typed (request, name, type, "");
      else
        hvfs_request_text (request, name, text != NULL ? text : "");
      return;
    }
  hvfs_request_open (request, name, type);
  for (guint i = 0; i < hvfs_value_n_children (value); i++)
    {
      const HvfsValue *child = hvfs_value_nth (value, i);

      hvfs_request_value (request, child, hvfs_value_name (child));
    }
  hvfs_request_close (request);
}

#define PROP_SET "<propSet><type>"

char *
hvfs_request_leave_out (HvfsRequest *request, const char *type, const char *path)
{
  g_autofree char *element = g_strdup_printf ("<pathSet>%s</pathSet>", path);
  GString *xml = request->xml;

  for (const char *at = strstr (xml->str, element); at != NULL; at = strstr (at + 1, element))
    {
      const char *set = g_strrstr_len (xml->str, at - xml->str, PROP_SET);
      const char *of = set != NULL ? set + strlen (PROP_SET) : "";
      g_autofree char *found = g_strndup (of, strcspn (of, "<"));

      if (type != NULL && strcmp (type, found) != 0)
        continue;
      g_string_erase (xml, at - xml->str, (gssize) strlen (element));
      return g_steal_pointer (&found);
    }
  return NULL;
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
