// SPDX-License-Identifier: LGPL-2.1-or-later

// ticket.go - tickets for the files of a host, and the hosts that take them
//
// Exists because the simulator gives a ticket to anybody for anything, and never asks for it.
// As vim25-more.md, section 1 says: AcquireGenericServiceTicket from 5.0 on, on a vCenter; the
// ticket is for one request of that method for that URL, at the host's own address (the
// management adapter's, and summary.config.port), whose certificate is not the vCenter's but
// has the thumbprint sslThumbprint; without dcPath; Cookie: vmware_cgi_ticket. A vCenter may
// refuse with InvalidArgument: so does this one without -direct.

package main

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

type serviceTicket struct{ method, url string }

func acquireServiceTicket(c *call) (interface{}, *fault) {
	spec, ok := c.req.(*types.AcquireGenericServiceTicket).Spec.(*types.SessionManagerHttpServiceRequestSpec)
	if !ok || c.w.hostGate == nil || c.w.opt.isHost() {
		return nil, invalidArgument("spec")
	}
	u, err := url.Parse(spec.Url)
	if err != nil || u.Host != c.w.hostGate.addr || !strings.HasPrefix(u.Path, "/folder/") || u.Query().Get("dcPath") != "" {
		return nil, invalidArgument("spec.url")
	}
	t := types.SessionManagerGenericServiceTicket{Id: randomID(), HostName: u.Hostname()}
	if c.w.opt.tls && c.api >= 501 {
		t.SslThumbprint = thumbprintOf(c.w.hostGate)
	}
	c.w.tickets[t.Id] = serviceTicket{strings.ToUpper(strings.TrimPrefix(spec.Method, "http")), u.RequestURI()}
	return &types.AcquireGenericServiceTicketResponse{Returnval: t}, nil
}

func thumbprintOf(g *gate) string {
	var hex []string
	for _, b := range sha1.Sum(g.own.Certificate[0]) {
		hex = append(hex, fmt.Sprintf("%02X", b))
	}
	return strings.Join(hex, ":")
}

// openHosts: all hosts take tickets at one address.
func (f *front) openHosts() error {
	w := f.w
	cert, _, err := makeCertificate("host")
	if err != nil {
		return err
	}
	options := *w.opt
	options.listen = "127.0.0.2:0"
	w.hostGate = &gate{opt: &options, own: cert}
	w.hostGate.handler = http.HandlerFunc(f.ticketed)
	if err := w.hostGate.open(); err != nil {
		return err
	}
	ip, port, _ := strings.Cut(w.hostGate.addr, ":")
	n, _ := strconv.Atoi(port)
	for _, ref := range refsOf("HostSystem") {
		h := simulator.Map.Get(ref).(*simulator.HostSystem)
		nic := types.HostVirtualNic{Device: "vmk0", Key: "management.vmk0",
			Spec: types.HostVirtualNicSpec{Ip: &types.HostIpConfig{IpAddress: ip}}}
		h.Config.VirtualNicManagerInfo = &types.HostVirtualNicManagerInfo{NetConfig: []types.VirtualNicManagerNetConfig{
			{NicType: "management", CandidateVnic: []types.HostVirtualNic{nic}, SelectedVnic: []string{nic.Key}}}}
		h.Summary.Config.Port = int32(n)
	}
	return nil
}

// ticketed serves one request for a file, to who has the ticket for it.
func (f *front) ticketed(rw http.ResponseWriter, r *http.Request) {
	status, root := http.StatusUnauthorized, ""
	cookie, err := r.Cookie("vmware_cgi_ticket")
	f.w.do(func() {
		if err != nil || f.w.tickets[cookie.Value] != (serviceTicket{r.Method, r.URL.RequestURI()}) {
			return
		}
		delete(f.w.tickets, cookie.Value)
		status, root = http.StatusNotFound, f.w.storeOfHosts(r.FormValue("dsName"))
	})
	f.files(rw, r, r.Method+" host", root, status)
}

// storeOfHosts: where the files of a datastore are that hosts call name.
func (w *world) storeOfHosts(name string) string {
	for _, ds := range datastores() {
		if ds.Name == name {
			return ds.Info.GetDatastoreInfo().Url
		}
	}
	return ""
}
