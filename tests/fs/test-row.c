/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fs/test-row.c - the registry of rows: numbers, names, kinds; what is shown is depended on */
#include <glib.h>
#include <string.h>

#include "backend/wire/value.h"
#include "fs/attr/all-rows.h"
#include "convert/error.h"
#include "fs/attr/tables.h"
#include "fs/row/call.h"

static void
test_numbers (void)
{
  HvfsRow *const rows[] = { &hvfs_root_row, &hvfs_domain_row, hvfs_row (HVFS_NAMED_MIGRATE) };
  const guint32 numbers[] = { 0, 1, 77, (1u << 27) - 1 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint a = 0; a < G_N_ELEMENTS (numbers); a++)
      for (guint b = 0; b < G_N_ELEMENTS (numbers); b++)
        {
          HvfsNode node;

          g_assert_true (hvfs_node_from_ino (hvfs_row_ino (rows[i], numbers[a], numbers[b]), &node));
          g_assert_true (node.row == rows[i]);
          g_assert_cmpuint (node.a, ==, numbers[a]);
          g_assert_cmpuint (node.b, ==, numbers[b]);
        }
  g_assert_cmpuint (hvfs_row_ino (&hvfs_root_row, 0, 0), ==, 1); /* as FUSE wants it */
  g_assert_false (hvfs_node_from_ino (0, &(HvfsNode){ 0 }));
  g_assert_false (hvfs_node_from_ino (511, &(HvfsNode){ 0 }));
}

static void
test_names (void)
{
  g_assert_cmpstr (hvfs_row (HVFS_NAMED_MIGRATE)->name, ==, "migrate");
  g_assert_true (hvfs_row_named (hvfs_domain_table, "migrate") == hvfs_row (HVFS_NAMED_MIGRATE));
  g_assert_true (hvfs_row (HVFS_NAMED_MIGRATE)->parent == &hvfs_domain_row);
  g_assert_null (hvfs_row_named (hvfs_domain_table, "migrat"));
  g_assert_null (hvfs_row_named (NULL, "migrate"));
  g_assert_true (hvfs_row_of_kind (HVFS_KIND_VM) == &hvfs_domain_row);
  g_assert_null (hvfs_row_of_kind (HVFS_KIND_FOLDER));
  g_assert_true (hvfs_row_is_root (&hvfs_root_row));
  g_assert_false (hvfs_row_is_root (&hvfs_domain_row));
}

/* ---- the contract of stores ---- */

static void
test_contract (void)
{
  g_autoptr (GError) none = NULL, silent = NULL, loud = NULL, failed = NULL;

  g_assert_true (hvfs_call_check (TRUE, "state", &none));
  g_assert_no_error (none);
  g_set_error (&failed, HVFS_ERROR, EBUSY, "busy");
  g_assert_false (hvfs_call_check (FALSE, "state", &failed));
  g_assert_error (failed, HVFS_ERROR, EBUSY);

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*state*failure without an error*");
  g_assert_false (hvfs_call_check (FALSE, "state", &silent));
  g_assert_error (silent, HVFS_ERROR, EIO);
  g_set_error (&loud, HVFS_ERROR, EBUSY, "busy");
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*state*success with an error*");
  g_assert_false (hvfs_call_check (TRUE, "state", &loud));
  g_assert_error (loud, HVFS_ERROR, EBUSY);
  g_test_assert_expected_messages ();
}

/* ---- depends ---- */

static gboolean
name_show (HvfsFs *fs, HvfsNode node, const HvfsObject *object, GString *out, GError **error)
{
  const char *name = hvfs_value_text (hvfs_object_get (object, HVFS_NAME), NULL);

  hvfs_show_line (out, name != NULL ? name : "nameless");
  return TRUE;
}

static void
show_name (HvfsPropMask depends)
{
  HvfsRow row = { .name = "name", .mode = S_IFREG | 0444, .show = name_show, .depends = depends };
  g_autofree HvfsObject *object = g_malloc0 (sizeof *object + HVFS_N_VM * sizeof (HvfsValue *));
  g_autoptr (GString) out = g_string_new (NULL);

  object->kind = HVFS_KIND_VM;
  g_assert_true (hvfs_row_show (NULL, (HvfsNode){ &row, 1, 0 }, object, out, NULL));
  g_assert_cmpstr (out->str, ==, "nameless\n");
}

static void
test_depends (void)
{
  show_name (HVFS_PROP (HVFS_NAME));
  show_name (HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_PARENT));
  if (g_test_subprocess ())
    {
      show_name (HVFS_PROP (HVFS_PARENT));
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*name shows properties that it does not depend on*");
}

int
main (int argc, char **argv)
{
  g_setenv ("HVFS_CHECK_DEPENDS", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  hvfs_rows_init (&hvfs_row_set);
  g_test_add_func ("/row/numbers", test_numbers);
  g_test_add_func ("/row/contract", test_contract);
  g_test_add_func ("/row/names", test_names);
  g_test_add_func ("/row/depends", test_depends);
  return g_test_run ();
}
