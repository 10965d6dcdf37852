package ingest

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// Prefix and suffix of our CloudEvents types: kz.izdeu.team.registered.v1.
const (
	typePrefix = "kz.izdeu."
	typeSuffix = ".v1"
)

// envelope is a message without its CloudEvent, with what the event said that counts.
type envelope struct {
	data      value
	eventType string    // without our prefix and version; empty for plain JSON
	eventTime time.Time // zero for plain JSON, and when it cannot be read
}

// unwrap takes the message out of a CloudEvent 1.0 in binary mode (attributes
// in ce_ headers) or structured mode (by content type, or an object with
// specversion and data); plain JSON is itself. Attributes that are wrong are
// ignored: what counts is in the data. Otherwise reason and detail say why not.
func unwrap(record *kafka.Message) (e envelope, reason, detail string) {
	var binary, structured bool
	for i := range record.Headers {
		switch header := &record.Headers[i]; {
		case strings.EqualFold(header.Key, "ce_specversion"), strings.EqualFold(header.Key, "ce_id"):
			binary = true
		case strings.EqualFold(header.Key, "ce_type"):
			e.eventType = shortType(string(header.Value))
		case strings.EqualFold(header.Key, "ce_time"):
			e.eventTime = eventTime(string(header.Value))
		case strings.EqualFold(header.Key, "content-type"):
			structured = strings.HasPrefix(strings.ToLower(string(header.Value)), "application/cloudevents")
		}
	}
	var ok bool
	if e.data, ok = parseValue(record.Value); !ok {
		return e, "not-json", "the value is not JSON"
	}
	if !e.data.isObject() {
		return e, "not-an-object", "the value is JSON, but no object"
	}
	if binary && !structured {
		return e, "", ""
	}
	e.eventType, e.eventTime = "", time.Time{}
	if !structured && !bytes.Contains(e.data, []byte(`"specversion"`)) {
		return e, "", ""
	}
	var version, kind, moment, data, encoded value
	e.data.eachMember(func(name []byte, member value) {
		switch string(name) {
		case "specversion":
			version = member
		case "type":
			kind = member
		case "time":
			moment = member
		case "data":
			data = member
		case "data_base64":
			encoded = member
		}
	})
	if !structured && (version == nil || data == nil && encoded == nil) {
		return e, "", ""
	}
	if text, ok := kind.text(); ok {
		e.eventType = shortType(text)
	}
	if text, ok := moment.text(); ok {
		e.eventTime = eventTime(text)
	}
	if data == nil && encoded != nil {
		text, _ := encoded.text()
		decoded, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return e, "not-json", "data_base64 of the CloudEvent is not base64"
		}
		if data, ok = parseValue(decoded); !ok {
			return e, "not-json", "data_base64 of the CloudEvent holds no JSON"
		}
	}
	if data == nil || data.isNull() {
		return e, "empty", "the CloudEvent has no data"
	}
	if !data.isObject() {
		return e, "not-an-object", "data of the CloudEvent is no JSON object"
	}
	e.data = data
	return e, "", ""
}

func shortType(text string) string {
	return strings.TrimSuffix(strings.TrimPrefix(text, typePrefix), typeSuffix)
}

func eventTime(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return milliseconds(moment)
}
