// SPDX-License-Identifier: LGPL-2.1-or-later

// options.go - the command line

package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
)

type options struct {
	listen, certFile, ready, user, password string
	history                                 string
	tls, gzip, plain, stdin, mixed          bool
	esx, gsx, legacyTLS, silentSummary      bool
	direct, encodedTwice                    bool
	dc, cluster, host, standalone, vm       int
	folder, ds, pg, nsx, pod                int
	page, updatePage                        int
	taskTime, guestTime, sessionIdle        int
	quietAlarms                             bool // nobody is told of alarms
	leaseTimeout                            int
	taskTimes                               map[string]int // by method, ms
	api                                     apiVersion
}

func (o *options) isHost() bool { return o.esx || o.gsx }

func parseOptions(args []string) (*options, error) {
	o := &options{taskTimes: map[string]int{}}
	f := flag.NewFlagSet("vcsim", flag.ContinueOnError)
	f.StringVar(&o.listen, "l", "127.0.0.1:0", "`address:port` to listen on; port 0: the kernel chooses")
	f.BoolVar(&o.tls, "tls", true, "https with a certificate made at start; false: http")
	f.BoolVar(&o.legacyTLS, "legacy-tls", false, "TLS 1.0, as servers before 6.0")
	f.StringVar(&o.certFile, "certfile", "", "`file` to write the certificate to, as PEM")
	f.StringVar(&o.ready, "ready", "", "`file` to write url=, control=, cert= and pid= to, once connections are accepted")
	f.BoolVar(&o.stdin, "stdin", false, "exit when the standard input ends")
	f.StringVar(&o.user, "user", "", "the only `user` that may log in (default: any with a password)")
	f.StringVar(&o.password, "password", "", "that user's `password`")
	f.BoolVar(&o.plain, "plain", false, "the bare simulator, with all its quirks; no control")
	// So does the newest govmomi simulator after ReconfigVM_Task.
	f.BoolVar(&o.silentSummary, "silent-summary", false, "updates never say that summary.config has changed")
	f.BoolVar(&o.gzip, "gzip", true, "compress replies when the client asks")
	f.BoolVar(&o.esx, "esx", false, "be one ESX host, not a vCenter")
	f.BoolVar(&o.gsx, "gsx", false, "be a GSX server (API 2.5)")
	f.IntVar(&o.dc, "dc", 1, "`number` of datacenters")
	f.IntVar(&o.cluster, "cluster", 1, "`number` of clusters in a datacenter")
	f.IntVar(&o.host, "host", 3, "`number` of hosts in a cluster")
	f.IntVar(&o.standalone, "standalone", 1, "`number` of hosts without a cluster in a datacenter")
	f.IntVar(&o.vm, "vm", 2, "`number` of VMs in a cluster, and on a host without one")
	f.IntVar(&o.folder, "folder", 0, "`number` of datacenters that lie in folders and have folders")
	f.IntVar(&o.ds, "ds", 1, "`number` of datastores in a datacenter")
	f.IntVar(&o.pg, "pg", 1, "`number` of distributed port groups in a datacenter")
	f.IntVar(&o.nsx, "nsx", 0, "`number` of opaque networks in a datacenter")
	f.IntVar(&o.pod, "pod", 0, "`number` of datastore clusters in a datacenter; all datastores but the first lie in them")
	f.BoolVar(&o.mixed, "mixed", false, "VMs in all states: off, suspended, without tools, templates, several shares (default: all run)")
	f.IntVar(&o.page, "page", 1000, "`objects` in a reply of RetrievePropertiesEx at most")
	f.IntVar(&o.updatePage, "update-page", 1000, "`objects` in a reply of WaitForUpdatesEx at most")
	f.IntVar(&o.taskTime, "task-time", 0, "`ms` that a task takes")
	f.IntVar(&o.guestTime, "guest-time", 20, "`ms` after which a guest does what it was asked")
	f.IntVar(&o.leaseTimeout, "lease-timeout", 300, "`seconds` after which a lease that nobody renews ends")
	f.StringVar(&o.history, "history", "", "`file` that keeps the events, for a server that is killed and started again")
	f.BoolVar(&o.encodedTwice, "encoded-twice", false, "names in the query of /folder are encoded twice, as a vCenter's are")
	f.BoolVar(&o.direct, "direct", false, "the hosts take tickets for files of their datastores (default: there are none)")
	f.IntVar(&o.sessionIdle, "session-idle", 0, "`seconds` after which an unused session ends; 0: never")
	api := f.String("api", "", "`version` of the API: 2.5, 4.0, 4.1 … 6.5 (default 6.5; 2.5 for GSX)")
	times := f.String("task-times", "", "`Method=ms,…`: the time that tasks of single methods take")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.check(*api, *times, f.Args())
}

func (o *options) check(api, times string, rest []string) error {
	o.api = defaultAPI
	if o.gsx {
		o.api = 205
	}
	if api != "" {
		v, err := parseAPI(api)
		if err != nil {
			return err
		}
		o.api = v
	}
	if o.api < typeSince("DistributedVirtualPortgroup") {
		o.pg = 0
	}
	if o.api < typeSince("OpaqueNetwork") {
		o.nsx = 0
	}
	if o.api < typeSince("StoragePod") {
		o.pod = 0
	}
	for _, t := range strings.Split(times, ",") {
		if t == "" {
			continue
		}
		part := strings.SplitN(t, "=", 2)
		ms, err := strconv.Atoi(part[len(part)-1])
		if err != nil || len(part) != 2 {
			return fmt.Errorf("-task-times: %q is not Method=ms", t)
		}
		o.taskTimes[part[0]] = ms
	}
	if len(rest) != 0 {
		return fmt.Errorf("unexpected argument %q", rest[0])
	}
	if o.ds < 1 || o.page < 1 || o.updatePage < 1 {
		return fmt.Errorf("-ds, -page and -update-page must be at least 1")
	}
	return nil
}
