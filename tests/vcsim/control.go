// control.go - steering a running server
//
// Plain http on a loopback port of its own; its URL is in the ready file.
// Answers are text or JSON; an error is status 400 and a line.
//
//   GET  /requests                   {"total":n,"bytes":n,"Method":n,…} since the last reset
//   GET  /log                        the newest requests, oldest first, one JSON object each
//   POST /reset                      forget both
//   POST /task-time?ms=N[&method=M]  the time that tasks take from now on
//   POST /expire                     end all sessions
//   POST /down, POST /up             cut all connections and refuse new ones; listen again on
//                                    the same port, with all state kept

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
)

type control struct {
	w     *world
	front *front
	gate  *gate
}

// serveControl begins to listen and gives the URL.
func serveControl(c *control) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := http.NewServeMux()
	c.routes(mux)
	go func() { _ = http.Serve(l, mux) }()
	return "http://" + l.Addr().String(), nil
}

// action is one control; what it returns is the answer.
type action func(r *http.Request) (interface{}, error)

func (c *control) routes(mux *http.ServeMux) {
	for path, a := range map[string]action{
		"/requests":  func(*http.Request) (interface{}, error) { return c.front.log.total(), nil },
		"/log":       func(*http.Request) (interface{}, error) { return c.front.log.copy(), nil },
		"/reset":     func(*http.Request) (interface{}, error) { c.front.log.reset(); return nil, nil },
		"/task-time": c.taskTime,
		"/expire":    func(*http.Request) (interface{}, error) { c.w.do(c.w.expire); return nil, nil },
		"/down":      func(*http.Request) (interface{}, error) { c.gate.close(); return nil, nil },
		"/up":        func(*http.Request) (interface{}, error) { return nil, c.gate.open() },
	} {
		mux.HandleFunc(path, serve(path, a))
	}
}

func serve(path string, a action) http.HandlerFunc {
	reads := path == "/requests" || path == "/log"
	return func(rw http.ResponseWriter, r *http.Request) {
		if reads != (r.Method == http.MethodGet) {
			http.Error(rw, "use GET for /requests and /log, POST for all else", http.StatusMethodNotAllowed)
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
	case string:
		fmt.Fprintln(rw, a)
	case []logEntry:
		for i := range a {
			_ = json.NewEncoder(rw).Encode(&a[i])
		}
	default:
		_ = json.NewEncoder(rw).Encode(a)
	}
}

func number(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.FormValue(name))
	if err != nil {
		return 0, fmt.Errorf("%s: %q is no number", name, r.FormValue(name))
	}
	return n, nil
}

func (c *control) taskTime(r *http.Request) (interface{}, error) {
	ms, err := number(r, "ms")
	if err != nil {
		return nil, err
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
