#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/ops/test-ops-table.py - the rows of the two tables; see table.py

Run by test-ops-table.sh, against a server whose machines are in all states.
"""
from table import await_path, bash, control, end, fails, machines, make_folder, read_path, works

M = machines()
VM, OTHER, THIRD = M['running'][:3]
OFF, SUSPENDED, TOOLLESS, TEMPLATE = M['off'][0], M['suspended'][0], M['no tools'][0], M['template'][0]
WINDOWS = M['off'][1]
HOST = 'datacenters/DC0/hosts/DC0_H0'
CLUSTER = 'datacenters/DC0/clusters/DC0_C0'
ON, DOWN, PAUSED = 'poweredOn', 'poweredOff', 'suspended'


def state():
    for word, wanted, said in (
            ('off', 'off', DOWN), ('start', 'running', ON), ('suspend', 'suspended', PAUSED),
            ('resume', 'running', ON), ('destroy', 'off', DOWN), ('running', 'running', ON),
            ('suspended', 'suspended', PAUSED), ('running', 'running', ON), ('reset', 'running', ON),
            ('reboot', 'running', ON), ('shutdown', 'off', DOWN), ('running', 'running', ON),
            ('standby', 'suspended', PAUSED), ('running', 'running', ON)):
        works('state', VM, f'echo {word} > state', 'state', wanted, 'runtime.powerState', said)
    works('state', VM, 'echo running > state  # as it is', 'state', 'running', 'runtime.powerState', ON)
    works('state', OFF, 'echo shutdown > state  # as it is', 'state', 'off', 'runtime.powerState', DOWN)
    works('state', VM, r"printf '  off \r\n' > state", 'state', 'off', 'runtime.powerState', DOWN)
    works('state', VM, 'echo -n running >> state', 'state', 'running', 'runtime.powerState', ON)
    works('state', VM, r"printf 'off\nrunning\n' > state", 'state', 'running', 'runtime.powerState', ON)
    works('state', VM, '{ echo off; echo running; } > state', 'state', 'running', 'runtime.powerState', ON)
    works('state', VM, ': > state', 'state', 'running', 'runtime.powerState', ON)
    works('state', VM, 'truncate -s 0 state', 'state', 'running', 'runtime.powerState', ON)


def state_refused():
    fails('state', VM, 'echo flying > state', 'EINVAL', "'flying' is not one of running, start", before='state')
    fails('state', VM, 'echo Off > state', 'EINVAL', "'Off' is not one of", before='state')
    fails('state', VM, 'echo > state', 'EINVAL', 'empty', before='state')
    fails('state', VM, "echo '   ' > state", 'EINVAL', 'empty', before='state')
    fails('state', VM, r"printf 'off\0' > state", 'EINVAL', 'NUL', before='state')
    fails('state', VM, r"printf 'o\001ff' > state", 'EINVAL', 'control character', before='state')
    fails('state', VM, r"printf 'off\377' > state", 'EINVAL', 'UTF-8', before='state')
    fails('state', VM, 'dd if=/dev/zero of=state bs=1M count=1 conv=notrunc status=none', 'EFBIG', 'bytes at once',
          before='state')
    fails('state', VM, "printf '%70000s' off | dd of=state bs=70000 iflag=fullblock status=none", 'EFBIG', 'at most 65536', before='state')
    fails('state', OFF, 'echo reset > state', 'EBUSY', 'cannot be performed in the current state', before='state')
    fails('state', OFF, 'echo reboot > state', 'EBUSY', 'cannot be performed in the current state', before='state')
    fails('state', OFF, 'echo suspend > state', 'EBUSY', 'cannot be performed in the current state', before='state')
    fails('state', SUSPENDED, 'echo shutdown > state', 'EBUSY', 'cannot be performed in the current state', before='state')
    for word in 'shutdown', 'reboot', 'standby':
        fails('state', TOOLLESS, f'echo {word} > state', 'ENODEV', 'VMware Tools', before='state')
    fails('state', TEMPLATE, 'echo running > state  # a template', 'EBUSY', 'not allowed in the current state', before='state')
    fails('state', VM, 'echo off > state  # no privilege', 'EACCES', 'ermission', before='state',
          method='PowerOffVM_Task', fault='NoPermission')
    fails('state', OFF, 'echo running > state  # the server fails', 'ENOMEM', 'nsufficient', before='state',
          method='PowerOnVM_Task', fault='InsufficientCpuResourcesFault')
    fails('state', OFF, 'echo running > state  # a licence', 'EPERM', 'estricted', before='state',
          method='PowerOnVM_Task', fault='RestrictedVersion')


def sched():
    cpu = 'config.cpuAllocation.reservation config.cpuAllocation.limit config.cpuAllocation.shares.level'
    ram = cpu.replace('cpu', 'memory')
    bash(THIRD, 'echo shares=normal reservation=0 limit=-1 | tee sched > memtune')
    for line, wanted, said in (
            ('reservation=500 limit=2000', 'reservation=500 limit=2000 shares=normal', '500 2000 normal'),
            ('shares=high', 'reservation=500 limit=2000 shares=high', '500 2000 high'),
            ('shares=1234 limit=-1', 'reservation=500 limit=-1 shares=1234', '500 -1 custom'),
            ('shares=-1', 'reservation=500 limit=-1 shares=low', '500 -1 low'),
            ('shares=-2', 'reservation=500 limit=-1 shares=normal', '500 -1 normal'),
            ('shares=-3', 'reservation=500 limit=-1 shares=high', '500 -1 high'),
            ('limit=800', 'reservation=500 limit=800 shares=high', '500 800 high'),
            ('limit=500', 'reservation=500 limit=500 shares=high', '500 500 high'),
            ('limit=unlimited reservation=0 shares=low', 'reservation=0 limit=-1 shares=low', '0 -1 low')):
        works('sched', THIRD, f'echo {line} > sched', 'sched', wanted, cpu, said)
    works('sched', THIRD, r"printf 'reservation=100\nshares=normal\n' > sched", 'sched',
          'reservation=100 limit=-1 shares=normal', cpu, '100 -1 normal')
    for line, wanted, said in (
            ('reservation=1048576 limit=2097152', 'reservation=1048576 limit=2097152 shares=normal', '1024 2048 normal'),
            ('reservation=512MiB shares=low', 'reservation=524288 limit=2097152 shares=low', '512 2048 low'),
            ('limit=unlimited shares=-2 reservation=0', 'reservation=0 limit=-1 shares=normal', '0 -1 normal')):
        works('memtune', THIRD, f'echo {line} > memtune', 'memtune', wanted, ram, said)


def sched_refused():
    for file in 'sched', 'memtune':
        for line, text in (
                ('speed=3', "'speed' is not one of reservation, limit, shares"), ('500', 'reservation='),
                ('reservation=many', 'not a number'), ('reservation=-5', 'not a number'), ('limit=-2', 'not a number'),
                ('limit=', 'has no value'), ('shares=-4', 'low, normal, high'), ('shares=many', 'low, normal, high'),
                ('shares=99999999999', 'low, normal, high'), ('limit=1024 limit=2048', 'given twice'),
                ('reservation=4096 limit=2048', 'below the reservation')):
            fails(file, OTHER, f'echo {line} > {file}', 'EINVAL', text, before=file)
        fails(file, OTHER, f'echo shares=high > {file}  # no privilege', 'EACCES', 'ermission', before=file,
              method='ReconfigVM_Task', fault='NoPermission')
        fails(file, OTHER, f'echo shares=high > {file}  # busy', 'EBUSY', 'TaskInProgress', before=file,
              method='ReconfigVM_Task', fault='TaskInProgress')
    fails('memtune', OTHER, 'echo reservation=1000 > memtune', 'EINVAL', 'whole number of MiB', before='memtune')


def hardware():
    for line, wanted, said in (('4194304', '4194304', '4096'), ('8GiB', '8388608', '8192'), ('512 MiB', '524288', '512'),
                               ('2G', '2097152', '2048')):
        works('memory', OFF, f'echo {line} > memory', 'memory', wanted, 'config.hardware.memoryMB', said)
    works('vcpus', OFF, 'echo 4 > vcpus', 'vcpus', '4', 'config.hardware.numCPU', '4')
    works('vcpus', OFF, 'echo 1 > vcpus', 'vcpus', '1', 'config.hardware.numCPU', '1')


    works('guest-id', OFF, 'echo debian11_64Guest > guest-id', 'guest-id', 'debian11_64Guest', 'config.guestId',
          'debian11_64Guest')
    works('hwversion', OFF, 'echo vmx-13 > hwversion  # as it is', 'hwversion', 'vmx-13', 'config.version', 'vmx-13')


def hardware_refused():
    fails('guest-id', OFF, 'echo Debian11 > guest-id', 'EINVAL', 'the nearest are debian11_64Guest, ',
          before='guest-id')
    fails('guest-id', VM, 'echo debian11_64Guest > guest-id', 'EBUSY', 'must be off', before='guest-id')
    fails('hwversion', OFF, 'echo vmx-7 > hwversion', 'EINVAL', 'can only be upgraded', before='hwversion')
    fails('hwversion', OFF, 'echo vmx-99 > hwversion', 'ENOTSUP', 'the host supports vmx-04, vmx-07', before='hwversion')
    fails('hwversion', OFF, 'echo 13 > hwversion', 'EINVAL', 'write one such as vmx-19', before='hwversion')
    for line, text in (('lots', 'number with a unit'), ('-1', 'number with a unit'), ('5parsec', 'not a unit'),
                       ('0', 'multiple of 4'), ('1025MiB', 'multiple of 4 MiB'), ('1000', 'whole number of MiB'),
                       ('99999999999999999999', 'number with a unit'), ('9999999TiB', '')):
        fails('memory', OFF, f'echo {line} > memory', 'EINVAL', text, before='memory')
    for line in '0', '-2', 'two', '1.5', '99999999999':
        fails('vcpus', OFF, f'echo {line} > vcpus', 'EINVAL', '', before='vcpus')
    fails('memory', VM, 'echo 16GiB > memory  # running, no hot-add', 'EINVAL', 'hot plug', before='memory')
    fails('vcpus', VM, 'echo 8 > vcpus  # running, no hot-add', 'EINVAL', 'hot plug', before='vcpus')
    fails('vcpus', OFF, 'echo 2 > vcpus  # no privilege', 'EACCES', 'ermission', before='vcpus',
          method='ReconfigVM_Task', fault='NoPermission')


def migrate():
    where = 'runtime.host'
    for line, wanted in (
            ('DC0_H1', 'DC0_H1'), ('/datacenters/DC0/hosts/DC0_H0', 'DC0_H0'), ('../../../DC0_H1', 'DC0_H1'),
            ('vpx://127.0.0.1/DC0/DC0_H0', 'DC0_H0'), ('esx://DC0_H1/', 'DC0_H1'),
            ('vpx://me@localhost:1/DC0/DC0_H0/', 'DC0_H0'), (f'$MNT/{HOST[:-1]}1/', 'DC0_H1'),
            (f'/{CLUSTER}/hosts/DC0_C0_H1', 'DC0_C0_H1'), (f'/{HOST}/domains/', 'DC0_H0'),
            ('DC0_H1 priority=high', 'DC0_H1'), ('DC0_H0 priority=default pool=/', 'DC0_H0'),
            ('vpx://127.0.0.1/DC0/DC0_C0/DC0_C0_H0 priority=low', 'DC0_C0_H0')):
        works('migrate', VM, f'echo {line} > migrate', 'migrate', f'done {wanted}', where, wanted)
    works('migrate', VM, 'echo DC0_H0 datastore=LocalDS_1 > migrate', 'migrate', 'done DC0_H0',
          'runtime.host datastore', 'DC0_H0 LocalDS_1')
    works('migrate', VM, 'echo datastore=LocalDS_0 > migrate', 'migrate', 'done LocalDS_0',
          'runtime.host datastore runtime.powerState', f'DC0_H0 LocalDS_0 {ON}')
    works('migrate', VM, 'echo DC0_C0 > migrate', 'migrate', 'done DC0_C0', where, '~DC0_C0_H[01]')
    works('migrate', VM, f'mv "$PWD" "$MNT/{HOST}/domains/"', 'migrate', 'done DC0_H0', where, 'DC0_H0')
    works('migrate', OFF, f'mv "$PWD" "$MNT/{CLUSTER}/hosts/DC0_C0_H0/domains/"', 'migrate', 'done DC0_C0_H0', where,
          'DC0_C0_H0')
    works('migrate', OFF, f'mv "$PWD" "$MNT/{HOST}/domains/"', 'migrate', 'done DC0_H0', where, 'DC0_H0')


def migrate_refused():
    for line, code, text in (
            ('nowhere', 'ENOENT', "no host or cluster 'nowhere'"), ('/datacenters/DC9/hosts/h', 'ENOENT', 'no host'),
            ('../../../nowhere', 'ENOENT', 'no host'), ('gsx://elsewhere/DC0_H1', 'EINVAL', 'is not a URI as'),
            ('vpx://127.0.0.1/DC0/nowhere', 'ENOENT', 'no host'), ('esx://nowhere/', 'ENOENT', 'no host'),
            ('http://127.0.0.1/DC0/DC0_H1', 'EINVAL', "unknown type 'http' in the URI"), ('vpx:///DC0/DC0_H1', 'EINVAL', ''),
            ('vpx://127.0.0.1/', 'ENOENT', 'no host'), ('priority=low', 'EINVAL', 'destination is missing'), ('DC0_H1 priority=urgent', 'EINVAL', 'high, default or low'),
            ('DC0_H1 speed=1', 'EINVAL', 'datastore, pool, priority'), ('DC0_H1 datastore=none', 'ENOENT', "'none'"),
            ('DC0_H1 pool=none', 'ENOENT', "no resource pool 'none'"), ('DC1_H0', 'EACCES', 'cannot access the datastore')):
        fails('migrate', OTHER, f'echo {line} > migrate', code, text, before='readlink $PWD')
    control('set', object=read_path('datacenters/DC1/hosts/DC1_H1/moref'), path='name', value='DC0_H1')
    await_path('datacenters/DC1/hosts/DC0_H1')
    fails('migrate', OTHER, 'echo DC0_H1 > migrate  # two of that name', 'EINVAL', 'datacenters/DC1/hosts/DC0_H1')
    control('set', object=read_path('datacenters/DC1/hosts/DC0_H1/moref'), path='name', value='DC1_H1')
    await_path('datacenters/DC1/hosts/DC1_H1')
    fails('migrate', OTHER, 'echo DC0_H1 > migrate  # no privilege', 'EACCES', 'ermission', method='RelocateVM_Task',
          fault='NoPermission')
    fails('migrate', OTHER, 'echo DC0_H1 > migrate  # the server fails', 'EIO', 'MigrationFault',
          method='RelocateVM_Task', fault='MigrationFault')
    fails('migrate', OTHER, 'echo DC0_H1 > migrate  # refused by the check', 'ENOTSUP', 'CpuIncompatible',
          method='CheckRelocate_Task', fault='CpuIncompatible')
    bash(OFF, f'echo maintenance > $MNT/{CLUSTER}/hosts/DC0_C0_H1/state')
    fails('migrate', OFF, 'echo DC0_C0_H1 > migrate  # a host in maintenance', 'EBUSY', 'maintenance mode')
    bash(OFF, f'echo connected > $MNT/{CLUSTER}/hosts/DC0_C0_H1/state')
    fails('migrate', OFF, f'mv -T "$PWD" "$MNT/{CLUSTER}/hosts/DC0_C0_H0/domains/{VM}"', 'ENOTUNIQ', 'is called')
    fails('migrate', OFF, f'mv -T "$PWD" "$MNT/{HOST}/domains/{VM}"', 'EEXIST', 'already')


def clone():
    what = 'runtime.host datastore config.template'
    for vm, line, name, reads, said in (
            (OTHER, 'copy', 'copy', 'off no', '~DC0_H0 LocalDS_[01] False'),
            (OTHER, 'a copy host=DC0_H1 datastore=LocalDS_1 folder=DC0/inner', 'a copy', 'off no', 'DC0_H1 LocalDS_1 False'),
            (OTHER, 'linked linked=yes', 'linked', 'off no', '~DC0_H0 LocalDS_[01] False'),
            (OTHER, 'golden template=yes linked=no', 'golden', 'off yes', '~DC0_H0 LocalDS_[01] True'),
            (TEMPLATE, 'from golden', 'from golden', 'off no', '~DC0_H0 LocalDS_[01] False'),
            (OTHER, '50% of a/b', '50% of a/b', 'off no', '~DC0_H0 LocalDS_[01] False'),
            (OTHER, 'naïve ☃', 'naïve ☃', 'off no', '~DC0_H0 LocalDS_[01] False'),
            (OTHER, '"a=b"', 'a=b', 'off no', '~DC0_H0 LocalDS_[01] False')):
        works('clone', vm, f"echo '{line}' > clone", 'cat state template', reads, what, said, new_name=name)
    for line, name, host, address in (
            ('lin customize=linux domain=example.org', 'lin', 'lin.example.org', r'10\.\d+\.\d+\.\d+/8'),
            ('lin2 customize=linux hostname=web2 domain=a.b ip=10.9.8.7/24 gateway=10.9.8.1 dns=10.0.0.2,10.0.0.3', 'lin2',
             'web2.a.b', '10.9.8.7/24'),
            ('spec customize=vcsim-linux ', 'spec', 'spec.eng.vmware.com', r'10\.\d+\.\d+\.\d+/8')):
        works('clone', OTHER, f"echo '{line}' > clone && cd \"$MNT/by-name/{name}\" && echo running > state",
              'cat hostname addresses', f'~{host} [0-9a-f:]+ {address} .*', 'guest.hostName', host, new_name=name)
    bash(WINDOWS, 'echo windows9_64Guest > guest-id')
    works('clone', WINDOWS, "echo 'win customize=windows ip=10.9.8.8/26 domain=a.b' > clone && echo running > $MNT/by-name/win/state",
          'cat hostname addresses', '~win.a.b [0-9a-f:]+ 10.9.8.8/26 .*', 'guest.hostName', 'win.a.b', new_name='win')
    for line, code, text in (
            ('customize=linux', 'EINVAL', 'domain= is missing'), ('hostname=x', 'EINVAL', 'goes with the customization linux'),
            ('customize=vcsim-linux ip=dhcp', 'EINVAL', 'ip: goes with'), ('customize=none', 'ENOENT', 'is not linux, windows or'),
            ('customize=linux domain=a ip=10.0.0.1', 'EINVAL', "ip: '10.0.0.1' is neither dhcp nor"),
            ('customize=linux domain=a ip=10.0.0.1/33', 'EINVAL', 'its prefix'), ('customize=linux domain=a ip=fd00::1/64', 'EINVAL', 'IPv4'),
            ('customize=linux domain=a ip=dhcp,dhcp', 'EINVAL', 'the domain has 1 interface'),
            ('customize=linux domain=a gateway=here', 'EINVAL', "gateway: 'here' is not"), ('customize=linux domain=a dns=1.2.3', 'EINVAL', 'dns:'),
            ('customize=linux domain=a hostname=-x', 'EINVAL', 'hostname:'), ('customize=linux domain=a hostname=a.b', 'EINVAL', 'without the domain'),
            ('customize=windows hostname=abcdefghijklmnop', 'EINVAL', 'at most 15'), ('customize=windows', 'ENOTSUP', 'customize this guest')):
        fails('clone', OTHER, f"echo 'y {line}' > clone", code, text)
    for line, code, text in (
            ('copy', 'EEXIST', 'already exists'), ('linked=yes', 'EINVAL', 'the name of the copy is missing'),
            ('x linked=maybe', 'EINVAL', 'neither yes nor no'), ('x host=nowhere', 'ENOENT', 'no host'),
            ('x template=1', 'EINVAL', 'neither yes nor no'), ('x speed=1', 'EINVAL', 'host, datastore, folder'),
            ('x host=DC0_C0', 'EINVAL', 'is a cluster'), ('x datastore=none', 'ENOENT', 'no datastore'),
            ('x folder=none', 'ENOENT', 'no folder of domains'), ('x' * 81, 'EINVAL', 'invalid')):
        fails('clone', OTHER, f"echo '{line}' > clone", code, text)
    fails('clone', SUSPENDED, 'echo x linked=yes > clone  # no snapshot', 'EINVAL', 'take one')
    fails('clone', OTHER, 'echo x > clone  # no privilege', 'EACCES', 'ermission', method='CloneVM_Task',
          fault='NoPermission')
    fails('clone', OTHER, 'echo x > clone  # the server fails', 'ENOSPC', 'NoDiskSpace', method='CloneVM_Task',
          fault='NoDiskSpace')


def customize():
    """Of machines that exist; the words are those of a clone."""
    bash(OTHER, 'echo guest > clone')
    pending, started = 'config.tools.pendingCustomization', 'echo running > state'
    for line, host, address in (
            ('linux hostname=web3 domain=a.b ip=10.9.8.7/24 gateway=10.9.8.1 dns=10.0.0.2', 'web3.a.b', '10.9.8.7/24'),
            ('linux domain=example.org', 'guest.example.org', r'10\.\d+\.\d+\.\d+/8'),
            ('vcsim-linux', 'guest.eng.vmware.com', r'10\.\d+\.\d+\.\d+/8')):
        works('customize', 'guest', f"echo '{line}' > customize", 'cat hostname', '', pending, r'~.*imcf.*')
        fails('customize', 'guest', f"echo '{line}' > customize  # again", 'EBUSY', 'customization is pending', before='state')
        works('customize', 'guest', started, 'cat hostname addresses', f'~{host} [0-9a-f:]+ {address} .*',
              f'guest.hostName {pending}', f'{host} ')
        fails('customize', 'guest', f"echo '{line}' > customize  # it runs", 'EBUSY', 'in the current state', before='hostname')
        bash('guest', 'echo off > state')
    works('customize', WINDOWS, 'echo windows hostname=box domain=a.b > customize && ' + started, 'hostname', 'box.a.b',
          'guest.hostName', 'box.a.b')
    bash(WINDOWS, 'echo off > state')
    for line, code, text in (
            ('domain=a', 'EINVAL', 'the customization is missing'), ('linux', 'EINVAL', 'domain= is missing'),
            ('none', 'ENOENT', 'is not linux, windows or'), ('vcsim-linux ip=dhcp', 'EINVAL', 'ip: goes with'),
            ('linux domain=a ip=dhcp,dhcp', 'EINVAL', 'the domain has 1 interface'), ('linux speed=1', 'EINVAL', 'hostname, ip, gateway'),
            ('linux domain=a hostname=-x', 'EINVAL', 'hostname:'), ('windows', 'ENOTSUP', 'customize this guest')):
        fails('customize', 'guest', f'echo {line} > customize', code, text, before='state')
    fails('customize', TEMPLATE, 'echo linux domain=a > customize  # a template', 'EBUSY', 'not allowed in the current state',
          before='state')
    fails('customize', 'guest', 'echo linux domain=a > customize  # no privilege', 'EACCES', 'ermission', before='state',
          method='CustomizeVM_Task', fault='NoPermission')


def switches():
    entries = 'runtime.host.config.autoStart.defaults.enabled runtime.host.config.autoStart.powerInfo.0.startAction'
    works('autostart', OTHER, 'echo yes > autostart', 'autostart', 'yes', entries, 'True powerOn')
    works('autostart', OTHER, 'echo yes > autostart  # as it is', 'autostart', 'yes', entries, 'True powerOn')
    works('autostart', OTHER, 'echo no > autostart', 'autostart', 'no', entries.split()[0], 'True')
    works('template', OFF, 'echo yes > template', 'template', 'yes', 'config.template resourcePool', 'True ')
    works('template', OFF, 'echo no > template', 'template', 'no', 'config.template resourcePool', 'False Resources')
    for file, vm in ('autostart', OTHER), ('template', OFF):
        for word in 'maybe', 'Yes', '1', 'yes no':
            fails(file, vm, f'echo {word} > {file}', 'EINVAL', 'neither yes nor no', before=file)
    fails('template', VM, 'echo yes > template  # it runs', 'EBUSY', 'InvalidPowerState', before='template')
    fails('template', OFF, 'echo yes > template  # no privilege', 'EACCES', 'ermission', before='template',
          method='MarkAsTemplate', fault='NoPermission')
    fails('autostart', OTHER, 'echo yes > autostart  # no privilege', 'EACCES', 'ermission', before='autostart',
          method='ReconfigureAutostart', fault='NoPermission')


def places():
    works('folder', OTHER, 'echo DC0/inner > folder', 'folder', 'DC0/inner', 'parent', 'inner')
    works('folder', OTHER, 'echo inner > folder  # as it is', 'folder', 'DC0/inner', 'parent', 'inner')
    works('folder', OTHER, 'echo / > folder', 'folder', 'DC0', 'parent', 'vm')
    for line, code, text, fault in (
            ('none', 'ENOENT', 'no folder of domains', {}), ('DC1', 'EXDEV', '', {}),
            ('inner', 'EACCES', 'ermission', {'method': 'MoveIntoFolder_Task', 'fault': 'NoPermission'})):
        fails('folder', OTHER, f'echo {line} > folder', code, text, before='folder', **fault)
    works('pool', OTHER, f'mkdir "$MNT/{HOST}/pools/web" && echo web > pool', 'pool', 'web', 'resourcePool', 'web')
    works('pool', OTHER, 'echo / > pool', 'pool', '/', 'resourcePool', 'Resources')
    for line, code, text, fault in (
            ('none', 'ENOENT', "no resource pool 'none'", {}),
            ('web', 'EACCES', 'ermission', {'method': 'MoveIntoResourcePool', 'fault': 'NoPermission'})):
        fails('pool', OTHER, f'echo {line} > pool', code, text, before='pool', **fault)


def texts():
    """Files that are committed whole: echo does not look at what close returns."""
    commit = 'dd {} conv=fsync status=none'
    works('attributes', OTHER, 'echo Owner > attributes/define', 'ls attributes', 'Owner define')
    works('attributes', OTHER, 'echo "Ada L." > attributes/Owner', 'attributes/Owner', 'Ada L.', 'customValue.0.value', 'Ada L.')
    works('attributes', OTHER, ': > attributes/Owner', 'attributes/Owner', '')
    fails('attributes', OTHER, 'echo Owner > attributes/define', 'EEXIST', '', before='ls attributes')
    fails('attributes', OTHER, 'echo x | ' + commit.format('of=attributes/Owner'), 'EACCES', 'ermission', before='attributes/Owner',
          method='SetField', fault='NoPermission')
    works('extraconfig', OTHER, 'echo guestinfo.x=a=b > extraconfig/set', 'extraconfig/guestinfo.x', 'a=b')
    works('extraconfig', OTHER, 'echo 2 > extraconfig/guestinfo.x', 'extraconfig/guestinfo.x', '2')
    fails('extraconfig', OTHER, 'echo guestinfo.x > extraconfig/set', 'EINVAL', '', before='extraconfig/guestinfo.x')
    fails('extraconfig', OTHER, 'echo 3 | ' + commit.format('of=extraconfig/guestinfo.x'), 'EACCES', 'ermission',
          before='extraconfig/guestinfo.x', method='ReconfigVM_Task', fault='NoPermission')
    works('extraconfig', OTHER, ': > extraconfig/guestinfo.x', 'ls extraconfig/guestinfo.x', '~.*No such file or directory')
    works('guestinfo', OTHER, 'echo "#cloud-config" > guestinfo/userdata', 'cat guestinfo/userdata guestinfo/userdata.encoding',
          '#cloud-config gzip+base64')
    works('guestinfo', OTHER, 'echo b64 > guestinfo/userdata.encoding', 'cat guestinfo/userdata guestinfo/userdata.encoding',
          '#cloud-config b64')
    fails('guestinfo', OTHER, 'echo rot13 | ' + commit.format('of=guestinfo/userdata.encoding'), 'EINVAL', 'use gzip+base64',
          before='guestinfo/userdata.encoding')
    fails('guestinfo', OTHER, 'seq 200000 | ' + commit.format('of=guestinfo/userdata bs=1M iflag=fullblock'), 'EFBIG', '',
          before='guestinfo/userdata')
    fails('guestinfo', OTHER, 'echo x | ' + commit.format('of=guestinfo/userdata'), 'EACCES', 'ermission', before='guestinfo/userdata',
          method='ReconfigVM_Task', fault='NoPermission')
    works('media', OFF, 'echo empty > media  # as it is', 'media', 'empty')
    fails('media', OFF, 'echo x.iso > media', 'EINVAL', "'x.iso' is not 'empty'", before='media')
    fails('media', OFF, 'echo "[LocalDS_0] none.iso" > media', 'ENOENT', 'not found', before='media')


def question():
    shown = ('This virtual machine might have been moved or copied. 0 Cancel 1 I moved it '
             '2 I copied it (default)')
    fails('question', VM, 'echo 1 > question', 'EINVAL', 'no question', before='question')
    control('question', vm=VM)
    bash(VM, 'until [ -s question ]; do sleep 0.02; done')
    works('question', VM, 'cat question', 'question', shown, 'runtime.question.text',
          'This virtual machine might have been moved or copied.')
    fails('question', VM, 'echo 3 > question', 'EINVAL', 'no choice 3', before='question')
    fails('question', VM, 'echo yes > question', 'EINVAL', 'not a number', before='question')
    fails('question', VM, 'echo 1 > question  # no privilege', 'EACCES', 'ermission', before='question',
          method='AnswerVM', fault='NoPermission')
    fails('question', VM, 'echo 1 > question  # another was faster', 'EAGAIN', 'ConcurrentAccess', before='question',
          method='AnswerVM', fault='ConcurrentAccess')
    works('question', VM, 'echo 1 > question', 'question', '', 'runtime.question', '')
    for method, command in (('PowerOffVM_Task', 'echo off > state'), ('ReconfigVM_Task', 'echo shares=low > sched'),
                            ('CreateSnapshot_Task', 'mkdir snapshots/asks'), ('CloneVM_Task', 'echo asks > clone'),
                            ('RelocateVM_Task', 'echo DC0_H1 > migrate'), ('ReconfigVM_Task', 'echo x | dd of=annotation conv=fsync status=none')):
        control('question', vm=VM, method=method, cancelable=1)
        fails('question', VM, f'{command}  # which asks', 'EAGAIN', '2 I copied it (default)', before='state')
        bash(VM, 'until [ ! -s question ]; do sleep 0.02; done')


def annotation():
    text = 'config.annotation'
    works('annotation', OTHER, "echo 'one line' > annotation", 'annotation', 'one line', text, 'one line')
    works('annotation', OTHER, r"printf 'two\n\nlines: ü <&> ☃\n' > annotation", 'annotation', 'two lines: ü <&> ☃', text,
          'two\n\nlines: ü <&> ☃')
    works('annotation', OTHER, 'echo more >> annotation', 'annotation', 'two lines: ü <&> ☃ more', text, None)
    works('annotation', OTHER, r"printf 'with\r\nCR' > annotation", 'annotation', 'with CR', text, 'with\r\nCR')
    works('annotation', OTHER, 'echo > annotation', 'annotation', '', text, '')
    works('annotation', OTHER, 'echo kept > annotation', 'annotation', 'kept', text, 'kept')
    # Of these echo and printf say nothing: they do not look at what close returns.
    works('annotation', OTHER, r"printf 'bad \377' > annotation", 'annotation', 'kept', text, 'kept')
    fails('annotation', OTHER, r"printf 'a\0b' | dd of=annotation conv=fsync status=none", 'EINVAL', 'UTF-8',
          before='annotation')
    fails('annotation', OTHER, r"printf 'a\001b' | dd of=annotation conv=fsync status=none", 'EINVAL',
          'control character', before='annotation')
    fails('annotation', OTHER, 'head -c 70000 /dev/zero | dd of=annotation bs=70000 iflag=fullblock status=none',
          'EFBIG', '65536 bytes at most', before='annotation')
    fails('annotation', OTHER, 'yes x | head -c 70000 | dd of=annotation bs=1000 iflag=fullblock status=none',
          'EFBIG', '65536 bytes at most', before='annotation')
    fails('annotation', OTHER, 'echo x | dd of=annotation conv=fsync status=none  # no privilege', 'EACCES', 'ermission',
          before='annotation', method='ReconfigVM_Task', fault='NoPermission')


def guest():
    works('hostname', OTHER, 'cat hostname', 'hostname', '~guest-.*', 'guest.hostName', '~guest-.*')
    works('addresses', OTHER, 'cat addresses', 'addresses',
          r'~([0-9a-f:]{17}) 10\.\d+\.\d+\.\d+/8 \1 fd00::\w+/64', 'guest.net.0.macAddress', r'~[0-9a-f:]{17}')
    works('tools', OTHER, 'cat tools', 'tools', '~status=toolsOk running=guestToolsRunning version=guestToolsCurrent',
          'guest.toolsStatus', 'toolsOk')
    works('hostname', OFF, 'cat hostname', 'hostname', '')
    works('addresses', OFF, 'cat addresses', 'addresses', '')
    works('uuid', OTHER, 'cat uuid', 'uuid', '~[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'config.uuid', None)
    works('moref', OTHER, 'cat moref', 'moref', r'~vm-\d+', '_moId', r'~vm-\d+')
    works('stats', OTHER, 'cat stats', 'stats', r'~cpu=\d+ memory=\d+ guest_memory=\d+ uptime=\d+ storage=\d+',
          'summary.quickStats.overallCpuUsage', r'~\d+')
    for word, said in ('mount', 'True'), ('unmount', 'False'), ('upgrade', 'False'):
        works('tools', OTHER, f'echo {word} > tools', None, None, 'runtime.toolsInstallerMounted', said)
    fails('tools', OTHER, 'echo install > tools', 'EINVAL', 'mount, unmount or upgrade', before='tools')
    fails('tools', OTHER, 'echo mount > tools  # no privilege', 'EACCES', 'ermission', before='tools',
          method='MountToolsInstaller', fault='NoPermission')
    fails('tools', OFF, 'echo mount > tools', 'EBUSY', 'cannot be performed in the current state', before='tools')
    fails('tools', TOOLLESS, 'echo upgrade > tools', 'ENODEV', 'Tools is not running', before='tools')
    for file in 'hostname', 'addresses', 'uuid', 'moref', 'stats', 'error', 'config.vmx':
        fails(file, OTHER, f'true > {file}', 'EACCES', '', before=file)


def snapshots():
    tree = 'snapshot.rootSnapshotList.0.'
    works('snapshots', THIRD, 'mkdir snapshots/first', 'cat snapshots/first/state', 'running', tree + 'name', 'first')
    works('snapshots', THIRD, "echo 'second memory=no description=before the  upgrade, a=b' > snapshots/create",
          'cat snapshots/second/state snapshots/second/description', 'off before the upgrade, a=b',
          tree + 'childSnapshotList.0.description', 'before the  upgrade, a=b')
    works('snapshots', THIRD, 'echo third quiesce=yes memory=no > snapshots/create', 'readlink snapshots/current', 'third',
          tree + 'childSnapshotList.0.childSnapshotList.0.quiesced', 'True')
    works('snapshots', THIRD, 'cat snapshots/third/created', 'readlink snapshots/third/parent', '../second')
    works('snapshots', THIRD, 'cat snapshots/second/snapshot.xml', 'grep -c domainsnapshot snapshots/second/snapshot.xml',
          '2', tree + 'childSnapshotList.0.state', DOWN)
    works('snapshots', THIRD, 'mv snapshots/third "snapshots/a%2fb ☃"', 'ls snapshots', 'a%2fb ☃ create current delete first second',
          tree + 'childSnapshotList.0.childSnapshotList.0.name', 'a%2fb ☃')
    works('snapshots', THIRD, "mkdir 'snapshots/50%'", 'readlink snapshots/current', '50%25', None)
    works('description', THIRD, "echo 'what it was' > snapshots/first/description", 'cat snapshots/first/description',
          'what it was', tree + 'description', 'what it was')
    bash(THIRD, 'echo off > state')
    works('revert', THIRD, 'echo first > revert', 'cat state snapshots/current/created', '~running .*Z',
          'runtime.powerState', ON)
    works('revert', THIRD, 'echo second > revert', 'state', 'off', 'runtime.powerState', DOWN)
    works('revert', THIRD, "echo 'a%2fb ☃' > revert", 'readlink snapshots/current', 'a%2fb ☃', None)
    works('revert', THIRD, "echo '50%' > revert", 'readlink snapshots/current', '50%25', None)
    works('revert', THIRD, 'echo current > revert', 'readlink snapshots/current', '50%25', None)
    works('snapshots', THIRD, "echo 'a%2fb ☃' > snapshots/delete", 'ls snapshots', '50%25 create current delete first second',
          tree + 'childSnapshotList.0.childSnapshotList.0.name', '50%25')
    for command, code, text in (
            ('echo nothing > revert', 'ENOENT', "no snapshot 'nothing'"),
            ('echo nothing > snapshots/delete', 'ENOENT', "no snapshot 'nothing'"),
            ('echo first children=1 > snapshots/delete', 'EINVAL', 'neither yes nor no'),
            ('echo children=yes > snapshots/delete', 'EINVAL', 'the name of the snapshot is missing'),
            ('echo memory=no > snapshots/create', 'EINVAL', 'the name of the snapshot is missing'),
            ('echo x memory=maybe > snapshots/create', 'EINVAL', 'neither yes nor no'),
            ('echo x color=red > snapshots/create', 'EINVAL', 'memory, quiesce, description'),
            ('mkdir snapshots/first', 'EEXIST', ''), ('mkdir snapshots/create', 'EEXIST', ''),
            (f'mkdir snapshots/{"x" * 81}', 'EINVAL', 'invalid'),
            ('mv -T snapshots/first snapshots/second', 'EEXIST', 'already'),
            (r"mkdir $'snapshots/a\001b'", 'EINVAL', 'control character'),
            ('rmdir snapshots/first', 'EPERM', ''), ('rm -r snapshots/first', 'EPERM', '')):
        fails('snapshots', THIRD, f'{command} 2>&1 >/dev/null | tail -n 1 >&2' if 'rm -r' in command else command, code,
              text, before='ls snapshots')
    for command, method in (('mkdir snapshots/x', 'CreateSnapshot_Task'), ('echo first > snapshots/delete', 'RemoveSnapshot_Task'),
                            ('echo first > revert', 'RevertToSnapshot_Task'), ('mv snapshots/first snapshots/x', 'RenameSnapshot')):
        fails('snapshots', THIRD, f'{command}  # no privilege', 'EACCES', 'ermission', before='ls snapshots', method=method,
              fault='NoPermission')
        fails('snapshots', THIRD, f'{command}  # the server fails', 'EIO', 'SnapshotFault', before='ls snapshots', method=method,
              fault='SnapshotFault')
    works('snapshots', THIRD, 'echo first children=yes > snapshots/delete', 'ls snapshots', 'create delete', 'snapshot', '')


def configuration():
    works('config.xml', OFF, "sed -i 's/>1</>2</' config.xml", 'vcpus', '2', 'config.hardware.numCPU', '2')
    works('config.vmx', OFF, 'grep -i numvcpus config.vmx', 'head -n 1 config.vmx', '~.*encoding.*', 'config.files.vmPathName',
          r'~\[.*\.vmx')
    fails('config.xml', OFF, 'echo "<domain>" | dd of=config.xml conv=fsync status=none', 'EBADMSG', 'config.xml',
          before='config.xml')


def ends():
    for file, method in ('undefine', 'UnregisterVM'), ('destroy', 'Destroy_Task'):
        name = 'copy' if file == 'undefine' else 'from golden'
        fails(file, name, f'echo yes > {file}', 'EINVAL', 'own name', before='uuid')
        fails(file, name, f'echo {VM} > {file}', 'EINVAL', 'own name', before='uuid')
        fails(file, VM, f'echo {VM} > {file}  # it runs', 'EBUSY', '', before='uuid')
        fails(file, name, f"echo '{name}' > {file}  # no privilege", 'EACCES', 'ermission', before='uuid', method=method,
              fault='NoPermission')
        works(file, name, f"echo '{name}' > {file}", None, None, 'name', 'gone')
    for command in 'rm -r "$PWD"', 'rmdir "$PWD"', 'rm -f state', 'find "$PWD" -delete', 'mv state other':
        fails('rm', OTHER, f'{command} 2>&1 >/dev/null | tail -n 1 >&2', 'EPERM', '', before='state')


def last_error():
    bash(OTHER, 'echo flying > state')
    works('error', OTHER, 'cat error', 'error', r"~\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ state: 'flying': Invalid argument: .*")
    works('error', OTHER, 'echo running > state  # after one that works', 'error', '')


def host():
    """Its own files: by the directory of a domain on it."""
    where = f'$MNT/{CLUSTER}/hosts/DC0_C0_H0/state'
    vm = next(name for name in machines('DC0_C0_')['off'])
    for word, said in (('maintenance', 'True connected'), ('disconnected', 'True disconnected'),
                       ('connected', 'False connected')):
        works('host state', vm, f'echo {word} > {where}', f'cat {where}', word,
              'runtime.inMaintenanceMode runtime.connectionState', said, of='DC0_C0_H0')
    for word, code, text in (('sleeping', 'EINVAL', 'connected, disconnected, maintenance'),
                             ('notresponding', 'EINVAL', 'connected, disconnected, maintenance')):
        fails('host state', vm, f'echo {word} > {where}', code, text, error='tail -n 1 $MNT/.hvfs/errors',
              before=f'cat {where}')
    fails('host state', vm, f'echo maintenance > {where}  # no privilege', 'EACCES', 'ermission',
          error='tail -n 1 $MNT/.hvfs/errors', before=f'cat {where}', method='EnterMaintenanceMode_Task', fault='NoPermission')


bash(OTHER, 'mkdir snapshots/base')
make_folder('DC0', 'inner')
for part in (state, state_refused, sched, sched_refused, hardware, hardware_refused, migrate, migrate_refused, clone,
             customize, switches, places, texts, question, annotation, guest, snapshots, configuration, ends, last_error, host):
    part()
end()
