package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

// metrics of this package. Routes and codes are labels, never anything that
// somebody sent.
type metrics struct {
	requests   *prometheus.HistogramVec
	clients    prometheus.Gauge
	frames     prometheus.Counter
	frameBytes prometheus.Counter
	slow       prometheus.Counter
	decided    prometheus.Histogram
	filed      prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer) *metrics {
	board := []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 60, 600}
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "izdeu_http_request_seconds",
			Help: "Time to answer an HTTP request, by route and status.", Buckets: prometheus.DefBuckets}, []string{"route", "code"}),
		clients: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_live_clients", Help: "Live clients now."}),
		frames: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_live_frames_total",
			Help: "Live frames given to clients."}),
		frameBytes: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_live_frame_bytes_total",
			Help: "Bytes of live frames given to clients, before compression."}),
		slow: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_live_slow_clients_closed_total",
			Help: "Live clients that were closed because they did not keep up."}),
		decided: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "izdeu_event_to_board_seconds",
			Help: "From an event to the live frame that shows it.", Buckets: board}),
		filed: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "izdeu_filing_to_board_seconds",
			Help: "From Kafka's receipt of an application to the live frame that shows its case.", Buckets: board}),
	}
	registerer.MustRegister(m.requests, m.clients, m.frames, m.frameBytes, m.slow, m.decided, m.filed)
	return m
}

func (m *metrics) frame(size, clients int) {
	m.frames.Add(float64(clients))
	m.frameBytes.Add(float64(clients * size))
}

func (m *metrics) events(page dispatch.Page, now time.Time) {
	for i := range page.Events {
		m.decided.Observe(max(0, now.Sub(page.Events[i].At).Seconds()))
	}
	for _, c := range page.Cases {
		// The case was opened in this page.
		if c.Key > page.From && len(c.Applications) > 0 && !c.Applications[0].ReceivedAt.IsZero() {
			m.filed.Observe(max(0, now.Sub(c.Applications[0].ReceivedAt).Seconds()))
		}
	}
}

// answer remembers the status of an answer.
type answerWriter struct {
	http.ResponseWriter
	status int
}

func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// measured counts and times requests. Live sockets last for hours and are not
// timed.
func (s *Server) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == livePath {
			next.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		answer := &answerWriter{ResponseWriter: w}
		next.ServeHTTP(answer, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		if answer.status == 0 {
			answer.status = http.StatusOK
		}
		s.metrics.requests.WithLabelValues(route, strconv.Itoa(answer.status)).Observe(time.Since(began).Seconds())
	})
}
