package ingest

import (
	"crypto/sha256"
	"strconv"

	"github.com/izdeu/izdeu/dispatch"
)

// defaultSystem is the source.system of an application that names none.
const defaultSystem = "kafka"

var (
	kinds     = dispatch.Kinds()
	urgencies = dispatch.Urgencies()
	callOuts  = dispatch.CallOuts()
	sexes     = dispatch.Sexes()
	incidents = dispatch.Incidents()
	weathers  = dispatch.Weathers()
	dangers   = dispatch.Dangers()
)

// applicationRules are the fields of an application.
var applicationRules = map[string]rule[dispatch.Filing]{
	"id": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.ID, f.OriginalID = r.anyID(at, v)
	}},
	"kind": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Kind = word(r, at, v, kinds)
	}},
	"filed_at": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.FiledAt = r.time(at, v)
	}},
	"same_as": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.SameAs = r.id(at, v)
	}},
	"revision": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Revision, _ = r.integer(at, v, 0, 1<<53)
	}},
	"source": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		if r.object(at, v) {
			readObject(r, at.String(), v, sourceRules, f)
		}
	}},
	"reporter": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		if r.object(at, v) {
			readObject(r, at.String(), v, reporterRules, &f.Reporter)
		}
	}},
	"location": {holds: true, read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Location = r.point(at, v, true)
	}},
	"accuracy_m": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.AccuracyM = r.number(at, v, 0, 1e7)
	}},
	"place": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Place = r.text(at, v)
	}},
	"address": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Address = r.text(at, v)
	}},
	"urgency": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Urgency = word(r, at, v, urgencies)
	}},
	"call_out": {holds: true, read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.CallOut = word(r, at, v, callOuts)
	}},
	"exercise": {holds: true, read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Exercise = r.boolean(at, v)
	}},
	"subjects": {read: readSubjects},
	"incident": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Incident = word(r, at, v, incidents)
	}},
	"weather": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Weather = word(r, at, v, weathers)
	}},
	"people_at_risk": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		if r.object(at, v) {
			f.PeopleAtRisk = &dispatch.PeopleAtRisk{}
			readObject(r, at.String(), v, peopleRules, f.PeopleAtRisk)
		}
	}},
	"event": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		if !r.object(at, v) {
			return
		}
		f.Event = &dispatch.EventDetails{}
		readObject(r, at.String(), v, eventRules, f.Event)
		if event := f.Event; !event.EndsAt.IsZero() && event.EndsAt.Before(event.StartsAt) {
			r.wrong(pointer{at.String(), "ends_at"}, "is before starts_at")
			event.EndsAt = event.StartsAt
		}
	}},
	"needs": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		if r.object(at, v) {
			readObject(r, at.String(), v, needsRules, &f.Needs)
		}
	}},
}

var sourceRules = map[string]rule[dispatch.Filing]{
	"system": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.System, _ = r.anyID(at, v)
	}},
	"reference": {read: func(r *reading, at pointer, v value, f *dispatch.Filing) {
		f.Reference = r.text(at, v)
	}},
}

var reporterRules = map[string]rule[dispatch.Reporter]{
	"name": {read: func(r *reading, at pointer, v value, into *dispatch.Reporter) {
		into.Name = r.text(at, v)
	}},
	"phone": {read: func(r *reading, at pointer, v value, into *dispatch.Reporter) {
		into.Phone = r.text(at, v)
	}},
	"relation": {read: func(r *reading, at pointer, v value, into *dispatch.Reporter) {
		into.Relation = r.text(at, v)
	}},
}

var peopleRules = map[string]rule[dispatch.PeopleAtRisk]{
	"total": {read: func(r *reading, at pointer, v value, into *dispatch.PeopleAtRisk) {
		into.Total = r.integerPointer(at, v, 0, 10_000_000)
	}},
	"children": {read: func(r *reading, at pointer, v value, into *dispatch.PeopleAtRisk) {
		into.Children = r.integerPointer(at, v, 0, 10_000_000)
	}},
	"immobile": {read: func(r *reading, at pointer, v value, into *dispatch.PeopleAtRisk) {
		into.Immobile = r.integerPointer(at, v, 0, 10_000_000)
	}},
}

var eventRules = map[string]rule[dispatch.EventDetails]{
	"title": {read: func(r *reading, at pointer, v value, into *dispatch.EventDetails) {
		into.Title = r.text(at, v)
	}},
	"direction": {read: func(r *reading, at pointer, v value, into *dispatch.EventDetails) {
		into.Direction = r.text(at, v)
	}},
	"starts_at": {read: func(r *reading, at pointer, v value, into *dispatch.EventDetails) {
		into.StartsAt = r.time(at, v)
	}},
	"ends_at": {read: func(r *reading, at pointer, v value, into *dispatch.EventDetails) {
		into.EndsAt = r.time(at, v)
	}},
	"volunteers_needed": {read: func(r *reading, at pointer, v value, into *dispatch.EventDetails) {
		n, _ := r.integer(at, v, 0, 1_000_000)
		into.VolunteersNeeded = int(n)
	}},
}

var needsRules = map[string]rule[dispatch.Needs]{
	"teams": {read: func(r *reading, at pointer, v value, into *dispatch.Needs) {
		if n, ok := r.integer(at, v, 1, 100); ok {
			into.Teams = int(n)
		}
	}},
	"at_most": {read: func(r *reading, at pointer, v value, into *dispatch.Needs) {
		into.AtMost = r.integerPointer(at, v, 0, 1000)
	}},
	"skills": {read: func(r *reading, at pointer, v value, into *dispatch.Needs) {
		into.Skills = r.tokens(at, v)
	}},
}

var subjectRules = map[string]rule[dispatch.FiledSubject]{
	"id": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.ID, _ = r.anyID(at, v)
	}},
	"name": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Name = r.text(at, v)
	}},
	"sex": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Sex = word(r, at, v, sexes)
	}},
	"age": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Age = r.integerPointer(at, v, 0, 130)
	}},
	"category": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Category = r.token(at, v)
	}},
	"description": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Description = r.text(at, v)
	}},
	"health": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Health = r.text(at, v)
	}},
	"dangers": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.Dangers = nil
		r.list(at, v, maxList, func(at pointer, element value) {
			if danger := word(r, at, element, dangers); danger != "" {
				into.Dangers = append(into.Dangers, danger)
			}
		})
	}},
	"last_seen_at": {read: func(r *reading, at pointer, v value, into *dispatch.FiledSubject) {
		into.LastSeenAt = r.time(at, v)
	}},
}

// readSubjects reads the persons sought. An entry that cannot be read still
// counts as a person: leaving it out would leave somebody out.
func readSubjects(r *reading, at pointer, v value, f *dispatch.Filing) {
	f.Subjects = nil
	r.list(at, v, maxSubjects, func(at pointer, element value) {
		subject := dispatch.FiledSubject{}
		if r.object(at, element) {
			readObject(r, at.String(), element, subjectRules, &subject)
		}
		if subject.ID != "" && hasSubject(f.Subjects, subject.ID) {
			r.wrong(pointer{at.String(), "id"}, "is the id of another subject of this application")
			subject.ID = ""
		}
		f.Subjects = append(f.Subjects, subject)
	})
}

func hasSubject(subjects []dispatch.FiledSubject, id string) bool {
	for i := range subjects {
		if subjects[i].ID == id {
			return true
		}
	}
	return false
}

// nameSubjects gives those without an id the first of s1, s2 … that is free,
// beginning with their own place in the list.
func nameSubjects(subjects []dispatch.FiledSubject) {
	for i := range subjects {
		for n := i + 1; subjects[i].ID == ""; n++ {
			if id := "s" + strconv.Itoa(n); !hasSubject(subjects, id) {
				subjects[i].ID = id
			}
		}
	}
}

// readFiling reads an application with all that is wrong with it. strict adds
// what a sender who can mend it must give.
func readFiling(v value, strict bool) (*dispatch.Filing, reading) {
	f := &dispatch.Filing{System: defaultSystem, Needs: dispatch.Needs{Teams: 1}}
	var r reading
	readObject(&r, "", v, applicationRules, f)
	if f.System == "" {
		f.System = defaultSystem
	}
	if strict {
		requireMember(&r, v, "id", "kind", "filed_at", "location")
		if f.Kind == dispatch.MissingPerson && len(f.Subjects) == 0 {
			requireMember(&r, v, "subjects")
			if len(r.problems) == 0 {
				r.wrong(pointer{"", "subjects"}, "must name at least one person")
			}
		}
	} else if f.Location == nil && missing(v, "location") {
		r.holds = true
		r.wrong(pointer{"", "location"}, "is missing")
		r.holds = false
	}
	switch nameSubjects(f.Subjects); {
	case f.Kind == dispatch.MissingPerson && len(f.Subjects) == 0:
		// Without an id it is the only subject there is when the application comes again.
		f.Subjects = []dispatch.FiledSubject{{}}
	case f.Kind != dispatch.MissingPerson && len(f.Subjects) > 0:
		r.wrong(pointer{"", "subjects"}, "only an application for a missing person has subjects; an emergency has people_at_risk")
		f.Subjects = nil
	}
	hash := sha256.Sum256(v)
	copy(f.BodyHash[:], hash[:])
	f.NeedsReview = r.problems
	return f, r
}

func missing(v value, name string) bool {
	member, ok := v.member(name)
	return !ok || member.isNull()
}

func requireMember(r *reading, v value, names ...string) {
	for _, name := range names {
		if missing(v, name) {
			r.wrong(pointer{"", name}, "is required")
		}
	}
}

// ReadApplication reads an application strictly, for a sender who can mend it.
// The error is a *dispatch.Invalid that names every field that is wrong.
func ReadApplication(body []byte) (*dispatch.Filing, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	f, r := readFiling(v, true)
	if err := r.invalid(); err != nil {
		return nil, err
	}
	return f, nil
}

// ReadDraft reads an application that is not finished: what is wrong or missing
// is left out. The error is a *dispatch.Invalid for what is no object of a kind.
func (i *Intake) ReadDraft(body []byte) (*dispatch.Filing, error) {
	v, err := strictObject(body)
	if err != nil {
		return nil, err
	}
	f, _ := readFiling(v, false)
	if f.Kind == "" {
		return nil, &dispatch.Invalid{Fields: []dispatch.FieldError{{Pointer: "/kind", Detail: "is required"}}}
	}
	return f, nil
}

// strictObject checks size and form of a body.
func strictObject(body []byte) (value, error) {
	refuse := func(detail string) error {
		return &dispatch.Invalid{Fields: []dispatch.FieldError{{Pointer: "", Detail: detail}}}
	}
	if len(body) > MaxRecordBytes {
		return nil, refuse("must not be larger than 1 MiB")
	}
	v, ok := parseValue(body)
	if !ok {
		return nil, refuse("must be JSON")
	}
	if !v.isObject() {
		return nil, refuse("must be a JSON object")
	}
	return v, nil
}
