// SPDX-License-Identifier: LGPL-2.1-or-later

// edit.go - changes that no method of the API makes
//
// Exists so that tests can bring about what happens to real inventories by
// itself: a VM that loses its host, a question, a name with an escaped slash,
// a property that may not be read. Steered by control.go; the world is held.

package main

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// findObject takes an id, or a name that only one entity has.
func findObject(name string) (mo.Reference, error) {
	var found []mo.Reference
	for _, e := range simulator.Map.All("") {
		if e.Reference().Value == name {
			return e, nil
		}
		if entityName(e.Reference()) == name {
			found = append(found, e)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return nil, fmt.Errorf("%d objects have the id or name %q", len(found), name)
}

// setProperty assigns text, or the XML of one or (for an array) several <val>
// elements; an empty body unsets.
func (w *world) setProperty(obj mo.Reference, path, text string) error {
	field, err := reach(moValue(obj), strings.Split(path, "."))
	if err != nil {
		return err
	}
	fresh := reflect.New(field.Type()).Elem()
	if text != "" {
		if !strings.HasPrefix(strings.TrimSpace(text), "<") {
			e := &encoder{}
			e.simple("val", text)
			text = e.String()
		}
		if err := decodeVals(fresh, text); err != nil {
			return err
		}
	}
	w.touchAround(obj.Reference())
	field.Set(fresh)
	w.agree(obj, path)
	w.touchAround(obj.Reference())
	return nil
}

// reach follows a path and makes what it leads through.
func reach(v reflect.Value, steps []string) (reflect.Value, error) {
	for _, name := range steps {
		if v.Kind() == reflect.Interface && !v.IsNil() {
			v = v.Elem()
		}
		if v.Kind() == reflect.Ptr {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		ix := []int(nil)
		if v.Kind() == reflect.Struct {
			ix = step(v.Type(), name)
		}
		if ix == nil {
			return v, fmt.Errorf("%s: no such property", name)
		}
		v = v.FieldByIndex(ix)
	}
	return v, nil
}

func decodeVals(field reflect.Value, text string) error {
	doc := `<set xmlns="` + nsVim + `" xmlns:xsi="` + nsXSI + `" xmlns:xsd="http://www.w3.org/2001/XMLSchema">` + text + `</set>`
	d := &decoder{xml.NewDecoder(strings.NewReader(doc)), defaultAPI}
	if _, err := d.Token(); err != nil {
		return err
	}
	p := &planField{typ: field.Type()}
	for {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if f := d.field(field, p, tok, &plan{name: "the control"}); f != nil {
				return fmt.Errorf("%s", f.message)
			}
		}
	}
}

// agree makes the other places that say the same say it too.
func (w *world) agree(obj mo.Reference, path string) {
	if ref := obj.Reference(); path == "name" && isA(ref.Type, "Network") {
		obj.(mo.Entity).Entity().Name = entityName(ref)
	}
	vm := vmOf(obj.Reference())
	if vm == nil {
		return
	}
	switch {
	case path == "name":
		vm.Summary.Config.Name = vm.Name
		if vm.Config != nil {
			vm.Config.Name = vm.Name
		}
	case path == "config.template":
		vm.Summary.Config.Template = vm.Config.Template
	case strings.HasPrefix(path, "runtime"):
		vm.Summary.Runtime = vm.Runtime
	case strings.HasPrefix(path, "summary.runtime"):
		vm.Runtime = vm.Summary.Runtime
	}
	if strings.HasPrefix(path, "config") && path != "config.changeVersion" {
		w.configChanged(vm)
	}
	w.relink(vm)
}

// relink puts the VM on the lists of where it is, and takes it off all others.
func (w *world) relink(vm *simulator.VirtualMachine) {
	for _, e := range simulator.Map.All("") {
		ref := e.Reference()
		switch o := e.(type) {
		case *simulator.HostSystem:
			w.list(ref, &o.Vm, vm, vm.Runtime.Host != nil && *vm.Runtime.Host == ref)
		case *simulator.ResourcePool:
			w.list(ref, &o.Vm, vm, vm.ResourcePool != nil && *vm.ResourcePool == ref)
		case *simulator.VirtualApp:
			w.list(ref, &o.Vm, vm, vm.ResourcePool != nil && *vm.ResourcePool == ref)
		case *simulator.Datastore:
			w.list(ref, &o.Vm, vm, simulator.FindReference(vm.Datastore, ref) != nil)
		}
	}
}

func (w *world) list(owner moref, list *[]moref, vm *simulator.VirtualMachine, in bool) {
	if (simulator.FindReference(*list, vm.Self) != nil) == in {
		return
	}
	*list = without(*list, vm.Self)
	if in {
		*list = append(*list, vm.Self)
	}
	w.touch(owner)
}

// intoApp puts a VM into a vApp of its pool, which is made if need be: it then
// has no parent, as on a real server.
func (w *world) intoApp(vm *simulator.VirtualMachine, name string) error {
	if vm.ResourcePool == nil {
		return fmt.Errorf("a template can be in no vApp")
	}
	pool, ok := simulator.Map.Get(*vm.ResourcePool).(*simulator.ResourcePool)
	if !ok {
		return fmt.Errorf("%s is in a vApp already", vm.Name)
	}
	var app *simulator.VirtualApp
	for _, ref := range pool.ResourcePool.ResourcePool {
		if a, ok := simulator.Map.Get(ref).(*simulator.VirtualApp); ok && a.Name == name {
			app = a
		}
	}
	if app == nil {
		body := pool.CreateVApp(&types.CreateVApp{This: pool.Self, Name: name,
			ResSpec: types.DefaultResourceConfigSpec(), ConfigSpec: simulator.NewVAppConfigSpec(), VmFolder: vm.Parent})
		if f := body.Fault(); f != nil {
			return fmt.Errorf("%s", f.String)
		}
		refs := pool.ResourcePool.ResourcePool
		app = simulator.Map.Get(refs[len(refs)-1]).(*simulator.VirtualApp)
		app.Name = name
	}
	state := types.VirtualAppVAppStateStopped
	if vm.Runtime.PowerState == on {
		state = types.VirtualAppVAppStateStarted
	}
	w.appState(app, state, false)
	w.putVM(vm, &app.VirtualApp.ResourcePool)
	w.touch(pool.Self, app.Self, vm.Self)
	return nil
}

// deny makes a property unreadable, or readable again; ref may be empty: of all.
func (w *world) deny(ref moref, path string, denied bool) {
	if denied {
		w.denied[denial{ref, path}] = true
	} else {
		delete(w.denied, denial{ref, path})
	}
	for _, e := range simulator.Map.All("") {
		if ref.Value == "" || e.Reference() == ref {
			w.touch(e.Reference())
		}
	}
}
