package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

const (
	// commandWait is how long a command waits for its result.
	commandWait = 5 * time.Second
	// pendingKept and pendingLasts bound what is remembered of commands whose
	// result was not there in time.
	pendingKept  = 10_000
	pendingLasts = time.Hour
)

// pendingCommands remembers commands that are in Kafka and were not decided
// while the sender waited, so that GET /commands/{id} can tell them from
// unknown ones.
type pendingCommands struct {
	mu   sync.Mutex
	sent map[string]time.Time
}

func newPendingCommands() *pendingCommands { return &pendingCommands{sent: map[string]time.Time{}} }

func (p *pendingCommands) add(id string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.sent) >= pendingKept {
		for other, at := range p.sent {
			if now.Sub(at) > pendingLasts || len(p.sent) >= pendingKept {
				delete(p.sent, other)
			}
		}
	}
	p.sent[id] = now
}

func (p *pendingCommands) has(id string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.sent[id]
	return ok && now.Sub(at) <= pendingLasts
}

func (s *Server) registerCommands() {
	type toCase struct {
		ID      string `path:"id" doc:"The case's id"`
		RawBody []byte `contentType:"application/json"`
	}
	register(s, operation{id: opSendCommand, method: http.MethodPost, path: apiRoot + "/cases/{id}/commands", tag: "commands",
		summary: "Give a command",
		about: "actor and case are set from the key and the address. Waits up to 5 s for the result: 200 with the case, 409 with the " +
			"reason, or 202 with the address to ask later. Sent again with the same command_id it answers the same.",
		request: CommandBody{}, answers: map[int]any{200: CaseView{}, 202: AcceptedAnswer{}}, errors: []int{404, 409, 413, 422, 503}},
		func(ctx context.Context, in *toCase) (*answer, error) { return s.sendCommand(ctx, in.ID, in.RawBody) })

	type one struct {
		CommandID string `path:"command_id"`
	}
	register(s, operation{id: opGetCommand, method: http.MethodGet, path: apiRoot + "/commands/{command_id}", tag: "commands",
		summary: "The result of a command", about: "Answers as giving it does; 404 for one that was never given.",
		answers: map[int]any{200: CaseView{}, 202: AcceptedAnswer{}}, errors: []int{404, 409, 503}},
		func(ctx context.Context, in *one) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			return s.commandResult(ctx, in.CommandID)
		})
}

func (s *Server) sendCommand(ctx context.Context, caseID string, body []byte) (*answer, error) {
	who := callerOf(ctx)
	reading, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	c, _, err := s.seenCase(reading, caseID)
	if err != nil {
		return nil, err
	}
	o, err := readObject(body, "type", "command_id", "case_id", "application", "actor", "team_id", "outcome", "audience", "point", "into", "other", "reason", "to")
	if err != nil {
		return nil, err
	}
	asked, err := readAsked(o)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(dispatch.CommandTypes(), asked.kind) {
		// Not passed on: another reader might take the word for one that it knows.
		return nil, problemOfRefusal(dispatch.RefusedNotSupported, "type is none of "+words(dispatch.CommandTypes()), "/type")
	}
	if asked.kind.OfProgram() {
		return nil, problem(http.StatusForbidden, codeForbidden, "This command is given by the program itself.")
	}
	if asked.teamID == "" && len(who.teams) == 1 && who.mayCommand(c, asked) != "" {
		// A key of one team need not name it.
		asked.teamID = who.teams[0]
		o.set("team_id", asked.teamID)
	}
	if refused := who.mayCommand(c, asked); refused != "" {
		return nil, problem(http.StatusForbidden, codeForbidden, refused)
	}
	for _, named := range asked.others {
		// What goes into another case, or is said of it, is its coordinators' business too.
		other, _, err := s.seenCase(reading, named)
		if err != nil {
			return nil, err
		}
		if refused := who.mayCommand(other, asked); refused != "" {
			return nil, problem(http.StatusForbidden, codeForbidden, refused)
		}
	}
	if asked.kind == dispatch.CommandHandOver {
		if err := s.nameOwner(c, o); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"case_id", "application", "actor"} {
		delete(o, name) // they come from the address and the key
	}
	roles := make([]string, len(who.roles))
	for i, role := range who.roles {
		roles[i] = string(role)
	}
	sending, stop := context.WithTimeout(ctx, sendLimit)
	defer stop()
	commandID, identity, err := s.config.Intake.SendCommand(sending,
		dispatch.Actor{Type: "key", ID: who.id, Roles: roles, Regions: who.regions}, caseID, o.bytes())
	if err != nil {
		return nil, err
	}
	applied := s.awaitApplied(ctx, identity)
	if applied == nil {
		s.pending.add(commandID, s.clock())
		return accepted(commandID)
	}
	if applied.Case != 0 && applied.Case != c.Key {
		return nil, problem(http.StatusConflict, codeCommandIDUsed, "This command_id was used for another case: give each command an id of its own.")
	}
	return s.result(ctx, applied)
}

// awaitApplied waits for the result of a command; nil when it is not there in time.
func (s *Server) awaitApplied(ctx context.Context, identity dispatch.Identity) *dispatch.Applied {
	var applied *dispatch.Applied
	waiting, enough := context.WithTimeout(ctx, commandWait)
	defer enough()
	err := s.await(waiting, func(ctx context.Context) (bool, error) {
		var err error
		applied, err = s.config.Store.Applied(ctx, identity)
		return applied != nil, err
	})
	if applied == nil && err != nil && waiting.Err() == nil {
		s.log.Warn("web: the result of a command cannot be read yet", "error", err)
	}
	return applied
}

// nameOwner puts the id of a key where a hand-over gives its name, and refuses
// who does not coordinate the case: it must not go to nobody.
func (s *Server) nameOwner(c *dispatch.Case, o object) error {
	to, err := o.text("to")
	if err != nil || to == "" {
		return err // the Intake says that it is required
	}
	id, ok := s.keys.named(to, func(one *account) bool { return one.sees(c).sealed })
	if !ok {
		return invalidField("/to", "is neither the id nor the name of just one key that coordinates this case")
	}
	o.set("to", id)
	return nil
}

func accepted(commandID string) (*answer, error) {
	a, err := answerJSON(http.StatusAccepted, AcceptedAnswer{ID: commandID})
	if err != nil {
		return nil, err
	}
	a.Location = apiRoot + "/commands/" + url.PathEscape(commandID)
	return a, nil
}

// readAsked reads what rights depend on.
func readAsked(o object) (commandAsked, error) {
	var asked commandAsked
	values := map[string]string{}
	for _, name := range []string{"type", "team_id", "outcome", "audience", "point", "into", "other", "reason"} {
		value, err := o.text(name)
		if err != nil {
			return asked, err
		}
		values[name] = value
	}
	asked.kind, asked.teamID = dispatch.CommandType(values["type"]), values["team_id"]
	asked.outcome, asked.audience = dispatch.Outcome(values["outcome"]), dispatch.Audience(values["audience"])
	asked.point = dispatch.PointKind(values["point"])
	for name, kind := range map[string]dispatch.CommandType{"into": dispatch.CommandMerge, "other": dispatch.CommandApart} {
		if values[name] != "" && asked.kind == kind {
			asked.others = append(asked.others, values[name])
		}
	}
	asked.reasoned = values["reason"] != ""
	if asked.kind == dispatch.CommandNote && asked.audience == "" {
		asked.audience = dispatch.AudienceTeam // as dispatch decides it
	}
	return asked, nil
}

// result answers with what became of a command.
func (s *Server) result(ctx context.Context, applied *dispatch.Applied) (*answer, error) {
	if !applied.Done {
		return nil, problemOfRefusal(applied.Code, applied.Detail, "")
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	c, err := s.caseByKey(ctx, applied.Case)
	if err != nil {
		return nil, storeError(err)
	}
	who := callerOf(ctx)
	seen := who.sees(c)
	if !seen.visible {
		// The command has taken the case out of the caller's sight.
		return answerJSON(http.StatusOK, struct{}{})
	}
	return answerBytes(http.StatusOK, appendCase(nil, c, who.viewer, seen, s.config.Demo)), nil
}

func (s *Server) commandResult(ctx context.Context, commandID string) (*answer, error) {
	unknown := problem(http.StatusNotFound, codeUnknownCommand, "There is no such command, or it is not one of yours.")
	applied, err := s.config.Store.Applied(ctx, dispatch.CommandIdentity(commandID))
	if err != nil {
		return nil, storeError(err)
	}
	if applied == nil {
		if s.pending.has(commandID, s.clock()) {
			return accepted(commandID)
		}
		return nil, unknown
	}
	who := callerOf(ctx)
	if applied.Case == 0 {
		if !who.all {
			return nil, unknown
		}
		return s.result(ctx, applied)
	}
	c, err := s.caseByKey(ctx, applied.Case)
	if err != nil {
		return nil, storeError(err)
	}
	if !who.sees(c).visible {
		return nil, unknown
	}
	return s.result(ctx, applied)
}
