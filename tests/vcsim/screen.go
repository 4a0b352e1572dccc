// SPDX-License-Identifier: LGPL-2.1-or-later

// screen.go - screens, tickets for consoles, and keys
//
// Exists because the simulator has none of them. LIBVIRT: GET /screen?id=ID of a host is a PNG.
// REF CreateScreenshot_Task: leaves a PNG beside the machine's files, the result is its path;
// InvalidPowerState for a machine that is off. REF AcquireTicket: of the types mks and webmks, of a
// machine that is on. REF PutUsbScanCodes: each is pressed and released; the result is how many.

package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// picture is a screen in text mode, of a colour of the machine's own.
func picture(name string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	sum := h.Sum32()
	img := image.NewRGBA(image.Rect(0, 0, 720, 400))
	for y := 0; y < 400; y++ {
		for x := 0; x < 720; x++ {
			img.Set(x, y, color.RGBA{uint8(sum), uint8(sum>>8) ^ uint8(x/9), uint8(sum>>16) ^ uint8(y/16), 255})
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img)
	return out.Bytes()
}

func mustRun(vm *simulator.VirtualMachine) *fault {
	on, state := types.VirtualMachinePowerStatePoweredOn, vm.Runtime.PowerState
	if state == on {
		return nil
	}
	return &fault{&types.InvalidPowerState{RequestedState: on, ExistingState: state},
		fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", stateWords[state])}
}

func (f *front) screen(rw http.ResponseWriter, r *http.Request) {
	entry := f.log.begin(r, r.Method+" /screen")
	status, name := http.StatusUnauthorized, ""
	f.w.do(func() {
		if f.w.mayRead(r) {
			status = http.StatusNotFound
			vm := vmOf(moref{Type: "VirtualMachine", Value: r.FormValue("id")})
			if vm != nil && f.w.opt.isHost() && mustRun(vm) == nil {
				status, name = http.StatusOK, vm.Name
			}
		}
	})
	perform := func() answer {
		if status != http.StatusOK {
			return answer{[]byte(http.StatusText(status)), status}
		}
		return answer{picture(name), status}
	}
	if rule := f.faults.match(f.w.opt.api, r.Method+" /screen", moref{}); rule != nil {
		defer f.log.end(entry, -1, 0)
		acts[rule.What](rule, rw, r, perform)
		return
	}
	a := perform()
	rw.Header().Set("Content-Type", "image/png")
	rw.WriteHeader(a.status)
	n, _ := rw.Write(a.body)
	f.log.end(entry, a.status, n)
}

func createScreenshot(c *call) (interface{}, *fault) {
	vm := vmOf(c.this)
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := mustRun(vm); f != nil {
		return nil, f
	}
	return c.startTask(false, func() (types.AnyType, *fault) {
		var p object.DatastorePath
		p.FromString(vm.Config.Files.VmPathName)
		c.w.screenshots++
		p.Path = path.Join(path.Dir(p.Path), fmt.Sprintf("%s-%d.png", vm.Name, c.w.screenshots))
		if err := os.WriteFile(localFile(p.String()), picture(vm.Name), 0o600); err != nil {
			return nil, &fault{&types.FileFault{File: p.String()}, err.Error()}
		}
		return p.String(), nil
	})
}

func acquireTicket(c *call) (interface{}, *fault) {
	vm, kind := vmOf(c.this), c.req.(*types.AcquireTicket).TicketType
	if vm == nil {
		return nil, notFound(c.this)
	}
	if kind != "mks" && (kind != "webmks" || c.api < 600) {
		return nil, invalidArgument("ticketType")
	}
	if f := mustRun(vm); f != nil {
		return nil, f
	}
	t := types.VirtualMachineTicket{Ticket: randomID()[:16], CfgFile: vm.Config.Files.VmPathName}
	if !c.w.opt.isHost() {
		t.Host, t.Port, t.SslThumbprint = entityName(*vm.Runtime.Host), 443, strings.Repeat("A1:", 19)+"A1"
	}
	return &types.AcquireTicketResponse{Returnval: t}, nil
}

func putUsbScanCodes(c *call) (interface{}, *fault) {
	vm, spec := vmOf(c.this), c.req.(*types.PutUsbScanCodes).Spec
	if vm == nil {
		return nil, notFound(c.this)
	}
	if f := mustRun(vm); f != nil {
		return nil, f
	}
	for _, e := range spec.KeyEvents {
		c.w.pressed = append(c.w.pressed, vm.Name+" "+keyWords(e))
	}
	return &types.PutUsbScanCodesResponse{Returnval: int32(len(spec.KeyEvents))}, nil
}

// keyWords says a key as "leftControl leftAlt 4c".
func keyWords(e types.UsbScanCodeSpecKeyEvent) string {
	var words []string
	if m := e.Modifiers; m != nil {
		for _, held := range []struct {
			on   *bool
			name string
		}{{m.LeftControl, "leftControl"}, {m.LeftShift, "leftShift"}, {m.LeftAlt, "leftAlt"}, {m.LeftGui, "leftGui"},
			{m.RightControl, "rightControl"}, {m.RightShift, "rightShift"}, {m.RightAlt, "rightAlt"}, {m.RightGui, "rightGui"}} {
			if held.on != nil && *held.on {
				words = append(words, held.name)
			}
		}
	}
	if e.UsbHidCode&0xffff != 7 {
		return fmt.Sprintf("no key: %x", e.UsbHidCode)
	}
	return strings.Join(append(words, fmt.Sprintf("%02x", e.UsbHidCode>>16)), " ")
}

// keys: GET /keys
func (c *control) keys(*http.Request) (interface{}, error) {
	var all []string
	c.w.do(func() { all = append(all, c.w.pressed...) })
	return all, nil
}
