// SPDX-License-Identifier: LGPL-2.1-or-later

// api.go - which parts of the schema exist since when
//
// Exists so that the server can be an old one (-api 2.5, -api 4.0) and so that
// a call is read and answered in the version that its SOAPAction names, as real
// servers do: what is newer is refused in requests and left out of replies.
// The table holds what hvfs may meet, not the whole history.

package main

import (
	_ "embed" // history.txt
	"fmt"
	"strconv"
	"strings"
)

// apiVersion is major*100 + minor; 0: since ever.
type apiVersion int

const defaultAPI apiVersion = 605

// Versions of the schema that the server speaks, newest first.
var apiVersions = []apiVersion{607, 605, 600, 505, 501, 500, 401, 400, 205}

func (v apiVersion) String() string {
	return fmt.Sprintf("%d.%d", int(v)/100, int(v)%100)
}

func parseAPI(s string) (apiVersion, error) {
	part := strings.SplitN(s, ".", 3)
	if len(part) < 2 {
		return 0, fmt.Errorf("%q is no API version such as 2.5 or 6.5", s)
	}
	major, err1 := strconv.Atoi(part[0])
	minor, err2 := strconv.Atoi(strings.SplitN(part[1], "u", 2)[0])
	if err1 != nil || err2 != nil || major < 2 || minor > 99 {
		return 0, fmt.Errorf("%q is no API version such as 2.5 or 6.5", s)
	}
	return apiVersion(major*100 + minor), nil
}

// callAPI: the version a call is made in. No SOAPAction means 2.5, and one
// newer than the server's means the server's.
func callAPI(soapAction string, server apiVersion) apiVersion {
	action := strings.Trim(soapAction, `" `)
	v, err := parseAPI(strings.TrimPrefix(action, "urn:vim25/"))
	if err != nil || !strings.HasPrefix(action, "urn:vim25/") {
		return 205
	}
	if v > server {
		return server
	}
	return v
}

// Each line: a version, a class (or none, for classes themselves and methods,
// which are written Method()), and what came with it. Made by history.py.
//
//go:embed history.txt
var history string

var sinceTable = parseHistory()

func parseHistory() map[string]apiVersion {
	table := map[string]apiVersion{}
	for _, line := range strings.Split(strings.TrimSpace(history), "\n") {
		words := strings.Fields(line)
		v, err := parseAPI(words[0])
		if err != nil {
			panic(err)
		}
		prefix := strings.TrimSuffix(words[1], ":")
		if prefix != "" {
			prefix += "."
		}
		for _, w := range words[2:] {
			table[prefix+w] = v
		}
	}
	return table
}

func fieldSince(typ, field string) apiVersion { return sinceTable[typ+"."+field] }
func typeSince(name string) apiVersion        { return sinceTable[name] }
func methodSince(name string) apiVersion      { return sinceTable[name+"()"] }

// versionsXML is /sdk/vimServiceVersions.xml; 2.5 servers have none.
func versionsXML(server apiVersion) string {
	out := `<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>` + server.String() + `</version>
  <priorVersions>
`
	for _, v := range apiVersions {
		if v < server {
			out += "   <version>" + v.String() + "</version>\n"
		}
	}
	return out + "  </priorVersions>\n </namespace>\n</namespaces>\n"
}
