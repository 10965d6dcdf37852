// Package kafkatest runs a real Apache Kafka for tests: one node (KRaft, broker
// and controller together) on the loopback interface, by Java and the jars that
// deploy/scripts/kafka fetches. A machine without them skips such a test; where
// CI is true that fails it.
package kafkatest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// FolderVariable names the folder with the jars where it is another than the usual one.
const FolderVariable = "IZDEU_TEST_KAFKA"

// The one user of the listener that wants a user, by SCRAM-SHA-256, SCRAM-SHA-512 and PLAIN.
const (
	User     = "izdeu-test"
	Password = "a password of the tests"
)

const (
	startLimit = 2 * time.Minute // a busy machine is not a fault
	stopLimit  = time.Minute
	clusterID  = "MkU3OEVBNTcwNTJENDM2Qk" // any 16 bytes in base64
)

//go:embed pom.xml
var pom []byte

// Broker is a running Kafka.
type Broker struct {
	Address string // host:port without encryption
	TLS     string // host:port with TLS
	Mutual  string // host:port with TLS, for clients that have a certificate
	SASL    string // host:port with TLS, for [User]

	// PEM files: the authority that signed the certificates of the broker and
	// of its clients, a client's certificate and its key, and another authority.
	CA, Certificate, Key, OtherCA string

	folder  string
	ports   []int
	log     logBuffer
	command *exec.Cmd
	ended   chan struct{}
}

type logBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write keeps the last of what the broker says.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.text.Len() > 1<<20 {
		b.text.Reset()
	}
	return b.text.Write(p)
}

func (b *logBuffer) tail() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	text := b.text.String()
	return text[max(0, len(text)-4000):]
}

// find gives the folder with the jars, or an error that says what is missing.
func find() (string, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return "", errors.New("no Java runtime for Apache Kafka")
	}
	folder := os.Getenv(FolderVariable)
	if folder == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		folder = filepath.Join(cache, "izdeu", "kafka")
	}
	if fetched, err := os.ReadFile(filepath.Join(folder, "pom.xml")); err != nil || // #nosec G703 -- the developer's own folder
		!bytes.Equal(fetched, pom) {
		return "", errors.New("Apache Kafka is not fetched: run deploy/scripts/kafka")
	}
	return folder, nil
}

// need skips the test where there is no Kafka, and with -short.
func need(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("Apache Kafka is left out with -short")
	}
	jars, err := find()
	if err == nil {
		return jars
	}
	if ci := os.Getenv("CI"); ci == "true" || ci == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// Start starts a Kafka of its own for a test.
func Start(t testing.TB) *Broker {
	t.Helper()
	jars := need(t)
	folder := t.TempDir()
	b, err := start(jars, folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Kill)
	return b
}

var (
	sharedMutex sync.Mutex
	sharedOnes  struct {
		broker *Broker
		folder string
		err    error
	}
	prefixes atomic.Int64
)

// Shared gives the one Kafka of this test binary, started when it is first
// asked for. Tests keep apart by the prefixes of their topics. [Run] ends it.
func Shared(t testing.TB) *Broker {
	t.Helper()
	jars := need(t)
	sharedMutex.Lock()
	defer sharedMutex.Unlock()
	if sharedOnes.broker == nil && sharedOnes.err == nil {
		if sharedOnes.folder, sharedOnes.err = os.MkdirTemp("", "kafkatest"); sharedOnes.err == nil {
			sharedOnes.broker, sharedOnes.err = start(jars, sharedOnes.folder)
		}
	}
	if sharedOnes.err != nil {
		t.Fatal(sharedOnes.err)
	}
	return sharedOnes.broker
}

// Prefix gives a prefix of topics that no other test of this binary has.
func Prefix() string { return fmt.Sprintf("t%d.", prefixes.Add(1)) }

// Run runs the tests of a binary and ends the shared Kafka.
func Run(m *testing.M) int {
	code := m.Run()
	sharedMutex.Lock()
	defer sharedMutex.Unlock()
	if sharedOnes.broker != nil {
		sharedOnes.broker.Kill() // nobody needs its data any more
	}
	if sharedOnes.folder != "" {
		_ = os.RemoveAll(sharedOnes.folder)
	}
	return code
}

func start(jars, folder string) (*Broker, error) {
	b := &Broker{folder: folder}
	if err := b.writeCertificates(); err != nil {
		return nil, err
	}
	var err error
	for range 3 { // a port that was free may be taken by the time it is needed
		if err = b.configure(); err != nil {
			return nil, err
		}
		if err = b.format(jars); err != nil {
			return nil, err
		}
		if err = b.run(jars); err == nil {
			return b, nil
		}
		b.Kill()
	}
	return nil, err
}

// configure takes free ports and writes server.properties.
func (b *Broker) configure() error {
	b.ports = nil
	var listeners []net.Listener
	for range 5 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		listeners = append(listeners, listener)
		b.ports = append(b.ports, listener.Addr().(*net.TCPAddr).Port)
	}
	for _, listener := range listeners {
		_ = listener.Close()
	}
	at := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", b.ports[i]) }
	b.Address, b.TLS, b.Mutual, b.SASL = at(1), at(2), at(3), at(4)
	advertised := fmt.Sprintf("PLAIN://%s,TLS://%s,MUTUAL://%s,SASL://%s", b.Address, b.TLS, b.Mutual, b.SASL)
	text := strings.Join([]string{
		"process.roles=broker,controller", "node.id=1", "controller.quorum.voters=1@" + at(0),
		"listeners=CONTROLLER://" + at(0) + "," + advertised, "advertised.listeners=" + advertised,
		"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,TLS:SSL,MUTUAL:SSL,SASL:SASL_SSL",
		"controller.listener.names=CONTROLLER", "inter.broker.listener.name=PLAIN",
		"log.dirs=" + filepath.Join(b.folder, "data"),
		"auto.create.topics.enable=false", "num.partitions=1", "group.initial.rebalance.delay.ms=0",
		"offsets.topic.replication.factor=1", "offsets.topic.num.partitions=1",
		"transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
		"share.coordinator.state.topic.replication.factor=1", "share.coordinator.state.topic.min.isr=1",
		"num.network.threads=2", "num.io.threads=2", "log.cleaner.dedupe.buffer.size=2000000",
		// A broker that was killed is alive to the controller until its session ends.
		"broker.session.timeout.ms=3000", "broker.heartbeat.interval.ms=500",
		"ssl.keystore.type=PEM", "ssl.keystore.location=" + b.file("server.pem"),
		"ssl.truststore.type=PEM", "ssl.truststore.location=" + b.CA,
		"listener.name.mutual.ssl.client.auth=required",
		"sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512,PLAIN",
		"listener.name.sasl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.sasl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
		"listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_" + User + "=\"" + Password + "\";",
	}, "\n") + "\n"
	return os.WriteFile(b.file("server.properties"), []byte(text), 0o600)
}

func (b *Broker) file(name string) string { return filepath.Join(b.folder, name) }

// java makes a command with a small heap that is quick to start.
func java(ctx context.Context, jars string, arguments ...string) *exec.Cmd {
	small := []string{"-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", filepath.Join(jars, "*")}
	return exec.CommandContext(ctx, "java", append(small, arguments...)...) // #nosec G204 -- the tests' own arguments
}

// format makes the storage with the user in it.
func (b *Broker) format(jars string) error {
	if err := os.RemoveAll(b.file("data")); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	command := java(ctx, jars, "kafka.tools.StorageTool", "format", "--config", b.file("server.properties"), "--cluster-id", clusterID,
		"--add-scram", "SCRAM-SHA-256=[name="+User+",password="+Password+"]", "--add-scram", "SCRAM-SHA-512=[name="+User+",password="+Password+"]")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("formatting the storage of Apache Kafka: %w\n%s", err, output)
	}
	return nil
}

// run starts the process and waits until it answers.
func (b *Broker) run(jars string) error {
	b.command = java(context.Background(), jars, "kafka.Kafka", b.file("server.properties"))
	b.command.Stdout, b.command.Stderr = &b.log, &b.log
	endWithParent(b.command)
	if err := b.command.Start(); err != nil {
		return fmt.Errorf("starting Apache Kafka: %w", err)
	}
	b.ended = make(chan struct{})
	go func(command *exec.Cmd, ended chan struct{}) {
		_ = command.Wait()
		close(ended)
	}(b.command, b.ended)
	transport := &kafka.Transport{MetadataTTL: 10 * time.Millisecond}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.Address), Transport: transport}
	deadline := time.Now().Add(startLimit)
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		answer, err := client.Metadata(ctx, &kafka.MetadataRequest{})
		cancel()
		if err == nil && len(answer.Brokers) == 1 {
			return nil
		}
		select {
		case <-b.ended:
			return fmt.Errorf("Apache Kafka ended by itself:\n%s", b.log.tail())
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("Apache Kafka does not answer: %w\n%s", err, b.log.tail())
		}
	}
}

// Restart starts a Kafka that was stopped or killed, on the same data and addresses.
func (b *Broker) Restart(t testing.TB) {
	t.Helper()
	if err := b.run(need(t)); err != nil {
		t.Fatal(err)
	}
}

// Stop ends it as an administrator would.
func (b *Broker) Stop(t testing.TB) {
	t.Helper()
	if err := b.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-b.ended:
	case <-time.After(stopLimit):
		b.Kill()
		t.Fatalf("Apache Kafka did not end:\n%s", b.log.tail())
	}
}

// Kill ends it as a power cut of its machine would. One that has ended stays so.
func (b *Broker) Kill() {
	if b.ended == nil {
		return
	}
	_ = b.command.Process.Kill() // it may have ended
	<-b.ended
}

// Ended says that it was stopped or killed.
func (b *Broker) Ended() bool {
	select {
	case <-b.ended:
		return true
	default:
		return false
	}
}
