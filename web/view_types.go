package web

import (
	"encoding/json"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// The types of the answers, as the OpenAPI and AsyncAPI documents describe
// them. Cases and teams are written by appendCase and appendTeam, which a test
// holds to these.

// PointView is a GeoJSON point.
type PointView struct {
	Type        string     `json:"type" enum:"Point"`
	Coordinates [2]float64 `json:"coordinates" doc:"Longitude and latitude in degrees, WGS 84"`
}

// CaseView is a case as a viewer sees it. What is unknown, empty or not for
// the viewer is absent.
type CaseView struct {
	ID           string                 `json:"id"`
	Number       string                 `json:"number" doc:"Region, year at +05:00, running number; never renumbered" example:"39-2026-000041"`
	Kind         dispatch.Kind          `json:"kind" enum:"missing_person,emergency,volunteer_event"`
	Status       dispatch.Status        `json:"status" enum:"review,waiting,assigned,searching,ended,found,missing,deceased,closed"`
	Urgency      dispatch.Urgency       `json:"urgency" enum:"routine,urgent,life_threatening"`
	UrgencyFrom  dispatch.UrgencyOrigin `json:"urgency_from,omitempty" enum:"filed,set" doc:"Said by the filer, or set by a person with case.urgency; absent: by the table"`
	UrgencySetBy string                 `json:"urgency_set_by,omitempty" doc:"The actor's id; why stands in a note"`
	UrgencySetAt *time.Time             `json:"urgency_set_at,omitempty"`
	Assessment   *AssessmentView        `json:"assessment,omitempty" doc:"How urgent the case is by the table of factors, and why; for those who see personal data"`
	Region       string                 `json:"region,omitempty" doc:"ISO 3166-2"`
	Location     *PointView             `json:"location,omitempty" doc:"Last known point, or place of the incident or event"`
	Approximate  bool                   `json:"approximate,omitempty" doc:"The location is rounded to 0.01 degrees for this viewer"`
	AccuracyM    float64                `json:"accuracy_m,omitempty" doc:"Metres"`
	Place        string                 `json:"place,omitempty"`
	Address      string                 `json:"address,omitempty"`
	CallOut      dispatch.CallOut       `json:"call_out" enum:"now,hold,none"`
	Exercise     bool                   `json:"exercise,omitempty"`
	Demo         bool                   `json:"demo,omitempty" doc:"Demo data, not a real case"`
	OpenedAt     time.Time              `json:"opened_at"`
	EndedAt      *time.Time             `json:"ended_at,omitempty"`
	SuspendedAt  *time.Time             `json:"suspended_at,omitempty" doc:"Since when the search is suspended, while missing"`
	UnansweredAt *time.Time             `json:"unanswered_at,omitempty" doc:"Since when nobody is left to ask"`
	NeedsReview  []ReviewView           `json:"needs_review,omitempty"`
	Applications []ApplicationView      `json:"applications,omitempty"`
	Subjects     []SubjectView          `json:"subjects,omitempty"`
	Incident     dispatch.Incident      `json:"incident,omitempty" enum:"flood,snow_trap,ice,water,fire,mountain,technical,other"`
	Weather      dispatch.Weather       `json:"weather,omitempty" enum:"blizzard,severe_frost,heavy_snow,rain,fog,heat"`
	PeopleAtRisk *PeopleView            `json:"people_at_risk,omitempty"`
	Event        *EventView             `json:"event,omitempty"`
	Outcome      *ClosingView           `json:"outcome,omitempty" doc:"Of a case without subjects"`
	Sealed       []SealedView           `json:"sealed,omitempty" doc:"Outcomes that the family does not know yet; for coordinators of the region and admins alone"`
	Needs        *NeedsView             `json:"needs,omitempty"`
	Assignments  []AssignmentView       `json:"assignments,omitempty"`
	LeadTeamID   string                 `json:"lead_team_id,omitempty"`
	FirstInQueue bool                   `json:"first_in_queue,omitempty" doc:"It lost its team to something more urgent and is served before others of its urgency"`
	CheckIn      *int                   `json:"check_in_minutes,omitempty" doc:"How often a team on the case has to check in; 0: never; absent: as the installation does"`
	CallBack     *CallBackView          `json:"call_back,omitempty" doc:"Once teams are called back: who knows it and who is home"`
	Owner        string                 `json:"owner,omitempty" doc:"The id of the key whose holder is responsible; absent while nobody has taken the case. For coordinators, offices and admins"`
	OwnedAt      *time.Time             `json:"owned_at,omitempty"`
	OpenItems    []OpenItemView         `json:"open_items,omitempty" doc:"What somebody has to see to, the most pressing first; for coordinators of the region and admins"`
	MergedInto   string                 `json:"merged_into,omitempty" doc:"The id of the case that its applications went to; case.split brings it back"`

	LikelyDuplicates []LikelyDuplicateView `json:"likely_duplicates,omitempty" doc:"Cases that may be the same, for coordinators: case.merge or case.apart"`

	Proposals []ProposalView `json:"proposals,omitempty" doc:"Teams on their way to something routine that would be here much sooner, for coordinators: case.preempt"`

	Points []MarkView `json:"points,omitempty"`
}

// AssessmentView is how urgent a case is by the table of factors.
type AssessmentView struct {
	Version int              `json:"version" doc:"Of the table"`
	Urgency dispatch.Urgency `json:"urgency" enum:"routine,urgent,life_threatening" doc:"By the table; the case's own may have been filed or set otherwise"`
	Score   int              `json:"score" doc:"The sum of the points; life_threatening from 6"`
	Factors []FactorView     `json:"factors,omitempty"`
}

// FactorView is a line of the table that holds for the case.
type FactorView struct {
	Code   string `json:"code" enum:"child_under_8,dementia,suicidal_intent,blizzard,water,child,elderly,health,immobile,children_at_risk,several_people,many_people,snow_trap,flood,fire,terrain,light_clothes,severe_frost,heavy_snow,heat,rain,fog,missing_6_hours,missing_24_hours,dark,dark_soon"`
	Points int    `json:"points"`
	Lifts  bool   `json:"lifts,omitempty" doc:"Makes the case life_threatening by itself"`
}

// CallBackView counts home those who were called back.
type CallBackView struct {
	Teams      int `json:"teams"`
	TeamsKnow  int `json:"teams_know" doc:"Have acknowledged it, or are back"`
	TeamsBack  int `json:"teams_back"`
	People     int `json:"people" doc:"Who went, as far as the teams said"`
	PeopleBack int `json:"people_back"`
}

// OpenItemView is something that somebody has to see to.
type OpenItemView struct {
	Code      string `json:"code" enum:"people_missing,check_in_missed,unanswered,needs_review,withheld,not_acknowledged,not_back,offer"`
	TeamID    string `json:"team_id,omitempty"`
	SubjectID string `json:"subject_id,omitempty"`
}

// ReviewView names a field that a person has to look at.
type ReviewView struct {
	Pointer string `json:"pointer" doc:"JSON pointer into the application"`
	Detail  string `json:"detail"`
	Holds   bool   `json:"holds,omitempty" doc:"Nobody is called out until it is mended"`
}

// ApplicationView is an application of a case.
type ApplicationView struct {
	System    string        `json:"system"`
	ID        string        `json:"id"`
	Reference string        `json:"reference,omitempty"`
	FiledAt   *time.Time    `json:"filed_at,omitempty"`
	Reporter  *ReporterView `json:"reporter,omitempty"`
	Joined    bool          `json:"joined,omitempty" doc:"It did not open the case; case.split takes it out"`
	CameFrom  string        `json:"came_from,omitempty" doc:"The id of the case that it came from in a merge"`
	Filed     *FiledView    `json:"filed,omitempty" doc:"Of one that joined: what it says"`
}

// FiledView is what an application that joined a case says itself; the case's
// own fields are never changed by it.
type FiledView struct {
	Location *PointView        `json:"location,omitempty"`
	Place    string            `json:"place,omitempty"`
	Address  string            `json:"address,omitempty"`
	Subjects []FiledPersonView `json:"subjects,omitempty"`
}

// FiledPersonView is a person as such an application describes them.
type FiledPersonView struct {
	ID          string       `json:"id"`
	Name        string       `json:"name,omitempty"`
	Sex         dispatch.Sex `json:"sex,omitempty" enum:"male,female"`
	Age         *int         `json:"age,omitempty" doc:"Years"`
	Category    string       `json:"category,omitempty"`
	Description string       `json:"description,omitempty"`
	Health      string       `json:"health,omitempty"`
	LastSeenAt  *time.Time   `json:"last_seen_at,omitempty"`
}

// LikelyDuplicateView is another case that may be the same.
type LikelyDuplicateView struct {
	CaseID  string   `json:"case_id"`
	Score   int      `json:"score" doc:"Orders them, the highest first; it has no other meaning"`
	Reasons []string `json:"reasons" enum:"same_reference,same_phone,same_name,similar_name,part_of_name,same_age,same_address,same_incident,near"`
}

// ProposalView is a team that a person may take from something routine.
type ProposalView struct {
	TeamID     string    `json:"team_id"`
	FromCaseID string    `json:"from_case_id" doc:"The routine case that the team is on its way to"`
	TravelS    int       `json:"travel_s" doc:"Seconds that the team would travel to this case"`
	GainS      *int      `json:"gain_s,omitempty" doc:"Seconds that it would be here before who is asked now; absent: nobody is"`
	CostS      *int      `json:"cost_s,omitempty" doc:"Seconds that the next team would come later to the other case; absent: nobody else can be asked for it"`
	At         time.Time `json:"at"`
}

// ReporterView is who called.
type ReporterView struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Relation string `json:"relation,omitempty"`
}

// SubjectView is a person sought.
type SubjectView struct {
	ID          string             `json:"id"`
	Name        string             `json:"name,omitempty"`
	Sex         dispatch.Sex       `json:"sex,omitempty" enum:"male,female"`
	Age         *int               `json:"age,omitempty" doc:"Years"`
	Category    string             `json:"category,omitempty"`
	Description string             `json:"description,omitempty"`
	Health      string             `json:"health,omitempty"`
	Dangers     []dispatch.Danger  `json:"dangers,omitempty" enum:"dementia,suicidal_intent,water,illness,injury,immobile,light_clothes,terrain"`
	LastSeenAt  *time.Time         `json:"last_seen_at,omitempty"`
	Outcome     dispatch.Outcome   `json:"outcome,omitempty" enum:"found,missing,deceased,closed" doc:"Absent while open or withheld"`
	Condition   dispatch.Condition `json:"condition,omitempty" enum:"well,injured,no_signs_of_life,not_stated"`
	FoundBy     string             `json:"found_by,omitempty" enum:"team,police,public,self,family"`
	Reason      string             `json:"reason,omitempty"`
	OutcomeAt   *time.Time         `json:"outcome_at,omitempty"`
}

// PeopleView counts the people in an emergency.
type PeopleView struct {
	Total    *int `json:"total,omitempty"`
	Children *int `json:"children,omitempty"`
	Immobile *int `json:"immobile,omitempty"`
}

// EventView describes a volunteer event.
type EventView struct {
	Title            string     `json:"title,omitempty"`
	Direction        string     `json:"direction,omitempty"`
	StartsAt         *time.Time `json:"starts_at,omitempty"`
	EndsAt           *time.Time `json:"ends_at,omitempty"`
	VolunteersNeeded int        `json:"volunteers_needed,omitempty"`
}

// ClosingView is how a case without subjects ended.
type ClosingView struct {
	Outcome dispatch.Outcome `json:"outcome" enum:"found,missing,deceased,closed"`
	Reason  string           `json:"reason,omitempty"`
	People  int              `json:"people,omitempty"`
	At      *time.Time       `json:"at,omitempty"`
}

// SealedView is an outcome that is not told before the family knows it.
type SealedView struct {
	SubjectID   string             `json:"subject_id,omitempty"`
	Outcome     dispatch.Outcome   `json:"outcome" enum:"found,missing,deceased,closed"`
	Condition   dispatch.Condition `json:"condition,omitempty" enum:"well,injured,no_signs_of_life,not_stated"`
	FoundBy     string             `json:"found_by,omitempty"`
	ConfirmedBy string             `json:"confirmed_by,omitempty"`
	Identity    string             `json:"identity,omitempty" enum:"confirmed,unconfirmed"`
	Reason      string             `json:"reason,omitempty"`
	At          *time.Time         `json:"at,omitempty"`
	Location    *PointView         `json:"location,omitempty"`
}

// NeedsView says how many teams a case needs and what they must be able to do.
type NeedsView struct {
	Teams  int      `json:"teams"`
	AtMost *int     `json:"at_most,omitempty" doc:"How many teams the coordinator wants at most; 0 or absent: every acceptance is welcome"`
	Skills []string `json:"skills,omitempty"`
}

// AssignmentView is a team on a case.
type AssignmentView struct {
	TeamID         string                    `json:"team_id"`
	Round          int                       `json:"round"`
	Status         dispatch.AssignmentStatus `json:"status" enum:"offered,no_answer,declined,withdrawn,accepted,en_route,on_scene,standing_down,returned,released"`
	DistanceM      float64                   `json:"distance_m" doc:"Metres in a straight line on the sphere, when it was asked"`
	From           string                    `json:"from" enum:"base,position" doc:"What the distance was measured from"`
	PositionAgeS   int                       `json:"position_age_s,omitempty" doc:"Seconds"`
	StalePositionS int                       `json:"stale_position_age_s,omitempty" doc:"Seconds: the age of a position that was too old to be used; the base was used instead"`
	Skills         []string                  `json:"skills,omitempty" doc:"What the team brings of the skills that the case needs"`
	Rings          int                       `json:"rings,omitempty" doc:"How often it was asked"`
	ByHand         bool                      `json:"by_hand,omitempty"`
	OfferedAt      *time.Time                `json:"offered_at,omitempty"`
	AnswerBy       *time.Time                `json:"answer_by,omitempty" doc:"While offered"`
	AnsweredAt     *time.Time                `json:"answered_at,omitempty"`
	ETAAt          *time.Time                `json:"eta_at,omitempty"`
	ETALeastAt     *time.Time                `json:"eta_least_at,omitempty" doc:"On its way, when the team has not said: eight of ten trips take at least to then"`
	ETAMostAt      *time.Time                `json:"eta_most_at,omitempty" doc:"And at most to then"`
	TravelS        int                       `json:"travel_s,omitempty" doc:"Seconds that it was taken to travel when it was asked"`
	TravelLeastS   int                       `json:"travel_least_s,omitempty" doc:"Eight of ten trips take at least this"`
	TravelMostS    int                       `json:"travel_most_s,omitempty" doc:"And at most this"`
	TravelAssumed  bool                      `json:"travel_assumed,omitempty" doc:"Assumed: this installation has not seen enough trips yet"`
	People         int                       `json:"people,omitempty" doc:"As the team said; else those of its roster who went"`
	Reason         string                    `json:"reason,omitempty" doc:"The words of the answer"`
	ReleasedFor    string                    `json:"released_for,omitempty" doc:"The id of the more urgent case that the team was taken for"`
	EnRouteAt      *time.Time                `json:"en_route_at,omitempty"`
	OnSceneAt      *time.Time                `json:"on_scene_at,omitempty"`
	StandingDownAt *time.Time                `json:"standing_down_at,omitempty"`
	AcknowledgedAt *time.Time                `json:"acknowledged_at,omitempty"`
	ReturnedAt     *time.Time                `json:"returned_at,omitempty"`
	PeopleReturned int                       `json:"people_returned,omitempty" doc:"As the team said; else those of its roster who are home"`
	Notified       []NotifiedView            `json:"notified,omitempty" doc:"The newest report of each channel and what was told by it"`
	Roster         *RosterView               `json:"roster,omitempty" doc:"What the team's members answered"`
	Members        []MemberView              `json:"members,omitempty" doc:"For coordinators, offices and the team itself"`
	MissingAt      *time.Time                `json:"people_missing_at,omitempty" doc:"Since when fewer are back than went"`
	CheckInBy      *time.Time                `json:"check_in_by,omitempty" doc:"When the team has to be heard of next"`
	CheckInMissed  *time.Time                `json:"check_in_missed_at,omitempty" doc:"Until the team is heard of"`
	CheckedInAt    *time.Time                `json:"checked_in_at,omitempty"`
	LentBy         string                    `json:"lent_by,omitempty" doc:"ISO 3166-2: the team's region, where it is not the case's"`
	Hours          float64                   `json:"hours,omitempty" doc:"Once returned: from leaving, or accepting, until then"`
	PeopleHours    float64                   `json:"people_hours,omitempty" doc:"The same, times the people who went"`
}

// NotifiedView says whether something reached a team.
type NotifiedView struct {
	Channel   dispatch.Channel   `json:"channel" enum:"webpush,webhook"`
	About     dispatch.EventType `json:"about" doc:"The event that was told"`
	Delivered bool               `json:"delivered" doc:"False: given up"`
	At        *time.Time         `json:"at,omitempty"`
}

// RosterView counts the members of a team, each once, by the newest answer.
type RosterView struct {
	Coming  int `json:"coming"`
	Seats   int `json:"seats" doc:"Free places in the cars of those coming"`
	Arrived int `json:"arrived"`
	Home    int `json:"home"`
	NotBack int `json:"not_back" doc:"Who is out: coming and arrived"`
}

// MemberView is a member of a team on one assignment.
type MemberView struct {
	ID         string          `json:"id" doc:"To answer for the member by roster.answer"`
	Name       string          `json:"name,omitempty"`
	Phone      string          `json:"phone,omitempty"`
	Minor      bool            `json:"minor,omitempty" doc:"Under 18; at volunteer events alone, with a parent or guardian"`
	Answer     dispatch.Answer `json:"answer" enum:"coming,not_coming,arrived,home"`
	ETAAt      *time.Time      `json:"eta_at,omitempty"`
	Seats      int             `json:"seats,omitempty"`
	AnsweredAt *time.Time      `json:"answered_at,omitempty"`
	ComingAt   *time.Time      `json:"coming_at,omitempty"`
	ArrivedAt  *time.Time      `json:"arrived_at,omitempty"`
	HomeAt     *time.Time      `json:"home_at,omitempty"`
	Hours      float64         `json:"hours,omitempty" doc:"From the arrival, or from setting out where that was not said, until home; all outings together"`
}

// MarkView is a place that matters for a case.
type MarkView struct {
	Point    string     `json:"point" enum:"staging,home,clue,found,hazard"`
	Location PointView  `json:"location"`
	At       *time.Time `json:"at,omitempty"`
	Note     string     `json:"note,omitempty"`
	Photo    string     `json:"photo,omitempty" doc:"Of GET /cases/{id}/photos/{photo_id}; it may still be on its way"`
}

// TeamView is a team.
type TeamView struct {
	ID               string                      `json:"id"`
	Organisation     string                      `json:"organisation,omitempty"`
	Branch           string                      `json:"branch,omitempty"`
	Name             string                      `json:"name"`
	Base             PointView                   `json:"base"`
	Region           string                      `json:"region,omitempty" doc:"Of the base; ISO 3166-2"`
	Kinds            []dispatch.Kind             `json:"kinds,omitempty"`
	Skills           []string                    `json:"skills,omitempty"`
	Members          int                         `json:"members,omitempty"`
	Capacity         int                         `json:"capacity" doc:"Cases at once"`
	RangeKM          float64                     `json:"range_km,omitempty" doc:"Kilometres; absent: no limit"`
	Answers          dispatch.Answers            `json:"answers" enum:"manual,automatic"`
	Transport        dispatch.Transport          `json:"transport,omitempty" enum:"on_foot,car,offroad,snowmobile,boat,helicopter" doc:"How it gets to a place; absent: car"`
	Available        bool                        `json:"available" doc:"It can be asked: it did not say otherwise, is on duty, and not all of its crews rest"`
	Because          dispatch.AvailabilityReason `json:"unavailable_because,omitempty" enum:"said,duty,rest" doc:"Why it is not available; the first reason"`
	UnavailableUntil *time.Time                  `json:"unavailable_until,omitempty" doc:"The end of the absence that it said"`
	OffDuty          bool                        `json:"off_duty,omitempty" doc:"By its duty calendar"`
	DutyUntil        *time.Time                  `json:"duty_until,omitempty" doc:"When its duty calendar changes next"`
	Resting          int                         `json:"resting,omitempty" doc:"Crews that rest after a return; each would take a case"`
	RestingUntil     *time.Time                  `json:"resting_until,omitempty" doc:"When the first of them has rested"`
	Duty             *DutyView                   `json:"duty,omitempty" doc:"Absent: always on duty"`
	Certificates     []CertificateView           `json:"certificates,omitempty"`
	Position         *TeamPositionView           `json:"position,omitempty"`
	LiveCases        []string                    `json:"live_cases,omitempty" doc:"Cases that take one of its slots and that the viewer sees; the oldest 5"`
}

// DutyView is a duty calendar, in the time of the team's region.
type DutyView struct {
	Weekly     []DutyShiftView     `json:"weekly,omitempty" maxItems:"21" doc:"Absent: on duty but for the exceptions"`
	Exceptions []DutyExceptionView `json:"exceptions,omitempty" doc:"Go before the weekly pattern; where they overlap, the last one holds"`
}

// DutyShiftView is a time on duty that comes again every week.
type DutyShiftView struct {
	Days []dispatch.Weekday `json:"days" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"On which it starts"`
	From string             `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	To   string             `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"On the next day when it is not after from"`
}

// DutyExceptionView is a time in which the weekly pattern does not count.
type DutyExceptionView struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	On   bool      `json:"on" doc:"On duty, or off"`
}

// CertificateView says until when a skill counts.
type CertificateView struct {
	Skill     string    `json:"skill" doc:"One of the team's skills; one without a certificate counts always"`
	ExpiresAt time.Time `json:"expires_at"`
}

// TeamPositionView is where a team was.
type TeamPositionView struct {
	Position  PointView `json:"position"`
	At        time.Time `json:"at"`
	AccuracyM float64   `json:"accuracy_m,omitempty" doc:"Metres"`
}

// FrameView is a frame of the live feed, and with type snapshot the answer of
// GET /board.
type FrameView struct {
	Type        string     `json:"type" enum:"snapshot,changes"`
	Position    string     `json:"position" doc:"EPOCH.SEQ: everything up to here is known once the frame is applied"`
	Now         time.Time  `json:"now" doc:"The server's clock"`
	DeadLetters *int       `json:"dead_letters,omitempty" doc:"Dead letters that were not replayed; for coordinators and admins"`
	Truncated   bool       `json:"truncated,omitempty" doc:"There are more cases than a snapshot holds; the newest are in it"`
	Cases       []CaseView `json:"cases,omitempty" doc:"Whole cases; in changes, those that changed"`
	Teams       []TeamView `json:"teams,omitempty" doc:"Whole teams; in changes, those that changed or moved"`
	Removed     []string   `json:"removed,omitempty" doc:"Ids of cases that the viewer no longer sees"`

	Patched []CasePatch `json:"patched,omitempty" doc:"With deltas=1, instead of whole cases: what changed of cases that the client knows"`
	Since   string      `json:"since,omitempty" doc:"EPOCH.SEQ after which the changes in patched begin: a client whose position lies between it and this frame's takes a snapshot"`
	Moved   []TeamMoved `json:"moved,omitempty" doc:"With deltas=1, instead of whole teams: those of which only the position changed"`
}

// CasePatch makes of the view of a case that a client knows the present one.
type CasePatch struct {
	ID    string                     `json:"id"`
	Set   map[string]json.RawMessage `json:"set" doc:"Members of CaseView, whole"`
	Unset []string                   `json:"unset,omitempty" doc:"Names of members that are gone"`
}

// TeamMoved is where a team is now.
type TeamMoved struct {
	ID       string            `json:"id"`
	Position *TeamPositionView `json:"position"`
}

// CasesAnswer is a page of cases.
type CasesAnswer struct {
	Cases []CaseView `json:"cases"`
	Next  string     `json:"next,omitempty" doc:"Give it as after for the next page; absent on the last"`
}

// TeamsAnswer is a list of teams.
type TeamsAnswer struct {
	Teams []TeamView `json:"teams"`
}

// FiledAnswer says that an application is taken in.
type FiledAnswer struct {
	ID     string `json:"id"`
	CaseID string `json:"case_id,omitempty" doc:"Absent when the case was not opened within a second; ask GET /applications/{system}/{id}"`
	System string `json:"system" doc:"The source.system that it was filed as"`
}

// StandingAnswer says where an application stands.
type StandingAnswer struct {
	System string          `json:"system"`
	ID     string          `json:"id"`
	CaseID string          `json:"case_id"`
	Number string          `json:"number"`
	Status dispatch.Status `json:"status" enum:"review,waiting,assigned,searching,ended,found,missing,deceased,closed"`
}

// AcceptedAnswer says that something is in Kafka and will be decided.
type AcceptedAnswer struct {
	ID string `json:"id" doc:"Of the team or the command"`
}

// TimelineAnswer is what happened to a case, in order.
type TimelineAnswer struct {
	Events []TimelineEvent `json:"events"`
}

// TimelineEvent is a line of a case's history.
type TimelineEvent struct {
	Position string             `json:"position" doc:"EPOCH.SEQ"`
	Type     dispatch.EventType `json:"type"`
	At       time.Time          `json:"at" doc:"When it was decided"`
	Actor    string             `json:"actor,omitempty"`
	Text     string             `json:"text,omitempty" doc:"Of a note that the viewer may read"`
	dispatch.EventFields
}

// CandidatesAnswer says who was considered for a case and why.
type CandidatesAnswer struct {
	Decisions []DecisionView `json:"decisions"`
}

// DecisionView is one choice of a team.
type DecisionView struct {
	Position   string          `json:"position" doc:"EPOCH.SEQ of the event that it led to"`
	At         time.Time       `json:"at"`
	Chosen     string          `json:"chosen,omitempty" enum:"nearest,matched,greedy,by_hand,rung,open_call,preempted" doc:"How the team was chosen: nearest, by travel time; matched with all that waits; greedy, in the order of urgency because the matching had no time; by hand; rung again because nobody else is left; open call, beside others; preempted, taken from another case. Absent: nobody could be asked"`
	Candidates []CandidateView `json:"candidates" doc:"Those asked and the nearest twenty, nearest first"`
	Others     map[string]int  `json:"others,omitempty" doc:"The rest, counted by result"`
}

// CandidateView is a team that was considered.
type CandidateView struct {
	TeamID         string             `json:"team_id"`
	DistanceM      float64            `json:"distance_m" doc:"Metres in a straight line on the sphere"`
	From           string             `json:"from" enum:"base,position"`
	PositionAgeS   int                `json:"position_age_s,omitempty" doc:"Seconds"`
	Result         string             `json:"result" enum:"offered,eligible,asked,no_answer,declined,released,off_duty,busy,kind,skills,range,resting,certificate"`
	StalePositionS int                `json:"stale_position_age_s,omitempty" doc:"Seconds: the age of a position that was too old to be used; the base was used instead"`
	Transport      dispatch.Transport `json:"transport,omitempty" enum:"on_foot,car,offroad,snowmobile,boat,helicopter"`
	TravelS        int                `json:"travel_s,omitempty" doc:"Seconds that it was taken to travel"`
	TravelLeastS   int                `json:"travel_least_s,omitempty" doc:"Eight of ten trips take at least this"`
	TravelMostS    int                `json:"travel_most_s,omitempty" doc:"And at most this"`
	TravelAssumed  bool               `json:"travel_assumed,omitempty" doc:"Assumed: this installation has not seen enough trips yet"`
	FreeInS        int                `json:"free_in_s,omitempty" doc:"Of a team that rests or is off duty: seconds until it may be asked, where that is known"`
	WouldGainS     int                `json:"would_gain_s,omitempty" doc:"Seconds that it would have been there before the one chosen: of a team that rests or is off duty its wait is counted; of a busy one nobody knows when it comes free, so waiting for it gains that, less the wait"`
	CasesLastDay   int                `json:"cases_last_day,omitempty" doc:"Cases accepted in the 24 hours before"`
}

// DeadLettersAnswer lists records that could not become messages.
type DeadLettersAnswer struct {
	DeadLetters []DeadLetterView `json:"dead_letters"`
}

// DeadLetterView is a dead letter without its content, which may be personal.
type DeadLetterView struct {
	ID         int64      `json:"id"`
	Topic      string     `json:"topic"`
	Partition  int        `json:"partition"`
	Offset     int64      `json:"offset"`
	Reason     string     `json:"reason"`
	Detail     string     `json:"detail,omitempty"`
	At         time.Time  `json:"at"`
	ReplayedAt *time.Time `json:"replayed_at,omitempty"`
}

// DeadLetterContent is a dead letter with what stands in it.
type DeadLetterContent struct {
	DeadLetterView
	Key   string `json:"key,omitempty" doc:"Of the record, as text"`
	Value string `json:"value,omitempty" doc:"The record as text, cut to 64 KiB; personal data. What is no UTF-8 is replaced"`
	Bytes int    `json:"bytes" doc:"How long the record is"`
}

// SessionAnswer says who is signed in.
type SessionAnswer struct {
	ID      string   `json:"id" doc:"Of the key, which never changes; the owner of a case is such an id"`
	Name    string   `json:"name,omitempty"`
	Roles   []Role   `json:"roles"`
	Regions []string `json:"regions,omitempty" doc:"Absent: all"`
	Teams   []string `json:"teams,omitempty"`
	Systems []string `json:"systems,omitempty" doc:"The first is the source.system that this key files as"`

	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When the board's session ends; absent for a key"`
}

// InfoAnswer says what this installation is.
type InfoAnswer struct {
	Version      string  `json:"version"`
	Installation string  `json:"installation"`
	Demo         bool    `json:"demo"`
	DutyPhone    string  `json:"duty_phone,omitempty"`
	Office       Office  `json:"office"`
	Basemap      Basemap `json:"basemap"`
	PublicURL    string  `json:"public_url,omitempty" doc:"Where phones reach the board: what QR codes and paper lead to. Absent: the address that the page was opened by"`
}

// HealthAnswer says how the program is.
type HealthAnswer struct {
	Status   string `json:"status" enum:"ok,not-ready"`
	Intake   string `json:"intake,omitempty" enum:"ok,disk-full,away"`
	Database string `json:"database,omitempty" enum:"ok,away"`
	Leads    bool   `json:"leads" doc:"Of several replicas this one leads: it decides, publishes and tells people. All answer"`
}
