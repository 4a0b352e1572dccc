# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/vim.py - what the server says, in another client's words

    vim.py URL get NAME PATH...    properties of the entity called NAME, one a line
    vim.py URL call NAME METHOD [JSON]
                                   a method of it with these arguments; waits for its task

Lists are printed as JSON, references by their names.
"""
import json
import os
import ssl
import sys

from pyVim.connect import SmartConnect
from pyVmomi import vim, vmodl
from pyVmomi.VmomiSupport import DataObject, ManagedObject

import newer

newer.add(newer.NEWEST_SPOKEN)


def connect(url):
    scheme, rest = url.split('://')
    host, port = rest.split('/')[0].rsplit(':', 1)
    extra = {} if scheme == 'http' else {'sslContext': ssl._create_unverified_context()}
    return SmartConnect(protocol=scheme, host=host.strip('[]'), port=int(port), user=os.environ.get('VIM_USER', 'user'),
                        pwd=os.environ.get('VIM_PASSWORD', 'pass word'), **extra)


def find(content, name):
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.ManagedEntity], True)
    found = [e for e in view.view if e.name == name or e._moId == name]
    view.Destroy()
    if not found:
        sys.exit(f'vim.py: the server has no {name}')
    return found[0]


def plain(value):
    if isinstance(value, vim.ManagedEntity):
        return value.name
    if isinstance(value, ManagedObject):
        return value._moId
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, DataObject):
        fields = {p.name: getattr(value, p.name) for p in value._GetPropertyList()}
        return {name: plain(v) for name, v in fields.items()
                if v is not None and not (isinstance(v, list) and len(v) == 0)
                and not name.startswith('dynamic')}
    return value if isinstance(value, (bool, int, float, str, type(None))) else str(value)


def get(obj, path):
    for step in path.split('.'):
        if obj is None:
            return ''
        obj = obj[int(step)] if step.isdigit() else getattr(obj, step)
    obj = plain(obj)
    if isinstance(obj, (list, dict)):
        return json.dumps(obj, sort_keys=True)
    return '' if obj is None else str(obj)


def build(kind, value):
    if isinstance(value, dict):
        return kind(**{k: build(kind._GetPropertyInfo(k).type, v) for k, v in value.items()})
    return value


def wait(collector, task):
    query = vmodl.query.PropertyCollector
    watch = collector.CreateFilter(query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=task)],
        propSet=[query.PropertySpec(type=vim.Task, all=False, pathSet=['info.state'])]), False)
    version = ''
    while task.info.state not in ('success', 'error'):
        version = collector.WaitForUpdates(version).version
    watch.Destroy()
    if task.info.state == 'error':
        raise task.info.error


def call(content, obj, method, args):
    info = getattr(type(obj), method).info
    known = {p.name: p.type for p in info.params}
    for name, value in args.items():
        if isinstance(value, str) and issubclass(known[name], ManagedObject):
            args[name] = find(content, value)
        else:
            args[name] = build(known[name], value)
    result = getattr(obj, method)(**args)
    if isinstance(result, vim.Task):
        wait(content.propertyCollector, result)


def main():
    url, verb, name, *rest = sys.argv[1:]
    content = connect(url).RetrieveContent()
    obj = find(content, name)
    if verb == 'get':
        for path in rest:
            print(get(obj, path))
    else:
        call(content, obj, rest[0], json.loads(rest[1]) if len(rest) > 1 else {})


main()
