#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-direct-read.sh - who reads a long file on and on gets the rest from
# a host, by one ticket; and from the vCenter whatever happens to that, byte for byte
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1 -direct -session-idle 2
# mount_it [SECONDS]  With as much patience: a slow machine wants it for a connection, too.
mount_it () {
  mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o "content,allow_delete,timeout=${1-100}"
  files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
}
mount_it
root=$(sed -n 's/^url=//p' "$files/../info")
iso=$files/'a [1] 100%.iso' stored=$root/'a [1] 100%.iso'
head -c 30000001 /dev/urandom >"$stored"
head -c 15000000 "$stored" >"$root/short"
await exists "$iso"

# sent WHAT N: so many requests called that since the last reset
sent () { expect_eq "$1" "$(vcsim_requests "$1")" "$2"; }
again () { control POST /reset >/dev/null; }
whole () {
  cp "$iso" "$tmp/copy" || fail "$1: cannot be read"
  cmp "$tmp/copy" "$stored" || fail "$1: other bytes"
}
# read_it SCRIPT  In it get (n) reads the next bytes and checks them, and host () gives the
# status of each request that a host had; 0: it is under way.
read_it () {
  "$PYTHON" - "$iso" "$stored" "$vcsim_control" <<END
import json, os, signal, sys, time, urllib.request
all = open(sys.argv[2], "rb").read()
file = open(sys.argv[1], "rb", buffering=0)
def tell(what):
    urllib.request.urlopen(sys.argv[3] + what, b"").read()
def ask(what):
    return urllib.request.urlopen(sys.argv[3] + what).read().decode()
def host():
    entries = [json.loads(line) for line in ask("/log").splitlines()]
    return [entry["status"] for entry in entries if entry["method"] == "GET host"]
def until(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
def get(n):
    while n > 0:
        at = file.tell()
        piece = file.read(min(n, 1 << 20))
        assert piece and piece == all[at:at + len(piece)], at
        n -= len(piece)
def rest():
    get(len(all) - file.tell())
    assert not file.read(1)
$1
END
}

# One ticket and one transfer; the vCenter has the first ranges only.  The next reader knows the
# way.
# asked_way: whether hosts were asked for since they are kept
asked_way () { control GET /kept | grep -q virtualNicManagerInfo; }
again
control POST /keep >/dev/null
whole 'by ticket'
asked_way || fail 'no host was asked for'
sent AcquireGenericServiceTicket 1
sent 'GET host' 1
first=$(vcsim_requests 'GET /folder')
[ "$first" -le 4 ] || fail "$first ranges of the vCenter"
again
control POST /keep >/dev/null
whole 'once more'
sent 'GET host' 1
if asked_way; then fail 'the way was asked for again'; fi
# What is short is not worth a ticket, nor is what is read here and there.
again
cmp "$files/short" "$root/short"
read_it 'for at in range(29000000, 1000000, -1000003):
    file.seek(at)
    get(70000)'
sent AcquireGenericServiceTicket 0

# Who reads elsewhere gives it up; who reads on and on from there gets another one.
again
read_it 'get(12000000)
file.seek(1000)
get(100)
until(lambda: 0 not in host())
file.seek(3000000)
rest()'
sent 'GET host' 2
# Who leaves in the middle, or is killed, leaves nothing that goes on.
again
read_it 'get(12000000)
file.close()
until(lambda: host() and 0 not in host())'
again
if read_it 'get(12000000)
os.kill(os.getpid(), signal.SIGKILL)' 2>/dev/null; then fail 'it was not killed'; fi
read_it 'until(lambda: host() and 0 not in host())'
# A host does not wait for who takes nothing; he has ranges from then on, and no other ticket.
again
read_it 'get(12000000)
until(lambda: 0 not in host())
rest()'
sent 'GET host' 1
[ "$(vcsim_requests 'GET /folder')" -gt 5 ] || fail 'who is slow has the rest from elsewhere'

# A session that only transfers would end after two seconds.  That of hvfs does not.
again
read_it 'import ssl
before = int(ask("/sessions"))
get(6000000)
login = """<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Login xmlns="urn:vim25">
<_this type="SessionManager">SessionManager</_this><userName>u</userName><password>p</password>
</Login></Body></Envelope>"""
urllib.request.urlopen(urllib.request.Request("'"$vcsim_url"'", login.encode(), {"SOAPAction": "urn:vim25/6.5"}),
                       context=ssl.create_default_context(cafile="'"$vcsim_cert"'")).read()
get(6000000)
until(lambda: file.read(1) and int(ask("/sessions")) <= before)
rest()'
sent 'GET host' 1
sent Login 1
unmount_hvfs

# Whatever is wrong with the host: all by the vCenter, which the next readers have at once.
# otherwise WHAT REQUEST...  These are made, and it is read; twice.
otherwise () {
  what=$1
  shift
  mount_it "${seconds-100}"
  again
  for request; do control POST "$request" >/dev/null; done
  whole "$what"
  before=$(vcsim_requests AcquireGenericServiceTicket)
  whole "after $what"
  expect_eq "$what: tickets" "$(vcsim_requests AcquireGenericServiceTicket)" "$before"
  grep -q 'not directly to its host' "$hvfs_log" || fail "$what: $(cat "$hvfs_log")"
  control POST /heal >/dev/null
  control POST '/up?of=hosts' >/dev/null
  control POST '/certificate?of=hosts&kind=own' >/dev/null
  unmount_hvfs
}
otherwise 'no ticket' '/fail?method=AcquireGenericServiceTicket&what=fault&fault=InvalidArgument'
otherwise 'refused' '/down?of=hosts'
otherwise 'another certificate' '/certificate?of=hosts&kind=other'
sent 'GET host' 0
for what in 401 403 404 500 503 html empty truncate drop half; do
  otherwise "$what" "/fail?method=GET%20host&what=$what"
  sent 'GET host' 1
done
# One that falls silent in the middle is waited for as a server is.
seconds=5 otherwise 'silent' '/fail?method=GET%20host&what=trickle&ms=400000'

# A host that is lost in the middle: it goes on by the vCenter.  Both: when that is back.
mount_it
again
read_it 'get(12000000)
tell("/down?of=hosts")
rest()
assert len(host()) == 1'
control POST '/up?of=hosts' >/dev/null
unmount_hvfs
mount_it
read_it 'import threading
get(12000000)
tell("/down?of=hosts")
tell("/down")
reader = threading.Thread(target=rest)
reader.start()
while "state=connected\n" in open("'"$mnt"'/.hvfs/status").read():
    pass
assert reader.is_alive()
tell("/up")
reader.join()
assert file.tell() == len(all)'
control POST '/up?of=hosts' >/dev/null
unmount_hvfs

# A file that changes meanwhile is what it is by the vCenter: whole where it has grown, an error
# where it has become shorter.
mount_it
again
control POST '/fail?method=AcquireGenericServiceTicket&what=slow&ms=60000' >/dev/null
read_it 'get(3000000)
until(lambda: "AcquireGenericServiceTicket" in ask("/requests"))
open(sys.argv[2], "ab").write(b"more")
tell("/heal")
get(len(all) - file.tell())'
unmount_hvfs
mount_it
control POST '/fail?method=AcquireGenericServiceTicket&what=slow&ms=60000' >/dev/null
again
read_it 'get(3000000)
until(lambda: "AcquireGenericServiceTicket" in ask("/requests"))
os.truncate(sys.argv[2], 25000000)
tell("/heal")
try:
    get(25000000 - file.tell())
    file.read(1)
    assert False
except OSError:
    pass'
unmount_hvfs
