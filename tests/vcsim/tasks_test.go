// SPDX-License-Identifier: LGPL-2.1-or-later

// tasks_test.go - the life of a task, and misbehaviour by count

package main

import (
	"net/url"
	"strings"
	"testing"
)

// taskTime sets the time that tasks of a method take, and gives what sets it back.
func taskTime(method string, ms int) (restore func()) {
	testWorld.do(func() {
		before := testWorld.opt.taskTimes[method]
		testWorld.opt.taskTimes[method] = ms
		restore = func() { testWorld.do(func() { testWorld.opt.taskTimes[method] = before }) }
	})
	return restore
}

func TestCancelledTaskChangesNothing(t *testing.T) {
	id := vm(7)
	defer taskTime("PowerOffVM_Task", 3600000)()
	w := watch(t, vmSpec(id, "<pathSet>runtime.powerState</pathSet>"))
	w.wait(0, longWait)
	task := w.ref("PowerOffVM_Task", "VirtualMachine", id, "")
	list := w.ref("CreateListView", "ViewManager", "ViewManager", `<obj type="Task">`+task+`</obj>`)
	w.ok("CreateFilter", "PropertyCollector", w.pc, `<spec><propSet><type>Task</type><pathSet>info.state</pathSet>`+
		`<pathSet>info.error</pathSet></propSet><objectSet><obj type="ListView">`+list+`</obj><skip>true</skip>`+
		`<selectSet xsi:type="TraversalSpec"><type>ListView</type><path>view</path><skip>false</skip></selectSet></objectSet></spec>`+
		`<partialUpdates>false</partialUpdates>`)
	w.fails("TaskInProgress", task, "PowerOffVM_Task", "VirtualMachine", id, "")
	w.ok("CancelTask", "Task", task, "")
	text := ""
	for i := 0; i < 5 && !strings.Contains(text, "RequestCanceled"); i++ {
		text += w.wait(0, longWait)
		if strings.Contains(text, "poweredOff") {
			t.Fatalf("cancelled, yet done: %s", text)
		}
	}
	if !strings.Contains(text, "RequestCanceled") {
		t.Errorf("not cancelled: %s", text)
	}
	w.fails("InvalidState", "", "CancelTask", "Task", task, "")
}

func TestPowerFaults(t *testing.T) {
	c := newClient(t)
	c.fails("InvalidPowerState", "<existingState>poweredOn</existingState>", "PowerOnVM_Task", "VirtualMachine", vm(8), "")
	c.fails("ManagedObjectNotFound", "vm-0", "PowerOnVM_Task", "VirtualMachine", "vm-0", "")
}

func TestNthReply(t *testing.T) {
	c := newClient(t)
	r, err := newRule(url.Values{"what": {"fault"}, "fault": {"NoPermission"}, "method": {"CurrentTime"}, "n": {"2"}, "times": {"2"}})
	if err != nil {
		t.Fatal(err)
	}
	testFront.faults.add(r)
	defer testFront.faults.clear()
	got := ""
	for i := 0; i < 4; i++ {
		if status, _ := c.call("CurrentTime", "ServiceInstance", "ServiceInstance", ""); status == 200 {
			got += "+"
		} else {
			got += "-"
		}
	}
	if got != "+--+" {
		t.Errorf("calls went %s, not +--+", got)
	}
	if r.Hits != 2 {
		t.Errorf("%d hits", r.Hits)
	}
}

func TestNoSession(t *testing.T) {
	c := newClient(t)
	c.fails("InvalidLogin", "", "Login", "SessionManager", "SessionManager", "<userName>u</userName><password>p</password>")
	c.ok("Logout", "SessionManager", "SessionManager", "")
	c.fails("NotAuthenticated", "", "PowerOnVM_Task", "VirtualMachine", vm(8), "")
	spec := `<specSet><propSet><type>SessionManager</type><pathSet>currentSession</pathSet></propSet>` +
		`<objectSet><obj type="SessionManager">SessionManager</obj></objectSet></specSet>`
	if text := c.ok("RetrieveProperties", "PropertyCollector", "propertyCollector", spec); strings.Contains(text, "propSet") {
		t.Errorf("a session after logout: %s", text)
	}
}
