// SPDX-License-Identifier: LGPL-2.1-or-later

// encode.go - Go values to SOAP, as real servers write them
//
// Exists because the simulator's own encoder omits xsi:type on array items and
// invents a prefix for it, and takes seconds for a large inventory.  Promises:
// elements in schema order, xsi:type by its right namespace wherever the
// declared type is open and on every item of an ArrayOfX, fields newer than the
// version of the API left out.  An encoder belongs to one goroutine.

package main

import (
	"bytes"
	"reflect"
	"strconv"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

type encoder struct {
	bytes.Buffer
	api apiVersion
}

var xsdNames = map[reflect.Kind]string{
	reflect.String: "xsd:string", reflect.Bool: "xsd:boolean",
	reflect.Int: "xsd:int", reflect.Int8: "xsd:byte", reflect.Int16: "xsd:short",
	reflect.Int32: "xsd:int", reflect.Int64: "xsd:long", reflect.Uint8: "xsd:byte",
	reflect.Float32: "xsd:float", reflect.Float64: "xsd:double",
}

func xsiName(t reflect.Type) string {
	switch {
	case t == timeType:
		return "xsd:dateTime"
	case t.Kind() == reflect.Struct:
		return schemaName(t)
	case t.Kind() == reflect.String && t.PkgPath() != "":
		return t.Name()
	}
	return xsdNames[t.Kind()]
}

// text writes s escaped; what XML 1.0 cannot carry is dropped.
func (e *encoder) text(s string) {
	last := 0
	for i := 0; i < len(s); i++ {
		var esc string
		switch c := s[i]; {
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '"':
			esc = "&quot;"
		case c == '\r':
			esc = "&#xD;"
		case c >= 0x20 || c == '\t' || c == '\n':
			continue
		}
		e.WriteString(s[last:i])
		e.WriteString(esc)
		last = i + 1
	}
	e.WriteString(s[last:])
}

func (e *encoder) open(name, xsi string) {
	e.WriteByte('<')
	e.WriteString(name)
	if xsi != "" {
		e.WriteString(` xsi:type="`)
		e.WriteString(xsi)
		e.WriteByte('"')
	}
	e.WriteByte('>')
}

func (e *encoder) close(name string) {
	e.WriteString("</")
	e.WriteString(name)
	e.WriteByte('>')
}

func (e *encoder) simple(name, value string) {
	e.open(name, "")
	e.text(value)
	e.close(name)
}

func (e *encoder) moref(name string, ref types.ManagedObjectReference, typed bool) {
	e.WriteByte('<')
	e.WriteString(name)
	e.WriteString(` type="`)
	e.text(ref.Type)
	if typed {
		e.WriteString(`" xsi:type="ManagedObjectReference`)
	}
	e.WriteString(`">`)
	e.text(ref.Value)
	e.close(name)
}

// element writes v as <name>; typed asks for an xsi:type.  nil writes nothing,
// a slice one element an item.
func (e *encoder) element(name string, v reflect.Value, typed bool) {
	for v.Kind() == reflect.Ptr || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	t := v.Type()
	if v.Kind() == reflect.Slice {
		for i := 0; i < v.Len(); i++ {
			e.element(name, v.Index(i), typed)
		}
		return
	}
	if t == morefType {
		e.moref(name, v.Interface().(types.ManagedObjectReference), typed)
		return
	}
	xsi := ""
	if typed {
		xsi = xsiName(t)
	}
	e.open(name, xsi)
	e.content(v, t)
	e.close(name)
}

func (e *encoder) content(v reflect.Value, t reflect.Type) {
	var num [32]byte
	switch v.Kind() {
	case reflect.Struct:
		if t == timeType {
			e.WriteString(v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999999Z"))
			return
		}
		e.fields(v, planOf(t))
	case reflect.String:
		e.text(v.String())
	case reflect.Bool:
		e.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Uint8:
		e.Write(strconv.AppendInt(num[:0], int64(int8(v.Uint())), 10))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.Write(strconv.AppendInt(num[:0], v.Int(), 10))
	case reflect.Float32, reflect.Float64:
		e.Write(strconv.AppendFloat(num[:0], v.Float(), 'g', -1, 64))
	}
}

func (e *encoder) fields(v reflect.Value, p *plan) {
	for i := range p.fields {
		f := &p.fields[i]
		if f.since > e.api {
			continue
		}
		fv := v
		for _, x := range f.index {
			fv = fv.Field(x)
		}
		if (f.omit || isEnum(f.typ)) && isZeroLeaf(fv) {
			continue
		}
		e.element(f.name, fv, f.typeattr || p.isArray)
	}
}

// isEnum: no member of an enumeration is empty, so that is absent even where the
// simulator ought to have set one.
func isEnum(t reflect.Type) bool { return t.Kind() == reflect.String && t.PkgPath() != "" }

// isZeroLeaf: whether an optional field holds nothing (structs never do).
func isZeroLeaf(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice:
		return v.Len() == 0
	case reflect.Bool:
		return !v.Bool()
	case reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8:
		return v.IsZero()
	case reflect.Float32, reflect.Float64:
		return v.Float() == 0
	}
	return false
}

// any writes a property's value: a slice becomes the ArrayOfX of its item type.
func (e *encoder) any(name string, v reflect.Value) {
	for v.Kind() == reflect.Ptr || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice {
		e.element(name, v, true)
		return
	}
	item := itemName(v.Type().Elem())
	e.open(name, "ArrayOf"+upperFirst(item))
	e.element(item, v, true)
	e.close(name)
}

// itemName is the element name of an array's items: the declared class, or the
// XML schema's name of a simple type.
func itemName(t reflect.Type) string {
	for t.Kind() == reflect.Ptr {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Interface && t.NumMethod() == 0:
		return "anyType"
	case t.Kind() == reflect.Interface:
		return t.Name()[len("Base"):]
	case t.Kind() == reflect.String && t.PkgPath() == "":
		return "string"
	}
	name := xsiName(t)
	if len(name) > 4 && name[:4] == "xsd:" {
		return name[4:]
	}
	return name
}

func upperFirst(s string) string {
	return string(s[0]&^0x20) + s[1:]
}

const envelopeHead = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<soapenv:Body>
`
const envelopeTail = "\n</soapenv:Body>\n</soapenv:Envelope>"

// rawXML is the inside of a response that its handler wrote itself.
type rawXML []byte

func encodeResponse(api apiVersion, method string, res interface{}) []byte {
	e := &encoder{api: api}
	e.WriteString(envelopeHead)
	e.WriteString("<" + method + `Response xmlns="urn:vim25">`)
	switch r := res.(type) {
	case nil:
	case rawXML:
		e.Write(r)
	default:
		e.Write(encodeFields(api, res))
	}
	e.WriteString("</" + method + "Response>")
	e.WriteString(envelopeTail)
	return e.Bytes()
}

// encodeFields writes the inside of a response struct.
func encodeFields(api apiVersion, res interface{}) rawXML {
	e := &encoder{api: api}
	if v := reflect.Indirect(reflect.ValueOf(res)); v.Kind() == reflect.Struct {
		e.fields(v, planOf(v.Type()))
	}
	return e.Bytes()
}

func indirectType(x interface{}) reflect.Type {
	return reflect.Indirect(reflect.ValueOf(x)).Type()
}

func encodeFault(api apiVersion, f *fault) []byte {
	v := reflect.Indirect(reflect.ValueOf(f.detail))
	name := schemaName(v.Type())
	e := &encoder{api: api}
	e.WriteString(envelopeHead)
	e.WriteString("<soapenv:Fault><faultcode>ServerFaultCode</faultcode>")
	e.simple("faultstring", f.message)
	e.WriteString("<detail><" + name + `Fault xmlns="urn:vim25" xsi:type="` + name + `">`)
	e.fields(v, planOf(v.Type()))
	e.WriteString("</" + name + "Fault></detail></soapenv:Fault>")
	e.WriteString(envelopeTail)
	return e.Bytes()
}
