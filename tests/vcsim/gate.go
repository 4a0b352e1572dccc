// SPDX-License-Identifier: LGPL-2.1-or-later

// gate.go - the listener, and the certificate it shows
//
// Exists apart so that the server can go away and come back on the same port
// with all its state, as a restart or a broken network looks to a client.

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

type gate struct {
	opt     *options
	handler http.Handler
	addr    string           // what the kernel chose, once
	own     *tls.Certificate // the one that clients were told to trust

	mu     sync.Mutex
	shown  *tls.Certificate // mu; nil: own
	server *http.Server     // mu; nil: closed
}

// open begins to listen; on the port it had before, if any.
func (g *gate) open() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server != nil {
		return nil
	}
	if g.addr == "" {
		addr, err := hold(g.opt.listen)
		if err != nil {
			return err
		}
		g.addr = addr
	}
	l, err := net.Listen("tcp", g.addr)
	if err != nil {
		return err
	}
	g.addr = l.Addr().String()
	if g.opt.tls {
		config := &tls.Config{MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.certificate(), nil }}
		if g.opt.legacyTLS {
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS10
		}
		l = tls.NewListener(l, config)
	}
	g.server = &http.Server{Handler: g.handler, ErrorLog: log.New(io.Discard, "", 0)}
	go func(s *http.Server) { _ = s.Serve(l) }(g.server)
	return nil
}

// hold binds a socket that never listens, and gives its address: who listens on it closes
// and comes back, and meanwhile the kernel gives the port to nobody else.
func hold(listen string) (string, error) {
	a, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil || a.IP == nil {
		return listen, err
	}
	v4, v6 := &syscall.SockaddrInet4{Port: a.Port}, &syscall.SockaddrInet6{Port: a.Port}
	family, sa := syscall.AF_INET6, syscall.Sockaddr(v6)
	if copy(v4.Addr[:], a.IP.To4()) > 0 {
		family, sa = syscall.AF_INET, v4
	}
	copy(v6.Addr[:], a.IP)
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	if err == nil {
		err = syscall.Bind(fd, sa)
	}
	if err == nil {
		sa, err = syscall.Getsockname(fd)
	}
	if err != nil {
		return "", err
	}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		a.Port = sa.Port
	case *syscall.SockaddrInet6:
		a.Port = sa.Port
	}
	return a.String(), nil
}

// close stops to listen and cuts every connection.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server != nil {
		_ = g.server.Close()
		g.server = nil
	}
}

func (g *gate) certificate() *tls.Certificate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shown != nil {
		return g.shown
	}
	return g.own
}

func (g *gate) setCertificate(c *tls.Certificate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shown = c
}

func (g *gate) url() string {
	scheme := "http"
	if g.opt.tls {
		scheme = "https"
	}
	return scheme + "://" + g.addr + "/sdk"
}

// certificateKinds: what can be wrong with one ("other": only that nobody knows it).
var certificateKinds = map[string]bool{"own": true, "other": true, "expired": true, "wronghost": true}

// makeCertificate makes a self-signed one for the loopback, and gives it as PEM too.
func makeCertificate(kind string) (*tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:   pkix.Name{CommonName: "localhost", Organization: []string{"vcsim " + kind}},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(127, 0, 0, 2), net.IPv6loopback}}
	switch kind {
	case "expired":
		t.NotAfter = time.Now().AddDate(0, 0, -1)
	case "wronghost":
		t.Subject.CommonName, t.DNSNames, t.IPAddresses = "elsewhere.example.com", []string{"elsewhere.example.com"}, nil
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, text, nil
}
