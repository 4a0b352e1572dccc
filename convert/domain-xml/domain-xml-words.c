/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* convert/domain-xml/domain-xml-words.c - keys of a VMX as elements of domain XML; see domain-xml-words.h */
#include "convert/domain-xml/domain-xml-words.h"
#include "convert/error.h"
#include "convert/model/scalar.h"
#include "convert/model/settings.h"
#include "convert/vmx/vmx-words.h"
#include "convert/model/words.h"

#include <string.h>

/* A device that is there by one key, and may have a model by another.  The first row whose
 * element and model fit is read, and each that a VMX has is written. */
static const struct
{
  const char *element;
  const char *type;   /* nullable: of a controller */
  const char *model;  /* in XML */
  const char *key;    /* "TRUE": it is there */
  const char *dev;    /* nullable: KEY-without-present + "virtualDev" */
  gboolean reads_only; /* another hypervisor's model of the same device */
} rows[] = {
  { "controller", "usb", "piix3-uhci", "usb.present", NULL, FALSE },
  { "controller", "usb", "ehci", "ehci.present", NULL, FALSE },
  { "controller", "usb", "nec-xhci", "usb_xhci.present", NULL, FALSE },
  { "controller", "usb", "piix4-uhci", "usb.present", NULL, TRUE },
  { "controller", "usb", "ich9-uhci1", "usb.present", NULL, TRUE },
  { "controller", "usb", "ich9-uhci2", "usb.present", NULL, TRUE },
  { "controller", "usb", "ich9-uhci3", "usb.present", NULL, TRUE },
  { "controller", "usb", "vt82c686b-uhci", "usb.present", NULL, TRUE },
  { "controller", "usb", "pci-ohci", "usb.present", NULL, TRUE },
  { "controller", "usb", "ich9-ehci1", "ehci.present", NULL, TRUE },
  { "controller", "usb", "qemu-xhci", "usb_xhci.present", NULL, TRUE },
  { "sound", NULL, "sb16", "sound.present", "sb16", FALSE },
  { "sound", NULL, "es1370", "sound.present", "es1371", FALSE },
  { "sound", NULL, "ich9", "sound.present", "hdaudio", FALSE },
  { "sound", NULL, "ich6", "sound.present", "hdaudio", TRUE },
  { "sound", NULL, "ich7", "sound.present", "hdaudio", TRUE },
  { "sound", NULL, "ac97", "sound.present", "hdaudio", TRUE },
  { "tpm", NULL, "tpm-crb", "vtpm.present", NULL, FALSE },
  { "tpm", NULL, "tpm-tis", "vtpm.present", NULL, TRUE },
};

#define SOUND_DEV "sound.virtualDev"
#define GUEST_OS "guestOS"
#define HW_VERSION "virtualHW.version"

static gboolean
is_true (const HvfsDomain *domain, const char *key)
{
  const HvfsExtra *extra = hvfs_domain_get_extra (domain, key);

  return extra != NULL && g_ascii_strcasecmp (extra->value, "true") == 0;
}

/* ---- reading ---- */

typedef struct
{
  HvfsDomain *domain;
  GHashTable *keys; /* that are extras already, without case; not owned */
} Reader;

/* Adds the key unless it is there. */
static void
add (Reader *reader, const char *key, const char *value)
{
  HvfsExtra *extra;

  if (g_hash_table_contains (reader->keys, key))
    return;
  extra = hvfs_domain_add_extra (reader->domain, key, value);
  g_hash_table_add (reader->keys, extra->key);
}

static void
read_device (Reader *reader, const xmlNode *node)
{
  g_autofree char *type = NULL;
  g_autofree char *model = NULL;

  if (!hvfs_xml_is (node, "controller") && !hvfs_xml_is (node, "sound")
      && !hvfs_xml_is (node, "tpm"))
    return;
  type = hvfs_xml_attr (node, "type");
  model = hvfs_xml_attr (node, "model");
  for (guint i = 0; model != NULL && i < G_N_ELEMENTS (rows); i++)
    {
      if (!hvfs_xml_is (node, rows[i].element) || strcmp (model, rows[i].model) != 0
          || (rows[i].type != NULL && g_strcmp0 (type, rows[i].type) != 0))
        continue;
      if (strcmp (rows[i].key, "ehci.present") == 0)
        add (reader, "usb.present", "TRUE"); /* EHCI is beside it */
      add (reader, rows[i].key, "TRUE");
      if (rows[i].dev != NULL)
        add (reader, SOUND_DEV, rows[i].dev);
      return;
    }
}

gboolean
hvfs_domain_xml_is_nested_feature (const xmlNode *feature)
{
  g_autofree char *name = hvfs_xml_attr (feature, "name");
  g_autofree char *policy = hvfs_xml_attr (feature, "policy");

  return hvfs_xml_is (feature, "feature")
         && (g_strcmp0 (name, "vmx") == 0 || g_strcmp0 (name, "svm") == 0)
         && (policy == NULL || strcmp (policy, "require") == 0 || strcmp (policy, "force") == 0);
}

static gboolean
is_key (const char *key)
{
  if (!g_ascii_isalpha (*key) && *key != '.')
    return FALSE;
  for (const char *p = key; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_:.-*", *p) == NULL)
      return FALSE;
  return strlen (key) < HVFS_VMX_KEY_BYTES;
}

static gboolean
read_hw_version (HvfsDomain *domain, const xmlNode *node, const char *value, GError **error)
{
  guint64 version;

  if (!hvfs_parse_uint64 (value, G_MAXINT, &version) || version < 3)
    return hvfs_xml_bad (node, EINVAL, error, "value='%s' must be a hardware version, 3 or more",
                         value);
  domain->hw_version = version;
  return TRUE;
}

gboolean
hvfs_domain_xml_is_key (const xmlNode *node)
{
  return hvfs_xml_is_vmware (node) && strcmp ((const char *) node->name, "key") == 0;
}

static gboolean
read_key (Reader *reader, const xmlNode *node, GError **error)
{
  g_autofree char *name = hvfs_xml_attr (node, "name");
  g_autofree char *value = hvfs_xml_attr (node, "value");

  if (name == NULL || value == NULL || !is_key (name))
    return hvfs_xml_bad (node, EINVAL, error, "must have the name of a VMX key and its value");
  if (strpbrk (value, "\"\r\n") != NULL)
    return hvfs_xml_bad (node, EINVAL, error,
                         "the value of '%s' must have no quotes or line ends, as a VMX file", name);
  if (g_ascii_strcasecmp (name, HW_VERSION) == 0)
    return read_hw_version (reader->domain, node, value, error);
  if (g_ascii_strcasecmp (name, GUEST_OS) == 0)
    {
      g_free (reader->domain->guest_os);
      reader->domain->guest_os = g_steal_pointer (&value);
      return TRUE;
    }
  add (reader, name, value);
  return TRUE;
}

/* The time that the firmware waits is the same to both. */
static void
read_boot_menu (Reader *reader, const xmlNode *menu)
{
  g_autofree char *enable = hvfs_xml_attr (menu, "enable");
  g_autofree char *timeout = hvfs_xml_attr (menu, "timeout");
  const HvfsSetting *setting = hvfs_setting_lookup (HVFS_SETTING_BOOT_DELAY);
  g_autofree char *value = timeout != NULL ? hvfs_setting_normalize (setting, timeout) : NULL;

  if (g_strcmp0 (enable, "yes") == 0 && value != NULL)
    add (reader, HVFS_SETTING_BOOT_DELAY, value);
}

gboolean
hvfs_domain_xml_read_words (HvfsDomain *domain, const xmlNode *root, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (hvfs_hash_nocase, hvfs_equal_nocase);
  Reader reader = { domain, keys };
  const xmlNode *feature = hvfs_xml_child (hvfs_xml_child (root, "cpu"), "feature");
  const xmlNode *list = hvfs_xml_child (root, "devices");

  for (const xmlNode *node = root->children; node != NULL; node = node->next)
    if (hvfs_domain_xml_is_key (node) && !read_key (&reader, node, error))
      return FALSE;
  for (; feature != NULL; feature = hvfs_xml_next (feature, "feature"))
    if (hvfs_domain_xml_is_nested_feature (feature))
      add (&reader, HVFS_SETTING_NESTED, "TRUE");
  read_boot_menu (&reader, hvfs_xml_child (hvfs_xml_child (root, "os"), "bootmenu"));
  for (; list != NULL; list = hvfs_xml_next (list, "devices"))
    for (const xmlNode *node = hvfs_xml_child (list, NULL); node != NULL;
         node = hvfs_xml_next (node, NULL))
      read_device (&reader, node);
  return TRUE;
}

/* ---- checking ---- */

/* Whether a <vmware:key> beside @node has that switch on. */
static gboolean
has_switch (const xmlNode *node, const char *key)
{
  for (const xmlNode *other = node->parent->children; other != NULL; other = other->next)
    {
      g_autofree char *name
        = hvfs_domain_xml_is_key (other) ? hvfs_xml_attr (other, "name") : NULL;
      g_autofree char *value = name != NULL ? hvfs_xml_attr (other, "value") : NULL;

      if (value != NULL && g_ascii_strcasecmp (name, key) == 0)
        return g_ascii_strcasecmp (value, "TRUE") == 0;
    }
  return FALSE;
}

static gboolean
check_key (const xmlNode *node, GError **error)
{
  g_autofree char *name = hvfs_xml_attr (node, "name");
  g_autofree char *value = hvfs_xml_attr (node, "value");
  const HvfsSetting *setting = name != NULL ? hvfs_setting_lookup (name) : NULL;
  g_autofree char *right
    = setting != NULL && value != NULL ? hvfs_setting_normalize (setting, value) : NULL;

  if (setting == NULL || setting->has_element)
    return hvfs_xml_bad (node, ENOTSUP, error,
                         "name='%s' is none of the keys that config.xml has: write it to "
                         "extraconfig/set, or leave it out",
                         name != NULL ? name : "");
  if (right == NULL)
    return hvfs_xml_bad (node, EINVAL, error, "the value of '%s' must be %s", name,
                         setting->kind == HVFS_SETTING_SWITCH   ? "TRUE or FALSE"
                         : setting->kind == HVFS_SETTING_NUMBER ? "a whole number"
                                                                : setting->words);
  if (setting->needs != NULL && !has_switch (node, setting->needs))
    return hvfs_xml_bad (node, EINVAL, error, "name='%s' means nothing without '%s' with the "
                         "value TRUE", name, setting->needs);
  return TRUE;
}

static gboolean
check_boot_menu (const xmlNode *menu, GError **error)
{
  g_autofree char *enable = hvfs_xml_attr (menu, "enable");
  g_autofree char *timeout = hvfs_xml_attr (menu, "timeout");
  const HvfsSetting *setting = hvfs_setting_lookup (HVFS_SETTING_BOOT_DELAY);
  g_autofree char *value = timeout != NULL ? hvfs_setting_normalize (setting, timeout) : NULL;

  return menu == NULL || (enable != NULL && value != NULL && strcmp (value, setting->plain) != 0)
         || hvfs_xml_bad (menu, EINVAL, error,
                          "must have enable='yes' and a timeout, 1 or more milliseconds");
}

static gboolean
check_feature (const xmlNode *feature, GError **error)
{
  return hvfs_domain_xml_is_nested_feature (feature)
         || hvfs_xml_bad (feature, ENOTSUP, error, "must be policy='require' name='vmx'");
}

/* A device that is there by one key must have the model that it is read back with. */
static gboolean
check_device (const xmlNode *node, GError **error)
{
  g_autofree char *type = hvfs_xml_attr (node, "type");
  g_autofree char *model = hvfs_xml_attr (node, "model");
  g_autoptr (GString) right = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (!hvfs_xml_is (node, rows[i].element) || rows[i].reads_only
          || (rows[i].type != NULL && g_strcmp0 (type, rows[i].type) != 0))
        continue;
      if (g_strcmp0 (model, rows[i].model) == 0)
        return TRUE;
      g_string_append_printf (right, "%s%s", right->len > 0 ? ", " : "", rows[i].model);
    }
  if (right->len > 0 && model == NULL)
    return hvfs_xml_bad (node, ENOTSUP, error, "must have a model: %s", right->str);
  return right->len == 0
         || hvfs_xml_bad (node, ENOTSUP, error, "model='%s' must be %s", model, right->str);
}

gboolean
hvfs_domain_xml_check_words (const xmlNode *root, GError **error)
{
  const xmlNode *list = hvfs_xml_child (root, "devices");
  const xmlNode *feature = hvfs_xml_child (hvfs_xml_child (root, "cpu"), "feature");

  for (; feature != NULL; feature = hvfs_xml_next (feature, "feature"))
    if (!check_feature (feature, error))
      return FALSE;
  for (const xmlNode *node = root->children; node != NULL; node = node->next)
    if (hvfs_domain_xml_is_key (node) && !check_key (node, error))
      return FALSE;
  for (; list != NULL; list = hvfs_xml_next (list, "devices"))
    for (const xmlNode *node = hvfs_xml_child (list, NULL); node != NULL;
         node = hvfs_xml_next (node, NULL))
      if (!check_device (node, error))
        return FALSE;
  return check_boot_menu (hvfs_xml_child (hvfs_xml_child (root, "os"), "bootmenu"), error);
}

/* ---- writing ---- */

gboolean
hvfs_domain_is_nested (const HvfsDomain *domain)
{
  return is_true (domain, HVFS_SETTING_NESTED);
}

/* Whether @domain has the device of @row, and just as the row says it. */
static gboolean
has_row (const HvfsDomain *domain, guint row)
{
  const HvfsExtra *dev = rows[row].dev != NULL ? hvfs_domain_get_extra (domain, SOUND_DEV) : NULL;

  return !rows[row].reads_only && is_true (domain, rows[row].key)
         && (rows[row].dev == NULL
             || (dev != NULL && g_ascii_strcasecmp (dev->value, rows[row].dev) == 0))
         && (strcmp (rows[row].key, "ehci.present") != 0 || is_true (domain, "usb.present"));
}

static char *
dup_boot_delay (const HvfsDomain *domain)
{
  return hvfs_domain_dup_setting (domain, hvfs_setting_lookup (HVFS_SETTING_BOOT_DELAY));
}

void
hvfs_domain_xml_write_boot_words (HvfsXmlOut *out, const HvfsDomain *domain)
{
  g_autofree char *delay = dup_boot_delay (domain);

  if (delay != NULL)
    hvfs_xml_empty (out, "bootmenu", "enable", "yes", "timeout", delay, NULL);
}

gboolean
hvfs_domain_xml_is_word (const HvfsController *controller)
{
  return controller->type == HVFS_CONTROLLER_USB;
}

void
hvfs_domain_xml_write_words (HvfsXmlOut *out, const HvfsDomain *domain)
{
  guint index = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (!has_row (domain, i))
        continue;
      if (rows[i].type != NULL)
        hvfs_xml_empty (out, rows[i].element, "type", rows[i].type, "index",
                        HVFS_XML_NUMBER (index++), "model", rows[i].model, NULL);
      else if (strcmp (rows[i].element, "tpm") == 0)
        {
          hvfs_xml_open (out, "tpm", "model", rows[i].model, NULL);
          hvfs_xml_empty (out, "backend", "type", "emulator", "version", "2.0", NULL);
          hvfs_xml_close (out, "tpm");
        }
      else
        hvfs_xml_empty (out, rows[i].element, "model", rows[i].model, NULL);
    }
}

/* Whether an element says what @extra does. */
static gboolean
is_said (const HvfsDomain *domain, const HvfsExtra *extra)
{
  g_autofree char *delay = dup_boot_delay (domain);

  if (g_ascii_strcasecmp (extra->key, HVFS_SETTING_NESTED) == 0)
    return hvfs_domain_is_nested (domain);
  if (g_ascii_strcasecmp (extra->key, HVFS_SETTING_BOOT_DELAY) == 0)
    return delay != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if ((g_ascii_strcasecmp (extra->key, rows[i].key) == 0
         || (rows[i].dev != NULL && g_ascii_strcasecmp (extra->key, SOUND_DEV) == 0))
        && has_row (domain, i))
      return TRUE;
  return FALSE;
}

static void
write_key (HvfsXmlOut *out, const char *key, const char *value)
{
  hvfs_xml_empty (out, "vmware:key", "name", key, "value", value, NULL);
}

static void
write_settings (HvfsXmlOut *out, const HvfsDomain *domain)
{
  for (const HvfsSetting *setting = hvfs_settings; setting->key != NULL; setting++)
    {
      g_autofree char *value
        = setting->has_element ? NULL : hvfs_domain_dup_setting (domain, setting);

      if (value != NULL)
        write_key (out, setting->key, value);
    }
}

void
hvfs_domain_xml_write_keys (HvfsXmlOut *out, const HvfsDomain *domain, gboolean full)
{
  if (!full)
    {
      write_settings (out, domain);
      return;
    }
  if (domain->hw_version != 0)
    write_key (out, HW_VERSION, HVFS_XML_NUMBER (domain->hw_version));
  if (domain->guest_os != NULL)
    write_key (out, GUEST_OS, domain->guest_os);
  for (guint i = 0; i < domain->extras->len; i++)
    {
      const HvfsExtra *extra = domain->extras->pdata[i];

      if (!is_said (domain, extra))
        write_key (out, extra->key, extra->value);
    }
}
