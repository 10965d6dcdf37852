//go:build chaos

// Package failpoint names the steps at which a run of the chaos suite ends the
// program. Only a build with the tag "chaos" can do that.
package failpoint

import (
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Variable says where to fail: NAME:N ends the program by SIGKILL when it is at
// that step for the Nth time.
const Variable = "IZDEU_FAILPOINT"

// The steps, in the order of a batch.
const (
	Loaded       = "loaded"        // the state was made from the rows
	Read         = "read"          // messages came from the inbox
	Decided      = "decided"       // and were decided
	TimerDecided = "timer-decided" // timers were
	Committing   = "committing"    // the commit begins
	Begun        = "begun"         // the transaction has begun
	HeadMoved    = "head-moved"    // the head is checked and moved
	RowsWritten  = "rows-written"  // the rows of cases and teams are written
	AllWritten   = "all-written"   // the journal, results and offsets too
	Ended        = "ended"         // the transaction was committed
	Committed    = "committed"     // and the leader knows it
	Told         = "told"          // readers were woken
	Noted        = "noted"         // the inbox knows what was committed
	Produced     = "produced"      // Kafka has confirmed records of ours
	Publishing   = "publishing"    // events are about to be sent
	Published    = "published"     // events are in Kafka, and that is not written down
	CursorSaved  = "cursor-saved"  // it is written down
	LetterSent   = "letter-sent"   // a dead letter is in Kafka
	Counted      = "counted"       // events are counted in the statistics
	GroupNoted   = "group-noted"   // offsets were committed to the group
)

// Names lists the steps.
func Names() []string {
	return []string{Loaded, Read, Decided, TimerDecided, Committing, Begun, HeadMoved, RowsWritten, AllWritten, Ended, Committed,
		Told, Noted, Produced, Publishing, Published, CursorSaved, LetterSent, Counted, GroupNoted}
}

var (
	mutex sync.Mutex
	name  string
	left  int
)

func init() {
	// A limit on the size of files stands for a full disk, of which no signal tells.
	signal.Ignore(syscall.SIGXFSZ)
	wanted, count, _ := strings.Cut(os.Getenv(Variable), ":")
	if n, err := strconv.Atoi(count); err == nil {
		name, left = wanted, n
	}
}

// Here ends the program if this is where it has to end.
func Here(step string) {
	if step != name {
		return
	}
	mutex.Lock()
	defer mutex.Unlock()
	if left--; left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing more happens here
	}
}
