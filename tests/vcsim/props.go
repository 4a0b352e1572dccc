// SPDX-License-Identifier: LGPL-2.1-or-later

// props.go - properties by their paths
//
// Exists so that a path is checked once against the declared types, as real
// servers do when a filter is made, and read fast ever after. Promises: unset
// and unreadable are different answers.

package main

import (
	"reflect"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// denial: a property that must not be read; an empty ref stands for all objects.
type denial struct {
	ref  moref
	path string
}

var moTypes = listTypes(mo.ClusterComputeResource{}, mo.ComputeResource{}, mo.ContainerView{}, mo.Datacenter{},
	mo.Datastore{}, mo.DistributedVirtualPortgroup{}, mo.DistributedVirtualSwitch{}, mo.EnvironmentBrowser{},
	mo.EventHistoryCollector{}, mo.EventManager{}, mo.FileManager{}, mo.Folder{}, mo.HostAutoStartManager{}, mo.HttpNfcLease{},
	mo.HostDatastoreBrowser{}, mo.HostDatastoreSystem{}, mo.HostNetworkSystem{}, mo.HostStorageSystem{},
	mo.HostSystem{}, mo.HistoryCollector{}, mo.ListView{}, mo.ManagedEntity{}, mo.Network{}, mo.OpaqueNetwork{},
	mo.PerformanceManager{}, mo.PropertyCollector{}, mo.PropertyFilter{}, mo.ResourcePool{}, mo.SearchIndex{},
	mo.ServiceInstance{}, mo.SessionManager{}, mo.StoragePod{}, mo.Task{}, mo.TaskManager{}, mo.View{},
	mo.ManagedObjectView{}, mo.ViewManager{}, mo.VirtualApp{}, mo.VirtualDiskManager{}, mo.VirtualMachine{},
	mo.VirtualMachineSnapshot{}, mo.VmwareDistributedVirtualSwitch{}, mo.LicenseManager{}, mo.AuthorizationManager{},
	mo.HostFirewallSystem{}, mo.OptionManager{}, mo.CustomFieldsManager{}, mo.ExtensibleManagedObject{},
	mo.ExtensionManager{}, mo.AlarmManager{}, mo.Alarm{}, mo.ScheduledTaskManager{}, mo.InventoryView{},
	mo.HostVMotionSystem{}, mo.HostServiceSystem{}, mo.HostDateTimeSystem{}, mo.HostVirtualNicManager{},
	mo.HostCpuSchedulerSystem{}, mo.HostMemorySystem{}, mo.HostDiagnosticSystem{}, mo.HostPatchManager{})

func listTypes(values ...interface{}) map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, v := range values {
		t := reflect.TypeOf(v)
		m[t.Name()] = t
	}
	return m
}

// moBases: the classes that each managed object class extends; graphs ask at each step.
var moBases = func() map[string]map[string]bool {
	m := map[string]map[string]bool{}
	for kind, t := range moTypes {
		m[kind] = map[string]bool{}
		addBases(m[kind], t)
	}
	return m
}()

func addBases(bases map[string]bool, t reflect.Type) {
	for i := 0; i < t.NumField(); i++ {
		if f := t.Field(i); f.Anonymous {
			bases[f.Name] = true
			addBases(bases, f.Type)
		}
	}
}

// isA: whether a managed object class is or extends another.
func isA(kind, base string) bool { return kind == base || moBases[kind][base] }

// stepKey and fields: the index of a field by its wire name, cached.
type stepKey struct {
	t    reflect.Type
	name string
}

var stepCache sync.Map // stepKey -> []int

func tagName(f reflect.StructField) string {
	if name := f.Tag.Get("mo"); name != "" {
		return name
	}
	return strings.SplitN(f.Tag.Get("xml"), ",", 2)[0]
}

// step finds a field, an object's own before those of its base classes.
func step(t reflect.Type, name string) []int {
	key := stepKey{t, name}
	if ix, ok := stepCache.Load(key); ok {
		return ix.([]int)
	}
	ix := findStep(t, name)
	stepCache.Store(key, ix)
	return ix
}

func findStep(t reflect.Type, name string) []int {
	if t.Kind() != reflect.Struct || t == timeType || t == morefType {
		return nil
	}
	for i := 0; i < t.NumField(); i++ {
		if f := t.Field(i); !f.Anonymous && tagName(f) == name {
			return []int{i}
		}
	}
	for i := 0; i < t.NumField(); i++ {
		if f := t.Field(i); f.Anonymous {
			if ix := findStep(f.Type, name); ix != nil {
				return append([]int{i}, ix...)
			}
		}
	}
	return nil
}

// declared walks a path by the declared types alone; nil if it leads nowhere.
func declared(kind, path string, api apiVersion) reflect.Type {
	t, ok := moTypes[kind]
	if !ok || typeSince(kind) > api {
		return nil
	}
	owner := kind
	for _, name := range strings.Split(path, ".") {
		for t.Kind() == reflect.Ptr {
			t = t.Elem()
		}
		if base, ok := baseStruct(t); ok {
			t, owner = base, base.Name()
		}
		ix := step(t, name)
		if ix == nil || fieldSince(owner, name) > api {
			return nil
		}
		t = t.FieldByIndex(ix).Type
		for t.Kind() == reflect.Ptr {
			t = t.Elem()
		}
		owner = t.Name()
	}
	return t
}

// read follows a path into an object; false: unset.
func read(v reflect.Value, path []string) (reflect.Value, bool) {
	for _, name := range path {
		for v.Kind() == reflect.Ptr || v.Kind() == reflect.Interface {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		ix := step(v.Type(), name)
		if ix == nil {
			return v, false
		}
		for _, i := range ix {
			v = v.Field(i)
		}
	}
	return v, !unset(v, len(path) == 1)
}

// unset: arrays that belong to the object itself are empty, never unset.
func unset(v reflect.Value, top bool) bool {
	switch v.Kind() {
	case reflect.Ptr, reflect.Interface:
		return v.IsNil()
	case reflect.Slice:
		return !top && v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return v.Type() == morefType && v.Interface().(moref).Value == ""
}

// property is a path made ready.
type property struct {
	path  string
	steps []string
}

func makeProperty(path string) property { return property{path, strings.Split(path, ".")} }

// val reads one property as the element <val>; nil: unset. The fault says why
// it cannot be read.
func (w *world) val(obj mo.Reference, v reflect.Value, p *property, api apiVersion) ([]byte, types.BaseMethodFault) {
	ref := obj.Reference()
	if len(w.denied) != 0 && w.isDenied(ref, p.steps) {
		return nil, &types.NoPermission{Object: ref, PrivilegeId: "System.Read"}
	}
	if vm, ok := obj.(*simulator.VirtualMachine); ok && p.steps[0] == "layoutEx" {
		layout(vm)
	}
	field, ok := read(v, p.steps)
	if !ok {
		return nil, nil
	}
	e := encoder{api: api}
	e.any("val", field)
	return e.Bytes(), nil
}

// isDenied: a property is as unreadable as the ones it is part of.
func (w *world) isDenied(ref moref, steps []string) bool {
	for n := len(steps); n > 0; n-- {
		path := strings.Join(steps[:n], ".")
		if w.denied[denial{ref, path}] || w.denied[denial{path: path}] {
			return true
		}
	}
	return false
}

// propertiesOf gives what a list of PropertySpecs selects of one class.
func propertiesOf(kind string, specs []types.PropertySpec) ([]property, bool) {
	var props []property
	seen := map[string]bool{}
	match := false
	for _, spec := range specs {
		if !isA(kind, spec.Type) {
			continue
		}
		match = true
		paths := spec.PathSet
		if spec.All != nil && *spec.All {
			paths = allPaths(kind)
		}
		for _, path := range paths {
			if !seen[path] {
				seen[path] = true
				props = append(props, makeProperty(path))
			}
		}
	}
	return props, match
}

func allPaths(kind string) []string {
	t, ok := moTypes[kind]
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	var paths []string
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		for i := 0; i < t.NumField(); i++ {
			f := t.Field(i)
			if f.Anonymous {
				walk(f.Type)
			} else if name := f.Tag.Get("mo"); name != "" && !seen[name] {
				seen[name] = true
				paths = append(paths, name)
			}
		}
	}
	walk(t)
	return paths
}

func unknownProperty(kind, path string) *fault {
	return &fault{&types.InvalidProperty{Name: path}, "The property " + path + " of " + kind + " could not be found."}
}

// checkSpec refuses a filter that a real server would refuse.
func checkSpec(spec *types.PropertyFilterSpec, api apiVersion) *fault {
	for _, ps := range spec.PropSet {
		if _, ok := moTypes[ps.Type]; !ok || typeSince(ps.Type) > api {
			return invalid("Unable to resolve WSDL type name %s", ps.Type)
		}
		for _, path := range ps.PathSet {
			if declared(ps.Type, path, api) == nil {
				return unknownProperty(ps.Type, path)
			}
		}
	}
	return nil
}
