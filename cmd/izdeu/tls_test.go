package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

// secureClient is a browser that finds every name on this machine and trusts
// roots. It does not follow redirections.
func secureClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				_, port, err := net.SplitHostPort(address)
				if err != nil {
					return nil, err
				}
				return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
			},
			DisableKeepAlives: true, // each request shows the certificate of its time
		},
	}
}

// writeCertificate writes a certificate of its own authority for a name, and
// gives it.
func writeCertificate(t *testing.T, folder, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{"board.pem": {Type: "CERTIFICATE", Bytes: der}, "board.key": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(folder, file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// redirectAt reads in the log where plain HTTP is answered.
func (p *program) redirectAt() string {
	p.t.Helper()
	var at string
	p.eventually("the way to HTTPS", func() error {
		for line := range strings.Lines(p.log.String()) {
			var entry struct{ Msg, At string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "plain HTTP is sent on to HTTPS" {
				at = entry.At
				return nil
			}
		}
		return fmt.Errorf("not in the log")
	})
	return at
}

func TestServedOverTLSFromFiles(t *testing.T) {
	t.Parallel()
	folder, roots := t.TempDir(), x509.NewCertPool()
	roots.AddCert(writeCertificate(t, folder, "board.test"))
	p := startFor(t, secureClient(roots), t.TempDir(), nil, append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"),
		"--tls-certificate", filepath.Join(folder, "board.pem"), "--tls-key", filepath.Join(folder, "board.key"), "--tls-redirect", "127.0.0.1:0")...)
	if !strings.HasPrefix(p.url, "https://board.test:") {
		t.Fatalf("the board is said to be at %s", p.url)
	}

	status, header, body := p.request("", http.MethodPost, "/api/v1/session", `{"code":"`+p.code+`"}`)
	if cookie := header.Get("Set-Cookie"); status != http.StatusOK || !strings.Contains(cookie, "; Secure") {
		t.Errorf("signing in: %d, cookie %q\n%s", status, cookie, body)
	}
	if status, metrics := p.get(testAdminKey, "/metrics"); status != http.StatusOK ||
		!bytes.Contains(metrics, []byte(`izdeu_tls_certificate_expiry_timestamp_seconds{name="board.test"}`)) {
		t.Errorf("the metrics (%d) do not say when the certificate ends", status)
	}

	plain := "http://" + p.redirectAt()
	answer, err := secureClient(nil).Get(plain + "/cases?x=1")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusTemporaryRedirect || to != p.url+"/cases?x=1" {
		t.Errorf("plain HTTP: %d to %q, want %s", answer.StatusCode, to, p.url)
	}
	answer, err = secureClient(nil).Post(plain+"/api/v1/applications", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("an application in the clear: %d, want 403", answer.StatusCode)
	}

	// Another certificate in the files is taken over while it runs.
	other := x509.NewCertPool()
	other.AddCert(writeCertificate(t, folder, "board.test"))
	p.client = secureClient(other)
	p.eventually("the new certificate", func() error {
		if status, body := p.get("", "/healthz"); status != http.StatusOK {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	p.stop()
}

// authority is an ACME authority of its own on this machine. Its answers wait
// until check says where it finds the domains.
type authority struct {
	directory string
	file      string // the certificate by which its directory is known
	ready     chan struct{}
	handler   http.Handler
	names     string // address of its name server, which finds every name here
	db        *db.MemoryStore
	ca        *ca.CAImpl
}

func startAuthority(t *testing.T) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_AUTHZREUSE", "0")
	quiet := log.New(io.Discard, "", 0)
	a := &authority{ready: make(chan struct{}), db: db.NewMemoryStore()}
	a.ca = ca.New(quiet, a.db, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {Description: "of the tests"}})

	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-a.ready:
			a.handler.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	a.directory = server.URL + wfe.DirectoryPath
	a.file = filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0") // as the authority asks
	if err != nil {
		t.Fatal(err)
	}
	listening := make(chan struct{})
	nameServer := &dns.Server{Listener: listener, NotifyStartedFunc: func() { close(listening) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		answer := new(dns.Msg)
		answer.SetReply(question)
		if one := question.Question[0]; one.Qtype == dns.TypeA {
			answer.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: one.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(answer)
	})}
	ended := make(chan error, 1)
	go func() { ended <- nameServer.ActivateAndServe() }()
	<-listening
	t.Cleanup(func() {
		_ = nameServer.Shutdown()
		<-ended
	})
	a.names = listener.Addr().String()
	return a
}

// check lets the authority answer, and check domains on these ports.
func (a *authority) check(httpPort, tlsPort int) {
	quiet := log.New(io.Discard, "", 0)
	checker := va.New(quiet, httpPort, tlsPort, false, a.names, a.db)
	front := wfe.New(quiet, a.db, checker, a.ca, []string{"authority.test"}, false, false, 0, 0)
	a.handler = front.Handler()
	close(a.ready)
}

func (a *authority) roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(a.ca.GetRootCert(0).Cert)
	return roots
}

func port(t *testing.T, address string) int {
	t.Helper()
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	return resolved.Port
}

// TestCertificatesFromAnAuthority gets one over each of the two challenges, and
// starts again without asking for another.
func TestCertificatesFromAnAuthority(t *testing.T) {
	for _, challenge := range []string{"TLS-ALPN-01", "HTTP-01"} {
		t.Run(challenge, func(t *testing.T) {
			a := startAuthority(t)
			data := t.TempDir()
			arguments := append(serveArguments(data, "127.0.0.1:0", "127.0.0.1:0"), "--tls-domain", "izdeu.example.test",
				"--tls-email", "admin@example.test", "--tls-directory", a.directory, "--tls-authority", a.file)
			redirect := "none"
			if challenge == "HTTP-01" {
				redirect = "127.0.0.1:0"
			}
			arguments = append(arguments, "--tls-redirect", redirect)
			p := startAnnounced(t, secureClient(a.roots()), data, nil, arguments...)
			const nobody = 1 // a port where nobody answers
			if challenge == "HTTP-01" {
				a.check(port(t, p.redirectAt()), nobody)
			} else {
				a.check(nobody, port(t, strings.TrimPrefix(p.url, "https://izdeu.example.test")))
			}
			p.eventually("the certificate", func() error {
				if status, body := p.get("", "/healthz"); status != http.StatusOK {
					return fmt.Errorf("%d %s", status, body)
				}
				return nil
			})
			if status, metrics := p.get(testAdminKey, "/metrics"); status != http.StatusOK ||
				!bytes.Contains(metrics, []byte(`izdeu_tls_certificate_expiry_timestamp_seconds{name="izdeu.example.test"}`)) {
				t.Errorf("the metrics (%d) do not say when the certificate ends", status)
			}
			p.stop()

			// What was got is kept: without the authority it starts with it.
			arguments[len(arguments)-5] = "https://127.0.0.1:1/dir" // of --tls-directory
			again := startFor(t, secureClient(a.roots()), data, nil, arguments...)
			again.stop()
		})
	}
}

func TestFlagsOfTLS(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.pem")
	for name, test := range map[string]struct {
		arguments []string
		code      int
		says      string
	}{
		"a key alone":            {[]string{"--tls-key", "x"}, exitMisused, "--tls-certificate and --tls-key"},
		"two sources":            {[]string{"--tls-certificate", "x", "--tls-key", "x", "--tls-domain", "izdeu.example.org"}, exitMisused, "--tls-domain"},
		"an address as a domain": {[]string{"--tls-domain", "192.168.1.5"}, exitMisused, "192.168.1.5"},
		"mail without a domain":  {[]string{"--tls-email", "x@example.org"}, exitMisused, "--tls-domain"},
		"a redirect to nowhere":  {[]string{"--tls-redirect", ":8081"}, exitMisused, "--tls-redirect"},
		"a directory in clear":   {[]string{"--tls-domain", "izdeu.example.org", "--tls-directory", "http://x/dir"}, exitMisused, "https"},
		"a missing file":         {[]string{"--tls-certificate", missing, "--tls-key", missing}, exitFailed, missing},
	} {
		_, errs, code := runOnce(t, "", append(serveArguments(t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"), test.arguments...)...)
		if code != test.code || !strings.Contains(errs, test.says) {
			t.Errorf("%s: exit status %d, want %d\n%s", name, code, test.code, errs)
		}
	}
}
