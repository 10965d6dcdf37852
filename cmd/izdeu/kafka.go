package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/ingest"
)

// passwordVariable holds the password for Kafka. There is no flag for it: the
// arguments of a process can be read by everybody on its machine.
const passwordVariable = "IZDEU_KAFKA_PASSWORD" // #nosec G101 -- a name, not a password

// kafkaAccess holds the flags that say how a Kafka of one's own is reached.
type kafkaAccess struct {
	TLS          bool   `name:"kafka-tls" env:"IZDEU_KAFKA_TLS" help:"Encrypt the connections to --kafka."`
	CA           string `name:"kafka-ca" env:"IZDEU_KAFKA_CA" placeholder:"FILE" help:"PEM file of the authorities that signed the brokers' certificates, instead of those that this machine trusts."`
	Certificate  string `name:"kafka-certificate" env:"IZDEU_KAFKA_CERTIFICATE" placeholder:"FILE" help:"PEM file of our certificate, for brokers that want one; with --kafka-key."`
	Key          string `name:"kafka-key" env:"IZDEU_KAFKA_KEY" placeholder:"FILE" help:"PEM file of the key of --kafka-certificate."`
	User         string `name:"kafka-user" env:"IZDEU_KAFKA_USER" placeholder:"NAME" help:"Who we are to Kafka. The password comes by --kafka-password-file or IZDEU_KAFKA_PASSWORD."`
	PasswordFile string `name:"kafka-password-file" env:"IZDEU_KAFKA_PASSWORD_FILE" placeholder:"FILE" help:"File with the password of --kafka-user; a line break at its end does not count."`
	Mechanism    string `name:"kafka-mechanism" env:"IZDEU_KAFKA_MECHANISM" placeholder:"NAME" help:"How the password is proven: SCRAM-SHA-512 (the default), SCRAM-SHA-256, or PLAIN, which needs --kafka-tls."`
}

// given says that a flag asks for encryption or a user.
func (a *kafkaAccess) given() bool { return *a != kafkaAccess{} }

// connect makes a client of the brokers. What cannot be is a misuse.
func (a *kafkaAccess) connect(brokers []string) (*kafka.Client, func(), error) {
	security := ingest.Security{TLS: a.TLS, CA: a.CA, Certificate: a.Certificate, Key: a.Key, User: a.User, Mechanism: a.Mechanism}
	switch {
	case a.PasswordFile != "":
		text, err := os.ReadFile(a.PasswordFile)
		if err != nil {
			return nil, nil, misused("--kafka-password-file: %s", err)
		}
		security.Password = strings.TrimRight(string(text), "\r\n")
		if security.Password == "" {
			return nil, nil, misused("--kafka-password-file: %s is empty", a.PasswordFile)
		}
	case a.User != "": // the variable may stand there for another command
		security.Password = os.Getenv(passwordVariable)
	}
	client, disconnect, err := ingest.NewSecureClient(brokers, security)
	if err != nil {
		return nil, nil, misused("%s", err)
	}
	return client, disconnect, nil
}

// prepareTopics makes what is missing on an outside Kafka, and says what is
// dangerous about the topics that it has. A Kafka that is away is waited for by
// everything else, so it holds up nothing here; one that refuses us would refuse
// everything else too.
func prepareTopics(ctx context.Context, client *kafka.Client, topics ingest.Topics, settings []ingest.TopicSetting, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	made, err := ingest.CreateTopics(ctx, client, settings)
	if len(made) > 0 {
		log.Info("topics were made", "topics", made)
	}
	var refused *ingest.AccessError
	if errors.As(err, &refused) {
		return fmt.Errorf("--kafka: %w", refused)
	}
	var warnings []ingest.TopicWarning
	if err == nil {
		warnings, err = ingest.CheckTopics(ctx, client, topics)
	}
	if err != nil {
		log.Warn("the topics could not be looked at; if Kafka does not have them, make them or start again", "error", err)
	}
	for _, warning := range warnings {
		log.Warn("DANGEROUS: "+warning.String(), "topic", warning.Topic, "setting", warning.Setting)
	}
	return nil
}
