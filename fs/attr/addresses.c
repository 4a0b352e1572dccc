/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fs/attr/addresses.c - the addresses that VMware tools report; see addresses.h */
#include "fs/attr/addresses.h"

#include <string.h>

/* A server before 4.0 has them in the NIC itself, without prefixes. */
static void
foreach_of_nic (const HvfsValue *nic, HvfsAddressFunc func, gpointer data)
{
  const char *mac = hvfs_value_text (nic, "macAddress");
  HvfsValue *config = hvfs_value_get (nic, "ipConfig");
  const HvfsValue *parent = config != NULL ? config : nic;

  if (mac == NULL || *mac == '\0')
    mac = "-";
  for (guint i = 0; i < hvfs_value_n_children (parent); i++)
    {
      HvfsValue *address = hvfs_value_nth (parent, i);
      const char *ip = hvfs_value_text (address, config != NULL ? "ipAddress" : NULL);

      if (strcmp (hvfs_value_name (address), "ipAddress") == 0 && ip != NULL)
        func (mac, ip, config != NULL ? hvfs_value_int (address, "prefixLength", 0) : -1, data);
    }
}

void
hvfs_addresses_foreach (const HvfsObject *vm, HvfsAddressFunc func, gpointer data)
{
  HvfsValue *nics = hvfs_object_get (vm, HVFS_VM_GUEST_NET);

  for (guint i = 0; i < hvfs_value_n_children (nics); i++)
    foreach_of_nic (hvfs_value_nth (nics, i), func, data);
}
