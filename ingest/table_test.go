package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// linesOf gives what is wrong as "line column code".
func linesOf(problems []LineProblem) string {
	var lines []string
	for _, one := range problems {
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprint(one.Line, " ", one.Column, " ", one.Code)), " "))
	}
	return strings.Join(lines, "; ")
}

func TestPlaceTable(t *testing.T) {
	const header = "name_kk,name_ru,name_en,lat,lon,region\n"
	for _, c := range []struct {
		name, file string
		good       int
		want       string
	}{
		{"good", header + "Жуковка,Жуковка,Zhukovka,53.42,63.95,KZ-39\n,Белая Гора,,53.1,63.2,\n", 2, ""},
		{"semicolons and decimal commas", "name_ru;lat;lon\nЖуковка;53,42;63,95\n", 1, ""},
		{"tabs, a mark at the start and other names", "\ufeffru\tlatitude\tlongitude\nЖуковка\t53.42\t63.95\r\n", 1, ""},
		{"blank lines", header + "\n,,,,,\nЖ,,,53.42,63.95,\n", 1, ""},
		{"a quoted name over two lines", header + "\"Жуков\nка\",,,53.42,63.95,\nX,,,1,1,\n", 1, "4 lat outside"},
		{"no name", header + ",,,53.42,63.95,\n", 0, "2 name_ru empty"},
		{"no place", header + "Ж,,,,,\n", 0, "2 lat empty; 2 lon empty"},
		{"no number", header + "Ж,,,53°,63.95,\n", 0, "2 lat no_number"},
		{"NaN", header + "Ж,,,NaN,63.95,\n", 0, "2 lat no_number"},
		{"swapped", header + "Ж,,,63.95,53.42,\n", 0, "2 lat swapped"},
		{"outside", header + "Ж,,,55.75,37.62,\n", 0, "2 lat outside"},
		{"no region", header + "Ж,,,53.42,63.95,KZ-99\n", 0, "2 region unknown_word"},
		{"another region", header + "Ж,,,53.42,63.95,KZ-75\n", 0, "2 region outside"},
		{"twice", header + "Ж,,,53.42,63.95,\nЖ,,,53.42,63.95,\n", 1, "3 twice"},
		{"a wrong id", "id,name_ru,lat,lon\na b,Ж,53.42,63.95\n", 0, "2 invalid"},
		{"too many fields", header + "Ж,,,53.42,63.95,,x\n", 0, "2 too_many_fields"},
		{"a quotation mark", header + "Ж\"x,,,53.42,63.95,\nЖ,,,53.42,63.95,\n", 1, "2 quotes"},
		{"no columns", "name\nЖ\n", 0, "1 lat no_column; 1 lon no_column"},
		{"empty", "", 0, "0 empty"},
		{"no text", "\xff\xfe\x00n", 0, "0 not_text"},
	} {
		messages, problems, err := ReadPlaceTable(strings.NewReader(c.file))
		if err != nil || len(messages) != c.good || linesOf(problems) != c.want {
			t.Errorf("%s: %d good, %q, %v; want %d good, %q", c.name, len(messages), linesOf(problems), err, c.good, c.want)
		}
		for _, one := range problems {
			if strings.Contains(one.String(), "Ж") {
				t.Errorf("%s: a problem repeats a value: %s", c.name, one)
			}
		}
	}
	// The same file gives the same places.
	ids := func() string {
		messages, _, _ := ReadPlaceTable(strings.NewReader(header + "Ж,,,53.42,63.95,\nЖ,,,54.42,63.95,\n"))
		return messages[0].ID + " " + messages[1].ID
	}
	if a, b := ids(), ids(); a != b || strings.Fields(a)[0] == strings.Fields(a)[1] {
		t.Errorf("ids %q, %q", a, b)
	}
}

func TestTeamTable(t *testing.T) {
	const header = "name,organisation,branch,base,members,capacity,kinds,skills,transport\n"
	for _, c := range []struct {
		name, file string
		good       int
		want       string
	}{
		{"by a town", header + "Region-10 Лисаковск,Region-10,Lisakovsk,Лисаковск,12,1,missing_person;emergency,dog;snowmobile,offroad\n", 1, ""},
		{"by coordinates", header + "A,,,\"52.54, 62.49\",,,,,\n", 1, ""},
		{"by columns", "team,lat,lon\nA,52.54,62.49\n", 1, ""},
		{"no base", header + "A,,,,,,,,\n", 0, "2 base empty"},
		{"no such town", header + "A,,,Нетакого,,,,,\n", 0, "2 base unknown_place"},
		{"two towns", header + "A,,,Аксу,,,,,\n", 0, "2 base many_places"},
		{"swapped", header + "A,,,\"62.49, 52.54\",,,,,\n", 0, "2 base swapped"},
		{"no name", header + ",,,Лисаковск,,,,,\n", 0, "2 name empty"},
		{"words", header + "A,,,Лисаковск,x,,fire,,bus\n", 0, "2 members no_number; 2 kinds unknown_word; 2 transport unknown_word"},
		{"half a person", header + "A,,,Лисаковск,1.5,,,,\n", 0, "2 invalid"},
		{"on duty", "name,base,duty\nA,Рудный,\"пн-пт 20:00-08:00; сб,вс 00:00–24:00\"\n", 1, ""},
		{"always on duty", "name,base,duty\nA,Рудный,\n", 1, ""},
		{"no duty", "name;base;duty\nA;Рудный;nights\nB;Рудный;mon 20:00\nC;Рудный;mon-xyz 20:00-08:00\nD;Рудный;25:00-08:00\nE;Рудный;24:00-08:00\nF;Рудный;|\n", 0,
			"2 duty no_duty; 3 duty no_duty; 4 duty no_duty; 5 duty no_duty; 6 duty no_duty; 7 duty no_duty"},
		{"one id for two", header + "A,,,Лисаковск,,,,,\nA,,,Рудный,,,,,\n", 1, "3 twice"},
	} {
		messages, problems, err := ReadTeamTable(strings.NewReader(c.file))
		if err != nil || len(messages) != c.good || linesOf(problems) != c.want {
			t.Errorf("%s: %d good, %q, %v; want %d good, %q", c.name, len(messages), linesOf(problems), err, c.good, c.want)
		}
	}
	messages, _, _ := ReadTeamTable(strings.NewReader(header + "Region-10 Лисаковск,Region-10,Lisakovsk,Лисаковск,12,2,emergency,dog;snowmobile,offroad\n"))
	team, _, err := ReadTeam(messages[0].Body, time.Time{})
	if err != nil || team.ID != "region-10-lisakovsk" || team.Members != 12 || team.Capacity != 2 || len(team.Skills) != 2 || team.Transport != "offroad" ||
		team.Branch != "Lisakovsk" || team.Base[0] < 62 || team.Base[0] > 63 {
		t.Errorf("%+v, %v", team, err)
	}
}

// TestDutyText: a weekly pattern in three languages, as people write it.
func TestDutyText(t *testing.T) {
	for text, want := range map[string]string{
		"mon-fri 20:00-08:00; sat,sun 00:00-24:00": "[mon tue wed thu fri] 20:00 08:00, [sat sun] 00:00 24:00",
		"пн–пт 8:00–20:00|Сб. Вс 09:00-18:00":      "[mon tue wed thu fri] 08:00 20:00, [sat sun] 09:00 18:00",
		"Дс, Сәр+Жм 20:00-08:00":                   "[mon wed fri] 20:00 08:00",
		"20:00-08:00":                              "[mon tue wed thu fri sat sun] 20:00 08:00",
		"sat-mon 00:00-24:00":                      "[sat sun mon] 00:00 24:00",
		"mon mon-tue 00:00-24:00;;":                "[mon tue] 00:00 24:00",
		"":                                         "", "mon": "", "mon 8-20": "", "mon 08:00-": "", "08:00-20:00 mon": "", "monday 08:00-20:00": "", "- 08:00-20:00": "",
		strings.Repeat("08:00-20:00;", 22): "",
	} {
		var shifts []string
		if duty, ok := readDuty(text); ok {
			for _, one := range duty.Weekly {
				shifts = append(shifts, fmt.Sprint(one.Days, " ", one.From, " ", one.To))
			}
		}
		if got := strings.Join(shifts, ", "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzTables: whatever the file, every message is a good one, and every
// problem says where and why.
func FuzzTables(f *testing.F) {
	f.Add("name_ru,lat,lon\nЖуковка,53.42,63.95\n")
	f.Add("name;base;duty\nA;Лисаковск;пн-пт 20:00-08:00|sat 00:00-24:00\n")
	f.Add("name;base;members\nA;Лисаковск;3\n\"x;y;z\n")
	f.Fuzz(func(t *testing.T, file string) {
		places, problems, err := ReadPlaceTable(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		teams, more, err := ReadTeamTable(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range append(places, teams...) {
			if err := CheckTeamMessage(one.Body, time.Time{}); err != nil || one.Line < 2 {
				t.Fatalf("line %d: %v", one.Line, err)
			}
		}
		known := map[string]bool{}
		for _, code := range LineProblemCodes() {
			known[code] = true
		}
		for _, one := range append(problems, more...) {
			if _, err := json.Marshal(one); err != nil || !known[one.Code] || one.Detail == "" {
				t.Fatalf("%+v: %v", one, err)
			}
		}
	})
}
