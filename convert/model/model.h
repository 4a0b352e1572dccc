/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/model.h - a domain's configuration: the model between all its text forms
 *
 * Exists so that VMX text, domain XML and the vim types of the server meet in one
 * place: whoever reads makes an HvfsDomain, whoever writes is given one.  What is in
 * here is what domain XML of the type 'vmware' can say, and a little more that a VMX
 * and a server know and an edit must not lose.
 *
 * The fields are public: readers fill them, writers read them.  A model has no lock
 * and belongs to one thread, until it is shared read-only.  All text is owned by the
 * structure that points at it, in UTF-8 as far as its source was; NULL means "not
 * said".  Quantities are in the unit of their names.
 */
#pragma once

#include <glib.h>

#define HVFS_UUID_BYTES 16
#define HVFS_MAC_BYTES 6
/* Thousands of bytes in a million bits. */
#define HVFS_KB_PER_MBIT 125
/* A guest CPU can be pinned to host CPUs below this number. */
#define HVFS_CPUS_LIMIT 16384
/* The shares of an interface of which nothing is said: the level "normal". */
#define HVFS_NET_SHARES 50
#define HVFS_NET_SHARES_MAX 100
/* The memory of a display adapter of which nothing else is said. */
#define HVFS_VRAM_KIB 4096
/* The most memory of a display adapter that the model holds. */
#define HVFS_VRAM_MAX_KIB (1u << 31)

/* Every enumeration below has its words of domain XML in hvfs_NAME_words, index for
 * index, NULL-terminated (domain.c).  The values that only libvirt's other hypervisors
 * have are there to be refused by name. */

typedef enum
{
  HVFS_ARCH_I686,
  HVFS_ARCH_X86_64,
  HVFS_ARCH_AARCH64, /* of VMX files of Fusion and of ESXi on ARM; libvirt takes it for x86_64 */
  /* more follow, none of which a VMware host runs */
} HvfsArch;
extern const char *const hvfs_arch_words[];

typedef enum
{
  HVFS_FIRMWARE_NONE, /* not said */
  HVFS_FIRMWARE_BIOS,
  HVFS_FIRMWARE_EFI,
} HvfsFirmware;
extern const char *const hvfs_firmware_words[];

typedef enum
{
  HVFS_SMBIOS_NONE,
  HVFS_SMBIOS_EMULATE,
  HVFS_SMBIOS_HOST,
  HVFS_SMBIOS_SYSINFO,
} HvfsSmbios;
extern const char *const hvfs_smbios_words[];

typedef enum
{
  HVFS_CPU_CUSTOM,
  HVFS_CPU_HOST_MODEL,
  HVFS_CPU_HOST_PASSTHROUGH,
  HVFS_CPU_MAXIMUM,
} HvfsCpuMode;
extern const char *const hvfs_cpu_mode_words[];

typedef enum
{
  HVFS_BUS_NONE, /* "none": as good as not said */
  HVFS_BUS_IDE,
  HVFS_BUS_FDC,
  HVFS_BUS_SCSI,
  HVFS_BUS_VIRTIO,
  HVFS_BUS_XEN,
  HVFS_BUS_USB,
  HVFS_BUS_UML,
  HVFS_BUS_SATA,
  HVFS_BUS_SD,
  HVFS_BUS_NVME,
} HvfsBus;
extern const char *const hvfs_bus_words[];

typedef enum
{
  HVFS_DISK_NONE,
  HVFS_DISK_FILE,
  HVFS_DISK_BLOCK,
  HVFS_DISK_DIR,
  HVFS_DISK_NETWORK,
  HVFS_DISK_VOLUME,
  HVFS_DISK_NVME,
  HVFS_DISK_VHOSTUSER,
  HVFS_DISK_VHOSTVDPA,
} HvfsDiskType;
extern const char *const hvfs_disk_type_words[];

typedef enum
{
  HVFS_DEVICE_DISK,
  HVFS_DEVICE_CDROM,
  HVFS_DEVICE_FLOPPY,
  HVFS_DEVICE_LUN,
} HvfsDiskDevice;
extern const char *const hvfs_disk_device_words[];

typedef enum
{
  HVFS_CACHE_DEFAULT,
  HVFS_CACHE_NONE,
  HVFS_CACHE_WRITETHROUGH,
  HVFS_CACHE_WRITEBACK,
  HVFS_CACHE_DIRECTSYNC,
  HVFS_CACHE_UNSAFE,
} HvfsDiskCache;
extern const char *const hvfs_disk_cache_words[];

typedef enum
{
  HVFS_STARTUP_DEFAULT,
  HVFS_STARTUP_MANDATORY,
  HVFS_STARTUP_REQUISITE,
  HVFS_STARTUP_OPTIONAL,
} HvfsStartupPolicy;
extern const char *const hvfs_startup_policy_words[];

/* A place on a bus, as <address type='drive'/> has it; the target is always 0. */
typedef struct
{
  gboolean known;
  guint controller;
  guint bus;
  guint target;
  guint unit;
} HvfsDrive;

typedef struct
{
  guint line; /* where it stands in the XML that it was read from, for messages; 0: nowhere.
               * So of all devices below. */
  HvfsDiskType type;
  HvfsDiskDevice device;
  HvfsBus bus;
  char *path;   /* nullable: empty drive; "[datastore] path", host path or device */
  char *target; /* "sda" */
  char *driver; /* nullable: <driver name=''/>, a SCSI model in old XML; never written */
  HvfsDiskCache cache;
  HvfsStartupPolicy startup;
  gboolean readonly;
  gboolean transient;
  gboolean independent; /* persistent, and in no snapshot: snapshot='no' */
  gboolean shareable;   /* several machines write to it at once */
  guint64 iops;         /* at most so many operations a second; 0: any number */
  guint64 capacity_kib; /* of a file that is to be made; 0: not said; never written */
  guint boot; /* its place in the boot order, from 1; 0: none; a VMX has none */
  HvfsDrive drive;
} HvfsDisk;

typedef enum
{
  HVFS_CONTROLLER_IDE,
  HVFS_CONTROLLER_FDC,
  HVFS_CONTROLLER_SCSI,
  HVFS_CONTROLLER_SATA,
  HVFS_CONTROLLER_VIRTIO_SERIAL,
  HVFS_CONTROLLER_CCID,
  HVFS_CONTROLLER_USB,
  HVFS_CONTROLLER_PCI,
  HVFS_CONTROLLER_XENBUS,
  HVFS_CONTROLLER_ISA,
  HVFS_CONTROLLER_NVME,
} HvfsControllerType;
extern const char *const hvfs_controller_type_words[];

typedef enum
{
  HVFS_SCSI_NONE, /* not said */
  HVFS_SCSI_AUTO,
  HVFS_SCSI_BUSLOGIC,
  HVFS_SCSI_LSILOGIC,
  HVFS_SCSI_LSISAS1068,
  HVFS_SCSI_VMPVSCSI,
  HVFS_SCSI_IBMVSCSI,
  HVFS_SCSI_VIRTIO_SCSI,
  HVFS_SCSI_LSISAS1078,
  HVFS_SCSI_VIRTIO_TRANSITIONAL,
  HVFS_SCSI_VIRTIO_NON_TRANSITIONAL,
  HVFS_SCSI_NCR53C90,
  HVFS_SCSI_DC390,
  HVFS_SCSI_AM53C974,
} HvfsScsiModel;
extern const char *const hvfs_scsi_model_words[];

typedef struct
{
  guint line;
  HvfsControllerType type;
  guint index;
  HvfsScsiModel model; /* of SCSI controllers */
} HvfsController;

typedef enum
{
  HVFS_FILESYSTEM_MOUNT,
  HVFS_FILESYSTEM_BLOCK,
  HVFS_FILESYSTEM_FILE,
  HVFS_FILESYSTEM_TEMPLATE,
  HVFS_FILESYSTEM_RAM,
  HVFS_FILESYSTEM_BIND,
  HVFS_FILESYSTEM_VOLUME,
} HvfsFilesystemType;
extern const char *const hvfs_filesystem_type_words[];

/* A shared folder. */
typedef struct
{
  guint line;
  guint number; /* of sharedFolderN in a VMX; domain XML cannot say it */
  HvfsFilesystemType type;
  char *source; /* path on the host */
  char *target; /* name in the guest */
  gboolean readonly;
} HvfsFilesystem;

typedef enum
{
  HVFS_HOSTDEV_USB,
  HVFS_HOSTDEV_PCI,
  HVFS_HOSTDEV_SCSI,
  HVFS_N_HOSTDEV_TYPES,
} HvfsHostdevType;
extern const char *const hvfs_hostdev_type_words[];

/* The name of a SCSI device that the host chooses. */
#define HVFS_HOSTDEV_ANY "auto detect"

/* A device of the host that the machine has for itself. */
typedef struct
{
  guint line;
  guint number; /* of usb.autoConnect.deviceN or pciPassthruN in a VMX; domain XML cannot say it;
                 * of SCSI: its place among these */
  HvfsHostdevType type;
  guint vendor, product; /* USB */
  char *name; /* nullable: USB: a pattern of another kind, such as "path:1/3/0", in their place;
               * SCSI: what the host calls it, or HVFS_HOSTDEV_ANY */
  guint domain, bus, slot, function; /* PCI: its place in the host */
  HvfsDrive drive; /* SCSI: its place in the machine */
} HvfsHostdev;

typedef enum
{
  HVFS_NET_USER,
  HVFS_NET_ETHERNET,
  HVFS_NET_VHOSTUSER,
  HVFS_NET_SERVER,
  HVFS_NET_CLIENT,
  HVFS_NET_MCAST,
  HVFS_NET_NETWORK,
  HVFS_NET_BRIDGE,
  HVFS_NET_INTERNAL,
  HVFS_NET_DIRECT,
  HVFS_NET_HOSTDEV,
  HVFS_NET_UDP,
  HVFS_NET_VDPA,
  HVFS_NET_NULL,
  HVFS_NET_VDS,
} HvfsNetType;
extern const char *const hvfs_net_type_words[];

typedef enum
{
  HVFS_NET_MODEL_UNKNOWN, /* "unknown": not said */
  HVFS_NET_MODEL_VLANCE,
  HVFS_NET_MODEL_VMXNET,
  HVFS_NET_MODEL_VMXNET2,
  HVFS_NET_MODEL_VMXNET3,
  HVFS_NET_MODEL_E1000,
  HVFS_NET_MODEL_E1000E,
  HVFS_NET_MODEL_OTHER, /* and on: what a VMware host does not have */
} HvfsNetModel;
extern const char *const hvfs_net_model_words[];

typedef enum
{
  HVFS_MAC_DEFAULT, /* not said */
  HVFS_MAC_GENERATED,
  HVFS_MAC_STATIC,
} HvfsMacType;
extern const char *const hvfs_mac_type_words[];

typedef enum
{
  HVFS_SWITCH_DEFAULT, /* not said */
  HVFS_SWITCH_YES,
  HVFS_SWITCH_NO,
} HvfsSwitch;
extern const char *const hvfs_switch_words[];

typedef struct
{
  guint line;
  guint number; /* of ethernetN in a VMX; domain XML cannot say it */
  HvfsNetType type;
  guint8 mac[HVFS_MAC_BYTES]; /* all zero: none, or not said */
  HvfsMacType mac_type;
  HvfsSwitch mac_check;
  HvfsNetModel model;
  char *bridge; /* HVFS_NET_BRIDGE, and HVFS_NET_NETWORK or NULL: the network's name */
  char *dev;    /* nullable: HVFS_NET_BRIDGE: the host's device, <target dev=''/> */
  guint8 switch_id[HVFS_UUID_BYTES]; /* HVFS_NET_VDS, as the next three */
  gint64 port_id;
  char *portgroup_id; /* nullable */
  gint64 connection_id;
  char *opaque_id, *opaque_type; /* HVFS_NET_NULL: the opaque network that it is on; or NULL both */
  guint64 limit_mbit; /* what it sends in a second at most; 0: any number */
  guint64 reservation_mbit; /* what it can send in a second in any case */
  guint shares;             /* what counts when there is not enough for all */
  guint boot; /* as a disk's */
  gboolean sriov;    /* a function of a card of the host; type is that of the network it is on */
  HvfsHostdev *card; /* nullable: HVFS_HOSTDEV_PCI: that card; NULL: the host chooses one */
} HvfsNet;

typedef enum
{
  HVFS_PORT_NULL,
  HVFS_PORT_VC,
  HVFS_PORT_PTY,
  HVFS_PORT_DEV,
  HVFS_PORT_FILE,
  HVFS_PORT_PIPE,
  HVFS_PORT_STDIO,
  HVFS_PORT_UDP,
  HVFS_PORT_TCP,
  HVFS_PORT_UNIX,
  HVFS_PORT_SPICEVMC,
  HVFS_PORT_SPICEPORT,
  HVFS_PORT_NMDM,
  HVFS_PORT_QEMU_VDAGENT,
  HVFS_PORT_DBUS,
} HvfsPortType;
extern const char *const hvfs_port_type_words[];

typedef enum
{
  HVFS_PROTOCOL_RAW,
  HVFS_PROTOCOL_TELNET,
  HVFS_PROTOCOL_TELNETS,
  HVFS_PROTOCOL_TLS,
} HvfsProtocol;
extern const char *const hvfs_protocol_words[];

/* A serial or parallel port and what is at its other end. */
typedef struct
{
  guint line;
  HvfsPortType type;
  guint port;
  char *path; /* nullable: DEV, FILE and PIPE */
  gboolean listen; /* TCP, as all below: bind, not connect */
  char *host;
  char *service;
  HvfsProtocol protocol;
  char *uri;   /* nullable: where it leads, if not to a host and a service, which are empty then:
                * the name of a port on a concentrator */
  char *proxy; /* nullable: the URI of the concentrator that it is reached by */
} HvfsPort;

typedef enum
{
  HVFS_GRAPHICS_SDL,
  HVFS_GRAPHICS_VNC,
  HVFS_GRAPHICS_RDP,
  HVFS_GRAPHICS_DESKTOP,
  HVFS_GRAPHICS_SPICE,
  HVFS_GRAPHICS_EGL_HEADLESS,
  HVFS_GRAPHICS_DBUS,
} HvfsGraphicsType;
extern const char *const hvfs_graphics_type_words[];

typedef struct
{
  guint line;
  HvfsGraphicsType type;
  gboolean autoport;
  int port; /* when autoport is not set; 0: not said */
  char *listen;
  char *keymap;
  char *password; /* secret */
} HvfsGraphics;

typedef enum
{
  HVFS_VIDEO_DEFAULT,
  HVFS_VIDEO_VMVGA,
  HVFS_VIDEO_OTHER, /* and on: what a VMware host does not have */
} HvfsVideoType;
extern const char *const hvfs_video_type_words[];

typedef struct
{
  guint line;
  HvfsVideoType type;
  guint vram_kib; /* a power of two */
  guint heads;
  HvfsSwitch accel3d;
} HvfsVideo;

/* Memory that keeps what is in it: a file on persistent memory of the host. */
typedef struct
{
  guint line;
  char *path; /* nullable: the host chooses where it makes it */
  guint64 size_mib;
} HvfsNvdimm;

typedef struct
{
  guint sockets;
  guint dies;
  guint clusters;
  guint cores;
  guint threads;
} HvfsTopology;

/* A VMX key that the model has no field for, or that says nothing there: a default, or
 * what only counts with another value of another key. */
typedef struct
{
  guint line; /* in the VMX; 0: it comes from elsewhere */
  char *key;
  char *value;
} HvfsExtra;

typedef struct _HvfsDomain
{
  int id; /* -1: not running */
  char *name;
  guint8 uuid[HVFS_UUID_BYTES];
  guint8 hw_uuid[HVFS_UUID_BYTES]; /* uuid.bios, where uuid may be vc.uuid; zeros: uuid is uuid.bios */
  gboolean has_uuid; /* the XML that it was read from says one */
  guint8 genid[HVFS_UUID_BYTES]; /* all zero: none */
  char *description;

  guint64 memory_kib;
  guint64 current_memory_kib;
  guint64 min_guarantee_kib; /* 0: none */
  guint vcpus;
  guint current_vcpus;
  GArray *cpuset; /* nullable: of guint, ascending, no number twice */
  gboolean has_shares;
  guint64 shares;

  HvfsArch arch;
  char *guest_os; /* nullable: VMware's name of it, "rhel5"; domain XML cannot say it */
  HvfsFirmware firmware;
  gboolean secure_boot;
  HvfsSmbios smbios;
  gboolean has_cpu;
  HvfsCpuMode cpu_mode;
  gboolean has_topology;
  HvfsTopology topology;
  guint hw_version; /* virtualHW.version; 0: not said; domain XML cannot say it */

  GPtrArray *disks;       /* of HvfsDisk, in the order of output, as all below */
  GPtrArray *controllers; /* of HvfsController */
  GPtrArray *filesystems; /* of HvfsFilesystem */
  GPtrArray *nets;        /* of HvfsNet */
  GPtrArray *serials;     /* of HvfsPort */
  GPtrArray *parallels;   /* of HvfsPort */
  GPtrArray *graphics;    /* of HvfsGraphics */
  GPtrArray *videos;      /* of HvfsVideo */
  GPtrArray *hostdevs;    /* of HvfsHostdev */
  GPtrArray *nvdimms;     /* of HvfsNvdimm */

  char *datacenter_path; /* nullable: "folder1/dc1" */
  char *moref;           /* nullable: "vm-42" */

  GPtrArray *extras; /* of HvfsExtra, in the order of their source; no key twice */

  guint vcpu_line; /* of <vcpu>, <cpu> and <smbios> in the XML, as the devices' lines */
  guint cpu_line;
  guint smbios_line;
  GPtrArray *notes; /* of HvfsNote: what its reader has left out */
} HvfsDomain;
