#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-servers.sh - what real servers do and no simulator does: bytes that XML
# forbids, cookies of balancers, properties and views that are not there, a stream that is
# dead or refused while the server answers, sessions that are lost for properties only
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse
command -v xmllint >/dev/null || skip "xmllint is not there"
leaves_out () { grep -q "^left-out=.*$1" "$mnt/.hvfs/status"; }
sent () { replayer "print(len(sent('$1')))"; }

# Each forbidden character is replaced, and nothing else changes, at the mount and later, in
# small files and in config.xml, which is XML; an edit of something else does not write it.
start_replayer <<'PY'
world.rewrite = lambda text: text.encode('utf-8', 'surrogatepass').replace(b'@@', b'\xe9')
odd = 'a&#x1f;b&#xFFFF;c\x0bd\x1ae\uffff@@ \U0001f600'
world.vm('alder', annotation=Xml(odd, 'xsd:string'))
world.vms['alder']['config.annotation'] = Xml(odd, 'xsd:string')
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
r=$(printf '\357\277\275')
shown="a${r}b${r}c${r}d${r}e${r}${r} $(printf '\360\237\230\200')"
expect_eq annotation "$(cat "$mnt/by-name/alder/annotation")" "$shown"
xmllint --noout "$mnt/by-name/alder/config.xml" || fail "config.xml is no XML"
expect_eq description "$(xmllint --xpath 'string(/domain/description)' "$mnt/by-name/alder/config.xml")" "$shown"
sed 's|<vcpu[^>]*>1<|<vcpu>2<|' "$mnt/by-name/alder/config.xml" >"$tmp/edited"
cat "$tmp/edited" >"$mnt/by-name/alder/config.xml" || fail "cannot edit"
expect_eq 'what was sent' "$(replayer 'print([sorted(w for w in c.words if w in ("numCPUs", "annotation")) for c in sent("ReconfigVM_Task")])')" "[['numCPUs']]"
replayer 'world.vms["birch"]["config.annotation"] = Xml("x&#0;y", "xsd:string")'
await says "$mnt/by-name/birch/annotation" "x${r}y"
expect_eq logins "$(sent Login)" 1
unmount_hvfs

# Every cookie is kept, in any order, renewed and deleted.
start_replayer <<'PY'
world.cookies = ['node=7; Path=/', 'vmware_soap_session="replayer-1"; Path=/; HttpOnly', 'gone=1; Path=/', 'gone=; Path=/; Max-Age=0']
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
cat "$mnt/by-name/alder/config.xml" >/dev/null
expect_eq cookies "$(replayer 'print(*sorted({c.headers.get("Cookie") for c in world.log if c.method not in ("GET", "RetrieveServiceContent")}))')" \
  'node=7; vmware_soap_session="replayer-1"'
unmount_hvfs

# What the server does not have is left out, and can then not be read.
start_replayer <<'PY'
def refuse(call):
    for path in ('config.annotation', 'summary.config.numCpu'):
        if '<pathSet>%s<' % path in call.body: raise Fault('InvalidProperty', 'no ' + path, name=path)
for method in ('CreateFilter', 'RetrievePropertiesEx'): on(method)(refuse)
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
leaves_out 'VirtualMachine config.annotation' || fail "it does not say: $(cat "$mnt/.hvfs/status")"
leaves_out 'VirtualMachine summary.config.numCpu' || fail "it does not say: $(cat "$mnt/.hvfs/status")"
expect_failure 'not supported' cat "$mnt/by-name/alder/annotation"
expect_failure 'not supported' cat "$mnt/by-name/alder/vcpus"
expect_eq memory "$(cat "$mnt/by-name/alder/memory")" 524288
grep -q '<name>alder<' "$mnt/by-name/alder/config.xml" || fail "no config.xml"
unmount_hvfs

# Without a view for it, a task is watched by a filter of its own.
start_replayer <<'PY'
@on('CreateListView')
def no_view(call): raise Fault('NotSupported', 'no lists')
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
timeout 30 sh -c "echo words >'$mnt/by-name/alder/annotation'" || fail "no task ends without a list"
expect_eq reconfigurations "$(sent ReconfigVM_Task)" 1
unmount_hvfs

# The stream is dead, and everything else is answered: noticed within the time-out by who reads.
start_replayer <<'PY'
import threading
dead, stuck = threading.Event(), threading.Event()
@on('WaitForUpdatesEx')
def wait(call):
    while dead.is_set():
        stuck.set()
        threading.Event().wait(.1)
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt" -o timeout=4
replayer 'dead.set(); world.vms["birch"]["name"] = "beech"'
is_stuck () { [ "$(replayer 'print(stuck.is_set())')" = True ]; }
await is_stuck
replayer 'world.vms["alder"]["runtime.powerState"] = Word("VirtualMachinePowerState", "poweredOn")'
reads_off () { says "$mnt/by-name/alder/state" off; }
reads_not_off () { ! reads_off; }
await reads_not_off
status_is lost || fail "a dead stream is not noticed: $(cat "$mnt/.hvfs/status")"
replayer 'dead.clear()'
await says "$mnt/by-name/alder/state" running
unmount_hvfs

# A wait that is refused, or ends at once, again and again, is no reason to ask in a storm.
for how in 'raise Fault("RequestCanceled", "canceled")' 'return ""'; do
  start_replayer <<PY
bad = []
@on('WaitForUpdatesEx')
def wait(call):
    if bad and len(bad) < 1000:
        bad.append(call)
        $how
PY
  mount_hvfs "$(replayer_uri vpx)" "$mnt"
  replayer 'bad.append(None)'
  replayer 'world.vms["alder"]["name"] = "elder"'
  poll 4 false || :
  n=$(replayer 'print(len(bad))')
  [ "$n" -gt 1 ] || fail "nothing was refused: $how"
  [ "$n" -lt 30 ] || fail "$n waits in 4 s of: $how"
  replayer 'bad.clear()'
  await test -e "$mnt/by-name/elder"
  unmount_hvfs
done

# A session that is lost for some properties only is renewed.
start_replayer <<'PY'
lost = Fault('NotAuthenticated', 'The session is not authenticated.', object=Ref('Folder', 'group-d1'), privilegeId='System.View')
@on('Login')
def login(call): world.vms['alder']['runtime.powerState'] = Word('VirtualMachinePowerState', 'poweredOff')
PY
mount_hvfs "$(replayer_uri vpx)" "$mnt"
replayer 'world.vms["alder"]["runtime.powerState"] = lost'
logged_in () { [ "$(sent Login)" = 2 ]; }
await logged_in
await says "$mnt/by-name/alder/state" off
unmount_hvfs

# One host is mounted: what is on none, or on another, is where its own are.
start_replayer <<'PY'
world.host['vm'] = lambda: world.all_of('VirtualMachine')
world.vms['birch']['runtime.host'] = Ref('HostSystem', 'host-9')
PY
mount_hvfs "$(replayer_uri vpx dc/cluster/host1.example)" "$mnt"
expect_eq 'names at the root' "$(find "$mnt" -mindepth 1 -maxdepth 1 -name domains -printf '%f\n')" domains
expect_eq domains "$(ls "$mnt/domains")" "alder
birch"
expect_eq link "$(readlink -f "$mnt/by-name/birch")" "$mnt/domains/birch"
unmount_hvfs
