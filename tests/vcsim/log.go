// SPDX-License-Identifier: LGPL-2.1-or-later

// log.go - which requests came
//
// Exists so that tests can say how many requests something costs. Guarded by its
// own lock, so that counting never waits for the inventory.

package main

import (
	"net/http"
	"sync"
	"time"
)

// logLength: the newest requests are kept.
const logLength = 2000

type logEntry struct {
	N       int     `json:"n"`
	At      string  `json:"at"`
	Method  string  `json:"method"`
	This    string  `json:"this,omitempty"`
	Session string  `json:"session,omitempty"`
	Client  string  `json:"client"`
	Status  int     `json:"status"` // 0: not answered yet; -1: misbehaved on request
	Fault   string  `json:"fault,omitempty"`
	Ms      float64 `json:"ms"`
	Bytes   int     `json:"bytes"`
	began   time.Time
}

type requestLog struct {
	mu      sync.Mutex
	n       int
	counts  map[string]int
	bytes   int64
	entries []*logEntry
	keeps   bool // whole requests
	kept    []keptRequest
}

// keptRequest is one as it came, and the version that it is in.
type keptRequest struct {
	API  string `json:"api"`
	Body string `json:"body"`
}

// keep forgets the requests kept so far, and keeps those that come.
func (l *requestLog) keep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keeps, l.kept = true, nil
}

func (l *requestLog) take(api apiVersion, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keeps {
		l.kept = append(l.kept, keptRequest{api.String(), string(body)})
	}
}

func (l *requestLog) copyKept() []keptRequest {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]keptRequest{}, l.kept...)
}

func newRequestLog() *requestLog { return &requestLog{counts: map[string]int{}} }

func (l *requestLog) begin(r *http.Request, method string) *logEntry {
	if method == "" {
		method = "?"
	}
	now := time.Now()
	e := &logEntry{At: now.UTC().Format("15:04:05.000"), Method: method, Client: r.RemoteAddr, began: now}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	e.N = l.n
	l.counts[method]++
	l.entries = append(l.entries, e)
	if len(l.entries) > logLength {
		l.entries = append([]*logEntry(nil), l.entries[logLength/2:]...)
	}
	return e
}

func (l *requestLog) end(e *logEntry, status, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Status, e.Bytes = status, bytes
	e.Ms = float64(time.Since(e.began).Microseconds()) / 1000
	l.bytes += int64(bytes)
}

// note adds what became known of a call when it was performed.
func (l *requestLog) note(e *logEntry, c *call, f *fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.This, e.Session = c.this.Value, c.session.cookie[:8]
	if f != nil {
		e.Fault = schemaName(indirectType(f.detail))
	}
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n, l.counts, l.bytes, l.entries = 0, map[string]int{}, 0, nil
}

// total gives a copy of the counts, with "total" and "bytes".
func (l *requestLog) total() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int64{"total": int64(l.n), "bytes": l.bytes}
	for m, n := range l.counts {
		out[m] = int64(n)
	}
	return out
}

func (l *requestLog) copy() []logEntry {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]logEntry, len(l.entries))
	for i, e := range l.entries {
		out[i] = *e
	}
	return out
}
