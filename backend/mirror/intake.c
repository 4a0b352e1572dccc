/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/mirror/intake.c - update sets are parsed and applied while more arrive; see intake.h
 *
 * Bytes go over in blocks, which come back to be filled again.  The thread has a parser a
 * reply, whose elements it is offered: an objectSet is put on a heap that is applied when
 * it is large enough to be worth taking the mirror's lock, and small enough to be in the
 * processor's cache still.
 */
#include "backend/mirror/intake.h"

#include <string.h>

#include "backend/wire/reply.h"
#include "backend/wire/soap.h"

#define BLOCK_BYTES (64 * 1024)
#define MAX_BLOCKS 64       /* that wait to be parsed */
#define MAX_HEAP 64         /* updates */
#define TAIL_BYTES 256      /* of a reply, in which its set's end is */

/* Elements around these in a reply: Envelope, Body, METHODResponse, returnval, filterSet. */
#define AROUND_VERSION 4
#define AROUND_OBJECT_SET 5

typedef struct
{
  GByteArray *bytes;
  gboolean is_last;         /* of its reply */
} Block;

struct _HvfsIntake
{
  HvfsMirror *mirror;
  HvfsTasks *tasks;
  HvfsStats *stats;
  char *method;
  guint api;
  GThread *thread;          /* nullable: then the receiver does its work */

  /* The receiver's own. */
  GByteArray *filling;
  guint n_sent;             /* replies that have arrived */

  GMutex lock;
  GCond to_parse;           /* blocks, closing */
  GCond to_receive;         /* blocks, version_of, n_parsed, error */
  GQueue blocks;            /* lock: Block */
  GPtrArray *spare;         /* lock: GByteArray, empty */
  gboolean closing;         /* lock */
  char *version;            /* lock: the last that was seen */
  guint version_of;         /* lock: the reply that it is of, from 1 up */
  guint n_parsed;           /* lock: replies that are parsed and applied */
  gboolean truncated;       /* lock: the last of these is */
  gboolean tells_lost;      /* lock: one of them did; see reply.h */
  GError *error;            /* lock: the first; ends all */

  /* The thread's own. */
  HvfsReply *parser;        /* nullable: between replies */
  GPtrArray *heap;          /* HvfsValue: updates of the inventory */
  GPtrArray *heap_tasks;    /* HvfsValue: updates of tasks, until their reply ends */
  GPtrArray *again;         /* HvfsValue: references */
};

/* ---- the thread ---- */

static void
apply_heap (HvfsIntake *intake)
{
  if (intake->heap->len > 0)
    hvfs_mirror_apply (intake->mirror, (HvfsValue *const *) intake->heap->pdata,
                       intake->heap->len, intake->api, intake->again);
  g_ptr_array_set_size (intake->heap, 0);
}

/* What left may have entered in another heap: it is read again. */
static void
take_update (HvfsIntake *intake, HvfsValue *update)
{
  HvfsValue *ref = hvfs_value_get (update, "obj");
  gboolean is_task = g_strcmp0 (hvfs_value_type (ref), "Task") == 0;

  g_ptr_array_add (is_task ? intake->heap_tasks : intake->heap, update);
  if (!is_task && ref != NULL && g_strcmp0 (hvfs_value_text (update, "kind"), "leave") == 0)
    {
      g_ptr_array_add (intake->again, hvfs_value_ref (ref));
      g_ptr_array_set_size (intake->heap, (int) intake->heap->len - 1);
    }
  if (intake->heap->len >= MAX_HEAP)
    apply_heap (intake);
}

static void
note_version (HvfsIntake *intake, const HvfsValue *version)
{
  g_mutex_lock (&intake->lock);
  g_free (intake->version);
  intake->version = g_strdup (hvfs_value_text (version, NULL));
  intake->version_of = intake->n_parsed + 1;
  g_cond_signal (&intake->to_receive);
  g_mutex_unlock (&intake->lock);
}

static gboolean
on_element (HvfsValue *value, guint n_around, gpointer data)
{
  HvfsIntake *intake = data;

  if (n_around == AROUND_OBJECT_SET && strcmp (hvfs_value_name (value), "objectSet") == 0)
    {
      take_update (intake, value);
      return TRUE;
    }
  if (n_around == AROUND_VERSION && strcmp (hvfs_value_name (value), "version") == 0)
    note_version (intake, value);
  return FALSE;
}

/* The inventory's updates first, so that whoever waits for a task finds its effects. */
static gboolean
end_reply (HvfsIntake *intake, gboolean *ret_truncated, gboolean *ret_tells_lost, GError **error)
{
  g_autoptr (HvfsValue) reply = hvfs_soap_finish (intake->parser, intake->stats, intake->method,
                                                  error);
  const HvfsValue *set = hvfs_value_get (reply, "returnval");

  *ret_tells_lost = hvfs_reply_tells_lost_session (intake->parser);
  g_clear_pointer (&intake->parser, hvfs_reply_free);
  if (reply == NULL)
    return FALSE;
  apply_heap (intake);
  if (intake->heap_tasks->len > 0)
    hvfs_tasks_apply (intake->tasks, (HvfsValue *const *) intake->heap_tasks->pdata,
                      intake->heap_tasks->len, intake->api);
  g_ptr_array_set_size (intake->heap_tasks, 0);
  if (set != NULL)
    hvfs_stats_add (intake->stats, HVFS_STAT_UPDATE_SETS, 1);
  *ret_truncated = hvfs_value_bool (set, "truncated");
  return TRUE;
}

static void
parse (HvfsIntake *intake, const Block *block)
{
  gboolean truncated = FALSE, tells_lost = FALSE;
  GError *error = NULL;

  if (intake->parser == NULL)
    {
      intake->parser = hvfs_reply_new (HVFS_REPLY_SOAP, NULL);
      hvfs_reply_offer (intake->parser, AROUND_OBJECT_SET, on_element, intake);
    }
  if (hvfs_reply_feed (intake->parser, (const char *) block->bytes->data, block->bytes->len,
                       &error)
      && block->is_last)
    end_reply (intake, &truncated, &tells_lost, &error);

  g_mutex_lock (&intake->lock);
  intake->error = error;
  if (block->is_last && error == NULL)
    {
      intake->n_parsed++;
      intake->truncated = truncated;
      intake->tells_lost |= tells_lost;
    }
  g_byte_array_set_size (block->bytes, 0);
  g_ptr_array_add (intake->spare, g_byte_array_ref (block->bytes));
  g_cond_signal (&intake->to_receive);
  g_mutex_unlock (&intake->lock);
}

static void
block_free (Block *block)
{
  g_byte_array_unref (block->bytes);
  g_free (block);
}

/* (transfer full): NULL at the end. */
static Block *
next_block (HvfsIntake *intake)
{
  Block *block = NULL;

  g_mutex_lock (&intake->lock);
  while (!intake->closing && (intake->error != NULL || intake->blocks.length == 0))
    g_cond_wait (&intake->to_parse, &intake->lock);
  if (!intake->closing)
    block = g_queue_pop_head (&intake->blocks);
  g_mutex_unlock (&intake->lock);
  return block;
}

static gpointer
intake_thread (gpointer data)
{
  HvfsIntake *intake = data;
  Block *block;

  while ((block = next_block (intake)) != NULL)
    {
      parse (intake, block);
      block_free (block);
    }
  return NULL;
}

/* ---- who receives ---- */

HvfsIntake *
hvfs_intake_new (HvfsMirror *mirror, HvfsTasks *tasks, HvfsStats *stats, const char *method,
                 guint api, GPtrArray *again)
{
  HvfsIntake *intake = g_new0 (HvfsIntake, 1);

  intake->mirror = mirror;
  intake->tasks = tasks;
  intake->stats = stats;
  intake->method = g_strdup (method);
  intake->api = api;
  intake->again = again;
  g_mutex_init (&intake->lock);
  g_cond_init (&intake->to_parse);
  g_cond_init (&intake->to_receive);
  intake->filling = g_byte_array_new ();
  intake->spare = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  intake->heap = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  intake->heap_tasks = g_ptr_array_new_with_free_func ((GDestroyNotify) hvfs_value_unref);
  intake->thread = g_thread_try_new ("hvfs-intake", intake_thread, intake, NULL);
  return intake;
}

void
hvfs_intake_free (HvfsIntake *intake)
{
  if (intake == NULL)
    return;
  g_mutex_lock (&intake->lock);
  intake->closing = TRUE;
  g_cond_signal (&intake->to_parse);
  g_mutex_unlock (&intake->lock);
  if (intake->thread != NULL)
    g_thread_join (intake->thread);
  g_queue_clear_full (&intake->blocks, (GDestroyNotify) block_free);
  hvfs_reply_free (intake->parser);
  g_ptr_array_unref (intake->heap);
  g_ptr_array_unref (intake->heap_tasks);
  g_ptr_array_unref (intake->spare);
  g_byte_array_unref (intake->filling);
  g_clear_error (&intake->error);
  g_cond_clear (&intake->to_parse);
  g_cond_clear (&intake->to_receive);
  g_mutex_clear (&intake->lock);
  g_free (intake->version);
  g_free (intake->method);
  g_free (intake);
}

static gboolean
check_locked (HvfsIntake *intake, GError **error)
{
  if (intake->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (intake->error));
  return FALSE;
}

/* Where the system had no thread left. */
static gboolean
parse_here (HvfsIntake *intake, GError **error)
{
  Block *block = next_block (intake);
  gboolean ok;

  parse (intake, block);
  block_free (block);
  g_mutex_lock (&intake->lock);
  ok = check_locked (intake, error);
  g_mutex_unlock (&intake->lock);
  return ok;
}

/* Hands over what is filled, when there is room for it. */
static gboolean
send (HvfsIntake *intake, gboolean is_last, GError **error)
{
  Block *block = g_new (Block, 1);
  gboolean ok;

  *block = (Block){ intake->filling, is_last };
  g_mutex_lock (&intake->lock);
  while (intake->blocks.length >= MAX_BLOCKS && intake->error == NULL)
    g_cond_wait (&intake->to_receive, &intake->lock);
  ok = check_locked (intake, error);
  g_queue_push_tail (&intake->blocks, block);
  intake->filling = intake->spare->len > 0
                      ? g_ptr_array_steal_index_fast (intake->spare, intake->spare->len - 1)
                      : g_byte_array_sized_new (BLOCK_BYTES + 16 * 1024);
  g_cond_signal (&intake->to_parse);
  g_mutex_unlock (&intake->lock);
  return ok && (intake->thread != NULL || parse_here (intake, error));
}

gboolean
hvfs_intake_feed (const char *data, gsize len, gpointer user_data, GError **error)
{
  HvfsIntake *intake = user_data;

  if (intake->filling->len >= BLOCK_BYTES && !send (intake, FALSE, error))
    return FALSE;
  g_byte_array_append (intake->filling, (const guint8 *) data, (guint) len);
  return TRUE;
}

/* Whether the set whose reply ends so says that it is truncated, as plainly as servers say
 * it; if not, or if it only seems so, nothing but time is lost. */
static gboolean
promises_more (const GByteArray *end)
{
  gsize len = MIN (end->len, TAIL_BYTES);

  return len > 0
         && g_strstr_len ((const char *) end->data + end->len - len, (gssize) len,
                          "truncated>true<") != NULL;
}

gboolean
hvfs_intake_tells_lost_session (HvfsIntake *intake)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&intake->lock);

  return intake->tells_lost;
}

gboolean
hvfs_intake_end (HvfsIntake *intake, char **ret_version, gboolean *ret_truncated, GError **error)
{
  gboolean more = promises_more (intake->filling), ok;
  guint reply = ++intake->n_sent;

  if (!send (intake, TRUE, error))
    return FALSE;
  g_mutex_lock (&intake->lock);
  while (intake->error == NULL && intake->n_parsed < reply
         && !(more && intake->version_of == reply))
    g_cond_wait (&intake->to_receive, &intake->lock);
  ok = check_locked (intake, error);
  if (ok)
    {
      *ret_version = intake->version_of == reply ? g_strdup (intake->version) : NULL;
      *ret_truncated = intake->n_parsed == reply ? intake->truncated : more;
    }
  g_mutex_unlock (&intake->lock);
  return ok;
}
