/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-vmx-edit.c - a VMX stays as it is when it becomes a VMX
 *
 * Rows are whole files.  A row's output is the input, but for what the row says.
 */
#include "convert/model/notes.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-cases.h"

#include <string.h>

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"16\"\n"

static char *
edit (const char *input, guint hw_version, GError **error)
{
  g_autoptr (GPtrArray) notes = hvfs_notes_new ();

  return hvfs_vmx_edit (input, strlen (input), hw_version, notes, error);
}

/* Files of which every byte stays. */
static const struct
{
  const char *name;
  const char *text;
} kept[] = {
  { "order", "memsize = \"64\"\n" HEAD "x.y = \"1\"\ndisplayName = \"a\"\n" },
  { "comments", "#!/usr/bin/vmware\n" HEAD "# a\nmemsize = \"64\" # b\n\n// c\n; d\n" },
  { "spelling", "CONFIG.VERSION=8\nvirtualhw.version =\"7\"\nMemSize\t=\t64\ndisplayName = 'a'\n" },
  { "line-ends", "config.version = \"8\"\r\nvirtualHW.version = \"16\"\r\n\r\nmemsize = \"64\"" },
  { "semicolons", "config.version = \"8\";virtualHW.version = \"4\" ; memsize = \"64\"\n" },
  { "twice", HEAD "displayName = \"a\"\ndisplayName = \"b\"\n" },
  { "no-assignment", HEAD "what is this\ndisplayName = \"a\n" },
  { "lines", HEAD "displayName = \"\"\"a\nb\"\"\"\n" },
  { "utf-8", ".encoding = \"UTF-8\"\n" HEAD "displayName = \"\xc3\xbc\"\n" },
  { "no-encoding", HEAD "displayName = \"\xc3\xbc\"\n" },
  { "no-name-no-mac", HEAD "ethernet0.present = \"TRUE\"\nethernet0.connectionType = \"nat\"\n"
                           "ethernet0.addressType = \"generated\"\n" },
  { "hostonly", HEAD "ethernet0.present = \"TRUE\"\nethernet0.connectionType = \"hostonly\"\n" },
  { "cdrom-raw", HEAD "ide1:0.present = \"TRUE\"\nide1:0.deviceType = \"cdrom-raw\"\n" },
  { "sata", HEAD "sata0.present = \"TRUE\"\nsata0:1.present = \"TRUE\"\n"
                 "sata0:1.deviceType = \"cdrom-raw\"\nsata0:1.fileName = \"auto detect\"\n" },
  { "null-serial", HEAD "serial0.present = \"TRUE\"\nserial0.fileType = \"network\"\n" },
  { "thinprint", HEAD "serial0.present = \"TRUE\"\nserial0.fileType = \"thinprint\"\n" },
  { "windows-paths", HEAD "ide0:0.present = \"TRUE\"\nide0:0.fileName = \"D:\\a b\\c.vmdk\"\n"
                          "ide1:0.present = \"TRUE\"\nide1:0.fileName = \"\\\\srv\\x\\c.iso\"\n" },
  { "no-datastore", HEAD "ide0:0.present = \"TRUE\"\nide0:0.fileName = \"/vmfs/volumes/x/c.vmdk\"\n" },
  { "eleven-nics", HEAD "ethernet12.present = \"TRUE\"\n" },
  { "cores", HEAD "numvcpus = \"6\"\ncpuid.coresPerSocket = \"4\"\n" },
  { "quotes", HEAD "RemoteDisplay.vnc.enabled = \"TRUE\"\nRemoteDisplay.vnc.password = 'a\"b'\n" },
};

static void
test_kept (gconstpointer data)
{
  const char *text = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *edited = edit (text, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (edited, ==, text);
}

static char *
edit_plain (const char *input, GError **error)
{
  return edit (input, 0, error);
}

static char *
edit_version (const char *input, GError **error)
{
  return edit (input, 10, error);
}

static const ConvertCase changed[] = {
  GIVES ("encoding",
         "a = \"1\"\n.Encoding = \"windows-1252\" # x\n" HEAD "displayName = \"\xfc\"\n",
         "a = \"1\"\n.Encoding = \"UTF-8\" # x\n" HEAD "displayName = \"\xc3\xbc\"\n"),
  GIVES ("korean", ".encoding=windows-949-2000\r\n" HEAD "displayName = \"\xc7\xd1\"\n",
         ".encoding=UTF-8\r\n" HEAD "displayName = \"\xed\x95\x9c\"\n"),
  GIVES ("no-encoding", "#!/usr/bin/vmware\n" HEAD "displayName = \"\xfc\"\n",
         "#!/usr/bin/vmware\n.encoding = \"UTF-8\"\n" HEAD "displayName = \"\xc3\xbc\"\n"),
  GIVES ("bom", "\xef\xbb\xbf" HEAD "displayName = \"\xc3\xbc\"\n",
         ".encoding = \"UTF-8\"\n" HEAD "displayName = \"\xc3\xbc\"\n"),
  REFUSED ("value", HEAD "memsize = \"1023\"\n", "line 3: memsize = \"1023\": must be a multiple"),
  REFUSED ("encrypted", "encryption.data = \"x\"\n", "line 1: encryption.data = \"x\": the machine"),
  REFUSED ("no-version", "memsize = \"64\"\n", "config.version is missing"),
  CASES_END
};

static const ConvertCase versions[] = {
  GIVES ("quoted", HEAD "x = \"1\"\n", "config.version = \"8\"\nvirtualHW.version = \"10\"\nx = \"1\"\n"),
  GIVES ("bare", "virtualHW.version=4\r\nconfig.version=8\r\n", "virtualHW.version=10\r\nconfig.version=8\r\n"),
  GIVES ("first", HEAD "virtualHW.version = \"7\"\n",
         "config.version = \"8\"\nvirtualHW.version = \"10\"\nvirtualHW.version = \"7\"\n"),
  CASES_END
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *path = g_strdup_printf ("/vmx-edit/kept/%s", kept[i].name);

      g_test_add_data_func (path, kept[i].text, test_kept);
    }
  add_cases ("/vmx-edit/changed", changed, edit_plain);
  add_cases ("/vmx-edit/versions", versions, edit_version);
  return g_test_run ();
}
