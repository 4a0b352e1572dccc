// SPDX-License-Identifier: LGPL-2.1-or-later

// collector_test.go - versions, pages and what a filter follows

package main

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// steps of the whole inventory, each leading to all.
func inventorySpec(paths string) string {
	steps := []string{"Folder.childEntity", "Datacenter.vmFolder", "Datacenter.hostFolder", "ComputeResource.host",
		"HostSystem.vm", "VirtualMachine.parent"}
	all := ""
	for i := range steps {
		all += fmt.Sprintf("<selectSet><name>s%d</name></selectSet>", i)
	}
	sel := ""
	for i, s := range steps {
		part := strings.Split(s, ".")
		sel += fmt.Sprintf(`<selectSet xsi:type="TraversalSpec"><name>s%d</name><type>%s</type><path>%s</path><skip>false</skip>%s</selectSet>`,
			i, part[0], part[1], all)
	}
	return `<propSet><type>VirtualMachine</type>` + paths + `</propSet><objectSet><obj type="Folder">group-d1</obj><skip>true</skip>` +
		sel + `</objectSet>`
}

func vmSpec(id, paths string) string {
	return `<propSet><type>VirtualMachine</type>` + paths + `</propSet><objectSet><obj type="VirtualMachine">` + id + `</obj></objectSet>`
}

// watcher is a collector of its own with a filter.
type watcher struct {
	*client
	pc      string
	version string
}

func watch(t *testing.T, spec string) *watcher {
	c := newClient(t)
	w := &watcher{client: c}
	w.pc = c.ref("CreatePropertyCollector", "PropertyCollector", "propertyCollector", "")
	c.ok("CreateFilter", "PropertyCollector", w.pc, "<spec>"+spec+"</spec><partialUpdates>false</partialUpdates>")
	return w
}

// longWait: seconds after which what is waited for never comes.
const longWait = 60

var versionTag = regexp.MustCompile(`<version>(\d+)</version>`)

// wait asks for updates; the version moves on when there are any.
func (w *watcher) wait(max int, seconds int) string {
	w.t.Helper()
	text := w.ok("WaitForUpdatesEx", "PropertyCollector", w.pc, w.args(max, seconds))
	if m := versionTag.FindStringSubmatch(text); m != nil {
		w.version = m[1]
	}
	return text
}

func (w *watcher) args(max, seconds int) string {
	options := fmt.Sprintf("<maxWaitSeconds>%d</maxWaitSeconds>", seconds)
	if max > 0 {
		options += fmt.Sprintf("<maxObjectUpdates>%d</maxObjectUpdates>", max)
	}
	return "<version>" + w.version + "</version><options>" + options + "</options>"
}

func objects(text, kind string) int {
	return strings.Count(text, "<objectSet><kind>"+kind+"</kind>")
}

func TestPages(t *testing.T) {
	w := watch(t, inventorySpec("<pathSet>name</pathSet>"))
	n, pages := 0, 0
	for more := true; more; pages++ {
		text := w.wait(7, longWait)
		n += objects(text, "enter")
		more = strings.Contains(text, "<truncated>true</truncated>")
		if objects(text, "enter") > 7 {
			t.Fatalf("a page of %d objects", objects(text, "enter"))
		}
	}
	if n != 20 || pages != 3 {
		t.Errorf("%d objects in %d pages, not 20 in 3", n, pages)
	}
}

func TestVersions(t *testing.T) {
	w := watch(t, inventorySpec("<pathSet>name</pathSet>"))
	first := w.wait(5, longWait)
	v1 := w.version
	w.wait(5, longWait)
	w.version = v1
	w.fails("InvalidCollectorVersion", "", "WaitForUpdatesEx", "PropertyCollector", w.pc, w.args(5, 1))
	w.version = "99999"
	w.fails("InvalidCollectorVersion", "", "WaitForUpdatesEx", "PropertyCollector", w.pc, w.args(5, 1))
	w.version = ""
	if again := w.wait(5, longWait); again != first && objects(again, "enter") != 5 {
		t.Errorf("an empty version does not begin anew: %s", again)
	}
}

// A reply that was lost comes again, and what changed meanwhile with it.
func TestLostReply(t *testing.T) {
	id, sibling := vm(0), vm(1)
	w := watch(t, inventorySpec("<pathSet>name</pathSet>"))
	w.wait(0, longWait)
	at := w.version
	w.ok("Rename_Task", "VirtualMachine", id, "<newName>lost-1</newName>")
	if text := w.wait(0, longWait); !strings.Contains(text, "lost-1") {
		t.Fatalf("no news of the new name: %s", text)
	}
	w.version = at
	w.ok("Rename_Task", "VirtualMachine", sibling, "<newName>lost-2</newName>")
	text := w.wait(1, longWait)
	for i := 0; i < 5 && !strings.Contains(text, "lost-2"); i++ {
		text += w.wait(1, longWait)
	}
	if !strings.Contains(text, "lost-1") || !strings.Contains(text, "lost-2") {
		t.Errorf("the second reply lacks what the first told: %s", text)
	}
	if text := w.wait(0, 0); strings.Contains(text, "objectSet") {
		t.Errorf("told twice: %s", text)
	}
	w.ok("Rename_Task", "VirtualMachine", id, "<newName>DC0_H0_VM0</newName>")
	w.ok("Rename_Task", "VirtualMachine", sibling, "<newName>DC0_H0_VM1</newName>")
	// Until they have their names again, which other tests would take for news.
	for text := ""; !strings.Contains(text, ">DC0_H0_VM0<") || !strings.Contains(text, ">DC0_H0_VM1<"); {
		text += w.wait(0, longWait)
	}
}

func TestOnlyWhatChanged(t *testing.T) {
	id := vm(2)
	w := watch(t, vmSpec(id, "<pathSet>name</pathSet><pathSet>runtime.powerState</pathSet><pathSet>snapshot</pathSet>"))
	if text := w.wait(0, longWait); strings.Contains(text, "<name>snapshot</name>") {
		t.Errorf("an unset property in an enter: %s", text)
	}
	w.ok("SuspendVM_Task", "VirtualMachine", id, "")
	text := w.wait(0, longWait)
	if objects(text, "modify") != 1 || strings.Count(text, "<changeSet>") != 1 ||
		!strings.Contains(text, `<val xsi:type="VirtualMachinePowerState">suspended</val>`) {
		t.Errorf("not just the power state: %s", text)
	}
}

func TestEnterAndLeave(t *testing.T) {
	w := watch(t, inventorySpec("<pathSet>name</pathSet><pathSet>parent</pathSet>"))
	w.wait(0, longWait)
	id := vm(3)
	w.ok("PowerOffVM_Task", "VirtualMachine", id, "")
	folder := entity("vm")
	sub := w.ref("CreateFolder", "Folder", folder, "<name>sub</name>")
	w.ok("MoveIntoFolder_Task", "Folder", sub, `<list type="VirtualMachine">`+id+`</list>`)
	text := w.wait(0, longWait)
	if objects(text, "modify") != 1 || objects(text, "enter") != 0 || objects(text, "leave") != 0 {
		t.Errorf("a move is no modify of parent: %s", text)
	}
	testAwait(t, func() bool {
		return strings.Contains(w.ok("RetrievePropertiesEx", "PropertyCollector", "propertyCollector",
			"<specSet>"+vmSpec(id, "<pathSet>runtime.powerState</pathSet>")+"</specSet><options/>"), "poweredOff")
	})
	w.ok("Destroy_Task", "VirtualMachine", id, "")
	text = w.wait(0, longWait)
	if objects(text, "leave") != 1 {
		t.Errorf("a destroyed VM does not leave: %s", text)
	}
	if text := w.wait(0, 0); strings.Contains(text, "objectSet") {
		t.Errorf("told twice: %s", text)
	}
}

// testAwait looks until it is true, or for so long that it never will be.
func testAwait(t *testing.T, f func() bool) {
	t.Helper()
	for began := time.Now(); !f(); runtime.Gosched() {
		if time.Since(began) > longWait*time.Second {
			t.Fatal("never came true")
		}
	}
}

func TestUnreadable(t *testing.T) {
	id := vm(4)
	w := watch(t, vmSpec(id, "<pathSet>name</pathSet><pathSet>config.annotation</pathSet>"))
	w.wait(0, longWait)
	ref := moref{Type: "VirtualMachine", Value: id}
	testWorld.do(func() { testWorld.deny(ref, "config", true) })
	if text := w.wait(0, longWait); !strings.Contains(text, "<missingSet><path>config.annotation</path>") {
		t.Errorf("no missingSet: %s", text)
	}
	testWorld.do(func() { testWorld.deny(ref, "config", false) })
	if text := w.wait(0, longWait); !strings.Contains(text, "<changeSet><name>config.annotation</name>") {
		t.Errorf("not readable again: %s", text)
	}
}

func TestCancel(t *testing.T) {
	w := watch(t, vmSpec(vm(5), "<pathSet>name</pathSet>"))
	w.wait(0, longWait)
	done := make(chan string)
	go func() {
		_, text := w.call("WaitForUpdatesEx", "PropertyCollector", w.pc, w.args(0, longWait))
		done <- text
	}()
	waiting := func() (yes bool) {
		testWorld.do(func() {
			for _, s := range testWorld.sessions {
				if c := s.collectors[moref{Type: "PropertyCollector", Value: w.pc}]; c != nil && c.waiter != nil {
					yes = true
				}
			}
		})
		return yes
	}
	testAwait(t, waiting)
	w.ok("CancelWaitForUpdates", "PropertyCollector", w.pc, "")
	if text := <-done; !strings.Contains(text, `xsi:type="RequestCanceled"`) {
		t.Errorf("not cancelled: %s", text)
	}
}

func TestTokens(t *testing.T) {
	c := newClient(t)
	get := func(text string) (int, string) {
		m := regexp.MustCompile(`<token>([^<]*)</token>`).FindStringSubmatch(text)
		if m == nil {
			m = []string{"", ""}
		}
		return strings.Count(text, "<objects>"), m[1]
	}
	n, token := get(c.ok("RetrievePropertiesEx", "PropertyCollector", "propertyCollector",
		"<specSet>"+inventorySpec("<pathSet>name</pathSet>")+"</specSet><options><maxObjects>8</maxObjects></options>"))
	if n != 8 || token == "" {
		t.Fatalf("%d objects and token %q", n, token)
	}
	used := token
	total := n
	for token != "" {
		n, token = get(c.ok("ContinueRetrievePropertiesEx", "PropertyCollector", "propertyCollector", "<token>"+token+"</token>"))
		total += n
	}
	if total < 19 || total > 20 { // one VM may be destroyed by now
		t.Errorf("%d objects", total)
	}
	c.fails("InvalidProperty", "token", "ContinueRetrievePropertiesEx", "PropertyCollector", "propertyCollector", "<token>"+used+"</token>")
}

// Fetch gives what RetrieveProperties would, an array as its items.
func TestFetch(t *testing.T) {
	c := newClient(t)
	id := vm(5)
	for path, want := range map[string]string{
		"name":         ">DC0_H0_VM5</returnval>",
		"runtime.host": `<returnval type="HostSystem"`,
		"datastore":    `<returnval type="Datastore"`,
		"snapshot":     "Response xmlns=\"urn:vim25\"></FetchResponse>",
	} {
		if text := c.ok("Fetch", "VirtualMachine", id, "<prop>"+path+"</prop>"); !strings.Contains(text, want) {
			t.Errorf("%s: %s", path, text)
		}
	}
	c.fails("InvalidProperty", "bogus", "Fetch", "VirtualMachine", id, "<prop>bogus</prop>")
	c.fails("ManagedObjectNotFound", "vm-0", "Fetch", "VirtualMachine", "vm-0", "<prop>name</prop>")
	ref := moref{Type: "VirtualMachine", Value: id}
	testWorld.do(func() { testWorld.deny(ref, "config", true) })
	c.fails("NoPermission", "", "Fetch", "VirtualMachine", id, "<prop>config.annotation</prop>")
	testWorld.do(func() { testWorld.deny(ref, "config", false) })
}

// An object that only a cycle of references holds has to leave.
func TestCycle(t *testing.T) {
	a, b := moref{Type: "Folder", Value: "group-d1"}, moref{Type: "Datacenter", Value: entity("DC0")}
	next := &traversal{kind: "Folder", steps: []string{"childEntity"}}
	up := &traversal{kind: "ManagedEntity", steps: []string{"parent"}}
	next.next, up.next = []*traversal{next, up}, []*traversal{next, up}
	gone := map[moref]bool{}
	testWorld.do(func() {
		g := newGraph(testWorld, nil, defaultAPI, []root{{ref: a, skip: true, next: []*traversal{next, up}}},
			func(ref moref, in bool) { gone[ref] = !in })
		if g.count[b] != 1 || g.count[a] != 1 {
			t.Errorf("counts %d and %d", g.count[a], g.count[b])
		}
		g.roots = nil
		g.suspect = true
		g.settle()
	})
	if !gone[a] || !gone[b] {
		t.Errorf("still there: %v", gone)
	}
}
