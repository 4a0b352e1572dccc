/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/domain-words.c - the words of domain XML for the model's enumerations
 *
 * Index for index the values in domain.h; one table serves reader and writer.
 */
#include "convert/model/domain.h"

const char *const hvfs_arch_words[] = {
  "i686", "x86_64", "aarch64", "alpha", "armv6l", "armv7b", "armv7l", "cris", "itanium",
  "lm32", "loongarch64", "m68k", "microblaze", "microblazeel", "mips", "mips64",
  "mips64el", "mipsel", "openrisc", "parisc", "parisc64", "ppc", "ppc64", "ppc64le",
  "ppcemb", "ppcle", "riscv32", "riscv64", "s390", "s390x", "sh4", "sh4eb", "sparc",
  "sparc64", "unicore32", "xtensa", "xtensaeb", NULL
};

const char *const hvfs_firmware_words[] = { "none", "bios", "efi", NULL };

const char *const hvfs_smbios_words[] = { "none", "emulate", "host", "sysinfo", NULL };

const char *const hvfs_cpu_mode_words[] = {
  "custom", "host-model", "host-passthrough", "maximum", NULL
};

const char *const hvfs_bus_words[] = {
  "none", "ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme", NULL
};

const char *const hvfs_disk_type_words[] = {
  "none", "file", "block", "dir", "network", "volume", "nvme", "vhostuser", "vhostvdpa", NULL
};

const char *const hvfs_disk_device_words[] = { "disk", "cdrom", "floppy", "lun", NULL };

const char *const hvfs_disk_cache_words[] = {
  "default", "none", "writethrough", "writeback", "directsync", "unsafe", NULL
};

const char *const hvfs_startup_policy_words[] = {
  "default", "mandatory", "requisite", "optional", NULL
};

const char *const hvfs_controller_type_words[] = {
  "ide", "fdc", "scsi", "sata", "virtio-serial", "ccid", "usb", "pci", "xenbus", "isa",
  "nvme", NULL
};

const char *const hvfs_scsi_model_words[] = {
  "default", "auto", "buslogic", "lsilogic", "lsisas1068", "vmpvscsi", "ibmvscsi",
  "virtio-scsi", "lsisas1078", "virtio-transitional", "virtio-non-transitional",
  "ncr53c90", "dc390", "am53c974", NULL
};

const char *const hvfs_filesystem_type_words[] = {
  "mount", "block", "file", "template", "ram", "bind", "volume", NULL
};

const char *const hvfs_net_type_words[] = {
  "user", "ethernet", "vhostuser", "server", "client", "mcast", "network", "bridge",
  "internal", "direct", "hostdev", "udp", "vdpa", "null", "vds", NULL
};

const char *const hvfs_net_model_words[] = {
  "unknown", "vlance", "vmxnet", "vmxnet2", "vmxnet3", "e1000", "e1000e", "netfront",
  "rtl8139", "virtio", "virtio-transitional", "virtio-non-transitional", "usb-net",
  "spapr-vlan", "lan9118", "scm91c111", "Am79C970A", "Am79C973", "82540EM", "82545EM",
  "82543GC", "igb", NULL
};

const char *const hvfs_mac_type_words[] = { "default", "generated", "static", NULL };

const char *const hvfs_switch_words[] = { "default", "yes", "no", NULL };

const char *const hvfs_port_type_words[] = {
  "null", "vc", "pty", "dev", "file", "pipe", "stdio", "udp", "tcp", "unix", "spicevmc",
  "spiceport", "nmdm", "qemu-vdagent", "dbus", NULL
};

const char *const hvfs_protocol_words[] = { "raw", "telnet", "telnets", "tls", NULL };

const char *const hvfs_hostdev_type_words[] = { "usb", "pci", "scsi", NULL };

const char *const hvfs_graphics_type_words[] = {
  "sdl", "vnc", "rdp", "desktop", "spice", "egl-headless", "dbus", NULL
};

const char *const hvfs_video_type_words[] = {
  "default", "vmvga", "vga", "cirrus", "xen", "vbox", "qxl", "parallels", "virtio", "gop",
  "none", "bochs", "ramfb", NULL
};
