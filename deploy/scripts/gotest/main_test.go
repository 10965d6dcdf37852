package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	var out strings.Builder
	r := newReport(&out)
	for _, e := range []event{
		{Action: "output", Package: "a", Test: "TestGood", Output: "    a_test.go:1: chatter\n"},
		{Action: "pass", Package: "a", Test: "TestGood"},
		{Action: "output", Package: "a", Test: "TestBad", Output: "    a_test.go:2: it broke\n"},
		{Action: "fail", Package: "a", Test: "TestBad"},
		{Action: "output", Package: "a", Output: "panic: worse\n"},
		{Action: "output", Package: "a", Output: "FAIL\ta\t0.1s\n"},
		{Action: "fail", Package: "a"},
		{Action: "output", Package: "b", Test: "TestTool", Output: "    b_test.go:3: kcat is not installed\n"},
		{Action: "output", Package: "b", Test: "TestTool", Output: "--- SKIP: TestTool (0.00s)\n"},
		{Action: "skip", Package: "b", Test: "TestTool"},
		{Action: "output", Package: "b", Test: "TestData", Output: "    b_test.go:4: ../shared is absent\n"},
		{Action: "skip", Package: "b", Test: "TestData"},
		{Action: "output", Package: "b", Output: "ok  \tb\t0.2s\n"},
		{Action: "pass", Package: "b"},
	} {
		r.add(e)
	}
	if r.end(false) != true {
		t.Error("skips failed the run although it was not on CI")
	}
	if r.end(true) != false {
		t.Error("a test that skipped for want of a tool passed on CI")
	}
	got := out.String()
	for _, want := range []string{"it broke", "panic: worse", "SKIPPED b TestTool: b_test.go:3: kcat is not installed", "FAIL: 1 skipped"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "chatter") {
		t.Errorf("the output of a test that passed was printed:\n%s", got)
	}
	if !strings.HasSuffix(got, "FAIL\ta\t0.1s\nok  \tb\t0.2s\n") {
		t.Errorf("the result lines are not last:\n%s", got)
	}
}
