package ingest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Mechanisms by which a user is known to Kafka.
const (
	MechanismPlain      = "PLAIN"
	MechanismScram256   = "SCRAM-SHA-256"
	MechanismScram512   = "SCRAM-SHA-512"
	passwordFromOutside = "--kafka-password-file or IZDEU_KAFKA_PASSWORD"
)

// Security says how a client of Kafka is encrypted and who it is. The zero
// value is a plain connection without a user.
type Security struct {
	TLS         bool
	CA          string // PEM file of the authorities that may have signed the brokers' certificates; empty: those of this machine
	Certificate string // PEM file of our own certificate, for brokers that want one; with Key
	Key         string // PEM file
	User        string // empty: none
	Password    string
	Mechanism   string // empty: [MechanismScram512]
}

// config reads the files. It returns nil where nothing is encrypted.
func (s *Security) config() (*tls.Config, error) {
	if !s.TLS {
		if s.CA != "" || s.Certificate != "" || s.Key != "" {
			return nil, errors.New("--kafka-ca, --kafka-certificate and --kafka-key are for connections with --kafka-tls")
		}
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		text, err := os.ReadFile(s.CA)
		if err != nil {
			return nil, fmt.Errorf("--kafka-ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("--kafka-ca: %s holds no certificate in PEM", s.CA)
		}
	}
	switch {
	case s.Certificate != "" && s.Key != "":
		pair, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
		if err != nil {
			return nil, fmt.Errorf("--kafka-certificate and --kafka-key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	case s.Certificate != "" || s.Key != "":
		return nil, errors.New("--kafka-certificate and --kafka-key belong together: give both")
	}
	return config, nil
}

// mechanism gives what proves the user; nil without one.
func (s *Security) mechanism() (sasl.Mechanism, error) {
	switch {
	case s.User == "" && s.Password == "" && s.Mechanism == "":
		return nil, nil
	case s.User == "":
		return nil, errors.New("--kafka-user is missing: a password or a mechanism alone is nobody")
	case s.Password == "":
		return nil, errors.New("the password of --kafka-user is missing: give it by " + passwordFromOutside)
	}
	algorithm := scram.SHA512
	switch strings.ToUpper(s.Mechanism) {
	case MechanismScram512, "":
	case MechanismScram256:
		algorithm = scram.SHA256
	case MechanismPlain:
		if !s.TLS {
			return nil, errors.New("--kafka-mechanism PLAIN sends the password as it is: use it with --kafka-tls")
		}
		return plain.Mechanism{Username: s.User, Password: s.Password}, nil
	default:
		return nil, fmt.Errorf("--kafka-mechanism: %q is none of %s, %s and %s", s.Mechanism, MechanismScram256, MechanismScram512, MechanismPlain)
	}
	mechanism, err := scram.Mechanism(algorithm, s.User, s.Password)
	if err != nil {
		return nil, errors.New("--kafka-user or its password holds a character that SCRAM does not allow")
	}
	return mechanism, nil
}

// NewSecureClient is [NewClient] with encryption and a user. Files are read
// once; an error names the flag.
func NewSecureClient(brokers []string, security Security) (*kafka.Client, func(), error) {
	client, disconnect, err := NewClient(brokers)
	if err != nil {
		return nil, nil, err
	}
	transport := client.Transport.(*kafka.Transport)
	if transport.TLS, err = security.config(); err != nil {
		return nil, nil, err
	}
	if transport.SASL, err = security.mechanism(); err != nil {
		return nil, nil, err
	}
	return client, disconnect, nil
}

// dialer connects readers as the client does.
func dialer(client *kafka.Client) *kafka.Dialer {
	d := &kafka.Dialer{ClientID: ClientID, Timeout: 3 * time.Second, DualStack: true}
	if transport, ok := client.Transport.(*kafka.Transport); ok {
		d.TLS, d.SASLMechanism = transport.TLS, transport.SASL
	}
	return d
}

// AccessError says why Kafka and this program do not come together: something
// to be mended in the flags or at the brokers, and not an outage that passes.
type AccessError struct {
	Advice string
	Err    error
}

func (e *AccessError) Error() string { return e.Advice }

func (e *AccessError) Unwrap() error { return e.Err }

// access tells an error of certificates, users and rights in one sentence;
// other errors are given back as they are.
func access(err error) error {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	advice := ""
	switch {
	case err == nil:
		return nil
	case errors.As(err, &authority):
		advice = "the certificate of Kafka is signed by an authority that is not trusted here: name its file with --kafka-ca"
	case errors.As(err, &host):
		advice = fmt.Sprintf("the certificate of Kafka is not for %s: give the brokers to --kafka by the names in their certificates", host.Host)
	case errors.As(err, &invalid):
		advice = "the certificate of Kafka cannot be used: " + invalid.Error()
	case strings.Contains(err.Error(), "remote error: tls: ") && strings.Contains(err.Error(), "certificate"): // the type is crypto/tls's own
		advice = "Kafka wants another certificate of ours: give one that it trusts with --kafka-certificate and --kafka-key"
	case errors.Is(err, kafka.SASLAuthenticationFailed), strings.Contains(err.Error(), "SCRAM"):
		advice = "Kafka refuses the user or the password: see --kafka-user, --kafka-mechanism and " + passwordFromOutside
	case errors.Is(err, kafka.UnsupportedSASLMechanism):
		advice = "Kafka does not take this way of proving the user: choose another --kafka-mechanism"
	case errors.Is(err, kafka.TopicAuthorizationFailed), errors.Is(err, kafka.ClusterAuthorizationFailed), errors.Is(err, kafka.GroupAuthorizationFailed):
		advice = "Kafka does not let this user do it: it has to read, write and describe the topics, and to make them or find them made"
	default:
		return err
	}
	return &AccessError{Advice: advice, Err: err}
}

// hangsUp says that a broker closes the connection without a word, as one does
// that is spoken to with TLS where it has none, or without where it has.
func hangsUp(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
