package web

import "github.com/prometheus/client_golang/prometheus"

// nothing registers no metrics: for benchmarks.
type nothing struct{ prometheus.Registerer }

func (nothing) MustRegister(...prometheus.Collector) {}
