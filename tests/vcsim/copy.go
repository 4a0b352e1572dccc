// SPDX-License-Identifier: LGPL-2.1-or-later

// copy.go - deep copies with replacements

package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
)

type moVirtualMachine = mo.VirtualMachine

// deepCopy copies v and all it points to, with references and words replaced.
func deepCopy(v reflect.Value, refs map[moref]moref, words *strings.Replacer) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	copyInto(out, v, refs, words)
	return out
}

func copyInto(out, v reflect.Value, refs map[moref]moref, words *strings.Replacer) {
	switch v.Kind() {
	case reflect.Ptr:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			copyInto(out.Elem(), v.Elem(), refs, words)
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(deepCopy(v.Elem(), refs, words))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := 0; i < v.Len(); i++ {
				copyInto(out.Index(i), v.Index(i), refs, words)
			}
		}
	case reflect.String:
		if words != nil {
			out.SetString(words.Replace(v.String()))
		} else {
			out.Set(v)
		}
	case reflect.Struct:
		copyStruct(out, v, refs, words)
	default:
		out.Set(v)
	}
}

func copyStruct(out, v reflect.Value, refs map[moref]moref, words *strings.Replacer) {
	out.Set(v) // for types such as time.Time, whose fields are private
	if v.Type() == morefType {
		if r, ok := refs[v.Interface().(moref)]; ok {
			out.Set(reflect.ValueOf(r))
		}
		return
	}
	for i := 0; v.Type() != timeType && i < v.NumField(); i++ {
		copyInto(out.Field(i), v.Field(i), refs, words)
	}
}
