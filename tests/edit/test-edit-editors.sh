#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/edit/test-edit-editors.sh - editors at a terminal change a domain, with one
# reconfiguration a save, and show their user a text that is refused
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
. "$tests_dir/lib/ops.sh"
. "$tests_dir/lib/edit.sh"
requires tmux vim nano emacs micro

export TERM=xterm-256color HOME="$tmp"
mkdir -p "$tmp/.config/micro"
# As a file, since micro has no other way to be told.
echo '{ "autosu": false, "savehistory": false }' >"$tmp/.config/micro/settings.json"

term () { tmux -S "$tmp/tmux" "$@"; }
at_exit () { term kill-server 2>/dev/null; }
screen () { term capture-pane -p -t editor; }
shows () { screen | grep -qF -- "$1"; }
keys () { term send-keys -t editor "$@"; }
typed () { term send-keys -t editor -l -- "$1"; }
is_over () { ! term has-session -t editor 2>/dev/null; }
# answer TEXT...  A question, unless the editor had none and is over meanwhile.
answer () { keys "$@" 2>/dev/null || is_over; }

# awaits TEXT  The editor shows it.
awaits () {
  poll "$AWAIT_S" shows "$1" || fail "the editor does not show '$1' but: $(screen)"
}

# start_editor COMMAND  Until it shows the file.
start_editor () {
  term -f /dev/null new-session -d -s editor -x 160 -y 50 "cd '$d' && $*"
  awaits '<domain'
}

# Each starts, replaces the three texts, and saves; then it is left.
start_vim () { start_editor "vim -u NONE -N $1 config.xml"; }
replace_vim () { typed ":%s@$1@$2@g"; keys Enter; }
save_vim () { typed ':w'; keys Enter; }
leave_vim () { typed ':q!'; keys Enter; }
says_vim () { if [ "$1" = refused ]; then echo 'E512'; else echo 'written'; fi; }

start_nano () { start_editor nano -I config.xml; }
replace_nano () {
  keys "M-\\" "C-\\"
  awaits 'Search (to replace)'
  typed "$1"
  keys Enter
  awaits 'Replace with'
  typed "$2"
  keys Enter
  awaits 'Replace this instance'
  typed a
  awaits 'Replaced'
}
save_nano () { keys C-o; awaits ': config.xml'; keys Enter; }
leave_nano () { keys C-x; poll 2 is_over || answer n; }
says_nano () { if [ "$1" = refused ]; then echo 'Error writing config.xml: Bad message'; else echo 'Wrote'; fi; }

start_emacs () { start_editor "emacs -nw -Q config.xml"; }
replace_emacs () {
  keys M-'<' M-x
  typed replace-string
  keys Enter
  awaits 'Replace string'
  typed "$1"
  keys Enter
  awaits 'with:'
  typed "$2"
  keys Enter
  awaits 'Replaced'
}
save_emacs () { keys C-x C-s; }
leave_emacs () { keys C-x C-c; poll 2 is_over || answer n; poll 2 is_over || answer yes Enter; }
says_emacs () { if [ "$1" = refused ]; then echo 'rror'; else echo 'Wrote'; fi; }

start_micro () { start_editor micro config.xml; }
replace_micro () {
  keys C-e
  awaits '>'
  typed "replaceall -l \"$1\" \"$2\""
  keys Enter
  awaits 'Replaced'
}
save_micro () { keys C-s; }
leave_micro () { keys C-q; poll 2 is_over || answer n; }
says_micro () { if [ "$1" = refused ]; then echo ' config.xml: '; else echo 'Saved config.xml'; fi; }

mount_domains

# edit EDITOR [OPTION]  Changes, saves, leaves.
edit () {
  editor=$1
  describe_edit
  before=$(stat_of "$mnt" request.ReconfigVM_Task)
  "start_$editor" "${2-}"
  "replace_$editor" "$from1" "$to1"
  "replace_$editor" "$from2" "$to2"
  "replace_$editor" "$from3" "$to3"
  "save_$editor"
  awaits "$("says_$editor" saved)"
  expect_edited "$*"
  "leave_$editor"
  await is_over
  expect_eq "reconfigurations by $*" $(($(stat_of "$mnt" request.ReconfigVM_Task) - before)) 1
  expect_edited "$*, left"
  tidy
}

# refuse EDITOR [OPTION]  The same with a text that is wrong.
refuse () {
  editor=$1
  cp "$d/config.xml" "$tmp/good.xml"
  before=$(stat_of "$mnt" request.ReconfigVM_Task)
  "start_$editor" "${2-}"
  "replace_$editor" '</memory>' '</memoir>'
  "save_$editor"
  awaits "$("says_$editor" refused)"
  # A row of hvfs(5)'s table: what the user sees.
  printf '%-30s %s\n' "$*" "$(screen | grep -F -- "$("says_$editor" refused)" | tail -n 1)"
  "leave_$editor"
  await is_over
  await test -e "$d/config.xml"
  cmp "$d/config.xml" "$tmp/good.xml" || fail "$* left another text"
  grep -q 'line' "$d/error" || fail "error does not say the line: $(cat "$d/error")"
  grep -q memoir "$d/config.xml.rejected" || fail "$*: the text is not in config.xml.rejected"
  expect_eq "reconfigurations by $*, refused" "$(stat_of "$mnt" request.ReconfigVM_Task)" "$before"
  tidy
}

# What an editor leaves behind, a backup, is a file like any other.
tidy () {
  find "$d/" -maxdepth 1 \( -name '*~' -o -name '#*' -o -name '.*' \) -type f -exec rm -f {} +
}

for run in edit refuse; do
  $run vim
  $run vim '-c "set backupcopy=yes"'
  $run vim '-c "set backupcopy=no"'
  $run nano
  $run emacs
  $run micro
done
unmount_hvfs
