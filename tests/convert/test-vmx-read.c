/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tests/convert/test-vmx-read.c - each rule from VMX to domain XML: syntax and what is no device
 *
 * The rows' inputs follow the two lines that every VMX has, unless they begin with "!".
 */
#include "convert/domain-xml/domain-xml.h"
#include "convert/error.h"
#include "convert/vmx/vmx.h"
#include "tests/convert/convert-cases.h"
#include "tests/convert/convert-stubs.h"

#include <string.h>

static char *
vmx_to_xml (const char *input, GError **error)
{
  g_autofree char *vmx = input[0] == '!'
                           ? g_strdup (input + 1)
                           : g_strconcat ("config.version = \"8\"\nvirtualHW.version = \"4\"\n",
                                          input, NULL);
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (vmx, strlen (vmx), &stub_files, error);

  return domain != NULL ? hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_SECURE) : NULL;
}

#define HEAD "config.version = \"8\"\nvirtualHW.version = \"4\"\n"

static const ConvertCase syntax[] = {
  GIVES ("blanks", "!config.version=\"8\"\n \t virtualHW.version\t=  \"4\"  \n",
         "<domain type='vmware'>"),
  GIVES ("cr", "displayName = \"a\"\rmemsize = \"4\"\r", "<name>a</name>"),
  GIVES ("crlf", "\r\n\r\ndisplayName = \"a\"\r\n", "<name>a</name>"),
  GIVES ("semicolon", "displayName = \"a\";memsize = \"8\" ; numvcpus = \"2\"",
         "<vcpu placement='static'>2</vcpu>"),
  GIVES_WITHOUT ("two-on-a-line", "displayName = \"a\" memsize = \"4\"\n", "<domain", "name>"),
  GIVES ("semicolon-alone", ";\n;memsize = \"8\"\n", "<memory unit='KiB'>32768</memory>"),
  GIVES ("comment", "# x = 1\n#\ndisplayName = \"a\" # = \"b\"\n#!/bin/x", "<name>a</name>"),
  GIVES ("key-characters", "a_b:c.d-e*9 = \"1\"\n.x = \"2\"\n", "<domain type='vmware'>"),
  GIVES ("key-digit", "0a = \"1\"\n", "<domain"),
  GIVES ("key-underscore", "_a = \"1\"\n", "<domain"),
  GIVES ("key-slash", "a/b = \"1\"\n", "<domain"),
  GIVES ("slashes", "// memsize = \"8\"\n//memsize = \"8\"\n",
         "<memory unit='KiB'>32768</memory>"),
  GIVES ("bom", "!\xef\xbb\xbf" HEAD "displayName = \"\xc3\xbc\"\n", "<name>\xc3\xbc</name>"),
  GIVES ("bom-and-encoding",
         "!\xef\xbb\xbf" HEAD ".encoding = \"windows-1252\"\ndisplayName = \"\xc3\xbc\"\n",
         "<name>\xc3\xbc</name>"),
  GIVES ("no-equals", "memsize \"8\"\n", "<memory unit='KiB'>32768</memory>"),
  GIVES ("value-next-line", "displayName =\n\"1\"\n", "<name></name>"),
  GIVES ("single-quotes", "displayName = 'a\"b\\'\n", "<name>a&quot;b\\</name>"),
  GIVES ("backslash", "displayName = \"a\\\"\n", "<name>a\\</name>"),
  GIVES ("triple-quotes", "displayName = \"\"\"a\nb\"\"\"\n", "<name>a\nb</name>"),
  REFUSED ("triple-quotes-count", "a = \"\"\"\n\n\"\"\"\nmemsize = \"x\"\n", "line 6:"),
  GIVES ("empty-value", "displayName = \"\"\n", "<name></name>"),
  GIVES_WITHOUT ("unterminated", "displayName = \"a\nmemsize = \"8\"\n",
                 "<memory unit='KiB'>8192</memory>", "name>"),
  GIVES ("unterminated-single", "displayName = 'a\"\n'", "<name>&apos;a&quot;</name>"),
  GIVES_WITHOUT ("unterminated-triple", "displayName = \"\"\"a\"\"", "<domain", "name>"),
  GIVES ("bare-word", "displayName = a\nmemsize = \"8\"\n",
         "<name>a</name>\n<uuid>00000000-0000-0000-0000-000000000000</uuid>\n<memory unit='KiB'>8192</memory>"),
  GIVES ("bare-word-comment", "displayName=a\"b # c\r\nmemsize = \"8\"\n", "<name>a&quot;b</name>"),
  GIVES ("bare-words", "displayName = a b\nmemsize = 8", "<memory unit='KiB'>8192</memory>"),
  REFUSED ("bare-word-line", "a = b\r\nc = d\n\nmemsize = x\n", "line 6:"),
  GIVES ("number", "memsize = 8\n", "<memory unit='KiB'>8192</memory>"),
  GIVES ("list", "displayName = [ \"1\" ]\n", "<domain"),
  GIVES ("no-value", "displayName =", "<name></name>"),
  GIVES ("key-case", "DISPLAYNAME = \"a\"\nMemSize = \"8\"\n", "<memory unit='KiB'>8192</memory>"),
  GIVES_WITHOUT ("first-wins", "displayName = \"a\"\nDISPLAYname = \"b\"\n", "<name>a</name>",
                 "b</name>"),
  GIVES ("unknown-keys", "foo.bar = \"x\"\nnvram = \"a.nvram\"\n", "<domain type='vmware'>"),
  REFUSED ("empty", "!", "config.version is missing: must be 8, or"),
  REFUSED ("comments-only", "!# a\n# b\n\n", "config.version is missing"),
  REFUSED ("blanks-only", "! \n\t\n", "config.version is missing"),
  REFUSED ("error-line", "a = \"1\"\n\n# c\nmemsize = \"x\"\n", "line 6:"),
  REFUSED ("error-line-cr", "a = \"1\"\r\rmemsize = \"x\"\r", "line 5:"),
  CASES_END
};

static const ConvertCase encodings[] = {
  GIVES ("absent", "displayName = \"\xc3\xbc\"\n", "<name>\xc3\xbc</name>"),
  GIVES ("utf-8", ".encoding = \"utf-8\"\ndisplayName = \"\xc3\xbc\"\n", "<name>\xc3\xbc</name>"),
  GIVES ("absent-1252", "displayName = \"B\xfcro\x80\x81\"\n", "<name>B\xc3\xbcro\xe2\x82\xac\xc2\x81</name>"),
  GIVES ("not-utf-8", ".encoding = \"UTF-8\"\nannotation = \"\xfc\"\n",
         "<description>\xc3\xbc</description>"),
  GIVES ("escapes", "annotation = \"|fc|c3|bc\"\ndisplayName = \"%c3%bc\"\n",
         "<name>\xc3\xbc</name>\n<uuid>00000000-0000-0000-0000-000000000000</uuid>\n<description>\xc3\xbc\xc3\x83\xc2\xbc</description>"),
  GIVES ("windows-1252", "displayName = \"\x80\xfc\"\n.encoding = \"windows-1252\"\n",
         "<name>\xe2\x82\xac\xc3\xbc</name>"),
  GIVES ("gbk", ".encoding = \"GBK\"\ndisplayName = \"\xb2\xe2\"\n", "<name>\xe6\xb5\x8b</name>"),
  GIVES ("big5", ".encoding = \"Big5\"\ndisplayName = \"\xb4\xfa\"\n", "<name>\xe6\xb8\xac</name>"),
  GIVES ("shift-jis", ".encoding = \"Shift_JIS\"\ndisplayName = \"\x83\x65\\~\x87\x40\"\n",
         "<name>\xe3\x83\x86\\~\xe2\x91\xa0</name>"),
#define ENCODED(encoding, bytes, utf8)                                                            \
  GIVES (encoding, ".encoding = \"" encoding "\"\ndisplayName = \"" bytes "\"\n", "<name>" utf8 "</name>")
  ENCODED ("windows-949-2000", "\xc7\xd1\x8c\x63", "\xed\x95\x9c\xeb\x98\xa0"),
  ENCODED ("windows-936-2000", "\xb2\xe2\x80", "\xe6\xb5\x8b\xe2\x82\xac"),
  ENCODED ("windows-950-2000", "\xb4\xfa", "\xe6\xb8\xac"),
  ENCODED ("windows-874-2000", "\xa1", "\xe0\xb8\x81"),
  ENCODED ("TIS-620", "\xa1\x80", "\xe0\xb8\x81\xe2\x82\xac"),
  ENCODED ("MS874", "\xa1", "\xe0\xb8\x81"),
  ENCODED ("Windows-31J", "\x83\x65\\", "\xe3\x83\x86\\"),
  ENCODED ("ibm-943_P15A-2003", "\x83\x65\\", "\xe3\x83\x86\\"),
  ENCODED ("EUC-KR", "\xc7\xd1", "\xed\x95\x9c"),
  ENCODED ("KS_C_5601-1987", "\xc7\xd1", "\xed\x95\x9c"),
  ENCODED ("EUC-JP", "\xa5\xc6", "\xe3\x83\x86"),
  ENCODED ("ISO-2022-JP", "\x1b$B%F\x1b(B", "\xe3\x83\x86"),
  ENCODED ("GB2312", "\xb2\xe2\x81\x40", "\xe6\xb5\x8b\xe4\xb8\x82"),
  ENCODED ("GB18030", "\xb2\xe2\x81\x30\x84\x36", "\xe6\xb5\x8b\xc2\xa5"),
  ENCODED ("ibm-850_P100-1995", "\x81", "\xc3\xbc"),
  ENCODED ("IBM437", "\x81", "\xc3\xbc"),
  ENCODED ("cp852", "\x81", "\xc3\xbc"),
  ENCODED ("ibm-866_P100-1995", "\x80", "\xd0\x90"),
  ENCODED ("IBM00858", "\xd5", "\xe2\x82\xac"),
  ENCODED ("ibm-5347_P100-1998", "\xc0", "\xd0\x90"),
  ENCODED ("ibm-912_P100-1995", "\xb1", "\xc4\x85"),
  ENCODED ("ISO-8859-2", "\xb1", "\xc4\x85"),
  ENCODED ("ISO-8859-15", "\xa4", "\xe2\x82\xac"),
  ENCODED ("latin1", "\xfc", "\xc3\xbc"),
  ENCODED ("windows-1250", "\x81\xb9", "\xc2\x81\xc4\x85"),
  ENCODED ("windows-1257", "\xe0", "\xc4\x85"),
  ENCODED ("macintosh", "\x9f", "\xc3\xbc"),
  ENCODED ("x-macroman", "\x9f", "\xc3\xbc"),
  ENCODED ("x-mac-cyrillic", "\x80", "\xd0\x90"),
  ENCODED ("KOI8-R", "\xe1", "\xd0\x90"),
  ENCODED ("US-ASCII", "\xfc", "\xc3\xbc"),
  ENCODED ("ibm-5348_P100-1997", "\x81\x8d\x8f\x90\x9d", "\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d"),
  GIVES ("utf8", ".encoding = \"UTF8\"\ndisplayName = \"\xc3\xbc\"\n", "<name>\xc3\xbc</name>"),
  REFUSED ("unknown", ".encoding = \"klingon\"\n", ".encoding = \"klingon\": must be the encoding"),
  GIVES ("empty-name", ".encoding = \"\"\ndisplayName = \"\xfc\"\n", "<name>\xc3\xbc</name>"),
  GIVES ("not-so", ".encoding = \"UTF8\"\ndisplayName = \"\xfc\"\n", "<name>\xc3\xbc</name>"),
  GIVES ("utf-8-in-gbk", ".encoding = \"GBK\"\ndisplayName = \"\xe2\x82\xac\"\n", "<name>\xe2\x82\xac</name>"),
  REFUSED ("neither", ".encoding = \"GBK\"\n\ndisplayName = \"\xff\"\n",
           "line 3: .encoding = \"GBK\": must be the encoding of this file: the byte ff in line 5"),
  REFUSED ("utf-16-by-name", ".encoding = \"UTF-16LE\"\n", "must be the encoding"),
  REFUSED ("ebcdic", ".encoding = \"IBM037\"\n", "must be the encoding"),
  CASES_END
};

static const ConvertCase values[] = {
  GIVES ("bool", "smbios.reflecthost = \"TrUe\"\n", "<smbios mode='host'/>"),
  GIVES_WITHOUT ("bool-false", "smbios.reflecthost = \"FALSE\"\n", "<os>", "smbios"),
  GIVES ("bool-yes", "smbios.reflecthost = \"yes\"\n", "<smbios mode='host'/>"),
  GIVES ("bool-1", "smbios.reflecthost = \"1\"\n", "<smbios mode='host'/>"),
  REFUSED ("bool-word", "smbios.reflecthost = \"maybe\"\n",
           "line 3: smbios.reflecthost = \"maybe\": must be \"true\" or \"false\""),
  GIVES_WITHOUT ("bool-empty", "smbios.reflecthost = \"\"\n", "<os>", "smbios"),
  GIVES ("int-blank-before", "memsize = \" \t8\"\n", "<memory unit='KiB'>8192</memory>"),
  GIVES ("int-sign", "memsize = \"+8\"\n", "<memory unit='KiB'>8192</memory>"),
  REFUSED ("int-blank-after", "memsize = \"8 \"\n",
           "line 3: memsize = \"8 \": must be a whole number"),
  REFUSED ("int-hex", "memsize = \"0x8\"\n", "must be a whole number"),
  REFUSED ("int-empty", "memsize = \"\"\n", "must be a whole number"),
  REFUSED ("int-overflow", "sched.mem.max = \"9223372036854775808\"\n", "must be a whole number"),
  GIVES ("int-unlimited", "sched.mem.max = \"UNLIMITED\"\n",
         "<currentMemory unit='KiB'>32768</currentMemory>"),
  GIVES ("uuid-dashes", "uuid.bios = \"50115e16-9bdc-49d7-f171-53c4d7f91710\"\n",
         "<uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>"),
  GIVES ("uuid-blanks", "uuid.bios = \" 50 11 5E16--9bdc49d7-  f17153c4d7f91710\t\"\n",
         "<uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>"),
  REFUSED ("uuid-in-a-pair", "uuid.bios = \"5 0115e169bdc49d7f17153c4d7f91710\"\n",
           "must be a UUID"),
  REFUSED ("uuid-short", "uuid.bios = \"50 11\"\n", "must be a UUID"),
  REFUSED ("uuid-long", "uuid.bios = \"50115e169bdc49d7f17153c4d7f9171000\"\n", "must be a UUID"),
  CASES_END
};

static const ConvertCase identity[] = {
  GIVES ("config-version-6", "!config.version = \"6\"\nvirtualHW.version = \"3\"\n", "<domain"),
  REFUSED ("config-version-9", "!config.version = \"9\"\nvirtualHW.version = \"4\"\n",
           "line 1: config.version = \"9\": must be 8"),
  REFUSED ("config-version-5", "!config.version = \"5\"\nvirtualHW.version = \"2\"\n",
           "line 1: config.version = \"5\": must be 8"),
  REFUSED ("encrypted",
           "!displayName = \"a\"\nencryption.keySafe = \"vmware:key\"\nencryption.data = \"AA\"\n",
           "line 3: encryption.data = \"AA\": the machine is encrypted"),
  REFUSED ("encrypted-keys-only", "!encryption.keySafe = \"vmware:key\"\n",
           "line 1: encryption.keySafe = \"vmware:key\": the machine is encrypted"),
  GIVES ("encrypted-tpm-only", "encryption.keySafe = \"vmware:key\"\ndisplayName = \"a\"\n",
         "<name>a</name>"),
  REFUSED ("no-config-version", "!virtualHW.version = \"4\"\n", "config.version is missing"),
  GIVES ("hardware-3", "!config.version = \"8\"\nvirtualHW.version = \"3\"\n", "<domain"),
  REFUSED ("hardware-2", "!config.version = \"8\"\nvirtualHW.version = \"2\"\n",
           "line 2: virtualHW.version = \"2\": must be from 3 to"),
  REFUSED ("no-hardware", "!config.version = \"8\"\n", "virtualHW.version is missing"),
  GIVES ("hardware-any", "!config.version = \"8\"\nvirtualHW.version = \"21\"\n",
         "<domain type='vmware'>"),
  GIVES ("no-name", "",
         "<domain type='vmware'>\n<uuid>00000000-0000-0000-0000-000000000000</uuid>"),
  GIVES ("name-escapes", "displayName = \"a%2fb|22%7c22%25\"\n", "<name>a/b&quot;&quot;%</name>"),
  GIVES ("name-lone-percent", "displayName = \"100% a%2\"\n", "<name>100% a%2</name>"),
  GIVES ("name-lone-pipe", "displayName = \"a|gg|\"\n", "<name>a|gg|</name>"),
  GIVES ("name-byte-0", "displayName = \"a%00b\"\n", "<name>a</name>"),
  GIVES ("name-markup", "displayName = \"<a & 'b'>\"\n",
         "<name>&lt;a &amp; &apos;b&apos;&gt;</name>"),
  GIVES ("control-characters", "displayName = \"a|01|08|09|0b|0c|0e|19|1a|1f\"\n",
         "<name>a\t</name>"),
  GIVES ("other-uuids", "uuid.location = \"x\"\nvc.uuid = \"y\"\nuuid.action = \"z\"\n",
         "<uuid>00000000-0000-0000-0000-000000000000</uuid>"),
  GIVES ("annotation", "annotation = \"a%20|7C|22\"\n", "<description>a%20|&quot;</description>"),
  GIVES ("annotation-lines", "annotation = \"a|0Ab\"\n", "<description>a\nb</description>"),
  GIVES ("annotation-lone", "annotation = \"a | b |0\"\n", "<description>a | b |0</description>"),
  GIVES ("genid", "vm.genid = \"-1\"\nvm.genidX = \"2\"\n",
         "<genid>ffffffff-ffff-ffff-0000-000000000002</genid>"),
  GIVES ("genid-half", "vm.genidX = \"8425080461021429386\"\n",
         "<genid>00000000-0000-0000-74eb-e60a93443e8a</genid>"),
  GIVES_WITHOUT ("genid-0", "vm.genid = \"0\"\nvm.genidX = \"0\"\n", "<uuid>", "genid"),
  REFUSED ("genid-bad", "vm.genid = \"x\"\n", "must be a whole number"),
  CASES_END
};

static const ConvertCase resources[] = {
  GIVES ("memory-default", "",
         "<memory unit='KiB'>32768</memory>\n<currentMemory unit='KiB'>32768</currentMemory>\n<vcpu"),
  REFUSED ("memory-3", "memsize = \"3\"\n",
           "line 3: memsize = \"3\": must be a multiple of 4 (MiB)"),
  REFUSED ("memory-0", "memsize = \"0\"\n", "must be a multiple of 4"),
  REFUSED ("memory-negative", "memsize = \"-4\"\n", "must be a multiple of 4"),
  REFUSED ("memory-huge", "memsize = \"9223372036854775804\"\n", "must be a multiple of 4"),
  GIVES ("max", "memsize = \"8\"\nsched.mem.max = \"5\"\n",
         "<currentMemory unit='KiB'>5120</currentMemory>"),
  GIVES ("max-0", "memsize = \"8\"\nsched.mem.max = \"0\"\n",
         "<currentMemory unit='KiB'>8192</currentMemory>"),
  GIVES ("max-negative", "memsize = \"8\"\nsched.mem.max = \"-5\"\n",
         "<currentMemory unit='KiB'>8192</currentMemory>"),
  GIVES ("max-more", "memsize = \"8\"\nsched.mem.max = \"9\"\n",
         "<currentMemory unit='KiB'>8192</currentMemory>"),
  GIVES ("min", "memsize = \"8\"\nsched.mem.minsize = \"5\"\n",
         "</currentMemory>\n<memtune>\n<min_guarantee unit='KiB'>5120</min_guarantee>\n</memtune>\n<vcpu"),
  GIVES ("min-more", "memsize = \"8\"\nsched.mem.minsize = \"9\"\n",
         "<min_guarantee unit='KiB'>8192</min_guarantee>"),
  GIVES_WITHOUT ("min-negative", "sched.mem.minsize = \"-1\"\n", "<memory", "memtune"),
  GIVES_WITHOUT ("min-0", "sched.mem.minsize = \"0\"\n", "<memory", "memtune"),
  GIVES ("vcpus", "numvcpus = \"3\"\n", "<vcpu placement='static'>3</vcpu>"),
  GIVES ("vcpus-many", "numvcpus = \"999\"\n", "<vcpu placement='static'>999</vcpu>"),
  REFUSED ("vcpus-0", "numvcpus = \"0\"\n", "line 3: numvcpus = \"0\": must be from 1 to"),
  REFUSED ("vcpus-huge", "numvcpus = \"4294967296\"\n", "must be from 1 to 4294967295"),
  GIVES ("affinity", "numvcpus = \"2\"\nsched.cpu.affinity = \"7,0, 1 ,2,4\"\n",
         "<vcpu placement='static' cpuset='0-2,4,7'>2</vcpu>"),
  GIVES ("affinity-all", "sched.cpu.affinity = \"ALL\"\n", "<vcpu placement='static'>1</vcpu>"),
  GIVES ("affinity-repeats", "numvcpus = \"3\"\nsched.cpu.affinity = \"1,1,1\"\n",
         "<vcpu placement='static' cpuset='1'>3</vcpu>"),
  GIVES ("affinity-pair", "numvcpus = \"2\"\nsched.cpu.affinity = \"5,4\"\n", "cpuset='4-5'"),
  REFUSED ("affinity-few", "numvcpus = \"3\"\nsched.cpu.affinity = \"0,1\"\n", "at least numvcpus"),
  REFUSED ("affinity-range", "sched.cpu.affinity = \"0-3\"\n", "must be CPU numbers"),
  GIVES ("affinity-16383", "sched.cpu.affinity = \"16383\"\n", "cpuset='16383'"),
  REFUSED ("affinity-16384", "sched.cpu.affinity = \"16384\"\n", "below 16384"),
  REFUSED ("affinity-empty", "sched.cpu.affinity = \"\"\n", "must be CPU numbers"),
  REFUSED ("affinity-gap", "sched.cpu.affinity = \"1,,2\"\n", "must be CPU numbers"),
  REFUSED ("affinity-negative", "sched.cpu.affinity = \"-1\"\n", "must be CPU numbers"),
  GIVES ("shares-low", "numvcpus = \"4\"\nsched.cpu.shares = \"low\"\n",
         "</vcpu>\n<cputune>\n<shares>2000</shares>\n</cputune>\n<os>"),
  GIVES ("shares-normal", "sched.cpu.shares = \"Normal\"\n", "<shares>1000</shares>"),
  GIVES ("shares-high", "numvcpus = \"2\"\nsched.cpu.shares = \"HIGH\"\n", "<shares>4000</shares>"),
  GIVES ("shares-number", "sched.cpu.shares = \"4223\"\n", "<shares>4223</shares>"),
  GIVES ("shares-0", "sched.cpu.shares = \"0\"\n", "<shares>0</shares>"),
  GIVES ("shares-minus", "sched.cpu.shares = \"-1\"\n", "<shares>18446744073709551615</shares>"),
  REFUSED ("shares-word", "sched.cpu.shares = \"much\"\n",
           "line 3: sched.cpu.shares = \"much\": must be low"),
  GIVES ("cores", "numvcpus = \"8\"\ncpuid.coresPerSocket = \"4\"\n",
         "</os>\n<cpu>\n<topology sockets='2' dies='1' clusters='1' cores='4' threads='1'/>\n</cpu>\n<clock"),
  GIVES ("cores-remainder", "numvcpus = \"5\"\ncpuid.coresPerSocket = \"2\"\n",
         "<topology sockets='2' dies='1' clusters='1' cores='2' threads='1'/>"),
  GIVES_WITHOUT ("cores-1", "numvcpus = \"8\"\ncpuid.coresPerSocket = \"1\"\n", "<os>", "<cpu>"),
  GIVES_WITHOUT ("cores-negative", "cpuid.coresPerSocket = \"-2\"\n", "<os>", "<cpu>"),
  REFUSED ("cores-more", "numvcpus = \"2\"\ncpuid.coresPerSocket = \"4\"\n",
           "must not be more than numvcpus"),
  CASES_END
};

static const ConvertCase os[] = {
  GIVES ("none", "", "<os>\n<type arch='i686'>hvm</type>\n</os>"),
  GIVES ("32", "guestOS = \"ubuntu64\"\n", "<type arch='i686'>hvm</type>"),
  GIVES ("64", "guestOS = \"Ubuntu-64\"\n", "<type arch='x86_64'>hvm</type>"),
  GIVES ("64-alone", "guestOS = \"-64\"\n", "<type arch='x86_64'>hvm</type>"),
  GIVES ("efi", "firmware = \"efi\"\n", "<os firmware='efi'>\n<type arch='i686'>hvm</type>\n</os>"),
  GIVES ("bios", "firmware = \"bios\"\n", "<os>\n<type"),
  GIVES ("BIOS", "firmware = \"BIOS\"\n", "<os>\n<type"),
  REFUSED ("uefi", "firmware = \"uefi\"\n",
           "line 3: firmware = \"uefi\": must be \"efi\" or \"bios\""),
  GIVES ("EFI", "firmware = \"EFI\"\n", "<os firmware='efi'>"),
  GIVES ("secure",
         "firmware = \"efi\"\nuefi.secureBoot.enabled = \"TRUE\"\nsmbios.reflecthost = \"TRUE\"\n",
         "<os firmware='efi'>\n<type arch='i686'>hvm</type>\n<firmware>\n<feature enabled='yes' name='enrolled-keys'/>\n<feature enabled='yes' name='secure-boot'/>\n</firmware>\n<smbios mode='host'/>\n</os>"),
  GIVES_WITHOUT ("secure-bios", "uefi.secureBoot.enabled = \"TRUE\"\n", "<os>\n<type", "feature"),
  REFUSED ("secure-bad", "uefi.secureBoot.enabled = \"x\"\n", "must be \"true\" or \"false\""),
  GIVES ("constants", "",
         "</os>\n<clock offset='utc'/>\n<on_poweroff>destroy</on_poweroff>\n<on_reboot>restart</on_reboot>\n<on_crash>destroy</on_crash>\n<devices>"),
  CASES_END
};

/* What is not text: bytes 0, and much too much. */
static void
test_bytes (void)
{
  static const char nul[] = "a = \"1\"\nb = \"x\0y\"\n";
  g_autofree char *big = g_strnfill (HVFS_VMX_MAX_BYTES + 1, '#');
  g_autoptr (GError) error = NULL;

  g_assert_null (hvfs_vmx_read (nul, sizeof nul - 1, &stub_files, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_cmpstr (error->message, ==, "line 2: a VMX file is text, this has a byte 0");
  g_clear_error (&error);
  g_assert_null (hvfs_vmx_read (big, HVFS_VMX_MAX_BYTES + 1, &stub_files, &error));
  g_assert_error (error, HVFS_ERROR, EINVAL);
  g_assert_nonnull (strstr (error->message, "larger than 16 MiB"));
}

/* The text need not end in a NUL. */
static void
test_length (void)
{
  static const char text[] = HEAD "displayName = \"a\"\nx";
  g_autoptr (GError) error = NULL;
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (text, sizeof text - 2, &stub_files, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (domain->name, ==, "a");
}

/* What the host says: the id of a running domain, where it is and what it is called. */
static void
test_host (void)
{
  g_autoptr (HvfsDomain) domain = hvfs_vmx_read (HEAD, strlen (HEAD), &stub_files, NULL);
  g_autofree char *xml = NULL, *inactive = NULL;

  domain->id = 42;
  domain->moref = g_strdup ("vm-42");
  domain->datacenter_path = g_strdup ("a&b/dc");
  xml = hvfs_domain_xml_write (domain, 0);
  inactive = hvfs_domain_xml_write (domain, HVFS_DOMAIN_XML_INACTIVE);
  g_assert_true (g_str_has_prefix (xml, "<domain type='vmware' id='42' xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'>\n"));
  g_assert_true (g_str_has_prefix (inactive, "<domain type='vmware' xmlns:vmware="));
  g_assert_true (g_str_has_suffix (xml, "  </devices>\n  <vmware:datacenterpath>a&amp;b/dc</vmware:datacenterpath>\n  <vmware:moref>vm-42</vmware:moref>\n</domain>\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_cases ("/vmx-read/syntax", syntax, vmx_to_xml);
  add_cases ("/vmx-read/encodings", encodings, vmx_to_xml);
  add_cases ("/vmx-read/values", values, vmx_to_xml);
  add_cases ("/vmx-read/identity", identity, vmx_to_xml);
  add_cases ("/vmx-read/resources", resources, vmx_to_xml);
  add_cases ("/vmx-read/os", os, vmx_to_xml);
  g_test_add_func ("/vmx-read/bytes", test_bytes);
  g_test_add_func ("/vmx-read/length", test_length);
  g_test_add_func ("/vmx-read/host", test_host);
  return g_test_run ();
}
