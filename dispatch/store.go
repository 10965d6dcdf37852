package dispatch

import (
	"context"
	"errors"
	"time"
)

// Errors of a Store.
var (
	// ErrFenced: the head in the database is not the one that the batch was
	// decided on. Somebody else has written; load the state again.
	ErrFenced = errors.New("dispatch: the journal's head has moved")
	// ErrRefused: the database refuses the content of the batch for good (a
	// constraint, a value that it cannot hold); trying again does not help.
	// Everything else that Commit returns may be tried again after a Load.
	ErrRefused = errors.New("dispatch: the store refuses the batch")
)

// Store keeps the rows and the journal: dispatch/sqlite in a file.
// dispatch/storetest is the suite that every store passes.
//
// Load, Lookup, Commit and Prune are called by the leader alone. One commit is
// under way at a time, and Lookup and Prune may be called meanwhile; the others
// may be called by anybody at any time.
type Store interface {
	// Load gives everything that the leader keeps in memory.
	Load(ctx context.Context) (*Snapshot, error)
	// Lookup finds what a batch names and what is not in memory.
	Lookup(ctx context.Context, query Lookup) (*Found, error)
	// Commit writes a batch in one transaction, or nothing of it. The error
	// is ErrFenced, ErrRefused, or anything else for an unknown outcome.
	Commit(ctx context.Context, batch *Batch) error
	// Prune deletes applied identities decided before the time, at most
	// limit of them, and returns how many.
	Prune(ctx context.Context, before time.Time, limit int) (int, error)
	// Now is the database's clock.
	Now(ctx context.Context) (time.Time, error)

	Reader
	Close() error
}

// Reader reads what was committed.
type Reader interface {
	// Head is the position of the last event.
	Head(ctx context.Context) (Position, error)
	// Events gives the journal after a sequence, in order, at most limit.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// EventsOfCase gives a case's events in order.
	EventsOfCase(ctx context.Context, key int64) ([]Event, error)
	// Cases gives cases by key, in the order of the keys; unknown ones are left out.
	Cases(ctx context.Context, keys []int64) ([]*Case, error)
	// CaseList gives the keys of matching cases, newest first.
	CaseList(ctx context.Context, filter CaseFilter) ([]int64, error)
	// BoardCases gives the keys of the cases that a board shows: active ones
	// and those that ended after the time; newest first, at most limit.
	BoardCases(ctx context.Context, endedAfter time.Time, limit int) ([]int64, error)
	// CaseOfApplication gives the key of the case an application belongs to; 0 when there is none.
	CaseOfApplication(ctx context.Context, identity Identity) (int64, error)
	// Applied gives the result of a message; nil when it was not applied.
	Applied(ctx context.Context, identity Identity) (*Applied, error)
	// Teams gives all teams with position and load, in the order of their ids.
	Teams(ctx context.Context) ([]TeamState, error)
	// PositionsAfter gives the newest positions of the teams that moved after a
	// counter (TeamPosition.Counter), in the order of their ids.
	PositionsAfter(ctx context.Context, counter int64) ([]TeamPosition, error)
	// Coordinators gives all coordinators, in the order of their ids.
	Coordinators(ctx context.Context) ([]*Coordinator, error)
	// Places gives all places, in the order of their ids.
	Places(ctx context.Context) ([]*Place, error)
	// Decisions gives the candidates that were considered for a case, in order.
	Decisions(ctx context.Context, key int64) ([]Decision, error)
	// Notes gives a case's notes in order.
	Notes(ctx context.Context, key int64) ([]Note, error)
	// Tracks gives the points of a case's tracks, in the order of assignment and time.
	Tracks(ctx context.Context, key int64) ([]TrackPoint, error)
	// DeadLetters gives dead letters with an id above after, at most limit; with openOnly those that were not replayed.
	DeadLetters(ctx context.Context, after int64, limit int, openOnly bool) ([]DeadLetter, error)
	// DeadLetter gives one dead letter with its key and value; nil when unknown.
	DeadLetter(ctx context.Context, id int64) (*DeadLetter, error)
	// DeadLetterCount counts the dead letters that were not replayed.
	DeadLetterCount(ctx context.Context) (int, error)
}

// SourceOffset is the next offset to read of a partition.
type SourceOffset struct {
	Topic     string
	Partition int
	Next      int64
	// LastHash is a hash of the last record consumed (offset Next-1): when the
	// log no longer holds that record, its offsets were handed out again.
	LastHash [16]byte
}

// Snapshot is everything that the leader keeps in memory.
type Snapshot struct {
	Head         Position
	LastEvent    time.Time // zero when the journal is empty
	Cases        []*Case   // active ones, by key
	Teams        []*Team   // all, by key
	Coordinators []*Coordinator
	Places       []*Place
	Positions    []TeamPosition
	Numbers      []CaseNumber
	Travel       []TravelRecord
	Offsets      []SourceOffset
	// Accepted holds the assignment.accepted events of the last 24 hours
	// before LastEvent: team and time are enough.
	Accepted []Event
	// TrackEnds are the newest points of the tracks of active cases.
	TrackEnds []TrackPoint
}

// CaseNumber is the last running number given in a region and year.
type CaseNumber struct {
	Prefix string // 39-2026
	Last   int64
}

// Lookup names what a batch refers to.
type Lookup struct {
	Applied      []Identity // of commands and team messages
	Applications []Identity
	Cases        []int64
	// InMemory says which cases are not needed.
	InMemory func(key int64) bool
}

// Found answers a Lookup; what does not exist is missing.
type Found struct {
	Applied      map[Identity]Applied
	Applications map[Identity]int64 // key of the case
	Cases        []*Case            // named directly or by an application, and not in memory
}

// Batch is what one transaction writes. Rows are the newest versions of what
// changed since Base: in a case, those parts whose Changed is above
// Base.Sequence.
type Batch struct {
	Base Position // the head that the batch was decided on
	Head Position // the head after it

	Cases        []*Case
	Teams        []*Team
	Coordinators []*Coordinator
	Places       []*Place
	Positions    []TeamPosition
	Tracks       []TrackPoint
	Numbers      []CaseNumber
	Travel       []TravelRecord
	Decisions    []Decision
	Notes        []Note
	Events       []Event
	Applied      []Applied // of commands and team messages; an application's row is its own
	DeadLetters  []DeadLetter
	Replayed     []int64 // ids of dead letters
	Offsets      []SourceOffset
}

// Empty says that there is nothing to write.
func (b *Batch) Empty() bool {
	return len(b.Events) == 0 && len(b.Applied) == 0 && len(b.DeadLetters) == 0 && len(b.Replayed) == 0 &&
		len(b.Positions) == 0 && len(b.Offsets) == 0
}

// CaseFilter selects cases; zero fields select everything.
type CaseFilter struct {
	Statuses []Status
	Kinds    []Kind
	Regions  []string  // any of the case's Regions; "": cases without a region
	Teams    []string  // any team that was asked and did not only get a withdrawn offer
	Systems  []string  // any application of these systems
	Owner    string    // Case.Owner; OwnerNone: nobody
	Text     string    // part of the number, place, a subject's name or an application's id or reference
	From, To time.Time // From <= opened_at < To
	Before   int64     // keys below it; 0: from the newest
	Limit    int
}

// OwnerNone selects the cases that nobody has taken. It is no id of a key.
const OwnerNone = "none"

// Cursor is the position of a reader of the journal that has its own progress.
type Cursor string

// Cursors.
const (
	CursorPublished    Cursor = "published"     // events copied to Kafka
	CursorDead         Cursor = "dead"          // dead letters copied to Kafka, by id
	CursorStatistics   Cursor = "statistics"    // events counted
	CursorNotified     Cursor = "notified"      // events that people were told of, or will be: their deliveries are kept
	CursorNotifiedDead Cursor = "notified-dead" // the same of dead letters, by id

	// Of the scheduled backups, in unix milliseconds; 0: none.
	CursorBackup       Cursor = "backup"        // when the newest was made
	CursorBackupFailed Cursor = "backup-failed" // when the last attempt failed; 0 once one succeeds
)

// Cursors keeps the progress of the journal's readers. Implemented by the stores.
type Cursors interface {
	Cursor(ctx context.Context, name Cursor) (int64, error)
	SetCursor(ctx context.Context, name Cursor, value int64) error
}

// APIKey lets somebody use the API. The key itself is never stored.
type APIKey struct {
	ID        string
	Name      string
	Hash      [32]byte // SHA-256 of the key
	Roles     []string
	Regions   []string // empty: all
	Teams     []string
	Systems   []string
	CreatedAt time.Time
	RevokedAt time.Time // zero while it is good
}

// Keys keeps API keys and the installation's own settings. Implemented by the stores.
type Keys interface {
	APIKeys(ctx context.Context) ([]APIKey, error)
	PutAPIKey(ctx context.Context, key APIKey) error
	// Setting gives a stored setting (the installation's id, the secret of
	// the session cookies), making it with the value given when there is none.
	Setting(ctx context.Context, name, initial string) (string, error)
	// PutSetting stores a setting anew.
	PutSetting(ctx context.Context, name, value string) error
	// EndSession keeps that a session of the board was signed out, for every
	// replica and after a restart; a second time changes nothing. Those that
	// have expired at the time now are deleted.
	EndSession(ctx context.Context, ended EndedSession, now time.Time) error
	// EndedSessions gives the sessions that were signed out, in the order of their ids.
	EndedSessions(ctx context.Context) ([]EndedSession, error)
}

// EndedSession is a session that was signed out before it expires.
type EndedSession struct {
	ID      string
	Expires time.Time
}
