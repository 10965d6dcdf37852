package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

func testLookup(t *testing.T, b *book) {
	p := b.page()
	ended := p.open()
	ended.Status, ended.EndedAt = dispatch.StatusFound, p.tick()
	known, named := p.open(), p.open()
	done := dispatch.Applied{Identity: dispatch.CommandIdentity("1"), At: p.tick(), Done: true, Case: named.Key, Sequence: 3}
	not := dispatch.Applied{Identity: dispatch.CommandIdentity("2"), At: p.tick(), Code: dispatch.RefusedStale, Detail: "older", Sequence: 3}
	complete(t, done, "Applied.Code", "Applied.Detail")
	complete(t, not, "Applied.Done", "Applied.Case")
	p.Applied = []dispatch.Applied{done, not}
	p.commit()

	var many []dispatch.Identity
	for i := range 500 {
		many = append(many, dispatch.ApplicationIdentity("unknown", fmt.Sprint(i)))
	}
	found, err := b.store.Lookup(b.ctx, dispatch.Lookup{
		Applied:      []dispatch.Identity{done.Identity, not.Identity, dispatch.CommandIdentity("3")},
		Applications: append(many, ended.Applications[0].Identity, known.Applications[0].Identity),
		Cases:        []int64{named.Key, ended.Key, 1 << 40},
		InMemory:     func(key int64) bool { return key == known.Key },
	})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "look-up", &dispatch.Found{
		Applied:      map[dispatch.Identity]dispatch.Applied{done.Identity: done, not.Identity: not},
		Applications: map[dispatch.Identity]int64{ended.Applications[0].Identity: ended.Key, known.Applications[0].Identity: known.Key},
		Cases:        []*dispatch.Case{ended, named},
	}, found)

	found, err = b.store.Lookup(b.ctx, dispatch.Lookup{})
	if err != nil || len(found.Applied)+len(found.Applications)+len(found.Cases) != 0 {
		t.Errorf("an empty look-up: got %+v, %v", found, err)
	}
	cases, err := b.store.Cases(b.ctx, []int64{named.Key, 99, ended.Key})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "cases in the order of the keys", []*dispatch.Case{named, ended}, cases)
	if cases, err = b.store.Cases(b.ctx, nil); err != nil || len(cases) != 0 {
		t.Errorf("no keys: got %d cases, %v", len(cases), err)
	}
}

func testCaseList(t *testing.T, b *book) {
	p := b.page()
	one, two := p.team(1, "one"), p.team(2, "two")
	var times []time.Time
	add := func(change func(c *dispatch.Case)) {
		c := p.open()
		times = append(times, c.OpenedAt)
		change(c)
	}
	add(func(c *dispatch.Case) {
		c.Status, c.EndedAt, c.Region, c.Regions = dispatch.StatusFound, p.tick(), "KZ-39", []string{"KZ-39", "KZ-10"}
		c.Personal.Place, c.Personal.Subjects[0].Name = "Қостанай, Достық көшесі", "Ермек ҰЛЫ"
	})
	add(func(c *dispatch.Case) {
		c.Kind, c.Subjects, c.Personal.Subjects = dispatch.Emergency, nil, nil
		c.Region, c.Regions = "KZ-10", []string{"KZ-10"}
		p.assign(c, one, dispatch.AssignmentOffered, 1)
	})
	add(func(c *dispatch.Case) {
		c.Applications[0].System, c.Applications[0].ID, c.Applications[0].Reference = "102", "102-2026-0417", "КУИ 24391"
		p.assign(c, one, dispatch.AssignmentWithdrawn, 0)
		p.assign(c, two, dispatch.AssignmentDeclined, 0)
	})
	add(func(c *dispatch.Case) {
		c.Status = dispatch.StatusEnded
		c.Owner = "k-owner"
		c.Personal.Place = `50%_\ "'`
		p.assign(c, one, dispatch.AssignmentWithdrawn, 0)
		p.assign(c, one, dispatch.AssignmentAccepted, 2)
	})
	p.commit()
	numbers := func(filter dispatch.CaseFilter) []string {
		t.Helper()
		keys, err := b.store.CaseList(b.ctx, filter)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := b.store.Cases(b.ctx, keys)
		if err != nil {
			t.Fatal(err)
		}
		list := []string{}
		for _, c := range cases {
			list = append(list, c.Number)
		}
		return list
	}
	for name, check := range map[string]struct {
		filter dispatch.CaseFilter
		want   []int
	}{
		"everything":              {dispatch.CaseFilter{}, []int{4, 3, 2, 1}},
		"limit":                   {dispatch.CaseFilter{Limit: 3}, []int{4, 3, 2}},
		"a status":                {dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusWaiting}}, []int{3, 2}},
		"statuses":                {dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusFound, dispatch.StatusEnded}}, []int{4, 1}},
		"an ended status":         {dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusEnded}}, []int{4}},
		"no such status":          {dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusDeceased}}, nil},
		"a kind":                  {dispatch.CaseFilter{Kinds: []dispatch.Kind{dispatch.Emergency, dispatch.VolunteerEvent}}, []int{2}},
		"a region":                {dispatch.CaseFilter{Regions: []string{"KZ-10"}}, []int{2, 1}},
		"regions":                 {dispatch.CaseFilter{Regions: []string{"KZ-75", "KZ-39"}}, []int{1}},
		"part of a region's code": {dispatch.CaseFilter{Regions: []string{"KZ-1"}}, nil},
		"no region":               {dispatch.CaseFilter{Regions: []string{""}}, []int{4, 3}},
		"a region and none":       {dispatch.CaseFilter{Regions: []string{"KZ-39", ""}}, []int{4, 3, 1}},
		"a team":                  {dispatch.CaseFilter{Teams: []string{"one"}}, []int{4, 2}},
		"teams":                   {dispatch.CaseFilter{Teams: []string{"two", "three"}}, []int{3}},
		"a system":                {dispatch.CaseFilter{Systems: []string{"102"}}, []int{3}},
		"an owner":                {dispatch.CaseFilter{Owner: "k-owner"}, []int{4}},
		"no owner":                {dispatch.CaseFilter{Owner: dispatch.OwnerNone}, []int{3, 2, 1}},
		"text: number":            {dispatch.CaseFilter{Text: "2026-000002"}, []int{2}},
		"text: place":             {dispatch.CaseFilter{Text: "қОСТАНАЙ"}, []int{1}},
		"text: name":              {dispatch.CaseFilter{Text: "ермек ұлы"}, []int{1}},
		"text: application's id":  {dispatch.CaseFilter{Text: "102-2026-04"}, []int{3}},
		"text: reference":         {dispatch.CaseFilter{Text: "куи 24"}, []int{3}},
		"text: signs of LIKE":     {dispatch.CaseFilter{Text: `%_\ "'`}, []int{4}},
		"text: a percent sign":    {dispatch.CaseFilter{Text: "6%1"}, nil},
		"text: an underscore":     {dispatch.CaseFilter{Text: "2026_000002"}, nil},
		"from":                    {dispatch.CaseFilter{From: times[2]}, []int{4, 3}},
		"to":                      {dispatch.CaseFilter{To: times[2]}, []int{2, 1}},
		"all at once": {dispatch.CaseFilter{Statuses: []dispatch.Status{dispatch.StatusFound}, Kinds: dispatch.Kinds(), Regions: []string{"KZ-39"},
			Systems: []string{"kafka"}, Text: "достық", From: times[0], To: times[1], Limit: 10}, []int{1}},
	} {
		want := []string{}
		for _, n := range check.want {
			want = append(want, caseNumber(n))
		}
		same(t, name, want, numbers(check.filter))
	}

	var pages []string
	filter := dispatch.CaseFilter{Limit: 1}
	for range 6 {
		keys, err := b.store.CaseList(b.ctx, filter)
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) == 0 {
			break
		}
		filter.Before = keys[len(keys)-1]
		pages = append(pages, b.one(keys[0]).Number)
	}
	same(t, "pages of one", []string{caseNumber(4), caseNumber(3), caseNumber(2), caseNumber(1)}, pages)
}

func testBoard(t *testing.T, b *book) {
	p := b.page()
	team := p.team(1, "one")
	long, recent, home, active := p.open(), p.open(), p.open(), p.open()
	long.Status, long.EndedAt = dispatch.StatusFound, p.tick()
	since := p.tick()
	recent.Status, recent.EndedAt = dispatch.StatusClosed, p.tick()
	home.Status, home.EndedAt = dispatch.StatusFound, long.EndedAt // the team is not home yet
	p.assign(home, team, dispatch.AssignmentStandingDown, 1)
	p.commit()
	board := func(limit int) []int64 {
		t.Helper()
		keys, err := b.store.BoardCases(b.ctx, since, limit)
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	same(t, "board", []int64{active.Key, home.Key, recent.Key}, board(10))
	same(t, "board of two", []int64{active.Key, home.Key}, board(2))
	same(t, "in memory", []*dispatch.Case{home, active}, b.snapshot().Cases)

	// The team's return ends the case's stay in memory, although only the
	// assignment's row has changed.
	p = b.page()
	c := p.again(home.Key)
	a := &c.Assignments[0]
	a.Changed = p.emit(dispatch.EventReturned, c.Key, team.Key)
	a.Status, a.Slot, a.SlotChanged = dispatch.AssignmentReturned, 0, a.Changed
	p.commit()
	same(t, "board after the return", []int64{active.Key, recent.Key}, board(10))
	same(t, "in memory after the return", []*dispatch.Case{active}, b.snapshot().Cases)
}

// testEventsOfCase spreads a case's events over the journal.
func testEventsOfCase(t *testing.T, b *book) {
	p := b.page()
	first, second := p.open(), p.open()
	for i := range 60 {
		if i%7 == 0 {
			p.emit(dispatch.EventCaseUpdated, first.Key, 0)
		}
		p.emit(dispatch.EventCaseNoted, second.Key, 0)
	}
	p.commit()
	for _, c := range []*dispatch.Case{first, second} {
		var want []dispatch.Event
		for _, event := range p.Events {
			if event.Case == c.Key {
				want = append(want, event)
			}
		}
		got, err := b.store.EventsOfCase(b.ctx, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "events of the case", want, got)
	}
	got, err := b.store.EventsOfCase(b.ctx, 1<<40)
	if err != nil || len(got) != 0 {
		t.Errorf("events of an unknown case: got %d, %v", len(got), err)
	}
}

func testTeams(t *testing.T, b *book) {
	p := b.page()
	z, a := p.team(1, "z"), p.team(2, "a")
	c, d := p.open(), p.open()
	p.assign(c, z, dispatch.AssignmentOffered, 1)
	p.assign(d, z, dispatch.AssignmentAccepted, 2)
	p.assign(d, a, dispatch.AssignmentNoAnswer, 0)
	older := dispatch.TeamPosition{TeamID: "z", Position: orb.Point{60, 50}, At: p.tick(), AccuracyM: 5, Counter: 1}
	p.Positions = []dispatch.TeamPosition{older}
	p.commit()
	check := func(want []dispatch.TeamState) {
		t.Helper()
		got, err := b.store.Teams(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "teams", want, got)
	}
	check([]dispatch.TeamState{{Team: a}, {Team: z, Position: &older, Live: 2}})

	p = b.page()
	newer := dispatch.TeamPosition{TeamID: "z", Position: orb.Point{61, 51}, At: p.tick(), Counter: 2}
	p.Positions = []dispatch.TeamPosition{newer}
	p.commit()
	check([]dispatch.TeamState{{Team: a}, {Team: z, Position: &newer, Live: 2}})
	p = b.page()
	stranger := dispatch.TeamPosition{TeamID: "stranger", Position: orb.Point{62, 52}, At: p.tick(), Counter: 3}
	p.Positions = []dispatch.TeamPosition{stranger}
	p.commit()
	for counter, want := range [][]dispatch.TeamPosition{{stranger, newer}, {stranger, newer}, {stranger}, nil} {
		moved, err := b.store.PositionsAfter(b.ctx, int64(counter))
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprint("positions after ", counter), want, moved)
	}
}

func testApplied(t *testing.T, b *book) {
	var all []dispatch.Applied
	p := b.page()
	for i := range 10 {
		all = append(all, dispatch.Applied{Identity: dispatch.CommandIdentity(fmt.Sprint(i)), At: p.tick(), Done: i%2 == 0,
			Code: []string{"", dispatch.RefusedStale}[i%2], Sequence: p.Base.Sequence})
	}
	all[3].Code = dispatch.RefusedNotSupported
	all[5].Code = dispatch.RefusedUnknownApplication
	p.Applied = all
	p.commit()
	stored := func(identity dispatch.Identity) *dispatch.Applied {
		t.Helper()
		applied, err := b.store.Applied(b.ctx, identity)
		if err != nil {
			t.Fatal(err)
		}
		return applied
	}
	for i := range all {
		same(t, "result", &all[i], stored(all[i].Identity))
	}
	if got := stored(dispatch.CommandIdentity("x")); got != nil {
		t.Errorf("the result of an unknown command is %+v", got)
	}

	// What an older program did not know, or came before its application, is
	// done when it comes again.
	for _, i := range []int{3, 5} {
		p = b.page()
		again := dispatch.Applied{Identity: all[i].Identity, At: p.tick(), Done: true, Case: 5, Sequence: p.Base.Sequence}
		p.Applied = []dispatch.Applied{again}
		p.commit()
		same(t, "result of a command sent again", &again, stored(again.Identity))
	}

	prune := func(before time.Time, limit, want int) {
		t.Helper()
		n, err := b.store.Prune(b.ctx, before, limit)
		if err != nil || n != want {
			t.Fatalf("prune: got %d, %v, want %d", n, err, want)
		}
	}
	prune(all[0].At, 100, 0)
	prune(all[6].At, 2, 2)
	prune(all[6].At, 100, 2) // 3 and 5 are newer now
	prune(all[6].At, 100, 0)
	for i := range all {
		want := i == 3 || i == 5 || i >= 6
		if got := stored(all[i].Identity) != nil; got != want {
			t.Errorf("after pruning, result %d is there: %t, want %t", i, got, want)
		}
	}
}

// testAccepted loads journals of many lengths: the first event of the window
// has to be found wherever it is.
func testAccepted(t *testing.T, b *book) {
	p := b.page()
	team := p.team(1, "one")
	c := p.open()
	p.commit()
	var accepted []dispatch.Event
	for hour := range 40 {
		p = b.page()
		for range hour % 4 {
			p.emit(dispatch.EventDeclined, c.Key, team.Key)
		}
		p.emit(dispatch.EventAccepted, c.Key, team.Key)
		last := &p.Events[len(p.Events)-1]
		// Every hour exactly, so that one event is a day old to the millisecond.
		last.At = time.Date(2026, time.November, 22, hour, 0, 0, 0, time.UTC)
		p.now = last.At
		accepted = append(accepted, *last)
		p.commit()

		var want, got []dispatch.Event
		for _, event := range accepted {
			if !event.At.Before(last.At.Add(-24 * time.Hour)) {
				want = append(want, event)
			}
		}
		for _, event := range b.snapshot().Accepted {
			event.EventFields = dispatch.EventFields{} // a store need not read them
			got = append(got, event)
		}
		same(t, fmt.Sprintf("accepted in the last day, after %d hours", hour), want, got)
	}
}

func testDeadLetters(t *testing.T, b *book) {
	p := b.page()
	full := dispatch.DeadLetter{Source: dispatch.Source{Topic: "izdeu.applications", Partition: 2, Offset: 17}, At: p.tick(), Reason: "not-json",
		Detail: "/: not an object", Key: []byte{0, 255}, Value: []byte("{\x00")}
	empty := dispatch.DeadLetter{Source: dispatch.Source{Topic: "izdeu.teams"}, Reason: "empty", Value: []byte{}}
	p.DeadLetters = []dispatch.DeadLetter{full, empty, {Reason: "none"}}
	p.commit()
	list := func(after int64, limit int, openOnly bool) (ids []int64) {
		t.Helper()
		letters, err := b.store.DeadLetters(b.ctx, after, limit, openOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, letter := range letters {
			ids = append(ids, letter.ID)
		}
		return ids
	}
	count := func(want int) {
		t.Helper()
		if n, err := b.store.DeadLetterCount(b.ctx); err != nil || n != want {
			t.Errorf("dead letters: got %d, %v, want %d", n, err, want)
		}
	}
	ids := list(0, 10, false)
	if len(ids) != 3 || ids[0] < 1 || !slices.IsSorted(ids) {
		t.Fatalf("dead letters: got %v, want three in order", ids)
	}
	count(3)
	for i, want := range p.DeadLetters {
		got, err := b.store.DeadLetter(b.ctx, ids[i])
		if err != nil {
			t.Fatal(err)
		}
		want.ID = ids[i]
		same(t, "dead letter", &want, got)
	}
	if got, err := b.store.DeadLetter(b.ctx, ids[2]+1000); err != nil || got != nil {
		t.Errorf("an unknown dead letter: got %+v, %v", got, err)
	}
	same(t, "after the first", ids[1:], list(ids[0], 10, false))
	same(t, "one", ids[:1], list(0, 1, true))

	p = b.page()
	p.Replayed = []int64{ids[1]}
	p.Offsets = []dispatch.SourceOffset{{Topic: "izdeu.applications", Next: 1}}
	p.commit()
	same(t, "not replayed", []int64{ids[0], ids[2]}, list(0, 10, true))
	same(t, "all", ids, list(0, 10, false))
	count(2)
	if got, err := b.store.DeadLetter(b.ctx, ids[1]); err != nil || got.ReplayedAt.IsZero() {
		t.Errorf("the replayed dead letter is %+v, %v", got, err)
	}

	p = b.page()
	p.DeadLetters = []dispatch.DeadLetter{empty}
	p.commit()
	if later := list(ids[2], 10, false); len(later) != 1 {
		t.Errorf("a later dead letter has an id that is not above the others: %v", later)
	}

	// The same record read again is the same letter; another one that got its
	// offset, from a log that was damaged, is not.
	before := len(list(0, 10, false))
	p = b.page()
	other := full
	other.At = p.tick()
	p.DeadLetters = []dispatch.DeadLetter{full, other}
	p.commit()
	if after := len(list(0, 10, false)); after != before+1 {
		t.Errorf("a record read again and another one brought %d dead letters, want 1", after-before)
	}
}

func testCursors(t *testing.T, b *book) {
	check := func(name dispatch.Cursor, want int64) {
		t.Helper()
		if got, err := b.store.Cursor(b.ctx, name); err != nil || got != want {
			t.Errorf("cursor %s: got %d, %v, want %d", name, got, err, want)
		}
	}
	check(dispatch.CursorPublished, 0)
	for _, value := range []int64{5, 1 << 40, 7} {
		if err := b.store.SetCursor(b.ctx, dispatch.CursorPublished, value); err != nil {
			t.Fatal(err)
		}
		check(dispatch.CursorPublished, value)
	}
	check(dispatch.CursorDead, 0)
	b.store = b.reopen()
	check(dispatch.CursorPublished, 7)
}

func testKeys(t *testing.T, b *book) {
	full := dispatch.APIKey{ID: "k2", Name: "Дежурный", Hash: [32]byte{1, 31: 9}, Roles: []string{"coordinator", "office"}, Regions: []string{"KZ-39"},
		Teams: []string{"one"}, Systems: []string{"102"}, CreatedAt: b.tick(), RevokedAt: b.tick()}
	complete(t, full)
	plain := dispatch.APIKey{ID: "k1", Hash: [32]byte{2}}
	for _, key := range []dispatch.APIKey{full, plain} {
		if err := b.store.PutAPIKey(b.ctx, key); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.store.PutAPIKey(b.ctx, dispatch.APIKey{ID: "k3", Hash: full.Hash}); err == nil {
		t.Error("two keys with one hash are taken")
	}
	plain.Roles, plain.RevokedAt = []string{"observer"}, b.tick()
	if err := b.store.PutAPIKey(b.ctx, plain); err != nil {
		t.Fatal(err)
	}
	b.store = b.reopen()
	keys, err := b.store.APIKeys(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "keys", []dispatch.APIKey{plain, full}, keys)

	for _, initial := range []string{"first", "second"} {
		if got, err := b.store.Setting(b.ctx, "secret", initial); err != nil || got != "first" {
			t.Errorf("setting: got %q, %v, want the first value", got, err)
		}
	}
	b.store = b.reopen()
	if got, err := b.store.Setting(b.ctx, "secret", "third"); err != nil || got != "first" {
		t.Errorf("setting after a reopen: got %q, %v, want the first value", got, err)
	}
	for _, value := range []string{"anew", "again"} {
		if err := b.store.PutSetting(b.ctx, "put", value); err != nil {
			t.Fatal(err)
		}
		if got, err := b.store.Setting(b.ctx, "put", "other"); err != nil || got != value {
			t.Errorf("a setting that was put: %q, %v", got, err)
		}
	}
	if got, err := b.store.Setting(b.ctx, "empty", ""); err != nil || got != "" {
		t.Errorf("empty setting: got %q, %v", got, err)
	}
}

// testEndedSessions: what was signed out stays so until it would have expired.
func testEndedSessions(t *testing.T, b *book) {
	now := b.tick()
	early, late := dispatch.EndedSession{ID: "b", Expires: now.Add(time.Minute)}, dispatch.EndedSession{ID: "a", Expires: now.Add(time.Hour)}
	end := func(one dispatch.EndedSession, now time.Time) {
		t.Helper()
		if err := b.store.EndSession(b.ctx, one, now); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, want ...dispatch.EndedSession) {
		t.Helper()
		got, err := b.store.EndedSessions(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, what, want, got)
	}
	end(early, now)
	end(late, now)
	end(late, now) // signed out on two replicas
	check("ended sessions", late, early)
	b.store = b.reopen()
	check("ended sessions after a reopen", late, early)
	third := dispatch.EndedSession{ID: "c", Expires: late.Expires}
	end(third, early.Expires)
	check("ended sessions once one has expired", late, third)
}
