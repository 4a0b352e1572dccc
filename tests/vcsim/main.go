// SPDX-License-Identifier: LGPL-2.1-or-later

// vcsim - a vCenter, ESX or GSX server to develop and test hvfs against
//
// Exists because govmomi's simulator has the inventory and the methods, but
// neither the strictness, the collector, the tasks nor the faults of a real
// server. The front (front.go) adds these; -plain leaves it out.
//
// It serves until SIGTERM, SIGINT or, with -stdin, the end of its standard
// input, and leaves nothing behind but the files it was told to write.
// control.go documents how a running server is steered.

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	o, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vcsim:", err)
		os.Exit(2)
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "vcsim:", err)
		os.Exit(1)
	}
}

func run(o *options) error {
	// The simulator logs each thing it dislikes; what matters comes back as faults.
	log.SetOutput(io.Discard)
	dir, err := os.MkdirTemp("", "hvfs-vcsim-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	model, err := createModel(o, dir)
	if err != nil {
		return err
	}
	defer model.Remove()
	bare := legacy(model)
	cert, text, err := makeCertificate("own")
	if err != nil {
		return err
	}
	if o.certFile != "" {
		if err := os.WriteFile(o.certFile, text, 0o644); err != nil {
			return err
		}
	}
	g := &gate{opt: o, own: cert, handler: bare}
	controlURL := ""
	if !o.plain {
		w := newWorld(o)
		w.gate = g
		if err := w.createMachines(); err != nil {
			return err
		}
		w.createAutostart()
		if o.history != "" {
			if err := w.events.openHistory(o.history); err != nil {
				return err
			}
		}
		if o.sessionIdle > 0 {
			go w.idle(time.Duration(o.sessionIdle) * time.Second)
		}
		f := &front{w: w, log: newRequestLog(), faults: &misbehaviour{world: w}}
		g.handler = f
		if o.direct {
			if err := f.openHosts(); err != nil {
				return err
			}
		}
		if controlURL, err = serveControl(&control{w: w, front: f, gate: g}); err != nil {
			return err
		}
	}
	if err := g.open(); err != nil {
		return err
	}
	if err := writeReady(o, g.url(), controlURL); err != nil {
		return err
	}
	return wait(o)
}

// legacy gives the simulator's own handlers, for -plain.
func legacy(m *simulator.Model) http.Handler {
	inner := m.Service.NewServer()
	_ = inner.Listener.Close() // served by our own listener
	return m.Service.ServeMux
}

// writeReady tells that connections are accepted, all of it or nothing.
func writeReady(o *options, url, controlURL string) error {
	if o.ready == "" {
		return nil
	}
	text := fmt.Sprintf("url=%s\ncontrol=%s\ncert=%s\npid=%d\n", url, controlURL, o.certFile, os.Getpid())
	if err := os.WriteFile(o.ready+".tmp", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(o.ready+".tmp", o.ready)
}

// wait returns when the server is to end.
func wait(o *options) error {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	if o.stdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			end <- syscall.SIGTERM
		}()
	}
	<-end
	return nil
}
