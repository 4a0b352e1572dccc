// SPDX-License-Identifier: LGPL-2.1-or-later

// crash.go - the server is killed
//
// Exists because a change must be shown a server that dies at each of its steps. The
// inventory stays, as a database does; sessions, filters and tasks, those that run and
// those that are over, are gone. POST /up starts the server again.

package main

import (
	"fmt"
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// when says at which step of a call a server dies, and does it.
var when = map[string]func(w *world, rw http.ResponseWriter, perform func() answer){
	"before": func(w *world, _ http.ResponseWriter, _ func() answer) { w.do(w.crash) },
	"arrived": func(w *world, _ http.ResponseWriter, perform func() answer) {
		perform()
		w.do(w.crash)
	},
	"done": func(w *world, _ http.ResponseWriter, perform func() answer) {
		w.crashAtTaskEnd(perform)
	},
	"running": func(w *world, rw http.ResponseWriter, perform func() answer) {
		perform().write(rw)
		rw.(http.Flusher).Flush()
		w.do(w.crash)
	},
	"ended": func(w *world, rw http.ResponseWriter, perform func() answer) {
		w.crashAtTaskEnd(func() answer {
			a := perform()
			a.write(rw)
			rw.(http.Flusher).Flush()
			return a
		})
	},
}

func newCrash(r *rule, name string) error {
	if r.when = when[name]; r.when == nil {
		return fmt.Errorf("when: %q is none of before, arrived, running, done and ended", name)
	}
	return nil
}

func actCrash(r *rule, rw http.ResponseWriter, _ *http.Request, perform func() answer) {
	r.when(r.world, rw, perform)
	panic(http.ErrAbortHandler)
}

// crash needs the world held.
func (w *world) crash() {
	w.gate.close()
	w.expire()
	for _, t := range w.tasks {
		close(t.stop)
		t.sim.Info.State = types.TaskInfoStateError // nothing comes of it any more
	}
	w.tasks = map[moref]*task{}
	if m, ok := simulator.Map.Get(*serviceContent().TaskManager).(*simulator.TaskManager); ok {
		for _, ref := range append([]moref{}, m.RecentTask...) {
			w.forgetTask(ref)
		}
	}
}

// crashAtTaskEnd dies when the task that start begins is over, before anybody hears
// of that, and returns then.
func (w *world) crashAtTaskEnd(start func() answer) {
	crashed := make(chan struct{})
	w.do(func() {
		w.atTaskEnd = func() {
			w.atTaskEnd = nil
			w.crash()
			close(crashed)
		}
	})
	start()
	<-crashed
}
