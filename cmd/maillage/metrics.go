// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"maillage/internal/web"
)

// metrics serves /metrics and the profiles on a listener of their own until ctx ends: they are for
// the administrator, never for the public address.
func (a *app) metrics(ctx context.Context) error {
	if a.cfg.MetricsListen == "" {
		<-ctx.Done()
		return nil
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "maillage_catalogue_position", Help: "Number of the last change the catalogue shows."},
			func() float64 { return float64(a.catalogue.Position()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "maillage_index_position", Help: "Number of the last change the search index holds."},
			func() float64 { return float64(a.index.Position()) }),
		outboxCollector{a})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := web.NewServer(mux, a.log)
	server.WriteTimeout = 5 * time.Minute // a profile takes as long as it is asked to
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.MetricsListen)
	if err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("metrics: %w", err)
	case <-ctx.Done():
		return server.Close()
	}
}

// outboxCollector counts deliveries when it is asked.
type outboxCollector struct{ *app }

var (
	pendingDesc = prometheus.NewDesc("maillage_outbox_pending", "Deliveries to be made.", nil, nil)
	parkedDesc  = prometheus.NewDesc("maillage_outbox_parked", "Deliveries set aside after their last try.", nil, nil)
	oldestDesc  = prometheus.NewDesc("maillage_outbox_oldest_seconds", "Age of the oldest delivery to be made.", nil, nil)
)

// Describe implements prometheus.Collector.
func (outboxCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- pendingDesc
	ch <- parkedDesc
	ch <- oldestDesc
}

// Collect implements prometheus.Collector. Nothing is said while the database does not answer.
func (o outboxCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	pending, parked, oldest, err := o.db.OutboxCounts(ctx)
	if err != nil {
		return
	}
	ch <- prometheus.MustNewConstMetric(pendingDesc, prometheus.GaugeValue, float64(pending))
	ch <- prometheus.MustNewConstMetric(parkedDesc, prometheus.GaugeValue, float64(parked))
	ch <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, oldest.Seconds())
}
