package ingest

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// ClientID is what izdeu calls itself towards Kafka.
const ClientID = "izdeu"

// NewClient returns a client of the brokers and the function that closes its
// connections. Producer, publisher and readers share it: kafka-go keeps
// goroutines and connections per transport.
func NewClient(brokers []string) (*kafka.Client, func(), error) {
	if len(brokers) == 0 {
		return nil, nil, errors.New("ingest: no Kafka brokers given")
	}
	for _, broker := range brokers {
		if _, _, err := net.SplitHostPort(broker); err != nil {
			return nil, nil, fmt.Errorf("ingest: --kafka: %q is not host:port: %w", broker, err)
		}
	}
	transport := &kafka.Transport{
		ClientID:    ClientID,
		DialTimeout: 3 * time.Second,
		IdleTimeout: 30 * time.Second,
		MetadataTTL: 5 * time.Second,
	}
	client := &kafka.Client{Addr: kafka.TCP(brokers...), Transport: transport}
	return client, transport.CloseIdleConnections, nil
}

// SplitBrokers reads the value of --kafka: addresses separated by commas.
func SplitBrokers(list string) []string {
	var brokers []string
	for _, broker := range strings.Split(list, ",") {
		if broker = strings.TrimSpace(broker); broker != "" {
			brokers = append(brokers, broker)
		}
	}
	return brokers
}
