/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/attr-tune.c - what a domain has of its host: sched, memtune, memory, vcpus
 *
 * Exists as these are numbers with units of our own: memory is in KiB as libvirt
 * has it, where the server counts MiB, and shares take libvirt's numbers too.
 */
#include "fs/fs.h"

#include <string.h>

#include "backend/operation/allocation.h"
#include "backend/operation/reconfigure.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "fs/attr/domain-stores.h"
#include "fs/row/line.h"


static const char *const levels[] = { "low", "normal", "high" };

/* ---- allocations ---- */

/* @unit: what one of the server's units is in ours; -1, no limit, stays -1. */
static gboolean
allocation_show (const HvfsObject *object, HvfsResource resource, gint64 unit, GString *out,
                 GError **error)
{
  HvfsValue *allocation = hvfs_allocation_get (object, resource);
  const char *level = hvfs_value_text (allocation, "shares.level");
  gint64 limit = hvfs_value_int (allocation, "limit", -1);

  if (allocation == NULL)
    return hvfs_show_unknown ("resource allocation", error);
  hvfs_show_int (out, "reservation", hvfs_value_int (allocation, "reservation", 0) * unit);
  hvfs_show_int (out, "limit", limit < 0 ? -1 : limit * unit);
  hvfs_show_text (out, "shares",
                  level == NULL || strcmp (level, "custom") == 0
                    ? hvfs_value_text (allocation, "shares.shares")
                    : level);
  if (object->kind != HVFS_KIND_VM)
    hvfs_show_yes_no (out, "expandable", hvfs_value_bool (allocation, "expandableReservation"));
  return TRUE;
}

/* In the server's units: MHz, or MiB, where a unit may follow. */
static gboolean
parse_amount (HvfsResource resource, const char *what, const char *text, gint64 *ret,
              GError **error)
{
  if (resource == HVFS_RESOURCE_MEMORY)
    return hvfs_line_memory_mib (what, text, ret, error);
  return hvfs_line_number (what, text, 0, ret, error);
}

static gboolean
parse_limit (HvfsResource resource, const char *text, gint64 *ret, GError **error)
{
  *ret = -1;
  return strcmp (text, "-1") == 0 || strcmp (text, "unlimited") == 0
         || parse_amount (resource, "limit", text, ret, error);
}

/* -1, -2, -3 are libvirt's numbers for the levels. */
static gboolean
parse_shares (const char *text, HvfsAllocation *ret, GError **error)
{
  gint64 n;

  ret->shares = 0;
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (strcmp (text, levels[i]) == 0)
      {
        ret->level = levels[i];
        return TRUE;
      }
  if (!g_ascii_string_to_signed (text, 10, -3, G_MAXINT32, &n, NULL))
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "shares: '%.64s' is not low, normal, high, -1, -2, -3 or a number", text);
      return FALSE;
    }
  ret->level = n < 0 ? levels[-n - 1] : "custom";
  ret->shares = MAX (n, 0);
  return TRUE;
}

enum { KEY_RESERVATION, KEY_LIMIT, KEY_SHARES, KEY_EXPANDABLE, N_KEYS };
static const HvfsKey keys[] = { { "reservation", FALSE }, { "limit", FALSE },
                                { "shares", FALSE }, { NULL, FALSE } };
static const HvfsKey pool_keys[] = { { "reservation", FALSE }, { "limit", FALSE },
                                     { "shares", FALSE }, { "expandable", FALSE },
                                     { NULL, FALSE } };

static gboolean
parse_allocation (HvfsResource resource, const char *head, char **values, HvfsAllocation *ret,
                  GError **error)
{
  if (*head != '\0')
    {
      g_set_error (error, HVFS_ERROR, EINVAL,
                   "'%.64s' is not one of reservation=, limit=, shares=", head);
      return FALSE;
    }
  ret->has_expandable |= values[KEY_EXPANDABLE] != NULL;
  ret->has_reservation |= values[KEY_RESERVATION] != NULL;
  ret->has_limit |= values[KEY_LIMIT] != NULL;
  ret->has_shares |= values[KEY_SHARES] != NULL;
  return (values[KEY_RESERVATION] == NULL
          || parse_amount (resource, "reservation", values[KEY_RESERVATION], &ret->reservation,
                           error))
         && (values[KEY_LIMIT] == NULL
             || parse_limit (resource, values[KEY_LIMIT], &ret->limit, error))
         && (values[KEY_SHARES] == NULL || parse_shares (values[KEY_SHARES], ret, error))
         && (values[KEY_EXPANDABLE] == NULL
             || hvfs_line_yes_no ("expandable", values[KEY_EXPANDABLE], &ret->expandable, error));
}

/* Adds what @line says to *@ret. */
static gboolean
parse_line (HvfsResource resource, const HvfsKey *known, const char *line, HvfsAllocation *ret,
            GError **error)
{
  g_autofree char *head = NULL;
  char *values[N_KEYS] = { NULL };
  gboolean ok;

  if (!hvfs_line_parse (line, known, &head, values, error))
    return FALSE;
  ok = parse_allocation (resource, head, values, ret, error);
  for (guint i = 0; i < N_KEYS; i++)
    g_free (values[i]);
  return ok;
}

/* Of what two lines say, the later holds, as if they had been written one after the other. */
static gboolean
allocation_store (HvfsStore *store, HvfsResource resource, const HvfsKey *known,
                  const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  HvfsAllocation wanted = { 0 };

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !parse_line (resource, known, lines[i], &wanted, error))
      {
        if (lines[1] != NULL)
          g_prefix_error (error, "line %u: '%.64s': ", i + 1, lines[i]);
        return FALSE;
      }
  return hvfs_allocation_set (&store->fs->server, store->serial, resource, &wanted,
                              store->cancellable, error);
}

HVFS_SHOW (hvfs_sched_show)
{
  return allocation_show (vm, HVFS_RESOURCE_CPU, 1, out, error);
}

HVFS_STORE (hvfs_sched_store)
{
  return allocation_store (store, HVFS_RESOURCE_CPU, keys, line, error);
}

HVFS_SHOW (hvfs_memtune_show)
{
  return allocation_show (vm, HVFS_RESOURCE_MEMORY, HVFS_KIB_PER_MIB, out, error);
}

HVFS_STORE (hvfs_memtune_store)
{
  return allocation_store (store, HVFS_RESOURCE_MEMORY, keys, line, error);
}

HVFS_STORE (hvfs_pool_sched_store)
{
  return allocation_store (store, HVFS_RESOURCE_CPU, pool_keys, line, error);
}

HVFS_STORE (hvfs_pool_memtune_store)
{
  return allocation_store (store, HVFS_RESOURCE_MEMORY, pool_keys, line, error);
}

/* ---- amounts ---- */

static gboolean
number_show (const HvfsObject *vm, guint index, gint64 unit, const char *what, GString *out,
             GError **error)
{
  gint64 n = hvfs_value_int (hvfs_object_get (vm, index), NULL, -1);

  if (n < 0)
    return hvfs_show_unknown (what, error);
  hvfs_show_number (out, n * unit);
  return TRUE;
}

HVFS_SHOW (hvfs_memory_show)
{
  return number_show (vm, HVFS_VM_MEMORY, HVFS_KIB_PER_MIB, "memory", out, error);
}

HVFS_STORE (hvfs_memory_store)
{
  gint64 mib;

  return hvfs_line_memory_mib ("memory", line, &mib, error)
         && hvfs_reconfigure_memory (&store->fs->server, store->serial, mib, store->cancellable,
                                     error);
}

HVFS_SHOW (hvfs_vcpus_show)
{
  return number_show (vm, HVFS_VM_CPUS, 1, "virtual CPUs", out, error);
}

HVFS_STORE (hvfs_vcpus_store)
{
  gint64 n;

  return hvfs_line_number ("vcpus", line, 1, &n, error)
         && hvfs_reconfigure_vcpus (&store->fs->server, store->serial, n, store->cancellable,
                                    error);
}
