// Package certificate keeps the TLS certificate of the server good: from files
// that are read again when they change, or from an authority by ACME. It says
// in the log and in a metric when one is about to run out.
package certificate

import (
	"crypto/x509"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// warnBefore is how long before the end of a certificate the log begins to
	// say so; of one that lasts less than six times as long, the last sixth.
	// Whatever renews by itself has done so before.
	warnBefore = 14 * 24 * time.Hour
	// warnEvery is how often it says so again.
	warnEvery = 24 * time.Hour
)

// Options are common to every source.
type Options struct {
	Logger   *slog.Logger
	Registry prometheus.Registerer
	Clock    func() time.Time // nil: time.Now
}

// watch tells of the ends of certificates.
type watch struct {
	log     *slog.Logger
	clock   func() time.Time
	expiry  *prometheus.GaugeVec
	renewal string // what to do about one that ends
	told    map[string]time.Time
}

func newWatch(o Options, renewal string) *watch {
	w := &watch{log: o.Logger, clock: o.Clock, renewal: renewal, told: map[string]time.Time{},
		expiry: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "izdeu_tls_certificate_expiry_timestamp_seconds",
			Help: "When the TLS certificate of a name ends, in seconds since 1970."}, []string{"name"})}
	if w.clock == nil {
		w.clock = time.Now
	}
	o.Registry.MustRegister(w.expiry)
	return w
}

// look measures a certificate and warns, once a day, of one that is not good or
// will soon not be.
func (w *watch) look(leaf *x509.Certificate) {
	name, now := nameOf(leaf), w.clock()
	w.expiry.Reset()
	w.expiry.WithLabelValues(name).Set(float64(leaf.NotAfter.Unix()))
	w.warn(name, leaf, now)
}

func (w *watch) warn(name string, leaf *x509.Certificate, now time.Time) {
	left := leaf.NotAfter.Sub(now)
	from := min(warnBefore, leaf.NotAfter.Sub(leaf.NotBefore)/6)
	early := now.Before(leaf.NotBefore)
	if left > from && !early {
		delete(w.told, name)
		return
	}
	if told, ok := w.told[name]; ok && now.Sub(told) < warnEvery {
		return
	}
	w.told[name] = now
	switch {
	case early:
		w.log.Error("the TLS certificate is not good yet, and browsers refuse it: is the clock of this machine right?",
			"name", name, "good_from", leaf.NotBefore, "now", now)
	case left <= 0:
		w.log.Error("the TLS certificate has expired, and browsers refuse it: "+w.renewal, "name", name, "expired", leaf.NotAfter)
	default:
		w.log.Warn("the TLS certificate runs out soon: "+w.renewal, "name", name, "expires", leaf.NotAfter,
			"days_left", int(left/(24*time.Hour)))
	}
}

// nameOf gives the first name or address of a certificate.
func nameOf(leaf *x509.Certificate) string {
	switch {
	case len(leaf.DNSNames) > 0:
		return leaf.DNSNames[0]
	case len(leaf.IPAddresses) > 0:
		return leaf.IPAddresses[0].String()
	}
	return leaf.Subject.CommonName
}
