# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/replayer.py - a second test server: it replies what a test's own lines say

Exists for what real servers do and the simulator cannot be: replies that were recorded
or made by hand, faults, versions, broken bytes.  It speaks as much of vim25 as hvfs needs
to mount: login, the property collector, views, tasks.  Every other method, and what these
answer, is the test's.  It knows no rules: it checks nothing and applies no change.

From a shell test (see functions.sh):

    start_replayer <<'PY'                     # the scene, before anybody connects
    world.api = '4.1'
    world.vm('alder', devices=[nic()])        # 'alder' and 'birch' are there already
    world.host['summary.hardware'] = Fault('NoPermission')    # in a missingSet
    @on('ReconfigVM_Task')
    def reconfigure(call):                    # answers in place of the replayer
        if 'bootOrder' in call.words: raise Fault('InvalidRequest', 'bootOrder?')
    PY
    mount_hvfs "$(replayer_uri vpx)" "$mnt"
    replayer 'world.vms["alder"]["name"] = "elder"'           # is pushed
    expect_eq sent "$(replayer 'print(len(sent("ReconfigVM_Task")))')" 0

A scene and each `replayer` run in one Python namespace with what this file defines, under
the world's lock.

Values: str, bool, int, Obj (type, field=value...), Ref (type, id), Word (type, text) for
enumerations and dates, lists of these, Xml (text) as it stands, Fault.  An object's
properties are a dict from path to value; 'config.name' is found within the Obj 'config',
and a value that can be called is called for each reply.

A hook gets a call: .method, .this (Ref), .element (namespaces taken off), .text (path),
.words (the set of all element and type names), .body, .headers.  It returns None (the
replayer goes on), the response's content, (status, bytes) to send them as they are, or
raises Fault (kind, text, field=value...).  It may wait: it does not hold the world's lock.
"""
import contextlib
import copy
import http.server
import io
import itertools
import os
import socket
import socketserver
import sys
import threading
import time
import traceback
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

XSI = 'http://www.w3.org/2001/XMLSchema-instance'
XSI_TYPE = '{%s}type' % XSI
ENVELOPE = ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
            ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="' + XSI + '">'
            '<soapenv:Body>%s</soapenv:Body></soapenv:Envelope>')
DAY = '2026-01-02T03:04:05Z'


# --- values, and how they are written

class Ref:
    """a managed object's reference"""
    def __init__(self, type_, id_):
        self.type, self.id = type_, id_

    def key(self):
        return self.type, self.id

    def __eq__(self, other):
        return isinstance(other, Ref) and self.key() == other.key()

    def __hash__(self):
        return hash(self.key())

    def __repr__(self):
        return '%s:%s' % self.key()


class Obj:
    """a data object; fields are written in the order given, those that are None are not"""
    def __init__(self, xsi_type, /, **fields):
        self._type = xsi_type
        self.__dict__.update(fields)

    def fields(self):
        return {k: v for k, v in self.__dict__.items() if k != '_type' and v is not None}


class Word:
    """a scalar of a type of its own: an enumeration, a date"""
    def __init__(self, type_, text):
        self.type, self.text = type_, str(text)


class Xml:
    """an element's whole content, as it stands; @type: of the element"""
    def __init__(self, text, type_=None):
        self.text, self.type = text, type_


class Fault(Exception):
    """of a method, or of one property"""
    def __init__(self, kind, text='', /, **fields):
        super().__init__(kind)
        self.kind, self.text, self.obj = kind, text or kind, Obj(kind, **fields)


def time_of(text=DAY):
    return Word('xsd:dateTime', text)


def scalar(value):
    """its XML type and its text"""
    if isinstance(value, bool):
        return 'xsd:boolean', 'true' if value else 'false'
    if isinstance(value, int):
        return 'xsd:int' if abs(value) < 2 ** 31 else 'xsd:long', str(value)
    if isinstance(value, Word):
        return value.type, value.text
    return 'xsd:string', str(value)


def element(name, value):
    """one element; of a list, one for each item"""
    if isinstance(value, list):
        return ''.join(element(name, item) for item in value)
    if isinstance(value, Ref):
        return '<%s type=%s xsi:type="ManagedObjectReference">%s</%s>' % (
            name, quoteattr(value.type), escape(value.id), name)
    if isinstance(value, Xml):
        kind, text = value.type, value.text
    elif isinstance(value, Obj):
        kind, text = value._type, content(value)
    else:
        kind, text = scalar(value)
        text = escape(text)
    return '<%s%s>%s</%s>' % (name, ' xsi:type=%s' % quoteattr(kind) if kind else '', text, name)


def content(obj):
    return ''.join(element(name, value) for name, value in obj.fields().items())


def val(value):
    """a property's value, for which an array has a type of its own"""
    if not isinstance(value, list):
        return element('val', value)
    first = value[0] if value else ''
    kind = 'ManagedObjectReference' if isinstance(first, Ref) else \
        first._type if isinstance(first, Obj) else first.type if isinstance(first, Word) else scalar(first)[0].split(':')[1]
    return '<val xsi:type="ArrayOf%s">%s</val>' % (kind[0].upper() + kind[1:], element(kind, value))


# --- the world: objects, and the pieces that a scene is made of

BASES = {'ClusterComputeResource': 'ComputeResource', 'VirtualApp': 'ResourcePool',
         'DistributedVirtualPortgroup': 'Network', 'OpaqueNetwork': 'Network', 'StoragePod': 'Folder',
         'VmwareDistributedVirtualSwitch': 'DistributedVirtualSwitch'}
UNMANAGED = ('Task', 'PropertyCollector', 'ContainerView', 'ListView', 'TaskManager')


def is_a(ref, type_):
    kind = ref.type
    while kind not in (None, type_):
        kind = BASES.get(kind)
    return kind == type_ or type_ == 'ManagedEntity' and ref.type not in UNMANAGED


def connectable(connected=False):
    return Obj('VirtualDeviceConnectInfo', startConnected=True, allowGuestControl=True,
               connected=connected)


def nic(mac='00:50:56:aa:00:01', network='net', key=4000, type_='VirtualVmxnet3', backing=None):
    return Obj(type_, key=key, deviceInfo=Obj('Description', label='Network adapter 1', summary=network),
               backing=backing or Obj('VirtualEthernetCardNetworkBackingInfo', deviceName=network,
                                      useAutoDetect=False),
               connectable=connectable(), controllerKey=100, unitNumber=7, addressType='assigned',
               macAddress=mac, wakeOnLanEnabled=True)


def serial(backing, key=9000):
    return Obj('VirtualSerialPort', key=key, deviceInfo=Obj('Description', label='Serial port 1', summary='port'),
               backing=backing, controllerKey=400, unitNumber=0, yieldOnPoll=True)


def allocation():
    return Obj('ResourceAllocationInfo', reservation=0, expandableReservation=False, limit=-1,
               shares=Obj('SharesInfo', shares=1000, level=Word('SharesLevel', 'normal')))


def vm_config(name, uuid, devices=(), cpus=1, cores=1, annotation='', version='vmx-19'):
    """a VirtualMachineConfigInfo"""
    fixed = [Obj('VirtualPCIController', key=100, deviceInfo=Obj('Description', label='PCI controller 0', summary=''),
                 busNumber=0),
             Obj('VirtualSIOController', key=400, deviceInfo=Obj('Description', label='SIO controller 0', summary=''),
                 busNumber=0)]
    return Obj('VirtualMachineConfigInfo', changeVersion='2026-01-02T03:04:05.000001Z', modified=time_of(),
               name=name, guestFullName='Other Linux', version=version, uuid=uuid, template=False,
               guestId='otherLinux64Guest', alternateGuestName='', annotation=annotation,
               files=Obj('VirtualMachineFileInfo', vmPathName='[ds] %s/%s.vmx' % (name, name)),
               flags=Obj('VirtualMachineFlagInfo', enableLogging=True),
               hardware=Obj('VirtualHardware', numCPU=cpus, numCoresPerSocket=cores, memoryMB=512,
                            device=fixed + list(devices)),
               cpuAllocation=allocation(), memoryAllocation=allocation(), firmware='bios')


class World:
    """one datacenter, cluster, host, datastore, network, and two machines that are off"""
    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self.api, self.namespace = '8.0.3.0', None
        self.api_type, self.product_line = 'VirtualCenter', 'vpx'
        self.cookies = ['vmware_soap_session="replayer-1"; Path=/; HttpOnly']
        self.rewrite = lambda text: text.encode()   # of every SOAP reply: what is sent
        self.objects, self.vms, self.log = {}, {}, []
        self.numbers = itertools.count(1)
        self.root = Ref('Folder', 'group-d1')
        self.add(self.root, name='Datacenters', childType=['Folder', 'Datacenter'])
        self.datacenter = self.add(Ref('Datacenter', 'datacenter-1'), name='dc', parent=self.root)
        self.folders = {what: self.add_folder(what, type_) for what, type_ in (
            ('vm', 'VirtualMachine'), ('host', 'ComputeResource'), ('datastore', 'Datastore'), ('network', 'Network'))}
        self.datacenter.update({what + 'Folder': ref for what, ref in self.folders.items()})
        for what, type_ in (('datastore', 'Datastore'), ('network', 'Network')):
            self.datacenter[what] = lambda type_=type_: self.all_of(type_)
        self.add_compute()
        self.datastore = self.add(Ref('Datastore', 'datastore-1'), name='ds', parent=self.folders['datastore'],
                                  summary=Obj('DatastoreSummary', name='ds', url='ds:///vmfs/volumes/1/', capacity=10 ** 10,
                                              freeSpace=10 ** 9, accessible=True, type='VMFS'))
        self.network = self.add(Ref('Network', 'network-1'), name='net', parent=self.folders['network'],
                                summary=Obj('NetworkSummary', name='net', accessible=True))
        self.vm('alder')
        self.vm('birch')

    def add(self, ref, parent=None, **properties):
        """a new object; returns its properties"""
        properties['parent'] = parent
        if ref.type == 'Folder':
            properties['childEntity'] = lambda: self.children(ref)
        self.objects[ref] = {path: value for path, value in properties.items() if value is not None}
        return self.objects[ref]

    def add_folder(self, name, type_):
        ref = Ref('Folder', 'group-%s' % name)
        self.add(ref, name=name, parent=Ref('Datacenter', 'datacenter-1'), childType=['Folder', type_])
        return ref

    def add_compute(self):
        ref, host = Ref('ClusterComputeResource', 'domain-c1'), Ref('HostSystem', 'host-1')
        self.cluster = self.add(ref, name='cluster', parent=self.folders['host'],
                                host=lambda: self.children(ref), summary=Obj(
                                    'ClusterComputeResourceSummary', totalCpu=4000, totalMemory=2 ** 33, numCpuCores=2,
                                    numCpuThreads=2, effectiveCpu=4000, effectiveMemory=8000, numHosts=1,
                                    numEffectiveHosts=1, overallStatus=Word('ManagedEntityStatus', 'green')))
        self.cluster['resourcePool'] = Ref('ResourcePool', 'resgroup-1')
        self.add(Ref('ResourcePool', 'resgroup-1'), name='Resources', parent=ref)
        self.host = self.add(host, name='host1.example', parent=ref, vm=lambda: self.vms_on(host),
                             datastore=lambda: self.all_of('Datastore'), network=lambda: self.all_of('Network'))
        self.host.update({
            'runtime.connectionState': Word('HostSystemConnectionState', 'connected'), 'runtime.inMaintenanceMode': False,
            'summary.hardware': Obj('HostHardwareSummary', vendor='Acme', model='Rock',
                                    uuid='11111111-2222-3333-4444-555555555555', memorySize=2 ** 33, cpuModel='cpu',
                                    cpuMhz=2000, numCpuPkgs=1, numCpuCores=2, numCpuThreads=2, numNics=1, numHBAs=1)})

    def vm(self, name, uuid=None, state='poweredOff', **config):
        """a new machine, or another configuration for one that is there"""
        number = len(self.vms) + 1 if name not in self.vms else list(self.vms).index(name) + 1
        uuid = uuid or '%08x-0000-4000-8000-000000000001' % (0x11110000 + number)
        it = self.add(Ref('VirtualMachine', 'vm-%d' % number), name=name, parent=self.folders['vm'],
                      config=vm_config(name, uuid, **config))
        summary = {'uuid': uuid, 'numCpu': config.get('cpus', 1), 'memorySizeMB': 512, 'template': False,
                   'vmPathName': '[ds] %s/%s.vmx' % (name, name)}
        it.update({'summary.config.' + path: value for path, value in summary.items()})
        it.update({'runtime.powerState': Word('VirtualMachinePowerState', state), 'runtime.host': Ref('HostSystem', 'host-1'),
                   'runtime.connectionState': Word('VirtualMachineConnectionState', 'connected'),
                   'guest.toolsStatus': Word('VirtualMachineToolsStatus', 'toolsNotInstalled')})
        self.vms[name] = it
        return it

    def children(self, ref):
        return [r for r, properties in self.objects.items() if properties.get('parent') == ref
                and r.type != 'ResourcePool']

    def all_of(self, type_):
        return [ref for ref in self.objects if is_a(ref, type_)]

    def vms_on(self, host):
        return [ref for ref in self.all_of('VirtualMachine') if self.objects[ref].get('runtime.host') == host]

    def get(self, ref, path):
        """a property's value, None where it is unset"""
        properties, fields = self.objects[ref], path.split('.')
        for n in range(len(fields), 0, -1):
            value = properties.get('.'.join(fields[:n]))
            if value is None:
                continue
            for field in fields[n:]:
                value = getattr(value, field, None) if not isinstance(value, Fault) else value
            return value() if callable(value) else value
        return None

    def touch(self, ref):
        """the machine has another changeVersion"""
        config = copy.copy(self.objects[ref].get('config'))
        config.changeVersion = '2026-01-02T03:04:05.%06dZ' % (next(self.numbers) + 100)
        self.objects[ref]['config'] = config

    def task(self, entity, state='success', description='VirtualMachine.reconfigure', **info):
        """a new task; the replayer's own ones have ended well"""
        ref = Ref('Task', 'task-%d' % next(self.numbers))
        info = dict(state=Word('TaskInfoState', state), descriptionId=description, cancelable=False, entity=entity,
                    queueTime=time_of(), completeTime=time_of() if state in ('success', 'error') else None,
                    reason=Obj('TaskReasonUser', userName='user'), **info)
        self.add(ref, info=Obj('TaskInfo', **info))
        return ref


world = World()
hooks = {}


def on(method):
    """decorates what answers a method"""
    def keep(function):
        hooks[method] = function
        return function
    return keep


def sent(method=None):
    """the calls so far, of one method or of all"""
    return [call for call in world.log if method in (None, call.method)]


# --- the property collector

class Selection:
    """what a PropertyFilterSpec selects: [(Ref, [path])]"""
    def __init__(self, spec, views):
        self.views, self.found, self.props = views, {}, spec.findall('propSet')
        self.steps = {e.findtext('name'): e for e in spec.iter('selectSet') if e.find('type') is not None}
        for start in spec.findall('objectSet'):
            ref = Ref(start.find('obj').get('type'), start.findtext('obj'))
            if ref not in world.objects and ref.type not in UNMANAGED:
                raise Fault('ManagedObjectNotFound', 'The object has already been deleted', obj=ref)
            self.visit(ref, start, set())

    def visit(self, ref, step, been):
        if step.findtext('skip') != 'true':
            self.take(ref)
        for follow in step.findall('selectSet'):
            follow = follow if follow.find('type') is not None else self.steps[follow.findtext('name')]
            if not is_a(ref, follow.findtext('type')) or (ref, id(follow)) in been:
                continue
            been.add((ref, id(follow)))
            for to in self.leads_to(ref, follow.findtext('path')):
                self.visit(to, follow, been)

    def leads_to(self, ref, path):
        if ref.type == 'ContainerView':
            return [r for r in world.objects if r != world.root and r.type not in UNMANAGED]
        if ref.type == 'ListView':
            return self.views.get(ref.id, [])
        value = world.get(ref, path) if ref in world.objects else None
        return value if isinstance(value, list) else [value] if isinstance(value, Ref) else []

    def take(self, ref):
        props = [p for p in self.props if is_a(ref, p.findtext('type'))]
        if props and ref in world.objects:
            self.found[ref] = [path.text for p in props for path in p.findall('pathSet')]


def values(ref, paths, tag):
    """of one object: what has a value, and what is refused"""
    there, refused = '', ''
    for path in paths:
        value = world.get(ref, path)
        if isinstance(value, Fault):
            refused += '<missingSet><path>%s</path><fault>%s<localizedMessage>%s</localizedMessage></fault></missingSet>' % (
                path, element('fault', value.obj), escape(value.text))
        elif value is not None:
            op = '<op>assign</op>' if tag == 'changeSet' else ''
            there += '<%s><name>%s</name>%s%s</%s>' % (tag, path, op, val(value), tag)
        elif tag == 'changeSet':
            there += '<changeSet><name>%s</name><op>assign</op></changeSet>' % path
    return there + refused


class Collector:
    """one of a session; all of them share views"""
    def __init__(self):
        self.version, self.filters, self.seen, self.last = 0, {}, {}, None

    def updates(self, views):
        """what has changed since the last time, None if nothing has"""
        sets = ''
        for name, spec in self.filters.items():
            now = {ref: values(ref, paths, 'changeSet') for ref, paths in Selection(spec, views).found.items()}
            was, self.seen[name] = self.seen.get(name, {}), now
            objects = ''.join('<objectSet><kind>%s</kind>%s%s</objectSet>' % (
                'modify' if ref in was else 'enter', element('obj', ref), text)
                for ref, text in now.items() if was.get(ref) != text)
            objects += ''.join('<objectSet><kind>leave</kind>%s</objectSet>' % element('obj', ref)
                               for ref in was if ref not in now)
            if objects:
                sets += '<filterSet>%s%s</filterSet>' % (element('filter', Ref('PropertyFilter', name)), objects)
        if not sets:
            return None
        self.version += 1
        self.last = str(self.version), '<returnval><version>%d</version>%s</returnval>' % (self.version, sets)
        return self.last[1]

    def wait(self, version, views, seconds):
        if version == '':
            self.seen, self.last = {}, None
        elif self.last is not None and version != self.last[0]:
            return self.last[1]    # that reply did not arrive
        end = time.monotonic() + seconds
        while True:
            reply = self.updates(views)
            left = end - time.monotonic()
            if reply is not None or left <= 0:
                return reply or ''
            world.changed.wait(left)


collectors = {'propertyCollector': Collector()}
views = {}


def new_id():
    return 'replayer-%d' % next(world.numbers)


# --- the methods that every mount needs; a hook comes first

def service_content(call):
    del call
    return element('returnval', Obj(
        'ServiceContent', rootFolder=world.root, propertyCollector=Ref('PropertyCollector', 'propertyCollector'),
        viewManager=Ref('ViewManager', 'ViewManager'),
        about=Obj('AboutInfo', name='Replayer', fullName='Replayer', vendor='Nobody', version=world.api, build='1',
                  osType='linux-x64', productLineId=world.product_line, apiType=world.api_type,
                  apiVersion=world.api, instanceUuid='00000000-0000-4000-8000-000000000000'),
        sessionManager=Ref('SessionManager', 'SessionManager'), taskManager=Ref('TaskManager', 'TaskManager')))


def login(call):
    return element('returnval', Obj('UserSession', key='session-1', userName=call.text('userName'),
                                    fullName='User', loginTime=time_of(), lastActiveTime=time_of(),
                                    locale='en', messageLocale='en'))


def create_collector(call):
    del call
    name = new_id()
    collectors[name] = Collector()
    return element('returnval', Ref('PropertyCollector', name))


def create_view(call):
    name = new_id()
    views[name] = []
    return element('returnval', Ref(call.method[len('Create'):], name))


def modify_view(call):
    view = views[call.this.id]
    view += [Ref(e.get('type'), e.text) for e in call.element.findall('add')]
    for gone in call.element.findall('remove'):
        view[:] = [ref for ref in view if ref.id != gone.text]
    world.changed.notify_all()
    return ''


def create_filter(call):
    name = new_id()
    spec = call.element.find('spec')
    Selection(spec, views)
    collectors[call.this.id].filters[name] = spec
    world.changed.notify_all()
    return element('returnval', Ref('PropertyFilter', name))


def destroy_filter(call):
    for collector in collectors.values():
        collector.filters.pop(call.this.id, None)
    return ''


def wait_for_updates(call):
    wait_s = call.text('options/maxWaitSeconds')
    seconds = {'CheckForUpdates': 0}.get(call.method, int(wait_s) if wait_s else 600)
    return collectors[call.this.id].wait(call.text('version') or '', views, seconds)


def retrieve(call):
    tag = 'objects' if call.method.endswith('Ex') else 'returnval'
    reply = ''.join('<%s>%s%s</%s>' % (tag, element('obj', ref), values(ref, paths, 'propSet'), tag)
                    for spec in call.element.findall('specSet')
                    for ref, paths in Selection(spec, views).found.items())
    return reply if tag == 'returnval' or not reply else '<returnval>%s</returnval>' % reply


def reconfigure(call):
    world.touch(call.this)
    return some_task(call)


def some_task(call):
    return element('returnval', world.task(call.this))


METHODS = {
    'RetrieveServiceContent': service_content, 'Login': login, 'Logout': lambda call: '',
    'CurrentTime': lambda call: element('returnval', time_of()),
    'CreatePropertyCollector': create_collector, 'CreateContainerView': create_view, 'CreateListView': create_view,
    'ModifyListView': modify_view, 'CreateFilter': create_filter, 'DestroyPropertyFilter': destroy_filter,
    'DestroyPropertyCollector': lambda call: '', 'DestroyView': lambda call: '',
    'WaitForUpdatesEx': wait_for_updates, 'WaitForUpdates': wait_for_updates, 'CheckForUpdates': wait_for_updates,
    'RetrieveProperties': retrieve, 'RetrievePropertiesEx': retrieve, 'ReconfigVM_Task': reconfigure,
}


# --- HTTP

class Call:
    """one request"""
    def __init__(self, body, headers):
        root = ET.fromstring(body)
        for e in root.iter():
            e.tag = e.tag.rsplit('}', 1)[-1]
        self.body, self.headers, self.at = body, headers, time.monotonic()
        self.element = root.find('Body')[0]
        self.method = self.element.tag
        this = self.element.find('_this')
        self.this = Ref(this.get('type'), this.text)
        self.words = {e.tag for e in self.element.iter()} | {
            e.get(XSI_TYPE, '').rsplit(':', 1)[-1] for e in self.element.iter()} - {''}

    def text(self, path):
        return self.element.findtext(path)


def answer(call):
    """the response's content, or (status, bytes)"""
    with world.changed:
        world.log.append(call)
        hook = hooks.get(call.method)
    reply = hook(call) if hook is not None else None
    if reply is not None:
        return reply if isinstance(reply, (str, tuple)) else element('returnval', reply)
    with world.changed:
        if call.method in METHODS:
            reply = METHODS[call.method](call)
        elif call.method.endswith('_Task'):
            reply = some_task(call)
        else:
            raise Fault('NotSupported', 'the scene says nothing of %s' % call.method)
        world.changed.notify_all()
    return reply


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def send(self, status, body, cookies=()):
        self.send_response(status)
        self.send_header('Content-Type', 'text/xml; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        for cookie in cookies:
            self.send_header('Set-Cookie', cookie)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path != '/sdk/vimServiceVersions.xml' or world.namespace == '':
            self.send(404, b'')
            return
        text = world.namespace or '<version>%s</version>' % world.api
        self.send(200, ('<?xml version="1.0"?><namespaces version="1.0"><namespace><name>urn:vim25</name>%s'
                        '</namespace></namespaces>' % text).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length'])).decode()
        cookies = world.cookies if 'vmware_soap_session' not in (self.headers.get('Cookie') or '') else ()
        call = Call(body, self.headers)
        try:
            reply = answer(call)
            status, text = 200, '<%sResponse xmlns="urn:vim25">%%s</%sResponse>' % (call.method, call.method)
            if isinstance(reply, tuple):
                self.send(*reply)
                return
            text = text.replace('%s', reply)
        except Fault as fault:
            status = 500
            text = ('<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>%s</faultstring><detail>'
                    '<%sFault xmlns="urn:vim25" xsi:type="%s">%s</%sFault></detail></soapenv:Fault>' % (
                        escape(fault.text), fault.kind, fault.kind, content(fault.obj), fault.kind))
        self.send(status, world.rewrite(ENVELOPE.replace('%s', text)), cookies)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        if not isinstance(sys.exc_info()[1], OSError):    # who goes away is no fault of ours
            traceback.print_exc()


# --- the test's side: Python, over a socket that only its user can reach

def run(code, said):
    with world.changed, contextlib.redirect_stdout(said):
        exec(compile(code, 'scene', 'exec'), globals())
        world.changed.notify_all()


class Control(socketserver.StreamRequestHandler):
    def handle(self):
        said = io.StringIO()
        try:
            run(self.rfile.read().decode(), said)
            self.wfile.write(b'ok\n' + said.getvalue().encode())
        except Exception:
            self.wfile.write(b'failed\n' + (said.getvalue() + traceback.format_exc()).encode())


def serve(ready, control, scene):
    run(open(scene).read(), sys.stdout)
    server = Server(('127.0.0.1', 0), Handler)
    helper = socketserver.ThreadingUnixStreamServer(control, Control)
    helper.daemon_threads = True
    threading.Thread(target=helper.serve_forever, daemon=True).start()
    with open(ready + '.new', 'w') as file:
        file.write('127.0.0.1:%d\n' % server.server_address[1])
    os.rename(ready + '.new', ready)
    server.serve_forever()


def tell(control):
    """sends stdin there, and prints what it says"""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(control)
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
        with s.makefile() as file:
            verdict, _, text = file.read().partition('\n')
    sys.stdout.write(text)
    return 0 if verdict == 'ok' else 1


if __name__ == '__main__':
    if sys.argv[1] == 'serve':
        serve(*sys.argv[2:])
    sys.exit(tell(sys.argv[2]))
