package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest"
	"github.com/izdeu/izdeu/web"
	"github.com/izdeu/izdeu/web/notify"
)

// What the end of the program may take. Together they stay below endLimit,
// which the contract puts at 10 s.
const (
	endLimit    = 9 * time.Second
	httpGrace   = 3 * time.Second // for requests that are being answered
	publishLast = 2 * time.Second // for events that Kafka does not have yet
	producerEnd = time.Second     // for requests to Kafka in flight
)

// feedEvents is how many events are kept in memory for readers that keep up:
// a second or so of the heaviest load.
const feedEvents = 20_000

// heapTarget is the memory above which collecting gets eager again.
const heapTarget = 2 << 30

// Run serves until a signal, or until a part of the program fails.
func (c *serveCommand) Run(ctx context.Context, streams console) error {
	if err := c.check(); err != nil {
		return err
	}
	log, err := newLogger(streams.Errors, c.LogLevel)
	if err != nil {
		return err
	}
	collectLess()
	return serve(ctx, c, os.Getenv("IZDEU_ADMIN_KEY"), streams.Out, log)
}

// collectLess lets the heap grow further between collections than Go does by
// itself: a small heap stays small, and under load a quarter of the processor
// time is saved. GOGC and GOMEMLIMIT still say otherwise.
func collectLess() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(300)
		debug.SetMemoryLimit(heapTarget)
	}
}

// serve wires everything, in the order in which it depends on each other, and
// takes it apart in the opposite one.
func serve(ctx context.Context, c *serveCommand, adminKey string, out io.Writer, log *slog.Logger) (err error) {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	basemap, rings, err := c.mapSettings()
	if err != nil {
		return err
	}
	topics := ingest.NewTopics(c.KafkaPrefix)
	topicSettings, err := topics.Settings(ingest.Retention{})
	if err != nil {
		return err
	}

	o := newOwner(log)
	defer func() {
		// Everything that was acknowledged is on the disk: what does not end in
		// time may be cut off.
		overdue := time.AfterFunc(endLimit, func() {
			log.Error("ending takes too long and is cut off; nothing is lost", "part", o.ending())
			os.Exit(exitFailed)
		})
		defer overdue.Stop()
		err = errors.Join(err, o.end())
	}()

	directory, err := openDataDirectory(c.directory(), c.Demo)
	if err != nil {
		return err
	}
	o.onEnd("the data directory", directory.release)

	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	secure, err := c.TLS.open(directory, registry, log)
	if err != nil {
		return err
	}
	listener, err := listenHTTP(c.listen())
	if err != nil {
		return err
	}
	o.onEnd("the listener", func() error { return ignoreClosed(listener.Close()) })

	store, err := c.openDatabase(ctx, directory, log)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	o.onEnd("the database", store.Close)
	installation, err := store.Setting(ctx, "installation", dispatch.NewEpoch())
	if err != nil {
		return err
	}
	firstKey, err := firstAdminKey(ctx, store, adminKey)
	if err != nil {
		return err
	}

	brokers, checkSpace, err := c.openBroker(o, directory, topicSettings, log)
	if err != nil {
		return err
	}
	client, disconnect, err := c.KafkaAccess.connect(brokers)
	if err != nil {
		return err
	}
	o.onEnd("the connections to Kafka", func() error { disconnect(); return nil })
	if c.Kafka != "" {
		if err := prepareTopics(ctx, client, topics, topicSettings, log); err != nil {
			return err
		}
	}

	ingest.NewDiskMetrics(registry, directory.path, c.DiskFloorMiB<<20)
	metrics := ingest.NewMetrics(registry)
	producer := ingest.NewProducer(client, checkSpace)
	o.onEnd("the producer", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), producerEnd)
		defer cancel()
		return producer.Close(ctx)
	})

	feed := dispatch.NewFeed(store, feedEvents)
	publisher := ingest.NewPublisher(ingest.PublisherOptions{Journal: feed, Store: store, Producer: producer, Topics: topics,
		Installation: installation, Logger: log, Metrics: metrics, Registry: registry})
	projector := dispatch.NewProjector(store, feed, registry, log)
	public := cmp.Or(strings.TrimRight(c.PublicURL, "/"), secure.address(portOf(listener)))
	push, err := notify.LoadPushKeys(ctx, store, c.PushContact)
	if err != nil {
		return err
	}
	notifier, err := c.notifier(ctx, store, feed, ingest.NewIntake(client, producer, topics), push, public, registry, log)
	if err != nil {
		return err
	}
	decisions := dispatch.NewMetrics(registry)
	replica := dispatch.NewReplica(store, feed, registry, log, (&leader{publisher: publisher, projector: projector, notifier: notifier, log: log,
		newInbox: func() *ingest.Inbox {
			return ingest.NewInbox(ingest.InboxOptions{Brokers: brokers, Client: client, Topics: topics, Logger: log, Metrics: metrics})
		},
		dispatcher: func(inbox *ingest.Inbox) *dispatch.Dispatcher {
			return dispatch.NewDispatcher(store, inbox, feed, settings, decisions, log)
		}}).run)
	o.run("the replica", replica.Run)

	scheduled := c.backups(o, store, replica.Leads, installation, brokers, client, registry, log)
	server, err := web.New(web.Config{
		Store: store, Feed: feed, Leads: replica.Leads, Intake: ingest.NewIntake(client, producer, topics), Statistics: store,
		AdminKey: adminKey, SecureCookies: c.SecureCookies, PublicURL: public, RosterLink: c.RosterLink, PushKey: push.Public, PushPrivate: c.PushPrivate,
		Basemap: basemap, Rings: rings, Backups: scheduled, DutyPhone: c.DutyPhone, Rules: settings, Demo: c.Demo, Version: version(),
		Installation: installation, KafkaPrefix: c.KafkaPrefix, Log: log, Registerer: registry, Gatherer: registry,
	})
	if err != nil {
		return err
	}
	o.run("the live board", forever(server.Run))
	if c.Demo {
		player, err := newDemoPlayer(ctx, store, feed, producer, topics, log)
		if err != nil {
			return err
		}
		o.run("the demo", player.run)
	}
	httpServer := server.HTTPServer()
	if err := secure.start(o, c.TLS.redirect(), public, portOf(listener), log); err != nil {
		return err
	}
	o.run("the HTTP server", func(context.Context) error { return secure.serve(httpServer, listener) })
	o.onEnd("requests", func() error {
		ctx, cancel := context.WithTimeout(context.Background(), httpGrace)
		defer cancel()
		if err := httpServer.Shutdown(ctx); err != nil {
			log.Warn("requests were cut off", "error", err)
			return ignoreClosed(httpServer.Close())
		}
		return nil
	})

	local := secure.scheme() + reachable(listener.Addr().String())
	url := local
	if secure != nil { // the name that the certificate is for
		url = cmp.Or(public, local)
	}
	here := addresses{HTTP: local, Public: public, Listen: listener.Addr().String(), Kafka: strings.Join(brokers, ","), Prefix: c.KafkaPrefix, PID: os.Getpid(),
		Database: c.databaseName(directory), KafkaEmbedded: c.Kafka == ""}
	if err := directory.writeAddresses(here); err != nil {
		return err
	}
	o.onEnd("the addresses", directory.removeAddresses)
	warnOfStrangers(log, c, secure)
	announce(out, url, server.SignInCode(), brokers, firstKey)
	if phones := here.forPhones(localAddresses); len(phones) > 0 && onTerminal(out) {
		if err := showAddresses(out, phones); err != nil {
			log.Warn("no QR code of the board's address", "error", err)
		}
	}
	log.Info("serving", "version", version(), "http", url, "kafka", brokers, "data", directory.path, "database", c.databaseName(directory), "demo", c.Demo)

	select {
	case <-ctx.Done():
		log.Info("ending")
		return nil
	case err := <-o.failed:
		return err
	}
}

// notifier makes the part that wakes people.
func (c *serveCommand) notifier(ctx context.Context, store database, feed *dispatch.Feed, intake *ingest.Intake,
	push notify.PushKeys, public string, registry *prometheus.Registry, log *slog.Logger,
) (*notify.Notifier, error) {
	secret, err := notify.LoadSecret(ctx, store)
	if err != nil {
		return nil, err
	}
	return notify.New(notify.Options{Journal: feed, Store: store, Intake: intake, AlarmWindow: c.AlarmWindow, Secret: secret, Push: push,
		BoardURL: public, Webhooks: notify.WebhookClient(), Pushes: notify.PushClient(c.PushPrivate),
		Logger: log, Registry: registry}), nil
}

// openBroker starts the embedded broker, or gives the addresses of an outside
// one. checkSpace is nil where there is no disk of ours to fill.
func (c *serveCommand) openBroker(o *owner, directory *dataDirectory, topics []ingest.TopicSetting, log *slog.Logger) (brokers []string, checkSpace func() error, err error) {
	if c.Kafka != "" {
		brokers = ingest.SplitBrokers(c.Kafka)
		if len(brokers) == 0 {
			return nil, nil, misused("--kafka: give brokers as host:port, separated by commas")
		}
		return brokers, nil, nil
	}
	space := ingest.NewFreeSpace(directory.path, c.DiskFloorMiB<<20, nil)
	broker, err := ingest.OpenBroker(ingest.BrokerOptions{Directory: directory.file(brokerFolder), Listen: c.KafkaListen,
		Advertise: c.KafkaHost, Topics: topics, FreeSpace: space, Logger: log})
	if err != nil {
		return nil, nil, err
	}
	o.onEnd("the embedded broker", broker.Close)
	return []string{reachable(broker.Address())}, space.Check, nil
}

// firstAdminKey makes the first key of an installation; empty when there is one.
func firstAdminKey(ctx context.Context, keys dispatch.Keys, given string) (string, error) {
	if given != "" {
		return "", nil
	}
	known, err := keys.APIKeys(ctx)
	if err != nil || len(known) > 0 {
		return "", err
	}
	plain, key, err := web.NewAPIKey(firstKeyName, []string{string(web.RoleAdmin)}, nil, nil, nil)
	if err != nil {
		return "", err
	}
	return plain, keys.PutAPIKey(ctx, key)
}

// warnOfStrangers says what an address that others reach means.
func warnOfStrangers(log *slog.Logger, c *serveCommand, secure *secured) {
	if secure == nil && !onThisMachine(c.listen()) {
		log.Warn("the board answers others without encryption: give it a certificate with --tls-certificate or --tls-domain, or put a proxy before it and use --secure-cookies", "listen", c.listen())
	}
	if c.Kafka == "" && !onThisMachine(c.KafkaListen) {
		log.Warn("whoever reaches the embedded broker may write as an administrator: let only trusted machines reach it", "kafka_listen", c.KafkaListen)
	}
}

func onThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// announce tells whoever started the program where it is.
func announce(out io.Writer, url, code string, brokers []string, firstKey string) {
	fmt.Fprintf(out, "Board: %s/#code=%s\n", url, code)
	fmt.Fprintf(out, "API: %s/api/v1\n", url)
	fmt.Fprintf(out, "Kafka: %s\n", strings.Join(brokers, ","))
	if firstKey != "" {
		fmt.Fprintf(out, "Admin key (shown once): %s\n", firstKey)
	}
}

// publishRest gives the publisher time for the last events, up to a bound: what
// is left goes out at the next start.
func publishRest(publisher *ingest.Publisher, log *slog.Logger) error {
	deadline := time.NewTimer(publishLast)
	defer deadline.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for publisher.Lag() > 0 {
		select {
		case <-look.C:
		case <-deadline.C:
			log.Warn("events are left to publish; the next start sends them", "events", publisher.Lag())
			return nil
		}
	}
	return nil
}

// forever makes a part of one that ends only with its context.
func forever(part func(context.Context)) func(context.Context) error {
	return func(ctx context.Context) error {
		part(ctx)
		return nil
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// reachable replaces an address that means every interface by one that a
// program on this machine can connect to.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
