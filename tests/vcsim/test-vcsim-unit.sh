#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/vcsim/test-vcsim-unit.sh - the simulator's own tests: order, pages, versions, tasks
. "${srcdir:-$(dirname "$0")/..}/functions.sh"
requires go /usr/share/gocode/src/github.com/vmware/govmomi/simulator

export GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS="" GOPROXY=off GOTMPDIR="$tmp"
export GOCACHE="${GOCACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/go-build}"
cd "$tests_dir/vcsim"
go vet .
go test -vet=off -timeout 120s .
