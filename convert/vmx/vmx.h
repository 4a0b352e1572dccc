/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/vmx/vmx.h - VMX files to and from the domain model
 *
 * Exists as one of the model's text forms; results equal those of libvirt's ESX driver.
 * What a VMX cannot say, or libvirt refuses, is an error that names the line and key
 * (reading) or the element of domain XML (writing).
 */
#pragma once

#include "convert/model/domain.h"
#include "convert/file/files.h"

/* A VMX is refused beyond this many bytes; real ones have a few thousand. */
#define HVFS_VMX_MAX_BYTES (16 * 1024 * 1024)

/* What a host accepts at least, and what is written where no device needs more. */
#define HVFS_HW_VERSION_DEFAULT 4

/* How later versions of libvirt than 11.3 read a VMX. */
typedef enum
{
  /* 12.4: uuid is vc.uuid where there is one, and hwuuid is uuid.bios */
  HVFS_VMX_TWO_UUIDS = 1 << 0,
  /* 12.5: a SCSI controller of hardware 13 and later has its 64th disk, unit 64 */
  HVFS_VMX_64_DISKS = 1 << 1,
} HvfsVmxFlags;

/**
 * hvfs_vmx_read:
 * @text: @len bytes of a VMX file; need not end in a NUL
 * @error: EINVAL
 *
 * Keys that the model has no field for are kept in its extras, and what is ignored that
 * somebody may miss is in its notes.  No state, any thread.
 *
 * Returns: (transfer full): the domain
 */
HvfsDomain *hvfs_vmx_read (const char *text, gsize len, const HvfsFiles *files, GError **error);

/* The same; hvfs_vmx_read() reads all disks, and uuid.bios as a server does. */
HvfsDomain *hvfs_vmx_read_as (const char *text, gsize len, const HvfsFiles *files,
                              HvfsVmxFlags flags, GError **error);

/**
 * hvfs_vmx_write:
 * @hw_version: the virtualHW.version to write; 0: the domain's own, else the lowest that
 *   has what the domain has
 * @notes: (nullable): of HvfsNote, is told what the VMX leaves out of @domain
 * @error: EINVAL for what is wrong, ENOTSUP for what a VMX, or libvirt, does not have
 *
 * The extras of @domain follow behind its own keys, where it has no such key itself.
 *
 * Returns: (transfer full): the text of a VMX file in UTF-8
 */
char *hvfs_vmx_write (const HvfsDomain *domain, guint hw_version, const HvfsFiles *files,
                      GPtrArray *notes, GError **error);

/**
 * hvfs_vmx_edit:
 * @text: @len bytes of a VMX file; need not end in a NUL
 * @hw_version: the virtualHW.version it is to have; 0: its own
 * @notes: of HvfsNote, is told what may be read otherwise than it was meant
 * @error: EINVAL: what hvfs_vmx_read() refuses, whatever files there are
 *
 * Returns: (transfer full): the same text in UTF-8: its keys, comments and order
 */
char *hvfs_vmx_edit (const char *text, gsize len, guint hw_version, GPtrArray *notes,
                     GError **error);
