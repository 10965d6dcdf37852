package storetest

import (
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

func testDeliveries(t *testing.T, b *book) {
	at := b.tick
	full := dispatch.Delivery{ID: "d-1", Sequence: 41, Case: 17, Notice: dispatch.Notice{About: dispatch.EventOffered, HappenedAt: at(),
		Recipient: dispatch.Recipient{Type: "team", ID: "dos", Language: "kk"}, CaseID: "cx-17", Number: "39-2026-000041", Kind: dispatch.Emergency,
		Urgency: dispatch.Urgent, Region: "KZ-39", Place: "Қостанай", Exercise: true, DistanceM: 1234.5, AnswerBy: at(), TeamID: "far", Count: 300},
		Channel: dispatch.ChannelWebhook, Address: "http://127.0.0.1:9/?a=1&b=2", Group: "g", State: dispatch.DeliveryWaiting, Attempts: 3,
		Due: at(), Deadline: at(), CreatedAt: at(), EndedAt: at(), Delivered: true, Detail: "503"}
	complete(t, full)
	plain := dispatch.Delivery{ID: "d-0", Sequence: 41, Channel: dispatch.ChannelWebPush, Address: "p-1", State: dispatch.DeliverySettled,
		Due: full.Due.Add(-time.Second), Deadline: at(), CreatedAt: at(), Notice: dispatch.Notice{About: dispatch.AboutDeadLetter, HappenedAt: at(),
			Recipient: dispatch.Recipient{Type: "coordinator", ID: "c"}}}
	put := func(cursors map[dispatch.Cursor]int64, deliveries ...dispatch.Delivery) {
		t.Helper()
		if err := b.store.PutDeliveries(b.ctx, deliveries, cursors); err != nil {
			t.Fatal(err)
		}
	}
	open := func(limit int) []dispatch.Delivery {
		t.Helper()
		deliveries, err := b.store.OpenDeliveries(b.ctx, limit)
		if err != nil {
			t.Fatal(err)
		}
		return deliveries
	}
	put(map[dispatch.Cursor]int64{dispatch.CursorNotified: 41, dispatch.CursorNotifiedDead: 2}, full, plain)
	b.store = b.reopen()
	same(t, "open deliveries", []dispatch.Delivery{plain, full}, open(10))
	same(t, "the first open delivery", []dispatch.Delivery{plain}, open(1))
	for name, want := range map[dispatch.Cursor]int64{dispatch.CursorNotified: 41, dispatch.CursorNotifiedDead: 2} {
		if got, err := b.store.Cursor(b.ctx, name); err != nil || got != want {
			t.Errorf("cursor %s: got %d, %v, want %d", name, got, err, want)
		}
	}
	grouped := func(after time.Time) []dispatch.Delivery {
		t.Helper()
		deliveries, err := b.store.GroupedDeliveries(b.ctx, after)
		if err != nil {
			t.Fatal(err)
		}
		return deliveries
	}
	same(t, "grouped deliveries", []dispatch.Delivery{full}, grouped(full.Due.Add(-time.Millisecond)))
	same(t, "grouped deliveries that were due", []dispatch.Delivery(nil), grouped(full.Due))

	// Once it is done what was told is forgotten.
	full.State, full.Attempts, full.EndedAt = dispatch.DeliveryDone, 4, at()
	put(nil, full)
	full.Notice = dispatch.Notice{}
	same(t, "open deliveries", []dispatch.Delivery{plain}, open(10))
	of, err := b.store.DeliveriesOf(b.ctx, 41)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "deliveries of the event", []dispatch.Delivery{plain, full}, of)
	if of, err = b.store.DeliveriesOf(b.ctx, 40); err != nil || len(of) != 0 {
		t.Errorf("deliveries of another event: got %d, %v", len(of), err)
	}
	for _, one := range []struct {
		before time.Time
		want   int
	}{{full.EndedAt, 0}, {full.EndedAt.Add(time.Millisecond), 1}} {
		if n, err := b.store.PruneDeliveries(b.ctx, one.before, 10); err != nil || n != one.want {
			t.Errorf("pruned %d, %v, want %d", n, err, one.want)
		}
	}
	same(t, "open deliveries after pruning", []dispatch.Delivery{plain}, open(10))
	for _, wrong := range []dispatch.Delivery{{ID: "x", Channel: "pigeon", State: dispatch.DeliveryWaiting}, {ID: "x", Channel: dispatch.ChannelWebhook, State: "lost"}} {
		if err := b.store.PutDeliveries(b.ctx, []dispatch.Delivery{wrong}, map[dispatch.Cursor]int64{dispatch.CursorNotified: 99}); err == nil {
			t.Errorf("a delivery by %q, %q is taken", wrong.Channel, wrong.State)
		}
	}
	if got, err := b.store.Cursor(b.ctx, dispatch.CursorNotified); err != nil || got != 41 {
		t.Errorf("the cursor after a refused delivery: got %d, %v, want 41", got, err)
	}
}

func testPushSubscriptions(t *testing.T, b *book) {
	key := dispatch.APIKey{ID: "k1", Hash: [32]byte{1}}
	if err := b.store.PutAPIKey(b.ctx, key); err != nil {
		t.Fatal(err)
	}
	subscription := func(endpoint string) dispatch.PushSubscription {
		return dispatch.PushSubscription{ID: dispatch.PushSubscriptionID(endpoint), Endpoint: endpoint, P256dh: "p", Auth: "a", CreatedAt: b.tick()}
	}
	full := subscription("https://push.example.org/1")
	full.Language, full.KeyID, full.Teams, full.Alarms, full.Regions = "kk", key.ID, []string{"dos"}, true, []string{"KZ-39"}
	complete(t, full)
	plain := subscription("https://push.example.org/2")
	list := func(want ...dispatch.PushSubscription) {
		t.Helper()
		got, err := b.store.PushSubscriptions(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) == 2 && want[0].ID > want[1].ID {
			want[0], want[1] = want[1], want[0]
		}
		same(t, "push subscriptions", want, got)
	}
	for _, one := range []dispatch.PushSubscription{full, plain} {
		if err := b.store.PutPushSubscription(b.ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	b.store = b.reopen()
	list(full, plain)
	full.Auth, full.Teams = "b", []string{"dos", "far"}
	if err := b.store.PutPushSubscription(b.ctx, full); err != nil {
		t.Fatal(err)
	}
	list(full, plain)
	key.RevokedAt = b.tick()
	if err := b.store.PutAPIKey(b.ctx, key); err != nil {
		t.Fatal(err)
	}
	list(plain) // a revoked key hears nothing more
	for _, want := range []bool{true, false} {
		if got, err := b.store.DeletePushSubscription(b.ctx, plain.ID); err != nil || got != want {
			t.Errorf("deleted: %t, %v, want %t", got, err, want)
		}
	}
	list()
}

func testCoordinators(t *testing.T, b *book) {
	p := b.page()
	full := &dispatch.Coordinator{CoordinatorRegistration: dispatch.CoordinatorRegistration{ID: "b", Name: "Айгүл", Regions: []string{"KZ-39", "KZ-59"},
		Contacts: []dispatch.Contact{{Channel: dispatch.ChannelWebhook, Address: "http://127.0.0.1/?a=<1>"}}, Language: "kk", At: p.tick(),
		Duty: &dispatch.DutyCalendar{Weekly: []dispatch.DutyShift{{Days: []dispatch.Weekday{"mon"}, From: 480, To: 1200}},
			Exceptions: []dispatch.DutyException{{From: p.tick(), To: p.tick(), On: true}}}}}
	full.Changed = p.emit(dispatch.EventCoordinatorRegistered, 0, 0)
	complete(t, full)
	plain := &dispatch.Coordinator{CoordinatorRegistration: dispatch.CoordinatorRegistration{ID: "a"}}
	plain.Changed = p.emit(dispatch.EventCoordinatorRegistered, 0, 0)
	p.Coordinators = []*dispatch.Coordinator{full, plain}
	p.commit()
	list := func(want ...*dispatch.Coordinator) {
		t.Helper()
		got, err := b.store.Coordinators(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "coordinators", want, got)
		same(t, "coordinators in the snapshot", want, b.snapshot().Coordinators)
	}
	list(plain, full)
	p = b.page()
	next := *full
	next.Name, next.Regions, next.Contacts, next.Language, next.Duty, next.At = "", nil, nil, "", nil, p.tick()
	next.Changed = p.emit(dispatch.EventCoordinatorRegistered, 0, 0)
	p.Coordinators = []*dispatch.Coordinator{&next}
	p.commit()
	b.store = b.reopen()
	list(plain, &next)
}
