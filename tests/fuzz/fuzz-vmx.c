/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-vmx.c - the reader of VMX files, given anything
 *
 * What it accepts is written as XML and as a VMX; that VMX must be readable, and be
 * written the same once more.  What it refuses has a message of one line.
 *
 * With clang: tests/fuzz/run vmx.  Else it is linked with replay.c and tried on the
 * corpus by make check.
 */
#include <stdint.h>
#include <string.h>

#include "convert/domain-xml/domain-xml.h"
#include "convert/file/files-offline.h"
#include "convert/vmx/vmx.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whether what is written means the same: as in libvirt the port group is escaped anew
 * each time, and hosts in brackets lose them. */
static gboolean
is_stable (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->serials->len; i++)
    {
      const HvfsPort *port = domain->serials->pdata[i];

      if (port->host != NULL && strspn (port->host, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS ".-")
                                  < strlen (port->host))
        return FALSE;
    }
  for (guint i = 0; i < domain->nets->len; i++)
    {
      const HvfsNet *net = domain->nets->pdata[i];

      for (const char *p = net->portgroup_id; p != NULL && *p != '\0'; p++)
        if (strchr ("&<>\"'", *p) != NULL || (guchar) *p < ' ')
          return FALSE;
    }
  return TRUE;
}

static void
write_twice (const HvfsDomain *domain, const HvfsFiles *files)
{
  g_autoptr (HvfsDomain) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *vmx = hvfs_vmx_write (domain, 0, files, NULL, &error);
  g_autofree char *second = NULL;

  if (vmx == NULL)
    {
      check_error (error);
      return;
    }
  again = hvfs_vmx_read (vmx, strlen (vmx), files, &error);
  g_assert_no_error (error);
  if (!is_stable (domain))
    return;
  second = hvfs_vmx_write (again, 0, files, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (vmx, ==, second);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (HvfsOfflineFiles) offline = hvfs_offline_files_new (HVFS_OFFLINE_DIRECTORY, NULL, NULL);
  const HvfsFiles *files = hvfs_offline_files_get (offline);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read ((const char *) data, size, files, &error);
  g_autofree char *xml = NULL;

  if (domain == NULL)
    {
      check_error (error);
      return 0;
    }
  xml = hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE);
  g_assert_true (g_str_has_suffix (xml, "</domain>\n"));
  write_twice (domain, files);
  return 0;
}
