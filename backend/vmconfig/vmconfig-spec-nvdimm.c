/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-spec-nvdimm.c - memory that keeps what is in it, when it differs
 *
 * One is known by its file.  A file that the text does not name, the host makes.
 */
#include "backend/vmconfig/vmconfig-spec-part.h"

#include "backend/vmconfig/vmconfig-device.h"
#include "backend/vmconfig/vmconfig-value.h"

#define CONTROLLER "VirtualNVDIMMController"

/* Which of @base is @nvdimm and nobody's yet; -1: none.  Takes it. */
static int
match (const GPtrArray *base, const HvfsNvdimm *nvdimm, gboolean any, gboolean *used)
{
  for (guint i = 0; i < base->len; i++)
    if (!used[i]
        && (any || g_strcmp0 (((const HvfsNvdimm *) base->pdata[i])->path, nvdimm->path) == 0))
      {
        used[i] = TRUE;
        return i;
      }
  return -1;
}

static HvfsValue *
device_of (const HvfsVmChange *change, int n)
{
  return change->have != NULL && n >= 0
           ? hvfs_vm_change_device (change, change->have->domain->nvdimms->pdata[n])
           : NULL;
}

/* The key of the controller of all of them, which is added before the first.  @key: (inout): 0:
 * not known yet */
static gint64
controller_key (HvfsVmChange *change, gint64 *key)
{
  const HvfsValue *have
    = change->have != NULL ? hvfs_vim_device_of_type (change->have->config, CONTROLLER) : NULL;
  HvfsValue *device;

  if (*key == 0 && have != NULL)
    *key = hvfs_value_int (have, "key", 0);
  if (*key != 0)
    return *key;
  device = hvfs_vm_change_new_device (change, CONTROLLER, FALSE, FALSE);
  hvfs_vm_value_set_int (&device, "busNumber", 0);
  *key = hvfs_vm_change_add (change, device, NULL);
  return *key;
}

static void
add (HvfsVmChange *change, const HvfsNvdimm *nvdimm, gint64 *controller)
{
  gint64 parent = controller_key (change, controller);
  HvfsValue *device = hvfs_vm_change_new_device (change, "VirtualNVDIMM", FALSE, FALSE);
  HvfsValue *backing = hvfs_vm_value_new ("backing", "VirtualNVDIMMBackingInfo");

  hvfs_vm_value_set (&backing, "fileName", nvdimm->path != NULL ? nvdimm->path : "");
  hvfs_vm_value_put (&device, backing);
  hvfs_vm_value_set_int (&device, "controllerKey", parent);
  hvfs_vm_value_set_int (&device, "capacityInMB", nvdimm->size_mib);
  hvfs_vm_change_add (change, device, nvdimm->path == NULL ? "create" : NULL);
}

static gboolean
edit (HvfsVmChange *change, HvfsValue *device, const HvfsNvdimm *base, const HvfsNvdimm *wanted,
      GError **error)
{
  if (base->size_mib == wanted->size_mib)
    return TRUE;
  if (wanted->size_mib < base->size_mib)
    return hvfs_vm_change_bad (error, EINVAL,
                               "line %u: <memory model='nvdimm'>: it cannot be made smaller: it "
                               "has %" G_GUINT64_FORMAT " MiB",
                               wanted->line, base->size_mib);
  if (device == NULL)
    return TRUE;
  device = hvfs_value_ref (device);
  hvfs_vm_value_set_int (&device, "capacityInMB", wanted->size_mib);
  hvfs_vm_change_edit (change, device);
  return TRUE;
}

gboolean
hvfs_vm_change_nvdimms (HvfsVmChange *change, GError **error)
{
  const GPtrArray *base = change->base->nvdimms, *wanted = change->wanted->nvdimms;
  g_autofree gboolean *used = g_new0 (gboolean, base->len + 1);
  g_autofree int *matches = g_new (int, wanted->len + 1);
  gint64 controller = 0;

  for (guint w = 0; w < wanted->len; w++)
    matches[w] = match (base, wanted->pdata[w], FALSE, used);
  /* A file that the text leaves out is the one that there is: a buffer that added one is saved
   * again, and does not know what the host has made. */
  for (guint w = 0; w < wanted->len; w++)
    if (matches[w] < 0 && ((const HvfsNvdimm *) wanted->pdata[w])->path == NULL)
      matches[w] = match (base, wanted->pdata[w], TRUE, used);
  for (guint b = 0; b < base->len; b++)
    if (!used[b] && device_of (change, b) != NULL)
      hvfs_vm_change_remove (change, device_of (change, b));
  for (guint w = 0; w < wanted->len; w++)
    {
      if (matches[w] < 0)
        add (change, wanted->pdata[w], &controller);
      else if (!edit (change, device_of (change, matches[w]), base->pdata[matches[w]],
                      wanted->pdata[w], error))
        return FALSE;
    }
  return TRUE;
}
