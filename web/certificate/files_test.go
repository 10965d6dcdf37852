package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// issued is a certificate that signs itself, and its key, as PEM.
type issued struct{ chain, key []byte }

func issue(t *testing.T, name string, from, to time.Time, authority bool) issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: from, NotAfter: to, IsCA: authority, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return issued{pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})}
}

// desk is a folder with the two files, a log and a clock that the test sets.
type desk struct {
	t                *testing.T
	certificate, key string
	log              bytes.Buffer
	now              time.Time
	registry         *prometheus.Registry
}

func newDesk(t *testing.T) *desk {
	folder := t.TempDir()
	return &desk{t: t, certificate: filepath.Join(folder, "board.pem"), key: filepath.Join(folder, "board.key"),
		now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), registry: prometheus.NewRegistry()}
}

func (d *desk) put(chain, key []byte) {
	d.t.Helper()
	for path, content := range map[string][]byte{d.certificate: chain, d.key: key} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *desk) open() (*Files, error) {
	return FromFiles(d.certificate, d.key, Options{Logger: slog.New(slog.NewTextHandler(&d.log, nil)), Registry: d.registry,
		Clock: func() time.Time { return d.now }})
}

// logged gives the log since it was asked last.
func (d *desk) logged() string {
	text := d.log.String()
	d.log.Reset()
	return text
}

// shown is the name of the certificate that a visitor gets.
func shown(t *testing.T, config *tls.Config) string {
	t.Helper()
	server := &http.Server{Handler: http.NotFoundHandler(), TLSConfig: config, ReadHeaderTimeout: time.Minute}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.ServeTLS(listener, "", "") }()
	defer func() {
		_ = server.Close()
		<-ended
	}()
	connection, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "board.test"}) // #nosec G402 -- what is shown is looked at
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].DNSNames[0]
}

func TestFilesThatAreNotGood(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
	one, other := issue(t, "one.test", from, to, false), issue(t, "other.test", from, to, false)
	authority := issue(t, "authority.test", from, to, true)
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("sealed")})
	secret := strings.Split(string(one.key), "\n")[1]
	for name, test := range map[string]struct {
		chain, key []byte
		says       string
	}{
		"swapped":                 {one.key, one.chain, "swapped"},
		"no certificate":          {[]byte("hello"), one.key, "BEGIN CERTIFICATE"},
		"no key":                  {one.chain, []byte("hello"), "BEGIN PRIVATE KEY"},
		"the key of another":      {one.chain, other.key, "does not belong"},
		"an authority's first":    {append(bytes.Clone(authority.chain), one.chain...), one.key, "authority"},
		"a passphrase":            {one.chain, encrypted, "openssl pkey"},
		"a damaged certificate":   {pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), one.key, "damaged"},
		"a key of another kind":   {one.chain, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}), "damaged"},
		"no certificate but text": {nil, one.key, "BEGIN CERTIFICATE"},
	} {
		d := newDesk(t)
		d.put(test.chain, test.key)
		_, err := d.open()
		if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "board.") {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "sealed")) {
			t.Errorf("%s: the error holds the key: %v", name, err)
		}
	}
	if _, err := newDesk(t).open(); err == nil || !strings.Contains(err.Error(), "board.pem") {
		t.Errorf("missing files: %v", err)
	}
}

func TestChangedFilesAreTakenOver(t *testing.T) {
	d := newDesk(t)
	from, to := d.now.Add(-time.Hour), d.now.Add(365*24*time.Hour)
	first, second := issue(t, "first.test", from, to, false), issue(t, "second.test", from, to, false)
	d.put(first.chain, first.key)
	files, err := d.open()
	if err != nil {
		t.Fatal(err)
	}
	if name := shown(t, files.TLSConfig()); name != "first.test" {
		t.Fatalf("shown: %s", name)
	}
	// Half of a change: the new certificate is there, its key is not yet.
	d.put(second.chain, first.key)
	files.reload()
	files.reload()
	if name, log := shown(t, files.TLSConfig()), d.logged(); name != "first.test" || strings.Count(log, "cannot be used") != 1 {
		t.Errorf("in the middle of a change: %s is shown\n%s", name, log)
	}
	d.put(second.chain, second.key)
	files.reload()
	if name, log := shown(t, files.TLSConfig()), d.logged(); name != "second.test" || !strings.Contains(log, "new TLS certificate") {
		t.Errorf("after the change: %s is shown\n%s", name, log)
	}
	if err := os.Remove(d.key); err != nil {
		t.Fatal(err)
	}
	files.reload()
	if name, log := shown(t, files.TLSConfig()), d.logged(); name != "second.test" || !strings.Contains(log, "board.key") {
		t.Errorf("without the key's file: %s is shown\n%s", name, log)
	}
	if n := testutil.CollectAndCount(files.watch.expiry); n != 1 {
		t.Errorf("%d expiry dates, want that of the certificate in use alone", n)
	}
	if got := testutil.ToFloat64(files.watch.expiry.WithLabelValues("second.test")); got != float64(to.Unix()) {
		t.Errorf("expiry %v, want %v", got, to.Unix())
	}
}

func TestACertificateThatEndsIsTold(t *testing.T) {
	d := newDesk(t)
	start := d.now
	one := issue(t, "one.test", start, start.Add(90*24*time.Hour), false)
	d.put(one.chain, one.key)
	files, err := d.open()
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	for _, step := range []struct {
		at   time.Duration
		says string // empty: nothing
	}{
		{75 * day, ""},
		{77 * day, "days_left=13"},
		{77*day + 23*time.Hour, ""}, // said less than a day ago
		{78 * day, "days_left=12"},
		{91 * day, "has expired"},
		{-day, "clock of this machine"},
	} {
		d.now = start.Add(step.at)
		if step.at < 0 { // a clock that was set back is another thing to say
			clear(files.watch.told)
		}
		files.reload()
		if log := d.logged(); (step.says == "") != (log == "") || !strings.Contains(log, step.says) {
			t.Errorf("at %s: %q, want %q", step.at, log, step.says)
		}
	}
}
