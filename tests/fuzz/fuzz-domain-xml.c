/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/fuzz/fuzz-domain-xml.c - the reader of domain XML, given anything
 *
 * What it accepts is written as XML, which must be readable and be written the same
 * once more, and as a VMX.  What it refuses has a message of one line.  The same of XML
 * that is taken as another hypervisor's.
 *
 * With clang: tests/fuzz/run domain-xml.  Else it is linked with replay.c and tried on
 * the corpus by make check.
 */
#include <stdint.h>
#include <string.h>

#include "convert/domain-xml/domain-xml-adopt.h"
#include "convert/domain-xml/domain-xml.h"
#include "convert/file/files-offline.h"
#include "convert/vmx/vmx.h"
#include "tests/fuzz/check-error.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
write_vmx (const HvfsDomain *domain)
{
  g_autoptr (HvfsOfflineFiles) offline = hvfs_offline_files_new (HVFS_OFFLINE_DIRECTORY, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *vmx = hvfs_vmx_write (domain, 0, hvfs_offline_files_get (offline), NULL, &error);

  if (vmx == NULL)
    check_error (error);
  else
    g_assert_true (g_str_has_prefix (vmx, ".encoding = \"UTF-8\"\n"));
}

/* Whether all devices are of the kinds that a VMware host has, and no lun is empty: of
 * others the model has no more than the name. */
static gboolean
is_whole (const HvfsDomain *domain)
{
  for (guint i = 0; i < domain->nets->len; i++)
    {
      HvfsNetType type = ((HvfsNet *) domain->nets->pdata[i])->type;

      if (type != HVFS_NET_BRIDGE && type != HVFS_NET_VDS && type != HVFS_NET_NULL)
        return FALSE;
    }
  for (guint i = 0; i < domain->filesystems->len; i++)
    if (((HvfsFilesystem *) domain->filesystems->pdata[i])->type != HVFS_FILESYSTEM_MOUNT)
      return FALSE;
  for (guint i = 0; i < domain->disks->len; i++)
    {
      const HvfsDisk *disk = domain->disks->pdata[i];

      if (disk->type > HVFS_DISK_BLOCK
          || (disk->device == HVFS_DEVICE_LUN && disk->path == NULL))
        return FALSE;
    }
  return TRUE;
}

static char *
write_and_read (const HvfsDomain *domain, HvfsDomain **ret_again)
{
  char *xml = hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE);
  g_autoptr (GError) error = NULL;

  *ret_again = hvfs_domain_xml_read (xml, strlen (xml), &error);
  g_assert_no_error (error);
  return xml;
}

/* The first time disks that did not name their bus may change places. */
static void
write_thrice (const HvfsDomain *domain)
{
  g_autoptr (HvfsDomain) second = NULL, third = NULL;
  g_autofree char *xml = NULL, *xml2 = NULL, *xml3 = NULL;

  if (!is_whole (domain))
    return;
  xml = write_and_read (domain, &second);
  xml2 = write_and_read (second, &third);
  xml3 = hvfs_domain_xml_write (third, HVFS_DOMAIN_XML_SECURE);
  g_assert_cmpstr (xml2, ==, xml3);
}

/* As XML of KVM: what comes of it is a VMware domain, of which nothing more can be said. */
static void
adopt (const char *text, gsize len)
{
  static const HvfsAdoption adoption = { .foreign = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_adopt (text, len, &adoption, &error);

  if (domain == NULL)
    {
      check_error (error);
      return;
    }
  write_thrice (domain);
  write_vmx (domain);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read ((const char *) data, size, &error);

  adopt ((const char *) data, size);
  if (domain == NULL)
    {
      check_error (error);
      return 0;
    }
  if (!hvfs_domain_xml_check_known ((const char *) data, size, (const char *) data, size, &error))
    check_error (error);
  write_thrice (domain);
  write_vmx (domain);
  return 0;
}
