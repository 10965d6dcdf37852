package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// caseWait is how long filing waits for the case.
	caseWait = time.Second
	// sendLimit is how long Kafka may take to take a message.
	sendLimit = 5 * time.Second
	// queryLimit is how long a read of the database may take.
	queryLimit = 10 * time.Second
)

// bodyInput is a request with a body that the Intake reads.
type bodyInput struct {
	RawBody []byte `contentType:"application/json"`
}

func (s *Server) registerApplications() {
	register(s, operation{id: opFileApplication, method: http.MethodPost, path: apiRoot + "/applications", tag: "applications",
		summary: "File an application",
		about: "It is safe once it is answered with 202. source.system is set from the key. Waits up to a second for the case. " +
			"The same id again gives the same answer; with another content and a later revision it amends the case.",
		request: ApplicationBody{}, answers: map[int]any{202: FiledAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *bodyInput) (*answer, error) { return s.fileApplication(ctx, in.RawBody) })

	type one struct {
		System string `path:"system"`
		ID     string `path:"id"`
	}
	register(s, operation{id: opGetApplication, method: http.MethodGet, path: apiRoot + "/applications/{system}/{id}", tag: "applications",
		summary: "Where an application stands", answers: map[int]any{200: StandingAnswer{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *one) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.standing(ctx, in.System, in.ID)
		})
}

func (s *Server) fileApplication(ctx context.Context, body []byte) (*answer, error) {
	return s.fileBy(ctx, body, s.config.Intake.FileApplication)
}

// fileBy files an application as the caller, and waits a moment for its case.
func (s *Server) fileBy(ctx context.Context, body []byte,
	file func(ctx context.Context, system string, body []byte) (string, dispatch.Identity, error)) (*answer, error) {
	who := callerOf(ctx)
	o, err := readObject(body, "source", "id", "same_as")
	if err != nil {
		return nil, err
	}
	system, err := filedAs(who.viewer, o)
	if err != nil {
		return nil, err
	}
	if err := s.checkSameAs(ctx, o); err != nil {
		return nil, err
	}
	sending, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	id, identity, err := file(sending, system, o.bytes())
	if err != nil {
		return nil, err
	}
	filed := FiledAnswer{ID: id, System: system}
	waiting, stop := context.WithTimeout(ctx, caseWait)
	defer stop()
	_ = s.await(waiting, func(ctx context.Context) (bool, error) {
		key, err := s.config.Store.CaseOfApplication(ctx, identity)
		if err != nil || key == 0 {
			return false, err
		}
		c, err := s.caseByKey(ctx, key)
		if c != nil {
			filed.CaseID = c.ID
		}
		return c != nil, err
	}) // without the case the application is as safe
	return answerJSON(http.StatusAccepted, filed)
}

// checkSameAs takes out the case that an application is said to be about where
// the caller does not see it with its people, who are what it is compared by:
// filing must neither show somebody else's case nor fail for a choice that is
// out of date.
func (s *Server) checkSameAs(ctx context.Context, o object) error {
	id, err := o.text("same_as")
	if err != nil {
		return err
	}
	if _, _, ok := dispatch.ParseCaseID(id); !ok && id != "" {
		return nil // no case has it; what is no id at all is refused with the other fields
	}
	seeing, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	if c, _, err := s.seenCase(seeing, id); err != nil || !callerOf(ctx).sees(c).personal {
		delete(o, "same_as")
	}
	return nil
}

// filedAs gives the system that a viewer files as: its first one, or the one of
// its own that the body names.
func filedAs(v *viewer, o object) (string, error) {
	var source object
	if raw, ok := o["source"]; ok && string(raw) != "null" {
		var err error
		if source, err = readObject(raw, "system"); err != nil {
			return "", invalidField("/source", "must be an object")
		}
	}
	named, err := source.text("system")
	if err != nil {
		return "", invalidField("/source/system", "must be a string")
	}
	if slices.Contains(v.systems, named) {
		return named, nil
	}
	return v.systems[0], nil
}

// await asks until it is answered, again whenever something was committed.
func (s *Server) await(ctx context.Context, ask func(context.Context) (bool, error)) error {
	for {
		_, moved := s.config.Feed.Head()
		done, err := ask(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) standing(ctx context.Context, system, id string) (*answer, error) {
	who := callerOf(ctx)
	unknown := problem(http.StatusNotFound, codeNotFound, "There is no such application, or it is not decided yet.")
	key, err := s.config.Store.CaseOfApplication(ctx, dispatch.ApplicationIdentity(system, id))
	if err != nil {
		return nil, storeError(err)
	}
	if key == 0 {
		return nil, unknown
	}
	c, err := s.caseByKey(ctx, key)
	if err != nil {
		return nil, storeError(err)
	}
	seen := who.sees(c)
	if !seen.visible || !seen.allApplications && !slices.Contains(who.systems, system) {
		return nil, unknown
	}
	return answerJSON(http.StatusOK, StandingAnswer{System: system, ID: id, CaseID: c.ID, Number: c.Number, Status: c.Status})
}

// caseByKey reads a case; nil when there is none.
func (s *Server) caseByKey(ctx context.Context, key int64) (*dispatch.Case, error) {
	cases, err := s.config.Store.Cases(ctx, []int64{key})
	if err == nil && len(cases) == 1 {
		return cases[0], nil
	}
	if err == nil {
		return nil, nil
	}
	// The board knows the newest cases also while the database is away.
	var known *dispatch.Case
	if s.hub.look(func(b *board) { known = b.cases[key] }) == nil && known != nil {
		return known, nil
	}
	return nil, err
}
