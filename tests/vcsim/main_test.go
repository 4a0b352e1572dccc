// SPDX-License-Identifier: LGPL-2.1-or-later

// main_test.go - what the tests of the simulator stand on
//
// The model is global and one a process, so all tests share one server; each
// logs in for itself and uses objects of its own.

package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

var (
	testWorld  *world
	testServer *httptest.Server
	testFront  *front
)

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	o, err := parseOptions([]string{"-vm", "10", "-host", "2", "-task-times", "PowerOffVM_Task=200"})
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "vcsim-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	model, err := createModel(o, dir)
	if err != nil {
		panic(err)
	}
	defer model.Remove()
	testWorld = newWorld(o)
	if err := testWorld.createMachines(); err != nil {
		panic(err)
	}
	testFront = &front{w: testWorld, log: newRequestLog(), faults: &misbehaviour{}}
	testServer = httptest.NewServer(testFront)
	defer testServer.Close()
	return m.Run()
}

// client speaks raw SOAP, so that it can say what no library would.
type client struct {
	*http.Client
	t      *testing.T
	action string
}

func newClient(t *testing.T) *client {
	jar, _ := cookiejar.New(nil)
	c := &client{&http.Client{Jar: jar, Timeout: 2 * longWait * time.Second}, t, "urn:vim25/6.5"}
	c.ok("Login", "SessionManager", "SessionManager", "<userName>u</userName><password>p</password>")
	return c
}

func (c *client) post(body string) (int, string) {
	c.t.Helper()
	req, _ := http.NewRequest("POST", testServer.URL+"/sdk", strings.NewReader(
		`<e:Envelope xmlns:e="`+nsEnvelope+`" xmlns:xsi="`+nsXSI+`" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Body>`+
			body+`</e:Body></e:Envelope>`))
	req.Header.Set("SOAPAction", c.action)
	res, err := c.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func (c *client) call(method, kind, id, args string) (int, string) {
	c.t.Helper()
	return c.post(fmt.Sprintf(`<%s xmlns="urn:vim25"><_this type="%s">%s</_this>%s</%s>`, method, kind, id, args, method))
}

// ok makes a call that has to succeed.
func (c *client) ok(method, kind, id, args string) string {
	c.t.Helper()
	status, text := c.call(method, kind, id, args)
	if status != 200 {
		c.t.Fatalf("%s: %d %s", method, status, text)
	}
	return text
}

// fails makes a call that has to give a fault of a type, with a word in its text.
func (c *client) fails(faultType, word, method, kind, id, args string) {
	c.t.Helper()
	status, text := c.call(method, kind, id, args)
	if status != 500 || !strings.Contains(text, `xsi:type="`+faultType+`"`) || !strings.Contains(text, word) {
		c.t.Errorf("%s %s: want %s with %q, got %d %s", method, args, faultType, word, status, text)
	}
}

var returnval = regexp.MustCompile(`<returnval[^>]*>([^<]*)<`)

// ref makes a call and gives the object that it returns.
func (c *client) ref(method, kind, id, args string) string {
	c.t.Helper()
	m := returnval.FindStringSubmatch(c.ok(method, kind, id, args))
	if m == nil {
		c.t.Fatalf("%s returned nothing", method)
	}
	return m[1]
}

// vm gives the n-th VM of the host without a cluster. Tests that rename VMs
// rename them back.
func vm(n int) string { return entity(fmt.Sprintf("DC0_H0_VM%d", n)) }

// entity gives the id of the one entity with a name.
func entity(name string) (id string) {
	testWorld.do(func() {
		obj, err := findObject(name)
		if err != nil {
			panic(err)
		}
		id = obj.Reference().Value
	})
	return id
}
