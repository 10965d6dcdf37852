package web

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
)

func TestCallOutSaysWhatHappened(t *testing.T) {
	age := func(years int) *int { return &years }
	missing := func(subjects ...dispatch.Subject) *dispatch.Case {
		return &dispatch.Case{Kind: dispatch.MissingPerson, Subjects: subjects}
	}
	for _, test := range []struct {
		c          *dispatch.Case
		kk, ru, en string
	}{
		{missing(dispatch.Subject{Sex: "female", Age: age(71)}), "71 жастағы әйел жоғалды", "пропала женщина, 71 год", "a woman, 71, is missing"},
		{missing(dispatch.Subject{Sex: "male", Age: age(3)}), "3 жастағы ұл бала жоғалды", "пропал мальчик, 3 года", "a boy, 3, is missing"},
		{missing(dispatch.Subject{Sex: "male", Age: age(12)}), "12 жастағы ұл бала жоғалды", "пропал мальчик, 12 лет", "a boy, 12, is missing"},
		{missing(dispatch.Subject{Age: age(0)}), "1 жасқа толмаған бала жоғалды", "пропал ребёнок, до года", "a child under 1 is missing"},
		{missing(dispatch.Subject{}), "адам жоғалды", "пропал человек", "a person is missing"},
		{missing(dispatch.Subject{}, dispatch.Subject{}), "2 адам жоғалды", "пропали 2 человека", "2 people are missing"},
		{missing(make([]dispatch.Subject, 11)...), "11 адам жоғалды", "пропали 11 человек", "11 people are missing"},
		{&dispatch.Case{Kind: dispatch.VolunteerEvent, CaseDetail: dispatch.CaseDetail{Event: &dispatch.EventDetails{Title: "Сенбілік"}}},
			"волонтерлік іс-шара: Сенбілік", "волонтёрское мероприятие: Сенбілік", "a volunteer event: Сенбілік"},
	} {
		for i, want := range []string{test.kk, test.ru, test.en} {
			if got := whatHappened(tongues[i], test.c); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	for _, incident := range append(dispatch.Incidents(), "") {
		for _, tongue := range tongues {
			if whatHappened(tongue, &dispatch.Case{Kind: dispatch.Emergency, Incident: incident}) == "" {
				t.Errorf("no word for %q in %s", incident, tongue)
			}
		}
		if _, known := incidentWords[incident]; !known && incident != "" {
			t.Errorf("no words for %q", incident)
		}
	}
}

// The village is told, and neither street nor house.
func TestCallOutTellsNoAddress(t *testing.T) {
	for place, want := range map[string]string{
		"Жуковка": "Жуковка", "Жуковка, ул. Абая 5": "Жуковка", "ул. Абая, Жуковка": "Жуковка", "Абай көшесі, Тобыл": "Тобыл",
		"дом 7, кв. 12, Рудный": "Рудный", "Абая 5": "Костанайская область", "": "Костанайская область", "  лес у\nозера ": "лес у озера",
	} {
		c := &dispatch.Case{Region: "KZ-39", Personal: dispatch.Personal{Place: place, Address: "Достық 1"}}
		if got := publicPlace("ru", c); got != want {
			t.Errorf("%q is told as %q, want %q", place, got, want)
		}
	}
	c := &dispatch.Case{Kind: dispatch.Emergency, Incident: "fire", Exercise: true, Personal: dispatch.Personal{Place: strings.Repeat("ұ", 300)}}
	if text := callOutText("kk", c, "Лидер", true, "https://izdeu.example.org/r/x"); len([]rune(text)) > 350 ||
		!strings.HasPrefix(text, "ДЕМО, нақты оқиға емес. ОҚУ-ЖАТТЫҒУ. «Лидер» жасағы: өрт.") || !strings.HasSuffix(text, ": https://izdeu.example.org/r/x") {
		t.Errorf("%s", text)
	}
}

// The group is told where to meet, and never the last known point.
func TestCallOutTellsMeetingPoint(t *testing.T) {
	last := orb.Point{62.11111, 52.22222}
	c := &dispatch.Case{Kind: dispatch.MissingPerson, Location: &last, Personal: dispatch.Personal{Place: "Жуковка",
		Points: []dispatch.Point{{Kind: dispatch.PointHome, Location: orb.Point{61, 51}}, {Kind: dispatch.PointClue, Location: orb.Point{61, 51}}}}}
	ask := map[string]string{"kk": "Жиналу орнын жасақ жетекшісі айтады.", "ru": "Место сбора сообщит руководитель отряда.", "en": "The team lead says where to meet."}
	said := map[string]string{"kk": "Жиналу орны: 53.43000, 63.95123\n", "ru": "Место сбора: 53.43000, 63.95123\n", "en": "Meeting point: 53.43000, 63.95123\n"}
	for _, tongue := range tongues {
		if text := callOutText(tongue, c, "Лидер", false, "https://x"); !strings.Contains(text, ask[tongue]) || strings.Contains(text, "52.22") || strings.Contains(text, "51.0") {
			t.Errorf("without a meeting point: %s", text)
		}
	}
	c.Personal.Points = append(c.Personal.Points, dispatch.Point{Kind: dispatch.PointStaging, Location: orb.Point{63.7, 53.3}},
		dispatch.Point{Kind: dispatch.PointStaging, Location: orb.Point{63.95123, 53.43}}, dispatch.Point{Kind: dispatch.PointHazard, Location: orb.Point{61, 51}})
	for _, tongue := range tongues {
		if text := callOutText(tongue, c, "Лидер", false, "https://x"); !strings.Contains(text, said[tongue]) || strings.Contains(text, ask[tongue]) {
			t.Errorf("with a meeting point: %s", text)
		}
	}
}
