package web

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// Store is what this package reads. Both stores of dispatch implement it.
type Store interface {
	dispatch.Reader
	dispatch.Keys
	dispatch.PushSubscriptions
	dispatch.Photos
	dispatch.Erasure
}

// Intake takes messages into Kafka; package ingest implements it. It is
// strict: what is wrong comes back as *dispatch.Invalid with every field, or
// as *dispatch.Refusal. dispatch.ErrNoSpace and dispatch.ErrIntakeAway say
// that nothing was taken in.
type Intake interface {
	// FileApplication files an application for a system, which replaces what
	// the body says about it.
	FileApplication(ctx context.Context, system string, body []byte) (id string, identity dispatch.Identity, err error)
	// ReadDraft reads an application that is not finished, leaving out what is wrong.
	ReadDraft(body []byte) (*dispatch.Filing, error)
	// SendCommand sends a command for a case, given by actor.
	SendCommand(ctx context.Context, actor dispatch.Actor, caseID string, body []byte) (commandID string, identity dispatch.Identity, err error)
	RegisterTeam(ctx context.Context, id string, body []byte) (dispatch.Identity, error)
	SetAvailability(ctx context.Context, id string, body []byte) (dispatch.Identity, error)
	ReportPosition(ctx context.Context, id string, body []byte) error
	RegisterCoordinator(ctx context.Context, id string, body []byte) (dispatch.Identity, error)
	// ReadTeamTable reads a CSV of teams; nothing is sent.
	ReadTeamTable(places *dispatch.PlaceIndex, in io.Reader) (*dispatch.TeamTable, error)
	// ReadTeamList reads the list that a team keeps of its own work.
	ReadTeamList(in io.Reader) (*dispatch.TeamList, error)
	RegisterPlace(ctx context.Context, id string, body []byte) (dispatch.Identity, error)
	RemovePlace(ctx context.Context, id string) (dispatch.Identity, error)
	// Replay sends the record of a dead letter to its topic again.
	Replay(ctx context.Context, letter dispatch.DeadLetter) error
	// FileLetter files an application in place of a dead letter, as FileApplication does.
	FileLetter(ctx context.Context, letter int64, system string, body []byte) (id string, identity dispatch.Identity, err error)
	// SetAside takes a dead letter off the list of those that wait; it is kept.
	SetAside(ctx context.Context, letter int64) error
	// Ready is nil while Kafka takes records and the disk has room.
	Ready(ctx context.Context) error
}

// Config says what a Server is made of. Store, Feed, Intake and
// Statistics are required.
type Config struct {
	Store  Store
	Feed   *dispatch.Feed
	Intake Intake
	// Leads says whether this replica leads; nil where there is but one.
	Leads func() bool
	// Statistics is what GET /statistics counts: the projector's rows, and what
	// was signed of them.
	Statistics interface {
		dispatch.StatisticsStore
		dispatch.SignedMonths
	}

	// AdminKey is a key with every right that stands in no store
	// (IZDEU_ADMIN_KEY); empty for none.
	AdminKey string
	// SecureCookies marks the session cookie Secure although this server has no
	// TLS of its own: behind a proxy that has.
	SecureCookies bool

	// PushKey is the installation's public key of Web Push; see notify.LoadPushKeys.
	PushKey string
	// PushPrivate lets browsers name a push service that has no https.
	PushPrivate bool

	// Backups says how the scheduled backups are; nil: none are scheduled.
	Backups Backups

	DutyPhone    string         // shown wherever the program cannot help; empty: the one that was stored, else 112
	Basemap      Basemap        // the map under the board
	Rings        *geo.RingTable // distances of lost persons; nil: none are shown
	Demo         bool           // everything here is demo data
	Version      string
	Installation string
	KafkaPrefix  string // of the topics, for the AsyncAPI document; "izdeu." when empty
	PublicURL    string // https://host that phones reach this server by, without a slash at its end; empty: as the request came
	// Rules are dispatch's, by which drafts are compared with open cases.
	Rules dispatch.Settings
	// RosterLink is how long the link of a team's roster is good; 0: 24 hours.
	RosterLink time.Duration
	// PositionInterval is the shortest time between two frames about positions;
	// 0: 5 seconds.
	PositionInterval time.Duration
	UI               fs.FS // the built board; nil for the one in the program

	Log        *slog.Logger          // nil: nothing is logged
	Registerer prometheus.Registerer // nil: metrics are counted for nobody
	Gatherer   prometheus.Gatherer   // what GET /metrics shows; nil: nothing
	Clock      func() time.Time      // nil: time.Now
}

// Server answers HTTP. Handler is its whole surface; Run keeps what stands
// behind it alive.
type Server struct {
	config   Config
	log      *slog.Logger
	clock    func() time.Time
	keys     *keyring
	sessions *sessions
	links    *rosterLinks
	hub      *hub
	metrics  *metrics
	api      huma.API
	handler  http.Handler
	// strangers limits requests without a good key, all together.
	strangers *rate.Limiter
	signIns   *rate.Limiter // so that strangers do not keep people out
	pending   *pendingCommands
	readiness readiness
	places    placeBook
	office    atomic.Pointer[Office]
	drafts    *rate.Limiter // of comparing what is being typed
	documents documents

	liveLock sync.Mutex
	stopped  bool
	live     sync.WaitGroup
}

const (
	// strangersPerSecond bounds attempts without a good key: guessing 256 bits
	// is hopeless anyway, this keeps the log and the processor free.
	strangersPerSecond = 50
	strangersAtOnce    = 200
	// startLimitKeys bounds the reading of keys and the cookie secret at start.
	startLimitKeys = 10 * time.Second
)

// New makes a Server. It reads the secret of the session cookies and the keys
// from the store; without keys that can be read it starts with AdminKey alone,
// and reads the others as soon as it can.
func New(config Config) (*Server, error) {
	switch {
	case config.Store == nil:
		return nil, errors.New("web: Config.Store is missing")
	case config.Feed == nil:
		return nil, errors.New("web: Config.Feed is missing")
	case config.Intake == nil:
		return nil, errors.New("web: Config.Intake is missing")
	case config.Statistics == nil:
		return nil, errors.New("web: Config.Statistics is missing")
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.Registerer == nil {
		config.Registerer = prometheus.NewRegistry()
	}
	if config.Gatherer == nil {
		config.Gatherer = prometheus.NewRegistry()
	}
	if config.KafkaPrefix == "" {
		config.KafkaPrefix = "izdeu."
	}
	if config.Leads == nil {
		config.Leads = func() bool { return true }
	}
	if config.UI == nil {
		config.UI = boardFiles()
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimitKeys)
	defer cancel()
	signIn, err := newSessions(ctx, config.Store, config.Clock, config.SecureCookies)
	if err != nil {
		return nil, err
	}
	links, err := newRosterLinks(ctx, config.Store, config.Clock, config.RosterLink)
	if err != nil {
		return nil, err
	}
	s := &Server{
		config: config, log: config.Log, clock: config.Clock, sessions: signIn, links: links,
		keys:      newKeyring(config.Store, config.AdminKey),
		metrics:   newMetrics(config.Registerer),
		strangers: rate.NewLimiter(strangersPerSecond, strangersAtOnce),
		signIns:   rate.NewLimiter(strangersPerSecond, strangersAtOnce),
		pending:   newPendingCommands(),
		drafts:    rate.NewLimiter(likelyPerSecond, likelyAtOnce),
	}
	if err := s.readShared(ctx); err != nil {
		s.log.Warn("web: the API keys cannot be read yet", "error", err)
	}
	s.hub = newHub(config.Store, config.Feed, config.Log, config.Clock, s.metrics, config.Demo, config.PositionInterval)
	if s.handler, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler answers every request: the API, the live feed, the documents, the
// metrics and the board.
func (s *Server) Handler() http.Handler { return s.handler }

// HTTPServer gives a server for Handler with time-outs for every step. Who
// serves it shuts it down, and ends Run for the live sockets.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second, // a large board over a bad line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// SignInCode makes a code that signs a board in once, with every right. Whoever
// starts the program gets it beside the address.
func (s *Server) SignInCode() string { return s.sessions.newCode() }

// Run keeps the board, the live clients and the keys up to date until ctx
// ends. It returns when every live client has been closed and is gone.
func (s *Server) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.hub.run(ctx) })
	group.Go(func() { s.keepKeys(ctx) })
	group.Wait()
	s.liveLock.Lock()
	s.stopped = true
	s.liveLock.Unlock()
	s.live.Wait()
}

// beginLive counts a live client; false when the server is going away.
func (s *Server) beginLive() bool {
	s.liveLock.Lock()
	defer s.liveLock.Unlock()
	if s.stopped {
		return false
	}
	s.live.Add(1)
	return true
}

// readShared reads what any replica may have changed: keys, sessions that were
// signed out, the office.
func (s *Server) readShared(ctx context.Context) error {
	return errors.Join(s.keys.reload(ctx), s.sessions.share(ctx), s.readOffice(ctx))
}

func (s *Server) keepKeys(ctx context.Context) {
	tick := time.NewTicker(keysEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		reading, cancel := context.WithTimeout(ctx, startLimitKeys)
		err := s.readShared(reading)
		cancel()
		if err != nil && !failing && ctx.Err() == nil {
			s.log.Warn("web: the API keys cannot be read; those read before stay good", "error", err)
		}
		failing = err != nil
		s.recheck()
	}
}
