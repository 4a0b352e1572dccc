// SPDX-License-Identifier: LGPL-2.1-or-later

// plan.go - the schema, read once from govmomi's Go types
//
// Exists so that encoding, decoding and the order check share one view of a
// vim25 type: its elements in the order of the schema (those of a base class
// before its own), which of them are required, and since which API version
// they exist.  Everything is cached by type; any goroutine.

package main

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

var (
	timeType  = reflect.TypeOf(time.Time{})
	morefType = reflect.TypeOf(types.ManagedObjectReference{})
	vimTypes  = types.TypeFunc()
	planCache sync.Map // reflect.Type -> *plan
)

type planField struct {
	name     string
	index    []int
	typ      reflect.Type
	omit     bool // minOccurs=0 and a zero value means absent
	required bool
	typeattr bool
	since    apiVersion
}

// alwaysSent: optional numbers that real servers send even when they are 0,
// which the Go types cannot tell from absent.
var alwaysSent = map[string]bool{
	"VirtualMachineQuickStats": true, "HostListSummaryQuickStats": true, "ChoiceOption.defaultIndex": true,
	"FileInfo.fileSize": true, "DatastoreSummary.uncommitted": true, "VirtualMachineConfigSummary.cpuReservation": true,
	"VirtualMachineConfigSummary.memoryReservation": true, "VirtualMachineConfigSummary.numEthernetCards": true,
	"VirtualMachineConfigSummary.numVirtualDisks": true,
}

type plan struct {
	name    string
	fields  []planField
	byName  map[string]int
	isArray bool // ArrayOfX: the items get an xsi:type each, as real servers do
}

// typeByName finds a vim25 type by the local part of its name.
func typeByName(name string) (reflect.Type, bool) {
	return vimTypes(name)
}

func planOf(t reflect.Type) *plan {
	if p, ok := planCache.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{name: schemaName(t), byName: map[string]int{}}
	p.collect(t, nil)
	for i, f := range p.fields {
		p.byName[f.name] = i
	}
	p.isArray = strings.HasPrefix(p.name, "ArrayOf") && len(p.fields) == 1
	planCache.Store(t, p)
	return p
}

func (p *plan) collect(t reflect.Type, prefix []int) {
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		index := append(append([]int{}, prefix...), i)
		if f.Anonymous {
			p.collect(f.Type, index)
			continue
		}
		tag := strings.Split(f.Tag.Get("xml"), ",")
		if tag[0] == "" || tag[0] == "-" {
			continue
		}
		pf := planField{name: tag[0], index: index, typ: f.Type}
		for _, opt := range tag[1:] {
			pf.omit = pf.omit || opt == "omitempty"
			pf.typeattr = pf.typeattr || opt == "typeattr"
		}
		k := f.Type.Kind()
		pf.required = !pf.omit && k != reflect.Ptr && k != reflect.Slice && k != reflect.Interface
		pf.omit = pf.omit && !alwaysSent[schemaName(t)] && !alwaysSent[schemaName(t)+"."+pf.name]
		pf.since = fieldSince(schemaName(t), pf.name)
		p.fields = append(p.fields, pf)
	}
}

// schemaName is the name a type has on the wire.
func schemaName(t reflect.Type) string {
	return strings.TrimSuffix(t.Name(), "RequestType")
}

// baseStruct gives the struct behind one of govmomi's BaseX interfaces.
func baseStruct(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() != reflect.Interface || !strings.HasPrefix(t.Name(), "Base") {
		return nil, false
	}
	return typeByName(strings.TrimPrefix(t.Name(), "Base"))
}
