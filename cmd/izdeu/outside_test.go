package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/ingest"
	"github.com/izdeu/izdeu/ingest/kafkatest"
)

// outsideKafka is a Kafka that is not the program's own.
type outsideKafka struct {
	address    string
	stop, back func()
}

// TestOutsideKafka runs the program on a Kafka of its own that goes away and
// comes back: the embedded broker in another process, and Apache Kafka.
func TestOutsideKafka(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
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
		address := broker.Address()
		defer func() { _ = broker.Close() }()
		onOutsideKafka(t, outsideKafka{address, func() {
			if err := broker.Close(); err != nil {
				t.Fatal(err)
			}
		}, func() { broker = open(address) }})
	})
	t.Run("apache", func(t *testing.T) {
		broker := kafkatest.Start(t)
		onOutsideKafka(t, outsideKafka{broker.Address, func() { broker.Stop(t) }, func() { broker.Restart(t) }})
		t.Run("secured", func(t *testing.T) { onSecuredKafka(t, broker) })
	})
}

func onOutsideKafka(t *testing.T, outside outsideKafka) {
	kafka := outside.address
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
	outside.stop()
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

	outside.back()
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

// onSecuredKafka serves and sends with TLS and a user.
func onSecuredKafka(t *testing.T, broker *kafkatest.Broker) {
	folder := t.TempDir()
	data, password, wrong := filepath.Join(folder, "data"), filepath.Join(folder, "password"), filepath.Join(folder, "wrong")
	for file, text := range map[string]string{password: kafkatest.Password + "\n", wrong: "s3cret"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	secured := func(command string, more ...string) []string {
		return append([]string{command, "--data", data, "--kafka", broker.SASL, "--kafka-prefix", "secured.", "--kafka-tls", "--kafka-user", kafkatest.User}, more...)
	}
	serve := secured("serve", "--listen", "127.0.0.1:0", "--kafka-ca", broker.CA)
	p := startArguments(t, data, []string{passwordVariable + "=" + kafkatest.Password}, serve...)
	out, errs, code := runOnce(t, applicationJSON("by-scram", 63.62, 53.21)+"\n", secured("send", "--kafka-ca", broker.CA, "--kafka-mechanism", "SCRAM-SHA-256", "--kafka-password-file", password)...)
	if code != exitDone {
		t.Fatalf("sending: exit status %d\n%s%s", code, out, errs)
	}
	p.caseOf("kafka", "by-scram")
	p.stop()

	for name, test := range map[string]struct {
		arguments []string
		code      int
		says      string
	}{
		"a wrong password":    {secured("serve", "--listen", "127.0.0.1:0", "--kafka-ca", broker.CA, "--kafka-password-file", wrong), exitFailed, "--kafka-user"},
		"another authority":   {secured("serve", "--listen", "127.0.0.1:0", "--kafka-ca", broker.OtherCA, "--kafka-password-file", password), exitFailed, "--kafka-ca"},
		"no password":         {secured("serve", "--listen", "127.0.0.1:0", "--kafka-ca", broker.CA), exitMisused, "--kafka-password-file"},
		"the embedded broker": {[]string{"serve", "--data", data, "--kafka-tls"}, exitMisused, "--kafka"},
		"sending":             {secured("send", "--timeout", "6s", "--kafka-ca", broker.CA, "--kafka-password-file", wrong), exitFailed, "--kafka-user"},
	} {
		_, errs, code := runOnce(t, applicationJSON("refused", 63.62, 53.21)+"\n", test.arguments...)
		if last := lastLine(errs); code != test.code || !strings.Contains(last, test.says) || strings.Contains(errs, "s3cret") {
			t.Errorf("%s: exit status %d, it says %s", name, code, errs)
		}
	}
}
