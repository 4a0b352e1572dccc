#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-libvirt-table.sh - both commands of each line in hvfs(5), LIBVIRT, do the same:
# what they print agrees, and what they change is the same to virsh; no function of libvirt's driver
# is without a line
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires virsh
"$PYTHON" -c 'import libvirt' 2>/dev/null || {
  [ "${CI-}" != true ] || fail "python3-libvirt is missing"
  skip "python3-libvirt is missing"
}

start_vcsim -tls=false -vm 4 -host 1 -standalone 2
virsh_login
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete
h=$mnt/datacenters/DC0/hosts/DC0_H0
PATH=$build_dir/convert:$build_dir/fs:$PATH
uri_of () { echo "vpx://user@$vcsim_hostport/DC0/$1?transport=http"; }
connect () { timeout 30 virsh -q -c "$(uri_of "${host:-DC0_H0}")" "$@"; }
run_virsh () {
  connect "$@" 2>"$tmp/virsh.err" ||
    fail "virsh $*: $(grep '^error' "$tmp/virsh.err")" >&2
}

# What stands for the letters; virsh changes A, the tree changes B.
A=DC0_H0_VM0 B=DC0_H0_VM1
cat >"$tmp/inner.xml" <<'END'
<network>
  <name>inner</name>
  <portgroup name='inner group'/>
</network>
END
sed 's/inner/outer/' "$tmp/inner.xml" >"$tmp/outer.xml"
for name in made drawn; do
  cat >"$tmp/$name.xml" <<END
<domain type='vmware'>
  <name>$name</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[LocalDS_0] $name/$name.vmdk'/>
      <capacity unit='MiB'>8</capacity>
      <target dev='sda' bus='scsi'/>
    </disk>
  </devices>
</domain>
END
done
cp "$mnt/by-name/$B/config.xml" "$tmp/native.xml"
cp "$mnt/by-name/$B/config.vmx" "$tmp/native.vmx"
# Volumes: one that is there, and what virsh and the tree make.
there=$B/$B.vmdk
mkdir "$mnt/datacenters/DC0/datastores/LocalDS_0/volumes/vols"
for name in byvirsh bytree; do
  echo "<volume><name>vols/$name.vmdk</name><capacity unit='MiB'>4</capacity><target><format type='vmdk'/></target></volume>" >"$tmp/$name.xml"
done
uuid=$(cat "$mnt/by-name/$B/uuid") id=$(sed 's/vm-//' "$mnt/by-name/$B/moref")
put () { # COMMAND, DOMAIN, SWITCH OR FILE, VOLUME, ANOTHER
  echo "$1" | sed "s|\\bD\\b|$2|g; s|\\bN\\b|$3|g; s|\\bFILE\\b|$tmp/$3|; s|\\bP\\b|LocalDS_0|g
    s|\\bMAC\\b|00:0c:29:81:d8:a0|; s|\\bNIC\\b|vmnic0|; s|\\bURI\\b|'$(uri_of DC0_H1)'|; s|\\bH\\b|DC0_H1|
    s|\\bV\\b|${4-}|g; s|\\bW\\b|${5-}|; s|\\bU\\b|$uuid|; s|\\bI\\b|$id|"
}
# A function of libvirt, as another client calls it.
run_api () {
  timeout 30 "$PYTHON" "$tests_dir/mount/libvirt-api.py" "$(uri_of "${host:-DC0_H0}")" "$@" 2>"$tmp/virsh.err" ||
    fail "$*: $(tail -n 1 "$tmp/virsh.err")" >&2
}
by_virsh () {
  case $1 in virsh\ *) run=run_virsh ;; *) run=run_api ;; esac
  eval "$run $(put "${1#virsh }" "$2" "$3" "${4-}" "${5-}")"
}
by_tree () { # COMMAND, DOMAIN, SWITCH OR FILE, DIRECTORY, VOLUME, ANOTHER
  (cd "$4" && eval "$(put "$1" "$2" "$3" "${5-}" "${6-}")") || fail "$1: $(tail -n 1 "$mnt/.hvfs/errors")"
}

# What both print, so that it can be compared.
plain () { sed 's/ *$//; /^$/d; s/^shut off$/off/; s/^paused$/suspended/' "$tmp/by_virsh"; }
field () { sed -n "s/^$1 *: *//p" "$tmp/by_virsh" | head -n 1; }
value () { sed -n "s/^$1=//p" "$tmp/by_tree"; }
element () { sed -n "s|^ *<$1[^>]*>\\(.*\\)</$1>\$|\\1|p" "$tmp/by_tree"; }
compare () {
  case $1 in
    # The file has empty drives too, of which virsh says nothing.
    *'dumpxml D') expect_eq "$1" "$(plain | grep -vxFf "$tmp/by_tree")" '' ;;
    *dominfo*)
      expect_eq "$1" "$(field 'CPU(s)') $(field 'Max memory') $(field Autostart)" \
        "$(sed 's/^no$/disable/; 2s/$/ KiB/' "$tmp/by_tree" | tr '\n' ' ' | sed 's/ $//')" ;;
    *domid*) expect_eq "$1" "vm-$(plain)" "$(cat "$tmp/by_tree")" ;;
    *domname*) expect_eq "$1" "domains/$(plain)" "$(dirname "$(cat "$tmp/by_tree")")" ;;
    *vcpucount*) expect_eq "$1" "$(plain)" "$(value max_vcpus)" ;;
    # libvirt says 0 for each prefix.
    *domifaddr*) expect_eq "$1" "$(awk 'NF { print $4 }' "$tmp/by_virsh" | sed 's|/.*||' | sort)" "$(sed 's/^[^ ]* //; s|/.*||' "$tmp/by_tree" | sort)" ;;
    # Each has its own comments and order of keys and elements; tests/convert/ compares them in full.
    *native*) expect_eq "$1" "$(grep -i 'displayName\|<name>\|memsize\|<memory' "$tmp/by_virsh")" "$(grep -i 'displayName\|<name>\|memsize\|<memory' "$tmp/by_tree")" ;;
    *'virsh version'*) expect_eq "$1" "$(field 'Running hypervisor')" "ESX $(value version)" ;;
    *snapshot-info*) expect_eq "$1" "$(field State | sed 's/^shutoff$/off/')" "$(cat "$tmp/by_tree")" ;;
    *net-info*) expect_eq "$1" "switches/$(field Name).xml" "$(cat "$tmp/by_tree")" ;;
    *vol-list*) expect_eq "$1" "$(sed 's/^ //; s/  .*/.xml/; /^$/d' "$tmp/by_virsh" | sort)" "$(sort "$tmp/by_tree")" ;;
    *vol-info*) expect_eq "$1" "$(field Capacity)" "$(element capacity | awk '{ printf "%.2f GiB", $1 / 2^30 }')" ;;
    *vol-path*) expect_eq "$1" "$(plain)" "$(element path)" ;;
    *vol-key*) expect_eq "$1" "$(plain)" "$(element key)" ;;
    *vol-pool*) expect_eq "$1" "datastores/$(plain)/volumes/$there.xml" "$(cat "$tmp/by_tree")" ;;
    *nodeinfo*)
      expect_eq "$1" "$(field 'CPU socket(s)') $(field 'Core(s) per socket') $(field 'Memory size')" \
        "$(value sockets) $(value cores) $(value memory) KiB" ;;
    *'virsh hostname'*) expect_eq "$1" "$(plain)" "$(value hostname)" ;;
    *freecell*) expect_eq "$1" "$(field Total)" "$(value free_memory) KiB" ;;
    *IsAlive*) expect_eq "$1" "$(plain)" "$(grep -c '^state=connected$' "$tmp/by_tree")" ;;
    *IsEncrypted*|*IsSecure*) expect_eq "$1" "$(plain)" "$(grep -c '^server=https:' "$tmp/by_tree" || :)" ;;
    *DomainIsActive*) expect_eq "$1" "$(plain)" "$(grep -c '^running$\|^suspended$' "$tmp/by_tree" || :)" ;;
    *ListInterfaces*) expect_eq "$1" "$(plain | sort)" "$(sed -n 's/\.xml$//p' "$tmp/by_tree" | sort)" ;;
    *NumOfInterfaces*) expect_eq "$1" "$(plain)" "$(wc -l <"$tmp/by_tree")" ;;
    *InterfaceIsActive*) expect_eq "$1" "$(plain)" "$(wc -l <"$tmp/by_tree")" ;;
    *GetMemoryParameters*) expect_eq "$1" "$(plain)" "min_guarantee=$(value reservation)" ;;
    *schedinfo*) expect_eq "$1" "$(field reservation) $(field limit)" "$(value reservation) $(value limit)" ;;
    *pool-info*) expect_eq "$1" "$(field Capacity)" "$(value capacity | awk '{ printf "%.2f TiB", $1 / 2^40 }')" ;;
    *net-list*) expect_eq "$1" "$(plain | sort)" "$(sed -n 's/\.xml$//p' "$tmp/by_tree" | sort)" ;;
    *snapshot-list*) expect_eq "$1" "$(plain | sort)" "$(grep -vx 'create\|current\|delete' "$tmp/by_tree" | sort)" ;;
    *snapshot-parent*) expect_eq "$1" "../$(plain)" "$(cat "$tmp/by_tree")" ;;
    *list*) expect_eq "$1" "$(plain | sort)" "$(sort "$tmp/by_tree")" ;;
    *) expect_eq "$1" "$(plain)" "$(sed '/^$/d' "$tmp/by_tree")" ;;
  esac
}

# All that a line can change of a domain; nothing where it is gone.
look () {
  connect "domstate $1; dominfo $1; schedinfo $1; snapshot-list $1 --name" 2>/dev/null |
    grep -v '^Id\|^Name\|^UUID\|^CPU time\|^$' || :
}
agree () { look $A >"$tmp/a"; look $B >"$tmp/b"; cmp -s "$tmp/a" "$tmp/b"; }
# Only of a host libvirt takes pictures.
screens () {
  (
    start_vcsim -tls=false -esx
    mkdir "$tmp/host"
    mount_hvfs "$(vcsim_uri esx)" "$tmp/host"
    timeout 30 virsh -q -c "esx://user@$vcsim_hostport/?transport=http" screenshot ha-host_VM0 "$tmp/by_virsh.png" >/dev/null
    cp "$tmp/host/domains/ha-host_VM0/screenshot.png" "$tmp/by_tree.png"
    unmount_hvfs "$tmp/host"
    stop_vcsim
  ) || fail "screenshots"
  cmp "$tmp/by_virsh.png" "$tmp/by_tree.png" || fail "two screens"
}
# A connection that is safe says so, too.
secure () {
  (
    start_vcsim
    mkdir "$tmp/safe"
    mount_hvfs "$(vcsim_uri vpx)" "$tmp/safe"
    uri_of () { echo "vpx://user@$vcsim_hostport/DC0/$1?no_verify=1"; }
    for function in virConnectIsEncrypted virConnectIsSecure; do
      expect_eq "$function" "$(run_api $function)" "$(grep -c '^server=https:' "$tmp/safe/.hvfs/status")"
    done
    unmount_hvfs "$tmp/safe"
    stop_vcsim
  ) || fail "a safe connection"
}
# All that neither side may change where there is nothing to do.
all_of_host () { run_virsh "net-info vSwitch0; pool-info LocalDS_0; iface-dumpxml 00:0c:29:81:d8:a0; dominfo DC0_H0_VM3"; }
nothing_to_do () { # LINE
  all_of_host >"$tmp/a"
  by_virsh "$1" $B vSwitch0 >"$tmp/by_virsh"
  all_of_host | cmp -s "$tmp/a" - || fail "$1 changes something"
  case $1 in
    *autostart*) grep -q '^Autostart: *yes$' "$tmp/a" ;;
    *) expect_eq "$1" "$(sed '/^$/d; /^0$/d' "$tmp/by_virsh")" '' ;;
  esac
}
volumes () { run_virsh vol-list LocalDS_0 | sed -n 's|^ vols/\([^ ]*\).*|\1|p' | sort | tr '\n' ' '; }
on_other () { host=DC0_H1; connect list --all --name | sed '/^$/d' | sort | tr '\n' ' '; host=; }
networks () { run_virsh net-list --name | sed '/^$/d' | sort | tr '\n' ' '; }

sed -n '/^\.Sh LIBVIRT/,/^\.Sh [^L]/s/^\.It Li "\(vir.*\)" Ta Li "\(.*\)"$/\1|\2/p' "$tests_dir/../man/hvfs.5" >"$tmp/rows"
rows=0
while IFS='|' read -r virsh tree <&3; do
  rows=$((rows + 1))
  # The first two are gone by now.
  case $virsh in vir[A-Z]*) A=DC0_H0_VM2 B=DC0_H0_VM3 ;; esac
  case $virsh in *SetMaxMemory*) echo off | tee "$mnt/by-name/$A/state" >"$mnt/by-name/$B/state" ;; esac
  case $virsh in *' D'*) dir=$h/domains/$B ;; *) dir=$h ;; esac
  case $tree in *.hvfs/*) dir=$mnt ;; esac
  case $tree in
    true) nothing_to_do "$virsh" ;;
    hvfs\ *)
      mkdir "$tmp/DIR"
      expect_eq "$virsh" "$(by_virsh "$virsh" '' '')" "$(uri_of DC0_H1)"
      by_tree "$tree" '' '' "$tmp"
      expect_eq "$virsh" "$(ls "$tmp/DIR/domains" | sort | tr '\n' ' ')" "$(on_other)" ;;
    fusermount3\ *)
      expect_eq "$virsh" "$(by_virsh "$virsh" '' '')" 0
      by_tree "$tree" '' '' "$tmp"
      ! mountpoint -q "$tmp/DIR" || fail "$tree did nothing" ;;
    *wipe*)
      root=$(sed -n 's/^url=//p' "$h/datastores/LocalDS_0/info")
      for disk in byvirsh bytree; do echo secret | dd of="$root/vols/$disk-flat.vmdk" conv=notrunc status=none; done
      by_virsh "$virsh" '' '' vols/byvirsh.vmdk >/dev/null
      by_tree "$tree" '' '' "$dir" vols/bytree.vmdk
      for disk in byvirsh bytree; do
        cmp -n 4194304 "$root/vols/$disk-flat.vmdk" /dev/zero || fail "$virsh, $tree: $disk is not empty"
      done ;;
    'echo reservation'*)
      by_virsh "$virsh" $A '' >/dev/null
      by_tree "$tree" $B '' "$dir"
      await cmp -s "$mnt/by-name/$A/memtune" "$mnt/by-name/$B/memtune" ;;
    *screenshot*) screens ;;
    *'mkdir N'*)
      by_virsh "$virsh" '' made.xml >/dev/null
      tree=$(echo "$tree" | sed 's/\bN\b/drawn/g')
      by_tree "$tree" '' drawn.xml "$dir"
      expect_eq "$virsh" "$(connect list --all --name | grep -x 'made\|drawn' | sort | tr '\n' ' ')" 'drawn made ' ;;
    *migrate*)
      by_virsh "$virsh" $A '' >/dev/null
      by_tree "$tree" $B '' "$dir"
      expect_eq "$virsh" "$(on_other | tr ' ' '\n' | grep -x "$A\|$B" | tr '\n' ' ')" "$A $B "
      for domain in $A $B; do echo DC0_H0 >"$mnt/by-name/$domain/migrate"; done ;;
    *hvfs-convert*)
      case $virsh in *to-native*) file=native.xml ;; *) file=native.vmx ;; esac
      by_virsh "$virsh" '' $file >"$tmp/by_virsh"
      by_tree "$tree" '' $file "$dir" >"$tmp/by_tree"
      compare "$virsh" ;;
    *refresh*)
      by_virsh "$virsh" '' '' >/dev/null
      by_tree "$tree" '' '' "$dir"
      expect_eq "$virsh" "$(vcsim_requests RefreshDatastore)" 2 ;;
    cp*volumes*|*'cp V W'|rm*)
      case $virsh in
        *create*) set -- byvirsh.xml bytree.xml vols/byvirsh.vmdk vols/bytree.vmdk '' '' 'bytree.vmdk byvirsh.vmdk ' ;;
        *clone*) set -- '' '' vols/byvirsh.vmdk vols/bytree.vmdk vols/clonebyvirsh.vmdk vols/clone.vmdk 'bytree.vmdk byvirsh.vmdk clone.vmdk clonebyvirsh.vmdk ' ;;
        *) set -- '' '' vols/byvirsh.vmdk vols/bytree.vmdk '' '' 'clone.vmdk clonebyvirsh.vmdk ' ;;
      esac
      by_virsh "$virsh" '' "$1" "$3" "$5" >/dev/null
      by_tree "$tree" '' "$2" "$dir" "$4" "$6"
      expect_eq "$virsh" "$(volumes)" "$7" ;;
    cat*|ls*|readlink*|grep*|cd*)
      by_virsh "$virsh" $B vSwitch0 "$there" >"$tmp/by_virsh"
      by_tree "$tree" $B vSwitch0 "$dir" "$there" >"$tmp/by_tree"
      compare "$virsh" ;;
    *switches*)
      case $virsh in *define\ FILE) s=.xml ;; *) s= ;; esac
      by_virsh "$virsh" '' inner$s >/dev/null
      by_tree "$(echo "$tree" | sed 's/\bN\b/outer/')" '' outer$s "$dir"
      case $virsh in
        *undefine*) expect_eq "$virsh" "$(networks)" 'vSwitch0 ' ;;
        *) expect_eq "$virsh" "$(networks)" 'inner outer vSwitch0 ' ;;
      esac ;;
    *)
      by_virsh "$virsh" $A '' >/dev/null
      by_tree "$tree" $B '' "$dir"
      poll 10 agree || fail "$virsh, $tree: $(diff "$tmp/a" "$tmp/b")" ;;
  esac
done 3<"$tmp/rows"
[ "$rows" -ge 80 ] || fail "only $rows lines were walked"
secure

# No callback of libvirt's driver is without a line.
for count in '80 hypervisor' '15 network' '26 storage' '8 interface'; do
  expect_eq "callbacks" "$(grep -c "^${count#* }|" "$tests_dir/mount/libvirt-callbacks.txt") ${count#* }" "$count"
done
while IFS='|' read -r floor callback what; do
  case $what in
    vir?*) grep -q "^$what\b" "$tmp/rows" || fail "$floor, $callback: hvfs(5) has no line '$what'" ;;
    *) fail "$floor, $callback: '$what' is no line" ;;
  esac
done <"$tests_dir/mount/libvirt-callbacks.txt"
unmount_hvfs
