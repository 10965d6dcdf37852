package notify

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/izdeu/izdeu/dispatch"
)

// PushKeys are the keys that name this installation to push services
// (RFC 8292), and whom a service may write to about it.
type PushKeys struct {
	Private, Public string // base64url
	Contact         string // an https address, or a mail address
}

// LoadPushKeys gives the installation's keys, made at the first start.
func LoadPushKeys(ctx context.Context, settings dispatch.Keys, contact string) (PushKeys, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return PushKeys{}, fmt.Errorf("making keys for Web Push: %w", err)
	}
	kept, err := settings.Setting(ctx, "push-keys", private+" "+public)
	if err != nil {
		return PushKeys{}, err
	}
	private, public, found := strings.Cut(kept, " ")
	if !found {
		return PushKeys{}, errors.New("the setting push-keys is damaged")
	}
	return PushKeys{Private: private, Public: public, Contact: strings.TrimPrefix(contact, "mailto:")}, nil
}

// PushClient gives the client for push services. Whoever has a key of a team
// names the address, so one of this machine or its network is not asked,
// unless the operator allows it.
func PushClient(private bool) *http.Client {
	dialer := &net.Dialer{Timeout: attemptTimeout}
	if !private {
		dialer.Control = publicOnly
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = dialer.DialContext
	if !private {
		transport.Proxy = nil // a proxy would dial for us
	}
	return &http.Client{Transport: transport, CheckRedirect: stay}
}

func publicOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return errors.New("the push service has an address of a private network; --push-private allows it")
	}
	return nil
}

// PushPayload is what the board's service worker gets and shows.
type PushPayload struct {
	ID    string `json:"id"` // of the delivery
	Title string `json:"title"`
	Body  string `json:"body"`
	Lang  string `json:"lang"`
	Tag   string `json:"tag"` // a newer one with the same tag takes its place on the screen
	URL   string `json:"url"` // on the board
}

// push makes one attempt at a browser.
func (n *Notifier) push(ctx context.Context, d *dispatch.Delivery) (outcome, string, time.Duration) {
	subscriptions, err := n.options.Store.PushSubscriptions(ctx)
	if err != nil {
		return again, "the subscription could not be read: " + err.Error(), 0
	}
	var to *dispatch.PushSubscription
	for i := range subscriptions {
		if subscriptions[i].ID == d.Address {
			to = &subscriptions[i]
		}
	}
	if to == nil {
		return superseded, "the subscription was taken back", 0
	}
	words := textOf(&d.Notice, d.Notice.Recipient.Language)
	tag := string(d.Notice.About) + " " + d.Notice.CaseID
	payload, err := json.Marshal(PushPayload{ID: d.ID, Title: words.Title, Body: words.Body, Lang: d.Notice.Recipient.Language, Tag: tag, URL: path(&d.Notice)})
	if err != nil {
		return refused, err.Error(), 0
	}
	urgency := webpush.UrgencyHigh
	if d.Notice.About == dispatch.EventWithdrawn {
		urgency = webpush.UrgencyNormal
	}
	topic := sha256.Sum256([]byte(tag))
	response, err := webpush.SendNotificationWithContext(ctx, payload,
		&webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth}},
		&webpush.Options{HTTPClient: n.options.Pushes, Subscriber: n.options.Push.Contact, VAPIDPublicKey: n.options.Push.Public,
			VAPIDPrivateKey: n.options.Push.Private, TTL: int(max(time.Until(d.Deadline), 0) / time.Second), Urgency: urgency,
			// An undelivered one is replaced by a newer one of the same case.
			Topic: base64.RawURLEncoding.EncodeToString(topic[:24])})
	if err != nil {
		return again, causeOf(err), 0
	}
	defer drain(response)
	switch response.StatusCode {
	case http.StatusNotFound, http.StatusGone: // RFC 8030, section 7.3: it has ended
		if _, err := n.options.Store.DeletePushSubscription(ctx, to.ID); err != nil {
			return again, "the subscription has ended and could not be deleted: " + err.Error(), 0
		}
		return refused, "the subscription has ended; it is deleted", 0
	case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
		return refused, fmt.Sprintf("the push service answers %d", response.StatusCode), 0
	}
	return answered(response)
}
