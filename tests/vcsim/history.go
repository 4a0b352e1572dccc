// SPDX-License-Identifier: LGPL-2.1-or-later

// history.go - events that outlive the process
//
// Exists because a server that is killed has its events still when it is started again, as its
// database has them (REC of restarts): with -history FILE each event is a line of the file before
// anybody hears of it, and is there again in the next process, under its key. A line that was
// cut by the kill is an event of which nobody has heard.

package main

import (
	"bytes"
	"log"
	"os"

	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// kept is one line: the event's class is its xsi:type.
type kept struct {
	XMLName xml.Name        `xml:"kept"`
	Event   types.BaseEvent `xml:"event,typeattr"`
}

// openHistory reads the events of earlier processes, and keeps what comes from now on. The making
// of the model is no event of a server that is started.
func (h *eventHistory) openHistory(path string) error {
	h.all, h.key = nil, 0
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	for _, line := range bytes.Split(whole, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var k kept
		d := xml.NewDecoder(bytes.NewReader(line))
		d.TypeFunc = types.TypeFunc()
		if err := d.Decode(&k); err != nil {
			return err
		}
		h.all = append(h.all, k.Event)
		h.key = k.Event.GetEvent().Key
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		return err
	}
	h.file, err = os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	return err
}

func (h *eventHistory) keep(event types.BaseEvent) {
	if h.file == nil {
		return
	}
	line, err := xml.Marshal(kept{Event: event})
	if err == nil {
		_, err = h.file.Write(append(line, '\n'))
	}
	if err != nil {
		log.Fatalf("history: %v", err)
	}
}
