package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// healthLimit bounds the question: a container is asked every few seconds.
const healthLimit = 5 * time.Second

// healthCommand asks a server on this machine.
type healthCommand struct {
	Data string `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory of the server (${default})."`
}

// Help says what it is for.
func (healthCommand) Help() string {
	return `It asks the server of the data directory whether it takes applications in (/readyz), and says what it answered. Exit status 0 means yes. For health checks of containers and services.`
}

// Run asks.
func (c *healthCommand) Run(ctx context.Context, streams console) error {
	where, err := readAddresses(c.Data)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where.HTTP+"/readyz", nil)
	if err != nil {
		return err
	}
	// The certificate is for a name, and this asks an address of this machine; nothing secret is sent.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} // #nosec G402 -- as above
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer answer.Body.Close() // only read
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the server takes nothing in (%s): %s", answer.Status, strings.TrimSpace(string(body)))
	}
	fmt.Fprintln(streams.Out, strings.TrimSpace(string(body)))
	return nil
}
