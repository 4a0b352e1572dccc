/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-reply.c - the parser of replies, given anything
 *
 * The first byte says how the rest is cut, and whether it shall be SOAP.  In one
 * piece and in parts the outcome must be the same value; limits are small, so that
 * they are met.
 *
 * With clang: tests/fuzz/run reply.  Else it is linked with replay.c and tried on
 * the corpus by make check.
 */
#include <stdint.h>
#include <string.h>

#include "backend/wire/fault.h"
#include "backend/wire/reply.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const HvfsReplyLimits limits = {
  .bytes = 65536, .text_bytes = 4096, .attribute_bytes = 256, .pending_bytes = 65536,
  .elements = 1000, .names = 100, .depth = 20,
};

static HvfsValue *
parse (HvfsReplyKind kind, const char *xml, gsize len, gsize step)
{
  g_autoptr (HvfsReply) reply = hvfs_reply_new (kind, &limits);
  g_autoptr (GError) error = NULL;
  HvfsValue *value;

  for (gsize at = 0; at < len; at += step)
    if (!hvfs_reply_feed (reply, xml + at, MIN (step, len - at), &error))
      {
        g_assert_true (g_utf8_validate (error->message, -1, NULL));
        return NULL;
      }
  value = hvfs_reply_finish (reply, &error);
  g_assert_true ((value != NULL) == (error == NULL));
  return value;
}

/* What callers do with a value: walk it, and take it for a fault. */
static void
use (const HvfsValue *value)
{
  g_autoptr (GError) error = hvfs_fault_new_error_soap (value);

  g_assert_cmpint (error->code, >, 0);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strchr (error->message, '\n'));
  hvfs_value_time_us (value, "returnval");
  hvfs_value_int (value, "returnval.propSet.val", 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HvfsReplyKind kind;
  g_autoptr (HvfsValue) whole = NULL, parts = NULL;
  guint names = hvfs_name_count ();
  gsize step;

  if (size < 2)
    return 0;
  kind = data[0] & 1 ? HVFS_REPLY_SOAP : HVFS_REPLY_XML;
  step = (data[0] >> 1) + 1;
  whole = parse (kind, (const char *) data + 1, size - 1, size);
  parts = parse (kind, (const char *) data + 1, size - 1, step);
  if (whole != NULL && parts != NULL)
    g_assert_true (hvfs_value_equal (whole, parts));
  if (whole != NULL)
    use (whole);
  g_clear_pointer (&whole, hvfs_value_unref);
  g_clear_pointer (&parts, hvfs_value_unref);
  g_assert_cmpuint (hvfs_name_count (), ==, names);
  return 0;
}
