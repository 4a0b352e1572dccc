// SPDX-License-Identifier: LGPL-2.1-or-later

// decode_test.go - requests that a real server refuses

package main

import (
	"strings"
	"testing"
)

func TestOrder(t *testing.T) {
	c := newClient(t)
	id := vm(6)
	pc := "propertyCollector"
	for _, r := range []struct{ word, method, kind, id, args string }{
		{"bogus", "PowerOffVM_Task", "VirtualMachine", id, "<bogus/>"},
		{`tag &quot;name&quot;`, "ReconfigVM_Task", "VirtualMachine", id, "<spec><annotation>x</annotation><name>y</name></spec>"},
		{"VirtualMachineConfigSpec", "ReconfigVM_Task", "VirtualMachine", id, "<spec><numCPUs>1</numCPUs><numCPUs>2</numCPUs></spec>"},
		{"partialUpdates", "CreateFilter", "PropertyCollector", pc, "<spec/>"},
		{"options", "RetrievePropertiesEx", "PropertyCollector", pc, ""},
		{"newName", "Rename_Task", "VirtualMachine", id, ""},
		{"TraversalSpec", "CreateFilter", "PropertyCollector", pc, `<spec><objectSet><obj type="Folder">group-d1</obj>` +
			`<selectSet xsi:type="TraversalSpec"><type>Folder</type><path>childEntity</path><name>x</name></selectSet></objectSet></spec><partialUpdates>0</partialUpdates>`},
		{"SelectionSpec", "CreateFilter", "PropertyCollector", pc, `<spec><objectSet><obj type="Folder">group-d1</obj>` +
			`<selectSet><name>x</name><type>Folder</type></selectSet></objectSet></spec><partialUpdates>0</partialUpdates>`},
		{"maybe", "CreateFilter", "PropertyCollector", pc, "<spec/><partialUpdates>maybe</partialUpdates>"},
		{"numCPUs", "ReconfigVM_Task", "VirtualMachine", id, "<spec><numCPUs>two</numCPUs></spec>"},
		{"type attribute", "PowerOnVM_Task", "VirtualMachine", id, "<host>host-1</host>"},
		{"NoSuchMethod", "NoSuchMethod", "VirtualMachine", id, ""},
	} {
		c.fails("InvalidRequest", r.word, r.method, r.kind, r.id, r.args)
	}
	c.ok("CreateFilter", "PropertyCollector", pc, "<spec/><partialUpdates>false</partialUpdates>")
}

func TestNamespace(t *testing.T) {
	c := newClient(t)
	for _, body := range []string{
		`<CurrentTime><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>`,
		`<CurrentTime xmlns="urn:vim25"><_this xmlns="" type="ServiceInstance">ServiceInstance</_this></CurrentTime>`,
	} {
		if status, text := c.post(body); status != 500 || !strings.Contains(text, `xsi:type="InvalidRequest"`) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	// Any prefix will do.
	if status, text := c.post(`<v:CurrentTime xmlns:v="urn:vim25"><v:_this type="ServiceInstance">ServiceInstance</v:_this></v:CurrentTime>`); status != 200 {
		t.Errorf("prefixed: %s", text)
	}
}

// A call is made in the version that its SOAPAction names; none is 2.5.
func TestCallVersion(t *testing.T) {
	c := newClient(t)
	wait := func() (int, string) {
		return c.call("CreatePropertyCollector", "PropertyCollector", "propertyCollector", "")
	}
	for action, want := range map[string]int{"urn:vim25/6.5": 200, `"urn:vim25/4.1"`: 200, "urn:vim25/9.9": 200,
		"urn:vim25/4.0": 500, "urn:vim25": 500, "": 500} {
		c.action = action
		if status, text := wait(); status != want {
			t.Errorf("SOAPAction %q: %d %s", action, status, text)
		}
	}
	c.action = "urn:vim25/2.5"
	if status, text := c.call("ReconfigVM_Task", "VirtualMachine", vm(6), "<spec><firmware>efi</firmware></spec>"); status != 500 {
		t.Errorf("a field newer than the call: %s", text)
	}
	c.fails("InvalidProperty", "datastoreFolder", "CreateFilter", "PropertyCollector", "propertyCollector",
		`<spec><propSet><type>Datacenter</type><pathSet>datastoreFolder</pathSet></propSet></spec><partialUpdates>false</partialUpdates>`)
	text := c.ok("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "")
	if strings.Contains(text, "datastoreNamespaceManager") || !strings.Contains(text, "<rootFolder") {
		t.Errorf("the reply is not in the version of the call: %s", text)
	}
}

func TestPaths(t *testing.T) {
	c := newClient(t)
	for _, path := range []string{"bogus", "config.hardware.device.key", "config.bogus", "name.x", "parent.name", "config.hardware.device[2000]"} {
		c.fails("InvalidProperty", "<name>"+path, "CreateFilter", "PropertyCollector", "propertyCollector",
			`<spec>`+vmSpec(vm(6), "<pathSet>"+path+"</pathSet>")+`</spec><partialUpdates>false</partialUpdates>`)
	}
}
