package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/ingest"
)

// TestOutsideKafka runs the program on a Kafka of its own that goes away and
// comes back.
func TestOutsideKafka(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	open := func(listen string) *ingest.Broker {
		t.Helper()
		broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: directory, Listen: listen, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		return broker
	}
	broker := open("127.0.0.1:0")
	kafka := broker.Address()
	defer func() { _ = broker.Close() }()

	data := t.TempDir()
	p := startArguments(t, data, nil, "serve", "--data", data, "--listen", "127.0.0.1:0", "--kafka", kafka, "--kafka-prefix", "search.")
	if p.kafka != kafka {
		t.Errorf("it says Kafka: %s, want %s", p.kafka, kafka)
	}
	topics := ingest.NewTopics("search.")
	p.send(topics.Teams, sampleTeam)
	p.send(topics.Applications, applicationJSON("by-kafka", 63.62, 53.21))
	p.eventually("the offer", func() error {
		if c := p.caseOf("kafka", "by-kafka"); len(c.Assignments) != 1 {
			return fmt.Errorf("assignments %+v, want one", c.Assignments)
		}
		return nil
	})
	events := p.readTopic(topics.Events)
	p.eventually("the events are published", func() error {
		_, err := fold(events.all(), "")
		return err
	})

	// Without Kafka nothing is taken in, and everything can still be read.
	if err := broker.Close(); err != nil {
		t.Fatal(err)
	}
	p.eventually("the server says that it takes nothing in", func() error {
		if status, body := p.get("", "/readyz"); status != http.StatusServiceUnavailable {
			return fmt.Errorf("readyz: %d %s", status, body)
		}
		return nil
	})
	status, header, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("lost", 63.62, 53.21))
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(string(body), "112") {
		t.Errorf("filing without Kafka: %d %s; want 503 with the duty phone", status, body)
	}
	if all, err := p.cases(""); err != nil || len(all) != 1 {
		t.Errorf("%d cases without Kafka (%v), want 1", len(all), err)
	}

	broker = open(kafka)
	p.eventually("the server takes applications again", func() error {
		status, _, body := p.request(testAdminKey, http.MethodPost, "/api/v1/applications", applicationJSON("after", 63.62, 53.21))
		if status != http.StatusAccepted {
			return fmt.Errorf("%d %s", status, body)
		}
		return nil
	})
	p.caseOf("board", "after")
	p.stop()
	if out, errs, code := runOnce(t, "", "verify", "--data", data); code != exitDone {
		t.Errorf("verify: exit status %d\n%s%s", code, out, errs)
	}
	wantGaplessJournal(t, data)
	if _, errs, code := runOnce(t, "", "serve", "--data", filepath.Join(data, "other"), "--kafka", "nowhere", "--listen", "127.0.0.1:0"); code != exitMisused || !strings.Contains(errs, "host:port") {
		t.Errorf("--kafka without a port: exit status %d\n%s", code, errs)
	}
}
