package ingest

import "github.com/prometheus/client_golang/prometheus"

// Metrics counts what is read from and written to Kafka.
type Metrics struct {
	records        *prometheus.CounterVec
	wrongPositions prometheus.Counter
	lag            *prometheus.GaugeVec
	rewinds        *prometheus.CounterVec
	removedUnread  *prometheus.CounterVec
	stalls         *prometheus.CounterVec
	errors         *prometheus.CounterVec
	published      *prometheus.CounterVec
}

// NewMetrics makes the metrics and registers them.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	m := &Metrics{
		records: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_kafka_records_read_total",
			Help: "Records that the leader has read, by topic."}, []string{"topic"}),
		wrongPositions: prometheus.NewCounter(prometheus.CounterOpts{Name: "izdeu_positions_wrong_total",
			Help: "Positions of teams that could not be read and were left out."}),
		lag: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "izdeu_kafka_lag_records",
			Help: "Records that are in the topic and not read by the leader yet."}, []string{"topic", "partition"}),
		rewinds: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_kafka_rewinds_total",
			Help: "Times a partition was read again from its beginning, because the log is not the one that was read before."}, []string{"topic"}),
		removedUnread: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_kafka_removed_unread_total",
			Help: "Offsets that were not in the log any more when the leader came to read them."}, []string{"topic"}),
		stalls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_kafka_reader_stalls_total",
			Help: "Times a reader had stopped and was made anew."}, []string{"topic"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_kafka_errors_total",
			Help: "Errors of Kafka, by what was tried: read, publish, commit."}, []string{"doing"}),
		published: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_published_total",
			Help: "Events and dead letters sent to Kafka, by topic; after a restart some are sent again."}, []string{"topic"}),
	}
	registry.MustRegister(m.records, m.wrongPositions, m.lag, m.rewinds, m.removedUnread, m.stalls, m.errors, m.published)
	return m
}
