// SPDX-License-Identifier: LGPL-2.1-or-later

// retrieve.go - RetrieveProperties and its pages
//
// Promises, as real servers: a page holds what the client asks for at most, and
// what the server allows at most, asked or not; a token is good once.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// retrieval is what is left of one, behind a token.
type retrieval struct {
	refs  []found
	limit int
}

type found struct {
	ref  moref
	spec *types.PropertyFilterSpec
}

// find collects the objects that the specs select.
func (c *call) find(specs []types.PropertyFilterSpec) ([]found, *fault) {
	var out []found
	for i := range specs {
		spec := &specs[i]
		roots, f := c.checkFilter(spec)
		if f != nil {
			return nil, f
		}
		newGraph(c.w, c.session, c.api, roots, func(ref moref, _ bool) {
			if c.w.get(c.session, ref) != nil {
				out = append(out, found{ref, spec})
			}
		})
	}
	return out, nil
}

// page encodes the first objects of a retrieval; those of classes that nobody
// asked for cost nothing.
func (c *call) page(r *retrieval, name string) []byte {
	e := &encoder{api: c.api}
	kinds := map[string][]property{}
	var spec *types.PropertyFilterSpec
	for n := 0; len(r.refs) > 0 && (r.limit == 0 || n < r.limit); r.refs = r.refs[1:] {
		if r.refs[0].spec != spec {
			spec, kinds = r.refs[0].spec, map[string][]property{}
		}
		ref := r.refs[0].ref
		props, ok := kinds[ref.Type]
		if !ok {
			var match bool
			if props, match = propertiesOf(ref.Type, spec.PropSet); match && props == nil {
				props = []property{}
			}
			kinds[ref.Type] = props
		}
		if props != nil && c.content(e, name, ref, props) {
			n++
		}
	}
	return e.Bytes()
}

// content writes one ObjectContent; false: the object is gone.
func (c *call) content(e *encoder, name string, ref moref, props []property) bool {
	obj := c.w.get(c.session, ref)
	if obj == nil {
		return false
	}
	v := moValue(obj)
	missing := map[string]types.BaseMethodFault{}
	e.open(name, "")
	e.moref("obj", ref, false)
	for i := range props {
		val, fault := c.w.val(obj, v, &props[i], c.api)
		if fault != nil {
			missing[props[i].path] = fault
		} else if val != nil {
			e.WriteString("<propSet>")
			e.simple("name", props[i].path)
			e.Write(val)
			e.WriteString("</propSet>")
		}
	}
	for i := range props {
		if f := missing[props[i].path]; f != nil {
			e.missing(props[i].path, f)
		}
	}
	e.close(name)
	return true
}

// anyLeft drops trailing objects of classes that nobody asked for.
func (r *retrieval) anyLeft() bool {
	for len(r.refs) > 0 {
		if _, match := propertiesOf(r.refs[0].ref.Type, r.refs[0].spec.PropSet); match {
			return true
		}
		r.refs = r.refs[1:]
	}
	return false
}

func retrieveProperties(c *call) (interface{}, *fault) {
	refs, f := c.find(c.req.(*types.RetrieveProperties).SpecSet)
	if f != nil {
		return nil, f
	}
	return rawXML(c.page(&retrieval{refs: refs}, "returnval")), nil
}

func retrievePropertiesEx(c *call) (interface{}, *fault) {
	r := c.req.(*types.RetrievePropertiesEx)
	refs, f := c.find(r.SpecSet)
	if f != nil {
		return nil, f
	}
	limit := c.w.opt.page
	if n := int(r.Options.MaxObjects); n > 0 && n < limit {
		limit = n
	}
	return c.result(&retrieval{refs, limit}), nil
}

// result is a page and the token of the next; nothing for no objects.
func (c *call) result(r *retrieval) interface{} {
	objects := c.page(r, "objects")
	if len(objects) == 0 {
		return nil
	}
	e := &encoder{api: c.api}
	e.WriteString("<returnval>")
	if r.anyLeft() {
		token := fmt.Sprintf("%d", len(c.session.pages)+1) + "-" + randomID()[:8]
		c.session.pages[token] = r
		e.simple("token", token)
	}
	e.Write(objects)
	e.WriteString("</returnval>")
	return rawXML(e.Bytes())
}

func continueRetrieve(c *call) (interface{}, *fault) {
	token := c.req.(*types.ContinueRetrievePropertiesEx).Token
	r := c.session.pages[token]
	if r == nil {
		return nil, &fault{&types.InvalidProperty{Name: "token"}, "The token '" + token + "' is not valid."}
	}
	delete(c.session.pages, token)
	return c.result(r), nil
}

func cancelRetrieve(c *call) (interface{}, *fault) {
	delete(c.session.pages, c.req.(*types.CancelRetrievePropertiesEx).Token)
	return nil, nil
}
