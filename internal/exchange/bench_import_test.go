// SPDX-FileCopyrightText: The Maillage authors
// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"maillage/internal/exchange"
	"maillage/internal/registry"
	"maillage/internal/store"
	"maillage/internal/testkit"
)

// BenchmarkComptoir imports an export of 3,000 software with two users and one provider each, into an
// empty SQLite registry. records/s counts software, organisations, usages and offers.
func BenchmarkComptoir(b *testing.B) {
	var file strings.Builder
	file.WriteString("[")
	for i := range 3000 {
		if i > 0 {
			file.WriteString(",")
		}
		fmt.Fprintf(&file, `{"id":%d,"name":"Logiciel %d","licence":"GNU AGPLv3","external_resources":{"website":"https://l%d.example","repository":"https://github.com/essai/l%d"},
			"providers":[{"id":%d,"name":"Prestataire %d","type":"Company","external_resources":{"website":"https://p%d.example"}}],
			"users":[{"id":%d,"name":"Administration %d","type":"Administration"},{"id":%d,"name":"Administration %d","type":"Administration"}]}`,
			i+1, i+1, i, i, 10_000+i%300, i%300, i%300, 20_000+i%700, i%700, 20_000+(i+1)%700, (i+1)%700)
	}
	file.WriteString("]")
	for b.Loop() {
		clock := &testkit.Clock{}
		db := testkit.SQLite(b, store.Config{})
		importers := exchange.NewImporters(registry.NewService(db, testkit.Register(b), clock.Now), testkit.Register(b))
		report := exchange.NewReport()
		err := importers.Comptoir().Run(b.Context(), exchange.File{Name: "f", Reader: strings.NewReader(file.String())},
			exchange.Options{By: organiser, Report: report})
		if err != nil || report.Total(exchange.Created) != 3000+1000+6000+3000 {
			b.Fatalf("%d created: %v", report.Total(exchange.Created), err)
		}
	}
	b.ReportMetric(13_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
