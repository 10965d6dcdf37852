package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

const deliveryColumns = `id, seq, case_key, notice, channel, address, alarm_group, state, attempts, due, deadline, created_at, ended_at, delivered, detail`

// PutDeliveries keeps new and changed deliveries, and how far their sources
// were read, in one transaction.
func (s *Store) PutDeliveries(ctx context.Context, deliveries []dispatch.Delivery, read map[dispatch.Cursor]int64) error {
	return s.writing(ctx, func(w *writer) error {
		for i := range deliveries {
			if err := w.delivery(&deliveries[i]); err != nil {
				return fmt.Errorf("sqlite: delivery %s: %w", deliveries[i].ID, err)
			}
		}
		for name, value := range read {
			if err := w.exec(`INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`, string(name), value); err != nil {
				return fmt.Errorf("sqlite: cursor %s: %w", name, err)
			}
		}
		return nil
	})
}

func (w *writer) delivery(d *dispatch.Delivery) error {
	var notice any
	if d.State != dispatch.DeliveryDone {
		data, err := json.Marshal(&d.Notice)
		if err != nil {
			return refused("%w", err)
		}
		notice = string(data)
	}
	return w.exec(`INSERT INTO delivery (`+deliveryColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET notice = excluded.notice, state = excluded.state, attempts = excluded.attempts, due = excluded.due,
			deadline = excluded.deadline, ended_at = excluded.ended_at, delivered = excluded.delivered, detail = excluded.detail`,
		d.ID, d.Sequence, number(d.Case), notice, string(d.Channel), d.Address, text(d.Group), string(d.State), int64(d.Attempts),
		d.Due.UnixMilli(), d.Deadline.UnixMilli(), d.CreatedAt.UnixMilli(), milliseconds(d.EndedAt), truth(d.Delivered), text(d.Detail))
}

func (s *Store) deliveries(ctx context.Context, where string, arguments ...any) (deliveries []dispatch.Delivery, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT `+deliveryColumns+` FROM delivery WHERE `+where, arguments, func(rows *sql.Rows) error {
			var d dispatch.Delivery
			err := rows.Scan(&d.ID, &d.Sequence, scanNumber(&d.Case), scanJSON(&d.Notice), &d.Channel, &d.Address, scanText(&d.Group), &d.State,
				&d.Attempts, scanTime(&d.Due), scanTime(&d.Deadline), scanTime(&d.CreatedAt), scanTime(&d.EndedAt), &d.Delivered, scanText(&d.Detail))
			deliveries = append(deliveries, d)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: deliveries: %w", err)
	}
	return deliveries, nil
}

// OpenDeliveries gives those that are not done, by Due, at most limit.
func (s *Store) OpenDeliveries(ctx context.Context, limit int) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `state <> 'done' ORDER BY due, id LIMIT ?`, limit)
}

// DeliveriesOf gives the deliveries of an event, by id.
func (s *Store) DeliveriesOf(ctx context.Context, sequence int64) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `seq = ? ORDER BY id`, sequence)
}

// GroupedDeliveries gives those of any group that are due after a time, by Due.
func (s *Store) GroupedDeliveries(ctx context.Context, dueAfter time.Time) ([]dispatch.Delivery, error) {
	return s.deliveries(ctx, `alarm_group IS NOT NULL AND due > ? ORDER BY due, id`, dueAfter.UnixMilli())
}

// PruneDeliveries deletes those done that ended before the time, at most limit
// of them, and returns how many.
func (s *Store) PruneDeliveries(ctx context.Context, before time.Time, limit int) (int, error) {
	var deleted int64
	err := s.writing(ctx, func(w *writer) error {
		var err error
		deleted, err = w.affected(`DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE state = 'done' AND ended_at < ? LIMIT ?)`,
			before.UnixMilli(), int64(limit))
		if err != nil {
			return fmt.Errorf("sqlite: prune deliveries: %w", err)
		}
		return nil
	})
	return int(deleted), err
}

// PutPushSubscription adds a subscription, or changes the one of the same id.
func (s *Store) PutPushSubscription(ctx context.Context, p dispatch.PushSubscription) error {
	teams, err := jsonArray(p.Teams)
	if err != nil {
		return err
	}
	regions, err := jsonArray(p.Regions)
	if err != nil {
		return err
	}
	return s.writing(ctx, func(w *writer) error {
		if err := w.exec(`INSERT INTO push_subscription (id, endpoint, p256dh, auth, language, key_id, teams, alarms, regions, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth,
				language = excluded.language, key_id = excluded.key_id, teams = excluded.teams, alarms = excluded.alarms,
				regions = excluded.regions, created_at = excluded.created_at`,
			p.ID, p.Endpoint, p.P256dh, p.Auth, text(p.Language), text(p.KeyID), teams, truth(p.Alarms), regions, p.CreatedAt.UnixMilli()); err != nil {
			return fmt.Errorf("sqlite: push subscription %s: %w", p.ID, err)
		}
		return nil
	})
}

// DeletePushSubscription says whether there was one.
func (s *Store) DeletePushSubscription(ctx context.Context, id string) (bool, error) {
	var deleted int64
	err := s.writing(ctx, func(w *writer) error {
		var err error
		if deleted, err = w.affected(`DELETE FROM push_subscription WHERE id = ?`, id); err != nil {
			return fmt.Errorf("sqlite: push subscription %s: %w", id, err)
		}
		return nil
	})
	return deleted > 0, err
}

// PushSubscriptions gives those whose key was not revoked, by id.
func (s *Store) PushSubscriptions(ctx context.Context) (subscriptions []dispatch.PushSubscription, err error) {
	err = s.reading(ctx, func(tx *sql.Tx) error {
		return eachRow(ctx, tx, `SELECT id, endpoint, p256dh, auth, language, key_id, teams, alarms, regions, created_at FROM push_subscription
			WHERE NOT EXISTS (SELECT 1 FROM api_key WHERE api_key.id = push_subscription.key_id AND revoked_at IS NOT NULL) ORDER BY id`, nil,
			func(rows *sql.Rows) error {
				var p dispatch.PushSubscription
				err := rows.Scan(&p.ID, &p.Endpoint, &p.P256dh, &p.Auth, scanText(&p.Language), scanText(&p.KeyID), scanArray(&p.Teams),
					&p.Alarms, scanArray(&p.Regions), scanTime(&p.CreatedAt))
				subscriptions = append(subscriptions, p)
				return err
			})
	})
	if err != nil {
		return nil, fmt.Errorf("sqlite: push subscriptions: %w", err)
	}
	return subscriptions, nil
}
