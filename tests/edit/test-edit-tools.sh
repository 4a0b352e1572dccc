#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-tools.sh - commands that write files change a domain, with one
# reconfiguration each, and tell their user of a text that is refused
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"

# A tool gets the wanted text in $tmp/new.xml, and edits $d/config.xml, which is its
# working directory's.
by_cp () { cp "$tmp/new.xml" config.xml; }
by_cp_b () { cp -b "$tmp/new.xml" config.xml && rm config.xml~; }
by_cp_remove () { cp --remove-destination "$tmp/new.xml" config.xml; }
by_mv_across () { cp "$tmp/new.xml" "$tmp/moved.xml" && mv "$tmp/moved.xml" config.xml; }
by_mv () { cp "$tmp/new.xml" made.xml && mv made.xml config.xml; }
by_install () { install -m 644 "$tmp/new.xml" config.xml; }
by_rsync () { rsync -aI "$tmp/new.xml" config.xml; }
by_rsync_inplace () { rsync -aI --inplace "$tmp/new.xml" config.xml; }
by_tee () { tee config.xml <"$tmp/new.xml" >/dev/null; }
# shellcheck disable=SC2016 # another shell's
by_bash_cat () { bash -c 'cat "$1" >config.xml' - "$tmp/new.xml"; }
# shellcheck disable=SC2016 # another shell's
by_dash_cat () { dash -c 'cat "$1" >config.xml' - "$tmp/new.xml"; }
by_children () { { head -n 5 "$tmp/new.xml"; tail -n +6 "$tmp/new.xml"; } >config.xml; }
by_builtin () { printf '%s\n' "$(cat "$tmp/new.xml")" >config.xml; }
by_dd () { dd if="$tmp/new.xml" of=config.xml conv=fsync status=none; }
by_tar () { cp "$tmp/new.xml" "$tmp/config.xml" && tar -C "$tmp" -cf - config.xml | tar -xf -; }
by_python () {
  "$PYTHON" - "$tmp/new.xml" <<'END'
import os, sys, tempfile
fd, name = tempfile.mkstemp(dir='.')
with os.fdopen(fd, 'wb') as f:
    f.write(open(sys.argv[1], 'rb').read())
    os.fsync(f.fileno())
os.replace(name, 'config.xml')
END
}
by_unclosed_python () {
  "$PYTHON" -c 'import os, sys
f = os.open("config.xml", os.O_WRONLY | os.O_TRUNC)
os.write(f, open(sys.argv[1], "rb").read())
os._exit(0)' "$tmp/new.xml"
}
sed_script () {
  printf 's@%s@%s@\n' "$from1" "$to1" "$from2" "$to2" "$from3" "$to3"
}
by_sed () { sed -i "$(sed_script)" config.xml; }
by_sed_bak () { sed -i.bak "$(sed_script)" config.xml && rm config.xml.bak; }
by_perl () { perl -i -pe "$(sed_script | sed 's/$/;/')" config.xml; }
by_ed () { { sed_script | sed 's/^/,/;s/$/g/'; echo w; echo q; } | ed -s config.xml; }
by_vim_batch () {
  sed_script | sed 's/^/%/;s/$/g/' >"$tmp/script.vim"
  echo wq >>"$tmp/script.vim"
  command vim -es -u NONE -S "$tmp/script.vim" config.xml
}
by_emacs_batch () {
  emacs -Q --batch config.xml --eval '(dolist (pair (list
    (cons (getenv "from1") (getenv "to1"))
    (cons (getenv "from2") (getenv "to2"))
    (cons (getenv "from3") (getenv "to3"))))
    (goto-char (point-min))
    (while (search-forward (car pair) nil t) (replace-match (cdr pair) t t)))' \
    -f save-buffer 2>/dev/null
}
by_xmlstarlet () {
  set -- -u /domain/memory -v "$to_kib" -u /domain/currentMemory -v "$to_kib" \
    -u //interface/@type -v "$to_type" -d //interface/source/@*
  if [ "$to_type" = bridge ]; then
    set -- "$@" -i //interface/source -t attr -n bridge -v 'VM Network'
  else
    for pair in $(echo "$vds_source" | grep -oE "[a-z]+='[^']*'" | tr -d "'"); do
      set -- "$@" -i //interface/source -t attr -n "${pair%%=*}" -v "${pair#*=}"
    done
  fi
  xmlstarlet ed -L "$@" config.xml
}

mount_domains
requires bash dash rsync ed emacs xmlstarlet perl
cd "$d"

whole='cp cp_b cp_remove mv_across mv install rsync rsync_inplace tee bash_cat dd tar python'
deaf='dash_cat children builtin unclosed_python'
inside='sed sed_bak perl ed vim_batch emacs_batch xmlstarlet'

for tool in $whole $deaf $inside; do
  describe_edit
  # shellcheck disable=SC2090 # for emacs, which takes them as they are
  export from1 from2 from3 to1 to2 to3
  edited <config.xml >"$tmp/new.xml"
  expect_commits 1 "$tool" "by_$tool"
  expect_edited "$tool"
done

# The same text again sends nothing, and changes neither time nor size.
cp config.xml "$tmp/new.xml"
mtime=$(stat -c %.Y config.xml)
for tool in $whole $deaf; do
  expect_commits 0 "$tool, the same text" "by_$tool"
  expect_eq "the time after $tool" "$(stat -c %.Y config.xml)" "$mtime"
done

# A text that is wrong: nothing changes, the text is kept, the reason is in error; and
# who looks at what closing says is told.
cp config.xml "$tmp/good.xml"
printf '<domain type="vmware">\n  <name>x</name>\n  <memory>many</memory>\n</domain>\n' >"$tmp/new.xml"
# refuse TOOL WHAT-IT-WROTE-HAS  Prints a row of hvfs(5)'s table: what its user sees.
refuse () {
  before=$(stat_of "$mnt" request.ReconfigVM_Task)
  status_of=0
  (set -e; "by_$1") >"$tmp/out" 2>&1 || status_of=$?
  printf '%-16s exit %-3s %s\n' "$1" "$status_of" "$(grep . "$tmp/out" | head -n 1 || :)"
  case " $deaf $quiet " in
    *" $1 "*) expect_eq "exit status of $1" "$status_of" 0 ;;
    *) [ "$status_of" != 0 ] || fail "$1 does not hear that the text is wrong" ;;
  esac
  case " $deaf $silent " in
    *" $1 "*) ;;
    *) [ -s "$tmp/out" ] || fail "$1 says nothing of a text that is wrong" ;;
  esac
  await test -e config.xml
  cmp config.xml "$tmp/good.xml" || fail "$1 left another text"
  await grep -q "$2" config.xml.rejected
  await grep -q many error
  grep -q 'line [0-9]' error || fail "error does not say the line: $(cat error)"
  expect_eq "reconfigurations by $1, refused" "$(stat_of "$mnt" request.ReconfigVM_Task)" "$before"
  rm -f made.xml config.xml~ config.xml.bak tmp*
  cp "$tmp/good.xml" config.xml
  [ ! -e config.xml.rejected ] || fail 'config.xml.rejected is still there'
}

# Who prints a message and no exit status, and the other way round.
quiet=xmlstarlet
silent='vim_batch emacs_batch'
for tool in $whole $deaf; do
  refuse "$tool" '<memory>many'
done
describe_edit
to1="'KiB'>many<" to_kib=many
for tool in $inside; do
  refuse "$tool" 'many</memory>'
done

expect_eq error "$(cat error)" ''
cd /
unmount_hvfs
