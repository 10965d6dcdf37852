package web

import (
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// The bodies that are sent, as the OpenAPI and AsyncAPI documents describe
// them. The Intake reads and checks them.

// ApplicationBody is an application.
type ApplicationBody struct {
	ID           string            `json:"id" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Unique within the system"`
	Kind         dispatch.Kind     `json:"kind" enum:"missing_person,emergency,volunteer_event"`
	FiledAt      time.Time         `json:"filed_at" doc:"Required over HTTP"`
	Revision     int64             `json:"revision,omitempty" doc:"A later one amends the case"`
	Source       *SourceBody       `json:"source,omitempty"`
	Reporter     *ReporterView     `json:"reporter,omitempty" doc:"Who called"`
	Location     *PointView        `json:"location" doc:"Last known point, or place of the incident or event; required over HTTP"`
	AccuracyM    float64           `json:"accuracy_m,omitempty" doc:"Metres"`
	Place        string            `json:"place,omitempty"`
	Address      string            `json:"address,omitempty"`
	Urgency      dispatch.Urgency  `json:"urgency,omitempty" enum:"routine,urgent,life_threatening" doc:"Computed when absent"`
	CallOut      dispatch.CallOut  `json:"call_out,omitempty" enum:"now,hold,none" doc:"now when absent; hold: being checked first; none: for the record"`
	Exercise     bool              `json:"exercise,omitempty" doc:"Kept out of statistics"`
	Subjects     []SubjectBody     `json:"subjects,omitempty" doc:"Of a missing person; required over HTTP"`
	Incident     dispatch.Incident `json:"incident,omitempty" enum:"flood,snow_trap,ice,water,fire,mountain,technical,other" doc:"Of an emergency"`
	PeopleAtRisk *PeopleView       `json:"people_at_risk,omitempty" doc:"Of an emergency"`
	Event        *EventView        `json:"event,omitempty" doc:"Of a volunteer event"`
	Weather      dispatch.Weather  `json:"weather,omitempty" enum:"blizzard,severe_frost,heavy_snow,rain,fog,heat" doc:"At the place; a factor of the urgency"`
	Needs        *NeedsView        `json:"needs,omitempty"`
	SameAs       string            `json:"same_as,omitempty" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"The id of the case that the filer says it is about: it joins that case where the two may be the same, and opens its own otherwise. Over HTTP a case that the key does not see with its people is as none"`
}

// SourceBody says where an application comes from.
type SourceBody struct {
	System    string `json:"system,omitempty" doc:"Over HTTP it is set from the key"`
	Reference string `json:"reference,omitempty" doc:"The filing service's own number"`
}

// SubjectBody is a person sought, as filed.
type SubjectBody struct {
	ID          string            `json:"id,omitempty" doc:"Unique within the application"`
	Name        string            `json:"name,omitempty"`
	Sex         dispatch.Sex      `json:"sex,omitempty" enum:"male,female"`
	Age         *int              `json:"age,omitempty" doc:"Years"`
	Category    string            `json:"category,omitempty"`
	Description string            `json:"description,omitempty"`
	Health      string            `json:"health,omitempty"`
	Dangers     []dispatch.Danger `json:"dangers,omitempty" enum:"dementia,suicidal_intent,water,illness,injury,immobile,light_clothes,terrain" doc:"Factors of the urgency; health data"`
	LastSeenAt  *time.Time        `json:"last_seen_at,omitempty"`
}

// CommandBody is a command. Which fields apply depends on its type; case.update
// takes the fields of an application too.
type CommandBody struct {
	CommandID   string               `json:"command_id" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Made by the sender; the command is applied once"`
	Type        dispatch.CommandType `json:"type"`
	CaseID      string               `json:"case_id,omitempty" doc:"Over HTTP it is set from the address"`
	Application *ApplicationRefBody  `json:"application,omitempty" doc:"In Kafka, instead of case_id"`
	At          *time.Time           `json:"at,omitempty" doc:"When it happened"`
	Actor       *dispatch.Actor      `json:"actor,omitempty" doc:"Over HTTP it is set from the key"`
	TeamID      string               `json:"team_id,omitempty"`
	Note        string               `json:"note,omitempty"`
	ETAMinutes  *int                 `json:"eta_minutes,omitempty"`
	People      *int                 `json:"people,omitempty"`
	Words       string               `json:"words,omitempty" doc:"Of accept and decline: what the team said, as it said it"`
	Reason      string               `json:"reason,omitempty"`
	CallOut     dispatch.CallOut     `json:"call_out,omitempty" enum:"now,hold,none"`
	Urgency     dispatch.Urgency     `json:"urgency,omitempty" enum:"routine,urgent,life_threatening" doc:"Of case.urgency, with a reason: it stands until a person says otherwise"`
	Audience    dispatch.Audience    `json:"audience,omitempty" enum:"team,coordination,sealed"`
	SubjectID   string               `json:"subject_id,omitempty"`
	Outcome     dispatch.Outcome     `json:"outcome,omitempty" enum:"found,missing,deceased,closed"`
	Condition   dispatch.Condition   `json:"condition,omitempty" enum:"well,injured,no_signs_of_life,not_stated"`
	FoundBy     string               `json:"found_by,omitempty" enum:"team,police,public,self,family"`
	ConfirmedBy string               `json:"confirmed_by,omitempty"`
	Identity    string               `json:"identity,omitempty" enum:"confirmed,unconfirmed"`
	FamilyTold  bool                 `json:"family_told,omitempty" doc:"Without it a death is withheld"`
	Withhold    bool                 `json:"withhold,omitempty" doc:"Withhold any outcome until the family is told"`
	ToldBy      string               `json:"told_by,omitempty"`
	Role        string               `json:"role,omitempty"`
	Location    *PointView           `json:"location,omitempty"`
	Round       int                  `json:"round,omitempty" doc:"Of roster.answer: the team's round on the case; the newest when absent"`
	Member      *MemberBody          `json:"member,omitempty" doc:"Of roster.answer"`
	Into        string               `json:"into,omitempty" doc:"Of case.merge: the id of the case that stays"`
	Other       string               `json:"other,omitempty" doc:"Of case.apart: the id of the case that is not the same"`

	ApplicationIDs []ApplicationRefBody `json:"application_ids,omitempty" doc:"Of case.split: the applications to take out; absent for a merged case, which comes back"`
	Channel        dispatch.Channel     `json:"channel,omitempty" enum:"webpush,webhook" doc:"Of assignment.notified, which the program alone gives"`
	About          dispatch.EventType   `json:"about,omitempty" doc:"Of assignment.notified: the event that was told"`
	Delivered      *bool                `json:"delivered,omitempty" doc:"Of assignment.notified"`
	Replaces       string               `json:"replaces,omitempty" doc:"Of case.assign: the team that goes home instead"`
	To             string               `json:"to,omitempty" doc:"Of case.hand_over: the id of the key whose holder takes the case, or over HTTP its name"`
	Point          dispatch.PointKind   `json:"point,omitempty" enum:"staging,home,clue,found,hazard" doc:"Of case.point"`
	Photo          string               `json:"photo,omitempty" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Of case.point: the id that its photo will be sent under, with PUT /cases/{id}/photos/{photo_id}"`
	CheckIn        *int                 `json:"check_in_minutes,omitempty" doc:"Of case.update: how often teams on the case check in; 0: never"`
}

// MemberBody is what a member of a team answers. What is absent stays as it is
// known.
type MemberBody struct {
	ID         string          `json:"id" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Of the member on this assignment; a new one adds a member"`
	Name       string          `json:"name,omitempty" maxLength:"100" doc:"Required of who goes"`
	Phone      string          `json:"phone,omitempty" maxLength:"32"`
	Adult      *bool           `json:"adult,omitempty" doc:"18 or older; required of who goes. A minor is refused, but at an event with guardian"`
	Guardian   bool            `json:"guardian,omitempty" doc:"Of a minor: a parent or guardian agrees and comes along"`
	Answer     dispatch.Answer `json:"answer" enum:"coming,not_coming,arrived,home"`
	ETAMinutes *int            `json:"eta_minutes,omitempty"`
	Seats      *int            `json:"seats,omitempty" doc:"Free places in the car, 0 to 60"`
}

// ApplicationRefBody names an application.
type ApplicationRefBody struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

// TeamBody registers a team.
type TeamBody struct {
	Type         string             `json:"type,omitempty" enum:"team.registered" doc:"Required in Kafka"`
	ID           string             `json:"id,omitempty" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Over HTTP it is set from the address"`
	Organisation string             `json:"organisation,omitempty"`
	Branch       string             `json:"branch,omitempty"`
	Name         string             `json:"name"`
	Base         PointView          `json:"base"`
	Kinds        []dispatch.Kind    `json:"kinds,omitempty" doc:"What it may be asked for; missing_person and emergency when absent"`
	Skills       []string           `json:"skills,omitempty"`
	Members      int                `json:"members,omitempty"`
	Capacity     int                `json:"capacity,omitempty" doc:"Cases at once"`
	RangeKM      float64            `json:"range_km,omitempty" doc:"Kilometres; absent: no limit"`
	Answers      dispatch.Answers   `json:"answers,omitempty" enum:"manual,automatic"`
	Transport    dispatch.Transport `json:"transport,omitempty" enum:"on_foot,car,offroad,snowmobile,boat,helicopter" doc:"How it gets to a place; car when absent"`
	Duty         *DutyView          `json:"duty,omitempty" doc:"When it is on duty; absent: always"`
	Certificates []CertificateView  `json:"certificates,omitempty"`
	Contacts     []ContactBody      `json:"contacts,omitempty" doc:"Ways to wake it, which no answer shows; absent: as they are known"`
	At           *time.Time         `json:"at,omitempty"`
}

// ContactBody is a way to wake a team.
type ContactBody struct {
	Channel string `json:"channel" enum:"webpush,webhook"`
	Address string `json:"address"`
}

// CoordinatorBody registers a coordinator.
type CoordinatorBody struct {
	Type     string        `json:"type,omitempty" enum:"coordinator.registered" doc:"Required in Kafka"`
	ID       string        `json:"id,omitempty" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Over HTTP it is set from the address"`
	Name     string        `json:"name,omitempty"`
	Regions  []string      `json:"regions,omitempty" doc:"ISO 3166-2; absent: every region, where nobody of the region is on duty"`
	Contacts []ContactBody `json:"contacts,omitempty" doc:"Ways to wake them, which no answer shows; absent: as they are known"`
	Language string        `json:"language,omitempty" enum:"kk,ru,en"`
	Duty     *DutyView     `json:"duty,omitempty" doc:"When the coordinator is on duty; absent: always"`
	At       *time.Time    `json:"at,omitempty"`
}

// AvailabilityBody says whether a team can be asked.
type AvailabilityBody struct {
	Type      string     `json:"type,omitempty" enum:"team.availability" doc:"Required in Kafka"`
	ID        string     `json:"id,omitempty" doc:"Over HTTP it is set from the address"`
	Available bool       `json:"available" doc:"true goes before the team's duty calendar until that changes, and ends a rest"`
	Until     *time.Time `json:"until,omitempty" doc:"When it can be asked again"`
	At        *time.Time `json:"at,omitempty"`
}

// PositionBody says where a team is.
type PositionBody struct {
	TeamID    string     `json:"team_id,omitempty" doc:"Over HTTP it is set from the address"`
	Position  PointView  `json:"position"`
	At        *time.Time `json:"at,omitempty"`
	AccuracyM float64    `json:"accuracy_m,omitempty" doc:"Metres"`
}

// DeadLetterBody is what goes out to the dead letter topic: the record's own
// key and value, cut to 64 KiB, with these headers.
type DeadLetterBody struct {
	Reason    string `json:"reason"`
	Detail    string `json:"detail"`
	Topic     string `json:"topic"`
	Partition int    `json:"partition"`
	Offset    int64  `json:"offset"`
	SHA256    string `json:"sha256,omitempty" doc:"Of a value that was cut"`
}
