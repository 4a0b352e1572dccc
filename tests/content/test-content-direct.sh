#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-direct.sh - what is long goes to a host itself, by ticket, and by the
# vCenter where that does not work; and a session does not end meanwhile
. "${srcdir:-$(dirname "$0")/..}/functions.sh"

start_vcsim -vm 1 -direct -session-idle 2
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")
head -c 20000001 /dev/urandom >"$tmp/iso"
head -c 1000 "$tmp/iso" >"$tmp/small"

# sent WHAT N: so many requests called that since the last reset
sent () { expect_eq "$1" "$(vcsim_requests "$1")" "$2"; }
# up NAME: it arrives, whichever way
up () {
  cp "$tmp/iso" "$files/$1"
  cmp "$tmp/iso" "$root/$1" || fail "$1: other bytes"
  [ -z "$(find "$root" -name '.hvfs-*')" ] || fail "$1: a part is left"
}
again () { control POST /reset >/dev/null; }

# A session that only transfers would end after two seconds: one that waits for nothing does.
# That of hvfs is there still when the file is closed, and it was one transfer.
"$PYTHON" - "$vcsim_url" "$vcsim_cert" "$files/slow.iso" "$tmp/iso" "$vcsim_control" <<'END'
import ssl, sys, urllib.request
url, cert, name, whole, control = sys.argv[1:]
def sessions():
    return int(urllib.request.urlopen(control + "/sessions").read())
before = sessions()
body = ('<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Login xmlns="urn:vim25">'
        '<_this type="SessionManager">SessionManager</_this><userName>u</userName><password>p</password>'
        '</Login></Body></Envelope>')
urllib.request.urlopen(urllib.request.Request(url, body.encode(), {"SOAPAction": "urn:vim25/6.5"}),
                       context=ssl.create_default_context(cafile=cert)).read()
assert sessions() == before + 1, sessions()
data = open(whole, "rb").read()
with open(name, "wb", buffering=0) as out:
    at = out.write(data[:6000000])
    while sessions() > before:
        at += out.write(data[at:at + 1])
    while at < len(data):
        at += out.write(data[at:])
END
cmp "$tmp/iso" "$root/slow.iso"
sent 'PUT host' 1
sent Login 2
again

# The next ones know the way.  What is short is not worth a ticket.
up 'a [1] 100%.iso'
sent 'PUT host' 1
sent 'PUT /folder' 0
again
control POST /keep >/dev/null
up b.iso
sent 'PUT host' 1
# Nothing is asked of hosts again; on a slow machine other things may be.
! control GET /kept | grep -q virtualNicManagerInfo || fail 'it asked for the way again'
cp "$tmp/small" "$files/small"
sent 'PUT host' 1
sent 'PUT /folder' 1

# A host that takes no file so, or breaks off before more is gone than is kept here: by the
# vCenter, and the next ones at once.
again
control POST '/fail?method=PUT%20host&what=500' >/dev/null
up c.iso
sent 'PUT host' 1
sent 'PUT /folder' 1
up d.iso
sent 'PUT host' 1
grep -q 'not directly to its host' "$hvfs_log" || fail "log: $(cat "$hvfs_log")"
unmount_hvfs

# One whose certificate is not that of the ticket gets nothing.
again
control POST '/certificate?of=hosts&kind=other' >/dev/null
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
up e.iso
sent AcquireGenericServiceTicket 1
sent 'PUT host' 0
unmount_hvfs
