#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Servers of before 2015, whose TLS OpenSSL refuses unless it is asked for: the error
# says what to do, and that helps.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires openssl gnutls-serv ss

start_vcsim -legacy-tls -esx -api 4.0 -vm 1
uri=$(vcsim_uri esx)
expect_failure '-o legacy_tls' "$HVFS" -f "$uri" "$mnt"
expect_failure 'add pin=sha256//' "$HVFS" -f -o legacy_tls "esx://user@$vcsim_hostport/" "$mnt"
mount_hvfs "$uri" "$mnt" -o legacy_tls
expect_eq "state" "$(cat "$mnt/by-name/ha-host_VM0/state")" running
echo off >"$mnt/by-name/ha-host_VM0/state"
unmount_hvfs

# One that does not even know of secure renegotiation, and is no ESX.
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -days 1 \
  -keyout "$tmp/key.pem" -out "$tmp/certificate.pem" 2>/dev/null
gnutls-serv --http -p 0 --x509keyfile "$tmp/key.pem" --x509certfile "$tmp/certificate.pem" \
  --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.0:%DISABLE_SAFE_RENEGOTIATION' </dev/null >"$tmp/gnutls.log" 2>&1 &
gnutls=$!
at_exit () { end_process "$gnutls"; }
listens () {
  port=$(ss -ltnpH | sed -n "s/^LISTEN.* 0\.0\.0\.0:\([0-9]*\) .*pid=$gnutls,.*/\1/p")
  [ -n "$port" ]
}
await listens
uri="esx://user@127.0.0.1:$port/?cacert=$tmp/certificate.pem"
expect_failure 'TLS failed' "$HVFS" -f "$uri" "$mnt"
expect_failure 'HTTP' "$HVFS" -f -o legacy_tls "$uri" "$mnt"
! grep -q TLS "$tmp/err" || fail "with legacy_tls: $(cat "$tmp/err")"
