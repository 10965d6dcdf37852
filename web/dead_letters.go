package web

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/izdeu/izdeu/dispatch"
)

// letterShown is how much of a dead letter is shown, in bytes: the outgoing
// topic carries as much.
const letterShown = 64 << 10

// letterInput names a dead letter.
type letterInput struct {
	ID string `path:"id"`
}

func (s *Server) registerLetterHandling() {
	register(s, operation{id: opGetDeadLetter, method: http.MethodGet, path: apiRoot + "/dead-letters/{id}", tag: "dead letters",
		summary: "A dead letter with its content",
		about: "Personal data, so that somebody can file by hand what a machine could not read. Applications are for every coordinator: like a case without a place, " +
			"they are of no region yet. What other topics carry may be sealed, and is for keys of the whole country.",
		answers: map[int]any{200: DeadLetterContent{}}, errors: []int{404, 503}},
		func(ctx context.Context, in *letterInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, queryLimit)
			defer cancel()
			letter, err := s.readLetter(ctx, in.ID, opGetDeadLetter)
			if err != nil {
				return nil, err
			}
			s.log.Info("web: a dead letter is read", "dead_letter", letter.ID, "key", callerOf(ctx).id)
			return answerJSON(http.StatusOK, DeadLetterContent{DeadLetterView: letterView(letter), Key: letterText(letter.Key),
				Value: letterText(letter.Value), Bytes: len(letter.Value)})
		})
	type fileInput struct {
		ID      string `path:"id"`
		RawBody []byte `contentType:"application/json"`
	}
	register(s, operation{id: opFileDeadLetter, method: http.MethodPost, path: apiRoot + "/dead-letters/{id}/file", tag: "dead letters",
		summary: "File by hand what a dead letter says", about: "An application as for POST /applications. The letter counts as replayed then.",
		request: ApplicationBody{}, answers: map[int]any{202: FiledAnswer{}}, errors: []int{404, 409, 413, 422, 503}},
		func(ctx context.Context, in *fileInput) (*answer, error) {
			letter, err := s.openLetter(ctx, in.ID, opFileDeadLetter)
			if err != nil {
				return nil, err
			}
			filed, err := s.fileBy(ctx, in.RawBody, func(ctx context.Context, system string, body []byte) (string, dispatch.Identity, error) {
				return s.config.Intake.FileLetter(ctx, letter.ID, system, body)
			})
			if err == nil {
				s.log.Info("web: a dead letter is filed by hand", "dead_letter", letter.ID, "key", callerOf(ctx).id)
			}
			return filed, err
		})
	register(s, operation{id: opSetAsideLetter, method: http.MethodPost, path: apiRoot + "/dead-letters/{id}/set-aside", tag: "dead letters",
		summary: "Take a dead letter off the list", about: "Somebody has looked and there is nothing in it. The letter is kept and counts as replayed.",
		answers: map[int]any{202: DeadLetterView{}}, errors: []int{404, 409, 503}},
		func(ctx context.Context, in *letterInput) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			letter, err := s.openLetter(ctx, in.ID, opSetAsideLetter)
			if err != nil {
				return nil, err
			}
			if err := s.config.Intake.SetAside(ctx, letter.ID); err != nil {
				return nil, err
			}
			s.log.Info("web: a dead letter is set aside", "dead_letter", letter.ID, "key", callerOf(ctx).id)
			return answerJSON(http.StatusAccepted, letterView(letter))
		})
}

// readLetter gives a dead letter that the caller may read.
func (s *Server) readLetter(ctx context.Context, id string, operation Operation) (*dispatch.DeadLetter, error) {
	unknown := problem(http.StatusNotFound, codeUnknownLetter, "There is no dead letter with this id.")
	number, err := parseID(id)
	if err != nil || number == 0 {
		return nil, unknown
	}
	letter, err := s.config.Store.DeadLetter(ctx, number)
	if err != nil {
		return nil, storeError(err)
	}
	if letter == nil {
		return nil, unknown
	}
	if letter.Source.Topic != s.config.KafkaPrefix+"applications" && !callerOf(ctx).all {
		return nil, s.forbidden(operation)
	}
	return letter, nil
}

// openLetter gives a dead letter that nobody has dealt with yet.
func (s *Server) openLetter(ctx context.Context, id string, operation Operation) (*dispatch.DeadLetter, error) {
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	letter, err := s.readLetter(ctx, id, operation)
	if err == nil && !letter.ReplayedAt.IsZero() {
		err = problem(http.StatusConflict, dispatch.RefusedTransition,
			"Somebody has dealt with this letter at "+letter.ReplayedAt.UTC().Format(time.RFC3339)+".")
	}
	return letter, err
}

// letterText makes text of what may be anything.
func letterText(content []byte) string {
	if len(content) > letterShown {
		content = content[:letterShown]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))), "\uFFFD"), "\x00", "\uFFFD")
}
