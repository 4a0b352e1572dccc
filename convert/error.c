/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/error.c - the one error domain of hvfs; see error.h */
#include "convert/error.h"

typedef struct
{
  char *fault;  /* nullable */
  char *objects; /* nullable */
} HvfsErrorPrivate;

static void
hvfs_error_private_init (HvfsErrorPrivate *priv)
{
}

static void
hvfs_error_private_copy (const HvfsErrorPrivate *from, HvfsErrorPrivate *to)
{
  to->fault = g_strdup (from->fault);
  to->objects = g_strdup (from->objects);
}

static void
hvfs_error_private_clear (HvfsErrorPrivate *priv)
{
  g_free (priv->fault);
  g_free (priv->objects);
}

G_DEFINE_EXTENDED_ERROR (HvfsError, hvfs_error)

int
hvfs_error_errno (const GError *error)
{
  if (error == NULL)
    return 0;
  return error->domain == HVFS_ERROR && error->code > 0 ? error->code : EIO;
}

/* A message longer than this has its middle left out; what would be right is at its end. */
#define MESSAGE_MAX 600
#define MESSAGE_TAIL 200

/* Returns: (transfer full): @text, which it frees, not much longer than anybody reads */
static char *
take_shortened (char *text)
{
  g_autofree char *whole = text;
  g_autofree char *head = NULL;
  glong len = g_utf8_strlen (text, -1);

  if (len <= MESSAGE_MAX)
    return g_steal_pointer (&whole);
  head = g_utf8_substring (text, 0, MESSAGE_MAX - MESSAGE_TAIL);
  return g_strconcat (head, "...", g_utf8_offset_to_pointer (text, len - MESSAGE_TAIL), NULL);
}

char *
hvfs_error_line (const char *text)
{
  char *line = take_shortened (g_utf8_make_valid (text, -1));

  return g_strdelimit (line, "\r\n", ' ');
}

void
hvfs_error_set (GError **error, int code, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  valid = hvfs_error_line (message);
  g_set_error_literal (error, HVFS_ERROR, code, valid);
}

void
hvfs_error_set_gone (const char *what, GError **error)
{
  g_set_error (error, HVFS_ERROR, ESTALE, "the %s no longer exists", what);
}

GError *
hvfs_error_new_fault (int code, const char *fault, const char *message)
{
  GError *error = g_error_new_literal (HVFS_ERROR, code, message);

  hvfs_error_get_private (error)->fault = g_strdup (fault);
  return error;
}

const char *
hvfs_error_fault (const GError *error)
{
  return g_error_matches (error, HVFS_ERROR, error != NULL ? error->code : 0)
           ? hvfs_error_get_private (error)->fault
           : NULL;
}

void
hvfs_error_set_objects (GError *error, const char *objects)
{
  HvfsErrorPrivate *priv = hvfs_error_get_private (error);

  g_free (priv->objects);
  priv->objects = g_strdup (objects);
}

const char *
hvfs_error_objects (const GError *error)
{
  return g_error_matches (error, HVFS_ERROR, error != NULL ? error->code : 0)
           ? hvfs_error_get_private (error)->objects
           : NULL;
}
