// SPDX-License-Identifier: LGPL-2.1-or-later

// fetch.go - Fetch, one property of one object
//
// In no document of the API, but on every server: newer clients in Python read all
// properties so.

package main

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

func fetch(c *call) (interface{}, *fault) {
	path := reflect.Indirect(reflect.ValueOf(c.req)).FieldByName("Prop").String()
	obj := c.w.get(c.session, c.this)
	if obj == nil {
		return nil, notFound(c.this)
	}
	if declared(c.this.Type, path, c.api) == nil {
		return nil, unknownProperty(c.this.Type, path)
	}
	p := makeProperty(path)
	if c.w.isDenied(c.this, p.steps) {
		return nil, &fault{&types.NoPermission{Object: c.this, PrivilegeId: "System.Read"}, ""}
	}
	e := &encoder{api: c.api}
	if v, ok := read(moValue(obj), p.steps); ok {
		e.element("returnval", v, true)
	}
	return rawXML(e.Bytes()), nil
}
