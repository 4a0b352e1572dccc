#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/content/test-content-fio.sh - files of datastores under programs that use them hard: fio
# with each of its orders, what reserves space, and a database
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires fio sqlite3 fallocate

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o content,allow_delete,spool="$tmp"
files=$mnt/datacenters/DC0/datastores/LocalDS_0/files
root=$(sed -n 's/^url=//p' "$files/../info")

# run_fio OPTION...  What it says goes to the log only when it fails.
run_fio () {
  fio --directory="$files" --size=8m --bs=4k --ioengine=psync --minimal "$@" >"$tmp/fio.out" 2>&1 \
    || fail "fio $*: $(cat "$tmp/fio.out")"
}

# Each block is written with its checksum, in random order, and read again: through the spool
# before it is stored, and from the server after it.
run_fio --name=verify --rw=randwrite --verify=crc32c --do_verify=1 --end_fsync=1
run_fio --name=verify --rw=randwrite --verify=crc32c --verify_only
run_fio --name=stream --rw=write --bs=64k --verify=crc32c --do_verify=1
run_fio --name=mixed --rw=randrw --rwmixread=50 --fsync=500
run_fio --name=verify --rw=randread --filename=verify.0.0 --readonly
run_fio --name=verify --rw=randread --filename=verify.0.0 --readonly --numjobs=4
expect_eq 'its size' "$(stat -c %s "$root/verify.0.0")" 8388608

# Space cannot be reserved on a server: programs that ask for it do without.
expect_failure 'not supported' fallocate -l 1M "$files/refused"
"$PYTHON" - "$files/reserved" <<'END'
import os, sys
with open(sys.argv[1], "wb") as out:
    os.posix_fallocate(out.fileno(), 0, 1 << 20)
    out.write(b"x")
END
expect_eq 'posix_fallocate' "$(stat -c %s "$root/reserved")" 1048576

# A database works for one program at a time: each of its commits stores the file.
sqlite3 "$tmp/db" 'create table t (n); insert into t values (42);'
cp "$tmp/db" "$files/db"
expect_eq 'sqlite3' "$(sqlite3 -readonly "file:$files/db?immutable=1" 'select n from t')" 42
sqlite3 "$files/db" 'insert into t values (43); begin; delete from t; rollback;'
expect_eq 'sqlite3' "$(sqlite3 "$root/db" 'pragma integrity_check; select sum(n) from t')" "$(printf 'ok\n85')"
[ ! -e "$root/db-journal" ] || fail 'its journal is left'
[ -z "$(find "$root" -name '.hvfs-*')" ] || fail 'parts are left'
unmount_hvfs
