package dispatch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the leader does.
type Metrics struct {
	applications *prometheus.CounterVec
	commands     *prometheus.CounterVec
	events       *prometheus.CounterVec
	deadLetters  prometheus.Counter
	openLetters  prometheus.Gauge
	batchSeconds prometheus.Histogram
	batchSize    prometheus.Histogram
	decided      prometheus.Histogram
	active       prometheus.Gauge
	waiting      prometheus.Gauge
	unanswered   prometheus.Gauge
	reloads      prometheus.Counter
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	latency := []float64{.001, .002, .003, .004, .005, .006, .008, .01, .012, .016, .02, .03, .05, .1, .2, .5, 1, 2, 5, 10, 60, 600}
	m := &Metrics{
		applications: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_applications_total",
			Help: "Applications decided, by kind and result (opened, amended, repeated)."}, []string{"kind", "result"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_commands_total",
			Help: "Commands and team messages decided, by result (done, refused, repeated)."}, []string{"result"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_events_total",
			Help: "Events of the journal, by type."}, []string{"type"}),
		deadLetters: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_dead_letters_total",
			Help: "Records that could not be read and were kept as dead letters."}),
		openLetters: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_dead_letters_open",
			Help: "Dead letters that nobody has replayed."}),
		batchSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "izdeu_batch_seconds",
			Help: "Time to look up, decide and commit a batch.", Buckets: latency}),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "izdeu_batch_messages",
			Help: "Messages in a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 7)}),
		decided: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "izdeu_receipt_to_commit_seconds",
			Help: "Time from a record's receipt by Kafka to the commit of what was decided on it.", Buckets: latency}),
		active: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_cases_active",
			Help: "Cases that are open, withheld, or have a team that is not home yet."}),
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_cases_waiting",
			Help: "Cases that want a team and have none asked."}),
		unanswered: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_cases_unanswered",
			Help: "Cases of which everybody who can be asked was asked, and nobody has said yes."}),
		reloads: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_state_reloads_total",
			Help: "Times the state was dropped and loaded again after an error."}),
	}
	registry.MustRegister(m.applications, m.commands, m.events, m.deadLetters, m.openLetters, m.batchSeconds,
		m.batchSize, m.decided, m.active, m.waiting, m.unanswered, m.reloads)
	// From zero on: the first of a kind is an increase too.
	for _, kind := range EventTypes() {
		m.events.WithLabelValues(string(kind))
	}
	return m
}

// observe counts a batch once it is committed.
func (m *Metrics) observe(messages []Message, results []string, batch *Batch, started, now time.Time) {
	for i := range messages {
		switch message := &messages[i]; {
		case message.Filing != nil:
			m.applications.WithLabelValues(string(message.Filing.Kind), results[i]).Inc()
		case message.DeadLetter != nil:
			m.deadLetters.Inc()
		case message.Timer == nil:
			m.commands.WithLabelValues(results[i]).Inc()
		}
		if at := messages[i].At; !at.IsZero() {
			m.decided.Observe(now.Sub(at).Seconds())
		}
	}
	for i := range batch.Events {
		m.events.WithLabelValues(string(batch.Events[i].Type)).Inc()
	}
	m.batchSeconds.Observe(now.Sub(started).Seconds())
	m.batchSize.Observe(float64(len(messages)))
}
