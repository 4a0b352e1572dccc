#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/ops/test-ops-annotation.sh - free text: whole, committed at close or sync, once
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
requires_vim

start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt"
vm=DC0_H0_VM0
d=$mnt/by-name/$vm

annotation_is () {
  expect_eq "annotation, read" "$(cat "$d/annotation")" "$1"
  expect_eq "annotation, by pyvmomi" "$(vim get $vm config.annotation)" "$1"
  expect_eq "its size" "$(stat -Lc %s "$d/annotation")" "$(wc -c <"$d/annotation")"
}

expect_requests "$mnt" 1 sh -c "echo 'one line' >'$d/annotation'"
annotation_is 'one line'
expect_requests "$mnt" 0 sh -c "echo 'one line' >'$d/annotation'"

# As bash does it, which closes a duplicate before it writes, and many writes.
bash -c "printf 'first\nsecond\n\nümläut <&> \"x\"\n' >'$d/annotation'"
annotation_is "$(printf 'first\nsecond\n\nümläut <&> "x"')"
expect_requests "$mnt" 1 bash -c "{ echo a; echo b; echo c; } >'$d/annotation'"
annotation_is "$(printf 'a\nb\nc')"
echo d >>"$d/annotation"
annotation_is "$(printf 'a\nb\nc\nd')"
# A child that ends has not finished what its parent writes.
expect_requests "$mnt" 1 bash -c "{ echo a; /bin/echo b; seq 2; echo e; } >'$d/annotation'"
annotation_is "$(printf 'a\nb\n1\n2\ne')"

# dd syncs what tee writes and never sees: errors come from fsync as from close.
printf 'synced\n' | dd of="$d/annotation" conv=fsync status=none
annotation_is synced
seq 1 5000 >"$tmp/long"
cp "$tmp/long" "$d/annotation"
cmp "$tmp/long" "$d/annotation" || fail 'a long text came back otherwise'

# Over it, as sed and editors do.
printf 'one\ntwo\n' >"$d/annotation"
inode=$(stat -c %i "$d/annotation")
sed -i s/two/three/ "$d/annotation" || fail "sed -i: $(cat "$d/error")"
annotation_is "$(printf 'one\nthree')"
same_inode () { [ "$(stat -c %i "$d/annotation")" = "$inode" ]; }
await same_inode
expect_eq 'names beside it' "$(find "$d" -maxdepth 1 -name 'sed*')" ''
printf 'bad \377 byte' >"$d/made"
expect_failure 'Bad message' mv "$d/made" "$d/annotation"
annotation_is "$(printf 'one\nthree')"
rm "$d/made"
cp "$tmp/long" "$d/annotation"

# What is no text, or too much of it, changes nothing and says so.
printf 'bad \377 byte' >"$tmp/bad"
expect_failure 'Invalid argument' cp "$tmp/bad" "$d/annotation"
grep -q 'the text is not UTF-8' "$d/error" || fail "error: $(cat "$d/error")"
cmp "$tmp/long" "$d/annotation" || fail 'a refused text was kept'
! head -c 70000 /dev/zero | tr '\0' x | cat >"$d/annotation" 2>"$tmp/err" || fail '70,000 bytes were taken'

# A new text is empty, and another client's is seen.
echo >"$d/annotation"
annotation_is ''
vim call $vm ReconfigVM_Task '{"spec": {"annotation": "by another"}}'
await grep -q 'by another' "$d/annotation"
# Emptied by a shell, which closes it twice: done when the shell goes on.
for round in 1 2 3 4 5; do
  echo "round $round" >"$d/annotation"
  : >"$d/annotation"
  annotation_is ''
done
# Truncated: that is a change as a write is one, done or refused at the first close.
for round in 1 2 3 4 5; do
  echo "round $round" >"$d/annotation"
  truncate -s 0 "$d/annotation"
  annotation_is ''
done
echo 'not empty' >"$d/annotation"
expect_failure 'Invalid argument' truncate -s 20 "$d/annotation"
annotation_is 'not empty'
truncate -s 4 "$d/annotation"
annotation_is 'not '
# Emptied by opening it and no more: that is committed after the last close, which nobody waits for.
cp /dev/null "$d/annotation"
await sh -c "test -z \"\$(cat '$d/annotation')\""
annotation_is ''

# The server refuses: the writer hears of it from close.
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=NoPermission' >/dev/null
got=$("$PYTHON" "$tests_dir/lib/write.py" "$d/annotation" refused)
expect_eq 'without the privilege' "$got" EACCES
annotation_is ''

# It is sent for the version of the configuration that was looked at. Where the server has another
# one it is looked at again; a text that stays behind is told so, and nothing is overwritten.
control POST /heal >/dev/null
echo ours >"$d/annotation"
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=ConcurrentAccess&times=1' >/dev/null
expect_requests "$mnt" 2 sh -c "echo mine >'$d/annotation'"
annotation_is mine
control POST '/fail?method=ReconfigVM_Task&what=fault&fault=ConcurrentAccess&times=0' >/dev/null
got=$("$PYTHON" "$tests_dir/lib/write.py" "$d/annotation" late)
expect_eq 'behind' "$got" ESTALE
control POST /heal >/dev/null
annotation_is mine

unmount_hvfs
