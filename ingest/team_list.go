package ingest

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

// maxListedRows bounds the rows of a team's list.
const maxListedRows = 2000

// maxAge is the highest age in years that is taken for one.
const maxAge = 130

// listColumns are other names of the columns of a team's list.
var listColumns = columnNames(map[string]string{
	"number":     "case number, case|номер случая, номер происшествия, номер поиска, номер|оқиға нөмірі, іздеу нөмірі, нөмірі, нөмір",
	"reference":  "police number, police reference, police, kui|куи, номер куи, № куи, номер в полиции, номер регистрации в полиции, полиция|полициядағы тіркеу нөмірі, полиция нөмірі",
	"name":       "full name, person, first name|фио, ф.и.о., имя, имя пропавшего, пропавший|аты-жөні, аты, есімі, жоғалған адам",
	"surname":    "last name, family name|фамилия|тегі",
	"patronymic": "|отчество|әкесінің аты",
	"age":        "|возраст, лет|жасы, жас",
	"opened":     "date, opened on, filed|дата, дата заявки, дата заявления, дата пропажи|күні, өтінім күні, арыз күні, жоғалған күні",
	"ended":      "end, ended on, outcome date, found on|дата исхода, дата окончания, дата завершения, дата нахождения|нәтиже күні, аяқталған күні, табылған күні",
	"outcome":    "result, status|исход, итог, результат, статус|нәтиже, нәтижесі, қорытынды, күйі",
})

// columnNames turns lists of names in three languages round.
func columnNames(lists map[string]string) map[string]string {
	names := map[string]string{}
	for column, list := range lists {
		for _, name := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == '|' }) {
			names[strings.TrimSpace(name)] = column
		}
	}
	return names
}

// listedOutcomes are the words of outcomes, as plainWords makes them.
var listedOutcomes = map[dispatch.Outcome][]string{
	dispatch.OutcomeOpen: {"", "open", "searching", "still sought", "в поиске", "ищем", "идет поиск", "поиск продолжается", "не закрыт", "не закрыто",
		"іздеуде", "іздеп жатырмыз", "іздеу жүріп жатыр", "іздеу жалғасуда"},
	dispatch.OutcomeFound: {"found", "found well", "found alive", "found injured", "alive", "найден", "найдена", "найдены", "найден жив", "найдена жива", "найдены живы",
		"найден живым", "найдена живой", "найден живой", "найдена живая", "жив", "жива", "живы", "жив здоров", "найден травмирован", "найдена травмирована",
		"табылды", "аман табылды", "аман", "тірі табылды", "тірі", "жарақатпен табылды"},
	dispatch.OutcomeMissing: {"missing", "not found", "not found search suspended", "suspended", "не найден", "не найдена", "не найдены",
		"поиск приостановлен", "не найден поиск приостановлен", "не найдена поиск приостановлен", "табылмады", "табылмады іздеу тоқтатыла тұрды", "іздеу тоқтатыла тұрды"},
	dispatch.OutcomeDeceased: {"deceased", "dead", "died", "found dead", "found deceased", "погиб", "погибла", "погибли", "умер", "умерла", "скончался", "скончалась",
		"найден погибшим", "найдена погибшей", "найден мертвым", "найдена мертвой", "найден погиб", "найдена погибла", "қайтыс болған", "қайтыс болды", "қаза тапты", "қаза тапқан"},
	dispatch.OutcomeClosed: {"closed", "not confirmed", "false call", "cancelled", "canceled", "rescued", "evacuated", "закрыто", "закрыт", "закрыта", "не подтвердилось",
		"ложный вызов", "отменено", "отменен", "отменена", "спасен", "спасена", "спасены", "эвакуирован", "эвакуирована", "эвакуированы",
		"жабылды", "расталмады", "жалған шақыру", "құтқарылды", "эвакуацияланды"},
}

var outcomeOfWords = func() map[string]dispatch.Outcome {
	all := map[string]dispatch.Outcome{}
	for outcome, words := range listedOutcomes {
		for _, word := range words {
			all[word] = outcome
		}
	}
	return all
}()

// plainWords gives words in small letters with single blanks between them, without
// punctuation and without what stands in brackets: "Найден(а), жив(а)" is
// "найден жив".
func plainWords(text string) string {
	depth := 0
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case c == '(':
			depth++
			return -1
		case c == ')':
			depth = max(depth-1, 0)
			return -1
		case depth > 0:
			return -1
		case c == 'ё':
			return 'е'
		case strings.ContainsRune(",.;:!-–—_/", c):
			return ' '
		}
		return c
	}, strings.ToLower(text))), " ")
}

// ReadTeamList reads the list that a team keeps of its own work: outcome, one
// of number, reference and name, and if they are there age, opened and ended. A
// row with nothing but a name needs a day. The columns and the outcomes may be
// named in Kazakh, Russian or English. The error is one of reading; what is
// wrong with the list is in its problems, which never repeat what it says.
func ReadTeamList(in io.Reader) (*dispatch.TeamList, error) {
	t, err := readTable(in, listColumns, "outcome")
	if err != nil {
		return nil, err
	}
	if len(t.rows) > maxListedRows {
		return &dispatch.TeamList{Problems: []LineProblem{{Code: LineTooManyRows,
			Detail: fmt.Sprintf("the list has more than %d rows; compare a shorter period", maxListedRows)}}}, nil
	}
	list := &dispatch.TeamList{}
	for i := range t.rows {
		row := &t.rows[i]
		one := dispatch.ListedRow{Line: row.line, Number: row.get("number"), Reference: row.get("reference"),
			Name: strings.Join(strings.Fields(row.get("surname")+" "+row.get("name")+" "+row.get("patronymic")), " "),
			Age:  row.age(), Opened: row.day("opened"), Ended: row.day("ended")}
		outcome, known := outcomeOfWords[plainWords(row.get("outcome"))]
		if !known {
			row.refuse("outcome", LineUnknownWord, "is none of found, missing, deceased, closed, open, nor one of their words in Russian or Kazakh")
		}
		one.Outcome = outcome
		switch {
		case one.Number == "" && one.Reference == "" && one.Name == "":
			row.refuse("number", LineEmpty, "give the number of the case, the reference of the police or a name")
		case one.Number == "" && one.Reference == "" && one.Opened.IsZero() && one.Ended.IsZero() && !row.wrong:
			row.refuse("opened", LineEmpty, "a name alone is not enough: give the day of the application or of the outcome")
		}
		if !row.wrong {
			list.Rows = append(list.Rows, one)
		}
	}
	list.Problems = t.problems
	return list, nil
}

// ReadTeamList reads the list that a team keeps of its own work.
func (i *Intake) ReadTeamList(in io.Reader) (*dispatch.TeamList, error) { return ReadTeamList(in) }

// age reads whole years, with or without a word for them; nil when it is not said.
func (r *tableRow) age() *int {
	text := r.get("age")
	if text == "" {
		return nil
	}
	number := text
	if words := strings.Fields(strings.ToLower(text)); len(words) == 2 {
		switch words[1] {
		case "лет", "год", "года", "г.", "л.", "жас", "жаста", "years", "year":
			number = words[0]
		}
	}
	years, err := strconv.Atoi(number)
	if err != nil || years < 0 || years > maxAge {
		r.refuse("age", LineNoNumber, "is no age in whole years; write one such as 14, or leave it empty")
		return nil
	}
	return &years
}

// day reads a day in Kazakhstan, with or without a time of day, which is left
// out; zero when it is not said.
func (r *tableRow) day(column string) time.Time {
	text := r.get(column)
	if text == "" {
		return time.Time{}
	}
	day, _, _ := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	for _, layout := range []string{"2006-01-02", "2.1.2006"} {
		if at, err := time.ParseInLocation(layout, strings.TrimRight(day, ",."), geo.CountryTime); err == nil && at.Year() >= 1900 {
			return at
		}
	}
	r.refuse(column, LineNoDate, "is no day; write one such as 2026-11-21 or 21.11.2026, or leave it empty")
	return time.Time{}
}
