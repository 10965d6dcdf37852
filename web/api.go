package web

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	apiRoot  = "/api/v1"
	livePath = apiRoot + "/live"
	// bodyLimit is the largest body that is taken.
	bodyLimit = 1 << 20
)

// answer is what every operation gives: JSON that is written already.
type answer struct {
	Status       int
	ContentType  string   `header:"Content-Type"`
	Location     string   `header:"Location"`
	ETag         string   `header:"ETag"`
	CacheControl string   `header:"Cache-Control"`
	Disposition  string   `header:"Content-Disposition"`
	SetCookie    []string `header:"Set-Cookie"`
	Body         []byte
}

func answerBytes(status int, body []byte) *answer {
	return &answer{Status: status, ContentType: "application/json", CacheControl: "no-store", Body: body}
}

func answerJSON(status int, value any) (*answer, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return answerBytes(status, body), nil
}

// operation describes an operation for the router and the OpenAPI document.
type operation struct {
	id      Operation
	method  string
	path    string
	tag     string
	summary string
	about   string
	request any         // an empty value of the body's type; nil for none
	answers map[int]any // by status; nil for no body
	errors  []int
}

// register adds an operation. Every error that it gives becomes a problem.
func register[I any](s *Server, o operation, handle func(context.Context, *I) (*answer, error)) {
	op := s.describe(o)
	op.MaxBodyBytes = bodyLimit + 1 // huma refuses what is as long as the limit
	op.SkipValidateBody = true      // the Intake validates, without echoing values
	huma.Register(s.api, op, func(ctx context.Context, input *I) (*answer, error) {
		a, err := handle(ctx, input)
		if err != nil {
			return nil, s.problemOf(ctx, err)
		}
		return a, nil
	})
	if o.request != nil {
		// huma documents a raw body as binary.
		item := s.api.OpenAPI().Paths[o.path]
		for _, documented := range []*huma.Operation{item.Post, item.Put, item.Delete} {
			if documented != nil && documented.OperationID == string(o.id) {
				documented.RequestBody = s.requestBody(o.request)
			}
		}
	}
}

// describe makes huma's description of an operation.
func (s *Server) describe(o operation) huma.Operation {
	op := huma.Operation{OperationID: string(o.id), Method: o.method, Path: o.path, Tags: []string{o.tag}, Summary: o.summary,
		Description: o.about, Responses: map[string]*huma.Response{}}
	if !isOpen(o.id) {
		op.Security = []map[string][]string{{"key": {}}, {"session": {}}}
		op.Description = strings.TrimSpace(op.Description + "\n\nRoles: " + rolesOf(o.id) + ".")
		o.errors = append(o.errors, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests)
	}
	for status, body := range o.answers {
		response := &huma.Response{Description: http.StatusText(status)}
		if body != nil {
			response.Content = map[string]*huma.MediaType{"application/json": {Schema: s.schema(body)}}
		}
		op.Responses[strconv.Itoa(status)] = response
		if op.DefaultStatus == 0 || status < op.DefaultStatus {
			op.DefaultStatus = status
		}
	}
	problems := map[string]*huma.MediaType{"application/problem+json": {Schema: s.schema(Problem{})}}
	for _, status := range o.errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: problems}
	}
	op.Responses["default"] = &huma.Response{Description: "A problem", Content: problems}
	return op
}

// rolesOf names the roles that may do an operation.
func rolesOf(o Operation) string {
	if slices.Contains(everybodysOperations, o) {
		return "all"
	}
	var roles []string
	for _, role := range Roles() {
		if slices.Contains(rightsOf[role].operations, o) {
			roles = append(roles, string(role))
		}
	}
	return strings.Join(roles, ", ")
}

func (s *Server) schema(value any) *huma.Schema {
	return s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(value), true, "")
}

func (s *Server) requestBody(value any) *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: s.schema(value)}}}
}

// routes makes the handler of everything.
func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Izdeu", s.config.Version)
	config.Info.Description = "Missing-person and emergency applications, the teams that answer them, and how it ended. " +
		"Times are RFC 3339, places are GeoJSON points (longitude, latitude; WGS 84), regions are ISO 3166-2 codes. " +
		"Unknown fields are ignored."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", "" // nothing is open without a key
	config.CreateHooks = nil                                             // no $schema in answers
	config.AllowAdditionalPropertiesByDefault = true
	config.FieldsOptionalByDefault = false
	config.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key"},
		"session": {Type: "apiKey", In: "cookie", Name: cookieName, Description: "The board's session"},
	}
	s.api = humago.New(mux, config)
	s.api.UseMiddleware(s.admit)
	s.registerSession()
	s.registerApplications()
	s.registerCases()
	s.registerExport()
	s.registerMap(mux)
	s.registerCallOut()
	s.registerOwners()
	s.registerTracks()
	s.registerErasure()
	s.registerPhotos(mux)
	s.registerCommands()
	s.registerTeams()
	s.registerPlaces()
	s.registerLikely()
	s.registerOffice()
	s.registerTeamTable()
	s.registerDeadLetters()
	s.registerLetterHandling()
	s.registerWaking()
	s.registerStatistics()
	s.registerSignedMonths()
	s.registerComparison()
	s.registerInformation()
	s.registerBackups()
	s.registerLive(mux)
	metrics := promhttp.HandlerFor(s.config.Gatherer, promhttp.HandlerOpts{ErrorLog: promLog{s.log}})
	mux.HandleFunc("GET /metrics", s.guarded(opMetrics, metrics.ServeHTTP))
	s.document(operation{id: opMetrics, method: http.MethodGet, path: "/metrics", tag: "program",
		summary: "Figures for Prometheus", answers: map[int]any{200: nil}})
	if err := s.registerDocuments(mux); err != nil {
		return nil, err
	}
	files, err := newStatic(s.config.UI)
	if err != nil {
		return nil, err
	}
	mux.Handle("GET /", files)
	if err := s.registerRoster(mux); err != nil {
		return nil, err
	}
	unknown := func(w http.ResponseWriter, _ *http.Request) {
		problem(http.StatusNotFound, codeNotFound, "There is nothing at this address; /openapi.json lists what there is.").write(w)
	}
	mux.HandleFunc("GET /api/", unknown)
	mux.HandleFunc("/", s.methodOrNothing(mux))
	foreign := http.NewCrossOriginProtection()
	foreign.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(http.StatusForbidden, codeForbidden, "This request came from a page of another site.").write(w)
	}))
	return s.measured(s.safe(packing(foreign.Handler(mux)))), nil
}

// methodOrNothing answers what no route takes: with the methods that there are,
// or that there is nothing.
func (s *Server) methodOrNothing(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var methods []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "GET /" && pattern != "GET /api/" && pattern != "" {
				methods = append(methods, method)
			}
		}
		if len(methods) == 0 {
			problem(http.StatusNotFound, codeNotFound, "There is nothing at this address; /openapi.json lists what there is.").write(w)
			return
		}
		w.Header().Set("Allow", strings.Join(methods, ", "))
		problem(http.StatusMethodNotAllowed, codeMethodNotAllowed, "Use "+strings.Join(methods, " or ")+".").write(w)
	}
}

// safe sets the headers of every answer, bounds bodies, and keeps a panic from
// ending anything but its own request.
func (s *Server) safe(next http.Handler) http.Handler {
	policy := s.config.Basemap.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Permissions-Policy", "camera=(), microphone=(), payment=(), geolocation=(self)")
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if what == http.ErrAbortHandler { //nolint:errorlint // it is this very value
				panic(what)
			}
			s.log.Error("web: a handler panicked", "panic", what, "route", r.Pattern, "stack", string(debug.Stack()))
			if answered, ok := w.(*answerWriter); !ok || answered.status == 0 {
				problem(http.StatusInternalServerError, codeInternal, "The server's log says what happened. "+s.callDuty()).write(w)
			}
		}()
		if r.Body != nil && r.URL.Path != livePath {
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit+1)
		}
		next.ServeHTTP(w, r)
	})
}

// document describes an operation that is not huma's.
func (s *Server) document(o operation) {
	op := s.describe(o)
	s.api.OpenAPI().AddOperation(&op)
}
