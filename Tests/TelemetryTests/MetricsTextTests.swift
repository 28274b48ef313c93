import Testing

@testable import Telemetry

@Suite struct MetricsTextTests {
    @Test func decimalsAreExact() {
        #expect(MetricsFamily.decimal(1, digits: 6) == "0.000001")
        #expect(MetricsFamily.decimal(1_500_000, digits: 6) == "1.5")
        #expect(MetricsFamily.decimal(-2_000_001, digits: 6) == "-2.000001")
        #expect(MetricsFamily.decimal(0, digits: 9) == "0")
        #expect(MetricsFamily.decimal(12, digits: 0) == "12")
    }

    @Test func aFamilyIsWrittenWithHelpTypeAndEscapedLabels() {
        var text = MetricsText()
        text.family("tapefold_things_total", .counter, "Things\nby kind.") {
            $0.sample(["kind": "a\"b\\c\nd"], 3)
            $0.sample([:], millionths: 250_000)
        }
        #expect(
            text.text == """
                # HELP tapefold_things_total Things\\nby kind.
                # TYPE tapefold_things_total counter
                tapefold_things_total{kind="a\\"b\\\\c\\nd"} 3
                tapefold_things_total 0.25

                """)
    }

    @Test func aFamilyOfSeveralPartsIsAnnouncedOnce() {
        var text = MetricsText()
        for view in ["cart", "rules"] {
            text.family("tapefold_commits_total", .counter, "Commits.") { $0.sample(["view": view], 1) }
            text.single("tapefold_\(view)", .gauge, "One.", 1)
        }
        #expect(
            text.text == """
                # HELP tapefold_commits_total Commits.
                # TYPE tapefold_commits_total counter
                tapefold_commits_total{view="cart"} 1
                tapefold_commits_total{view="rules"} 1
                # HELP tapefold_cart One.
                # TYPE tapefold_cart gauge
                tapefold_cart 1
                # HELP tapefold_rules One.
                # TYPE tapefold_rules gauge
                tapefold_rules 1

                """)
    }

    @Test func aHistogramCumulates() {
        let histogram = Histogram(unit: .nanoseconds, bounds: [1_000_000, 1_000_000_000])
        for value in [500, 1_000_000, 2_000_000, 5_000_000_000] { histogram.observe(value) }
        var text = MetricsText()
        text.histograms("tapefold_wait_seconds", "Waits.", [(labels: ["view": "market"], histogram)])
        #expect(
            text.text == """
                # HELP tapefold_wait_seconds Waits.
                # TYPE tapefold_wait_seconds histogram
                tapefold_wait_seconds_bucket{view="market",le="0.001"} 2
                tapefold_wait_seconds_bucket{view="market",le="1"} 3
                tapefold_wait_seconds_bucket{view="market",le="+Inf"} 4
                tapefold_wait_seconds_sum{view="market"} 5.0030005
                tapefold_wait_seconds_count{view="market"} 4

                """)
    }

    @Test func prometheusReadsIt() throws {
        var text = MetricsText()
        text.single("tapefold_lag_events", .gauge, "Records not folded yet.", 7)
        text.family("tapefold_fenced_total", .counter, "Lanes lost.") { $0.sample(["view": "a\"\\\nb"], 1) }
        text.histograms(
            "tapefold_flush_duration_seconds", "Commits.", [(labels: [:], Histogram.durations())])
        ProcessFigures.add(to: &text)
        guard let verdict = try MetricsJudge.verdict(on: text.text) else { return }
        #expect(verdict.faults.isEmpty, "\(verdict.faults)")
        #expect(verdict.families["tapefold_flush_duration_seconds"] == "histogram 17")
        #expect(verdict.families["process_resident_memory_bytes"] == "gauge 1")
    }

    @Test func prometheusFindsFaults() throws {
        let wrong = "# HELP a A.\n# TYPE a counter\na 1\n# TYPE b gauge\nb 1\nb 2\n"
        guard let verdict = try MetricsJudge.verdict(on: wrong) else { return }
        #expect(verdict.faults.count == 3, "\(verdict.faults)")
    }
}
