package ingest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

func TestTeamList(t *testing.T) {
	const header = "number,reference,name,age,opened,ended,outcome\n"
	for _, c := range []struct {
		name, file string
		good       int
		want       string
	}{
		{"by number", header + "39-2026-000041,,,,,,found\n", 1, ""},
		{"by reference", header + ",KUI 24391,,,,,deceased\n", 1, ""},
		{"by name", header + ",,Иванов Иван,14,2026-05-04,,missing\n", 1, ""},
		{"the day of the outcome", header + ",,Иванов Иван,,,05.05.2026,\n", 1, ""},
		{"in Russian with semicolons and a mark", "\ufeffФИО;Возраст;Дата заявки;Исход;Примечание\r\nИванов Иван;14 лет;4.05.2026 10:30;Найден(а), жив(а);x\r\n", 1, ""},
		{"in Kazakh with tabs", "Аты-жөні\tЖасы\tӨтінім күні\tНәтиже\nНұрлан\t14 жас\t2026-05-04T10:30\tАман табылды\n", 1, ""},
		{"in English", "Full name,Age,Filed,Result\nIvan,14,2026-05-04,Found dead\n", 1, ""},
		{"a name in three columns", "Фамилия,Имя,Отчество,Дата,Итог\nИванов,Иван,Иванович,04.05.2026,Не найден(а): поиск приостановлен\n", 1, ""},
		{"blank lines", header + "\n,,,,,,\n39-2026-1,,,,,,closed\n", 1, ""},
		{"nobody", header + ",,,14,2026-05-04,,found\n", 0, "2 number empty"},
		{"a name alone", header + ",,Secretmarker,,,,found\n", 0, "2 opened empty"},
		{"no age", header + "1,,Secretmarker,Secretmarker,,,found\n2,,,131,,,found\n3,,,8 months,,,found\n4,,,1.5,,,found\n", 0, "2 age no_number; 3 age no_number; 4 age no_number; 5 age no_number"},
		{"no day", header + "1,,,,05/04/2026,,found\n2,,,,,Secretmarker,found\n3,,,,46000,,found\n,,A,,31.02.2026,,found\n",
			0, "2 opened no_date; 3 ended no_date; 4 opened no_date; 5 opened no_date"},
		{"an unknown outcome", header + "1,,,,,,Secretmarker\n2,,,,,,found\n", 1, "2 outcome unknown_word"},
		{"too many fields", header + "1,,,,,,found,Secretmarker\n", 0, "2 too_many_fields"},
		{"a quotation mark", header + "Secret\"marker,,,,,,found\n1,,,,,,found\n", 1, "2 quotes"},
		{"no outcome", "number,name\n1,Secretmarker\n", 0, "1 outcome no_column"},
		{"empty", "", 0, "0 empty"},
		{"no text", "\xff\xfe\x00n", 0, "0 not_text"},
		{"too many rows", header + strings.Repeat("1,,,,,,found\n", maxListedRows+1), 0, "0 too_many_rows"},
		{"as many as may be", header + strings.Repeat("1,,,,,,found\n", maxListedRows), maxListedRows, ""},
	} {
		list, err := ReadTeamList(strings.NewReader(c.file))
		if err != nil || len(list.Rows) != c.good || linesOf(list.Problems) != c.want {
			t.Errorf("%s: %d good, %q, %v; want %d good, %q", c.name, len(list.Rows), linesOf(list.Problems), err, c.good, c.want)
		}
		for _, one := range list.Problems {
			if strings.Contains(strings.ToLower(one.String()), "marker") {
				t.Errorf("%s: a problem repeats a value: %s", c.name, one)
			}
		}
	}
	list, err := ReadTeamList(strings.NewReader("Номер\tКУИ\tФамилия\tИмя\tВозраст\tДата\tДата исхода\tИсход\n 39-2026-000041 \tКУИ 7\tИванов\tИван\t14\t4.5.2026\t2026-05-06 03:00\tПогибла\n"))
	if err != nil || len(list.Rows) != 1 {
		t.Fatal(list, err)
	}
	day := func(n int) time.Time { return time.Date(2026, 5, n, 0, 0, 0, 0, geo.CountryTime) }
	if r := list.Rows[0]; r.Line != 2 || r.Number != "39-2026-000041" || r.Reference != "КУИ 7" || r.Name != "Иванов Иван" || *r.Age != 14 || !r.Opened.Equal(day(4)) || !r.Ended.Equal(day(6)) ||
		r.Outcome != dispatch.OutcomeDeceased {
		t.Errorf("%+v", r)
	}
}

// TestListedWords: a word means one outcome, a name one column, and both are
// found as people write them.
func TestListedWords(t *testing.T) {
	seen := map[string]dispatch.Outcome{}
	for outcome, words := range listedOutcomes {
		for _, word := range words {
			if other, twice := seen[word]; twice {
				t.Errorf("%q means %q and %q", word, outcome, other)
			}
			seen[word] = outcome
			if plainWords(word) != word {
				t.Errorf("%q is never found: it is read as %q", word, plainWords(word))
			}
		}
	}
	for text, want := range map[string]dispatch.Outcome{"found": "found", "MISSING": "missing", "deceased": "deceased", "closed": "closed", "": "", " — ": "", "Найден, жив": "found", "НАЙДЕНА.": "found",
		"Погиб(ла)": "deceased", "Найден мёртвым": "deceased", "не найден(а)": "missing", "Табылмады; іздеу тоқтатыла тұрды": "missing", "Қайтыс болған": "deceased", "Жабылды": "closed", "в поиске": ""} {
		if got, known := outcomeOfWords[plainWords(text)]; !known || got != want {
			t.Errorf("%q is %q (%v), want %q", text, got, known, want)
		}
	}
	for name := range listColumns {
		if strings.ToLower(name) != name {
			t.Errorf("the column %q is never found", name)
		}
	}
}

// FuzzTeamList: whatever the list, its rows have what they are compared by, and
// every problem says where and why.
func FuzzTeamList(f *testing.F) {
	f.Add("number,outcome\n39-2026-000041,found\n")
	f.Add("ФИО;Возраст;Дата;Исход\nИванов Иван;14 лет;04.05.2026;Найден(а)\n")
	f.Add("name\topened\toutcome\nA\t2026-05-04\t)(\n\"x\n")
	f.Fuzz(func(t *testing.T, file string) {
		list, err := ReadTeamList(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list.Rows {
			if row.Line < 2 || row.Number == "" && row.Reference == "" && (row.Name == "" || row.Opened.IsZero() && row.Ended.IsZero()) ||
				row.Outcome != dispatch.OutcomeOpen && !slices.Contains(dispatch.Outcomes(), row.Outcome) {
				t.Fatalf("%+v", row)
			}
		}
		for _, one := range list.Problems {
			if _, err := json.Marshal(one); err != nil || !slices.Contains(LineProblemCodes(), one.Code) || one.Detail == "" {
				t.Fatal(fmt.Sprint(one), err)
			}
		}
	})
}
