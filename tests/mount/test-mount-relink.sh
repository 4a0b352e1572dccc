#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A server that is given up while hvfs does not wait for it, and is back before it
# would, is found again: by servers that are polled this is hit nearly each time.
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires timeout "$PYTHON"
start_vcsim -vm 1 -api 4.0
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=3
state=$mnt/by-name/DC0_H0_VM0/state
reads () { timeout 20 cat "$state" >/dev/null 2>&1; }
reads_not () { ! reads; }

for _ in 1 2 3 4 5; do
  control POST /down >/dev/null
  await reads_not
  control POST /up >/dev/null
  await status_is connected
  await reads
done
unmount_hvfs
stop_vcsim

# One that goes again and again is tried ever less often, until it has told something; but each
# time that it is lost is said at once, and not when it is back.
start_vcsim -vm 1
mount_hvfs "$(vcsim_uri vpx)" "$mnt" -o timeout=300
"$PYTHON" - "$vcsim_control" "$mnt/.hvfs/status" <<'P'
import sys, time
import simulator
def seconds_until(state):
    began = time.monotonic()
    simulator.until(lambda: f"state={state}\n" in open(sys.argv[2]).read(), state)
    return time.monotonic() - began
for _ in range(5):
    simulator.control(sys.argv[1], "/down")
    to_say = seconds_until("lost")
    simulator.control(sys.argv[1], "/up")
    to_return = seconds_until("connected")
    print(f"said after {to_say:.3f} s, back after {to_return:.3f} s")
assert to_say * 8 < to_return, "the pause came before it was said"
P
unmount_hvfs
