package web_test

import (
	"context"
	"net"
)

// smallBuffers dials with a small receive buffer, so that a client that does
// not read is soon a slow one.
func smallBuffers(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetReadBuffer(4 << 10)
}
