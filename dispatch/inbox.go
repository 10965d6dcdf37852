package dispatch

import "context"

// Inbox is where the leader's messages come from: ingest's partition readers.
type Inbox interface {
	// Seek starts reading from these offsets; a partition that is not named
	// is read from its beginning. It is called before the first Next and
	// whenever the state was loaded again.
	Seek(ctx context.Context, offsets []SourceOffset) error
	// Next waits for something to read and returns what is ready, at most
	// limit messages: teams before commands before applications. It returns
	// ctx's error when that ends first, and no other error: a broker that is
	// away is waited for.
	Next(ctx context.Context, limit int) (Input, error)
	// Ends asks the broker for the offsets after the newest record of every
	// partition of the inputs (not of the positions). A partition that holds
	// no record is left out.
	Ends(ctx context.Context) ([]SourceOffset, error)
	// Committed says that everything up to these offsets is in the database.
	// It does not block.
	Committed(offsets []SourceOffset)
}

// Input is what was read.
type Input struct {
	Messages  []Message
	Positions []TeamPosition
	// Offsets of the partitions that were read, after the last record in it.
	Offsets []SourceOffset
}
