// SPDX-License-Identifier: LGPL-2.1-or-later

// front.go - HTTP: one request, one reply
//
// Exists in place of the simulator's own endpoint: reads strictly (decode.go),
// keeps sessions, compresses when asked, counts, and misbehaves when told to
// (faults.go).

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRequest bounds what a client may send, in bytes.
const maxRequest = 64 << 20

type front struct {
	w      *world
	log    *requestLog
	faults *misbehaviour
}

func (f *front) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch p := r.URL.Path; {
	case p == "/sdk" || p == "/sdk/" || p == "/sdk/vimService":
		f.soap(rw, r)
	case p == "/sdk/vimServiceVersions.xml":
		f.versions(rw, r)
	case p == "/folder" || strings.HasPrefix(p, "/folder/"):
		f.folder(rw, r)
	case p == "/screen":
		f.screen(rw, r)
	case strings.HasPrefix(p, "/nfc/"):
		f.nfc(rw, r)
	default:
		http.NotFound(rw, r)
	}
}

func (f *front) versions(rw http.ResponseWriter, r *http.Request) {
	entry := f.log.begin(r, "vimServiceVersions")
	status := http.StatusOK
	body := versionsXML(f.w.opt.api)
	if f.w.opt.api <= 205 {
		status, body = http.StatusNotFound, "<html><body>404 Not Found</body></html>"
	}
	rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
	rw.WriteHeader(status)
	n, _ := io.WriteString(rw, body)
	f.log.end(entry, status, n)
}

func (f *front) soap(rw http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(rw, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err != nil {
		return // the client went away
	}
	api := callAPI(r.Header.Get("SOAPAction"), f.w.opt.api)
	f.log.take(api, body)
	c := &call{w: f.w, api: api, ctx: r.Context(), body: body}
	var flt *fault
	c.method, c.this, c.req, flt = decodeRequest(api, body)
	entry := f.log.begin(r, c.method)
	perform := func() answer { return f.perform(c, flt, entry, rw, r) }
	if rule := f.faults.match(api, c.method, c.this); rule != nil {
		defer f.log.end(entry, -1, 0)
		acts[rule.What](rule, rw, r, perform)
		return
	}
	a := perform()
	f.log.end(entry, a.status, f.send(rw, r, a.status, a.body))
}

// perform does what a decoded call asks, or answers why it could not be decoded.
func (f *front) perform(c *call, flt *fault, entry *logEntry, rw http.ResponseWriter, r *http.Request) answer {
	f.w.do(func() { c.session = f.w.session(rw, r) })
	var res interface{}
	if flt == nil {
		res, flt = c.dispatch()
	}
	f.log.note(entry, c, flt)
	if flt != nil {
		return answer{encodeFault(c.api, flt), http.StatusInternalServerError}
	}
	return answer{encodeResponse(c.api, c.method, res), http.StatusOK}
}

func (f *front) send(rw http.ResponseWriter, r *http.Request, status int, out []byte) int {
	h := rw.Header()
	h.Set("Content-Type", "text/xml; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	if f.w.opt.gzip && len(out) > 1400 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		out = compress(out)
	}
	h.Set("Content-Length", strconv.Itoa(len(out)))
	rw.WriteHeader(status)
	n, _ := rw.Write(out)
	return n
}

func compress(out []byte) []byte {
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	_, _ = z.Write(out)
	_ = z.Close()
	return buf.Bytes()
}

// idle ends sessions that nobody uses, until the process ends.
func (w *world) idle(limit time.Duration) {
	for range time.Tick(limit / 4) {
		w.do(func() { w.expireIdle(limit) })
	}
}
