package ingest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// What becomes of a broken message.
const (
	BecomesDeadLetter = "dead-letter" // Reason is the dead letter's
	BecomesHeldCase   = "held-case"   // a case in review; Reason is the pointer of what holds it
	BecomesReviewCase = "review-case" // a case that is worked; Reason is the pointer named in needs_review
	BecomesCase       = "case"        // an ordinary case: what looks broken is allowed
	BecomesRefused    = "refused"     // a refused command; Reason is the pointer
	BecomesCounted    = "counted"     // a wrong position, only counted
)

// BrokenKind is one way in which a message can be broken.
type BrokenKind struct {
	Name    string
	Becomes string
	Reason  string
	// Make gives the n-th message of this kind, with its topic.
	Make func(topics Topics, n int) kafka.Message
}

// BrokenKinds is the one table of broken messages and what becomes of each. The
// tests of the decoder and of the whole program read it.
func BrokenKinds() []BrokenKind {
	return []BrokenKind{
		// Nothing that can be read.
		dead("no value", DeadEmpty, applicationTopic, func(int) string { return "" }),
		dead("no JSON", DeadNotJSON, applicationTopic, func(n int) string { return fmt.Sprintf("missing child, call %d", n) }),
		dead("JSON that ends too early", DeadNotJSON, applicationTopic, func(n int) string {
			return strings.TrimSuffix(brokenApplication(n, ""), "}")
		}),
		dead("two JSON values", DeadNotJSON, applicationTopic, func(n int) string { return brokenApplication(n, "") + "{}" }),
		dead("UTF-16", DeadNotJSON, applicationTopic, func(n int) string {
			return strings.Join(strings.Split(brokenApplication(n, ""), ""), "\x00")
		}),
		dead("a list", DeadNotAnObject, applicationTopic, func(n int) string { return "[" + brokenApplication(n, "") + "]" }),
		dead("null", DeadNotAnObject, applicationTopic, func(int) string { return "null" }),
		dead("JSON inside of a string", DeadNotAnObject, applicationTopic, func(n int) string {
			return fmt.Sprintf("%q", brokenApplication(n, ""))
		}),
		dead("larger than 1 MiB", DeadTooLarge, applicationTopic, func(n int) string {
			return brokenApplication(n, `,"place":"`+strings.Repeat("x", MaxRecordBytes)+`"`)
		}),
		{Name: "a marker of a transaction", Becomes: BecomesDeadLetter, Reason: DeadControl,
			Make: func(topics Topics, n int) kafka.Message {
				return kafka.Message{Topic: topics.Applications, Key: []byte{0, 0, 0, byte(n % 2)}, Value: []byte{0, 0, 0, 0, 0, byte(n)}}
			}},
		{Name: "a CloudEvent without data", Becomes: BecomesDeadLetter, Reason: DeadEmpty,
			Make: func(topics Topics, n int) kafka.Message {
				return kafka.Message{Topic: topics.Applications,
					Headers: []kafka.Header{{Key: "content-type", Value: []byte("application/cloudevents+json; charset=utf-8")}},
					Value:   fmt.Appendf(nil, `{"specversion":"1.0","id":"e%d","source":"/test","type":"kz.izdeu.application.v1"}`, n)}
			}},
		{Name: "a CloudEvent whose data_base64 is none", Becomes: BecomesDeadLetter, Reason: DeadNotJSON,
			Make: func(topics Topics, n int) kafka.Message {
				return kafka.Message{Topic: topics.Applications,
					Value: fmt.Appendf(nil, `{"specversion":"1.0","id":"e%d","source":"/test","type":"x","data_base64":"%%"}`, n)}
			}},

		// Applications that cannot be told apart or have no kind.
		dead("no id", DeadNoID, applicationTopic, func(int) string { return `{"kind":"missing_person"}` }),
		dead("an empty id", DeadNoID, applicationTopic, func(int) string { return `{"id":" ","kind":"missing_person"}` }),
		dead("an id that is an object", DeadNoID, applicationTopic, func(int) string { return `{"id":{},"kind":"missing_person"}` }),
		dead("no kind", DeadNoKind, applicationTopic, func(n int) string { return fmt.Sprintf(`{"id":"broken-%d"}`, n) }),
		dead("an unknown kind", DeadNoKind, applicationTopic, func(n int) string { return fmt.Sprintf(`{"id":"broken-%d","kind":"lost_dog"}`, n) }),
		dead("a kind that is a number", DeadNoKind, applicationTopic, func(n int) string { return fmt.Sprintf(`{"id":"broken-%d","kind":1}`, n) }),

		// Applications that could send people to the wrong place, or to a drill.
		held("no location", "/location", func(n int) string {
			return fmt.Sprintf(`{"id":"no-place-%d","kind":"missing_person"}`, n)
		}),
		held("latitude and longitude swapped", "/location", located("swapped", `{"type":"Point","coordinates":[53.21,63.62]}`)),
		held("a location far outside of the country", "/location", located("far", `{"type":"Point","coordinates":[2.35,48.85]}`)),
		held("a latitude of 99", "/location", located("latitude", `{"type":"Point","coordinates":[63.62,99]}`)),
		held("a location that is text", "/location", located("text", `"53.21, 63.62"`)),
		held("a location with one coordinate", "/location", located("one", `{"type":"Point","coordinates":[63.62]}`)),
		held("coordinates that are text", "/location", located("strings", `{"type":"Point","coordinates":["63.62","53.21"]}`)),
		held("a location that is no point", "/location", located("line", `{"type":"LineString","coordinates":[[63.62,53.21],[63.7,53.3]]}`)),
		held("an unknown call_out", "/call_out", with(`"call_out":"later"`)),
		held("an exercise that is text", "/exercise", with(`"exercise":"yes"`)),

		// Applications with a wrong field that holds nobody up.
		review("an id of another form", "/id", func(n int) string {
			return brokenApplicationID(fmt.Sprintf("КУИ №%d / 2026", n), "")
		}),
		{Name: "an id that is a number", Becomes: BecomesReviewCase, Reason: "/id", Make: message(applicationTopic, func(n int) string {
			return fmt.Sprintf(`{"id":%d,"kind":"missing_person",%s}`, 1000+n, brokenLocation)
		})},
		review("an age that is text", "/subjects/0/age", subjects(`{"id":"s1","age":"fourteen"}`)),
		review("a negative age", "/subjects/0/age", subjects(`{"id":"s1","age":-3}`)),
		review("an unknown sex", "/subjects/0/sex", subjects(`{"id":"s1","sex":"m"}`)),
		review("a subject that is text", "/subjects/1", subjects(`{"id":"s1"},"Айгерим"`)),
		review("subjects that are no list", "/subjects", with(`"subjects":{"id":"s1"}`)),
		review("two subjects with one id", "/subjects/1/id", subjects(`{"id":"s1"},{"id":"s1"}`)),
		review("a time without an offset", "/filed_at", with(`"filed_at":"2026-11-21 10:02"`)),
		review("a time in seconds", "/filed_at", with(`"filed_at":1795255320`)),
		review("an unknown urgency", "/urgency", with(`"urgency":"very"`)),
		review("an accuracy below zero", "/accuracy_m", with(`"accuracy_m":-5`)),
		review("a reporter that is text", "/reporter", with(`"reporter":"mother"`)),
		review("a skill with spaces", "/needs/skills/0", with(`"needs":{"teams":1,"skills":["snow mobile"]}`)),
		review("a hundred thousand teams", "/needs/teams", with(`"needs":{"teams":100000}`)),
		review("a place longer than any", "/place", with(`"place":"`+strings.Repeat("Қ", maxText+1)+`"`)),

		// Odd, but allowed.
		{Name: "U+0000 and broken UTF-8 in a text", Becomes: BecomesCase, Make: message(applicationTopic, with("\"place\":\"a\\u0000b\xff\""))},
		{Name: "unknown fields", Becomes: BecomesCase, Make: message(applicationTopic, with(`"colour":{"of":["the","sky"]}`))},
		{Name: "a missing person without subjects", Becomes: BecomesCase, Make: message(applicationTopic, with(`"subjects":[]`))},
		{Name: "a byte order mark", Becomes: BecomesCase, Make: message(applicationTopic, func(n int) string {
			return "\xef\xbb\xbf" + brokenApplication(n, "")
		})},
		{Name: "data_base64", Becomes: BecomesCase, Make: message(applicationTopic, func(n int) string {
			return fmt.Sprintf(`{"specversion":"1.0","id":"e","source":"/test","type":"x","data_base64":%q}`,
				base64.StdEncoding.EncodeToString([]byte(brokenApplication(n, ""))))
		})},

		// Teams, commands, positions.
		dead("a team without a base", DeadInvalidField, teamTopic, func(n int) string {
			return fmt.Sprintf(`{"type":"team.registered","id":"broken-team-%d"}`, n)
		}),
		dead("a team with a swapped base", DeadInvalidField, teamTopic, func(n int) string {
			return fmt.Sprintf(`{"type":"team.registered","id":"broken-team-%d","base":{"type":"Point","coordinates":[53.21,63.62]}}`, n)
		}),
		dead("a team with a capacity in words", DeadInvalidField, teamTopic, func(n int) string {
			return fmt.Sprintf(`{"type":"team.registered","id":"broken-team-%d","base":{"type":"Point","coordinates":[63.62,53.21]},"capacity":"two"}`, n)
		}),
		dead("a team message without an id", DeadNoID, teamTopic, func(int) string { return `{"type":"team.availability","available":true}` }),
		dead("a team message of an unknown type", DeadNoType, teamTopic, func(n int) string {
			return fmt.Sprintf(`{"type":"team.sings","id":"broken-team-%d"}`, n)
		}),
		dead("a command without an id", DeadNoID, commandTopic, func(int) string { return `{"type":"case.reopen","case_id":"c1"}` }),
		refused("a command without a type", "/type", `"case_id":"c1"`),
		refused("a command without a case", "/case_id", `"type":"case.reopen"`),
		refused("an accept without a team", "/team_id", `"type":"assignment.accept","case_id":"c1"`),
		refused("an unknown outcome", "/outcome", `"type":"case.outcome","case_id":"c1","outcome":"lost"`),
		refused("a command at no time", "/at", `"type":"case.reopen","case_id":"c1","at":"yesterday"`),
		counted("a position without a team", `{"position":{"type":"Point","coordinates":[63.62,53.21]}}`),
		counted("a swapped position", `{"team_id":"t","position":{"type":"Point","coordinates":[53.21,63.62]}}`),
		counted("a position that is no JSON", `53.21,63.62`),
	}
}

const brokenLocation = `"location":{"type":"Point","coordinates":[63.62,53.21]}`

// brokenApplication is a good application of its own id, with more members.
func brokenApplication(n int, more string) string {
	return brokenApplicationID(fmt.Sprintf("broken-%d", n), more)
}

func brokenApplicationID(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"kind":"missing_person",%s%s}`, id, brokenLocation, more)
}

func with(member string) func(int) string {
	name := strings.Trim(member[:strings.IndexByte(member, ':')], `"`)
	return func(n int) string {
		return brokenApplicationID(fmt.Sprintf("broken-%s-%d", strings.ReplaceAll(name, "_", "-"), n), ","+member)
	}
}

func subjects(list string) func(int) string { return with(`"subjects":[` + list + `]`) }

func located(name, location string) func(int) string {
	return func(n int) string {
		return fmt.Sprintf(`{"id":"broken-%s-%d","kind":"missing_person","location":%s}`, name, n, location)
	}
}

func applicationTopic(t Topics) string { return t.Applications }
func teamTopic(t Topics) string        { return t.Teams }
func commandTopic(t Topics) string     { return t.Commands }
func positionTopic(t Topics) string    { return t.Positions }

func message(topic func(Topics) string, value func(n int) string) func(Topics, int) kafka.Message {
	return func(topics Topics, n int) kafka.Message {
		m := kafka.Message{Topic: topic(topics), Time: time.Now(), Value: []byte(value(n))}
		if bytes.HasPrefix(m.Value, []byte("{")) {
			m.Key = fmt.Appendf(nil, "broken-%d", n)
		}
		return m
	}
}

func dead(name, reason string, topic func(Topics) string, value func(int) string) BrokenKind {
	return BrokenKind{Name: name, Becomes: BecomesDeadLetter, Reason: reason, Make: message(topic, value)}
}

func held(name, pointer string, value func(int) string) BrokenKind {
	return BrokenKind{Name: name, Becomes: BecomesHeldCase, Reason: pointer, Make: message(applicationTopic, value)}
}

func review(name, pointer string, value func(int) string) BrokenKind {
	return BrokenKind{Name: name, Becomes: BecomesReviewCase, Reason: pointer, Make: message(applicationTopic, value)}
}

func refused(name, pointer, members string) BrokenKind {
	return BrokenKind{Name: name, Becomes: BecomesRefused, Reason: pointer, Make: message(commandTopic, func(n int) string {
		return fmt.Sprintf(`{"command_id":"broken-command-%s-%d",%s}`, strings.ReplaceAll(strings.Trim(pointer, "/"), "_", "-"), n, members)
	})}
}

func counted(name, value string) BrokenKind {
	return BrokenKind{Name: name, Becomes: BecomesCounted, Make: message(positionTopic, func(int) string { return value })}
}
