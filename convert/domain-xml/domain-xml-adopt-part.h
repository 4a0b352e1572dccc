/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-adopt-part.h - the parts of taking another hypervisor's domain XML
 *
 * Private to domain-xml-adopt*.c.  Each works on the document: changes what VMware calls
 * otherwise, and removes what it has not, so that the reader of VMware's XML, which knows
 * nothing of this, can read the rest.  Nodes keep their lines.
 */
#pragma once

#include "convert/domain-xml/adoption.h"
#include "convert/model/notes.h"
#include "convert/xml/xml-in.h"

typedef struct
{
  const HvfsAdoption *adoption;
  gboolean foreign; /* all words are another hypervisor's */
  GPtrArray *notes; /* of HvfsNote */
  GHashTable *seen; /* what a note was made of -> that note and how often; owns both */
} HvfsAdopter;

/* Notes what becomes of @node; the second and further ones of the same @format and element
 * only count up. */
void hvfs_adopt_note (HvfsAdopter *adopter, const xmlNode *node, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* The same without that: each one is worth a line. */
void hvfs_adopt_note_each (HvfsAdopter *adopter, const xmlNode *node, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* @option: a hint for who runs hvfs-convert; @text: one for who writes the text */
const char *hvfs_adopt_hint (const HvfsAdopter *adopter, const char *option, const char *text);

/* Makes a note of @text, or counts up that of the same kind of @node and @key. */
void hvfs_adopt_note_once (HvfsAdopter *adopter, const xmlNode *node, const char *key,
                           const char *text);

/* At the end: says of each note how many things it stands for. */
void hvfs_adopt_finish_notes (HvfsAdopter *adopter);

/* Removes @node from the document. */
void hvfs_adopt_remove (const xmlNode *node);

/* Removes all children of @node called @name. */
void hvfs_adopt_remove_children (const xmlNode *node, const char *name);

/* Sets the attribute @name of @node; NULL for @value removes it. */
void hvfs_adopt_set (const xmlNode *node, const char *name, const char *value);

/* Returns: (transfer none): a new child of @node at its end, with the line of @node */
xmlNode *hvfs_adopt_add (const xmlNode *node, const char *name);

/* Returns: (nullable): the TO of the pair in @pairs whose FROM is @from, which may be NULL */
const char *hvfs_adopt_lookup (const char *const *pairs, const char *from);

/* Returns: (transfer full): @to of a "FROM=TO", in the directory if it names none */
char *hvfs_adopt_named_file (const HvfsAdopter *adopter, const char *to);

/**
 * hvfs_adopt_file:
 * @path: as the other host calls it
 * @suffix: (nullable): what the file must end in, ".vmdk"; NULL: its own
 *
 * Returns: (transfer full): the name of that file for the VMware host: as the user says,
 *   @path where it is such a name already, else its last part in the directory
 */
char *hvfs_adopt_file (const HvfsAdopter *adopter, const char *path, const char *suffix);

/* ---- the parts; @devices is one <devices> ---- */

gboolean hvfs_adopt_disks (HvfsAdopter *adopter, const xmlNode *devices, GError **error);
void hvfs_adopt_net (HvfsAdopter *adopter, const xmlNode *node);
void hvfs_adopt_ports (HvfsAdopter *adopter, const xmlNode *devices);
void hvfs_adopt_display (HvfsAdopter *adopter, const xmlNode *devices);
