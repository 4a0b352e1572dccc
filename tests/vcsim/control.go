// SPDX-License-Identifier: LGPL-2.1-or-later

// control.go - steering a running server
//
// Plain http on a loopback port of its own; its URL is in the ready file. GET
// for what reads, POST for what changes; parameters as a query or a form. The
// answer is "ok", a line, or JSON; a mistake is status 400 and a line.
//
//   GET  /requests   {"total":n,"bytes":n,"Method":n,…} since the last reset
//   GET  /log        the newest requests, oldest first, one JSON object each
//   GET  /kept       the requests since POST /keep, whole: a JSON array of their versions and bodies
//   GET  /sessions   how many are logged in
//   GET  /rules      the misbehaviours in waiting
//   GET  /keys      the keys that were pressed: a JSON array of "MACHINE [MODIFIER…] USAGE"
//   POST /reset      forget requests and log
//   POST /keep       keep each request, whole, from now on
//   POST /expire     end all sessions
//   POST /down[?of=hosts]
//                    cut all connections and refuse new ones, state kept; those of the
//                    hosts that take tickets
//   POST /up[?of=hosts]
//                    listen again, on the same port
//   POST /cut        cut all connections, listen on
//   POST /certificate?kind=own|other|expired|wronghost[&of=hosts]
//                    the certificate that new connections are shown; tickets tell of the own
//   POST /task-time?ms=N[&method=M]
//                    the time that tasks take from now on
//   POST /hurry      the tasks under way take no longer
//   POST /fail?what=W[&method=M][&this=ID][&n=N][&times=N][&ms=N][&bytes=N][&fault=F][&message=TEXT][&privilege=ID][&when=W]
//                    the N-th matching call from now (default the first) and, with times, the
//                    N following ones (0: all) misbehave. W:
//                      drop      connection cut before the call is performed
//                      lost      performed, then cut before the reply
//                      half      cut in mid-reply          truncate  half a reply, well framed
//                      slow      the reply comes ms late   trickle   it takes ms to arrive
//                      silent    performed, never answered
//                      garbage   no XML                    empty     no body
//                      html, 401, 403, 404, 500, 503       type      a wrong Content-Type
//                      411       only where the length of the body is not said
//                      cut       connection cut after so many bytes of the body
//                      stall     no more of it is taken then, until healed
//                      late      cut likewise; done, with these, when healed
//                      other     the reply to another method
//                      huge      a text of so many bytes   deep      100,000 levels
//                      entity    growing and external entities
//                      fault     a SOAP fault of type F, not performed
//                      count     nothing at all: counts hits
//                      crash     the server is killed, and loses sessions and tasks (crash.go):
//                                when=before   the call is performed
//                                when=arrived  it was performed; its task, if any, never ends
//                                when=done     its task has ended; there is no reply
//                                when=running  it is answered; its task never ends
//                                when=ended    it is answered, its task has ended; nobody hears of it
//   POST /heal       forget all misbehaviours; what is only late comes now
//   POST /set?object=O&path=P[&value=TEXT]
//                    set a property of an object (by id, or by a name that is unique) to a
//                    text, or to the XML in value: <val xsi:type="…">…</val>, several for an
//                    array; without a value it becomes unset. Lists of hosts, pools and
//                    datastores follow
//   POST /deny?path=P[&object=O], POST /allow?…
//                    nobody may read the property of the object, or of all
//   POST /vapp?vm=O&name=N
//                    put a VM into a vApp
//   POST /question?vm=O[&method=M][&cancelable=1][&kind=uuid|media|disk]
//                    the VM asks a question: at once, or when its next task of the method
//                    runs, which then waits for the answer (question.go)
//   POST /events?n=N[&object=O][&message=TEXT]
//                    N events at once, about the object, or none
//   POST /alarm?object=O&name=N&status=red|yellow|green[&quiet=1]
//                    an alarm of an object; with quiet, clients are not told of alarms from now on
//   POST /connection?host=O&state=connected|disconnected|notResponding
//                    of a host, and of its VMs

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type control struct {
	w     *world
	front *front
	gate  *gate
}

// action is one control; what it returns is the answer.
type action func(r *http.Request) (interface{}, error)

// serveControl begins to listen and gives the URL.
func serveControl(c *control) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	for path, a := range c.reading() {
		mux.HandleFunc(path, serve(http.MethodGet, a))
	}
	for path, a := range c.changing() {
		mux.HandleFunc(path, serve(http.MethodPost, a))
	}
	go func() { _ = http.Serve(l, mux) }()
	return "http://" + l.Addr().String(), nil
}

func (c *control) reading() map[string]action {
	return map[string]action{
		"/requests": func(*http.Request) (interface{}, error) { return c.front.log.total(), nil },
		"/log":      func(*http.Request) (interface{}, error) { return c.front.log.copy(), nil },
		"/kept":     func(*http.Request) (interface{}, error) { return c.front.log.copyKept(), nil },
		"/rules":    func(*http.Request) (interface{}, error) { return c.front.faults.list(), nil },
		"/sessions": c.sessions,
		"/keys":     c.keys,
	}
}

func (c *control) changing() map[string]action {
	return map[string]action{
		"/reset":       just(c.front.log.reset),
		"/keep":        just(c.front.log.keep),
		"/heal":        just(c.front.faults.clear),
		"/expire":      just(func() { c.w.do(c.w.expire) }),
		"/down":        func(r *http.Request) (interface{}, error) { c.gateOf(r).close(); return nil, nil },
		"/up":          func(r *http.Request) (interface{}, error) { return nil, c.gateOf(r).open() },
		"/cut":         func(*http.Request) (interface{}, error) { c.gate.close(); return nil, c.gate.open() },
		"/certificate": c.certificate,
		"/task-time":   c.taskTime,
		"/hurry":       just(func() { c.w.do(c.w.hurryTasks) }),
		"/fail":        c.fail,
		"/set":         c.set,
		"/deny":        func(r *http.Request) (interface{}, error) { return c.deny(r, true) },
		"/allow":       func(r *http.Request) (interface{}, error) { return c.deny(r, false) },
		"/vapp":        c.vapp,
		"/events":      c.burst,
		"/alarm":       c.alarm,
		"/connection":  c.connection,
		"/question":    c.question,
	}
}

// gateOf: with of=hosts, where the hosts take tickets; else the server's.
func (c *control) gateOf(r *http.Request) *gate {
	if r.FormValue("of") == "hosts" && c.w.hostGate != nil {
		return c.w.hostGate
	}
	return c.gate
}

func just(f func()) action {
	return func(*http.Request) (interface{}, error) { f(); return nil, nil }
}

func serve(method string, a action) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			http.Error(rw, "use "+method, http.StatusMethodNotAllowed)
			return
		}
		answer, err := a(r)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		write(rw, answer)
	}
}

func write(rw http.ResponseWriter, answer interface{}) {
	switch a := answer.(type) {
	case nil:
		fmt.Fprintln(rw, "ok")
	case []logEntry:
		for i := range a {
			_ = json.NewEncoder(rw).Encode(&a[i])
		}
	default:
		_ = json.NewEncoder(rw).Encode(a)
	}
}

func (c *control) sessions(*http.Request) (interface{}, error) {
	n := 0
	c.w.do(func() {
		for _, s := range c.w.sessions {
			if s.loggedIn {
				n++
			}
		}
	})
	return n, nil
}

func (c *control) taskTime(r *http.Request) (interface{}, error) {
	ms, err := strconv.Atoi(r.FormValue("ms"))
	if err != nil {
		return nil, fmt.Errorf("ms: %q is no number", r.FormValue("ms"))
	}
	c.w.do(func() {
		if m := r.FormValue("method"); m != "" {
			c.w.opt.taskTimes[m] = ms
		} else {
			c.w.opt.taskTime = ms
			c.w.opt.taskTimes = map[string]int{}
		}
	})
	return nil, nil
}

func (c *control) certificate(r *http.Request) (interface{}, error) {
	kind := r.FormValue("kind")
	if kind == "own" {
		c.gateOf(r).setCertificate(c.gateOf(r).own)
		return nil, nil
	}
	if !certificateKinds[kind] {
		return nil, fmt.Errorf("kind: %q is none of own, other, expired and wronghost", kind)
	}
	cert, _, err := makeCertificate(kind)
	if err == nil {
		c.gateOf(r).setCertificate(cert)
	}
	return nil, err
}

func (c *control) fail(r *http.Request) (interface{}, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	rule, err := newRule(r.Form)
	if err == nil {
		c.front.faults.add(rule)
	}
	return nil, err
}

// onObject runs f with the world held and the object that a parameter names.
func (c *control) onObject(r *http.Request, param string, f func(obj types.ManagedObjectReference) error) (interface{}, error) {
	var err error
	c.w.do(func() {
		obj, e := findObject(r.FormValue(param))
		if err = e; err == nil {
			err = f(obj.Reference())
		}
	})
	return nil, err
}

func (c *control) set(r *http.Request) (interface{}, error) {
	return c.onObject(r, "object", func(ref moref) error {
		return c.w.setProperty(simulator.Map.Get(ref), r.FormValue("path"), r.FormValue("value"))
	})
}

func (c *control) deny(r *http.Request, denied bool) (interface{}, error) {
	path := r.FormValue("path")
	if path == "" {
		return nil, fmt.Errorf("path: which property?")
	}
	if r.FormValue("object") == "" {
		c.w.do(func() { c.w.deny(moref{}, path, denied) })
		return nil, nil
	}
	return c.onObject(r, "object", func(ref moref) error { c.w.deny(ref, path, denied); return nil })
}

func (c *control) vapp(r *http.Request) (interface{}, error) {
	return c.onObject(r, "vm", func(ref moref) error {
		vm := vmOf(ref)
		if vm == nil || r.FormValue("name") == "" {
			return fmt.Errorf("a VM and a name, please")
		}
		return c.w.intoApp(vm, r.FormValue("name"))
	})
}

func (c *control) connection(r *http.Request) (interface{}, error) {
	return c.onObject(r, "host", func(ref moref) error {
		h, ok := simulator.Map.Get(ref).(*simulator.HostSystem)
		if !ok {
			return fmt.Errorf("%s is no host", ref.Value)
		}
		switch s := types.HostSystemConnectionState(r.FormValue("state")); s {
		case types.HostSystemConnectionStateConnected, types.HostSystemConnectionStateDisconnected,
			types.HostSystemConnectionStateNotResponding:
			c.w.setConnection(h, s)
			return nil
		}
		return fmt.Errorf("state: %q is none of connected, disconnected and notResponding", r.FormValue("state"))
	})
}

func (c *control) question(r *http.Request) (interface{}, error) {
	return c.onObject(r, "vm", func(ref moref) error {
		vm := vmOf(ref)
		if vm == nil {
			return fmt.Errorf("%s is no VM", ref.Value)
		}
		c.w.ask(vm, r.FormValue("method"), r.FormValue("kind"), r.FormValue("cancelable") == "1")
		return nil
	})
}
