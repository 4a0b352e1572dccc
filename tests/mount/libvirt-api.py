#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions of libvirt's API that virsh has no command for, or calls in a way that the driver refuses.

    libvirt-api.py URI FUNCTION [ARGUMENT...]

Calls it by its name in C, and prints what it returns: a value a line.  The user and the password
are those of LIBVIRT_AUTH_FILE.
"""
import ctypes
import re
import sys

import libvirt

FUNCTIONS = {
    "virConnectClose": lambda c: c.close(),
    "virConnectIsAlive": lambda c: c.isAlive(),
    "virConnectIsEncrypted": lambda c: c.isEncrypted(),
    "virConnectIsSecure": lambda c: c.isSecure(),
    "virConnectListDefinedInterfaces": lambda c: c.listDefinedInterfaces(),
    "virConnectListInterfaces": lambda c: c.listInterfaces(),
    "virConnectNumOfDefinedInterfaces": lambda c: c.numOfDefinedInterfaces(),
    "virConnectNumOfInterfaces": lambda c: c.numOfInterfaces(),
    "virConnectOpenAuth": lambda c, uri: connect(uri).getURI(),
    "virDomainGetMemoryParameters": lambda c, name: min_guarantee(c.lookupByName(name)),
    "virDomainIsActive": lambda c, name: c.lookupByName(name).isActive(),
    "virDomainIsUpdated": lambda c, name: c.lookupByName(name).isUpdated(),
    "virDomainSetMaxMemory": lambda c, name, kib: c.lookupByName(name).setMaxMemory(int(kib)),
    "virDomainSetMemoryParameters": lambda c, name, kib: set_min_guarantee(c.lookupByName(name), kib),
    "virInterfaceIsActive": lambda c, mac: c.interfaceLookupByMACString(mac).isActive(),
}


def min_guarantee(domain):
    """libvirt 9.0 calls the driver with a flag that it refuses; the XML has the same value."""
    try:
        return "min_guarantee=%s" % domain.memoryParameters(0)["min_guarantee"]
    except libvirt.libvirtError as error:
        if "unsupported flags" not in str(error):
            raise
    return "min_guarantee=" + re.search("<min_guarantee unit='KiB'>([0-9]+)<", domain.XMLDesc(0)).group(1)


class Parameter(ctypes.Structure):
    """virTypedParameter, of a guint64."""
    _fields_ = [("field", ctypes.c_char * 80), ("type", ctypes.c_int),
                ("value", ctypes.c_ulonglong)]


def set_min_guarantee(domain, kib):
    """In C: Python's binding asks for the parameters first, with that flag."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    parameter = Parameter(b"min_guarantee", libvirt.VIR_TYPED_PARAM_ULLONG, int(kib))
    return ctypes.CDLL("libvirt.so.0").virDomainSetMemoryParameters(
        ctypes.c_void_p(pointer(domain._o, b"virDomainPtr")), ctypes.byref(parameter), 1, 0)


def connect(uri):
    no_questions = [[libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_NOECHOPROMPT], lambda *_: -1, None]
    return libvirt.openAuth(uri, no_questions, 0)


def main():
    libvirt.registerErrorHandler(lambda *_: None, None)
    try:
        value = FUNCTIONS[sys.argv[2]](connect(sys.argv[1]), *sys.argv[3:])
    except libvirt.libvirtError as error:
        sys.exit("error: %s" % error)
    print(*(value if isinstance(value, list) else [value]), sep="\n")


if __name__ == "__main__":
    main()
