package main

// A suite is a test that has to notice.
type suite struct {
	folder string // of the package
	tags   string
	run    string // of go test
	flags  []string
}

var (
	chaos     = suite{"./cmd/izdeu", "chaos", "^TestChaos$/embedded", []string{"-cycles=200", "-count-every=20", "-settle=10s"}}
	brokenLog = suite{"./cmd/izdeu", "chaos", "^TestChaosBrokenLog$", []string{"-settle=10s"}}
	stores    = suite{"./dispatch/sqlite", "", "^Test", nil}
)

// A guard is what keeps a fault from losing something or doing it twice.
type guard struct {
	mutant
	suite
}

// guards are taken away one at a time: the chaos suite has to notice, or (an
// index that only stands behind another guard) the suite of the stores.
var guards = []guard{
	{mutant{"the head is checked", "dispatch/sqlite/commit.go",
		"	case moved != 1:\n", "	case moved > 1:\n"}, stores}, // two leaders are then kept apart by the key of the journal
	{mutant{"the offsets are in the transaction", "dispatch/sqlite/commit.go",
		"	err := s.writing(ctx, func(w *writer) error {\n		failpoint.Here(\"begun\")\n",
		"	err := s.writing(ctx, func(w *writer) error { return w.bookkeeping(&dispatch.Batch{Offsets: batch.Offsets}) })\n	if err != nil {\n		return err\n	}\n	err = s.writing(ctx, func(w *writer) error {\n		failpoint.Here(\"begun\")\n"}, chaos},
	{mutant{"the rows and the journal are one transaction", "dispatch/sqlite/commit.go",
		"	failpoint.Here(\"rows-written\")\n", "	if err := w.exec(\"COMMIT\"); err != nil {\n		return err\n	}\n	if err := w.exec(\"BEGIN IMMEDIATE\"); err != nil {\n		return err\n	}\n	failpoint.Here(\"rows-written\")\n"}, chaos},
	{mutant{"a message is applied once", "dispatch/decide.go",
		"if before, again := d.s.applied.result(d.m.Identity); again && before.UsedUp() {",
		"if before, again := d.s.applied.result(d.m.Identity); again && before.UsedUp() && false {"}, chaos},
	{mutant{"an application opens one case", "dispatch/decide_filing.go",
		"if key, again := d.s.applications[d.m.Identity]; again {", "if key, again := d.s.applications[d.m.Identity]; again && f.Revision > 0 {"}, chaos},
	{mutant{"a team has as many cases as it can take", "dispatch/decide.go",
		"func (d *decision) used(t *teamState) int {\n", "func (d *decision) used(t *teamState) int {\n	if t != nil {\n		return 0\n	}\n"}, chaos},
	{mutant{"events are sent before that is written down", "ingest/publisher.go",
		"	failpoint.Here(\"publishing\")\n",
		"	if err := p.options.Store.SetCursor(ctx, dispatch.CursorPublished, events[len(events)-1].Sequence); err != nil {\n		return err\n	}\n	failpoint.Here(\"publishing\")\n"}, chaos},
	{mutant{"Kafka has it before it is acknowledged", "ingest/producer.go",
		"		err := l.attempt(calls)\n", "		var err error\n		go func() { _ = l.attempt(calls) }()\n"}, chaos},
	{mutant{"a log that ends before it was read to is read again", "ingest/partition.go",
		"	case p.next > end:\n", "	case false:\n"}, brokenLog},
	{mutant{"a slot of a team is held once", "dispatch/sqlite/migrations/0001_first.sql",
		"CREATE UNIQUE INDEX assignment_slot", "CREATE INDEX assignment_slot"}, stores},
	{mutant{"a team is on a case once", "dispatch/sqlite/migrations/0001_first.sql",
		"CREATE UNIQUE INDEX assignment_live", "CREATE INDEX assignment_live"}, stores},
}
