/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-read-nvdimm.c - memory that keeps what is in it, in a configuration */
#include "backend/vmconfig/vmconfig-read-part.h"

void
hvfs_vm_read_nvdimm (HvfsVmRead *read, HvfsValue *device)
{
  const char *path = hvfs_value_text (device, "backing.fileName");
  gint64 size = hvfs_value_int (device, "capacityInMB", 0);
  HvfsNvdimm *nvdimm;

  if (size < 1 || size > G_MAXINT32)
    {
      hvfs_vm_read_comment (read, device);
      return;
    }
  nvdimm = hvfs_domain_add_nvdimm (read->domain);
  nvdimm->size_mib = size;
  nvdimm->path = path != NULL && *path != '\0' ? g_strdup (path) : NULL;
  hvfs_vm_read_keep (read, nvdimm, device);
}
