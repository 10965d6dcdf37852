package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/ingest/kafkatest"
)

// childDirectory makes the test binary be the program that is killed.
const childDirectory = "IZDEU_TEST_BROKER_DIRECTORY"

func TestMain(m *testing.M) {
	if directory := os.Getenv(childDirectory); directory != "" {
		if err := produceUntilKilled(directory); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(kafkatest.Run(m))
}

func testLogger(t testing.TB) *slog.Logger {
	if testing.Verbose() {
		return slog.New(slog.NewTextHandler(testWriter{t}, nil))
	}
	return slog.New(slog.DiscardHandler)
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func testSettings(t testing.TB) []TopicSetting {
	settings, err := testTopics.Settings(Retention{})
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

func startBroker(t testing.TB, directory string, change ...func(*BrokerOptions)) *Broker {
	t.Helper()
	options := BrokerOptions{Directory: directory, Listen: "127.0.0.1:0", Topics: testSettings(t), Logger: testLogger(t)}
	for _, c := range change {
		c(&options)
	}
	broker, err := OpenBroker(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	return broker
}

func startClient(t testing.TB, address string) *kafka.Client {
	t.Helper()
	client, done, err := NewClient([]string{address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	return client
}

func startProducer(t testing.TB, client *kafka.Client, checkSpace func() error) *Producer {
	producer := NewProducer(client, checkSpace)
	t.Cleanup(func() {
		if err := producer.Close(testContext(t)); err != nil {
			t.Error(err)
		}
	})
	return producer
}

func produce(t testing.TB, producer *Producer, topic string, messages ...kafka.Message) {
	t.Helper()
	if err := producer.Produce(testContext(t), topic, messages...); err != nil {
		t.Fatal(err)
	}
}

// readAll reads a partition from its beginning to its end as it is now.
func readAll(t testing.TB, client *kafka.Client, topic string) []kafka.Message {
	t.Helper()
	ctx := testContext(t)
	first, end := logEnds(t, client, topic)
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{client.Addr.String()}, Topic: topic,
		MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 250 * time.Millisecond, ReadBackoffMin: time.Millisecond})
	defer reader.Close()
	var messages []kafka.Message
	for next := first; next < end; {
		m, err := reader.FetchMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
		next = m.Offset + 1
	}
	return messages
}

func logEnds(t testing.TB, client *kafka.Client, topic string) (first, end int64) {
	t.Helper()
	return partitionEnds(t, client, topic, 0)
}

func partitionEnds(t testing.TB, client *kafka.Client, topic string, partition int) (first, end int64) {
	t.Helper()
	response, err := client.ListOffsets(testContext(t), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.FirstOffsetOf(partition), kafka.LastOffsetOf(partition)}}})
	if err != nil {
		t.Fatal(err)
	}
	offsets := response.Topics[topic][0]
	if offsets.Error != nil {
		t.Fatal(offsets.Error)
	}
	return offsets.FirstOffset, offsets.LastOffset
}

// produceUntilKilled says on standard output what was confirmed.
func produceUntilKilled(directory string) error {
	settings, err := testTopics.Settings(Retention{})
	if err != nil {
		return err
	}
	broker, err := OpenBroker(BrokerOptions{Directory: directory, Listen: "127.0.0.1:0", Topics: settings, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	client, _, err := NewClient([]string{broker.Address()})
	if err != nil {
		return err
	}
	producer := NewProducer(client, nil)
	for n := 0; ; n++ {
		batch := make([]kafka.Message, 1+n%7)
		for i := range batch {
			batch[i].Value = fmt.Appendf(nil, "%d.%d", n, i)
		}
		if err := producer.Produce(context.Background(), testTopics.Applications, batch...); err != nil {
			return err
		}
		fmt.Println(n, len(batch))
	}
}

// What was confirmed is there after kill -9, round after round.
func TestBrokerKilled(t *testing.T) {
	directory := t.TempDir()
	confirmed := map[string]bool{}
	for round := range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childDirectory+"="+directory)
		child.Stderr = os.Stderr
		output, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(output)
		for seen := 0; lines.Scan(); seen++ {
			var n, count int
			if _, err := fmt.Sscan(lines.Text(), &n, &count); err != nil {
				t.Fatal(err)
			}
			for i := range count {
				confirmed[fmt.Sprintf("%d.%d", n, i)] = true
			}
			if seen == 50+37*round {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the child ended by itself: %v", err)
		}
		broker := startBroker(t, directory)
		stored := map[string]bool{}
		for _, m := range readAll(t, startClient(t, broker.Address()), testTopics.Applications) {
			stored[string(m.Value)] = true
		}
		for value := range confirmed {
			if !stored[value] {
				t.Fatalf("round %d: %s was confirmed and is gone (%d confirmed, %d stored)", round, value, len(confirmed), len(stored))
			}
		}
		if err := broker.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(confirmed) < 100 {
		t.Fatalf("only %d records were confirmed", len(confirmed))
	}
}

func TestBrokerLock(t *testing.T) {
	directory := t.TempDir()
	broker := startBroker(t, directory)
	_, err := OpenBroker(BrokerOptions{Directory: directory, Listen: "127.0.0.1:0", Logger: testLogger(t)})
	var locked *LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() || time.Since(locked.Since) > time.Hour {
		t.Fatalf("the second broker on the directory: %v", err)
	}
	if err := broker.Close(); err != nil {
		t.Fatal(err)
	}
	startBroker(t, directory)
}

func TestBrokerTakenPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	directory := t.TempDir()
	_, err = OpenBroker(BrokerOptions{Directory: directory, Listen: listener.Addr().String(), Logger: testLogger(t)})
	if err == nil || !strings.Contains(err.Error(), "--kafka-listen") {
		t.Fatalf("a taken port: %v", err)
	}
	startBroker(t, directory) // the failed start has given everything back
}

func TestBrokerDamaged(t *testing.T) {
	for _, name := range []string{"meta.json", "topics.json"} {
		for damage, content := range map[string][]byte{"empty": {}, "damaged": []byte(`{"version":`), "missing": nil} {
			t.Run(damage+" "+name, func(t *testing.T) {
				directory := t.TempDir()
				broker := startBroker(t, directory)
				produce(t, startProducer(t, startClient(t, broker.Address()), nil), testTopics.Applications, kafka.Message{Value: []byte("x")})
				if err := broker.Close(); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(directory, "log", name)
				err := os.Remove(file)
				if content != nil {
					err = os.WriteFile(file, content, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
				_, err = OpenBroker(BrokerOptions{Directory: directory, Listen: "127.0.0.1:0", Logger: testLogger(t)})
				var damaged *DamagedError
				if !errors.As(err, &damaged) || damaged.File != file || !strings.Contains(err.Error(), "move") {
					t.Fatalf("%v", err)
				}
			})
		}
	}
}

// A client that does not speak Kafka must not end the program or fill its memory.
func TestBrokerHostileClients(t *testing.T) {
	broker := startBroker(t, t.TempDir())
	for _, hostile := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x00\x00\x00\x0a\x7f\xff\x00\x00\x00\x00\x00\x00\xff\xff",
		"\x7f\xff\xff\xff\x00\x00\x00\x00", "\x00\x00\x00\x01\x00\x00\x00\x00", "\xff\xff\xff\xff\x00\x00\x00\x00"} {
		connection, err := net.Dial("tcp", broker.Address())
		if err != nil {
			t.Fatal(err)
		}
		if err := connection.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(connection, hostile); err != nil {
			t.Fatal(err)
		}
		if _, err := connection.Read(make([]byte, 1)); !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%q: the connection was not closed: %v", hostile, err)
		}
		_ = connection.Close()
	}
	if _, err := (&http.Client{Timeout: 10 * time.Second}).Get("http://" + broker.Address()); err == nil {
		t.Error("the broker speaks HTTP")
	}
	produce(t, startProducer(t, startClient(t, broker.Address()), nil), testTopics.Applications, kafka.Message{Value: []byte("still here")})
}

func TestFreeSpaceFloor(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	space := NewFreeSpace("/somewhere", DefaultFreeSpaceFloor, func(string) (uint64, error) { return free.Load(), nil })
	now := time.Now()
	var clock atomic.Int64
	space.now = func() time.Time { return now.Add(time.Duration(clock.Load())) }
	broker := startBroker(t, t.TempDir(), func(o *BrokerOptions) { o.FreeSpace = space })
	client := startClient(t, broker.Address())
	producer := startProducer(t, client, space.Check)
	produce(t, producer, testTopics.Applications, kafka.Message{Value: []byte("fits")})

	free.Store(1 << 20)
	if space.Check() != nil {
		t.Error("the answer was not kept for a second")
	}
	clock.Add(int64(2 * time.Second))
	err := producer.Produce(testContext(t), testTopics.Applications, kafka.Message{Value: []byte("does not")})
	var full *FreeSpaceError
	if !errors.As(err, &full) || full.Free != 1<<20 || !errors.Is(err, dispatch.ErrNoSpace) {
		t.Fatalf("under the floor: %v", err)
	}
	// A producer from outside, which knows nothing of the floor.
	response, err := client.Produce(testContext(t), &kafka.ProduceRequest{Topic: testTopics.Applications, RequiredAcks: kafka.RequireAll,
		Records: kafka.NewRecordReader(kafka.Record{Value: kafka.NewBytes([]byte("does not"))})})
	if err != nil || !errors.Is(response.Error, kafka.KafkaStorageError) {
		t.Fatalf("from outside: %v %v", response, err)
	}
	free.Store(1 << 40)
	clock.Add(int64(2 * time.Second))
	produce(t, producer, testTopics.Applications, kafka.Message{Value: []byte("fits again")})
	if all := readAll(t, client, testTopics.Applications); len(all) != 2 {
		t.Errorf("%d records", len(all))
	}
}

func TestFreeSpaceOfThisDisk(t *testing.T) {
	free, err := freeBytes(t.TempDir())
	if err != nil || free == 0 {
		t.Fatalf("%d bytes, %v", free, err)
	}
}

// The age of records is told by when they came, whatever their producers' clocks say.
func TestRetention(t *testing.T) {
	directory := t.TempDir()
	broker := startBroker(t, directory, func(o *BrokerOptions) { o.RetentionInterval = time.Hour })
	client := startClient(t, broker.Address())
	producer := startProducer(t, client, nil)
	now := time.Now()
	produce(t, producer, testTopics.Positions, kafka.Message{Value: []byte("old")}, kafka.Message{Value: []byte("old too")})
	broker.retention.apply(now)
	produce(t, producer, testTopics.Positions, kafka.Message{Value: []byte("fresh")})
	produce(t, producer, testTopics.Positions, kafka.Message{Value: []byte("fresh, from a wrong clock"), Time: time.Unix(1e9, 0)})
	broker.retention.apply(now.Add(30 * time.Minute))
	if first, end := logEnds(t, client, testTopics.Positions); first != 0 || end != 4 {
		t.Fatalf("the log is %d to %d", first, end)
	}
	broker.retention.apply(now.Add(61 * time.Minute))
	if all := readAll(t, client, testTopics.Positions); len(all) != 2 || string(all[0].Value) != "fresh" {
		t.Fatalf("%d records left", len(all))
	}
	// The last one stays, and so offsets go on where they were, also after a kill.
	broker.retention.apply(now.Add(48 * time.Hour))
	if first, end := logEnds(t, client, testTopics.Positions); first != 3 || end != 4 {
		t.Fatalf("the log is %d to %d", first, end)
	}
	if err := broker.Close(); err != nil {
		t.Fatal(err)
	}
	broker = startBroker(t, directory)
	broker.retention.apply(now.Add(48 * time.Hour))
	if first, end := logEnds(t, startClient(t, broker.Address()), testTopics.Positions); first != 3 || end != 4 {
		t.Fatalf("after a restart the log is %d to %d", first, end)
	}
}

// A bit of the log has flipped: what was behind it is gone, and what comes
// afterwards is read.
func TestBrokerFlippedBit(t *testing.T) {
	directory := t.TempDir()
	for round := range 4 {
		broker := startBroker(t, directory)
		client := startClient(t, broker.Address())
		producer := startProducer(t, client, nil)
		for n := range 5 {
			produce(t, producer, testTopics.Applications, kafka.Message{Value: fmt.Appendf(nil, "%d.%d", round, n)})
		}
		all := readAll(t, client, testTopics.Applications)
		if len(all) < 5 || string(all[len(all)-1].Value) != fmt.Sprintf("%d.4", round) {
			t.Fatalf("round %d: %d records", round, len(all))
		}
		if err := broker.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(directory, "log", "partitions", testTopics.Applications+"-0", "0.dat")
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)*2/3] ^= 4
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAdvanceMarks(t *testing.T) {
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	var marks []retentionMark
	var remove int64
	for minute := range 10 * 60 {
		marks, remove = advanceMarks(marks, start.Add(time.Duration(minute)*time.Minute), int64(minute+1)*10, time.Hour)
		if len(marks) > marksPerRetention+2 {
			t.Fatalf("%d marks", len(marks))
		}
		// A record of minute m has the offsets 10m to 10m+9; it may go when m is an hour ago.
		if oldest := int64(minute-60)*10 + 10; remove > max(oldest, 0) {
			t.Fatalf("minute %d: everything before %d is removed", minute, remove)
		} else if remove < oldest-30 {
			t.Fatalf("minute %d: only %d is removed of %d", minute, remove, oldest)
		}
	}
	if kept, remove := advanceMarks(marks, start.Add(20*time.Hour), 5, time.Hour); len(kept) != 1 || remove != 0 {
		t.Errorf("a log begun anew: %v %d", kept, remove)
	}
	if kept, remove := advanceMarks(marks, start, 6000, time.Hour); len(kept) != 1 || remove != 0 {
		t.Errorf("a clock set back: %v %d", kept, remove)
	}
}
