package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// LetsEncrypt is the directory of the authority that is asked when nothing else
// is said.
const LetsEncrypt = acme.LetsEncryptURL

const (
	// acmeEvery is how often the certificates are looked at; they are renewed
	// when a third of their time is left, or 30 days.
	acmeEvery = time.Hour
	// After a failure the authority is left alone for so long, twice as long
	// after each further one: Let's Encrypt bars a name for an hour after five.
	acmeFirstPause = 2 * time.Minute
	acmeLastPause  = time.Hour
)

// Account is what the authority is told and asked.
type Account struct {
	Domains   []string       // for which certificates are asked, each its own
	Email     string         // where the authority may write; may be empty
	Directory string         // URL of the authority's ACME directory
	Roots     *x509.CertPool // by which the authority's own certificate is checked; nil: the system's
	Folder    string         // where the account's key and the certificates are kept
}

// ACME gets certificates from an authority and renews them.
type ACME struct {
	manager *autocert.Manager
	account Account
	watch   *watch

	pause time.Duration // of Run, after the last failure; 0: the last attempt was good

	mu    sync.Mutex
	there map[string]bool // domains that have a certificate
}

// ByACME prepares for getting certificates; Run does. The authority checks the
// domains over port 443 (TLS-ALPN-01), and over port 80 too (HTTP-01) where
// Challenges is used.
func ByACME(account Account, o Options) *ACME {
	for i, domain := range account.Domains {
		account.Domains[i] = strings.ToLower(domain)
	}
	a := &ACME{account: account, watch: newWatch(o, "the authority did not renew it; the log says why"), there: map[string]bool{}}
	known := autocert.HostWhitelist(account.Domains...)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: account.Roots}
	a.manager = &autocert.Manager{
		// Who gives a domain agrees to the authority's terms: the help says so.
		Prompt: autocert.AcceptTOS,
		Cache:  autocert.DirCache(account.Folder),
		Email:  account.Email,
		Client: &acme.Client{DirectoryURL: account.Directory, UserAgent: "izdeu",
			HTTPClient: &http.Client{Transport: reasons{transport, o.Logger}, Timeout: 30 * time.Second}},
		HostPolicy: func(ctx context.Context, host string) error {
			if name, _, err := net.SplitHostPort(host); err == nil { // of plain HTTP
				host = name
			}
			return known(ctx, host)
		},
	}
	return a
}

// TLSConfig gives what a server needs.
func (a *ACME) TLSConfig() *tls.Config {
	config := a.manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	config.GetCertificate = a.certificate
	return config
}

// Name is the first domain.
func (a *ACME) Name() string { return a.account.Domains[0] }

// Challenges answers what the authority asks over HTTP, and leaves all else to
// next.
func (a *ACME) Challenges(next http.Handler) http.Handler { return a.manager.HTTPHandler(next) }

// certificate gives a visitor the certificate that is there. Only Run asks the
// authority for a first one, at its pace.
func (a *ACME) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if !slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		if hello.ServerName == "" { // by its address, as a health check of this machine does
			named := *hello
			named.ServerName = a.Name()
			hello = &named
		}
		a.mu.Lock()
		there := a.there[strings.ToLower(hello.ServerName)]
		a.mu.Unlock()
		if !there {
			return nil, fmt.Errorf("there is no certificate for %q", hello.ServerName)
		}
	}
	return a.manager.GetCertificate(hello)
}

// Run gets what is missing and watches the ends, until ctx ends.
func (a *ACME) Run(ctx context.Context) {
	for {
		failed := map[string]error{}
		for _, domain := range a.account.Domains {
			if err := a.get(ctx, domain); err != nil {
				failed[domain] = err
			}
		}
		if ctx.Err() != nil {
			return
		}
		next := a.next(len(failed) > 0)
		for domain, err := range failed {
			a.watch.log.Error("there is no TLS certificate: the domain's name has to lead here, and the authority has to reach port 443 or port 80 of it",
				"domain", domain, "error", err, "authority", a.account.Directory, "again_in", next.String())
		}
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// next is how long Run sleeps.
func (a *ACME) next(failed bool) time.Duration {
	if !failed {
		a.pause = 0
		return acmeEvery
	}
	a.pause = min(max(2*a.pause, acmeFirstPause), acmeLastPause)
	return a.pause
}

// get asks for the certificate of a domain, unless it is there. The manager
// takes no context: what ends first is waited for.
func (a *ACME) get(ctx context.Context, domain string) error {
	type answer struct {
		certificate *tls.Certificate
		err         error
	}
	answered := make(chan answer, 1)
	go func() {
		// A hello of a browser of today, which takes an ECDSA certificate.
		certificate, err := a.manager.GetCertificate(&tls.ClientHelloInfo{ServerName: domain,
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
		answered <- answer{certificate, err}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case got := <-answered:
		if got.err != nil {
			return got.err
		}
		a.mu.Lock()
		a.there[domain] = true
		a.mu.Unlock()
		a.watch.expiry.WithLabelValues(domain).Set(float64(got.certificate.Leaf.NotAfter.Unix()))
		a.watch.warn(domain, got.certificate.Leaf, a.watch.clock())
		return nil
	}
}

// reasons reads with the manager what the authority answers, and says in the
// log why a check failed: the manager keeps that to itself.
type reasons struct {
	next http.RoundTripper
	log  *slog.Logger
}

// largestAnswer bounds an answer of the authority in bytes: chains of
// certificates are a few thousand.
const largestAnswer = 1 << 20

func (r reasons) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	var checked struct {
		Identifier struct{ Value string }
		Status     string
		Challenges []struct {
			Type  string
			Error struct{ Detail string }
		}
	}
	if json.Unmarshal(body, &checked) != nil || checked.Status != acme.StatusInvalid {
		return response, nil
	}
	for _, challenge := range checked.Challenges {
		if challenge.Error.Detail != "" {
			r.log.Warn("the authority could not check the domain", "domain", checked.Identifier.Value, "by", challenge.Type, "reason", challenge.Error.Detail)
		}
	}
	return response, nil
}
