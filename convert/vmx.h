/* convert/vmx.h - VMX files to and from the domain model
 *
 * Exists as one of the model's text forms; results equal those of libvirt's ESX driver.
 * What a VMX cannot say, or libvirt refuses, is an error that names the line and key
 * (reading) or the element of domain XML (writing).
 */
#pragma once

#include "convert/domain.h"
#include "convert/files.h"

/* A VMX is refused beyond this many bytes; real ones have a few thousand. */
#define HVFS_VMX_MAX_BYTES (16 * 1024 * 1024)

/* What a host accepts at least, and what is written where no device needs more. */
#define HVFS_HW_VERSION_DEFAULT 4

/* Versions of libvirt whose answers differ.  12.5 shows the 64th disk of a SCSI controller, of
 * machines of version 13 and later. */
#define HVFS_LIBVIRT(major, minor) ((major) * 1000u + (minor))
#define HVFS_LIBVIRT_64_DISKS HVFS_LIBVIRT (12, 5)
#define HVFS_LIBVIRT_NEWEST HVFS_LIBVIRT_64_DISKS

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

/* The same, as @libvirt, a HVFS_LIBVIRT(), reads it; hvfs_vmx_read() does as the newest. */
HvfsDomain *hvfs_vmx_read_as (const char *text, gsize len, const HvfsFiles *files, guint libvirt,
                              GError **error);

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
