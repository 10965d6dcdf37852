package notify

import (
	"fmt"
	"math"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// languages of what is told.
var languages = []string{"kk", "ru", "en"}

// defaultLanguage is for whoever has not said.
const defaultLanguage = "kk"

// text is a notice in one language.
type text struct{ Title, Body string }

// phrase is a text in the order of languages.
type phrase [3]string

func (p phrase) in(language string) string {
	for i, one := range languages {
		if one == language {
			return p[i]
		}
	}
	return p[0]
}

var titles = map[dispatch.EventType]phrase{
	dispatch.EventOffered:            {"Шақыру", "Вызов", "Call-out"},
	"assignment.rung":                {"Қайталама шақыру", "Повторный вызов", "Called again"},
	"assignment.check_in_missed":     {"Байланысқа шықпады", "Не вышли на связь", "Missed check-in"},
	"assignment.people_missing":      {"Бәрі қайтпады", "Вернулись не все", "Not all are back"},
	dispatch.EventWithdrawn:          {"Шақыру қайтарылды", "Вызов отозван", "Call withdrawn"},
	dispatch.EventStandingDown:       {"Кері қайту", "Отбой", "Stand down"},
	dispatch.EventCaseUnanswered:     {"Шақыратын жасақ қалмады", "Больше некого вызвать", "Nobody left to ask"},
	dispatch.EventPreemptionProposed: {"Жасақты бұруға болады", "Можно перенаправить отряд", "A team could be taken over"},
	dispatch.EventCaseOpened:         {"Өмірге қауіп бар, орны белгісіз", "Угроза жизни, место неизвестно", "Life-threatening, place unknown"},
	dispatch.AboutDeadLetter:         {"Оқылмаған хабарлама", "Сообщение не прочитано", "A message could not be read"},
}

var kinds = map[dispatch.Kind]phrase{
	dispatch.MissingPerson:  {"іздеу", "поиск", "search"},
	dispatch.Emergency:      {"төтенше жағдай", "ЧС", "emergency"},
	dispatch.VolunteerEvent: {"волонтерлік іс-шара", "волонтёрское мероприятие", "volunteer event"},
}

var urgencies = map[dispatch.Urgency]phrase{
	dispatch.LifeThreatening: {"өмірге қауіп бар", "угроза жизни", "life-threatening"},
	dispatch.Urgent:          {"шұғыл", "срочно", "urgent"},
}

var (
	exercise = phrase{"ОҚУ-ЖАТТЫҒУ", "УЧЕНИЯ", "EXERCISE"}
	inAll    = phrase{"Барлығы: %d.", "Всего: %d.", "%d in all."}
	distance = phrase{"%d км.", "%d км.", "%d km."}
	answerBy = phrase{"Жауап беру уақыты: %s дейін.", "Ответьте до %s.", "Answer by %s."}
	comeBack = phrase{"Іздеу аяқталды, қайтыңыздар.", "Поиск завершён, возвращайтесь.", "The search has ended, come back."}
	lookUp   = phrase{"Тақтаны қараңыз.", "Смотрите доску.", "See the board."}
)

// textOf is what a notice says in a language. It may stand on a locked screen.
func textOf(notice *dispatch.Notice, language string) text {
	if language == "" {
		language = defaultLanguage
	}
	t := text{Title: titles[notice.About].in(language)}
	if notice.Exercise {
		t.Title = exercise.in(language) + ": " + t.Title
	}
	if notice.Count > 1 {
		t.Body = fmt.Sprintf(inAll.in(language), notice.Count) + " " + lookUp.in(language)
		return t
	}
	if notice.CaseID == "" {
		t.Body = lookUp.in(language)
		return t
	}
	where := notice.Place
	if where == "" {
		where = regionName(notice.Region, language)
	}
	for _, part := range []string{kinds[notice.Kind].in(language), urgencies[notice.Urgency].in(language), notice.Number} {
		if part != "" && where != "" {
			where += ", "
		}
		where += part
	}
	t.Body = where + "."
	switch notice.About {
	case dispatch.EventOffered, "assignment.rung":
		if notice.DistanceM > 0 {
			t.Body += " " + fmt.Sprintf(distance.in(language), int(math.Ceil(notice.DistanceM/1000)))
		}
		if !notice.AnswerBy.IsZero() {
			t.Body += " " + fmt.Sprintf(answerBy.in(language), notice.AnswerBy.In(geo.CountryTime).Format("15:04"))
		}
	case dispatch.EventStandingDown:
		t.Body += " " + comeBack.in(language)
	}
	return t
}

func regionName(code, language string) string {
	region, ok := geo.RegionByCode(code)
	if !ok {
		return ""
	}
	return phrase{region.Names.Kazakh, region.Names.Russian, region.Names.English}.in(language)
}
