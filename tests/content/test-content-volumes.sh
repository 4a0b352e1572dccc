#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-volumes.sh - volumes/ and refresh of a datastore: what virsh vol-* says and does
# on the same server, of a vCenter and of a host
#
# libvirt and the files differ in five things, each of which a check below has:
#  - virsh wants DIRECTORY/FILE.vmdk and makes the directory, the files want it made by mkdir;
#  - virsh makes a disk thick or thin only, of an allocation of all or nothing, the files also of less;
#  - the files grow a disk, virsh's driver does not resize;
#  - virsh does not find a name with a "&" (libvirt 9.0 sends it as it is);
#  - virsh removes a disk by vol-delete, the files by rm in files/, with -o allow_delete.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh

virsh_login
# libvirt 9.0 warns of elements that it does not know.
virsh () {
  LC_ALL=C.UTF-8 command virsh -q -c "$uri" "$@" 2>"$tmp/virsh.err" || fail "virsh $*: $(cat "$tmp/virsh.err")" >&2
}
volumes () { (cd "$v" && find . -name '*.xml' | sed 's|^\./||; s|\.xml$||' | sort); }
same () { # VOLUME: its text, and its size before that is known
  size=$(stat -c %s "$v/$1.xml")
  virsh vol-dumpxml --pool LocalDS_0 "$1" | sed '${/^$/d}' >"$tmp/virsh.xml"
  expect_eq "size of $1" "$size" "$(stat -c %s "$tmp/virsh.xml")"
  diff "$tmp/virsh.xml" "$v/$1.xml" >"$tmp/diff" ||
    fail "vol-dumpxml $1: virsh <, the file >: $(cat "$tmp/diff")"
}
all_same () {
  virsh vol-list LocalDS_0 | sed 's/^ //; s/  *\[.*//' | sort >"$tmp/listed"
  volumes | diff "$tmp/listed" - >"$tmp/diff" || fail "vol-list: virsh <, the files >: $(cat "$tmp/diff")"
  while read -r volume; do same "$volume"; done <"$tmp/listed"
}
xml () { # NAME, CAPACITY, ALLOCATION (may be empty)
  echo "<volume><name>$1</name><capacity unit='MiB'>$2</capacity>${3:+<allocation unit='MiB'>$3</allocation>}<target><format type='vmdk'/></target></volume>"
}
refused () { # ERRNO, TEXT OF THE ERROR, FILE, XML
  echo "$4" >"$tmp/bad.xml"
  expect_failure "$1" cp "$tmp/bad.xml" "$v/$3.xml"
  tail -n 1 "$mnt/.hvfs/errors" | grep -qF -- "$2" || fail "$3: $(tail -n 1 "$mnt/.hvfs/errors")"
}
says () { sed -n "s|^  <$1 unit='bytes'>\(.*\)</$1>|\1|p" "$v/$2.xml"; }

not_wiped () { # ERRNO, PATH, WHY
  expect_eq "wipe $2" "$("$PYTHON" "$tests_dir/lib/write.py" "$d/wipe" "$2")" "$1"
  tail -n 1 "$mnt/.hvfs/errors" | grep -q "$3" || fail "$(tail -n 1 "$mnt/.hvfs/errors")"
}

walk () { # TYPE, PATH OF THE DATASTORE IN THE MOUNT
  d=$mnt/$2 v=$mnt/$2/volumes
  # An image or two, and names that are hard.
  dd if=/dev/zero of="$tmp/image" bs=1024 count=1440 status=none
  mkdir "$d/files/images" "$d/files/a b%+é"
  for image in 'images/x.iso' 'images/boot.img' "a b%+é/c d%2f.iso"; do cp "$tmp/image" "$d/files/$image"; done
  echo "no volume" >"$d/files/images/readme.txt"
  all_same
  expect_eq "images" "$(volumes | grep -c 'iso$\|img$')" 3
  cp "$tmp/image" "$d/files/images/x&y.iso"
  grep -q '<path>.LocalDS_0. images/x&amp;y.iso</path>' "$v/images/x&y.iso.xml" || fail "$(cat "$v/images/x&y.iso.xml")"
  rm "$d/files/images/x&y.iso"
  expect_failure 'No such file' cat "$v/images/readme.txt.xml"

  # Made by the file and by virsh: the same, but for the name.
  mkdir "$v/web"
  for kind in '8 8 thick' '8 0 thin' '8  default'; do
    # shellcheck disable=SC2086
    set -- "${kind%% *}" "$(echo "$kind" | cut -d' ' -f2)" "${kind##* }"
    xml "web/$3.vmdk" "$1" "$2" >"$v/web/$3.vmdk.xml" || fail "$3: $(tail -n 1 "$mnt/.hvfs/errors")"
    xml "byvirsh/$3.vmdk" "$1" "$2" >"$tmp/vol.xml"
    virsh vol-create LocalDS_0 "$tmp/vol.xml" >/dev/null
    expect_eq "allocation of $3" "$(says allocation "web/$3.vmdk")" \
      "$(virsh vol-dumpxml --pool LocalDS_0 "byvirsh/$3.vmdk" | sed -n "s|^  <allocation unit='bytes'>\(.*\)</.*|\1|p")"
  done
  expect_eq 'not all of it' "$(xml web/part.vmdk 8 4 >"$v/web/part.vmdk.xml"; says allocation web/part.vmdk)" 0
  echo yes >"$d/refresh"
  all_same
  expect_eq 'extent' "$(stat -c %s "$d/files/web/thin-flat.vmdk")" 8388608

  # Grown: in one write, by sed's text, by a writer who has read it; the rest must be as it is.
  sed "s/8388608<.capacity/16777216<\/capacity/" "$v/web/thin.vmdk.xml" >"$tmp/grown.xml"
  cp "$tmp/grown.xml" "$v/web/thin.vmdk.xml"
  expect_eq capacity "$(says capacity web/thin.vmdk)" 16777216
  expect_eq extent "$(stat -c %s "$d/files/web/thin-flat.vmdk")" 16777216
  same web/thin.vmdk
  xml web/thin.vmdk 20 >"$v/web/thin.vmdk.xml"
  same web/thin.vmdk
  refused 'Invalid argument' 'does not shrink' web/thin.vmdk "$(xml web/thin.vmdk 10)"
  refused 'Invalid argument' "<name> is 'web/other.vmdk'" web/thin.vmdk "$(xml web/other.vmdk 30)"
  refused 'Invalid argument' '<allocation> cannot be changed' web/thin.vmdk "$(xml web/thin.vmdk 30 7)"
  refused 'not supported' 'only a disk grows' images/x.iso '<volume><capacity>2000000</capacity></volume>'
  expect_eq capacity "$(says capacity web/thin.vmdk)" 20971520

  # What is no disk that can be made: nothing of it stays.
  refused 'Invalid argument' 'line 1' web/bad.vmdk '<volume'
  refused 'Invalid argument' 'no such thing' web/bad.vmdk '<volume><capacity>1</capacity><target><encryption/></target></volume>'
  refused 'Invalid argument' 'how large' web/bad.vmdk "<volume><name>web/bad.vmdk</name></volume>"
  refused 'Invalid argument' 'more than <capacity>' web/bad.vmdk "$(xml web/bad.vmdk 1 2)"
  refused 'Invalid argument' "unknown unit 'parsecs'" web/bad.vmdk "<volume><capacity unit='parsecs'>1</capacity></volume>"
  refused 'Invalid argument' "leave it out" web/bad.vmdk '<volume><key>x</key><capacity>1024</capacity></volume>'
  refused 'not supported' 'only a disk can be made' web/bad.iso "$(xml web/bad.iso 1)"
  expect_failure 'Operation not permitted' cp "$tmp/grown.xml" "$v/web/bad"
  expect_failure 'Operation not permitted' rm "$v/web/thin.vmdk.xml"
  expect_failure 'Operation not permitted' rmdir "$v/images"
  expect_eq web "$(ls "$v/web" | tr '\n' ' ')" 'default.vmdk.xml part.vmdk.xml thick.vmdk.xml thin.vmdk.xml '

  # A clone by virsh and by cp, and removed by either.
  virsh vol-clone --pool LocalDS_0 web/thin.vmdk byvirsh/clone.vmdk >/dev/null
  cp "$d/files/web/thin.vmdk" "$d/files/web/clone.vmdk"
  [ -e "$v/web/clone.vmdk.xml" ] || fail 'no volume after cp'
  echo yes >"$d/refresh"
  all_same
  expect_eq clones "$(says capacity web/clone.vmdk)" "$(says capacity byvirsh/clone.vmdk)"
  virsh vol-delete --pool LocalDS_0 web/clone.vmdk >/dev/null
  rm "$d/files/byvirsh/clone.vmdk"
  echo yes >"$d/refresh"
  expect_failure 'No such file' cat "$v/web/clone.vmdk.xml"
  ! command virsh -q -c "$uri" vol-info --pool LocalDS_0 byvirsh/clone.vmdk >/dev/null 2>&1 || fail 'rm left a volume'
  all_same

  # All of a disk becomes zeros, but not that of a machine that writes to it.
  root=$(sed -n 's/^url=//p' "$d/info")
  yes | head -c 8388608 >"$root/web/thick-flat.vmdk"
  echo web/thick.vmdk >"$d/wipe"
  cmp -n 8388608 "$root/web/thick-flat.vmdk" /dev/zero || fail 'the disk is not empty'
  expect_eq extent "$(stat -c %s "$root/web/thick-flat.vmdk")" 8388608
  not_wiped EBUSY "$on/$on.vmdk" 'locked'
  not_wiped ENOENT web/none.vmdk 'not found'
  not_wiped EINVAL web/thick.vmdk.xml 'the path of a disk'

  # pool-info and pool-dumpxml agree after a refresh, too.
  virsh pool-dumpxml LocalDS_0 | sed '${/^$/d}' | diff - "$d/pool.xml" >"$tmp/diff" || fail "pool-dumpxml: $(cat "$tmp/diff")"
  expect_failure 'I/O error' sh -c "echo no >'$d/refresh'"
  grep -q "refresh: 'no': Invalid argument: .*write yes" "$mnt/.hvfs/errors" || fail "$(tail -n 1 "$mnt/.hvfs/errors")"
}

start_vcsim -tls=false -vm 2 -host 1 -standalone 1
uri="vpx://user@$vcsim_hostport/DC0/DC0_H0?transport=http"
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete
on=DC0_H0_VM0
walk vpx datacenters/DC0/datastores/LocalDS_0
unmount_hvfs

# Without -o content they are there as well.  One search lists all, no file costs a request, nor
# does another look soon after.
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/datacenters/DC0/datastores/LocalDS_0 v=$d/volumes
all_same
[ ! -e "$d/wipe" ] || fail 'wipe is there without -o allow_delete'
echo yes >"$d/refresh"
expect_requests "$mnt" 1 sh -c "find '$v' -type f -exec cat {} +; ls -lR '$v'"
expect_requests "$mnt" 0 sh -c "find '$v' -type f -exec cat {} +; ls -lR '$v'"
expect_eq refreshes "$(vcsim_requests RefreshDatastore)" 4

# What the server makes by itself is found by its name within five seconds, without a refresh.
vc_made () { [ -e "$v/late/l.vmdk.xml" ]; }
xml late/l.vmdk 1 0 >"$tmp/vol.xml"
virsh vol-create LocalDS_0 "$tmp/vol.xml" >/dev/null
poll 8 vc_made || fail "no new volume after eight seconds"

# A search that fails is an error, and no empty directory; it is asked for again.
echo yes >"$d/refresh"
control POST '/fail?method=SearchDatastoreSubFolders_Task&what=fault&fault=InaccessibleDatastore&message=No%20host%20sees%20it.&times=0' >/dev/null
expect_failure 'Input/output error' ls "$v/"
grep -q 'No host sees it' "$mnt/.hvfs/errors" || fail "$(cat "$mnt/.hvfs/errors")"
control POST /heal >/dev/null
all_same
unmount_hvfs
stop_vcsim

# On a host the key of a disk is its UUID: a request for each that is read, none for its size.
start_vcsim -tls=false -vm 2 -esx
uri="esx://user@$vcsim_hostport/?transport=http"
mount_hvfs "$(vcsim_uri esx)" "$mnt" -o content,allow_delete
on=ha-host_VM0
walk esx datastores/LocalDS_0
echo yes >"$d/refresh"
ls -lR "$v" >/dev/null
expect_requests "$mnt" 0 ls -lR "$v"
expect_requests "$mnt" 1 cat "$v/ha-host_VM0/ha-host_VM0.vmdk.xml"
expect_requests "$mnt" 0 cat "$v/ha-host_VM0/ha-host_VM0.vmdk.xml"
control POST '/fail?method=QueryVirtualDiskUuid&what=fault&fault=FileLocked&times=0' >/dev/null
expect_failure 'ha-host_VM1.vmdk.xml' cat "$v/ha-host_VM1/ha-host_VM1.vmdk.xml"
control POST /heal >/dev/null
same ha-host_VM1/ha-host_VM1.vmdk
unmount_hvfs
stop_vcsim

# A vCenter wants to be told the datacenter, also an old one, whose datastores have no parent.
start_vcsim -tls=false -vm 1 -api 2.5
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
d=$mnt/datacenters/DC0/datastores/LocalDS_0 v=$d/volumes
mkdir "$v/old"
for size in 1 2; do xml old/o.vmdk $size >"$v/old/o.vmdk.xml"; done
expect_eq 'capacity' "$(says capacity old/o.vmdk)" 2097152
echo yes >"$d/refresh"
unmount_hvfs
