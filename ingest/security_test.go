package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/ingest/kafkatest"
)

// secured gives a client of one of the listeners of Apache Kafka.
func secured(t *testing.T, address string, security Security) *kafka.Client {
	t.Helper()
	client, done, err := NewSecureClient([]string{address}, security)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return client
}

// Producing and reading by every way of being known to Kafka.
func TestSecureConnections(t *testing.T) {
	apache := kafkatest.Shared(t)
	for name, test := range map[string]struct {
		address  string
		security Security
	}{
		"tls":           {apache.TLS, Security{TLS: true, CA: apache.CA}},
		"certificate":   {apache.Mutual, Security{TLS: true, CA: apache.CA, Certificate: apache.Certificate, Key: apache.Key}},
		"scram-sha-256": {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: kafkatest.Password, Mechanism: "scram-sha-256"}},
		"scram-sha-512": {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: kafkatest.Password}},
		"plain":         {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: kafkatest.Password, Mechanism: MechanismPlain}},
	} {
		t.Run(name+"/apache", func(t *testing.T) {
			k := &testKafka{apache: apache, address: test.address, topics: NewTopics(kafkatest.Prefix())}
			settings, err := k.topics.Settings(Retention{})
			if err != nil {
				t.Fatal(err)
			}
			client := secured(t, test.address, test.security)
			if made, err := CreateTopics(testContext(t), client, settings); err != nil || len(made) != len(settings) {
				t.Fatal(made, err)
			}
			produce(t, startProducer(t, client, nil), k.topics.Applications, filed(0, 3)...)
			inbox := NewInbox(InboxOptions{Brokers: []string{test.address}, Client: client, Topics: k.topics,
				Logger: testLogger(t), Metrics: NewMetrics(prometheus.NewRegistry())})
			t.Cleanup(inbox.Close)
			seek(t, inbox)
			f := follow(t, inbox)
			f.untilMessages(3)
		})
	}
}

// What an administrator got wrong is told in one sentence that names the flag.
func TestRefusedConnections(t *testing.T) {
	apache := kafkatest.Shared(t)
	settings := testSettings(t)
	for name, test := range map[string]struct {
		address  string
		security Security
		says     string
	}{
		"another authority":  {apache.TLS, Security{TLS: true, CA: apache.OtherCA}, "--kafka-ca"},
		"no certificate":     {apache.Mutual, Security{TLS: true, CA: apache.CA}, "--kafka-certificate"},
		"a wrong password":   {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: "wrong"}, "--kafka-user"},
		"a wrong password 2": {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: "wrong", Mechanism: MechanismScram256}, "--kafka-user"},
		"a wrong password 3": {apache.SASL, Security{TLS: true, CA: apache.CA, User: kafkatest.User, Password: "wrong", Mechanism: MechanismPlain}, "--kafka-user"},
		"nobody":             {apache.SASL, Security{TLS: true, CA: apache.CA, User: "nobody", Password: "wrong"}, "--kafka-user"},
		"no TLS there":       {apache.Address, Security{TLS: true, CA: apache.CA}, "leave --kafka-tls out"},
		"TLS there":          {apache.TLS, Security{}, "--kafka-tls?"},
	} {
		t.Run(name+"/apache", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			_, err := CreateTopics(ctx, secured(t, test.address, test.security), settings)
			var refused *AccessError
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "wrong") {
				t.Fatalf("%v; it should say %q and no secret", err, test.says)
			}
			if !errors.As(err, &refused) && !strings.HasSuffix(name, "TLS there") {
				t.Errorf("%T", err)
			}
		})
	}
}

// Flags that contradict each other are told before anything is tried.
func TestWrongSecurity(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, security := range map[string]Security{
		"--kafka-tls":         {CA: empty},
		"no certificate":      {TLS: true, CA: empty},
		"--kafka-ca: open":    {TLS: true, CA: filepath.Join(folder, "missing.pem")},
		"give both":           {TLS: true, Certificate: empty},
		"--kafka-key":         {TLS: true, Certificate: empty, Key: empty},
		"IZDEU_KAFKA_PASSWOR": {User: "u"},
		"--kafka-user":        {Password: "p"},
		"with --kafka-tls":    {User: "u", Password: "p", Mechanism: "plain"},
		"does not allow":      {User: "u", Password: "two\nlines"},
		"none of":             {User: "u", Password: "p", Mechanism: "GSSAPI"},
	} {
		if _, _, err := NewSecureClient([]string{"127.0.0.1:9092"}, security); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", security, err, says)
		}
	}
}
