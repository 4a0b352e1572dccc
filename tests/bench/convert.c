/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/bench/convert.c - what a conversion costs
 *
 *   tests/bench/convert [RUNS]
 *
 * A VMX of 100 devices becomes XML, and that XML a VMX; beside it libxml2 only parses the
 * XML, which is what `xmllint --noout` does.  Times are of the CPU, medians of RUNS
 * (default 2000); machines differ, only the ratios mean something.  Then what is
 * allocated for each byte of input must not grow with the input, nor the time for each
 * key: this is checked, and the program fails if they do.
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/file/files-offline.h"
#include "convert/vmx/vmx.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __GLIBC__
#define COUNTS_MEMORY 0
static gsize allocated;
#else
#define COUNTS_MEMORY 1
static gsize allocated; /* bytes asked for, ever */

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);

void *
malloc (size_t size)
{
  allocated += size;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  allocated += n * size;
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  allocated += size;
  return __libc_realloc (old, size);
}
#endif

static const HvfsFiles *files;
static guint hw_version = 10;

static void
add_devices (GString *vmx, const char *keys, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    {
      g_auto (GStrv) lines = g_strsplit (keys, "\n", -1);

      for (char **line = lines; *line != NULL; line++)
        {
          g_auto (GStrv) parts = g_strsplit (*line, "#", -1);
          g_autofree char *number = g_strdup_printf ("%u", i);
          g_autofree char *text = g_strjoinv (number, parts);

          g_string_append_printf (vmx, "%s\n", text);
        }
    }
}

/* 56 SCSI disks, 4 IDE drives, 2 floppies, 10 interfaces, 4 serial and 3 parallel ports, 20
 * shared folders, and VNC; and @extras keys that mean nothing. */
static GString *
make_vmx (guint extras)
{
  GString *vmx
      = g_string_new ("config.version = \"8\"\nvirtualHW.version = \"10\"\n"
                      "displayName = \"bench\"\nguestOS = \"other-64\"\n"
                      "uuid.bios = \"50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10\"\n"
                      "RemoteDisplay.vnc.enabled = \"TRUE\"\n"
                      "isolation.tools.hgfs.disable = \"FALSE\"\nsharedFolder.maxNum = \"20\"\n");
  static const char scsi[] = "scsi#.present = \"TRUE\"\nscsi#.virtualDev = \"pvscsi\"";
  static const char disk[]
      = "scsi@:#.present = \"TRUE\"\nscsi@:#.fileName = \"/vmfs/volumes/ds/bench/d#.vmdk\"\n"
        "scsi@:#.deviceType = \"scsi-hardDisk\"\nscsi@:#.redo = \"\"";

  add_devices (vmx, scsi, 0, 3);
  for (char c = '0'; c < '4'; c++)
    {
      g_autofree char *keys = g_strdup (disk);

      g_strdelimit (keys, "@", c);
      add_devices (vmx, keys, 0, 6);
      add_devices (vmx, keys, 8, 14);
    }
  add_devices (vmx,
               "ide0:#.present = \"TRUE\"\nide0:#.deviceType = \"cdrom-image\"\nide0:#.fileName = "
               "\"/vmfs/volumes/ds/a.iso\"",
               0, 1);
  add_devices (vmx,
               "ide1:#.present = \"TRUE\"\nide1:#.deviceType = \"atapi-cdrom\"\nide1:#.fileName = "
               "\"auto detect\"",
               0, 1);
  add_devices (vmx,
               "floppy#.present = \"TRUE\"\nfloppy#.fileType = \"device\"\nfloppy#.fileName = "
               "\"/dev/fd#\"",
               0, 1);
  add_devices (vmx,
               "ethernet#.present = \"TRUE\"\nethernet#.networkName = \"VM Network "
               "#\"\nethernet#.virtualDev = \"vmxnet3\"\n"
               "ethernet#.addressType = \"generated\"\nethernet#.generatedAddress = "
               "\"00:0c:29:00:00:0#\"",
               0, 9);
  add_devices (vmx,
               "serial#.present = \"TRUE\"\nserial#.fileType = \"network\"\nserial#.fileName = "
               "\"telnet://host:700#\"",
               0, 3);
  add_devices (vmx,
               "parallel#.present = \"TRUE\"\nparallel#.fileType = \"device\"\nparallel#.fileName "
               "= \"/dev/parport#\"",
               0, 2);
  add_devices (vmx,
               "sharedFolder#.present = \"TRUE\"\nsharedFolder#.enabled = "
               "\"TRUE\"\nsharedFolder#.hostPath = \"/srv/#\"\n"
               "sharedFolder#.guestName = \"s#\"",
               0, 19);
  if (extras > 0)
    add_devices (vmx, "guestinfo.something.of.#.little.use = \"a value of # bytes\"", 1, extras);
  return vmx;
}

static char *
vmx_to_xml (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (text, len, files, &error);

  g_assert_no_error (error);
  return hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE);
}

static char *
xml_to_vmx (const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_domain_xml_read (text, len, &error);
  char *vmx;

  g_assert_no_error (error);
  vmx = hvfs_vmx_write (domain, hw_version, files, NULL, &error);
  g_assert_no_error (error);
  return vmx;
}

static char *
parse_only (const char *text, gsize len)
{
  xmlFreeDoc (xmlReadMemory (text, (int) len, NULL, NULL, 0));
  return NULL;
}

static double
cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Returns: the median of @runs times of @convert, in microseconds of CPU */
static double
measure (char *(*convert) (const char *text, gsize len), const char *text, guint runs)
{
  g_autofree double *times = g_new (double, runs);
  gsize len = strlen (text);

  for (guint i = 0; i < runs; i++)
    {
      double start = cpu_us ();

      g_free (convert (text, len));
      times[i] = cpu_us () - start;
    }
  qsort (times, runs, sizeof *times, compare_doubles);
  return times[runs / 2];
}

/* Returns: bytes allocated for each byte of a VMX with @extras more keys */
static double
measure_memory (guint extras)
{
  g_autoptr (GString) vmx = make_vmx (extras);
  gsize before = allocated;
  g_autofree char *xml = vmx_to_xml (vmx->str, vmx->len);

  return (double) (allocated - before) / vmx->len;
}

/* Returns: the time for @n keys that are all on one line */
static double
measure_line (guint n, guint runs)
{
  g_autoptr (GString) vmx = g_string_new ("config.version = \"8\"; virtualHW.version = \"4\"");

  for (guint i = 0; i < n; i++)
    g_string_append (vmx, "; k = 'v'");
  return measure (vmx_to_xml, vmx->str, runs);
}

/* Ten times the input must not take a hundred times as long. */
static int
check_time (void)
{
  double ratio = measure_line (50000, 9) / measure_line (5000, 9);

  printf ("ten times the keys on a line take          %6.1f times as long\n", ratio);
  return ratio < 40 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
check_memory (void)
{
  double small, large;

  if (!COUNTS_MEMORY) /* under a checker, which has its own malloc */
    return EXIT_SUCCESS;
  g_free (vmx_to_xml ("config.version = \"8\"\nvirtualHW.version = \"4\"\n", 44)); /* GLib's own */
  small = measure_memory (0);
  large = measure_memory (100000);
  printf ("bytes allocated for each of the input      %6.1f\n", small);
  printf ("  the same of 1000 times the keys          %6.1f\n", large);
  return large <= 2 * small ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  guint runs = argc > 1 ? atoi (argv[1]) : 2000;
  g_autoptr (HvfsOfflineFiles) offline
      = hvfs_offline_files_new (HVFS_OFFLINE_DIRECTORY, NULL, NULL);
  g_autoptr (GString) vmx = make_vmx (0);
  g_autofree char *xml = NULL;
  double to_xml, to_vmx, parse;

  files = hvfs_offline_files_get (offline);
  xml = vmx_to_xml (vmx->str, vmx->len);
  parse = measure (parse_only, xml, runs);
  to_xml = measure (vmx_to_xml, vmx->str, runs);
  to_vmx = measure (xml_to_vmx, xml, runs);
  printf ("100 devices, %" G_GSIZE_FORMAT " bytes of VMX, %zu of XML    us of CPU  ratio\n",
          vmx->len, strlen (xml));
  printf ("the XML is parsed, as xmllint --noout does %8.0f   1.00\n", parse);
  printf ("VMX to XML                                 %8.0f   %.2f\n", to_xml, to_xml / parse);
  printf ("XML to VMX                                 %8.0f   %.2f\n", to_vmx, to_vmx / parse);
  return check_memory () | check_time ();
}
