package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/izdeu/izdeu/web"
)

// Names of the keys that the program makes by itself. A lost one is withdrawn
// by izdeu user reset.
const (
	firstKeyName = "first start"
	resetKeyName = "reset at the machine"
)

// userCommand helps whoever lost the way in.
type userCommand struct {
	keyDatabase `embed:""`

	Reset userResetCommand `cmd:"" help:"Make a new administrator's key, print it once, and withdraw the lost one."`
}

type userResetCommand struct {
	All bool `help:"Withdraw every administrator's key, not only those that the program made by itself: when one may be in the wrong hands."`
}

// Help shows examples below the flags.
func (userResetCommand) Help() string {
	return `It works at the machine that holds the data, also while the program runs: the server takes the change over within 2 seconds, and boards that were signed in with a withdrawn key have to sign in again. Whoever may read the data directory may do this: keep the machine locked.

A key in the server's IZDEU_ADMIN_KEY stays good as long as it stands there.

Examples:
  izdeu user reset
  izdeu user reset --data D:\izdeu-data
  izdeu user reset --all`
}

// Run makes the key and withdraws the others.
func (c *userResetCommand) Run(ctx context.Context, streams console, user *userCommand) (err error) {
	store, err := user.openKeys(ctx, streams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	known, err := store.APIKeys(ctx)
	if err != nil {
		return err
	}
	plain, key, err := web.NewAPIKey(resetKeyName, []string{string(web.RoleAdmin)}, nil, nil, nil)
	if err != nil {
		return err
	}
	// The new one first: should this be cut off, there is always a way in.
	if err := store.PutAPIKey(ctx, key); err != nil {
		return err
	}
	fmt.Fprintln(streams.Out, plain)
	now := time.Now().UTC().Truncate(time.Millisecond)
	var withdrawn []string
	for _, old := range known {
		own := old.Name == firstKeyName || old.Name == resetKeyName
		if !old.RevokedAt.IsZero() || !slices.Contains(old.Roles, string(web.RoleAdmin)) || !own && !c.All {
			continue
		}
		old.RevokedAt = now
		if err := store.PutAPIKey(ctx, old); err != nil {
			return err
		}
		withdrawn = append(withdrawn, fmt.Sprintf("%s (%s)", old.ID, old.Name))
	}
	fmt.Fprintln(streams.Errors, "This is the new administrator's key, shown this once: sign in with it, and keep it in a safe place.")
	if len(withdrawn) > 0 {
		fmt.Fprintf(streams.Errors, "Withdrawn: %s.\n", strings.Join(withdrawn, ", "))
	} else {
		fmt.Fprintln(streams.Errors, "No other key was withdrawn; izdeu key list shows those that are good.")
	}
	return nil
}
