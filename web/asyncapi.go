package web

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/izdeu/izdeu/dispatch"
)

// member is a JSON object of the AsyncAPI document.
type member = map[string]any

// asyncAPI makes the AsyncAPI 3.0 document from the same types and tables as
// the program: topics in and out, and the live feed.
func asyncAPI(version, prefix string) ([]byte, error) {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schema := func(value any) *huma.Schema { return registry.Schema(reflect.TypeOf(value), true, "") }
	messages := member{
		"application": message("An application", "One per line of `izdeu send`. Applied once by (source.system, id).", schema(ApplicationBody{})),
		"team.registered": message("A team", "A team is added or replaced. Applied once by (id, type, at).",
			withType(schema(TeamBody{}), "team.registered")),
		"team.availability": message("Whether a team can be asked", "Applied once by (id, type, at).",
			withType(schema(AvailabilityBody{}), "team.availability")),
		"coordinator.registered": message("A coordinator", "Who is told when a case needs a person; added or replaced. Applied once by (id, type, at).",
			withType(schema(CoordinatorBody{}), "coordinator.registered")),
		"place.registered": message("A place", "A settlement that people file by its name is added or replaced. Applied once by (id, type, at).",
			withType(schema(PlaceBody{}), "place.registered")),
		"place.removed": message("A place that is wrong", "Its names are forgotten. Applied once by (id, type, at).",
			withType(schema(PlaceRemovedBody{}), "place.removed")),
		"position": message("Where a team is", "The newest at wins.", schema(PositionBody{})),
		"dead-letter": member{"title": "A record that could not become a message",
			"summary": "Its own key and value, cut to 64 KiB; the headers say why and where it stood.",
			"headers": schema(DeadLetterBody{}), "payload": member{}},
		"frame": message("A frame of the live feed", "A snapshot, or everything that changed since the last frame.", schema(FrameView{})),
	}
	var commands, events []string
	for _, command := range dispatch.CommandTypes() {
		commands = append(commands, "command."+string(command))
		messages["command."+string(command)] = message("Command "+string(command), "Applied once by command_id.",
			withType(schema(CommandBody{}), string(command)))
	}
	for _, event := range dispatch.EventTypes() {
		events = append(events, "event."+string(event))
		messages["event."+string(event)] = member{
			"name": string(event), "title": "Event " + string(event), "contentType": "application/json",
			"summary": "A CloudEvent in binary mode; the value is its data.",
			"headers": cloudEventHeaders("kz.izdeu." + string(event) + ".v1"),
			"payload": schema(dispatch.EventFields{}),
		}
	}
	channels := member{}
	operations := member{}
	channel := func(name, address, action, about string, names ...string) {
		refs := member{}
		for _, m := range names {
			refs[m] = member{"$ref": "#/components/messages/" + m}
		}
		channels[name] = member{"address": address, "description": about, "messages": refs}
		operations[name] = member{"action": action, "channel": member{"$ref": "#/channels/" + name}, "summary": about}
	}
	sealed := " Sealed data: whoever may write here is trusted as an administrator. CloudEvents 1.0 (binary, structured) or plain JSON."
	channel("applications", prefix+"applications", "receive", "Applications, in."+sealed, "application")
	channel("teams", prefix+"teams", "receive", "Teams, in."+sealed, "team.registered", "team.availability", "coordinator.registered", "place.registered", "place.removed")
	channel("commands", prefix+"commands", "receive", "Commands, in."+sealed, commands...)
	channel("positions", prefix+"positions", "receive", "Positions of teams, in; kept for an hour.", "position")
	channel("events", prefix+"events", "send", "The journal, out: one partition; first occurrences come in order, repeats are possible.", events...)
	channel("deadletter", prefix+"deadletter", "send", "Records that could not become messages, out.", "dead-letter")
	channel("live", livePath, "send", "The live feed. "+closeCodesText(), "frame")
	channels["live"].(member)["servers"] = []member{{"$ref": "#/servers/http"}}
	channels["live"].(member)["bindings"] = member{"ws": member{"method": "GET", "query": member{"type": "object", "properties": member{
		"since":  member{"type": "string", "description": "EPOCH.SEQ: resume after it, or get a snapshot where that is not possible"},
		"region": member{"type": "string", "description": "ISO 3166-2; absent: every region of the key"},
	}}}}
	channels["live"].(member)["x-close-codes"] = closeCodesTable()
	for _, name := range []string{"applications", "teams", "commands", "positions", "events", "deadletter"} {
		channels[name].(member)["servers"] = []member{{"$ref": "#/servers/kafka"}}
	}
	return json.Marshal(member{
		"asyncapi":           "3.0.0",
		"info":               member{"title": "Izdeu", "version": version, "description": "What Izdeu reads from and writes to Kafka, and its live feed. Unknown fields are ignored."},
		"defaultContentType": "application/json",
		"servers": member{
			"kafka": member{"host": "127.0.0.1:9092", "protocol": "kafka", "description": "The embedded broker, or the one given by --kafka"},
			"http":  member{"host": "127.0.0.1:8080", "protocol": "ws", "description": "The server's own address"},
		},
		"channels":   channels,
		"operations": operations,
		"components": member{"messages": messages, "schemas": registry.Map()},
	})
}

func message(title, summary string, payload any) member {
	return member{"title": title, "summary": summary, "contentType": "application/json", "payload": payload}
}

// withType narrows a schema to one value of type.
func withType(schema *huma.Schema, value string) member {
	return member{"allOf": []any{schema, member{"type": "object", "required": []string{"type"},
		"properties": member{"type": member{"const": value}}}}}
}

func cloudEventHeaders(eventType string) member {
	text := func(about string) member { return member{"type": "string", "description": about} }
	return member{"type": "object", "properties": member{
		"ce_specversion": member{"type": "string", "const": "1.0"},
		"ce_id":          text("EPOCH.SEQ"),
		"ce_source":      text("/izdeu/INSTALLATION"),
		"ce_type":        member{"type": "string", "const": eventType},
		"ce_subject":     text("The case, the team, the coordinator or the place"),
		"ce_time":        text("When it was decided"),
		"content-type":   text("application/json"),
	}}
}

func closeCodesTable() member {
	table := member{}
	for code, reason := range closeReasons {
		table[strconv.Itoa(int(code))] = reason
	}
	return table
}

func closeCodesText() string {
	b := []string{"Close codes 4000-4099: come back at once with since; 4100-4199: come back after signing in; 4200 and above: do not come back."}
	for _, code := range slices.Sorted(maps.Keys(closeReasons)) {
		b = append(b, strconv.Itoa(int(code))+": "+closeReasons[code]+".")
	}
	return strings.Join(b, " ")
}
