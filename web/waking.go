package web

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/izdeu/izdeu/dispatch"
)

// pushesOfKey bounds the browsers that one key may subscribe.
const pushesOfKey = 1000

// endpointLimit bounds the address of a push service, in bytes.
const endpointLimit = 2048

func (s *Server) registerWaking() {
	register(s, operation{id: opListCoordinators, method: http.MethodGet, path: apiRoot + "/coordinators", tag: "waking",
		summary: "Coordinators, by id", about: "Without their contacts: those are for the program alone.",
		answers: map[int]any{200: CoordinatorsAnswer{}}, errors: []int{503}},
		func(ctx context.Context, _ *struct{}) (*answer, error) { return s.listCoordinators(ctx) })
	type toCoordinator struct {
		ID      string `path:"id" doc:"The coordinator's id"`
		RawBody []byte `contentType:"application/json"`
	}
	register(s, operation{id: opPutCoordinator, method: http.MethodPut, path: apiRoot + "/coordinators/{id}", tag: "waking",
		summary: "Add or change a coordinator",
		about: "Kafka has it once it is answered. The whole coordinator is replaced. A webhook is told of alarms in the coordinator's " +
			"regions: `izdeu key webhook ADDRESS` prints the secret that signs them; headers and signature are those of the Standard " +
			"Webhooks specification (Webhook-Id stays the same however often it is tried, Webhook-Timestamp, Webhook-Signature: " +
			"v1,BASE64(HMAC-SHA256(id.timestamp.body))).",
		request: CoordinatorBody{}, answers: map[int]any{202: AcceptedAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *toCoordinator) (*answer, error) {
			return s.putCoordinator(ctx, in.ID, in.RawBody)
		})

	register(s, operation{id: opPushKey, method: http.MethodGet, path: apiRoot + "/push/key", tag: "waking",
		summary: "The key that a browser subscribes to Web Push with (applicationServerKey)", answers: map[int]any{200: PushKeyAnswer{}}},
		func(context.Context, *struct{}) (*answer, error) {
			return answerJSON(http.StatusOK, PushKeyAnswer{Key: s.config.PushKey})
		})
	register(s, operation{id: opSubscribePush, method: http.MethodPost, path: apiRoot + "/push/subscriptions", tag: "waking",
		summary: "Wake this browser", about: "For calls to the key's teams, and for alarms in a coordinator's regions; until it is taken " +
			"back, the push service forgets the browser, or the key is revoked. The same again changes the language.",
		request: PushBody{}, answers: map[int]any{200: PushAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *bodyInput) (*answer, error) { return s.subscribe(ctx, in.RawBody) })
	type one struct {
		ID string `path:"id" doc:"As POST answered"`
	}
	register(s, operation{id: opUnsubscribePush, method: http.MethodDelete, path: apiRoot + "/push/subscriptions/{id}", tag: "waking",
		summary: "Wake this browser no more", answers: map[int]any{204: nil}, errors: []int{503}},
		func(ctx context.Context, in *one) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			// Who knows the id knows the endpoint that it is made of.
			if _, err := s.config.Store.DeletePushSubscription(ctx, in.ID); err != nil {
				return nil, storeError(err)
			}
			return &answer{Status: http.StatusNoContent}, nil
		})
}

// leads says whether the viewer may look after a coordinator of the regions;
// none means every region.
func (v *viewer) leads(regions []string) bool {
	return slices.ContainsFunc(v.roles, func(role Role) bool {
		switch rightsOf[role].manage {
		case everywhere:
			return true
		case ownRegions:
			return len(v.regions) == 0 || len(regions) > 0 && !slices.ContainsFunc(regions, func(region string) bool { return !v.inRegions(region) })
		}
		return false
	})
}

func (s *Server) coordinators(ctx context.Context) ([]*dispatch.Coordinator, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	all, err := s.config.Store.Coordinators(ctx)
	if err != nil {
		return nil, storeError(err)
	}
	return all, nil
}

func (s *Server) listCoordinators(ctx context.Context) (*answer, error) {
	all, err := s.coordinators(ctx)
	if err != nil {
		return nil, err
	}
	answered := CoordinatorsAnswer{Coordinators: []CoordinatorView{}}
	for _, one := range all {
		answered.Coordinators = append(answered.Coordinators, CoordinatorView{ID: one.ID, Name: one.Name, Regions: one.Regions,
			Language: one.Language, Contacts: len(one.Contacts), OnDuty: one.OnDuty(s.clock()), Duty: dutyView(one.Duty)})
	}
	return answerJSON(http.StatusOK, answered)
}

// putCoordinator needs the right for the regions before and after.
func (s *Server) putCoordinator(ctx context.Context, id string, body []byte) (*answer, error) {
	who := callerOf(ctx)
	o, err := readObject(body, "regions", "id")
	if err != nil {
		return nil, err
	}
	var regions []string
	if o["regions"] != nil && json.Unmarshal(o["regions"], &regions) != nil {
		return nil, invalidField("/regions", "is a list of ISO 3166-2 codes")
	}
	all, err := s.coordinators(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.ID == id && !who.leads(one.Regions) {
			return nil, problem(http.StatusForbidden, codeForbidden, "This coordinator is for regions that your key is not for.")
		}
	}
	if !who.leads(regions) {
		return nil, problem(http.StatusForbidden, codeForbidden, "Name regions that your key is for; without any, a coordinator is for all.")
	}
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	if _, err := s.config.Intake.RegisterCoordinator(ctx, id, o.bytes()); err != nil {
		return nil, err
	}
	return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: id})
}

// subscribe keeps a browser that wants to be woken, for what its key is for.
func (s *Server) subscribe(ctx context.Context, body []byte) (*answer, error) {
	who := callerOf(ctx)
	var sent PushBody
	if json.Unmarshal(body, &sent) != nil {
		return nil, invalidField("", "must be a JSON object with endpoint and keys, as PushSubscription.toJSON gives it")
	}
	subscription, err := readPush(&sent, s.config.PushPrivate)
	if err != nil {
		return nil, err
	}
	subscription.KeyID, subscription.CreatedAt = who.id, s.clock().UTC()
	subscription.Alarms = slices.ContainsFunc(who.roles, func(role Role) bool { return rightsOf[role].letters })
	if subscription.Alarms {
		subscription.Regions = who.regions
	}
	if slices.Contains(who.roles, RoleTeam) {
		subscription.Teams = who.teams
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	known, err := s.config.Store.PushSubscriptions(ctx)
	if err != nil {
		return nil, storeError(err)
	}
	n := 0
	for i := range known {
		if known[i].KeyID == who.id && known[i].ID != subscription.ID {
			n++
		}
	}
	if n >= pushesOfKey {
		return nil, problem(http.StatusUnprocessableEntity, dispatch.RefusedInvalid, "This key wakes as many browsers as it may; give people keys of their own.")
	}
	if err := s.config.Store.PutPushSubscription(ctx, *subscription); err != nil {
		return nil, storeError(err)
	}
	return answerJSON(http.StatusOK, PushAnswer{ID: subscription.ID, Teams: subscription.Teams, Alarms: subscription.Alarms, Regions: subscription.Regions})
}

// readPush checks what a browser sends: what could not be encrypted to is told
// now, and not when somebody has to be woken.
func readPush(sent *PushBody, private bool) (*dispatch.PushSubscription, error) {
	address, err := url.Parse(sent.Endpoint)
	if err != nil || address.Host == "" || len(sent.Endpoint) > endpointLimit ||
		address.Scheme != "https" && (address.Scheme != "http" || !private) {
		return nil, invalidField("/endpoint", "must be the https address that the browser gave")
	}
	point, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(sent.Keys.P256dh, "="))
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	if err != nil {
		return nil, invalidField("/keys/p256dh", "must be a public key of P-256, base64url")
	}
	if auth, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(sent.Keys.Auth, "=")); err != nil || len(auth) != 16 {
		return nil, invalidField("/keys/auth", "must be 16 bytes, base64url")
	}
	if sent.Language != "" && !slices.Contains(dispatch.Languages(), sent.Language) {
		return nil, invalidField("/language", "must be one of "+words(dispatch.Languages()))
	}
	return &dispatch.PushSubscription{ID: dispatch.PushSubscriptionID(sent.Endpoint), Endpoint: sent.Endpoint,
		P256dh: strings.TrimRight(sent.Keys.P256dh, "="), Auth: strings.TrimRight(sent.Keys.Auth, "="), Language: sent.Language}, nil
}

// CoordinatorsAnswer lists coordinators.
type CoordinatorsAnswer struct {
	Coordinators []CoordinatorView `json:"coordinators"`
}

// CoordinatorView is a coordinator without the contacts.
type CoordinatorView struct {
	ID       string    `json:"id"`
	Name     string    `json:"name,omitempty"`
	Regions  []string  `json:"regions,omitempty" doc:"Absent: every region"`
	Language string    `json:"language,omitempty"`
	Contacts int       `json:"contacts" doc:"How many ways there are to reach the coordinator"`
	OnDuty   bool      `json:"on_duty"`
	Duty     *DutyView `json:"duty,omitempty" doc:"Absent: always on duty"`
}

// dutyView shows a duty calendar; nil for none.
func dutyView(calendar *dispatch.DutyCalendar) *DutyView {
	if calendar == nil {
		return nil
	}
	view := &DutyView{}
	for _, shift := range calendar.Weekly {
		view.Weekly = append(view.Weekly, DutyShiftView{Days: shift.Days, From: shift.From.String(), To: shift.To.String()})
	}
	for _, exception := range calendar.Exceptions {
		view.Exceptions = append(view.Exceptions, DutyExceptionView(exception))
	}
	return view
}

// PushKeyAnswer is the public key of the installation.
type PushKeyAnswer struct {
	Key string `json:"key" doc:"base64url (RFC 8292)"`
}

// PushBody is a browser's PushSubscription.
type PushBody struct {
	Endpoint string       `json:"endpoint" doc:"https; of the browser's push service"`
	Keys     PushKeysBody `json:"keys"`
	Language string       `json:"language,omitempty" enum:"kk,ru,en"`
}

// PushKeysBody are the keys of a browser (RFC 8291).
type PushKeysBody struct {
	P256dh string `json:"p256dh" doc:"base64url"`
	Auth   string `json:"auth" doc:"base64url"`
}

// PushAnswer says what a browser is woken for.
type PushAnswer struct {
	ID      string   `json:"id" doc:"To take it back"`
	Teams   []string `json:"teams,omitempty" doc:"Calls to these teams"`
	Alarms  bool     `json:"alarms,omitempty" doc:"What needs a coordinator"`
	Regions []string `json:"regions,omitempty" doc:"Of the alarms; absent: all"`
}
