/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* backend/vmconfig/vmconfig.h - the configurations of machines: read, changed, made and ended
 *
 * Exists so that fs/ sees a configuration as text: domain XML that is true as long
 * as the server does not change it, and that can be committed.  What is big and
 * rarely read is fetched when asked for, in batches, and kept within a budget.
 *
 * Thread safe.  Functions marked "network" wait and belong on the job pool, the others
 * answer from memory.  The caller must not hold the mirror's lock, unless it is said that
 * it must; the lock inside is taken behind that one, and never held across a call.
 */
#pragma once

#include <gio/gio.h>

#include "backend/operation/power.h"
#include "backend/vmconfig/vmconfig-disks.h"

typedef struct _HvfsConfig HvfsConfig;

/* What the text of config.xml depends on: properties of an HVFS_KIND_VM.  Those after
 * the first three come with a new changeVersion, where a server has one. */
#define HVFS_CONFIG_PROPS                                                                          \
  (HVFS_PROP (HVFS_VM_CHANGE_VERSION) | HVFS_PROP (HVFS_VM_POWER)                                  \
   | HVFS_PROP (HVFS_VM_CONNECTION) | HVFS_PROP (HVFS_NAME) | HVFS_PROP (HVFS_VM_UUID)             \
   | HVFS_PROP (HVFS_VM_CPUS) | HVFS_PROP (HVFS_VM_MEMORY) | HVFS_PROP (HVFS_VM_ANNOTATION)        \
   | HVFS_PROP (HVFS_VM_CPU_ALLOCATION) | HVFS_PROP (HVFS_VM_MEMORY_ALLOCATION)                    \
   | HVFS_PROP (HVFS_VM_MODIFIED))

/* -o cache= when nothing is said. */
#define HVFS_CONFIG_BUDGET (64 * 1024 * 1024)

/**
 * hvfs_config_new:
 * @server: copied; what it points at outlives the HvfsConfig
 * @budget_bytes: of text that is kept; sizes of what was dropped are kept beyond it
 * @changed: (nullable): told of each machine of which hvfs_config_fetch_parts, or a fetch of all,
 *   has brought something else than what is known; any thread, the lock inside is held
 */
HvfsConfig *hvfs_config_new (const HvfsServer *server, gsize budget_bytes,
                             void (*changed) (guint32 serial, gpointer data), gpointer data);
/* No call may be running.  What is still fetched ahead ends first. */
void hvfs_config_free (HvfsConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvfsConfig, hvfs_config_free)

/* ---- reading ---- */

/**
 * hvfs_config_is_cached:
 * @ret_size: (out) (optional): bytes of its text
 *
 * Returns: whether the size is known, of text that is still that of the server; the
 *   text itself may have been dropped.  Memory; the mirror's lock must be held.
 */
gboolean hvfs_config_is_cached (HvfsConfig *config, guint32 serial, gsize *ret_size);

/* The same of the machine's VMX file, as the server says it: with the configuration,
 * and a moment late.  FALSE: not known, which a fetch of the configuration changes
 * where hvfs_config_tells_vmx_size.  Memory; the mirror's lock must be held. */
gboolean hvfs_config_get_vmx_size (HvfsConfig *config, guint32 serial, gsize *ret_size);

/* Whether the server says such sizes at all: since API 4.0.  Memory. */
gboolean hvfs_config_tells_vmx_size (HvfsConfig *config);

/* Returns: (transfer full) (nullable): the present text; NULL if it must be fetched.
 * Memory. */
GBytes *hvfs_config_get (HvfsConfig *config, guint32 serial);

/**
 * hvfs_config_fetch:
 * @cancellable: (nullable): the caller stops to wait; others who want the same go on
 *
 * Network, unless it is cached: the machine's configuration and, the more the longer
 * this goes well, those of its neighbours: 256 in the same request, the others by threads
 * that nobody waits for.  Who asks for a machine that is on its way waits for it and sends
 * nothing.
 *
 * @error: ESTALE: the machine is gone; EIO: the server has no configuration of it (it
 *   is inaccessible, invalid, being made); EACCES; EINTR when cancelled; a call's
 *
 * Returns: (transfer full): domain XML in UTF-8, ending in a newline
 */
GBytes *hvfs_config_fetch (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                           GError **error);

/* Returns: (transfer full) (nullable) (element-type HvfsOption): the present extraConfig, in the
 * order of its keys, none twice; NULL if it must be fetched.  Some MiB are kept.  Memory; the
 * mirror's lock must be held. */
GPtrArray *hvfs_config_get_options (HvfsConfig *config, guint32 serial);

/* Appends a line with what is in the machine's first CD drive: "[datastore] path", "empty", or a
 * device of the host; nothing where it has no drive.  @out: nullable.  FALSE: it must be fetched.
 * Memory; the mirror's lock must be held. */
gboolean hvfs_config_append_media (HvfsConfig *config, guint32 serial, GString *out);

/* Returns: (transfer full) (nullable) (element-type HvfsConfigDisk): the hard disks; NULL if they
 * must be fetched.  Memory; the mirror's lock must be held. */
GPtrArray *hvfs_config_get_disks (HvfsConfig *config, guint32 serial);

/* Network: fetches what these three tell, in batches, as hvfs_config_fetch, but without all else
 * of the configuration, so that a walk over the tree costs little.  It may have changed when this
 * returns. */
gboolean hvfs_config_fetch_parts (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                                  GError **error);

/**
 * hvfs_config_fetch_vmx:
 *
 * The machine's VMX file, byte for byte, from its datastore.  Network; not cached.
 *
 * @error: EACCES: the account may not read files of the datastore; ENOENT; EFBIG: more
 *   than 16 MiB, which no VMX has; ESTALE; ENOTSUP: it lies in no datastore; a call's
 */
GBytes *hvfs_config_fetch_vmx (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                               GError **error);

/* ---- changing ---- */

/**
 * hvfs_config_check:
 * @text: @len bytes; need not end in a NUL
 * @error: EINVAL with line, element and reason; ENOTSUP for what no VMware host has
 *
 * Parses only.  Memory.
 */
gboolean hvfs_config_check (const char *text, gsize len, GError **error);

/**
 * hvfs_config_commit:
 * @base: the text that the writer began with, as fetched
 * @wanted: what it has become
 *
 * Makes the machine differ from @base as @wanted does, in one reconfiguration, all or
 * nothing; returns when the server has done it and the mirror shows it.  Where the
 * two mean the same nothing is sent.  Devices and settings that domain XML does not
 * show stay as they are.  A boot order that has devices which @base has not goes in a
 * second one; where that fails @error begins with what is saved.  Network.
 *
 * @error: as hvfs_config_check; ESTALE when the server's configuration is not @base
 *   any more, naming both versions; EINVAL or ENOTSUP for a change that cannot be
 *   asked for, with its element; EINTR when cancelled; the server's own refusal
 */
gboolean hvfs_config_commit (HvfsConfig *config, guint32 serial, GBytes *base, GBytes *wanted,
                             GCancellable *cancellable, GError **error);

/**
 * hvfs_config_set_media:
 * @path: (nullable): "[datastore] path"; NULL: none
 *
 * Puts it into the machine's first CD drive, whatever else has changed meanwhile.  Network.
 *
 * @error: ENODEV: it has no CD drive; EAGAIN with the question when the guest holds the drive;
 *   as hvfs_config_commit
 */
gboolean hvfs_config_set_media (HvfsConfig *config, guint32 serial, const char *path,
                                GCancellable *cancellable, GError **error);

/**
 * hvfs_config_grow_disk:
 * @target: as in HvfsConfigDisk
 *
 * Makes the disk @kib large, whatever else has changed meanwhile; nothing is sent where it is so
 * already.  Network.
 *
 * @error: ENODEV: the machine has no such disk; EINVAL: it is larger now; as hvfs_config_commit
 */
gboolean hvfs_config_grow_disk (HvfsConfig *config, guint32 serial, const char *target, gint64 kib,
                                GCancellable *cancellable, GError **error);

/* ---- making and ending; network; they return when the mirror shows it ---- */

/**
 * hvfs_config_define_xml:
 * @host: serial of the host that it is made on, in the host's own resource pool, the
 *   datacenter's folder of machines and the datastore of the first file-based disk
 * @name: as the user wrote it: what the text must say, too
 *
 * Files of disks that exist are attached.  One that does not exist is an error,
 * unless the XML gives a size (<capacity unit='GiB'>8</capacity> in the disk): then
 * it is made.
 *
 * XML of other hypervisors is taken as by hvfs_domain_xml_adopt(): files of theirs are
 * looked for in the directory @name of the host's first datastore; a drive with such a
 * medium is empty, and an interface on a network that the host has not is not connected.
 *
 * @ret_notes: (out) (transfer full) (element-type HvfsNote): what was left out or made
 *   otherwise; unset on error
 *
 * @error: as hvfs_config_check; EINVAL: another name, no file-based disk; EEXIST: the
 *   name or uuid is taken; ENOENT: a disk, network or datastore is not there; a call's
 */
gboolean hvfs_config_define_xml (HvfsConfig *config, guint32 host, const char *name, GBytes *text,
                                 GPtrArray **ret_notes, GCancellable *cancellable, GError **error);

/**
 * hvfs_config_define_vmx:
 *
 * The text is uploaded as NAME/NAME.vmx, to the datastore that its first disk names
 * or else the host's first, under a temporary name until it is whole, and registered under
 * @name.  A file of that name that is there already, on any of the host's datastores where the
 * text names none, is registered if it is that text, else an error, and left alone.
 *
 * @error: EINVAL: no VMX, another displayName; EEXIST; a call's
 */
gboolean hvfs_config_define_vmx (HvfsConfig *config, guint32 host, const char *name, GBytes *text,
                                 GCancellable *cancellable, GError **error);

/* Unregisters it; its files stay.  @error: EBUSY: it must be off; a call's. */
gboolean hvfs_config_undefine (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                               GError **error);

/* Deletes it and its disks.  @error: EBUSY: it must be off; a call's. */
gboolean hvfs_config_destroy (HvfsConfig *config, guint32 serial, GCancellable *cancellable,
                              GError **error);
