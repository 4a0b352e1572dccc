/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-device.h - the server's classes of devices, and what the model calls them
 *
 * Exists so that the reader of configurations and the writer of changes share one
 * table of names.
 */
#pragma once

#include "backend/wire/value.h"
#include "convert/model/domain.h"

typedef enum
{
  HVFS_VIM_HIDDEN,     /* domain XML has no word for it: a comment */
  HVFS_VIM_FIXED,      /* every machine has it: not worth a word */
  HVFS_VIM_SINGLE,     /* there can be one: a key of a VMX says that it is there */
  HVFS_VIM_CONTROLLER,
  HVFS_VIM_DISK,
  HVFS_VIM_CDROM,
  HVFS_VIM_FLOPPY,
  HVFS_VIM_NET,
  HVFS_VIM_SERIAL,
  HVFS_VIM_PARALLEL,
  HVFS_VIM_VIDEO,
  HVFS_VIM_HOSTDEV,
  HVFS_VIM_NVDIMM,
} HvfsVimKind;

typedef struct
{
  const char *type; /* of the server */
  HvfsVimKind kind;
  int word;         /* HvfsControllerType of a controller, HvfsNetModel of an interface,
                     * HvfsHostdevType of a device of the host */
  HvfsBus bus;      /* of a controller: of the disks on it */
  HvfsScsiModel model;
} HvfsVimClass;

/* Returns: (transfer none): never NULL: unknown classes are HVFS_VIM_HIDDEN */
const HvfsVimClass *hvfs_vim_class (const HvfsValue *device);

/* The class of an interface that is a function of a card of the host. */
#define HVFS_VIM_SRIOV "VirtualSriovEthernetCard"
/* The place of a card begins so where the host chooses it. */
#define HVFS_VIM_AUTOMATIC "Automatic-"

/* Returns: (nullable): the class of such a controller or interface; the first row counts */
const char *hvfs_vim_controller_type (HvfsControllerType type, HvfsScsiModel model);
const char *hvfs_vim_net_type (HvfsNetModel model);

/* A device that is there by one key of a VMX. */
typedef struct
{
  const char *key;  /* "usb.present" */
  const char *dev;  /* nullable: the value of KEY-without-present + "virtualDev" */
  const char *type; /* of the server */
  const char *field_key; /* nullable: the key of something that it has beside */
  const char *field;     /* that, of the server */
  const char *backing;   /* nullable: the type of the backing that has the field */
} HvfsVimSingle;

/* Ended by one without a key. */
extern const HvfsVimSingle hvfs_vim_singles[];

#define HVFS_SOUND_DEV_KEY "sound.virtualDev"

/* Returns: (nullable): the device that @domain has by that key, as its extras say */
const HvfsVimSingle *hvfs_vim_single (const HvfsDomain *domain, const char *key);
gboolean hvfs_vim_has_key (const HvfsDomain *domain, const char *key);

/* Returns: (transfer full) (nullable): what @domain says of the field; NULL: the usual */
char *hvfs_vim_single_dup_field (const HvfsDomain *domain, const HvfsVimSingle *single);

/* Returns: (nullable) (transfer none): the first device of the type */
HvfsValue *hvfs_vim_device_of_type (const HvfsValue *config, const char *type);

/* The device of that key in a VirtualMachineConfigInfo.  (nullable) */
HvfsValue *hvfs_vim_device (const HvfsValue *config, gint64 key);
