// SPDX-License-Identifier: LGPL-2.1-or-later

// decode.go - requests to Go values, as strictly as a real server reads them
//
// Exists because the simulator accepts anything: here an element that is
// unknown, out of the schema's order, too new for the version of the API or
// missing, a type that does not fit, or text that is not of its type gives
// InvalidRequest, and the message names the tag and the type, so that a client
// that works here works with a real server.

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

const (
	nsEnvelope = "http://schemas.xmlsoap.org/soap/envelope/"
	nsXSI      = "http://www.w3.org/2001/XMLSchema-instance"
	nsVim      = "urn:vim25"
)

type decoder struct {
	*xml.Decoder
	api apiVersion
}

func invalid(format string, args ...interface{}) *fault {
	return &fault{&types.InvalidRequest{}, fmt.Sprintf(format, args...)}
}

// decodeRequest gives the method's name, the object it is called on and a
// pointer to its request type.
func decodeRequest(api apiVersion, body []byte) (string, types.ManagedObjectReference, interface{}, *fault) {
	var none types.ManagedObjectReference
	d := &decoder{xml.NewDecoder(bytes.NewReader(body)), api}
	start, f := d.methodStart()
	if f != nil {
		return "", none, nil, f
	}
	name := start.Name.Local
	t, ok := typeByName(name)
	if start.Name.Space != nsVim || !ok || t.Kind() != reflect.Struct {
		return name, none, nil, invalid("Unable to resolve WSDL method name %s", name)
	}
	if this, ok := t.FieldByName("This"); !ok || this.Type != morefType {
		return name, none, nil, invalid("Unable to resolve WSDL method name %s", name)
	}
	v := reflect.New(t)
	if f := d.structure(v.Elem(), planOf(t), start); f != nil {
		return name, none, nil, f
	}
	return name, v.Elem().FieldByName("This").Interface().(types.ManagedObjectReference), v.Interface(), nil
}

// methodStart goes to the first element of the envelope's body.
func (d *decoder) methodStart() (xml.StartElement, *fault) {
	inBody := false
	for {
		tok, err := d.Token()
		if err != nil {
			return xml.StartElement{}, invalid("not a SOAP envelope: %v", err)
		}
		start, ok := tok.(xml.StartElement)
		switch {
		case !ok:
		case inBody:
			return start, nil
		case start.Name.Space != nsEnvelope:
			return start, invalid("not a SOAP envelope: unexpected element %s", start.Name.Local)
		case start.Name.Local == "Body":
			inBody = true
		case start.Name.Local == "Header":
			if err := d.Skip(); err != nil {
				return start, invalid("bad SOAP header: %v", err)
			}
		}
	}
}

// structure reads the elements of one object, in their order.
func (d *decoder) structure(v reflect.Value, p *plan, start xml.StartElement) *fault {
	at := -1
	seen := make([]bool, len(p.fields))
	for {
		tok, err := d.Token()
		if err != nil {
			return invalid("%s: %v", start.Name.Local, err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if len(bytes.TrimSpace(tok)) != 0 {
				return invalid("unexpected text %q in element of type %s", string(tok), p.name)
			}
		case xml.EndElement:
			return missing(p, seen)
		case xml.StartElement:
			i, f := d.place(p, tok, at, seen)
			if f == nil {
				at, seen[i] = i, true
				f = d.field(v, &p.fields[i], tok, p)
			}
			if f != nil {
				return f
			}
		}
	}
}

func missing(p *plan, seen []bool) *fault {
	for i := range p.fields {
		if p.fields[i].required && !seen[i] {
			return invalid("Required property %s is missing from data object of type %s",
				p.fields[i].name, p.name)
		}
	}
	return nil
}

// place finds the element among the type's fields, at or after the last one.
func (d *decoder) place(p *plan, tok xml.StartElement, at int, seen []bool) (int, *fault) {
	i, ok := p.byName[tok.Name.Local]
	unexpected := !ok || tok.Name.Space != nsVim || p.fields[i].since > d.api || i < at
	if !unexpected && i == at && p.fields[i].typ.Kind() != reflect.Slice {
		unexpected = true
	}
	if unexpected {
		return 0, invalid("Unexpected element tag \"%s\" seen: expected %s while parsing serialized DataObject of type %s",
			tok.Name.Local, p.expected(at), p.name)
	}
	return i, nil
}

func (p *plan) expected(at int) string {
	if at+1 < len(p.fields) {
		return "\"" + p.fields[at+1].name + "\" or later"
	}
	return "no more"
}

func (d *decoder) field(v reflect.Value, f *planField, tok xml.StartElement, p *plan) *fault {
	for _, x := range f.index {
		v = v.Field(x)
	}
	if v.Kind() == reflect.Slice {
		item := reflect.New(v.Type().Elem()).Elem()
		if fl := d.value(item, tok, p); fl != nil {
			return fl
		}
		v.Set(reflect.Append(v, item))
		return nil
	}
	return d.value(v, tok, p)
}

func xsiType(tok xml.StartElement) string {
	for _, a := range tok.Attr {
		if a.Name.Space == nsXSI && a.Name.Local == "type" {
			return a.Value[strings.IndexByte(a.Value, ':')+1:]
		}
	}
	return ""
}

// value reads one element into v, by its declared type and its xsi:type.
func (d *decoder) value(v reflect.Value, tok xml.StartElement, p *plan) *fault {
	switch {
	case v.Kind() == reflect.Ptr:
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem(), tok, p)
	case v.Kind() == reflect.Interface:
		return d.open(v, tok, p)
	case v.Type() == morefType:
		return d.moref(v, tok, p)
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		if x := xsiType(tok); x != "" && x != schemaName(v.Type()) {
			return invalid("%s is not of type %s in element %s of %s", x, schemaName(v.Type()), tok.Name.Local, p.name)
		}
		return d.structure(v, planOf(v.Type()), tok)
	}
	return d.leaf(v, tok, p)
}

var xsdTypes = map[string]reflect.Type{
	"string": reflect.TypeOf(""), "boolean": reflect.TypeOf(false),
	"int": reflect.TypeOf(int32(0)), "long": reflect.TypeOf(int64(0)),
	"short": reflect.TypeOf(int16(0)), "byte": reflect.TypeOf(uint8(0)),
	"float": reflect.TypeOf(float32(0)), "double": reflect.TypeOf(float64(0)),
	"dateTime": timeType, "anyURI": reflect.TypeOf(""),
}

// open reads an element whose class the client names: BaseX or anyType.
func (d *decoder) open(v reflect.Value, tok xml.StartElement, p *plan) *fault {
	name := xsiType(tok)
	t, ok := typeByName(name)
	if !ok {
		t, ok = xsdTypes[name]
	}
	if base, isBase := baseStruct(v.Type()); isBase && name == "" {
		t, ok = base, true
	}
	if !ok {
		return invalid("element %s of %s: type %q is unknown or missing", tok.Name.Local, p.name, name)
	}
	if typeSince(schemaName(t)) > d.api {
		return invalid("element %s of %s: type %q is unknown", tok.Name.Local, p.name, name)
	}
	target := reflect.New(t)
	if v.NumMethod() == 0 {
		if f := d.value(target.Elem(), tok, p); f != nil {
			return f
		}
		v.Set(target.Elem())
		return nil
	}
	if !target.Type().Implements(v.Type()) {
		return invalid("%s is not of type %s in element %s of %s", name,
			strings.TrimPrefix(v.Type().Name(), "Base"), tok.Name.Local, p.name)
	}
	v.Set(target)
	return d.structure(target.Elem(), planOf(t), tok)
}

func (d *decoder) moref(v reflect.Value, tok xml.StartElement, p *plan) *fault {
	text, f := d.chars(tok, p)
	if f != nil {
		return f
	}
	ref := types.ManagedObjectReference{Value: text}
	for _, a := range tok.Attr {
		if a.Name.Local == "type" && a.Name.Space == "" {
			ref.Type = a.Value
		}
	}
	if ref.Type == "" || ref.Value == "" {
		return invalid("element %s of %s: a managed object reference needs a type attribute and an id", tok.Name.Local, p.name)
	}
	v.Set(reflect.ValueOf(ref))
	return nil
}

func (d *decoder) chars(tok xml.StartElement, p *plan) (string, *fault) {
	var text []byte
	for {
		t, err := d.Token()
		switch t := t.(type) {
		case nil:
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return "", invalid("%s: %v", tok.Name.Local, err)
		case xml.CharData:
			text = append(text, t...)
		case xml.StartElement:
			return "", invalid("Unexpected element tag \"%s\" seen in element %s of %s", t.Name.Local, tok.Name.Local, p.name)
		case xml.EndElement:
			return string(text), nil
		}
	}
}

func (d *decoder) leaf(v reflect.Value, tok xml.StartElement, p *plan) *fault {
	text, f := d.chars(tok, p)
	if f != nil {
		return f
	}
	var err error
	trimmed := strings.TrimSpace(text)
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = parseBool(trimmed)
		v.SetBool(b)
	case reflect.Int, reflect.Int16, reflect.Int32, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(trimmed, 10, v.Type().Bits())
		v.SetInt(n)
	case reflect.Uint8:
		var n int64
		n, err = strconv.ParseInt(trimmed, 10, 9)
		v.SetUint(uint64(uint8(n)))
	case reflect.Float32, reflect.Float64:
		var n float64
		n, err = strconv.ParseFloat(trimmed, 64)
		v.SetFloat(n)
	case reflect.Struct:
		var when time.Time
		when, err = time.Parse(time.RFC3339Nano, trimmed)
		v.Set(reflect.ValueOf(when))
	}
	if err != nil {
		return invalid("%q is no value of type %s for element %s of %s", text, itemName(v.Type()), tok.Name.Local, p.name)
	}
	return nil
}

func parseBool(s string) (bool, error) {
	switch s {
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, strconv.ErrSyntax
}
