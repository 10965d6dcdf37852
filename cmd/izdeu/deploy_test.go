package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// root is the folder of the project, from here.
const root = "../.."

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// metricsOfTheSource gives the names of the metrics that the program makes.
func metricsOfTheSource(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			if name, err := strconv.Unquote(literal.Value); err == nil && metricName.FindString(name) == name {
				names[name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var (
	metricName = regexp.MustCompile(`\bizdeu_[a-z0-9_]+`)
	histogram  = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// TestOnlyMetricsThatThereAre holds alerts, dashboard and page to the program.
func TestOnlyMetricsThatThereAre(t *testing.T) {
	t.Parallel()
	known := metricsOfTheSource(t)
	if len(known) < 30 {
		t.Fatalf("only %d metrics were found in the source", len(known))
	}
	for _, file := range []string{"deploy/prometheus/rules.yaml", "deploy/prometheus/rules_test.yaml", "deploy/grafana/dashboard.json", "deploy/OPERATIONS.md"} {
		for _, name := range metricName.FindAllString(read(t, file), -1) {
			if !known[name] && !known[histogram.ReplaceAllString(name, "")] {
				t.Errorf("%s names the metric %s, which the program does not have", file, name)
			}
		}
	}
}

var (
	alertLine   = regexp.MustCompile(`(?m)^ +- alert: (\w+)$`)
	runbookLine = regexp.MustCompile(`runbook_url: OPERATIONS\.md#(\S+)`)
	headingLine = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// TestEveryAlertSaysWhatToDo holds alerts, their tests and the page together.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	t.Parallel()
	rules, tests, page := read(t, "deploy/prometheus/rules.yaml"), read(t, "deploy/prometheus/rules_test.yaml"), read(t, "deploy/OPERATIONS.md")
	anchors := map[string]bool{}
	for _, heading := range headingLine.FindAllStringSubmatch(page, -1) {
		anchors[strings.ToLower(strings.ReplaceAll(heading[1], " ", "-"))] = true
	}
	alerts := alertLine.FindAllStringSubmatchIndex(rules, -1)
	if len(alerts) == 0 {
		t.Fatal("there are no alerts")
	}
	for i, at := range alerts {
		name, end := rules[at[2]:at[3]], len(rules)
		if i+1 < len(alerts) {
			end = alerts[i+1][0]
		}
		runbook := runbookLine.FindStringSubmatch(rules[at[0]:end])
		if runbook == nil || runbook[1] != strings.ToLower(name) || !anchors[runbook[1]] {
			t.Errorf("%s: its runbook_url has to lead to a heading %q in OPERATIONS.md", name, name)
		}
		if !strings.Contains(tests, "alertname: "+name+"\n        exp_alerts:") {
			t.Errorf("%s: rules_test.yaml has no case in which it comes", name)
		}
		if !strings.Contains(rules[at[0]:end], "severity: page") && !strings.Contains(rules[at[0]:end], "severity: ticket") {
			t.Errorf("%s: no severity page or ticket", name)
		}
	}
}

// TestDashboard reads it as Grafana does, as far as that goes here.
func TestDashboard(t *testing.T) {
	t.Parallel()
	var board struct {
		UID, Title string
		Panels     []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, "deploy/grafana/dashboard.json")), &board); err != nil {
		t.Fatal(err)
	}
	if board.UID == "" || board.Title == "" || len(board.Panels) == 0 {
		t.Fatalf("no uid, title or panels: %+v", board)
	}
	seen := map[int]bool{}
	taken := map[[2]int]string{}
	for _, panel := range board.Panels {
		if seen[panel.ID] || panel.Title == "" || len(panel.Targets) == 0 || panel.GridPos.X+panel.GridPos.W > 24 {
			t.Errorf("panel %d %q: its id is used twice, it has no title or nothing to show, or it is too wide", panel.ID, panel.Title)
		}
		seen[panel.ID] = true
		for x := range panel.GridPos.W {
			for y := range panel.GridPos.H {
				at := [2]int{panel.GridPos.X + x, panel.GridPos.Y + y}
				if other := taken[at]; other != "" && other != panel.Title {
					t.Fatalf("the panels %q and %q lie over each other", other, panel.Title)
				}
				taken[at] = panel.Title
			}
		}
	}
}

var variableName = regexp.MustCompile(`\bIZDEU_[A-Z0-9_]+`)

// TestOnlySettingsThatThereAre holds the deployments to the flags.
func TestOnlySettingsThatThereAre(t *testing.T) {
	t.Parallel()
	help, _, code := runOnce(t, "", "serve", "--help")
	if code != exitDone {
		t.Fatalf("serve --help: exit status %d", code)
	}
	known := map[string]bool{"IZDEU_": true, passwordVariable: true}
	for _, name := range variableName.FindAllString(help, -1) {
		known[name] = true
	}
	for _, name := range secretVariables {
		known[name], known[name+"_FILE"] = true, true
	}
	for _, file := range []string{"deploy/Dockerfile", "deploy/compose.yaml", "deploy/kubernetes/izdeu.yaml", "deploy/systemd/izdeu.service", "deploy/OPERATIONS.md"} {
		for _, name := range variableName.FindAllString(read(t, file), -1) {
			if !known[name] {
				t.Errorf("%s names %s, which izdeu serve does not know", file, name)
			}
		}
	}
}
