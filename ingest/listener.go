package ingest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// maxRequestBytes bounds one request to the embedded broker. Kafka's own
// default (socket.request.max.bytes) is 100 MiB; ours are far below.
const maxRequestBytes = 32 << 20

// maxConnections bounds the clients of the embedded broker.
const maxConnections = 1024

// guardedListener stands before the embedded broker, which trusts its clients:
// it allocates whatever size a request names (an HTTP request on this port reads
// as 1.2 GB) and ends the process on a request key it does not know.
type guardedListener struct {
	net.Listener
	advertised net.Addr
	open       atomic.Int64
}

// Addr is what the broker tells clients to connect to.
func (l *guardedListener) Addr() net.Addr { return l.advertised }

func (l *guardedListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) > maxConnections {
			l.open.Add(-1)
			_ = connection.Close()
			continue
		}
		return &guardedConnection{Conn: connection, listener: l}, nil
	}
}

// guardedConnection passes Kafka requests through and ends on anything else.
type guardedConnection struct {
	net.Conn
	listener *guardedListener
	once     sync.Once

	header  [8]byte // length, request key, request version
	pending []byte  // of header, not yet handed on
	left    int     // bytes of the request that follow the header
}

func (c *guardedConnection) Read(p []byte) (int, error) {
	if len(c.pending) == 0 && c.left == 0 {
		if _, err := io.ReadFull(c.Conn, c.header[:]); err != nil {
			return 0, err
		}
		size := int32(binary.BigEndian.Uint32(c.header[:4]))
		key := int16(binary.BigEndian.Uint16(c.header[4:6]))
		if size < 10 || size > maxRequestBytes || kmsg.RequestForKey(key) == nil {
			return 0, fmt.Errorf("not a Kafka request: length %d, key %d", size, key)
		}
		c.pending, c.left = c.header[:], int(size)-4
	}
	if len(c.pending) > 0 {
		n := copy(p, c.pending)
		c.pending = c.pending[n:]
		return n, nil
	}
	if len(p) > c.left {
		p = p[:c.left]
	}
	n, err := c.Conn.Read(p)
	c.left -= n
	return n, err
}

func (c *guardedConnection) Close() error {
	c.once.Do(func() { c.listener.open.Add(-1) })
	return c.Conn.Close()
}

// advertisedAddress is an address as the broker hands it to clients: host and
// port as given, which a resolved address would lose.
type advertisedAddress string

func (a advertisedAddress) Network() string { return "tcp" }
func (a advertisedAddress) String() string  { return string(a) }
