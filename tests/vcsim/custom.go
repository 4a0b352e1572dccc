// SPDX-License-Identifier: LGPL-2.1-or-later

// custom.go - custom attributes
//
// Exists because the simulator adds a value at each SetField and never takes one away, and
// counts keys from 0. Sources: REF CustomFieldsManager (AddCustomFieldDef: DuplicateName;
// SetField: InvalidArgument for an object that the field is not for; RemoveCustomFieldDef
// drops all values); an empty value is none, as vSphere's own clients clear one.

package main

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const firstFieldKey = 101

func fieldsManager(c *call) *simulator.CustomFieldsManager {
	m, _ := simulator.Map.Get(c.this).(*simulator.CustomFieldsManager)
	return m
}

func addField(c *call) (interface{}, *fault) {
	m, req := fieldsManager(c), c.req.(*types.AddCustomFieldDef)
	if m == nil {
		return nil, notFound(c.this)
	}
	key := int32(firstFieldKey)
	for _, f := range m.Field {
		if f.Name == req.Name && (f.ManagedObjectType == "" || req.MoType == "" || f.ManagedObjectType == req.MoType) {
			d := &types.DuplicateName{Name: req.Name, Object: m.Self}
			return nil, &fault{d, messageOf(d, "")}
		}
		if f.Key >= key {
			key = f.Key + 1
		}
	}
	def := types.CustomFieldDef{Key: key, Name: req.Name, Type: "string", ManagedObjectType: req.MoType}
	m.Field = append(m.Field, def)
	c.w.touch(m.Self)
	return &types.AddCustomFieldDefResponse{Returnval: def}, nil
}

func removeField(c *call) (interface{}, *fault) {
	m, req := fieldsManager(c), c.req.(*types.RemoveCustomFieldDef)
	if m == nil {
		return nil, notFound(c.this)
	}
	for i, f := range m.Field {
		if f.Key == req.Key {
			m.Field = append(append([]types.CustomFieldDef{}, m.Field[:i]...), m.Field[i+1:]...)
			for _, e := range simulator.Map.All("") {
				if o, ok := e.(mo.Entity); ok {
					c.w.setValue(o, req.Key, "")
				}
			}
			c.w.touch(m.Self)
			return &types.RemoveCustomFieldDefResponse{}, nil
		}
	}
	return nil, &fault{&types.NotFound{}, "The field does not exist."}
}

func setField(c *call) (interface{}, *fault) {
	m, req := fieldsManager(c), c.req.(*types.SetField)
	if m == nil {
		return nil, notFound(c.this)
	}
	entity, ok := simulator.Map.Get(req.Entity).(mo.Entity)
	if !ok {
		return nil, notFound(req.Entity)
	}
	for _, f := range m.Field {
		if f.Key == req.Key && (f.ManagedObjectType == "" || isA(req.Entity.Type, f.ManagedObjectType)) {
			c.w.setValue(entity, req.Key, req.Value)
			return &types.SetFieldResponse{}, nil
		}
	}
	return nil, invalidArgument("key")
}

func (w *world) setValue(entity mo.Entity, key int32, value string) {
	var kept []types.BaseCustomFieldValue
	e := entity.Entity()
	for _, v := range e.CustomValue {
		if v.GetCustomFieldValue().Key != key {
			kept = append(kept, v)
		}
	}
	if value != "" {
		kept = append(kept, &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: value})
	}
	e.CustomValue, e.Value = kept, kept
	w.touch(entity.Reference())
}
