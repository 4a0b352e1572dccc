#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/mount/test-mount-mistakes.sh - a newcomer's mistakes: each gives one line that says
# what to do, exit status 1, and nothing mounted
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires_fuse

# refused TEXT ARGUMENT...
refused () {
  text=$1
  shift
  status=0
  "$HVFS" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
  expect_eq "status of hvfs $*" "$status" 1
  expect_eq "lines of hvfs $*: $(cat "$tmp/err")" "$(wc -l <"$tmp/err")" 1
  grep -qF -- "$text" "$tmp/err" || fail "hvfs $* does not say '$text' but: $(cat "$tmp/err")"
  ! mountpoint -q "$mnt" || fail "hvfs $* mounted"
}

start_vcsim -user user -password 'pass word'
uri=$(vcsim_uri vpx)
echo wrong >"$tmp/wrong"
chmod 600 "$tmp/wrong"

refused 'URI is missing'
refused 'mount point is missing' "$uri"
(cd "$mnt" && refused 'mount point is missing' "$uri" '')
refused 'password_file' -o password_file= "$uri" "$mnt"
refused 'username' -o username= "$uri" "$mnt"
refused '-o is the last' "$uri" "$mnt" -o
refused "unknown option" -o colour=red "$uri" "$mnt"
refused "mount it anew" -o remount "$uri" "$mnt"
refused "timeout" -o timeout=soon "$uri" "$mnt"
refused "timeout" -o timeout=0 "$uri" "$mnt"
refused "'vc' is no URI" vc "$mnt"
refused "unknown type 'https'" "https://$vcsim_hostport/" "$mnt"
refused "unknown URI parameter 'colour'" "$uri&colour=red" "$mnt"
refused "no_verify: '2'" "$uri&no_verify=2" "$mnt"
refused '-o password_file' "vpx://user:secret@$vcsim_hostport/" "$mnt"
refused "$tmp/nowhere" "$uri" "$tmp/nowhere"
refused "$tmp/wrong" "$uri" "$tmp/wrong"

refused "$tmp/missing" -o "password_file=$tmp/missing" "$uri" "$mnt"
refused 'empty' -o password_file=/dev/null "$uri" "$mnt"
refused 'password' -o "password_file=$tmp/wrong" "$uri" "$mnt"
HVFS_PASSWORD_FILE='' refused 'password_file' "$uri" "$mnt"
refused 'USER@' "vpx://$vcsim_hostport/?cacert=$vcsim_cert" "$mnt"

# Once: retries lock accounts.
control POST /reset >"$tmp/out"
refused 'password' -o "password_file=$tmp/wrong" "$uri" "$mnt"
expect_eq 'logins with a wrong password' "$(vcsim_requests Login)" 1

refused 'hvfs.invalid' "vpx://user@hvfs.invalid/" "$mnt"
refused '127.0.0.1' "vpx://user@127.0.0.1:1/" "$mnt"
refused 'pin=sha256//' "vpx://user@$vcsim_hostport/" "$mnt"
refused "$tmp/no-such.pem" "vpx://user@$vcsim_hostport/?cacert=$tmp/no-such.pem" "$mnt"
refused 'pin' "$uri&pin=sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" "$mnt"
refused 'hvfs: ' "vpx://user@$vcsim_hostport/?transport=http" "$mnt"
refused 'nowhere' "$(vcsim_uri vpx DC0/nowhere)" "$mnt"

# Whom the kernel does not let mount is told what fusermount3 says, or that it is missing.
if unshare -rm true 2>/dev/null; then
  hvfs=$HVFS
  HVFS=$tmp/as-somebody
  cat >"$HVFS" <<END
#!/bin/sh
exec unshare -r "$hvfs" "\$@"
END
  chmod +x "$HVFS"
  refused "cannot mount at '$mnt': fusermount3: " "$uri" "$mnt"
  cat >"$HVFS" <<END
#!/bin/sh
exec unshare -rm sh -c 'mount --bind /dev/null "$(command -v fusermount3)" &&
  exec unshare --map-user=1000 "$hvfs" "\$@"' sh "\$@"
END
  refused 'install the package fuse3' "$uri" "$mnt"
  HVFS=$hvfs
fi

# The pin that the message shows is one that works.
"$HVFS" "vpx://user@$vcsim_hostport/" "$mnt" </dev/null 2>"$tmp/err" && fail 'untrusted, but mounted'
pin=$(grep -o 'sha256//[A-Za-z0-9+/=]*' "$tmp/err" | head -n 1)
mount_hvfs "vpx://user@$vcsim_hostport/?pin=$pin" "$mnt"

# In use already.
mkdir "$tmp/other"
status=0
"$HVFS" "$uri" "$mnt" 2>"$tmp/err" </dev/null || status=$?
expect_eq 'mounting twice' "$status" 1
expect_eq "lines of mounting twice: $(cat "$tmp/err")" "$(wc -l <"$tmp/err")" 1

# A wrong word in state.
vm=$(find "$mnt/by-name" -type l | sort | head -n 1)
expect_failure 'Invalid argument' bash -c "echo flying >'$vm/state'"
grep -q "'flying'" "$vm/error" || fail "error does not say it: $(cat "$vm/error")"
unmount_hvfs
