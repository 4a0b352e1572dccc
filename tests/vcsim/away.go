// SPDX-License-Identifier: LGPL-2.1-or-later

// away.go - moving a VM to another vCenter
//
// Exists because the simulator ignores RelocateSpec.service. Source: REF ServiceLocator and
// RelocateVM_Task. As a real vCenter it logs in to the other one with the credentials of the
// ServiceLocator, trusts the certificate of the thumbprint only, and checks that it is the one
// of the uuid. All other ids of the spec are the other's. The VM is made there with its uuids
// and devices, started if it runs, and is gone here.

package main

import (
	"context"
	"crypto/sha1"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/object"
	logins "github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/simulator"
	tasks "github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func relocateAway(c *call, vm *simulator.VirtualMachine, spec *types.VirtualMachineRelocateSpec) (interface{}, *fault) {
	if spec.Folder == nil || spec.Pool == nil || spec.Datastore == nil || spec.Host == nil {
		return nil, badArgument("spec", "Another vCenter needs a folder, a pool, a host and a datastore.")
	}
	made := specThere(vm, spec)
	if made == nil {
		return nil, badArgument("spec.deviceChange", "A network is not accessible.")
	}
	runs := vm.Runtime.PowerState == on
	return c.startTask(true, func() (types.AnyType, *fault) {
		if err := makeThere(spec, made, runs); err != nil {
			return nil, faultOf(err)
		}
		vm.Runtime.PowerState = off
		c.remove(vm)
		return nil, nil
	})
}

// checkAway: whether the other vCenter lets us in.
func checkAway(c *call, ref moref, spec *types.VirtualMachineRelocateSpec) (interface{}, *fault) {
	return c.startTask(true, func() (types.AnyType, *fault) {
		result := types.CheckResult{Vm: &ref}
		if err := visit(spec.Service, func(context.Context, *vim25.Client) error { return nil }); err != nil {
			f := faultOf(err)
			result.Error = append(result.Error,
				types.LocalizedMethodFault{Fault: f.detail, LocalizedMessage: messageOf(f.detail, f.message)})
		}
		return types.ArrayOfCheckResult{CheckResult: []types.CheckResult{result}}, nil
	})
}

// faultOf: the other server's own, or that it cannot be talked to.
func faultOf(err error) *fault {
	if soap.IsSoapFault(err) {
		said := reflect.ValueOf(soap.ToSoapFault(err).VimFault())
		detail := reflect.New(said.Type())
		detail.Elem().Set(said)
		if known, ok := detail.Interface().(types.BaseMethodFault); ok {
			return &fault{known, ""}
		}
	}
	var failed tasks.Error
	if errors.As(err, &failed) {
		return &fault{failed.Fault(), failed.LocalizedMessage}
	}
	return &fault{&types.GenericVmConfigFault{Reason: err.Error()}, "The other vCenter: " + err.Error()}
}

// specThere is what makes the VM anew; nil: an interface has no network there.
func specThere(vm *simulator.VirtualMachine, spec *types.VirtualMachineRelocateSpec) *types.VirtualMachineConfigSpec {
	config := &types.VirtualMachineConfigSpec{Name: vm.Name, Uuid: vm.Config.Uuid, InstanceUuid: vm.Config.InstanceUuid,
		GuestId: vm.Config.GuestId, Annotation: vm.Config.Annotation, NumCPUs: vm.Config.Hardware.NumCPU,
		MemoryMB: int64(vm.Config.Hardware.MemoryMB)}
	edits := map[int32]types.BaseVirtualDevice{}
	for _, change := range spec.DeviceChange {
		device := change.GetVirtualDeviceConfigSpec().Device
		edits[device.GetVirtualDevice().Key] = device
	}
	for _, device := range vm.Config.Hardware.Device {
		add := &types.VirtualDeviceConfigSpec{Operation: types.VirtualDeviceConfigSpecOperationAdd, Device: device}
		switch device := device.(type) {
		case types.BaseVirtualEthernetCard:
			edited := edits[device.(types.BaseVirtualDevice).GetVirtualDevice().Key]
			if edited == nil {
				return nil
			}
			add.Device = edited
		case *types.VirtualDisk:
			disk := *device
			backing := *disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo)
			backing.FileName, backing.Datastore = "", nil
			disk.Backing = &backing
			add.Device, add.FileOperation = &disk, types.VirtualDeviceConfigSpecFileOperationCreate
		case types.BaseVirtualSCSIController:
		default:
			continue
		}
		config.DeviceChange = append(config.DeviceChange, add)
	}
	return config
}

// connectTo logs in to the server that a ServiceLocator names, if it is that.
func connectTo(ctx context.Context, locator *types.ServiceLocator) (*vim25.Client, error) {
	at, err := url.Parse(locator.Url)
	if err != nil {
		return nil, err
	}
	transport := soap.NewClient(at, true)
	if config := transport.DefaultTransport().TLSClientConfig; at.Scheme == "https" {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			sum := fmt.Sprintf("% X", sha1.Sum(state.PeerCertificates[0].Raw))
			if strings.ReplaceAll(sum, " ", ":") != locator.SslThumbprint {
				return fmt.Errorf("the certificate has another thumbprint")
			}
			return nil
		}
	}
	client, err := vim25.NewClient(ctx, transport)
	if err != nil {
		return nil, err
	}
	if client.ServiceContent.About.InstanceUuid != locator.InstanceUuid {
		return nil, fmt.Errorf("it is another server")
	}
	who, ok := locator.Credential.(*types.ServiceLocatorNamePassword)
	if !ok {
		return nil, fmt.Errorf("no credentials")
	}
	return client, logins.NewManager(client).Login(ctx, url.UserPassword(who.Username, who.Password))
}

func visit(locator *types.ServiceLocator, f func(context.Context, *vim25.Client) error) error {
	ctx := context.Background()
	client, err := connectTo(ctx, locator)
	if err != nil {
		return err
	}
	defer func() { _, _ = methods.Logout(ctx, client, &types.Logout{This: *client.ServiceContent.SessionManager}) }()
	return f(ctx, client)
}

func makeThere(spec *types.VirtualMachineRelocateSpec, config *types.VirtualMachineConfigSpec, runs bool) error {
	return visit(spec.Service, func(ctx context.Context, client *vim25.Client) error {
		return makeBy(ctx, client, spec, config, runs)
	})
}

func makeBy(ctx context.Context, client *vim25.Client, spec *types.VirtualMachineRelocateSpec,
	config *types.VirtualMachineConfigSpec, runs bool) error {
	name, err := object.NewDatastore(client, *spec.Datastore).ObjectName(ctx)
	if err != nil {
		return err
	}
	config.Files = &types.VirtualMachineFileInfo{VmPathName: "[" + name + "]"}
	made, err := object.NewFolder(client, *spec.Folder).CreateVM(ctx, *config,
		object.NewResourcePool(client, *spec.Pool), object.NewHostSystem(client, *spec.Host))
	if err != nil {
		return err
	}
	info, err := made.WaitForResult(ctx, nil)
	if err != nil || !runs {
		return err
	}
	started, err := object.NewVirtualMachine(client, info.Result.(moref)).PowerOn(ctx)
	if err == nil {
		err = started.Wait(ctx)
	}
	return err
}
