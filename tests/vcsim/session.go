// SPDX-License-Identifier: LGPL-2.1-or-later

// session.go - logins, cookies, and what belongs to a session
//
// Promises: the cookie comes with the first reply, quoted, as real servers send
// it; without a login only the few anonymous methods work; at the end of a
// session its collectors, filters and views are gone and its waits end.

package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const cookieName = "vmware_soap_session"

// maxAnonymous bounds what clients without a cookie jar leave behind.
const maxAnonymous = 1000

type session struct {
	w          *world
	cookie     string
	loggedIn   bool
	sim        *simulator.Session // what the simulator's methods see
	collectors map[moref]*collector
	filters    map[moref]*filter
	views      map[moref]view
	pages      map[string]*retrieval
	events     map[moref]*eventCollector
	lastUse    time.Time
	made       int
}

func randomID() string {
	b := make([]byte, 20)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return hex.EncodeToString(b)
}

// session finds the session of a request, or begins an anonymous one and sets
// its cookie.
func (w *world) session(rw http.ResponseWriter, r *http.Request) *session {
	if c, err := r.Cookie(cookieName); err == nil {
		if s := w.sessions[c.Value]; s != nil {
			s.lastUse = time.Now()
			return s
		}
	}
	w.dropAnonymous()
	s := &session{w: w, cookie: randomID(), lastUse: time.Now()}
	s.reset()
	w.sessions[s.cookie] = s
	attrs := "; Path=/; HttpOnly"
	if r.TLS != nil {
		attrs += "; Secure"
	}
	rw.Header().Add("Set-Cookie", fmt.Sprintf(`%s="%s"%s`, cookieName, s.cookie, attrs))
	return s
}

func (w *world) dropAnonymous() {
	if len(w.sessions) < maxAnonymous {
		return
	}
	for id, s := range w.sessions {
		if !s.loggedIn {
			delete(w.sessions, id)
		}
	}
}

func (s *session) reset() {
	s.loggedIn = false
	s.collectors = map[moref]*collector{}
	s.filters = map[moref]*filter{}
	s.views = map[moref]view{}
	s.pages = map[string]*retrieval{}
	s.events = map[moref]*eventCollector{}
	s.sim = &simulator.Session{Registry: simulator.NewRegistry()}
}

// end logs the session out; waits on its collectors end with RequestCanceled.
func (s *session) end() {
	for _, c := range s.collectors {
		c.destroy()
	}
	s.reset()
}

// newRef names an object of the session the way real servers do.
func (s *session) newRef(kind string) moref {
	s.made++
	return moref{Type: kind, Value: fmt.Sprintf("session[%s]%s", s.sim.Key, uuid.New())}
}

// object gives the session's own objects and its view of singletons.
func (s *session) object(ref moref) mo.Reference {
	content := simulator.Map.Get(serviceInstance).(*simulator.ServiceInstance).Content
	switch {
	case ref == *content.SessionManager:
		return s.sessionManager()
	case s.collectors[ref] != nil || ref == content.PropertyCollector:
		return s.propertyCollector(ref)
	case s.filters[ref] != nil:
		return s.filters[ref].object()
	case s.views[ref] != nil:
		return s.views[ref].object()
	case s.events[ref] != nil:
		return s.events[ref]
	}
	return s.sim.Registry.Get(ref)
}

func (s *session) sessionManager() mo.Reference {
	m := *simulator.Map.SessionManager()
	m.CurrentSession = nil
	m.SessionList = nil
	if s.loggedIn {
		user := s.sim.UserSession
		m.CurrentSession = &user
		for _, o := range s.w.sessions {
			if o.loggedIn {
				m.SessionList = append(m.SessionList, o.sim.UserSession)
			}
		}
	}
	return &m
}

func (s *session) propertyCollector(ref moref) mo.Reference {
	pc := &mo.PropertyCollector{Self: ref}
	if c := s.collectors[ref]; c != nil {
		for _, f := range c.filters {
			pc.Filter = append(pc.Filter, f.ref)
		}
	}
	return pc
}

// Methods that work without a login.
var anonymous = map[string]bool{"RetrieveServiceContent": true, "Login": true, "CurrentTime": true}

// allowed: whether the session may make this call.
func (c *call) allowed() *fault {
	if c.session.loggedIn || anonymous[c.method] || c.readsSessionManager() {
		return nil
	}
	return &fault{&types.NotAuthenticated{NoPermission: types.NoPermission{Object: c.this, PrivilegeId: "System.View"}},
		"The session is not authenticated."}
}

// readsSessionManager: clients ask for currentSession to learn whether they are in.
func (c *call) readsSessionManager() bool {
	var specs []types.PropertyFilterSpec
	switch r := c.req.(type) {
	case *types.RetrieveProperties:
		specs = r.SpecSet
	case *types.RetrievePropertiesEx:
		specs = r.SpecSet
	}
	for _, spec := range specs {
		for _, o := range spec.ObjectSet {
			if o.Obj.Type != "SessionManager" || len(o.SelectSet) != 0 {
				return false
			}
		}
	}
	return len(specs) != 0
}

func (w *world) validUser(r *types.Login) bool {
	if w.opt.user != "" {
		return r.UserName == w.opt.user && r.Password == w.opt.password
	}
	return r.UserName != "" && r.Password != ""
}

func login(c *call) (interface{}, *fault) {
	r := c.req.(*types.Login)
	if !c.w.validUser(r) || c.session.loggedIn {
		return nil, &fault{&types.InvalidLogin{}, "Cannot complete login due to an incorrect user name or password."}
	}
	if r.Locale != "" && r.Locale != "en" && r.Locale != "en_US" {
		return nil, &fault{&types.InvalidLocale{}, "The locale is not supported."}
	}
	c.session.loggedIn = true
	now := time.Now().UTC()
	c.session.sim.UserSession = types.UserSession{Key: uuid.New().String(), UserName: r.UserName, FullName: r.UserName,
		LoginTime: now, LastActiveTime: now, Locale: "en", MessageLocale: "en"}
	return &types.LoginResponse{Returnval: c.session.sim.UserSession}, nil
}

func logout(c *call) (interface{}, *fault) {
	delete(c.w.sessions, c.session.cookie)
	c.session.end()
	return nil, nil
}

func sessionIsActive(c *call) (interface{}, *fault) {
	if c.w.opt.isHost() {
		return nil, &fault{&types.NotImplemented{}, "The operation is not implemented."}
	}
	r := c.req.(*types.SessionIsActive)
	active := false
	for _, s := range c.w.sessions {
		active = active || s.loggedIn && s.sim.Key == r.SessionID && s.sim.UserName == r.UserName
	}
	return &types.SessionIsActiveResponse{Returnval: active}, nil
}

func terminateSession(c *call) (interface{}, *fault) {
	for _, key := range c.req.(*types.TerminateSession).SessionId {
		found := false
		for id, s := range c.w.sessions {
			if s.loggedIn && s.sim.Key == key && s != c.session {
				found = true
				delete(c.w.sessions, id)
				s.end()
			}
		}
		if !found {
			return nil, &fault{&types.NotFound{}, "The session was not found."}
		}
	}
	return nil, nil
}

// expire ends every session, as an idle time-out or a restart of the server does.
func (w *world) expire() {
	for id, s := range w.sessions {
		delete(w.sessions, id)
		s.end()
	}
}

// expireIdle ends the sessions that nobody used for the server's idle limit.
func (w *world) expireIdle(limit time.Duration) {
	for id, s := range w.sessions {
		if s.loggedIn && time.Since(s.lastUse) > limit && !s.waiting() {
			delete(w.sessions, id)
			s.end()
		}
	}
}

func (s *session) waiting() bool {
	for _, c := range s.collectors {
		if c.waiter != nil {
			return true
		}
	}
	return false
}
