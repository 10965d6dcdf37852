package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/web/certificate"
)

// certificateFolder is where the certificates of an authority and the key of
// the account with it are kept, in the data directory.
const certificateFolder = "certificates"

// tlsFlags say how the board answers over HTTPS.
type tlsFlags struct {
	Certificate string   `env:"IZDEU_TLS_CERTIFICATE" placeholder:"FILE" help:"Answer over HTTPS with this certificate (PEM: the server's own first, then those above it). Taken over without a restart when it changes."`
	Key         string   `env:"IZDEU_TLS_KEY" placeholder:"FILE" help:"The key of --tls-certificate (PEM, without a passphrase)."`
	Domain      []string `env:"IZDEU_TLS_DOMAIN" placeholder:"NAME" help:"Answer over HTTPS and get the certificate for this name from Let's Encrypt by itself (ACME), which means that you agree to its terms. The name has to lead here, and the internet has to reach port 443 or 80."`
	Email       string   `env:"IZDEU_TLS_EMAIL" placeholder:"MAIL" help:"Where the authority may write about --tls-domain."`
	Directory   string   `env:"IZDEU_TLS_DIRECTORY" placeholder:"URL" help:"The ACME directory of another authority for --tls-domain, such as your own."`
	Authority   string   `env:"IZDEU_TLS_AUTHORITY" placeholder:"FILE" help:"The certificate (PEM) by which the authority of --tls-directory is known, when this machine does not trust it anyway."`
	Redirect    string   `env:"IZDEU_TLS_REDIRECT" placeholder:"HOST:PORT" help:"Where plain HTTP is sent on to HTTPS, and where the authority may check the name. Default with --tls-domain :80, else nowhere; none for nowhere."`
}

const (
	defaultListen    = "127.0.0.1:8080"
	defaultTLSListen = ":443" // with --tls-domain, which the internet has to reach
)

// listen is where the board answers.
func (c *serveCommand) listen() string {
	switch {
	case c.Listen != "":
		return c.Listen
	case len(c.TLS.Domain) > 0:
		return defaultTLSListen
	}
	return defaultListen
}

// redirect is where plain HTTP is answered, empty for nowhere.
func (f *tlsFlags) redirect() string {
	switch {
	case f.Redirect == "none":
		return ""
	case f.Redirect == "" && len(f.Domain) > 0:
		return ":80"
	}
	return f.Redirect
}

// check refuses flags that do not go together.
func (f *tlsFlags) check() error {
	switch {
	case (f.Certificate == "") != (f.Key == ""):
		return misused("--tls-certificate and --tls-key: give both, or neither")
	case f.Certificate != "" && len(f.Domain) > 0:
		return misused("--tls-domain gets a certificate by itself: leave --tls-certificate and --tls-key out, or leave it out")
	case len(f.Domain) == 0 && (f.Email != "" || f.Directory != "" || f.Authority != ""):
		return misused("--tls-email, --tls-directory and --tls-authority go with --tls-domain: give it too")
	case f.Authority != "" && f.Directory == "":
		return misused("--tls-authority goes with --tls-directory: give it too")
	case f.Certificate == "" && len(f.Domain) == 0 && f.redirect() != "":
		return misused("--tls-redirect needs HTTPS to lead to: give --tls-certificate and --tls-key, or --tls-domain")
	}
	for _, domain := range f.Domain {
		if net.ParseIP(domain) != nil || strings.ContainsAny(domain, "/:* ") || !strings.Contains(strings.Trim(domain, "."), ".") {
			return misused("--tls-domain: %q is no full name of a machine, such as izdeu.example.org", domain)
		}
	}
	if directory, err := url.Parse(f.Directory); err != nil || f.Directory != "" && (directory.Scheme != "https" || directory.Host == "") {
		return misused("--tls-directory: give the https address of an ACME directory")
	}
	return nil
}

// secured is what TLS adds to the server.
type secured struct {
	config     *tls.Config
	name       string // that the certificate is for
	run        func(context.Context)
	challenges func(http.Handler) http.Handler // before the redirection
}

// open prepares HTTPS; nil without.
func (f *tlsFlags) open(directory *dataDirectory, registry prometheus.Registerer, log *slog.Logger) (*secured, error) {
	options := certificate.Options{Logger: log, Registry: registry}
	unchanged := func(next http.Handler) http.Handler { return next }
	switch {
	case f.Certificate != "":
		files, err := certificate.FromFiles(f.Certificate, f.Key, options)
		if err != nil {
			return nil, fmt.Errorf("--tls-certificate, --tls-key: %w", err)
		}
		return &secured{config: files.TLSConfig(), name: files.Name(), run: files.Run, challenges: unchanged}, nil
	case len(f.Domain) > 0:
		account := certificate.Account{Domains: f.Domain, Email: f.Email, Directory: f.Directory, Folder: directory.file(certificateFolder)}
		if account.Directory == "" {
			account.Directory = certificate.LetsEncrypt
		}
		if f.Authority != "" {
			text, err := os.ReadFile(f.Authority)
			if err != nil {
				return nil, fmt.Errorf("--tls-authority: %w", err)
			}
			account.Roots = x509.NewCertPool()
			if !account.Roots.AppendCertsFromPEM(text) {
				return nil, misused("--tls-authority: %s holds no certificate (PEM)", f.Authority)
			}
		}
		source := certificate.ByACME(account, options)
		s := &secured{config: source.TLSConfig(), name: source.Name(), run: source.Run, challenges: unchanged}
		if f.redirect() != "" {
			s.challenges = source.Challenges
		}
		return s, nil
	}
	return nil, nil
}

// address is the board's own for people: the name of the certificate and the
// port that it is served on. Empty for a certificate for many names or none.
func (s *secured) address(port string) string {
	if s == nil || s.name == "" || strings.ContainsAny(s.name, "* ") {
		return ""
	}
	if port == "443" {
		if strings.Contains(s.name, ":") {
			return "https://[" + s.name + "]"
		}
		return "https://" + s.name
	}
	return "https://" + net.JoinHostPort(s.name, port)
}

// scheme begins an address of the server.
func (s *secured) scheme() string {
	if s == nil {
		return "http://"
	}
	return "https://"
}

// serve answers requests on the listener until the server is shut down.
func (s *secured) serve(server *http.Server, listener net.Listener) error {
	if s == nil {
		return ignoreClosed(server.Serve(listener))
	}
	server.TLSConfig = s.config
	return ignoreClosed(server.ServeTLS(listener, "", ""))
}

// start keeps the certificate good, and leads plain HTTP to HTTPS. public is
// the board's own address, empty for the one that was asked.
func (s *secured) start(o *owner, redirect, public, port string, log *slog.Logger) error {
	if s == nil {
		return nil
	}
	o.run("the TLS certificate", forever(s.run))
	if redirect == "" {
		return nil
	}
	listener, err := net.Listen("tcp", redirect)
	if err != nil {
		return fmt.Errorf("plain HTTP cannot be sent on to HTTPS (%w): give it another address with --tls-redirect, or none", err)
	}
	server := &http.Server{Handler: s.challenges(toHTTPS(public, port)), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	o.run("the way to HTTPS", func(context.Context) error { return ignoreClosed(server.Serve(listener)) })
	o.onEnd("requests of plain HTTP", func() error { return ignoreClosed(server.Close()) })
	log.Info("plain HTTP is sent on to HTTPS", "at", listener.Addr().String())
	return nil
}

// toHTTPS sends browsers on. Whatever else came in the clear is refused: who
// sends a key or a report so has to notice.
func toHTTPS(public, port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "Use https. If this request held a key, others may have read it: make a new one and revoke it.", http.StatusForbidden)
			return
		}
		target := public
		if target == "" {
			host, _, err := net.SplitHostPort(r.Host)
			if err != nil {
				host = strings.Trim(r.Host, "[]")
			}
			target = (&secured{name: host}).address(port)
		}
		if target == "" {
			http.Error(w, "Use https.", http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, target+r.URL.RequestURI(), http.StatusTemporaryRedirect) // #nosec G710 -- the same host and path, over HTTPS
	})
}

// portOf gives the port that a listener got.
func portOf(listener net.Listener) string {
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
