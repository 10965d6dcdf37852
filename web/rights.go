package web

import (
	"slices"

	"github.com/izdeu/izdeu/dispatch"
)

// Role is what a key is for.
type Role string

// Roles of API keys.
const (
	RoleAdmin       Role = "admin"
	RoleCoordinator Role = "coordinator" // leads searches, in its regions
	RoleTeam        Role = "team"        // answers for its own teams
	RoleService     Role = "service"     // 102, 112, partners: files and follows its own
	RoleOffice      Role = "office"      // a regional office: reads, in its regions
	RoleObserver    Role = "observer"    // reads without personal data, in its regions
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleAdmin, RoleCoordinator, RoleTeam, RoleService, RoleOffice, RoleObserver}
}

// Operation is something that the API can do; the operation ids of the OpenAPI
// document are these.
type Operation string

// Operations of the API.
const (
	opSignIn           Operation = "sign-in"
	opWhoAmI           Operation = "who-am-i"
	opSignOut          Operation = "sign-out"
	opInfo             Operation = "info"
	opRegions          Operation = "regions"
	opBasemap          Operation = "basemap"
	opRings            Operation = "rings"
	opFileApplication  Operation = "file-application"
	opGetApplication   Operation = "get-application"
	opListCases        Operation = "list-cases"
	opGetCase          Operation = "get-case"
	opExportCases      Operation = "export-cases"
	opGetTimeline      Operation = "get-timeline"
	opGetCandidates    Operation = "get-candidates"
	opGetCallOut       Operation = "get-call-out"
	opGetTracks        Operation = "get-tracks"
	opGetPhoto         Operation = "get-photo"
	opPutPhoto         Operation = "put-photo"
	opErasePhotos      Operation = "erase-photos"
	opEraseTracks      Operation = "erase-tracks"
	opListOwners       Operation = "list-owners"
	opListAllOwners    Operation = "list-all-owners"
	opSendCommand      Operation = "send-command"
	opGetCommand       Operation = "get-command"
	opListDeadLetters  Operation = "list-dead-letters"
	opReplayDeadLetter Operation = "replay-dead-letter"
	opGetDeadLetter    Operation = "get-dead-letter"
	opFileDeadLetter   Operation = "file-dead-letter"
	opSetAsideLetter   Operation = "set-aside-dead-letter"
	opListTeams        Operation = "list-teams"
	opPutTeam          Operation = "put-team"
	opReportPosition   Operation = "report-position"
	opSetAvailability  Operation = "set-availability"
	opGetBoard         Operation = "get-board"
	opListCoordinators Operation = "list-coordinators"
	opPutCoordinator   Operation = "put-coordinator"
	opPutOffice        Operation = "put-office"
	opReadTeamTable    Operation = "read-team-table"
	opFindLikely       Operation = "find-likely"
	opSearchPlaces     Operation = "search-places"
	opListPlaces       Operation = "list-places"
	opPutPlace         Operation = "put-place"
	opRemovePlace      Operation = "remove-place"
	opPushKey          Operation = "push-key"
	opSubscribePush    Operation = "subscribe-push"
	opUnsubscribePush  Operation = "unsubscribe-push"
	opGetStatistics    Operation = "get-statistics"
	opGetBalance       Operation = "get-balance"
	opGetSignedMonths  Operation = "get-signed-months"
	opSignMonth        Operation = "sign-month"
	opCompareList      Operation = "compare-list"
	opGetBackups       Operation = "get-backups"
	opLive             Operation = "live"
	opMetrics          Operation = "metrics"
	opOpenAPI          Operation = "openapi"
	opAsyncAPI         Operation = "asyncapi"
	opHealth           Operation = "health"
	opReady            Operation = "ready"
)

// openOperations need no key: they tell nothing about anybody.
var openOperations = []Operation{opSignIn, opInfo, opRegions, opHealth, opReady}

// everybodys operations are allowed to every key.
var everybodysOperations = []Operation{opWhoAmI, opSignOut, opBasemap, opRings, opOpenAPI, opAsyncAPI}

// reach says which cases or teams a right is about.
type reach uint8

const (
	nowhere    reach = iota
	ownSystems       // cases with an application of the key's own systems
	ownTeams         // cases that the key's teams were asked for; the teams themselves
	ownRegions       // cases with one of the key's regions among theirs; teams based there
	// ownRegionsAndNone: the same, and cases whose place is not known yet. They
	// are nobody's region's, and somebody has to look at them.
	ownRegionsAndNone
	everywhere
)

// teamSight says what is seen of teams.
type teamSight uint8

const (
	noTeams       teamSight = iota
	teamBases               // every team with its base; positions of the key's own teams only
	teamPositions           // every team with its newest position
)

// commandRight says how a command may be given.
type commandRight struct {
	ownTeam   bool               // only for one of the key's own teams
	ownLog    bool               // of a note: not in the log of another team
	counted   bool               // of assignment.returned: not with a reason why fewer are back than went
	committed bool               // only while one of them is on the case
	outcomes  []dispatch.Outcome // of case.outcome; nil: every one
	audiences []dispatch.Audience
	points    []dispatch.PointKind // of case.point; nil: every kind
}

// rights is what a role may do and see.
type rights struct {
	cases reach
	teams teamSight
	// manage says which teams may be registered, moved and set available.
	manage reach

	personal    bool // names, descriptions, health, exact places, the words of answers
	reporter    bool // who called, with the phone number
	sealed      bool // outcomes that the family does not know yet, and sealed notes
	assignments bool // which teams were asked and how they stand
	actors      bool // who gave which command
	letters     bool // how many dead letters wait
	duplicates  bool // which cases may be the same
	// needToKnow narrows personal and reporter to the time in which one of the
	// key's teams is wanted on the case.
	needToKnow bool
	// rosters says whose members are seen by name: of every team on the case,
	// or of the key's own.
	rosters reach
	// ownApplications narrows a case to the applications of the key's own
	// systems; where others filed too, personal data stays out.
	ownApplications bool

	audiences  []dispatch.Audience // of the notes that are seen
	operations []Operation
	commands   map[dispatch.CommandType]commandRight // nil: every command
}

var readOperations = []Operation{opGetApplication, opListCases, opExportCases, opGetCase, opGetTimeline, opListTeams, opGetBoard, opLive, opGetStatistics, opGetBalance, opGetSignedMonths}

// rightsOf is the one table of what each role may do and see. Every query,
// every view, every count and every live subscription is made through it.
var rightsOf = map[Role]rights{
	RoleAdmin: {
		cases: everywhere, teams: teamPositions, manage: everywhere,
		personal: true, reporter: true, sealed: true, assignments: true, actors: true, letters: true, duplicates: true, rosters: everywhere,
		audiences: dispatch.Audiences(),
		operations: with(readOperations, opGetCandidates, opListOwners, opListAllOwners, opGetTracks, opGetPhoto, opPutPhoto, opFileApplication, opFindLikely, opSendCommand, opGetCommand, opGetCallOut,
			opListDeadLetters, opReplayDeadLetter, opCompareList, opGetBackups, opGetDeadLetter, opFileDeadLetter, opSetAsideLetter, opPutTeam, opReportPosition, opSetAvailability,
			opListCoordinators, opPutCoordinator, opSearchPlaces, opListPlaces, opPutPlace, opRemovePlace, opReadTeamTable, opPutOffice, opSignMonth, opErasePhotos, opEraseTracks,
			opPushKey, opSubscribePush, opUnsubscribePush, opMetrics),
	},
	RoleCoordinator: {
		cases: ownRegionsAndNone, teams: teamPositions, manage: ownRegions,
		personal: true, reporter: true, sealed: true, assignments: true, actors: true, letters: true, duplicates: true, rosters: everywhere,
		audiences: dispatch.Audiences(),
		operations: with(readOperations, opGetCandidates, opListOwners, opListAllOwners, opGetTracks, opGetPhoto, opPutPhoto, opFileApplication, opFindLikely, opSendCommand, opGetCommand, opGetCallOut,
			opListDeadLetters, opReplayDeadLetter, opCompareList, opGetBackups, opGetDeadLetter, opFileDeadLetter, opSetAsideLetter, opPutTeam, opReportPosition, opSetAvailability,
			opListCoordinators, opPutCoordinator, opSearchPlaces, opListPlaces, opPutPlace, opRemovePlace, opReadTeamTable,
			opPushKey, opSubscribePush, opUnsubscribePush),
	},
	RoleTeam: {
		cases: ownTeams, teams: teamBases, manage: ownTeams,
		personal: true, reporter: true, needToKnow: true, assignments: true, rosters: ownTeams,
		audiences: []dispatch.Audience{dispatch.AudienceTeam},
		operations: []Operation{opGetApplication, opListCases, opExportCases, opGetCase, opGetTimeline, opGetTracks, opGetPhoto, opPutPhoto, opListTeams, opGetBoard, opLive,
			opFileApplication, opFindLikely, opSearchPlaces, opSendCommand, opGetCommand, opGetCallOut, opReportPosition, opSetAvailability,
			opPushKey, opSubscribePush, opUnsubscribePush},
		commands: map[dispatch.CommandType]commandRight{
			dispatch.CommandAccept:       {ownTeam: true},
			dispatch.CommandDecline:      {ownTeam: true},
			dispatch.CommandEnRoute:      {ownTeam: true},
			dispatch.CommandOnScene:      {ownTeam: true},
			dispatch.CommandStandDownAck: {ownTeam: true},
			dispatch.CommandRosterAnswer: {ownTeam: true}, // for a member without a phone
			dispatch.CommandReturned:     {ownTeam: true, counted: true},
			dispatch.CommandCheckIn:      {ownTeam: true},
			// A death is recorded by a coordinator; no signs of life is a
			// condition of found, and withheld.
			dispatch.CommandOutcome: {committed: true, outcomes: []dispatch.Outcome{dispatch.OutcomeFound, dispatch.OutcomeClosed}},
			// Where somebody lives is for those who have spoken with the family.
			dispatch.CommandPoint: {committed: true, points: []dispatch.PointKind{dispatch.PointStaging, dispatch.PointClue, dispatch.PointHazard}},
			dispatch.CommandNote:  {committed: true, ownLog: true, audiences: []dispatch.Audience{dispatch.AudienceTeam, dispatch.AudienceCoordination}},
		},
	},
	RoleService: {
		cases: ownSystems, personal: true, reporter: true, ownApplications: true,
		operations: []Operation{opFileApplication, opFindLikely, opSearchPlaces, opGetApplication, opListCases, opExportCases, opGetCase, opGetTimeline, opGetBoard, opLive},
		commands:   map[dispatch.CommandType]commandRight{},
	},
	RoleOffice: {
		cases: ownRegions, teams: teamPositions,
		personal: true, reporter: true, assignments: true, actors: true, rosters: everywhere,
		audiences:  []dispatch.Audience{dispatch.AudienceTeam, dispatch.AudienceCoordination},
		operations: with(readOperations, opGetCandidates, opListOwners, opListAllOwners, opGetTracks, opGetPhoto, opFileApplication, opFindLikely, opSearchPlaces, opSendCommand, opGetCommand, opSignMonth, opCompareList),
		commands: map[dispatch.CommandType]commandRight{
			dispatch.CommandNote: {audiences: []dispatch.Audience{dispatch.AudienceCoordination}},
		},
	},
	RoleObserver: {
		cases: ownRegions, teams: teamBases, assignments: true,
		operations: with(readOperations, opMetrics),
		commands:   map[dispatch.CommandType]commandRight{},
	},
}

func with(operations []Operation, more ...Operation) []Operation {
	return append(slices.Clone(operations), more...)
}

// sight is what a viewer sees of one case.
type sight struct {
	visible         bool
	personal        bool
	reporter        bool
	sealed          bool
	assignments     bool
	actors          bool
	duplicates      bool
	everyLog        bool // the logs of all teams; otherwise those of the own teams
	allApplications bool
	rosters         reach // nowhere, ownTeams or everywhere
	audiences       []dispatch.Audience
}

// viewer is somebody with the rights of a key. It does not change.
type viewer struct {
	roles   []Role
	regions []string // empty: all
	teams   []string
	systems []string // the key's own; the first is what it files as
	only    string   // a region that the viewer asked to be limited to; "" for none

	all bool // everything is visible: no need to look at each case
	// class is equal for viewers who see the same: they share live frames.
	class string
}

func newViewer(roles []Role, regions, teams, systems []string) *viewer {
	v := &viewer{roles: sorted(roles), regions: sorted(regions), teams: sorted(teams), systems: slices.Clone(systems)}
	if len(v.systems) == 0 {
		// Who files by hand files under the team's name, or as the board.
		if len(teams) > 0 && !slices.ContainsFunc(roles, func(r Role) bool { return r == RoleAdmin || r == RoleCoordinator }) {
			v.systems = []string{"team:" + teams[0]}
		} else {
			v.systems = []string{systemBoard}
		}
	}
	v.finish()
	return v
}

// systemBoard is the source.system of what is filed on the board by hand.
const systemBoard = "board"

// limited gives the viewer with nothing but one region in view.
func (v *viewer) limited(region string) *viewer {
	if region == "" {
		return v
	}
	w := *v
	w.only = region
	w.finish()
	return &w
}

func (v *viewer) finish() {
	v.all = false
	for _, role := range v.roles {
		r := rightsOf[role].cases
		v.all = v.all || v.only == "" && (r == everywhere || (r == ownRegions || r == ownRegionsAndNone) && len(v.regions) == 0)
	}
	b := []byte{'['}
	b = texts(b, "roles", v.roles)
	b = texts(b, "regions", v.regions)
	b = texts(b, "teams", v.teams)
	b = texts(b, "systems", v.systems)
	v.class = string(text(b, "only", v.only))
}

func sorted[T ~string](values []T) []T {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// may says that one of the roles allows the operation.
func (v *viewer) may(operation Operation) bool {
	if slices.Contains(everybodysOperations, operation) {
		return true
	}
	return slices.ContainsFunc(v.roles, func(role Role) bool {
		return slices.Contains(rightsOf[role].operations, operation)
	})
}

// sees gives what the viewer sees of a case. A nil case is not seen.
func (v *viewer) sees(c *dispatch.Case) sight {
	var s sight
	if c == nil || v.only != "" && !slices.Contains(c.Regions, v.only) {
		return s
	}
	for _, role := range v.roles {
		r := rightsOf[role]
		if !v.reaches(r.cases, c) {
			continue
		}
		s.visible = true
		personal, reporter := r.personal, r.reporter
		if r.needToKnow {
			wanted, committed := v.standing(c)
			personal, reporter = wanted, committed
		}
		if r.ownApplications && !v.ownsEvery(c) {
			personal = false
		}
		s.personal = s.personal || personal
		s.reporter = s.reporter || reporter
		s.sealed = s.sealed || r.sealed
		s.assignments = s.assignments || r.assignments
		s.actors = s.actors || r.actors
		s.duplicates = s.duplicates || r.duplicates
		s.everyLog = s.everyLog || r.actors
		s.allApplications = s.allApplications || !r.ownApplications
		s.rosters = max(s.rosters, r.rosters)
		if len(r.audiences) > len(s.audiences) { // each list contains the shorter ones
			s.audiences = r.audiences
		}
	}
	return s
}

func (v *viewer) reaches(r reach, c *dispatch.Case) bool {
	switch r {
	case everywhere:
		return true
	case ownRegions:
		return len(v.regions) == 0 || slices.ContainsFunc(c.Regions, v.inRegions)
	case ownRegionsAndNone:
		return len(c.Regions) == 0 || v.reaches(ownRegions, c)
	case ownTeams:
		return slices.ContainsFunc(c.Assignments, func(a dispatch.Assignment) bool {
			return a.Status != dispatch.AssignmentWithdrawn && slices.Contains(v.teams, a.TeamID)
		})
	case ownSystems:
		return slices.ContainsFunc(c.Applications, v.owns)
	}
	return false
}

func (v *viewer) inRegions(region string) bool {
	_, found := slices.BinarySearch(v.regions, region)
	return found
}

func (v *viewer) owns(a dispatch.Application) bool { return slices.Contains(v.systems, a.System) }

func (v *viewer) ownsEvery(c *dispatch.Case) bool {
	return !slices.ContainsFunc(c.Applications, func(a dispatch.Application) bool { return !v.owns(a) })
}

// standing says whether one of the viewer's teams is wanted on the case, and
// whether one has accepted and is not home yet.
func (v *viewer) standing(c *dispatch.Case) (wanted, committed bool) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if !slices.Contains(v.teams, a.TeamID) {
			continue
		}
		switch a.Status {
		case dispatch.AssignmentAccepted, dispatch.AssignmentEnRoute, dispatch.AssignmentOnScene, dispatch.AssignmentStandingDown:
			wanted, committed = true, true
		case dispatch.AssignmentOffered, dispatch.AssignmentNoAnswer, dispatch.AssignmentReturned:
			wanted = true
		}
	}
	return wanted, committed
}

// seesTeams gives what the viewer sees of teams in general.
func (v *viewer) seesTeams() teamSight {
	var s teamSight
	for _, role := range v.roles {
		s = max(s, rightsOf[role].teams)
	}
	return s
}

// seesPosition says whether the viewer sees where a team is.
func (v *viewer) seesPosition(teamID string) bool {
	return v.seesTeams() == teamPositions || slices.Contains(v.teams, teamID)
}

// seesLetters says whether dead letters are the viewer's business.
func (v *viewer) seesLetters() bool {
	return slices.ContainsFunc(v.roles, func(role Role) bool { return rightsOf[role].letters })
}

// manages says whether the viewer may change a team that is based in a region.
func (v *viewer) manages(teamID, region string) bool {
	return slices.ContainsFunc(v.roles, func(role Role) bool {
		switch rightsOf[role].manage {
		case everywhere:
			return true
		case ownRegions:
			return len(v.regions) == 0 || v.inRegions(region)
		case ownTeams:
			return slices.Contains(v.teams, teamID)
		}
		return false
	})
}

// commandAsked is what rights depend on in a command.
type commandAsked struct {
	kind     dispatch.CommandType
	teamID   string
	outcome  dispatch.Outcome
	audience dispatch.Audience
	point    dispatch.PointKind
	others   []string // ids of other cases that it is about
	reasoned bool     // it gives a reason
}

// mayCommand says why a viewer may not give a command for a case; "" when it
// may.
func (v *viewer) mayCommand(c *dispatch.Case, asked commandAsked) string {
	refused := "your key's roles do not allow this command for this case"
	for _, role := range v.roles {
		r := rightsOf[role]
		if !slices.Contains(r.operations, opSendCommand) || !v.reaches(r.cases, c) {
			continue
		}
		if r.commands == nil {
			return ""
		}
		right, ok := r.commands[asked.kind]
		if !ok {
			continue
		}
		_, committed := v.standing(c)
		switch {
		case right.ownTeam && !slices.Contains(v.teams, asked.teamID):
			refused = "your key is for other teams: give the command for one of yours"
		case right.ownLog && asked.teamID != "" && !slices.Contains(v.teams, asked.teamID):
			refused = "this is the log of another team: leave team_id out, or name one of your teams"
		case right.counted && asked.reasoned:
			refused = "a coordinator says why fewer are back than went: leave reason out"
		case right.committed && !committed:
			refused = "only while your team is on the case"
		case right.outcomes != nil && asked.kind == dispatch.CommandOutcome && !slices.Contains(right.outcomes, asked.outcome):
			refused = "this outcome is recorded by a coordinator"
		case right.audiences != nil && asked.kind == dispatch.CommandNote && !slices.Contains(right.audiences, asked.audience):
			refused = "your key's roles do not allow notes for this audience"
		case right.points != nil && !slices.Contains(right.points, asked.point):
			refused = "this kind of point is marked by a coordinator"
		default:
			return ""
		}
	}
	return refused
}

// askedOnce says that one of the viewer's teams had an offer for the case: the
// viewer has heard of it.
func (v *viewer) askedOnce(c *dispatch.Case) bool {
	return slices.Contains(v.roles, RoleTeam) && slices.ContainsFunc(c.Assignments, func(a dispatch.Assignment) bool {
		return slices.Contains(v.teams, a.TeamID)
	})
}
