package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// documents are what GET /openapi.json and GET /asyncapi.json answer.
type documents struct {
	openAPI, asyncAPI []byte
}

// registerLive describes the live feed beside the operations.
func (s *Server) registerLive(mux *http.ServeMux) {
	mux.HandleFunc("GET "+livePath, s.serveLive)
	o := operation{id: opLive, method: http.MethodGet, path: livePath, tag: "cases", summary: "The live feed, a WebSocket",
		about:   "First a snapshot, then what changes: see /asyncapi.json. Programs give their key in the header, the board its cookie.",
		answers: map[int]any{101: nil}, errors: []int{422, 426, 503}}
	op := s.describe(o)
	op.Parameters = []*huma.Param{
		{Name: "since", In: "query", Description: "EPOCH.SEQ: resume after it", Schema: &huma.Schema{Type: "string"}},
		{Name: "deltas", In: "query", Description: "1: of what the client knows only what changed: patched and moved instead of whole cases and teams",
			Schema: &huma.Schema{Type: "string", Enum: []any{"1"}}},
		{Name: "region", In: "query", Description: "ISO 3166-2; absent: every region of the key", Schema: &huma.Schema{Type: "string"}},
	}
	s.api.OpenAPI().AddOperation(&op)
}

// registerDocuments makes the documents when everything is registered.
func (s *Server) registerDocuments(mux *http.ServeMux) error {
	s.document(operation{id: opOpenAPI, method: http.MethodGet, path: "/openapi.json", tag: "program",
		summary: "This document", answers: map[int]any{200: map[string]any{}}})
	s.document(operation{id: opAsyncAPI, method: http.MethodGet, path: "/asyncapi.json", tag: "program",
		summary: "The Kafka topics and the live feed, as AsyncAPI 3.0", answers: map[int]any{200: map[string]any{}}})
	var err error
	if s.documents.openAPI, err = json.Marshal(s.api.OpenAPI()); err != nil {
		return fmt.Errorf("making the OpenAPI document: %w", err)
	}
	if s.documents.asyncAPI, err = asyncAPI(s.config.Version, s.config.KafkaPrefix); err != nil {
		return fmt.Errorf("making the AsyncAPI document: %w", err)
	}
	serve := func(document []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(document) // the client may be gone
		}
	}
	mux.HandleFunc("GET /openapi.json", s.guarded(opOpenAPI, serve(s.documents.openAPI)))
	mux.HandleFunc("GET /asyncapi.json", s.guarded(opAsyncAPI, serve(s.documents.asyncAPI)))
	return nil
}
