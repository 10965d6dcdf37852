package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// tongues are the languages of what goes to people; the state language first.
var tongues = []string{"kk", "ru", "en"}

// phrase is a text in each of the tongues, in their order.
type phrase [3]string

func (p phrase) in(tongue string) string {
	for i, one := range tongues {
		if one == tongue {
			return p[i]
		}
	}
	return p[0]
}

// The words of a call-out.
var (
	wordExercise = phrase{"ОҚУ-ЖАТТЫҒУ", "УЧЕНИЯ", "EXERCISE"}
	wordDemo     = phrase{"ДЕМО, нақты оқиға емес", "ДЕМО, не настоящее происшествие", "DEMO, not a real case"}
	wordTeam     = phrase{"«%s» жасағы: ", "Отряд «%s»: ", "Team %s: "}
	wordPlace    = phrase{"Орны: ", "Место: ", "Place: "}
	wordMeeting  = phrase{"Жиналу орны: ", "Место сбора: ", "Meeting point: "}
	wordAskLead  = phrase{"Жиналу орнын жасақ жетекшісі айтады", "Место сбора сообщит руководитель отряда", "The team lead says where to meet"}
	wordSeen     = phrase{"Соңғы рет көрілген: ", "В последний раз видели: ", "Last seen: "}
	wordReceived = phrase{"Хабар түскен уақыт: ", "Сообщили: ", "Reported: "}
	wordStarts   = phrase{"Басталуы: ", "Начало: ", "Starts: "}
	wordAnswer   = phrase{"Баратын-бармайтыныңызды осында белгілеңіз (18 жастан): ", "Отметьте здесь, едете ли вы (с 18 лет): ",
		"Say here whether you come (18 or older): "}
	wordAnswerEvent = phrase{"Қатысатыныңызды осында белгілеңіз: ", "Отметьте здесь, участвуете ли вы: ", "Say here whether you take part: "}
)

// incidentWords say what an emergency is.
var incidentWords = map[dispatch.Incident]phrase{
	"flood":     {"су тасқыны", "паводок", "a flood"},
	"snow_trap": {"қар құрсауы", "снежный занос", "people caught by snow"},
	"ice":       {"мұз үстіндегі оқиға", "происшествие на льду", "an emergency on ice"},
	"water":     {"судағы оқиға", "происшествие на воде", "an emergency on water"},
	"fire":      {"өрт", "пожар", "a fire"},
	"mountain":  {"таудағы оқиға", "происшествие в горах", "an emergency in the mountains"},
	"technical": {"техногендік апат", "техногенная авария", "a technical accident"},
	"other":     {"төтенше жағдай", "ЧС", "an emergency"},
}

// personWords say who is missing: with the sex, a minor and an adult.
var personWords = map[bool]map[dispatch.Sex]phrase{
	true:  {"male": {"ұл бала", "мальчик", "a boy"}, "female": {"қыз бала", "девочка", "a girl"}, "": {"бала", "ребёнок", "a child"}},
	false: {"male": {"ер адам", "мужчина", "a man"}, "female": {"әйел", "женщина", "a woman"}, "": {"адам", "человек", "a person"}},
}

// adultAge is the age of majority in Kazakhstan.
const adultAge = 18

// callOutText is what goes to a team's own group: what happened in few words,
// the village, when, and the link. No name, no address, no health, no
// coordinates but the meeting point's: there is no consent to publish on
// record, and whom the group's messages are passed on to nobody knows
// (domain/practice.md, section 7).
func callOutText(tongue string, c *dispatch.Case, team string, demo bool, link string) string {
	var b strings.Builder
	if demo {
		b.WriteString(wordDemo.in(tongue) + ". ")
	}
	if c.Exercise {
		b.WriteString(wordExercise.in(tongue) + ". ")
	}
	fmt.Fprintf(&b, wordTeam.in(tongue), team)
	b.WriteString(whatHappened(tongue, c) + ".\n")
	if place := publicPlace(tongue, c); place != "" {
		b.WriteString(wordPlace.in(tongue) + place + ".\n")
	}
	if meeting := meetingPoint(c); meeting != nil {
		fmt.Fprintf(&b, "%s%.5f, %.5f\n", wordMeeting.in(tongue), meeting.Lat(), meeting.Lon())
	} else {
		b.WriteString(wordAskLead.in(tongue) + ".\n")
	}
	label, at := callOutTime(c)
	b.WriteString(label.in(tongue) + localTime(at) + ".\n")
	if c.Kind == dispatch.VolunteerEvent {
		b.WriteString(wordAnswerEvent.in(tongue))
	} else {
		b.WriteString(wordAnswer.in(tongue))
	}
	b.WriteString(link)
	return b.String()
}

// whatHappened says it without a name.
func whatHappened(tongue string, c *dispatch.Case) string {
	switch {
	case c.Kind == dispatch.VolunteerEvent:
		what := phrase{"волонтерлік іс-шара", "волонтёрское мероприятие", "a volunteer event"}.in(tongue)
		if c.Event != nil && c.Event.Title != "" {
			what += ": " + oneLine(c.Event.Title, 80)
		}
		return what
	case c.Kind == dispatch.Emergency:
		what, known := incidentWords[c.Incident]
		if !known {
			what = incidentWords["other"]
		}
		return what.in(tongue)
	case len(c.Subjects) == 1:
		return whoIsMissing(tongue, &c.Subjects[0])
	case len(c.Subjects) == 0:
		return whoIsMissing(tongue, &dispatch.Subject{})
	}
	n := len(c.Subjects)
	switch tongue {
	case "kk":
		return fmt.Sprintf("%d адам жоғалды", n)
	case "ru":
		return fmt.Sprintf("пропали %d %s", n, russianCount(n, "человек", "человека", "человек"))
	}
	return fmt.Sprintf("%d people are missing", n)
}

func whoIsMissing(tongue string, s *dispatch.Subject) string {
	who := personWords[s.Age != nil && *s.Age < adultAge][s.Sex].in(tongue)
	switch tongue {
	case "kk":
		switch {
		case s.Age == nil:
			return who + " жоғалды"
		case *s.Age == 0:
			return "1 жасқа толмаған " + who + " жоғалды"
		}
		return strconv.Itoa(*s.Age) + " жастағы " + who + " жоғалды"
	case "ru":
		verb := "пропал "
		if s.Sex == "female" {
			verb = "пропала "
		}
		switch {
		case s.Age == nil:
			return verb + who
		case *s.Age == 0:
			return verb + who + ", до года"
		}
		return verb + who + ", " + strconv.Itoa(*s.Age) + " " + russianCount(*s.Age, "год", "года", "лет")
	}
	switch {
	case s.Age == nil:
		return who + " is missing"
	case *s.Age == 0:
		return who + " under 1 is missing"
	}
	return who + ", " + strconv.Itoa(*s.Age) + ", is missing"
}

// russianCount gives the form of a noun after a number.
func russianCount(n int, one, few, many string) string {
	switch last, lastTwo := n%10, n%100; {
	case last == 1 && lastTwo != 11:
		return one
	case last >= 2 && last <= 4 && (lastTwo < 12 || lastTwo > 14):
		return few
	}
	return many
}

// publicPlace gives the first part of the place that has no number in it: the
// village, not the house; the region where there is none.
func publicPlace(tongue string, c *dispatch.Case) string {
	for part := range strings.SplitSeq(c.Personal.Place, ",") {
		part = oneLine(part, 60)
		if part != "" && !strings.ContainsFunc(part, unicode.IsDigit) && !namesStreet(part) {
			return part
		}
	}
	region, known := geo.RegionByCode(c.Region)
	if !known {
		return ""
	}
	return phrase{region.Names.Kazakh, region.Names.Russian, region.Names.English}.in(tongue)
}

// namesStreet says that a part of a place is a street, which is told to nobody.
func namesStreet(part string) bool {
	part = strings.ToLower(part)
	for _, word := range []string{"ул.", "улица", "пр.", "проспект", "пер.", "переулок", "көше", "даңғыл", "мкр", "street", "avenue"} {
		if strings.Contains(part, word) {
			return true
		}
	}
	return false
}

// oneLine makes a text fit into a message.
func oneLine(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// meetingPoint is where teams gather, the newest that somebody has said; nil
// while nobody has. It is never the last known point.
func meetingPoint(c *dispatch.Case) *orb.Point {
	for i := len(c.Personal.Points) - 1; i >= 0; i-- {
		if p := &c.Personal.Points[i]; p.Kind == dispatch.PointStaging {
			return &p.Location
		}
	}
	return nil
}

// callOutTime gives the time that matters, and what it is.
func callOutTime(c *dispatch.Case) (phrase, time.Time) {
	if c.Event != nil && !c.Event.StartsAt.IsZero() {
		return wordStarts, c.Event.StartsAt
	}
	var seen time.Time
	for i := range c.Subjects {
		if at := c.Subjects[i].LastSeenAt; !at.IsZero() && (seen.IsZero() || at.Before(seen)) {
			seen = at
		}
	}
	if !seen.IsZero() {
		return wordSeen, seen
	}
	return wordReceived, c.OpenedAt
}

func localTime(t time.Time) string { return t.In(geo.CountryTime).Format("02.01 15:04") }
