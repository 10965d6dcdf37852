package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch/postgres"
	"github.com/izdeu/izdeu/dispatch/sqlite"
	"github.com/izdeu/izdeu/ingest"
)

// benchParts are what one phase of the bench works on: embedded ones in a
// directory of its own, or a database and topics of its own on outside parts.
type benchParts struct {
	data     string
	database string // address; empty: embedded
	kafka    string // brokers; empty: embedded
	prefix   string // of the topics
	closers  []func() error
}

// parts makes the parts of a phase. The caller ends them.
func (b *benchCommand) parts(ctx context.Context, data string) (p *benchParts, err error) {
	p = &benchParts{data: data, kafka: b.Kafka, prefix: ingest.DefaultPrefix}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.end())
		}
	}()
	name := "izdeu_bench_" + strings.ToLower(rand.Text()[:8])
	if b.Database != "" {
		if err := p.makeDatabase(ctx, b.Database, name); err != nil {
			return nil, err
		}
	}
	if b.Kafka != "" {
		p.prefix = name + "."
		if err := p.makeTopics(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *benchParts) end() (err error) {
	for i := len(p.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, p.closers[i]())
	}
	p.closers = nil
	return err
}

func (p *benchParts) topics() ingest.Topics { return ingest.NewTopics(p.prefix) }

// open opens the database of the phase.
func (p *benchParts) open(ctx context.Context) (database, error) {
	if p.database != "" {
		return postgres.Open(ctx, p.database, quiet)
	}
	return sqlite.Open(ctx, filepath.Join(p.data, databaseFile), quiet)
}

// makeDatabase makes a database beside the one at the address.
func (p *benchParts) makeDatabase(ctx context.Context, address, name string) error {
	if err := checkDatabase(address); err != nil {
		return err
	}
	execute := func(ctx context.Context, statement string) (err error) {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return fmt.Errorf("--database: %w", err)
		}
		defer func() { err = errors.Join(err, conn.Close(ctx)) }()
		_, err = conn.Exec(ctx, statement)
		return err
	}
	if err := execute(ctx, "CREATE DATABASE "+name); err != nil {
		return fmt.Errorf("make a database for the bench: %w", err)
	}
	p.closers = append(p.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return execute(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	own, err := url.Parse(address)
	if err != nil {
		return misused("--database cannot be read: give postgres://USER@HOST:5432/DATABASE")
	}
	own.Path = "/" + name
	p.database = own.String()
	return nil
}

// makeTopics makes topics of its own.
func (p *benchParts) makeTopics(ctx context.Context) error {
	client, disconnect, err := ingest.NewClient(ingest.SplitBrokers(p.kafka))
	if err != nil {
		return misused("--kafka: %s", err)
	}
	p.closers = append(p.closers, func() error { disconnect(); return nil })
	settings, err := p.topics().Settings(ingest.DefaultRetention())
	if err != nil {
		return err
	}
	made, err := ingest.CreateTopics(ctx, client, settings)
	if err != nil {
		return fmt.Errorf("make topics for the bench: %w", err)
	}
	p.closers = append(p.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: made})
		return err
	})
	return nil
}
