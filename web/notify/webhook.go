package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// Headers of a webhook, as in the Standard Webhooks specification 1.0.0: the
// signature is "v1," and the base64 of the HMAC-SHA256, with the secret of the
// address, over id "." timestamp "." body. The id is the delivery's and stays
// the same however often it is tried; the timestamp, in Unix seconds, is the
// attempt's. A receiver refuses a signature that does not fit and a timestamp
// that is more than five minutes off, and acts once on each id.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

// answerLimit is how much of an answer is read, in bytes.
const answerLimit = 64 << 10

// WebhookBody is what a gateway gets, as JSON. It holds nothing personal but
// the name of a place.
type WebhookBody struct {
	ID         string             `json:"id" doc:"Of the delivery: act on it once"`
	Type       dispatch.EventType `json:"type" doc:"What happened: an event, or dead_letter"`
	HappenedAt time.Time          `json:"happened_at"`
	Recipient  dispatch.Recipient `json:"recipient" doc:"Whom to tell"`
	Texts      map[string]string  `json:"texts" doc:"What to say, by language: kk, ru, en"`
	Case       *WebhookCase       `json:"case,omitempty"`
	TeamID     string             `json:"team_id,omitempty" doc:"The team that it is about"`
	AnswerBy   *time.Time         `json:"answer_by,omitempty" doc:"Of an offer"`
	DistanceM  float64            `json:"distance_m,omitempty" doc:"Of an offer; metres in a straight line"`
	Count      int                `json:"count,omitempty" doc:"How many alarms this one stands for; the case is the first one's"`
	URL        string             `json:"url,omitempty" doc:"The case on the board"`
}

// WebhookCase is the case as a gateway gets it.
type WebhookCase struct {
	ID       string           `json:"id"`
	Number   string           `json:"number"`
	Kind     dispatch.Kind    `json:"kind"`
	Urgency  dispatch.Urgency `json:"urgency"`
	Region   string           `json:"region,omitempty"`
	Place    string           `json:"place,omitempty"`
	Exercise bool             `json:"exercise,omitempty"`
}

// LoadSecret gives the installation's secret, made at the first start.
func LoadSecret(ctx context.Context, settings dispatch.Keys) ([]byte, error) {
	var fresh [32]byte
	_, _ = rand.Read(fresh[:]) // never fails since Go 1.24
	kept, err := settings.Setting(ctx, "webhook-secret", base64.StdEncoding.EncodeToString(fresh[:]))
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(kept)
	if err != nil || len(secret) < len(fresh) {
		return nil, errors.New("the setting webhook-secret is damaged")
	}
	return secret, nil
}

// WebhookSecret is the secret of an address, made from the installation's own,
// so that the owner of one gateway cannot speak for us to another. Its form is
// the specification's: "whsec_" and base64.
func WebhookSecret(installation []byte, address string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(addressSecret(installation, address))
}

func addressSecret(installation []byte, address string) []byte {
	mac := hmac.New(sha256.New, installation)
	mac.Write([]byte("webhook\x00" + address))
	return mac.Sum(nil)
}

// WebhookClient gives the client for webhooks. Redirects are not followed: the
// signature is for one address. Private addresses are allowed: gateways mostly
// stand beside the server, and only coordinators name them.
func WebhookClient() *http.Client {
	return &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone(), CheckRedirect: stay}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// bodyOf is the body of a webhook: the same for every attempt.
func (n *Notifier) bodyOf(d *dispatch.Delivery) ([]byte, error) {
	notice := &d.Notice
	body := WebhookBody{ID: d.ID, Type: notice.About, HappenedAt: notice.HappenedAt.UTC(), Recipient: notice.Recipient, Texts: map[string]string{},
		TeamID: notice.TeamID, DistanceM: notice.DistanceM, Count: notice.Count, URL: n.link(notice)}
	for _, language := range languages {
		words := textOf(notice, language)
		body.Texts[language] = words.Title + ". " + words.Body
	}
	if !notice.AnswerBy.IsZero() {
		by := notice.AnswerBy.UTC()
		body.AnswerBy = &by
	}
	if notice.CaseID != "" {
		body.Case = &WebhookCase{ID: notice.CaseID, Number: notice.Number, Kind: notice.Kind, Urgency: notice.Urgency,
			Region: notice.Region, Place: notice.Place, Exercise: notice.Exercise}
	}
	return json.Marshal(body)
}

// link is the address of a case on the board; empty without --public-url.
func (n *Notifier) link(notice *dispatch.Notice) string {
	if n.options.BoardURL == "" {
		return ""
	}
	return n.options.BoardURL + path(notice)
}

// path is where the board shows what a notice is about.
func path(notice *dispatch.Notice) string {
	switch {
	case notice.About == dispatch.AboutDeadLetter:
		return "/#/dead-letters"
	case notice.CaseID == "" || notice.Count > 1:
		return "/#/cases"
	}
	return "/#/case/" + url.PathEscape(notice.CaseID)
}

// signature signs a webhook.
func signature(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post makes one attempt at a webhook.
func (n *Notifier) post(ctx context.Context, d *dispatch.Delivery) (outcome, string, time.Duration) {
	address, err := url.Parse(d.Address)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return refused, "the address is no http or https URL", 0
	}
	body, err := n.bodyOf(d)
	if err != nil {
		return refused, err.Error(), 0
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Address, bytes.NewReader(body))
	if err != nil {
		return refused, "the address is no URL that can be asked", 0
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Izdeu")
	request.Header.Set(HeaderID, d.ID)
	request.Header.Set(HeaderTimestamp, timestamp)
	request.Header.Set(HeaderSignature, signature(addressSecret(n.options.Secret, d.Address), d.ID, timestamp, body))
	response, err := n.options.Webhooks.Do(request)
	if err != nil {
		return again, causeOf(err), 0
	}
	defer drain(response)
	return answered(response)
}

// causeOf leaves out the address, which may hold a secret.
func causeOf(err error) string {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return err.Error()
}

// drain lets the connection be used again.
func drain(response *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, answerLimit)) // nothing in it matters
	_ = response.Body.Close()
}
