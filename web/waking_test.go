package web_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/web"
)

// pushBody is what a browser sends that wants to be woken.
func pushBody(endpoint, language string) string {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	body, err := json.Marshal(web.PushBody{Endpoint: endpoint, Language: language, Keys: web.PushKeysBody{
		P256dh: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), Auth: base64.RawURLEncoding.EncodeToString(make([]byte, 16))}})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// A browser is woken for what its key is for, in its language, and until it is
// taken back or the key is revoked.
func TestPushSubscriptions(t *testing.T) {
	w := newWorld(t, func(c *web.Config) { c.PushKey = "BPublic" })
	var key web.PushKeyAnswer
	w.get("team", "/api/v1/push/key").into(t, &key)
	if key.Key != "BPublic" {
		t.Errorf("key: %+v", key)
	}
	ids := map[string]string{}
	for role, want := range map[string]web.PushAnswer{
		"team":        {Teams: []string{"dos"}},
		"coordinator": {Alarms: true, Regions: []string{"KZ-39"}},
		"admin":       {Alarms: true},
	} {
		endpoint := "https://push.example.org/" + role
		r := w.do(role, "POST", "/api/v1/push/subscriptions", pushBody(endpoint, "ru"))
		var got web.PushAnswer
		r.into(t, &got)
		want.ID, ids[role] = got.ID, got.ID
		if r.status != http.StatusOK || got.ID != dispatch.PushSubscriptionID(endpoint) || encodeText(t, got) != encodeText(t, want) {
			t.Errorf("%s: %d %+v, want %+v", role, r.status, got, want)
		}
	}
	stored := func() map[string]dispatch.PushSubscription {
		t.Helper()
		all, err := w.store.PushSubscriptions(t.Context())
		must(t, err)
		byID := map[string]dispatch.PushSubscription{}
		for _, one := range all {
			byID[one.ID] = one
		}
		return byID
	}
	if all := stored(); len(all) != 3 || all[ids["team"]].Language != "ru" || all[ids["team"]].KeyID == "" {
		t.Errorf("stored: %+v", all)
	}
	w.do("team", "POST", "/api/v1/push/subscriptions", pushBody("https://push.example.org/team", "kk"))
	if all := stored(); len(all) != 3 || all[ids["team"]].Language != "kk" {
		t.Errorf("subscribed again: %+v", all)
	}
	if r := w.do("team", "DELETE", "/api/v1/push/subscriptions/"+ids["team"], ""); r.status != http.StatusNoContent || len(stored()) != 2 {
		t.Errorf("taken back: %d, %d are left", r.status, len(stored()))
	}
}

func encodeText(t *testing.T, value any) string {
	t.Helper()
	b, err := json.Marshal(value)
	must(t, err)
	return string(b)
}

// What could not be encrypted to is refused, and no value comes back.
func TestPushSubscriptionsAreChecked(t *testing.T) {
	w := newWorld(t, nil)
	good := pushBody("https://push.example.org/marker", "kk")
	for pointer, body := range map[string]string{
		"":             `[]`,
		"/endpoint":    strings.Replace(good, "https://", "http://", 1),
		"/keys/p256dh": strings.Replace(good, `"p256dh":"B`, `"p256dh":"A`, 1),
		"/keys/auth":   strings.Replace(good, `"auth":"AA`, `"auth":"`, 1),
		"/language":    strings.Replace(good, `"language":"kk"`, `"language":"tt"`, 1),
	} {
		r := w.do("team", "POST", "/api/v1/push/subscriptions", body)
		var p web.Problem
		r.into(t, &p)
		if r.status != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Pointer != pointer || strings.Contains(r.body, "marker") {
			t.Errorf("%q: %d %s", pointer, r.status, r.body)
		}
	}
}

// Coordinators are told and shown without their contacts.
func TestCoordinators(t *testing.T) {
	w := newWorld(t, nil)
	put := func(key, id, body string) reply { return w.do(key, "PUT", "/api/v1/coordinators/"+id, body) }
	contact := `"contacts":[{"channel":"webhook","address":"https://gateway.example.org/secretmarker"}]`
	if r := put("coordinator", "aigul", `{"name":"Айгүл","regions":["KZ-39"],"language":"kk",`+contact+`}`); r.status != http.StatusAccepted {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var answered web.CoordinatorsAnswer
	w.until("the coordinator is there", func() bool {
		r := w.get("admin", "/api/v1/coordinators")
		if strings.Contains(r.body, "secretmarker") {
			t.Fatal("a contact is shown")
		}
		r.into(t, &answered)
		return len(answered.Coordinators) == 1
	})
	if got, want := encodeText(t, answered.Coordinators[0]),
		encodeText(t, web.CoordinatorView{ID: "aigul", Name: "Айгүл", Regions: []string{"KZ-39"}, Language: "kk", Contacts: 1, OnDuty: true}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if r := put("other coordinator", "aigul", `{"regions":["KZ-59"]}`); r.status != http.StatusForbidden {
		t.Errorf("another region's coordinator is changed: %d", r.status)
	}
	for _, body := range []string{`{"regions":["KZ-39"],"contacts":[{"channel":"webhook","address":"ftp://x"}]}`, `{"regions":["KZ-99"]}`, `{"regions":["KZ-39"],"language":"tt"}`} {
		if r := put("admin", "x", body); r.status != http.StatusUnprocessableEntity || strings.Contains(r.body, "ftp") {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}
