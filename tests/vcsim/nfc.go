// SPDX-License-Identifier: LGPL-2.1-or-later

// nfc.go - /nfc: the disks of a lease over HTTP
//
// Exists because the simulator sends a disk's file as it is, and throws away what is sent to it.
// As on real servers (vim25-more.md 12): the URL is the secret, no login; a disk is read once, as
// a stream-optimised VMDK of a length that nobody knows before; POST of such a one makes the disk.
// qemu-img converts, so both ways are checked by a program that knows the format.

package main

import (
	"crypto/sha1"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

func (f *front) nfc(rw http.ResponseWriter, r *http.Request) {
	entry := f.log.begin(r, r.Method+" /nfc")
	var l *lease
	var file *leaseFile
	f.w.do(func() { l, file = f.w.leaseFile(r.URL.Path) })
	serve := func(rw http.ResponseWriter) int { return f.w.serveLease(rw, r, l, file) }
	if rule := f.faults.match(f.w.opt.api, r.Method+" /nfc", moref{}); rule != nil {
		defer f.log.end(entry, -1, 0)
		acts[rule.What](rule, rw, r, func() answer {
			reply := httptest.NewRecorder()
			serve(reply)
			return answer{reply.Body.Bytes(), reply.Code}
		})
		return
	}
	f.log.end(entry, serve(rw), 0)
}

// leaseFile finds what "/nfc/TOKEN/NAME" names.
func (w *world) leaseFile(path string) (*lease, *leaseFile) {
	part := strings.Split(strings.TrimPrefix(path, "/nfc/"), "/")
	l := w.leases[part[0]]
	if l == nil || len(part) != 2 || l.State != types.HttpNfcLeaseStateReady {
		return nil, nil
	}
	for _, file := range l.files {
		if file.name == part[1] {
			return l, file
		}
	}
	return nil, nil
}

func (w *world) serveLease(rw http.ResponseWriter, r *http.Request, l *lease, file *leaseFile) int {
	status, text := http.StatusNotFound, "File not found"
	switch {
	case file == nil:
	case l.exports && r.Method == http.MethodGet:
		if err := w.sendDisk(rw, file); err == nil {
			return http.StatusOK
		}
		status, text = http.StatusInternalServerError, "The disk cannot be read."
	case !l.exports && r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/x-vnd.vmware-streamVmdk":
		status, text = http.StatusInternalServerError, ""
		if err := w.takeDisk(r, file); err != nil {
			text = err.Error()
		} else {
			status = http.StatusOK
		}
	default:
		status, text = http.StatusMethodNotAllowed, "Method not allowed"
	}
	http.Error(rw, text, status)
	return status
}

// converted makes a temporary file of another format; the caller removes it.
func converted(from, format, to string, options ...string) error {
	args := append([]string{"convert", "-f", format}, options...)
	out, err := exec.Command("qemu-img", append(args, from, to)...).CombinedOutput()
	if err != nil {
		return &exec.Error{Name: strings.ReplaceAll(strings.TrimSpace(string(out)), from, "the disk"), Err: err}
	}
	return nil
}

func temporary() (string, error) {
	f, err := os.CreateTemp("", "hvfs-vcsim-nfc-")
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

func (w *world) sendDisk(rw http.ResponseWriter, file *leaseFile) error {
	name, err := temporary()
	if err != nil {
		return err
	}
	defer os.Remove(name)
	if err := converted(file.path, "raw", name, "-O", "vmdk", "-o", "subformat=streamOptimized"); err != nil {
		return err
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	rw.Header().Set("Content-Type", "application/x-vnd.vmware-streamVmdk")
	sum := sha1.New()
	flush, _ := rw.(http.Flusher)
	if flush != nil {
		flush.Flush() // so that its length is not said
	}
	n, err := io.Copy(io.MultiWriter(rw, sum), in)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.do(func() {
		file.used = true
		file.entry = &types.HttpNfcLeaseManifestEntry{Key: file.url.Key, Sha1: hex.EncodeToString(sum.Sum(nil)), Size: n,
			Disk: true, Capacity: file.capacity}
	})
	return nil
}

func (w *world) takeDisk(r *http.Request, file *leaseFile) error {
	name, err := temporary()
	if err != nil {
		return err
	}
	defer os.Remove(name)
	out, err := os.OpenFile(name, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sum := sha1.New()
	n, err := io.Copy(io.MultiWriter(out, sum), r.Body)
	_ = out.Close()
	if err != nil {
		return err
	}
	if err := converted(name, "vmdk", file.path, "-O", "raw"); err != nil {
		return err
	}
	w.do(func() {
		file.used = true
		file.entry = &types.HttpNfcLeaseManifestEntry{Key: file.url.Key, Sha1: hex.EncodeToString(sum.Sum(nil)), Size: n,
			Disk: true, Capacity: file.capacity}
	})
	return os.Truncate(file.path, file.capacity)
}
