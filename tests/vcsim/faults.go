// SPDX-License-Identifier: LGPL-2.1-or-later

// faults.go - misbehaviour on request
//
// Exists so that a client can be shown every way in which a server or a network
// fails, at a request of the test's choice: rules wait for the n-th call that
// they match, act on it or on a number of them, and are used up. Steered by
// POST /fail (control.go).

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// answer is what the server would have said.
type answer struct {
	body   []byte
	status int
}

// act misbehaves; perform does what was asked and gives the answer to it.
type act func(r *rule, rw http.ResponseWriter, req *http.Request, perform func() answer)

var acts = map[string]act{
	"drop": func(*rule, http.ResponseWriter, *http.Request, func() answer) { panic(http.ErrAbortHandler) },
	"lost": func(_ *rule, _ http.ResponseWriter, _ *http.Request, p func() answer) {
		p()
		panic(http.ErrAbortHandler)
	},
	"half":     actHalf,
	"truncate": actTruncate,
	"slow":     actSlow,
	"trickle":  actTrickle,
	"silent":   actSilent,
	"garbage":  constant(200, "text/xml; charset=utf-8", "\x00\x01 this is no XML <<<& \xff\xfe"),
	"empty":    constant(200, "text/xml; charset=utf-8", ""),
	"html":     constant(200, "text/html", "<html><body><p>Welcome to the proxy<br></body></html>"),
	"503":      constant(503, "text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>"),
	"500":      constant(500, "text/plain", "Internal Server Error"),
	"401":      constant(401, "text/html", "<html><body>401 Unauthorized</body></html>"),
	"403":      constant(403, "text/html", "<html><body>403 Forbidden</body></html>"),
	"404":      constant(404, "text/html", "<html><body>404 Not Found</body></html>"),
	"type":     actType,
	"other":    actOther,
	"huge":     actHuge,
	"deep":     actDeep,
	"entity":   actEntity,
	"fault":    actFault,
	"crash":    actCrash,
	"411":      actLength,
	"cut":      actCut,
	"stall":    actStall,
	"late":     actLate,
	"count":    func(r *rule, rw http.ResponseWriter, _ *http.Request, p func() answer) { p().write(rw) },
}

// rule is one misbehaviour waiting for its calls.
type rule struct {
	What   string `json:"what"`
	Method string `json:"method,omitempty"` // empty: any
	This   string `json:"this,omitempty"`   // empty: any object
	N      int    `json:"n"`                // matching calls that still pass before it acts, plus one
	Times  int    `json:"times"`            // how often it still acts; 0: for ever
	Hits   int    `json:"hits"`             // how often it acted
	ms     int
	bytes  int
	fault  *fault
	when   func(*world, http.ResponseWriter, func() answer)
	world  *world
	api    apiVersion // these three: of the call it acts on
	called string
	on     moref
	healed chan struct{} // closed by POST /heal
}

type misbehaviour struct {
	world *world
	mu    sync.Mutex
	rules []*rule // mu
	all   []*rule // mu: since the last heal; some may be used up, and still at it
}

// newRule reads a rule from the parameters of POST /fail.
func newRule(v url.Values) (*rule, error) {
	r := &rule{What: v.Get("what"), Method: v.Get("method"), This: v.Get("this"), N: 1, Times: 1, ms: 1000, bytes: 256 << 20}
	if acts[r.What] == nil {
		return nil, fmt.Errorf("what: %q is unknown; see faults.go", r.What)
	}
	for name, p := range map[string]*int{"n": &r.N, "times": &r.Times, "ms": &r.ms, "bytes": &r.bytes} {
		if text := v.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return nil, fmt.Errorf("%s: %q is no number", name, text)
			}
			*p = n
		}
	}
	switch r.What {
	case "crash":
		return r, newCrash(r, v.Get("when"))
	case "fault":
		return r, newFault(r, v)
	}
	return r, nil
}

func newFault(r *rule, v url.Values) error {
	t, ok := typeByName(v.Get("fault"))
	if !ok {
		return fmt.Errorf("fault: %q is no fault", v.Get("fault"))
	}
	detail, ok := reflect.New(t).Interface().(types.BaseMethodFault)
	if !ok {
		return fmt.Errorf("fault: %q is no fault", v.Get("fault"))
	}
	// As the API reference has NoPermission: what is missing, and (actFault) on what.
	if denied, ok := detail.(*types.NoPermission); ok {
		denied.PrivilegeId = v.Get("privilege")
	}
	r.fault = &fault{detail, messageOf(detail, v.Get("message"))}
	return nil
}

func (m *misbehaviour) add(r *rule) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.healed = make(chan struct{})
	m.rules = append(m.rules, r)
	m.all = append(m.all, r)
}

func (m *misbehaviour) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.all {
		close(r.healed)
	}
	m.rules, m.all = nil, nil
}

func (m *misbehaviour) list() []rule {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []rule{}
	for _, r := range m.rules {
		out = append(out, *r)
	}
	return out
}

// match counts the call for every rule and gives a copy of the one that acts.
func (m *misbehaviour) match(api apiVersion, method string, this moref) *rule {
	m.mu.Lock()
	defer m.mu.Unlock()
	var acting *rule
	for _, r := range m.rules {
		if r.Method != "" && r.Method != method || r.This != "" && r.This != this.Value || r.N < 1 {
			continue
		}
		if r.N > 1 {
			r.N--
		} else if acting == nil {
			r.Hits++
			if r.Times == 1 {
				r.N = 0 // used up
			} else if r.Times > 1 {
				r.Times--
			}
			copied := *r
			copied.world, copied.api, copied.called, copied.on = m.world, api, method, this
			acting = &copied
		}
	}
	return acting
}

func (a answer) write(rw http.ResponseWriter) {
	rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body)
}

// constant answers without doing what was asked.
func constant(status int, contentType, body string) act {
	return func(_ *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
		rw.Header().Set("Content-Type", contentType)
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}
}

// actHalf cuts the connection in the middle of the reply.
func actHalf(_ *rule, rw http.ResponseWriter, _ *http.Request, perform func() answer) {
	a := perform()
	rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body[:len(a.body)/2])
	rw.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// actTruncate sends half of the reply as if it were all of it.
func actTruncate(_ *rule, rw http.ResponseWriter, _ *http.Request, perform func() answer) {
	a := perform()
	a.body = a.body[:len(a.body)/2]
	a.write(rw)
}

// pause is over early when all is healed, and false when the client has gone.
func (r *rule) pause(req *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.healed:
		return true
	case <-req.Context().Done():
		return false
	}
}

func actSlow(r *rule, rw http.ResponseWriter, req *http.Request, perform func() answer) {
	a := perform()
	if r.pause(req, time.Duration(r.ms)*time.Millisecond) {
		a.write(rw)
	}
}

// actTrickle sends the reply in small pieces over the rule's time.
func actTrickle(r *rule, rw http.ResponseWriter, req *http.Request, perform func() answer) {
	const pieces = 20
	a := perform()
	rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
	rw.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	rw.WriteHeader(a.status)
	for i := 0; i < pieces; i++ {
		_, _ = rw.Write(a.body[len(a.body)*i/pieces : len(a.body)*(i+1)/pieces])
		rw.(http.Flusher).Flush()
		if !r.pause(req, time.Duration(r.ms)*time.Millisecond/pieces) {
			return
		}
	}
}

// actSilent never answers; the call is performed.
func actSilent(_ *rule, _ http.ResponseWriter, req *http.Request, perform func() answer) {
	perform()
	<-req.Context().Done()
	panic(http.ErrAbortHandler)
}

func actType(_ *rule, rw http.ResponseWriter, _ *http.Request, perform func() answer) {
	a := perform()
	rw.Header().Set("Content-Type", "application/octet-stream")
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body)
}

// actOther answers with a well-formed reply to another method.
func actOther(r *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
	answer{encodeResponse(r.api, "CurrentTime", &types.CurrentTimeResponse{Returnval: time.Now()}), 200}.write(rw)
}

// actHuge sends a reply of the rule's bytes, chunked, in one text.
func actHuge(r *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
	rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = rw.Write([]byte(envelopeHead + "<" + r.called + `Response xmlns="urn:vim25"><returnval>`))
	block := []byte(strings.Repeat("x", 1<<16))
	for sent := 0; sent < r.bytes; sent += len(block) {
		if _, err := rw.Write(block); err != nil {
			return
		}
	}
	_, _ = rw.Write([]byte("</returnval></" + r.called + "Response>" + envelopeTail))
}

// actDeep nests elements a hundred thousand deep.
func actDeep(r *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
	const depth = 100000
	body := envelopeHead + "<" + r.called + `Response xmlns="urn:vim25">` + strings.Repeat("<returnval>", depth) +
		strings.Repeat("</returnval>", depth) + "</" + r.called + "Response>" + envelopeTail
	answer{[]byte(body), 200}.write(rw)
}

// actEntity sends entities that grow without bound, and one from outside.
func actEntity(r *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
	doc := `<?xml version="1.0"?><!DOCTYPE e [<!ENTITY x0 "ha">`
	for i := 1; i < 30; i++ {
		doc += fmt.Sprintf(`<!ENTITY x%d "&x%d;&x%d;">`, i, i-1, i-1)
	}
	doc += `<!ENTITY out SYSTEM "file:///etc/hostname">]>` +
		`<e:Envelope xmlns:e="` + nsEnvelope + `"><e:Body><` + r.called + `Response xmlns="urn:vim25"><returnval>&x29;&out;</returnval></` +
		r.called + `Response></e:Body></e:Envelope>`
	answer{[]byte(doc), 200}.write(rw)
}

// actFault answers with a fault and does not do what was asked.
func actFault(r *rule, rw http.ResponseWriter, _ *http.Request, _ func() answer) {
	detail := reflect.New(indirectType(r.fault.detail))
	detail.Elem().Set(reflect.ValueOf(r.fault.detail).Elem())
	if object, ok := detail.Type().Elem().FieldByName("Object"); ok && object.Type == morefType {
		detail.Elem().FieldByIndex(object.Index).Set(reflect.ValueOf(r.on))
	}
	f := &fault{detail.Interface().(types.BaseMethodFault), r.fault.message}
	answer{encodeFault(r.api, f), 500}.write(rw)
}

// actLength refuses a body whose length is not said, as RFC 9110 15.5.12 lets a server do.
func actLength(r *rule, rw http.ResponseWriter, req *http.Request, perform func() answer) {
	if req.ContentLength < 0 {
		constant(http.StatusLengthRequired, "text/html", "<html><body>Length Required</body></html>")(r, rw, req, perform)
		return
	}
	perform().write(rw)
}

// short is a body that ends, or hangs until the rule is healed, after so many bytes.
type short struct {
	io.ReadCloser
	left int
	end  func()
}

func (s *short) Read(p []byte) (int, error) {
	if s.left == 0 {
		s.end()
		return 0, io.ErrUnexpectedEOF
	}
	if len(p) > s.left {
		p = p[:s.left]
	}
	n, err := s.ReadCloser.Read(p)
	s.left -= n
	return n, err
}

// actCut takes the rule's bytes of the body, and ends the connection.
func actCut(r *rule, _ http.ResponseWriter, req *http.Request, perform func() answer) {
	req.Body = &short{req.Body, r.bytes, func() {}}
	perform()
	panic(http.ErrAbortHandler)
}

// actStall takes the rule's bytes of the body, and then nothing more.
func actStall(r *rule, _ http.ResponseWriter, req *http.Request, perform func() answer) {
	req.Body = &short{req.Body, r.bytes, func() {
		select {
		case <-r.healed:
		case <-req.Context().Done():
		}
	}}
	perform()
	panic(http.ErrAbortHandler)
}

// actLate cuts the connection, and does it with the rule's bytes of the body when it is healed: a
// server that stood still finds in its sockets what was sent to it meanwhile, sender or none.
func actLate(r *rule, rw http.ResponseWriter, req *http.Request, perform func() answer) {
	body, _ := io.ReadAll(io.LimitReader(req.Body, int64(r.bytes)))
	req.Body = io.NopCloser(bytes.NewReader(body))
	if conn, _, err := rw.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
	<-r.healed
	perform()
}
