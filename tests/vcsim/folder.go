// SPDX-License-Identifier: LGPL-2.1-or-later

// folder.go - /folder: the files of datastores over HTTP
//
// Exists because the simulator serves them to anyone, takes DELETE for GET, and
// reads the inventory without its lock. As on real servers: a login by cookie
// or by Basic authentication; GET with ranges, HEAD, PUT, DELETE; a directory
// is HTML to read and 405 to write.

package main

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (f *front) folder(rw http.ResponseWriter, r *http.Request) {
	status := http.StatusUnauthorized
	root := ""
	f.w.do(func() {
		if f.w.mayRead(r) {
			status, root = http.StatusNotFound, f.w.datastoreDir(f.w.decoded(r.FormValue("dcPath")), f.w.decoded(r.FormValue("dsName")))
		}
	})
	f.files(rw, r, r.Method+" /folder", root, status)
}

// files serves what r names below root, or without one says the status. The log calls it what.
func (f *front) files(rw http.ResponseWriter, r *http.Request, what, root string, status int) {
	entry := f.log.begin(r, what)
	if rule := f.faults.match(f.w.opt.api, what, moref{}); rule != nil {
		defer f.log.end(entry, -1, 0)
		acts[rule.What](rule, rw, r, func() answer {
			reply := httptest.NewRecorder()
			serveBelow(reply, r, root, status)
			if part := reply.Header().Get("Content-Range"); part != "" {
				rw.Header().Set("Content-Range", part)
			}
			return answer{reply.Body.Bytes(), reply.Code}
		})
		return
	}
	if r.Method == http.MethodGet && root != "" && f.locked(filepath.Join(root, path.Clean("/"+strings.TrimPrefix(r.URL.Path, "/folder")))) {
		status = http.StatusInternalServerError
		root = ""
	}
	f.log.end(entry, serveBelow(rw, r, root, status), 0)
}

// locked: a real server fails the GET of an extent that a machine writes to, with one status or
// another (vim25-more.md, section 1).
func (f *front) locked(file string) (is bool) {
	f.w.do(func() { is = isLocked(file) })
	return is
}

// serveBelow serves the file that r names in the directory root, or without one says
// the status; it returns what it said.
func serveBelow(rw http.ResponseWriter, r *http.Request, root string, status int) int {
	if root == "" {
		http.Error(rw, http.StatusText(status), status)
		return status
	}
	// Clean keeps names such as ../.. below the root.
	name := path.Clean("/" + strings.TrimPrefix(r.URL.Path, "/folder"))
	return serveFile(rw, r, filepath.Join(root, name))
}

// mayRead: a session that is logged in, or a user that might log in.
func (w *world) mayRead(r *http.Request) bool {
	if c, err := r.Cookie(cookieName); err == nil {
		if s := w.sessions[c.Value]; s != nil && s.loggedIn {
			return true
		}
	}
	user, password, ok := r.BasicAuth()
	return ok && w.validUser(&types.Login{UserName: user, Password: password})
}

// decoded: a vCenter's own links hold %2526 for & (vim25-more.md, section 1).
func (w *world) decoded(name string) string {
	if !w.opt.encodedTwice {
		return name
	}
	if once, err := url.PathUnescape(name); err == nil {
		return once
	}
	return name
}

// datastoreDir finds a datastore by the path of its datacenter, which a host
// can do without; "": there is none.
func (w *world) datastoreDir(dcPath, name string) string {
	for _, ds := range datastores() {
		if ds.Name != name {
			continue
		}
		dc := datacenterOf(ds)
		if inventoryPath(dc) == strings.Trim(dcPath, "/") || dcPath == "" && w.opt.isHost() {
			return ds.Info.GetDatastoreInfo().Url
		}
	}
	return ""
}

// inventoryPath names an entity by its ancestors below the root folder.
func inventoryPath(ref moref) string {
	var names []string
	for e, ok := simulator.Map.Get(ref).(mo.Entity); ok && e.Entity().Parent != nil; {
		names = append([]string{entityName(e.Reference())}, names...)
		e, ok = simulator.Map.Get(*e.Entity().Parent).(mo.Entity)
	}
	return strings.Join(names, "/")
}

func serveFile(rw http.ResponseWriter, r *http.Request, file string) int {
	info, err := os.Stat(file)
	isDir := err == nil && info.IsDir()
	status := http.StatusOK
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if err == nil && !isDir {
			http.ServeFile(rw, r, file)
			return status
		}
		if isDir {
			listDir(rw, file)
			return status
		}
		status = http.StatusNotFound
	case http.MethodPut:
		status = putFile(r, file, isDir, err == nil)
	case http.MethodDelete:
		switch {
		case err != nil:
			status = http.StatusNotFound
		case isDir:
			status = http.StatusMethodNotAllowed
		case os.Remove(file) != nil:
			status = http.StatusInternalServerError
		}
	default:
		status = http.StatusMethodNotAllowed
	}
	rw.WriteHeader(status)
	return status
}

func listDir(rw http.ResponseWriter, dir string) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	list, _ := os.ReadDir(dir)
	_, _ = io.WriteString(rw, "<html><body><ul>\n")
	for _, e := range list {
		_, _ = io.WriteString(rw, "<li>"+html.EscapeString(e.Name())+"</li>\n")
	}
	_, _ = io.WriteString(rw, "</ul></body></html>\n")
}

// putFile writes a file as it comes, with a length or in chunks, as govc sends what it reads
// from a pipe ("govc datastore.upload -"). What breaks off stays as it is: nothing says that
// a host clears it away.
func putFile(r *http.Request, file string, isDir, existed bool) int {
	if isDir {
		return http.StatusMethodNotAllowed
	}
	if os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return http.StatusInternalServerError
	}
	out, err := os.Create(file)
	if err != nil {
		return http.StatusInternalServerError
	}
	n, err := io.Copy(out, r.Body)
	if cerr := out.Close(); err != nil || cerr != nil || r.ContentLength >= 0 && n != r.ContentLength {
		return http.StatusInternalServerError
	}
	if existed {
		return http.StatusOK
	}
	return http.StatusCreated
}
