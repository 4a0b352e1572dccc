/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/wire/mend.c - replaces what XML forbids in the bytes of a reply; see mend.h
 *
 * Nearly all blocks of a reply hold plain characters and tags only, which one loop over the
 * block tells; the others are read character by character.  A reference counts in text and
 * in attributes, not in a CDATA section; a comment could only seem to begin one.
 *
 * What a character or a reference needs of the next bytes to arrive is kept until then.
 */
#include "backend/wire/mend.h"

#include <stdlib.h>
#include <string.h>

#include "convert/xml/xml-char.h"

#define BLOCK_BYTES 64
#define KEPT_BYTES 64         /* more than any reference, or the beginning of a section */
#define DECLARATION_BYTES 512 /* at most, or it is none */

#define CDATA "<![CDATA["
#define COMMENT "<!--"
#define REFERENCE "&#xFFFD;"
#define CHARACTER "\xef\xbf\xbd"

typedef enum { IN_TEXT, IN_CDATA, IN_COMMENT } Where;

struct _HvfsMend
{
  GByteArray *kept;    /* of the last call, before what comes next */
  gboolean begun;      /* the declaration is over, or there is none */
  gboolean is_utf8;
  gboolean as_it_is;   /* it is in an encoding of wide characters */
  Where where;
  guint n_end;         /* how many bytes of what ends @where were just seen */
  /* One call's. */
  HvfsMendSink sink;
  gpointer data;
};

HvfsMend *
hvfs_mend_new (void)
{
  HvfsMend *mend = g_new0 (HvfsMend, 1);

  mend->kept = g_byte_array_new ();
  mend->is_utf8 = TRUE;
  return mend;
}

void
hvfs_mend_free (HvfsMend *mend)
{
  if (mend == NULL)
    return;
  g_byte_array_unref (mend->kept);
  g_free (mend);
}

static gboolean
pass (HvfsMend *mend, const char *from, const char *to)
{
  return from == to || mend->sink (from, (gsize) (to - from), mend->data);
}

/* ---- the beginning ---- */

static const char *
skip_before (const char *at, const char *end)
{
  for (;;)
    if (end - at >= 3 && memcmp (at, "\xef\xbb\xbf", 3) == 0)
      at += 3;
    else if (at < end && g_ascii_isspace (*at))
      at++;
    else
      return at;
}

/* Encodings of single bytes have ASCII's, and may have any other. */
static gboolean
names_utf8 (const char *declaration, gsize len)
{
  const char *encoding = g_strstr_len (declaration, (gssize) len, "encoding");
  const char *name;

  if (encoding == NULL)
    return TRUE;
  name = encoding + strcspn (encoding, "'\"");
  return *name == '\0' || g_ascii_strncasecmp (name + 1, "utf-8", 5) == 0
         || g_ascii_strncasecmp (name + 1, "us-ascii", 8) == 0;
}

/* Where the document begins after what is no part of it.  NULL: that is not known yet. */
static const char *
begin (HvfsMend *mend, const char *data, gsize len, gboolean is_end)
{
  const char *end = data + len, *at;
  g_autofree char *declaration = NULL;
  char *over;

  if (len < 4 && !is_end)
    return NULL;
  /* UTF-16 and its like: a mark, or "<" and a zero. */
  mend->as_it_is = len >= 2
                   && (memcmp (data, "\xfe\xff", 2) == 0 || memcmp (data, "\xff\xfe", 2) == 0
                       || (data[0] == '\0' && (data[1] == '\0' || data[1] == '<'))
                       || (data[0] == '<' && data[1] == '\0'));
  at = mend->as_it_is ? data : skip_before (data, end);
  if (mend->as_it_is || (end - at >= 5 && memcmp (at, "<?xml", 5) != 0))
    {
      mend->begun = TRUE;
      return at;
    }
  declaration = g_strndup (at, MIN ((gsize) (end - at), DECLARATION_BYTES));
  over = strstr (declaration, "?>");
  if (over == NULL && end - at < DECLARATION_BYTES && len < DECLARATION_BYTES && !is_end)
    return NULL;
  mend->begun = TRUE;
  mend->is_utf8 = over == NULL || names_utf8 (declaration, (gsize) (over - declaration));
  return at;
}

/* ---- what is looked for ---- */

/* Whether a block holds none of it; a loop that compilers make one of wide registers. */
static gboolean
is_plain (const char *block)
{
  guint odd = 0;

  for (guint i = 0; i < BLOCK_BYTES; i++)
    {
      guchar c = (guchar) block[i];

      odd |= ((c < 0x20) & (c != '\n')) | (c > 0x7f) | (c == '&') | (c == '!');
    }
  return odd == 0;
}

/* Where in text, from @at on, the next thing is that has to be looked at. */
static const char *
skip_plain (const char *at, const char *end)
{
  for (; at < end; at++)
    {
      guchar c = (guchar) *at;

      if ((c < 0x20 && c != '\n') || c > 0x7f || c == '&'
          || (c == '<' && (at + 1 == end || at[1] == '!')))
        break;
    }
  return at;
}

/* Whether what begins @word may go on behind @end. */
static gboolean
may_become (const char *at, const char *end, const char *word)
{
  gsize len = MIN ((gsize) (end - at), strlen (word));

  return len < strlen (word) && memcmp (at, word, len) == 0;
}

static gboolean
is_word (const char *at, const char *end, const char *word)
{
  gsize len = strlen (word);

  return (gsize) (end - at) >= len && memcmp (at, word, len) == 0;
}

/* How long the reference is that begins at @at; 0: it is none of a number; -1: its end is
 * not there yet. */
static gssize
reference_len (const char *at, const char *end, gunichar *ret_c)
{
  gboolean is_hex;
  const char *p = at + 1;
  guint64 c = 0;

  if (p == end)
    return -1;
  if (*p++ != '#')
    return 0;
  is_hex = p < end && *p == 'x';
  for (p += is_hex; p < end && p - at < KEPT_BYTES; p++)
    {
      int digit = is_hex ? g_ascii_xdigit_value (*p) : g_ascii_digit_value (*p);

      if (digit < 0)
        break;
      c = MIN (c * (is_hex ? 16 : 10) + (guint) digit, 0x110000);
    }
  if (p == end)
    return -1;
  *ret_c = (gunichar) c;
  return *p == ';' && p - at > 2 + is_hex ? p + 1 - at : 0;
}

/* How many bytes the character at @at has in UTF-8; -1: more may belong to it.
 * @ret_is_good: it is one that XML can carry */
static gssize
character_len (const char *at, const char *end, gboolean *ret_is_good)
{
  guchar first = (guchar) *at;
  gssize len = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
  gssize n = 1;
  gunichar c;

  *ret_is_good = FALSE;
  while (n < len && at + n < end && ((guchar) at[n] & 0xc0) == 0x80)
    n++;
  if (n < len && at + n == end)
    return -1;
  if (n < len || len == 1)
    return n;
  c = g_utf8_get_char_validated (at, len);
  *ret_is_good = c != (gunichar) -1 && c != (gunichar) -2 && hvfs_is_xml_char (c);
  return len;
}

/* ---- one step ---- */

/* Notes @c, and whether the section ends with it. */
static void
look_for_end (HvfsMend *mend, char c)
{
  char last = mend->where == IN_CDATA ? ']' : '-';

  if (c == '>' && mend->n_end >= 2)
    mend->where = IN_TEXT;
  mend->n_end = c == last ? mend->n_end + 1 : 0;
}

/* The length of what is at @at, which is passed on as it is if @ret_instead is NULL.
 * -1: it cannot be told before more arrives. */
static gssize
look (HvfsMend *mend, const char *at, const char *end, const char **ret_instead)
{
  guchar c = (guchar) *at;
  gboolean is_good = TRUE;
  gssize len = 1;
  gunichar named;

  *ret_instead = NULL;
  if (c == '<' && mend->where == IN_TEXT)
    {
      if (may_become (at, end, CDATA) || may_become (at, end, COMMENT))
        return -1;
      if (!is_word (at, end, CDATA) && !is_word (at, end, COMMENT))
        return 1;
      mend->where = is_word (at, end, CDATA) ? IN_CDATA : IN_COMMENT;
      mend->n_end = 0;
      return mend->where == IN_CDATA ? (gssize) strlen (CDATA) : (gssize) strlen (COMMENT);
    }
  if (mend->where != IN_TEXT)
    look_for_end (mend, (char) c);
  if (c == '&' && mend->where == IN_TEXT)
    {
      len = reference_len (at, end, &named);
      if (len > 0 && !hvfs_is_xml_char (named))
        *ret_instead = REFERENCE;
      return len != 0 ? len : 1;
    }
  if (c < 0x20)
    is_good = hvfs_is_xml_char (c);
  else if (c > 0x7f && mend->is_utf8)
    len = character_len (at, end, &is_good);
  if (!is_good && len > 0)
    *ret_instead = mend->is_utf8 ? CHARACTER : "?";
  return len;
}

/* Whether the @at that a block begins with may be passed over with all of it. */
static gboolean
may_skip (const HvfsMend *mend, const char *at, const char *end)
{
  /* A "<" at its end may begin a section with what follows. */
  return mend->where == IN_TEXT && end - at >= BLOCK_BYTES && at[BLOCK_BYTES - 1] != '<'
         && is_plain (at);
}

/* Passes on what can be judged, and keeps the rest. */
static gboolean
mend_bytes (HvfsMend *mend, const char *at, const char *end, gboolean is_end)
{
  const char *from = at; /* what follows is as it shall be */

  while (at < end)
    {
      const char *block_end, *instead;
      gssize len;

      if (may_skip (mend, at, end))
        {
          at += BLOCK_BYTES;
          continue;
        }
      for (block_end = end - at > BLOCK_BYTES ? at + BLOCK_BYTES : end; at < block_end; at += len)
        {
          if (mend->where == IN_TEXT)
            at = skip_plain (at, block_end);
          if (at == block_end)
            break;
          len = look (mend, at, end, &instead);
          if (len < 0 && !is_end)
            {
              g_byte_array_append (mend->kept, (const guint8 *) at, (guint) (end - at));
              return pass (mend, from, at);
            }
          /* Cut at the end of all: half a character is none, the rest says so itself. */
          if (len < 0)
            {
              instead = (guchar) *at > 0x7f ? CHARACTER : NULL;
              len = end - at;
            }
          if (instead == NULL)
            continue;
          if (!pass (mend, from, at) || !pass (mend, instead, instead + strlen (instead)))
            return FALSE;
          from = at + len;
        }
    }
  return pass (mend, from, end);
}

static gboolean
mend_all (HvfsMend *mend, const char *data, gsize len, gboolean is_end)
{
  const char *at = data;

  if (!mend->begun)
    at = begin (mend, data, len, is_end);
  if (at == NULL)
    {
      g_byte_array_append (mend->kept, (const guint8 *) data, (guint) len);
      return TRUE;
    }
  if (mend->as_it_is)
    return pass (mend, at, data + len);
  return mend_bytes (mend, at, data + len, is_end);
}

/* What was kept, and enough of @data that it can be judged. */
static gboolean
mend_kept (HvfsMend *mend, const char **data, gsize *len, gboolean is_end)
{
  g_autoptr (GByteArray) both = g_steal_pointer (&mend->kept);
  gsize room = mend->begun ? KEPT_BYTES : DECLARATION_BYTES;
  gsize more = both->len < room ? MIN (*len, room) : *len;

  mend->kept = g_byte_array_new ();
  if (more > 0)
    g_byte_array_append (both, (const guint8 *) *data, (guint) more);
  *data += more;
  *len -= more;
  return mend_all (mend, (const char *) both->data, both->len, is_end && *len == 0);
}

gboolean
hvfs_mend_feed (HvfsMend *mend, const char *data, gsize len, HvfsMendSink sink,
                gpointer user_data)
{
  mend->sink = sink;
  mend->data = user_data;
  while (len > 0 && mend->kept->len > 0)
    if (!mend_kept (mend, &data, &len, FALSE))
      return FALSE;
  return len == 0 || mend_all (mend, data, len, FALSE);
}

gboolean
hvfs_mend_end (HvfsMend *mend, HvfsMendSink sink, gpointer user_data)
{
  const char *none = "";
  gsize len = 0;

  mend->sink = sink;
  mend->data = user_data;
  return mend->kept->len == 0 || mend_kept (mend, &none, &len, TRUE);
}
