package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/izdeu/izdeu/web"
	"github.com/izdeu/izdeu/web/notify"
)

// keyDatabase is where the keys are.
type keyDatabase struct{ storedData }

// keyCommand looks after the keys of the API.
type keyCommand struct {
	keyDatabase `embed:""`

	Add    keyAddCommand    `cmd:"" help:"Make a key and print it once."`
	List   keyListCommand   `cmd:"" help:"List the keys."`
	Revoke keyRevokeCommand `cmd:"" help:"Withdraw a key, for ever."`

	Webhook keyWebhookCommand `cmd:"" help:"Print the secret that signs what is sent to a webhook."`
}

// Help shows examples below the flags.
func (keyCommand) Help() string {
	return `It works on the database, also while it is being served: the server takes a change over within 2 seconds.

Roles: admin (everything), coordinator (leads searches in its regions), team (answers for its own teams), service (102, 112, partners: files and follows its own), office (reads its regions), observer (reads without personal data). No region means all.

Examples:
  izdeu key add --name "Duty desk 102" --role service --system 102-kostanay
  izdeu key add --name "Region-10 Lisakovsk" --role team --team region-10-lisakovsk
  izdeu key add --name "Kostanay office" --role office --region KZ-39
  izdeu key list
  izdeu key revoke k-4vWkqC0aXw2T
  izdeu key webhook http://127.0.0.1:9000/sms      give it to the gateway at this address, and to nobody else`
}

type keyAddCommand struct {
	Name    string   `required:"" placeholder:"NAME" help:"Who has it."`
	Roles   []string `name:"role" required:"" placeholder:"ROLE" help:"What it may do; may be given several times."`
	Regions []string `name:"region" placeholder:"CODE" help:"A region by its ISO 3166-2 code, such as KZ-39; none for all."`
	Teams   []string `name:"team" placeholder:"ID" help:"A team that a team key answers for."`
	Systems []string `name:"system" placeholder:"NAME" help:"A system that a service key files for."`
}

type keyListCommand struct{}

type keyRevokeCommand struct {
	ID string `arg:"" help:"The id of the key, from izdeu key list."`
}

// openKeys opens the database that the keys stand in.
func (c *keyDatabase) openKeys(ctx context.Context, streams console) (database, error) {
	log := slog.New(slog.NewTextHandler(streams.Errors, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return c.open(ctx, log)
}

// Run makes a key.
func (c *keyAddCommand) Run(ctx context.Context, streams console, keys *keyCommand) (err error) {
	plain, key, err := web.NewAPIKey(c.Name, c.Roles, c.Regions, c.Teams, c.Systems)
	if err != nil {
		return misused("%s", err)
	}
	store, err := keys.openKeys(ctx, streams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := store.PutAPIKey(ctx, key); err != nil {
		return err
	}
	fmt.Fprintf(streams.Errors, "The key %s (%s) is shown this once; it is stored nowhere:\n", key.ID, key.Name)
	_, err = fmt.Fprintln(streams.Out, plain)
	return err
}

// Run lists the keys.
func (*keyListCommand) Run(ctx context.Context, streams console, keys *keyCommand) (err error) {
	store, err := keys.openKeys(ctx, streams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	known, err := store.APIKeys(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(streams.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tROLES\tREGIONS\tTEAMS\tSYSTEMS\tMADE\tREVOKED")
	for _, key := range known {
		revoked := ""
		if !key.RevokedAt.IsZero() {
			revoked = key.RevokedAt.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", key.ID, key.Name, listed(key.Roles, ""), listed(key.Regions, "all"),
			listed(key.Teams, ""), listed(key.Systems, ""), key.CreatedAt.Format(time.RFC3339), revoked)
	}
	return table.Flush()
}

func listed(values []string, none string) string {
	if len(values) == 0 {
		return none
	}
	return strings.Join(values, ",")
}

// Run revokes a key.
func (c *keyRevokeCommand) Run(ctx context.Context, streams console, keys *keyCommand) (err error) {
	store, err := keys.openKeys(ctx, streams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	known, err := store.APIKeys(ctx)
	if err != nil {
		return err
	}
	for _, key := range known {
		if key.ID != c.ID {
			continue
		}
		if !key.RevokedAt.IsZero() {
			fmt.Fprintf(streams.Errors, "The key %s (%s) was revoked at %s.\n", key.ID, key.Name, key.RevokedAt.Format(time.RFC3339))
			return nil
		}
		key.RevokedAt = time.Now().UTC().Truncate(time.Millisecond)
		if err := store.PutAPIKey(ctx, key); err != nil {
			return err
		}
		fmt.Fprintf(streams.Errors, "The key %s (%s) is revoked; a running server refuses it within 2 seconds.\n", key.ID, key.Name)
		return nil
	}
	return fmt.Errorf("there is no key %q: izdeu key list shows them all", c.ID)
}

type keyWebhookCommand struct {
	Address string `arg:"" help:"The address of the gateway, exactly as a contact has it."`
}

// Run prints the secret of an address.
func (c *keyWebhookCommand) Run(ctx context.Context, streams console, keys *keyCommand) (err error) {
	store, err := keys.openKeys(ctx, streams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	secret, err := notify.LoadSecret(ctx, store)
	if err != nil {
		return err
	}
	fmt.Fprintln(streams.Out, notify.WebhookSecret(secret, c.Address))
	return nil
}
