package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// verifyCommand recounts the stored data, also while it is being served.
type verifyCommand struct {
	storedData
}

// Help shows below the flags what is looked at.
func (verifyCommand) Help() string {
	return `Looks at the journal (no gap, no repeat, no step back in time), at every case against its own events (status, applications, assignments, outcomes), at the teams' slots, and at the statistics. Prints one line for each invariant that is broken and then exits with status 1.

Examples:
  izdeu verify --data /var/lib/izdeu
  izdeu verify --database postgres://izdeu@db/izdeu`
}

// errBroken makes the program end with status 1 once every violation has been
// printed.
var errBroken = errors.New("the stored data breaks invariants; see the lines above")

// Run prints a line for each invariant that is broken.
func (v *verifyCommand) Run(ctx context.Context, streams console) (err error) {
	store, err := v.open(ctx, quiet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	last := time.Now()
	progress := func(done dispatch.Verified) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(streams.Errors, "verify: %d events, %d cases so far\n", done.Events, done.Cases)
		}
	}
	done, err := dispatch.Verify(ctx, store, func(violation dispatch.Violation) { fmt.Fprintln(streams.Out, violation) }, progress)
	if err != nil {
		return err
	}
	if done.Violations > 0 {
		fmt.Fprintf(streams.Errors, "verify: %d violations at %s\n", done.Violations, done.Position)
		return errBroken
	}
	fmt.Fprintf(streams.Out, "everything holds at %s: %d events, %d cases, %d applications, %d subjects, %d assignments\n",
		done.Position, done.Events, done.Cases, done.Applications, done.Subjects, done.Assignments)
	return nil
}
