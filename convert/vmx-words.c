/* convert/vmx-words.c - the words of VMX values; see vmx-words.h */
#include "convert/vmx-words.h"

const char *const hvfs_vmx_scsi_words[] = {
  "", "", "buslogic", "lsilogic", "lsisas1068", "pvscsi", NULL
};

const char *const hvfs_vmx_shares_words[] = { "low", "normal", "high", NULL };
const guint hvfs_vmx_shares_per_vcpu[] = { 500, 1000, 2000 };
