/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/backend/device-check.c - configurations to domain XML and edits to requests, for device-edits.py
 *
 * Reads commands from standard input, one a line, and answers each with one line, "ok ..."
 * or an errno and why:
 *
 *   schema OUT                  the table of fields that hvfs knows
 *   read CONFIG OUT             a VirtualMachineConfigInfo as config.xml
 *   spec CONFIG WANTED OUT      the request that makes it the text; "ok 0": there is none to send
 *
 * All are files.  No server takes part: what a server has may be anything that its types allow.
 */
#include "backend/wire/reply.h"
#include "backend/vmconfig/vmconfig-schema.h"
#include "backend/vmconfig/vmconfig-spec.h"
#include "convert/error.h"

#include <stdio.h>
#include <string.h>

static char *
load (const char *file)
{
  char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    g_error ("device-check: cannot read %s", file);
  return text;
}

/* Not as g_file_set_contents does it, which waits for the disk. */
static void
save (const char *file, const char *text)
{
  FILE *out = fopen (file, "w");

  if (out == NULL || fputs (text, out) == EOF || fclose (out) != 0)
    g_error ("device-check: cannot write %s", file);
}

static HvfsVmRead *
read_config (const char *file)
{
  g_autofree char *text = load (file);
  g_autoptr (HvfsReply) parser = hvfs_reply_new (HVFS_REPLY_XML, NULL);
  g_autoptr (HvfsValue) value = NULL;
  GError *error = NULL;

  if (!hvfs_reply_feed (parser, text, strlen (text), &error))
    g_error ("device-check: %s: %s", file, error->message);
  value = hvfs_reply_finish (parser, &error);
  if (value == NULL)
    g_error ("device-check: %s: %s", file, error->message);
  return hvfs_vm_read (value, "vm-1", FALSE, "DC0");
}

static gboolean
do_schema (char **args, guint *ret_n G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  g_autofree char *text = hvfs_vim_schema_print ();

  save (args[1], text);
  return TRUE;
}

static gboolean
do_read (char **args, guint *ret_n G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  g_autoptr (HvfsVmRead) read = read_config (args[1]);
  g_autofree char *xml = hvfs_vm_read_to_xml (read);

  save (args[2], xml);
  return TRUE;
}

static gboolean
do_spec (char **args, guint *ret_n, GError **error)
{
  g_autoptr (HvfsVmRead) read = read_config (args[1]);
  g_autofree char *base_xml = hvfs_vm_read_to_xml (read);
  g_autofree char *wanted_xml = load (args[2]);
  gsize base_len = strlen (base_xml), len = strlen (wanted_xml);
  g_autoptr (HvfsDomain) base = hvfs_domain_xml_read (base_xml, base_len, error);
  g_autoptr (HvfsDomain) wanted
    = base != NULL ? hvfs_domain_xml_read (wanted_xml, len, error) : NULL;
  g_autoptr (HvfsRequest) request = hvfs_request_new ("ReconfigVM_Task", "VirtualMachine", "vm-1");
  HvfsVmChange change = { .have = read, .base = base, .wanted = wanted, .request = request };

  if (wanted == NULL
      || !hvfs_domain_xml_check_known (base_xml, base_len, wanted_xml, len, error)
      || !hvfs_vm_change_write (&change, "spec", NULL, error))
    return FALSE;
  *ret_n = change.n_changes;
  save (args[3], hvfs_request_finish (request, NULL));
  return TRUE;
}

static const struct
{
  const char *word;
  guint args;
  gboolean (*run) (char **args, guint *ret_n, GError **error);
} commands[] = {
  { "schema", 1, do_schema },
  { "read", 2, do_read },
  { "spec", 3, do_spec },
};

static void
run (char **args)
{
  g_autoptr (GError) error = NULL;
  guint i = 0, n = 0;

  while (i < G_N_ELEMENTS (commands)
         && (g_strcmp0 (commands[i].word, args[0]) != 0
             || g_strv_length (args) != commands[i].args + 1))
    i++;
  if (i == G_N_ELEMENTS (commands))
    g_error ("device-check: bad command '%s'", args[0]);
  if (commands[i].run (args, &n, &error))
    printf ("ok %u\n", n);
  else
    printf ("%s %s\n", strerrorname_np (hvfs_error_errno (error)), error->message);
  fflush (stdout);
}

int
main (void)
{
  char line[4096];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) args = g_strsplit (g_strstrip (line), " ", -1);

      run (args);
    }
  return 0;
}
