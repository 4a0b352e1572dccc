# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/newer.py - devices of API 7.0, as pyVmomi would have them if it were newer

By VMware's reference of the API: VirtualWDT, VirtualPrecisionClock and its backing.
"""
from pyVmomi import VmomiSupport as V

NEWEST = 'vim.version.version13'  # that pyVmomi has
NEWEST_SPOKEN = 'vim.version.version12'  # 6.7, which the simulator speaks, too
SEVEN = 'vim.version.version14'
DEVICE = 'vim.vm.device.VirtualDevice'


def add(version):
    """@version: since when, to pyVmomi: it reads nothing of a type that is newer than the server's namespace"""
    V.CreateDataType('vim.vm.device.VirtualWDT', 'VirtualWDT', DEVICE, version,
                     [('runOnBoot', 'boolean', version, 0), ('running', 'boolean', version, 0)])
    V.CreateDataType('vim.vm.device.VirtualPrecisionClock', 'VirtualPrecisionClock', DEVICE, version, None)
    V.CreateDataType('vim.vm.device.VirtualPrecisionClock.SystemClockBackingInfo',
                     'VirtualPrecisionClockSystemClockBackingInfo', DEVICE + '.BackingInfo', version,
                     [('protocol', 'string', version, V.F_OPTIONAL)])


def add_seven():
    """The version 7.0, and what is of it."""
    V.AddVersion(SEVEN, 'vim25', '7.0', 0, 'vim25')
    for version in [NEWEST, *V.parentMap[NEWEST]]:
        V.AddVersionParent(SEVEN, version)
    add(SEVEN)
