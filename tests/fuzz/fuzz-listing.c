/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-listing.c - what a server lists of a datastore, given anything
 *
 * Given is the result of a search.  What is read of it are names that a
 * kernel takes, sizes, and times; or it is refused in one line.
 *
 * With clang: tests/fuzz/run listing.  Else it is linked with replay.c and tried on the corpus
 * by make check.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "backend/operation/datastore-browse.h"
#include "backend/wire/reply.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static const HvfsReplyLimits limits = {
  .bytes = 65536, .text_bytes = 4096, .attribute_bytes = 256, .pending_bytes = 65536,
  .elements = 1000, .names = 100, .depth = 20,
};

/* (transfer full) (nullable) */
static HvfsValue *
parse (const char *xml, gsize len)
{
  g_autoptr (HvfsReply) reply = hvfs_reply_new (HVFS_REPLY_XML, &limits);

  return hvfs_reply_feed (reply, xml, len, NULL) ? hvfs_reply_finish (reply, NULL) : NULL;
}

static void
check_entry (const HvfsDatastoreEntry *entry)
{
  gsize len = strlen (entry->name);

  g_assert_true (len > 0 && len <= NAME_MAX && g_utf8_validate (entry->name, -1, NULL));
  g_assert_null (strchr (entry->name, '/'));
  g_assert_true (strcmp (entry->name, ".") != 0 && strcmp (entry->name, "..") != 0);
  g_assert_cmpint (entry->size, >=, -1);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (HvfsValue) value = parse ((const char *) data, size);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  if (value == NULL)
    return 0;
  entries = hvfs_datastore_entries_read (value, &error);
  g_assert_true ((entries != NULL) == (error == NULL));
  if (entries == NULL)
    check_error (error);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    check_entry (entries->pdata[i]);
  return 0;
}
