package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// segmentBytes is the size of a file of the log. Whole files are what retention
// frees and what a restart reads at once.
const segmentBytes = 32 << 20

// BrokerOptions are the settings of the embedded broker.
type BrokerOptions struct {
	Directory string         // made if it is missing; belongs to the broker alone
	Listen    string         // host:port, port 0 takes a free one
	Advertise string         // host or host:port that clients are told; empty: where it listens
	Topics    []TopicSetting // made if they are missing, one partition each
	FreeSpace *FreeSpace     // nil: no floor
	Logger    *slog.Logger

	// RetentionInterval is how often old records are looked for; 0 means a minute.
	RetentionInterval time.Duration
}

// Broker is the embedded Kafka broker.
type Broker struct {
	cluster   *kfake.Cluster
	lock      *directoryLock
	retention *retention
	address   string
	logger    *slog.Logger

	stop   context.CancelFunc
	done   chan struct{}
	once   sync.Once
	closed error
}

// DamagedError says that a file that the broker cannot start without is damaged.
type DamagedError struct {
	File string
	Err  error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s of the embedded broker is damaged (%v). Restore the directory from a backup; "+
		"or move %s away and start again: cases in the database stay, messages that were not read yet stay behind in the moved directory",
		e.File, e.Err, filepath.Dir(e.File))
}

func (e *DamagedError) Unwrap() error { return e.Err }

// OpenBroker locks the directory, starts the broker on what is stored there, and
// makes the topics that are missing. It returns a *LockedError if another process
// holds the directory and a *DamagedError if the broker's own files cannot be read.
func OpenBroker(options BrokerOptions) (_ *Broker, err error) {
	if err := os.MkdirAll(options.Directory, 0o700); err != nil {
		return nil, fmt.Errorf("ingest: making the broker's directory: %w", err)
	}
	lock, err := lockDirectory(options.Directory)
	if err != nil {
		return nil, err
	}
	b := &Broker{lock: lock, logger: options.Logger, done: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.release())
		}
	}()
	logs := filepath.Join(options.Directory, "log")
	if err := checkState(logs); err != nil {
		return nil, err
	}
	if err := removeSnapshots(logs); err != nil {
		return nil, err
	}
	listener, err := listenBroker(options.Listen, options.Advertise)
	if err != nil {
		return nil, err
	}
	b.address = listener.Listener.Addr().String()
	b.cluster, err = kfake.NewCluster(
		kfake.NumBrokers(1),
		kfake.ClusterID("izdeu"),
		kfake.DataDir(logs),
		kfake.SyncWrites(),
		kfake.DefaultNumPartitions(1),
		kfake.ListenFn(func(string, string) (net.Listener, error) { return listener, nil }),
		kfake.WithLogger(brokerLog{options.Logger}),
	)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ingest: starting the embedded broker on %s: %w", logs, err), listener.Close())
	}
	defer func() {
		if err != nil {
			b.cluster.Close()
		}
	}()
	for _, topic := range options.Topics {
		if b.cluster.TopicInfo(topic.Name) != nil {
			continue
		}
		err := b.cluster.CreateTopic(topic.Name, 1, map[string]string{
			"max.message.bytes": strconv.Itoa(MaxMessageBytes),
			"segment.bytes":     strconv.Itoa(segmentBytes),
			// The broker's own retention goes by the producers' clocks; see retention.
			"retention.ms": "-1",
		})
		if err != nil {
			return nil, fmt.Errorf("ingest: making topic %s: %w", topic.Name, err)
		}
	}
	if options.FreeSpace != nil {
		// Producers from outside meet the floor too. The error is one that clients retry.
		b.cluster.Fault(kfake.Fault{
			Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.KafkaStorageError, Count: -1,
			When: func(kmsg.Request) bool { return options.FreeSpace.Check() != nil },
		})
	}
	b.retention, err = openRetention(filepath.Join(options.Directory, "retention.json"), options.Topics, b.cluster, options.Logger)
	if err != nil {
		return nil, err
	}
	b.retention.apply(time.Now())
	interval := options.RetentionInterval
	if interval == 0 {
		interval = time.Minute
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	go func() {
		defer close(b.done)
		b.retention.run(ctx, interval)
	}()
	return b, nil
}

// Address is where the broker listens, host:port.
func (b *Broker) Address() string { return b.address }

// Close ends the broker and gives the directory back. Everything acknowledged
// is on the disk before; closing cleanly makes the next start faster.
func (b *Broker) Close() error {
	b.once.Do(func() {
		// A closed cluster never answers, so whoever asks it ends first.
		b.stop()
		<-b.done
		b.cluster.Close()
		b.closed = b.lock.release()
	})
	return b.closed
}

func listenBroker(address, advertise string) (*guardedListener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("ingest: %s is taken by another program: give the embedded broker another address with --kafka-listen (port 0 takes a free one): %w", address, err)
		}
		return nil, fmt.Errorf("ingest: --kafka-listen %s: %w", address, err)
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	switch {
	case advertise != "":
		host = advertise
		if h, p, err := net.SplitHostPort(advertise); err == nil {
			host, port = h, p
		}
	case net.ParseIP(host).IsUnspecified():
		// Clients cannot connect to 0.0.0.0; this machine's name is the best guess there is.
		if host, err = os.Hostname(); err != nil {
			return nil, errors.Join(fmt.Errorf("ingest: --kafka-listen %s needs an address to tell clients: %w", address, err), listener.Close())
		}
	}
	return &guardedListener{Listener: listener, advertised: advertisedAddress(net.JoinHostPort(host, port))}, nil
}

// checkState finds what would make the broker fail without saying what to do,
// or start as new over an old log and mix the two.
func checkState(directory string) error {
	partitions, err := os.ReadDir(filepath.Join(directory, "partitions"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("ingest: reading the embedded broker's log: %w", err)
	}
	for _, name := range []string{"meta.json", "topics.json"} {
		file := filepath.Join(directory, name)
		content, err := os.ReadFile(file)
		switch {
		case errors.Is(err, os.ErrNotExist):
			if len(partitions) > 0 {
				return &DamagedError{File: file, Err: errors.New("it is missing, but there are messages beside it")}
			}
		case err != nil:
			return &DamagedError{File: file, Err: err}
		case len(content) == 0:
			return &DamagedError{File: file, Err: errors.New("it is empty")}
		case !json.Valid(content):
			return &DamagedError{File: file, Err: errors.New("it is not JSON")}
		}
	}
	return nil
}

// removeSnapshots makes the broker read its log as after a kill. From the
// snapshot of a clean end it takes the size of a file as it was: where a damaged
// file is cut off now, it would then look for what it appends in the wrong
// place, and confirmed messages could never be read. What retention had removed
// of a file is removed again at once, by the marks.
func removeSnapshots(directory string) error {
	files, err := filepath.Glob(filepath.Join(directory, "partitions", "*", "snapshot.json"))
	if err != nil {
		return fmt.Errorf("ingest: looking for snapshots of the embedded broker: %w", err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("ingest: removing a snapshot of the embedded broker: %w", err)
		}
	}
	return nil
}

// brokerLog passes the broker's warnings on: a truncated segment is only told there.
type brokerLog struct{ logger *slog.Logger }

func (l brokerLog) Logf(level kfake.LogLevel, format string, arguments ...any) {
	switch level {
	case kfake.LogLevelError:
		l.logger.Error("embedded broker: " + fmt.Sprintf(format, arguments...))
	case kfake.LogLevelWarn:
		l.logger.Warn("embedded broker: " + fmt.Sprintf(format, arguments...))
	}
}
