/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig-scsi.h - SCSI controllers of the model "auto"
 *
 * Exists because a disk was made for one model of controller, which its descriptor names, and a
 * guest does not start from it behind another.
 */
#pragma once

#include "backend/operation/operation.h"
#include "convert/model/domain.h"

/**
 * hvfs_config_detect_scsi:
 * @datacenter_path: as in HvfsHostLook
 * @wanted: what a machine is to be
 *
 * Gives each SCSI controller of the model "auto", and the controller of each disk with
 * <driver name='auto'/>, the model that the descriptors of its disks name.  Without a disk that
 * is there it stays as it is: then any model will do.  Network: a request for each such disk.
 *
 * @error: EINVAL: a descriptor names none, or two of one controller name different ones; a call's
 */
gboolean hvfs_config_detect_scsi (const HvfsServer *server, const char *datacenter_path,
                                  HvfsDomain *wanted, GCancellable *cancellable, GError **error);
