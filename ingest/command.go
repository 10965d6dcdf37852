package ingest

import (
	"fmt"
	"slices"

	"github.com/izdeu/izdeu/dispatch"
)

var (
	commandTypes  = dispatch.CommandTypes()
	outcomes      = dispatch.Outcomes()
	conditions    = dispatch.Conditions()
	foundBys      = dispatch.FoundBys()
	closedReasons = dispatch.ClosedReasons()
	identities    = dispatch.Identities()
	audiences     = dispatch.Audiences()
	pointKinds    = dispatch.PointKinds()
)

// commandRules are the fields of commands.
var commandRules = map[string]rule[dispatch.Command]{
	"command_id": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.ID, _ = r.anyID(at, v)
	}},
	"type": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Type = dispatch.CommandType(r.text(at, v))
	}},
	"case_id": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.CaseID = r.id(at, v)
	}},
	"application": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		if r.object(at, v) {
			c.Application = &dispatch.ApplicationRef{System: defaultSystem}
			readObject(r, at.String(), v, applicationRefRules, c.Application)
			if missing(v, "id") {
				r.wrong(pointer{at.String(), "id"}, "is required")
			}
		}
	}},
	"at": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.At = r.time(at, v)
	}},
	"actor": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		if r.object(at, v) {
			readObject(r, at.String(), v, actorRules, &c.Actor)
		}
	}},
	"team_id": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.TeamID = r.id(at, v)
	}},
	"channel": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Channel = word(r, at, v, channels)
	}},
	"about": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.About = word(r, at, v, dispatch.EventTypes())
	}},
	"delivered": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Delivered = r.boolean(at, v)
	}},
	"note": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Note = r.text(at, v)
	}},
	"eta_minutes": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.ETAMinutes = r.integerPointer(at, v, 0, 100_000)
	}},
	"people": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.People = r.integerPointer(at, v, 0, 10_000_000)
	}},
	"words": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Words = r.text(at, v)
	}},
	"reason": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Reason = r.text(at, v)
	}},
	"urgency": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Urgency = word(r, at, v, urgencies)
	}},
	"call_out": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.CallOut = word(r, at, v, callOuts)
	}},
	"audience": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Audience = word(r, at, v, audiences)
	}},
	"subject_id": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.SubjectID = r.id(at, v)
	}},
	"outcome": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Outcome = word(r, at, v, outcomes)
	}},
	"condition": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Condition = word(r, at, v, conditions)
	}},
	"found_by": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.FoundBy = word(r, at, v, foundBys)
	}},
	"confirmed_by": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Confirmed = r.text(at, v)
	}},
	"identity": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Identity = word(r, at, v, identities)
	}},
	"family_told": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.FamilyTold = r.boolean(at, v)
	}},
	"withhold": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Withhold = r.boolean(at, v)
	}},
	"told_by": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.ToldBy = r.text(at, v)
	}},
	"role": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Role = r.text(at, v)
	}},
	"round": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		if round, ok := r.integer(at, v, 1, 1_000_000); ok {
			c.Round = int(round)
		}
	}},
	"member": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		if r.object(at, v) {
			c.Member = &dispatch.MemberAnswer{}
			readObject(r, at.String(), v, memberRules, c.Member)
			for _, name := range []string{"id", "answer"} {
				if missing(v, name) {
					r.wrong(pointer{at.String(), name}, "is required")
				}
			}
		}
	}},
	"into": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Into = r.id(at, v)
	}},
	"other": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Other = r.id(at, v)
	}},
	"application_ids": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		r.list(at, v, maxList, func(at pointer, element value) {
			if !r.object(at, element) {
				return
			}
			ref := dispatch.ApplicationRef{System: defaultSystem}
			readObject(r, at.String(), element, applicationRefRules, &ref)
			if missing(element, "id") {
				r.wrong(pointer{at.String(), "id"}, "is required")
			}
			c.Applications = append(c.Applications, ref)
		})
	}},
	"replaces": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Replaces = r.id(at, v)
	}},
	"to": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.To = r.id(at, v)
	}},
	"point": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Point = word(r, at, v, pointKinds)
	}},
	"photo": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.Photo = r.id(at, v)
	}},
	"check_in_minutes": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		c.CheckIn = r.integerPointer(at, v, 0, 24*60)
	}},
	"location": {read: func(r *reading, at pointer, v value, c *dispatch.Command) {
		// Somebody may be found far away: only what cannot be is wrong.
		c.Location = r.point(at, v, false)
	}},
}

var applicationRefRules = map[string]rule[dispatch.ApplicationRef]{
	"system": {read: func(r *reading, at pointer, v value, into *dispatch.ApplicationRef) {
		into.System = r.id(at, v)
	}},
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.ApplicationRef) {
		into.ID = r.referredID(at, v)
	}},
}

// referredID reads the id of an application as its filer wrote it: one of
// another form is known here by its hash.
func (r *reading) referredID(at pointer, v value) string {
	text, ok := v.text()
	if !ok || text == "" {
		r.wrong(at, idForm)
		return ""
	}
	var ignored reading
	id, _ := ignored.anyID(at, v)
	return id
}

var actorRules = map[string]rule[dispatch.Actor]{
	"type": {read: func(r *reading, at pointer, v value, into *dispatch.Actor) {
		into.Type = r.token(at, v)
	}},
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.Actor) {
		into.ID = r.id(at, v)
	}},
	"roles": {read: func(r *reading, at pointer, v value, into *dispatch.Actor) {
		into.Roles = r.tokens(at, v)
	}},
	"regions": {read: func(r *reading, at pointer, v value, into *dispatch.Actor) {
		into.Regions = nil
		r.list(at, v, maxList, func(at pointer, element value) {
			if region := r.id(at, element); region != "" {
				into.Regions = append(into.Regions, region)
			}
		})
	}},
}

// commandFields says which fields a type of command uses beside the common
// ones, and which of them it cannot do without.
var commandFields = map[dispatch.CommandType]struct{ required, optional []string }{
	dispatch.CommandAccept:       {[]string{"team_id"}, []string{"eta_minutes", "people", "words", "reason"}},
	dispatch.CommandDecline:      {[]string{"team_id"}, []string{"words", "reason"}},
	dispatch.CommandEnRoute:      {[]string{"team_id"}, nil},
	dispatch.CommandOnScene:      {[]string{"team_id"}, []string{"people"}},
	dispatch.CommandStandDownAck: {[]string{"team_id"}, nil},
	dispatch.CommandReturned:     {[]string{"team_id"}, []string{"people", "reason"}},
	dispatch.CommandCheckIn:      {[]string{"team_id"}, nil},
	dispatch.CommandStandDown:    {[]string{"team_id"}, []string{"reason"}},
	dispatch.CommandLead:         {[]string{"team_id"}, []string{"reason"}},
	dispatch.CommandTake:         {nil, []string{"reason"}},
	dispatch.CommandHandOver:     {[]string{"to"}, []string{"reason"}},
	dispatch.CommandPoint:        {[]string{"point", "location"}, []string{"photo"}},
	dispatch.CommandRelease:      {[]string{"team_id"}, []string{"reason"}},
	dispatch.CommandUrgency:      {[]string{"urgency", "reason"}, nil},
	dispatch.CommandAssign:       {[]string{"team_id"}, []string{"replaces", "reason"}},
	dispatch.CommandCallOut:      {[]string{"call_out"}, []string{"reason"}},
	dispatch.CommandUpdate:       {nil, nil},
	dispatch.CommandNote:         {[]string{"note"}, []string{"team_id"}},
	dispatch.CommandOutcome: {[]string{"outcome"}, []string{"subject_id", "condition", "found_by", "confirmed_by",
		"identity", "reason", "people", "location", "family_told", "withhold", "team_id"}},
	dispatch.CommandFamilyTold:   {nil, []string{"subject_id", "told_by", "role"}},
	dispatch.CommandReopen:       {nil, []string{"subject_id", "reason"}},
	dispatch.CommandRosterAnswer: {[]string{"team_id", "member"}, []string{"round"}},
	dispatch.CommandMerge:        {[]string{"into"}, nil},
	dispatch.CommandSplit:        {nil, []string{"application_ids"}},
	dispatch.CommandApart:        {[]string{"other"}, nil},
	dispatch.CommandNotified:     {[]string{"team_id", "channel", "about", "delivered"}, nil},
	dispatch.CommandPreempt:      {[]string{"team_id"}, nil},
}

// Fields that every command has.
var (
	commandNames  = []string{"command_id", "type"}
	commandCommon = []string{"case_id", "application", "at", "actor", "note", "audience"}
)

// notUpdated are the fields of an application that say which one it is and
// where it came from; case.update leaves them alone.
var notUpdated = []string{"id", "kind", "source", "filed_at", "revision"}

// readCommand reads a command with all that is wrong with it. defaultType is
// the type that the envelope gave, for a command without its own.
func readCommand(v value, defaultType string) (*dispatch.Command, reading) {
	c := &dispatch.Command{}
	var r reading
	read := func(names []string) {
		for _, name := range names {
			if member, ok := v.member(name); ok && !member.isNull() {
				commandRules[name].read(&r, pointer{"", name}, member, c)
			}
		}
	}
	read(commandNames)
	if c.Type == "" && missing(v, "type") {
		c.Type = dispatch.CommandType(defaultType)
	}
	requireMember(&r, v, "command_id")
	if c.Type == "" {
		requireMember(&r, v, "type")
		return c, r
	}
	fields, known := commandFields[c.Type]
	if !known {
		return c, r // refused as not-supported where it is decided
	}
	read(commandCommon)
	read(fields.required)
	read(fields.optional)
	requireMember(&r, v, fields.required...)
	if c.CaseID == "" && c.Application == nil && missing(v, "case_id") && missing(v, "application") {
		r.wrong(pointer{"", "case_id"}, "is required, or application with system and id")
	}
	switch c.Type {
	case dispatch.CommandOutcome:
		if c.Outcome == dispatch.OutcomeClosed && c.Reason != "" && !slices.Contains(closedReasons, c.Reason) {
			word(&r, pointer{"", "reason"}, value(`""`), closedReasons)
		}
	case dispatch.CommandUpdate:
		readUpdate(&r, v, c)
	}
	return c, r
}

// readUpdate reads the fields of the application that a case.update gives.
func readUpdate(r *reading, v value, c *dispatch.Command) {
	c.Fields = &dispatch.Filing{}
	v.eachMember(func(name []byte, member value) {
		field, ok := applicationRules[string(name)]
		if !ok || member.isNull() || slices.Contains(notUpdated, string(name)) {
			return
		}
		at := pointer{"", string(name)}
		field.read(r, at, member, c.Fields)
		if !slices.Contains(c.Given, at.String()) {
			c.Given = append(c.Given, at.String())
		}
	})
	if member, ok := v.member("check_in_minutes"); ok && !member.isNull() {
		commandRules["check_in_minutes"].read(r, pointer{"", "check_in_minutes"}, member, c)
		c.Given = append(c.Given, "/check_in_minutes")
	}
	if len(c.Given) == 0 {
		r.wrong(pointer{"", "type"}, "case.update needs at least one field of the application, such as location")
	}
}

// refusal says what is wrong in the words of a refused command.
func (r *reading) refusal() *dispatch.Refusal {
	if len(r.problems) == 0 {
		return nil
	}
	detail := r.problems[0].Detail
	if more := len(r.problems) - 1; more > 0 {
		detail += fmt.Sprintf(" (and %d more wrong fields)", more)
	}
	return &dispatch.Refusal{Code: dispatch.RefusedInvalid, Pointer: r.problems[0].Pointer, Detail: detail}
}

// ReadCommand reads a command strictly. A type that is not known here is no
// error: it is refused as not-supported where commands are decided. The error
// is a *dispatch.Invalid that names every field that is wrong.
func ReadCommand(body []byte) (*dispatch.Command, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	c, r := readCommand(v, "")
	if err := r.invalid(); err != nil {
		return nil, err
	}
	return c, nil
}
