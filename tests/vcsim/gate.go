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
	"os"
	"sync"
	"time"
)

type gate struct {
	opt     *options
	handler http.Handler
	addr    string // what the kernel chose, once

	mu     sync.Mutex
	cert   *tls.Certificate // mu
	server *http.Server     // mu; nil: closed
}

// open begins to listen; on the port it had before, if any.
func (g *gate) open() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.server != nil {
		return nil
	}
	addr := g.opt.listen
	if g.addr != "" {
		addr = g.addr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	g.addr = l.Addr().String()
	if g.opt.tls {
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.certificate(), nil }})
	}
	g.server = &http.Server{Handler: g.handler, ErrorLog: log.New(io.Discard, "", 0)}
	go func(s *http.Server) { _ = s.Serve(l) }(g.server)
	return nil
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
	return g.cert
}

func (g *gate) setCertificate(c *tls.Certificate) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cert = c
}

func (g *gate) url() string {
	scheme := "http"
	if g.opt.tls {
		scheme = "https"
	}
	return scheme + "://" + g.addr + "/sdk"
}

// makeCertificate makes a self-signed one for the loopback, and writes it to file
// if that is not empty.
func makeCertificate(file string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:   pkix.Name{CommonName: "localhost", Organization: []string{"vcsim"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	if file != "" {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return nil, err
		}
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
