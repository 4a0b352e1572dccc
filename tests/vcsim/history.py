#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""history.py TYPES.GO MO.GO >history.txt - since when each part of the schema exists

pyVmomi knows for each class, property, method and parameter the version of the
API that brought it; what govmomi's types have and pyVmomi has not is newer than
6.7, which is all that matters of it. Run by hand when either package changes.
"""
import collections
import re
import sys

from pyVmomi import VmomiSupport

ORDER = ["4.0", "4.1", "5.0", "5.1", "5.5", "6.0", "6.5", "6.7", "7.0"]
# What hvfs, libvirt and the tests may meet; the whole schema is six times that.
WANTED = re.compile(r"(Virtual|ParaVirtual|Host(System|Capability|Hardware|Runtime|List|Config(Info|Manager|Summary)|"
                    r"Cpu|AutoStart|Mount|VmfsVolume|NasVolume|System(Info|Resource))|Datastore|Datacenter|Folder|"
                    r"StoragePod|Network|OpaqueNetwork|DistributedVirtual|VmwareDistributed|DVPortgroup|ResourcePool|"
                    r"ResourceConfig|ResourceAllocation|Task|AboutInfo|ServiceContent|Guest|NetIp|NetDns|Tools|Compute|"
                    r"ClusterCompute|VApp|FileInfo|FileQuery|LocalDatastore|Vmfs|Nas|UserSession|SessionManager|Property|"
                    r"AlarmState$|Event$|VmEvent|Perf|ManagedEntity|OptionValue|ChoiceOption)")
UNWANTED = re.compile(r"\w*(Event|Option|Profile|Metadata|Fault)\w*\b")
# The core of the API has no versions in pyVmomi.
CORE = {"RetrievePropertiesEx()": "4.1", "ContinueRetrievePropertiesEx()": "4.1",
        "CancelRetrievePropertiesEx()": "4.1", "WaitForUpdatesEx()": "4.1", "CreatePropertyCollector()": "4.1",
        "DestroyPropertyCollector()": "4.1", "PropertyFilterSpec.reportMissingObjectsInResults": "4.1",
        "UpdateSet.truncated": "4.1"}
# Classes of 7.0 that hvfs sends and pyVmomi does not have.
CORE.update({name: "7.0" for name in ("VirtualWDT", "VirtualPrecisionClock", "VirtualPrecisionClockSystemClockBackingInfo")})


def version(v):
    n = VmomiSupport.versionIdMap.get(v, "2.5") if v and v.startswith("vim.") else "2.5"
    n = {"6.7.1": "6.7"}.get(n, n)
    return n if n in ORDER else None


def known():
    """name -> version or None, of all that pyVmomi has, and the names of the
    properties that classes inherit."""
    out, inherited = {}, set()
    for key in list(VmomiSupport._wsdlDefMap):
        try:
            t = VmomiSupport.GetWsdlType(*key)
        except Exception:  # pylint: disable=broad-except
            continue  # no class
        name = key[1]
        out[name] = version(getattr(t, "_version", None))
        if hasattr(t, "_GetPropertyList"):
            inherited.update(name + "." + p.name for p in t._GetPropertyList())
        for p in getattr(t, "_propList", None) or []:
            out[name + "." + p.name] = version(p.version)
        for m in (getattr(t, "_methodInfo", None) or {}).values():
            info = getattr(m, "info", m)
            out[info.wsdlName + "()"] = version(info.version)
            for p in info.params:
                out[info.wsdlName + "." + p.name] = version(p.version)
    return out, inherited


def fields(path):
    """Class.field of all structs of a Go file."""
    name = None
    with open(path, encoding="utf-8") as f:
        for line in f:
            if m := re.match(r"type (\w+) struct", line):
                name = m.group(1).replace("RequestType", "")
            elif m := re.search(r'`(?:xml|mo):"(\w+)', line):
                yield name, m.group(1)


def main():
    table, inherited = known()
    found = {k: v for k, v in table.items()
             if v and (WANTED.match(k) and not UNWANTED.match(k) or k.endswith("()"))}
    for path in sys.argv[1:]:
        for cls, field in fields(path):
            name = cls + "." + field
            if WANTED.match(cls) and not UNWANTED.match(cls) and cls in table and field != "_this" \
                    and name not in table and name not in inherited:
                found[name] = "7.0"
    found.update(CORE)
    lines = collections.defaultdict(list)
    for name in sorted(found):
        cls, dot, field = name.partition(".")
        lines[found[name], cls if dot else ""].append(field or name)
    for at, cls in sorted(lines, key=lambda k: (ORDER.index(k[0]), k[1])):
        print(at, cls + ":", *lines[at, cls])


main()
