/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/model/domain.h - domains are made, filled and freed; model.h says what they hold
 *
 * A model has no lock: all of these run in the thread that it belongs to.
 */
#pragma once

#include "convert/model/model.h"

/**
 * hvfs_domain_new:
 *
 * Returns: (transfer full): a domain with a CPU and nothing else, powered off
 */
HvfsDomain *hvfs_domain_new (void);
void hvfs_domain_free (HvfsDomain *domain); /* NULL and half-filled ones are fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsDomain, hvfs_domain_free)

/* Add an empty device at the end of its list, which owns it; its number is its place. */
HvfsFilesystem *hvfs_domain_add_filesystem (HvfsDomain *domain);
HvfsNet *hvfs_domain_add_net (HvfsDomain *domain);
HvfsPort *hvfs_domain_add_serial (HvfsDomain *domain);
HvfsPort *hvfs_domain_add_parallel (HvfsDomain *domain);
HvfsGraphics *hvfs_domain_add_graphics (HvfsDomain *domain);
HvfsVideo *hvfs_domain_add_video (HvfsDomain *domain); /* vmvga with 4 MiB */
HvfsHostdev *hvfs_domain_add_hostdev (HvfsDomain *domain);
HvfsNvdimm *hvfs_domain_add_nvdimm (HvfsDomain *domain);
HvfsDisk *hvfs_domain_add_disk (HvfsDomain *domain);
HvfsExtra *hvfs_domain_add_extra (HvfsDomain *domain, const char *key, const char *value);

/* Returns: (nullable) (transfer none): the extra of that key, without ASCII case */
const HvfsExtra *hvfs_domain_get_extra (const HvfsDomain *domain, const char *key);

HvfsDisk *hvfs_disk_new (void);
void hvfs_disk_free (HvfsDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsDisk, hvfs_disk_free)

/**
 * hvfs_domain_place_disk:
 * @disk: (transfer full): with bus and target
 *
 * Puts @disk where libvirt lists it: before the first disk of its bus with a later
 * name, else after the last of its bus, else at the end.
 */
void hvfs_domain_place_disk (HvfsDomain *domain, HvfsDisk *disk);

/**
 * hvfs_domain_place_controller:
 *
 * Adds a controller behind those of its type with a lower index; at the end if it is
 * the first of its type.
 *
 * Returns: (transfer none): the controller
 */
HvfsController *hvfs_domain_place_controller (HvfsDomain *domain, HvfsControllerType type,
                                              guint index);

/* Returns: (nullable) (transfer none): that controller */
HvfsController *hvfs_domain_get_controller (const HvfsDomain *domain, HvfsControllerType type,
                                            guint index);

/**
 * hvfs_domain_add_implicit_controllers:
 *
 * Adds what the disks' addresses need and nobody has named: of each type every
 * controller up to the highest in use, without a model.
 */
void hvfs_domain_add_implicit_controllers (HvfsDomain *domain);

/* Make up, as hosts do, what the XML does not say: a UUID; the MAC addresses of interfaces
 * without one.  For a machine that is only being made; reading never does it. */
void hvfs_domain_draw_uuid (HvfsDomain *domain);
void hvfs_domain_draw_macs (HvfsDomain *domain);

/* The words "low", "normal", "high" or a number up to HVFS_NET_SHARES_MAX.  FALSE: none of them;
 * @ret_shares is left alone then */
gboolean hvfs_net_parse_shares (const char *text, guint *ret_shares);

/* Returns: (transfer full) (nullable): the word or number of its shares; NULL: the usual ones */
char *hvfs_net_dup_shares (const HvfsNet *net);

/* Returns: how many of the host's devices of @type it has */
guint hvfs_domain_count_hostdevs (const HvfsDomain *domain, HvfsHostdevType type);

/* Returns: @kib as display adapters have it: a power of two, HVFS_VRAM_KIB for 0 */
guint hvfs_round_vram (guint kib);

/* Returns: (transfer full): the numbers in @numbers (of guint), ascending, none twice */
GArray *hvfs_numbers_unique (const GArray *numbers);

/* Returns: the type of controller that disks on @bus hang on, -1 if there is none */
int hvfs_bus_controller_type (HvfsBus bus);
