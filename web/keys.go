package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// keyPrefix makes a key easy to find where it should not be.
const keyPrefix = "izdeu_"

// The keys that stand in no store.
const (
	adminKeyID = "admin"   // IZDEU_ADMIN_KEY
	codeKeyID  = "console" // who signed in with a code that the program printed
)

const (
	// keysEvery is how often the keys are read again: a revoked key works at
	// most so much longer.
	keysEvery = 2 * time.Second
	// A key may ask so often: enough for a board of a call centre behind one
	// key, and too little to fill a disk in a hurry.
	requestsPerSecond = 200
	requestsAtOnce    = 400
)

// NewAPIKey makes a key of 256 random bits: the text to hand over, which is
// kept nowhere, and what to store. Roles must be known; regions are ISO 3166-2
// codes, none for all; a team key names its teams, a service key the systems
// that it files for, the first being its source.system.
func NewAPIKey(name string, roles, regions, teams, systems []string) (string, dispatch.APIKey, error) {
	if len(roles) == 0 {
		return "", dispatch.APIKey{}, fmt.Errorf("a key needs at least one role of %v", Roles())
	}
	for _, role := range roles {
		if !slices.Contains(Roles(), Role(role)) {
			return "", dispatch.APIKey{}, fmt.Errorf("there is no role %q: use %v", role, Roles())
		}
		if Role(role) == RoleTeam && len(teams) == 0 {
			return "", dispatch.APIKey{}, fmt.Errorf("a key with the role team needs the ids of its teams")
		}
		if Role(role) == RoleService && len(systems) == 0 {
			return "", dispatch.APIKey{}, fmt.Errorf("a key with the role service needs the systems that it files for")
		}
	}
	for _, region := range regions {
		if _, ok := geo.RegionByCode(region); !ok {
			return "", dispatch.APIKey{}, fmt.Errorf("there is no region %q: use an ISO 3166-2 code such as KZ-39", region)
		}
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails since Go 1.24
	plain := keyPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	return plain, dispatch.APIKey{ID: "k-" + randomText(9), Name: name, Hash: sha256.Sum256([]byte(plain)),
		Roles: roles, Regions: regions, Teams: teams, Systems: systems, CreatedAt: time.Now().UTC().Truncate(time.Millisecond)}, nil
}

// randomText gives URL-safe text of so many random bytes.
func randomText(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b)
}

// account is a key as it is kept in memory.
type account struct {
	id, name string
	*viewer
	limiter *rate.Limiter
}

func newAccount(key dispatch.APIKey) *account {
	roles := make([]Role, len(key.Roles))
	for i, role := range key.Roles {
		roles[i] = Role(role)
	}
	return &account{id: key.ID, name: key.Name, viewer: newViewer(roles, key.Regions, key.Teams, key.Systems),
		limiter: rate.NewLimiter(requestsPerSecond, requestsAtOnce)}
}

// keyring checks keys from memory, so that the intake works while the database
// is away: the keys that were read last stay good.
type keyring struct {
	store   dispatch.Keys
	builtIn map[string]*account
	admin   [sha256.Size]byte
	isAdmin bool

	mu     sync.RWMutex
	byHash map[[sha256.Size]byte]*account
	byID   map[string]*account
}

func newKeyring(store dispatch.Keys, adminKey string) *keyring {
	k := &keyring{store: store, builtIn: map[string]*account{}}
	console := newAccount(dispatch.APIKey{ID: codeKeyID, Name: "console", Roles: []string{string(RoleAdmin)}})
	k.builtIn[codeKeyID] = console
	if adminKey != "" {
		k.admin, k.isAdmin = sha256.Sum256([]byte(adminKey)), true
		k.builtIn[adminKeyID] = newAccount(dispatch.APIKey{ID: adminKeyID, Name: "admin", Roles: []string{string(RoleAdmin)}})
	}
	k.set(nil)
	return k
}

func (k *keyring) set(keys []dispatch.APIKey) {
	byHash := make(map[[sha256.Size]byte]*account, len(keys)+1)
	byID := make(map[string]*account, len(keys)+2)
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range keys {
		if !key.RevokedAt.IsZero() {
			continue
		}
		fresh := newAccount(key)
		// The limiter goes on where it was, and an unchanged account stays the
		// same one, which live sockets compare by.
		if old := k.byID[key.ID]; old != nil {
			if old.class == fresh.class && old.name == fresh.name {
				fresh = old
			} else {
				fresh.limiter = old.limiter
			}
		}
		byHash[key.Hash], byID[key.ID] = fresh, fresh
	}
	for id, one := range k.builtIn {
		byID[id] = one
	}
	if k.isAdmin {
		byHash[k.admin] = k.builtIn[adminKeyID]
	}
	k.byHash, k.byID = byHash, byID
}

// reload reads the keys again and keeps the old ones when that fails.
func (k *keyring) reload(ctx context.Context) error {
	keys, err := k.store.APIKeys(ctx)
	if err != nil {
		return err
	}
	k.set(keys)
	return nil
}

// byKey gives the account of a key in plain text, nil for none.
func (k *keyring) byKey(plain string) *account {
	hash := sha256.Sum256([]byte(strings.TrimSpace(plain)))
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.byHash[hash]
}

// all gives the accounts of all keys, in no order.
func (k *keyring) all() []*account {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return slices.Collect(maps.Values(k.byID))
}

// account gives the account of a key's id, nil for none.
func (k *keyring) account(id string) *account {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.byID[id]
}

// named gives the id of the key that has this id or, where it is the only one,
// this name, among those that suit.
func (k *keyring) named(text string, suits func(*account) bool) (id string, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if one := k.byID[text]; one != nil && suits(one) {
		return text, true
	}
	for _, one := range k.byID {
		if one.name != text || !suits(one) {
			continue
		}
		if ok {
			return "", false
		}
		id, ok = one.id, true
	}
	return id, ok
}
