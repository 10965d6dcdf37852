package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/izdeu/izdeu/dispatch"
)

const deliveryColumns = `id, seq, case_key, notice, channel, address, alarm_group, state, attempts, due, deadline, created_at, ended_at, delivered, detail`

const upsertDelivery = `INSERT INTO delivery (` + deliveryColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
	ON CONFLICT (id) DO UPDATE SET notice = excluded.notice, state = excluded.state, attempts = excluded.attempts, due = excluded.due,
		deadline = excluded.deadline, ended_at = excluded.ended_at, delivered = excluded.delivered, detail = excluded.detail`

// PutDeliveries keeps new and changed deliveries, and how far their sources
// were read, in one transaction; dispatch.ErrFenced when another replica leads.
func (s *Store) PutDeliveries(ctx context.Context, deliveries []dispatch.Delivery, read map[dispatch.Cursor]int64) error {
	batch := &pgx.Batch{}
	for i := range deliveries {
		d := &deliveries[i]
		var notice *string
		if d.State != dispatch.DeliveryDone {
			data, err := json.Marshal(&d.Notice)
			if err != nil {
				return refused("delivery %s: %w", d.ID, err)
			}
			text := string(data)
			notice = &text
		}
		batch.Queue(upsertDelivery, d.ID, d.Sequence, numberOrNull(d.Case), notice, string(d.Channel), d.Address, textOrNull(d.Group), string(d.State),
			d.Attempts, d.Due.UnixMilli(), d.Deadline.UnixMilli(), d.CreatedAt.UnixMilli(), timeOrNull(d.EndedAt), d.Delivered, textOrNull(d.Detail))
	}
	for name, value := range read {
		batch.Queue(upsertCursor, string(name), value, 0)
	}
	if batch.Len() == 0 {
		return nil
	}
	return s.writing(ctx, func(tx pgx.Tx) error {
		var leads bool
		if err := tx.QueryRow(ctx, `SELECT $1::bigint IN (0, leader) FROM head`, s.termNumber()).Scan(&leads); err != nil {
			return fmt.Errorf("postgres: deliveries: %w", err)
		}
		if !leads {
			return errNotLeading
		}
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("postgres: deliveries: %w", err)
		}
		return nil
	})
}

func (s *Store) deliveries(ctx context.Context, where string, arguments ...any) (deliveries []dispatch.Delivery, err error) {
	err = eachRow(ctx, s.pool, `SELECT `+deliveryColumns+` FROM delivery WHERE `+where, arguments, func(rows pgx.Rows) error {
		var d dispatch.Delivery
		err := rows.Scan(&d.ID, &d.Sequence, scanNumber(&d.Case), scanJSON(&d.Notice), &d.Channel, &d.Address, scanText(&d.Group), &d.State,
			&d.Attempts, scanTime(&d.Due), scanTime(&d.Deadline), scanTime(&d.CreatedAt), scanTime(&d.EndedAt), &d.Delivered, scanText(&d.Detail))
		deliveries = append(deliveries, d)
		return err
	})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: deliveries: %w", err))
	}
	return deliveries, nil
}

// OpenDeliveries gives those that are not done, by Due, at most limit.
func (s *Store) OpenDeliveries(ctx context.Context, limit int) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `state <> 'done' ORDER BY due, id LIMIT $1`, limit)
}

// DeliveriesOf gives the deliveries of an event, by id.
func (s *Store) DeliveriesOf(ctx context.Context, sequence int64) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `seq = $1 ORDER BY id`, sequence)
}

// GroupedDeliveries gives those of any group that are due after a time, by Due.
func (s *Store) GroupedDeliveries(ctx context.Context, dueAfter time.Time) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `alarm_group IS NOT NULL AND due > $1 ORDER BY due, id`, dueAfter.UnixMilli())
}

// PruneDeliveries deletes those done that ended before the time, at most limit
// of them, and returns how many.
func (s *Store) PruneDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	deleted, err := s.pool.Exec(ctx, `DELETE FROM delivery WHERE id = ANY(ARRAY(SELECT id FROM delivery WHERE state = 'done' AND ended_at < $1 LIMIT $2))`,
		before.UnixMilli(), limit)
	if err != nil {
		return 0, interpretError(fmt.Errorf("postgres: prune deliveries: %w", err))
	}
	return int(deleted.RowsAffected()), nil
}

// PutPushSubscription adds a subscription, or changes the one of the same id.
func (s *Store) PutPushSubscription(ctx context.Context, p dispatch.PushSubscription) error {
	teams, err := array(p.Teams)
	if err != nil {
		return err
	}
	regions, err := array(p.Regions)
	if err != nil {
		return err
	}
	if _, err := s.pool.Exec(ctx, `INSERT INTO push_subscription (id, endpoint, p256dh, auth, language, key_id, teams, alarms, regions, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
			language = excluded.language, key_id = excluded.key_id, teams = excluded.teams, alarms = excluded.alarms,
			regions = excluded.regions, created_at = excluded.created_at`,
		p.ID, p.Endpoint, p.P256dh, p.Auth, textOrNull(p.Language), textOrNull(p.KeyID), teams, p.Alarms, regions, p.CreatedAt.UnixMilli()); err != nil {
		return interpretError(fmt.Errorf("postgres: push subscription %s: %w", p.ID, err))
	}
	return nil
}

// DeletePushSubscription says whether there was one.
func (s *Store) DeletePushSubscription(ctx context.Context, id string) (bool, error) {
	deleted, err := s.pool.Exec(ctx, `DELETE FROM push_subscription WHERE id = $1`, id)
	if err != nil {
		return false, interpretError(fmt.Errorf("postgres: push subscription %s: %w", id, err))
	}
	return deleted.RowsAffected() > 0, nil
}

// PushSubscriptions gives those whose key was not revoked, by id.
func (s *Store) PushSubscriptions(ctx context.Context) (subscriptions []dispatch.PushSubscription, err error) {
	err = eachRow(ctx, s.pool, `SELECT id, endpoint, p256dh, auth, language, key_id, teams, alarms, regions, created_at FROM push_subscription
		WHERE NOT EXISTS (SELECT 1 FROM api_key WHERE api_key.id = push_subscription.key_id AND revoked_at IS NOT NULL) ORDER BY id`, nil,
		func(rows pgx.Rows) error {
			var p dispatch.PushSubscription
			err := rows.Scan(&p.ID, &p.Endpoint, &p.P256dh, &p.Auth, scanText(&p.Language), scanText(&p.KeyID), scanArray(&p.Teams),
				&p.Alarms, scanArray(&p.Regions), scanTime(&p.CreatedAt))
			subscriptions = append(subscriptions, p)
			return err
		})
	if err != nil {
		return nil, interpretError(fmt.Errorf("postgres: push subscriptions: %w", err))
	}
	return subscriptions, nil
}

// textOrNull gives a text for its column; NULL when it is empty.
func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// numberOrNull gives a number for its column; NULL for 0.
func numberOrNull(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// timeOrNull gives a time for its column; NULL for none.
func timeOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	at := t.UnixMilli()
	return &at
}
