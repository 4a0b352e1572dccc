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
	w    *world
	rest http.Handler // /folder and what else the simulator serves
	log  *requestLog
}

func (f *front) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/sdk", "/sdk/", "/sdk/vimService":
		f.soap(rw, r)
	case "/sdk/vimServiceVersions.xml":
		f.versions(rw, r)
	default:
		f.rest.ServeHTTP(rw, r)
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
	method, this, req, flt := decodeRequest(api, body)
	entry := f.log.begin(r, method)
	entry.This = this.Value
	c := &call{w: f.w, method: method, this: this, req: req, api: api, ctx: r.Context()}
	f.w.do(func() {
		c.session = f.w.session(rw, r)
		entry.Session = c.session.cookie[:8]
	})
	var res interface{}
	if flt == nil {
		res, flt = c.dispatch()
	}
	out, status := reply(api, method, res, flt)
	if flt != nil {
		entry.Fault = schemaName(indirectType(flt.detail))
	}
	f.log.end(entry, status, f.send(rw, r, status, out))
}

func reply(api apiVersion, method string, res interface{}, flt *fault) ([]byte, int) {
	if flt != nil {
		return encodeFault(api, flt), http.StatusInternalServerError
	}
	return encodeResponse(api, method, res), http.StatusOK
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
