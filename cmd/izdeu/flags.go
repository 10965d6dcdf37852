package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/izdeu/izdeu/dispatch"
)

const description = `Izdeu takes applications about missing people and emergencies in, offers each to the nearest rescue team, ` +
	`and shows every case live on a board until the person is found, still missing or deceased. ` +
	`It never replaces the duty services: in danger call 112.

izdeu serve --demo shows it with a day of invented cases.`

// commandLine is the whole command line; every flag has its IZDEU_ variable.
type commandLine struct {
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve serveCommand `cmd:"" help:"Run it; with no flags all is embedded."`
	Send  sendCommand  `cmd:"" help:"Send applications, teams, commands and positions from files into Kafka."`
	Key   keyCommand   `cmd:"" help:"Make, list and revoke the keys of the API."`
	User  userCommand  `cmd:"" help:"Get in again after an administrator's key was lost."`

	Address addressCommand `cmd:"" help:"Show how phones reach the board, with a QR code."`
	Health  healthCommand  `cmd:"" help:"Ask a running server whether it takes applications in."`
	Service serviceCommand `cmd:"" help:"Start with Windows, as a service."`

	Places placesCommand `cmd:"" help:"Look after the places that people file by name."`
	Teams  teamsCommand  `cmd:"" help:"Look after teams."`

	Verify verifyCommand `cmd:"" help:"Recount the stored data against the invariants, also while it is being served."`
	Bench  benchCommand  `cmd:"" help:"Load this machine with the program itself and print figures as JSON."`

	Backup  backupCommand  `cmd:"" help:"Make one file of everything, also while it is being served, or check one."`
	Restore restoreCommand `cmd:"" help:"Make an installation of a backup."`
	Migrate migrateCommand `cmd:"" help:"Take an installation from the embedded database to PostgreSQL."`
}

// Default data directories.
const (
	defaultData     = "./izdeu-data"
	defaultDemoData = "./izdeu-demo"
)

// serveCommand holds the settings of the server.
type serveCommand struct {
	Data      string `env:"IZDEU_DATA" placeholder:"DIR" help:"Where everything is kept: the database, the embedded broker, the addresses. Default ./izdeu-data, with --demo ./izdeu-demo."`
	Demo      bool   `env:"IZDEU_DEMO" help:"Play the Kostanay teams and a day of invented cases, in a data directory of its own."`
	Listen    string `env:"IZDEU_LISTEN" placeholder:"HOST:PORT" help:"Where the board and the API answer. Default 127.0.0.1:8080, with --tls-domain :443. Port 0 takes a free one."`
	PublicURL string `env:"IZDEU_PUBLIC_URL" placeholder:"URL" help:"Where phones reach this server, such as https://izdeu.example.org: for the links that members of a team answer by. Without it, the address that the lead's request came to."`
	DutyPhone string `env:"IZDEU_DUTY_PHONE" placeholder:"PHONE" help:"Shown wherever the program cannot help; default: the one that an administrator has set on the board, else 112."`
	LogLevel  string `env:"IZDEU_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error (${default})."`

	TLS           tlsFlags `embed:"" prefix:"tls-" group:"HTTPS:"`
	SecureCookies bool     `env:"IZDEU_SECURE_COOKIES" help:"Send the session cookie over HTTPS only: for a server behind a proxy with a certificate." group:"HTTPS:"`

	Database string      `env:"IZDEU_DATABASE" placeholder:"URL" help:"Your own PostgreSQL, 15 or later: postgres://USER@HOST:5432/DATABASE. The password may stand in PGPASSWORD. Several servers on one such database and one --kafka are replicas: one leads, all answer. Without it the embedded database is used." group:"Your own database, and backups:"`
	Backup   backupFlags `embed:"" group:"Your own database, and backups:"`

	Kafka        string      `env:"IZDEU_KAFKA" placeholder:"HOST:PORT,…" help:"Brokers of your own Kafka. Without it the embedded broker runs." group:"Kafka:"`
	KafkaAccess  kafkaAccess `embed:"" group:"Kafka:"`
	KafkaPrefix  string      `env:"IZDEU_KAFKA_PREFIX" default:"izdeu." placeholder:"PREFIX" help:"Begins the name of every topic (${default})." group:"Kafka:"`
	KafkaListen  string      `env:"IZDEU_KAFKA_LISTEN" default:"127.0.0.1:9092" placeholder:"HOST:PORT" help:"Where the embedded broker answers (${default}). Whoever reaches it is trusted as an administrator. Port 0 takes a free one." group:"Kafka:"`
	KafkaHost    string      `name:"kafka-advertise" env:"IZDEU_KAFKA_ADVERTISE" placeholder:"HOST[:PORT]" help:"What the embedded broker tells outside producers to connect to, where that is not --kafka-listen." group:"Kafka:"`
	DiskFloorMiB uint64      `name:"disk-floor-mib" env:"IZDEU_DISK_FLOOR_MIB" default:"512" placeholder:"MIB" help:"Take nothing in while less is free on the disk of the embedded broker (${default})." group:"Kafka:"`

	OfferTimeout    map[string]string `env:"IZDEU_OFFER_TIMEOUT" mapsep:"," placeholder:"URGENCY=TIME,…" help:"How long a team has to answer: life_threatening=60s,urgent=3m,routine=10m unless you say otherwise." group:"Asking teams:"`
	OpenCall        int               `env:"IZDEU_OPEN_CALL" default:"3" placeholder:"TEAMS" help:"How many teams are asked at once for a life-threatening search (${default})." group:"Asking teams:"`
	PositionFresh   time.Duration     `env:"IZDEU_POSITION_FRESH" default:"30m" placeholder:"TIME" help:"How old a team's position may be to be used instead of its base (${default}); an older one is named beside the choice." group:"Asking teams:"`
	Rest            time.Duration     `env:"IZDEU_REST" default:"0s" placeholder:"TIME" help:"How long a crew is not asked again after it has come home from a case, such as 8h (${default}: it does not rest)." group:"Asking teams:"`
	CheckIn         time.Duration     `env:"IZDEU_CHECK_IN" default:"0" placeholder:"TIME" help:"How often a team on a case has to check in, unless the case says otherwise; a whole number of minutes, 0 for never (${default})." group:"Asking teams:"`
	RosterLink      time.Duration     `env:"IZDEU_ROSTER_LINK" default:"24h" placeholder:"TIME" help:"How long the link of a team's roster is good (${default}); a lead can ask for a fresh one at any time." group:"Asking teams:"`
	Travel          map[string]string `env:"IZDEU_TRAVEL" mapsep:"," placeholder:"TRANSPORT=DETOURxKMH,…" help:"How teams travel: detour factor and km/h by transport, such as car=1.3x60. Assumptions until 20 trips of this installation replace them: on_foot=1.2x5,car=1.3x60,offroad=1.3x40,snowmobile=1.2x30,boat=1.2x20,helicopter=1x180." group:"Asking teams:"`
	TravelRange     float64           `env:"IZDEU_TRAVEL_RANGE" default:"1.5" placeholder:"FACTOR" help:"How far travel may be off, until trips tell: between 1/FACTOR and FACTOR times what is expected (${default}; an assumption)." group:"Asking teams:"`
	PreemptionGain  time.Duration     `env:"IZDEU_PREEMPTION_GAIN" default:"30m" placeholder:"TIME" help:"How much sooner than who is asked already a team has to be there, to be proposed for being taken from something routine (${default}; an assumption)." group:"Asking teams:"`
	PreemptionWait  time.Duration     `env:"IZDEU_PREEMPTION_WAIT" default:"1h" placeholder:"TIME" help:"The same where nobody is asked: how soon one of the other teams is taken to come free (${default}; an assumption)." group:"Asking teams:"`
	UrgencyWeight   map[string]int64  `env:"IZDEU_URGENCY_WEIGHT" mapsep:"," placeholder:"URGENCY=N,…" help:"What an hour of waiting or travel counts when free teams are matched with what waits: life_threatening=9,urgent=3,routine=1 unless you say otherwise (assumptions)." group:"Asking teams:"`
	WaitingHorizon  time.Duration     `env:"IZDEU_WAITING_HORIZON" default:"24h" placeholder:"TIME" help:"How long a case that gets no team is taken to wait on: the longer, the stricter the order of urgency (${default}; an assumption)." group:"Asking teams:"`
	WaitingPatience time.Duration     `env:"IZDEU_WAITING_PATIENCE" default:"336h" placeholder:"TIME" help:"The shorter, the sooner what has waited long comes before what is near or more urgent (${default}; an assumption)." group:"Asking teams:"`

	DuplicateWindow     time.Duration `env:"IZDEU_DUPLICATE_WINDOW" default:"24h" placeholder:"TIME" help:"How long after a case was opened an application may still be about it (${default}; an assumption). 0: never joined or proposed." group:"Applications about the same:"`
	DuplicateDistanceKM float64       `name:"duplicate-distance-km" env:"IZDEU_DUPLICATE_DISTANCE_KM" default:"10" placeholder:"KM" help:"How far apart the places of one search may be in two applications (${default}; an assumption)." group:"Applications about the same:"`
	DuplicateAgeYears   int           `env:"IZDEU_DUPLICATE_AGE_YEARS" default:"1" placeholder:"YEARS" help:"How far the ages said of one person may be apart (${default}; an assumption)." group:"Applications about the same:"`

	Basemap   string `env:"IZDEU_BASEMAP" default:"builtin" placeholder:"MAP" help:"The map under the board: builtin, pmtiles:FILE, raster:URL-TEMPLATE with {z}, {x} and {y}, or vector:STYLE-URL (${default}, which needs no internet)." group:"The map:"`
	BasemapBy string `name:"basemap-attribution" env:"IZDEU_BASEMAP_ATTRIBUTION" placeholder:"TEXT" help:"Whose map --basemap is, as its licence asks; shown on the map." group:"The map:"`
	Rings     string `env:"IZDEU_RINGS" default:"published" placeholder:"TABLE" help:"How far from the last known point people of a category were found: published (of other countries, shown with their source), off, or a JSON file of your own with source and licence, as geo/rings/published.json (${default})." group:"The map:"`

	AlarmWindow time.Duration `env:"IZDEU_ALARM_WINDOW" default:"60s" placeholder:"TIME" help:"Alarms of one kind to one coordinator: the first goes at once, those of so long a time after it as one (${default})." group:"Waking people:"`
	PushContact string        `env:"IZDEU_PUSH_CONTACT" default:"postmaster@localhost" placeholder:"MAIL|URL" help:"Whom a push service may write to about this installation: a mail or https address (${default}, which Apple's does not take)." group:"Waking people:"`
	PushPrivate bool          `env:"IZDEU_PUSH_PRIVATE" help:"Let browsers name a push service on this machine or its network: for one of your own." group:"Waking people:"`
}

// Help shows examples below the flags.
func (serveCommand) Help() string {
	return `With no flags everything is embedded: a Kafka broker, a database, the board. The addresses stand on the output, and the board's has a code that signs in once.

IZDEU_ADMIN_KEY, when set, is a key with every right; IZDEU_ADMIN_KEY_FILE names a file that holds it. Without either the first start makes one and prints it once; izdeu user reset replaces a lost one.

Examples:
  izdeu serve                                      the board at http://127.0.0.1:8080
  izdeu serve --demo                               the same with invented cases
  izdeu serve --tls-domain izdeu.example.org       for others too, over HTTPS, with a certificate that it gets and renews itself
  izdeu serve --listen 0.0.0.0:8443 --tls-certificate board.pem --tls-key board.key    the same with a certificate of your own
  izdeu serve --kafka kafka-1:9092,kafka-2:9092    with your own Kafka
  izdeu serve --kafka kafka-1:9092 --database postgres://izdeu@db/izdeu
                                                   with your own database, too; start several for replicas
  izdeu serve --backup-to /mnt/backups             with a backup on another disk every 24 hours
  IZDEU_DATA=/var/lib/izdeu izdeu serve            every flag has its variable

SIGTERM or Ctrl-C ends it within 10 seconds, with nothing lost.`
}

// directory gives the data directory.
func (c *serveCommand) directory() string {
	switch {
	case c.Data != "":
		return c.Data
	case c.Demo:
		return defaultDemoData
	}
	return defaultData
}

// usageError is a value of a flag that cannot be used.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func misused(format string, arguments ...any) error {
	return &usageError{fmt.Sprintf(format, arguments...)}
}

// settings gives the rules of dispatch that an operator may choose.
func (c *serveCommand) settings() (dispatch.Settings, error) {
	settings := dispatch.DefaultSettings()
	for name, text := range c.OfferTimeout {
		urgency := dispatch.Urgency(strings.TrimSpace(name))
		if !slices.Contains(dispatch.Urgencies(), urgency) {
			return settings, misused("--offer-timeout: there is no urgency %q; use life_threatening, urgent and routine", name)
		}
		timeout, err := time.ParseDuration(strings.TrimSpace(text))
		if err != nil || timeout < time.Second || timeout > 24*time.Hour {
			return settings, misused("--offer-timeout: %s=%s is no time between 1s and 24h, such as 60s or 3m", name, text)
		}
		settings.OfferTimeout[urgency] = timeout
	}
	if c.OpenCall < 1 || c.OpenCall > 100 {
		return settings, misused("--open-call: %d is no number of teams from 1 to 100", c.OpenCall)
	}
	settings.OpenCall = c.OpenCall
	for name, text := range c.Travel {
		transport := dispatch.Transport(strings.TrimSpace(name))
		if !slices.Contains(dispatch.Transports(), transport) {
			return settings, misused("--travel: there is no transport %q; use on_foot, car, offroad, snowmobile, boat and helicopter", name)
		}
		detour, speed, found := strings.Cut(strings.TrimSpace(text), "x")
		factor, wrongFactor := strconv.ParseFloat(detour, 64)
		kmh, wrongSpeed := strconv.ParseFloat(speed, 64)
		if !found || wrongFactor != nil || wrongSpeed != nil || !(factor >= 1 && factor <= 10) || !(kmh >= 1 && kmh <= 1000) {
			return settings, misused("--travel: %s=%s is no detour factor of 1 to 10 and speed of 1 to 1000 km/h, such as 1.3x60", name, text)
		}
		settings.Travel[transport] = dispatch.TransportAssumption{DetourFactor: factor, SpeedKMH: kmh}
	}
	if !(c.TravelRange >= 1 && c.TravelRange <= 10) {
		return settings, misused("--travel-range: %v is no factor of 1 to 10", c.TravelRange)
	}
	settings.TravelRange = c.TravelRange
	switch {
	case c.DuplicateWindow < 0 || c.DuplicateWindow > 30*24*time.Hour:
		return settings, misused("--duplicate-window: %v is no time between 0 and 720h, such as 24h", c.DuplicateWindow)
	case !(c.DuplicateDistanceKM >= 0 && c.DuplicateDistanceKM <= 1000):
		return settings, misused("--duplicate-distance-km: %v is no distance of 0 to 1000 km", c.DuplicateDistanceKM)
	case c.DuplicateAgeYears < 0 || c.DuplicateAgeYears > 20:
		return settings, misused("--duplicate-age-years: %v is no number of years from 0 to 20", c.DuplicateAgeYears)
	}
	settings.DuplicateWindow, settings.DuplicateDistanceM = c.DuplicateWindow, c.DuplicateDistanceKM*1000
	settings.DuplicateAgeYears = c.DuplicateAgeYears
	if err := c.matching(&settings); err != nil {
		return settings, err
	}
	if c.PositionFresh < time.Second || c.PositionFresh > 24*time.Hour {
		return settings, misused("--position-fresh: %s is no time between 1s and 24h, such as 30m", c.PositionFresh)
	}
	settings.PositionFresh = c.PositionFresh
	if c.Rest < 0 || c.Rest > 7*24*time.Hour {
		return settings, misused("--rest: %s is no time between 0s and 168h, such as 8h", c.Rest)
	}
	settings.Rest = c.Rest
	if c.CheckIn < 0 || c.CheckIn > 24*time.Hour || c.CheckIn%time.Minute != 0 {
		return settings, misused("--check-in: %s is no whole number of minutes up to 24h; use 30m, or 0 for never", c.CheckIn)
	}
	settings.CheckIn = c.CheckIn
	return settings, nil
}

// matching sets how teams are matched with what waits.
func (c *serveCommand) matching(settings *dispatch.Settings) error {
	for name, weight := range c.UrgencyWeight {
		urgency := dispatch.Urgency(strings.TrimSpace(name))
		if !slices.Contains(dispatch.Urgencies(), urgency) || weight < 1 || weight > 1000 {
			return misused("--urgency-weight: %s=%d is no weight of 1 to 1000 for life_threatening, urgent or routine", name, weight)
		}
		settings.UrgencyWeight[urgency] = weight
	}
	for _, one := range []struct {
		flag string
		said time.Duration
		set  *time.Duration
	}{{"--waiting-horizon", c.WaitingHorizon, &settings.WaitingHorizon}, {"--waiting-patience", c.WaitingPatience, &settings.WaitingPatience},
		{"--preemption-gain", c.PreemptionGain, &settings.PreemptionGain}, {"--preemption-wait", c.PreemptionWait, &settings.PreemptionWait}} {
		if one.said < time.Minute || one.said > 365*24*time.Hour {
			return misused("%s: %s is no time between 1m and 8760h, such as 30m", one.flag, one.said)
		}
		*one.set = one.said
	}
	return nil
}

// check refuses what this release cannot do.
func (c *serveCommand) check() error {
	if err := c.Backup.check(); err != nil {
		return err
	}
	public, err := url.Parse(c.PublicURL)
	switch {
	case err != nil, c.PublicURL != "" && (public.Host == "" || public.Scheme != "https" && public.Scheme != "http" || public.Path != "" || public.RawQuery != "" || public.Fragment != ""):
		return misused("--public-url: give a scheme and a host alone, such as https://izdeu.example.org")
	case c.RosterLink < time.Minute || c.RosterLink > 30*24*time.Hour:
		return misused("--roster-link: give a time between 1m and 720h, such as 24h")
	case c.Database != "" && checkDatabase(c.Database) != nil:
		return checkDatabase(c.Database)
	case c.Database != "" && c.Demo:
		return misused("--demo keeps its invented cases in a database of its own: leave --database out")
	case c.Kafka == "" && c.KafkaAccess.given():
		return misused("--kafka-tls, --kafka-user and their like are for a Kafka of your own: name its brokers with --kafka")
	case c.AlarmWindow < 0:
		return misused("--alarm-window: a time such as 60s, or 0 to tell each alarm by itself")
	}
	return c.TLS.check()
}
