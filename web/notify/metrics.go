package notify

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

type metrics struct {
	deliveries *prometheus.CounterVec
	queue      prometheus.Gauge
	oldest     prometheus.Gauge
	lag        prometheus.Gauge
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "izdeu_deliveries_total",
			Help: "Attempts to tell somebody something, by channel and result: delivered, retried, failed, superseded; without a channel: late, nobody."},
			[]string{"channel", "result"}),
		queue: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_deliveries_open", Help: "Deliveries that have not arrived and are not given up."}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_deliveries_oldest_seconds",
			Help: "Age of the oldest delivery that is due and has not arrived."}),
		lag: prometheus.NewGauge(prometheus.GaugeOpts{Name: "izdeu_deliveries_lag_events", Help: "Events of the journal that nobody was told of yet."}),
	}
	registry.MustRegister(m.deliveries, m.queue, m.oldest, m.lag)
	return m
}

// observe measures the queue.
func (n *Notifier) observe() {
	n.metrics.queue.Set(float64(len(n.open)))
	now := time.Now()
	var age time.Duration
	for _, d := range n.open {
		// What waits for the end of an alarm window is not late.
		if d.State == dispatch.DeliveryWaiting && (d.Attempts > 0 || !d.Due.After(now)) {
			age = max(age, now.Sub(d.CreatedAt))
		}
	}
	n.metrics.oldest.Set(age.Seconds())
}
