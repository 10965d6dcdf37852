package web

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"github.com/izdeu/izdeu/dispatch"
	"github.com/izdeu/izdeu/geo"
)

const (
	placesLimit    = 10  // hits of a search, unless it says otherwise
	placesMost     = 50  // hits of a search
	ownPlacesMost  = 200 // of a list of the installation's own
	placeQueryMost = 200 // bytes of a query that are looked at
)

// placeBook holds the index of places, made again after a place has changed.
type placeBook struct {
	mu       sync.Mutex // one makes it at a time
	index    *dispatch.PlaceIndex
	rows     []*dispatch.Place
	sequence int64 // of the newest event of a place that it has; -1: the program's own alone
}

// placesNow gives the index and the rows. While the database is away it is the one before.
func (s *Server) placesNow(ctx context.Context) (*dispatch.PlaceIndex, []*dispatch.Place) {
	changed := s.hub.placesChanged.Load()
	s.places.mu.Lock()
	defer s.places.mu.Unlock()
	if s.places.index == nil {
		s.places.index, s.places.sequence = dispatch.NewPlaceIndex(nil), -1
	}
	if s.places.sequence != changed {
		ctx, cancel := context.WithTimeout(ctx, queryLimit)
		defer cancel()
		rows, err := s.config.Store.Places(ctx)
		if err != nil {
			s.log.Warn("web: the places cannot be read; those read before are used", "error", err)
			return s.places.index, s.places.rows
		}
		s.places.index, s.places.rows, s.places.sequence = dispatch.NewPlaceIndex(rows), rows, changed
	}
	return s.places.index, s.places.rows
}

func (s *Server) registerPlaces() {
	type search struct {
		Q     string `query:"q" doc:"A name, or how it begins, in Kazakh, Russian or Latin letters; typos are forgiven. The region's name may follow"`
		Near  string `query:"near" doc:"longitude,latitude: the nearest first among places that fit equally well; absent: the centre of the key's region, where it has one"`
		Limit int    `query:"limit" doc:"1 to 50; 10 when absent"`
	}
	register(s, operation{id: opSearchPlaces, method: http.MethodGet, path: apiRoot + "/places", tag: "places",
		summary: "Places by name, the best first",
		about:   "Towns and villages of the program, those registered here, and those learnt from cases that a team has reached.",
		answers: map[int]any{200: PlacesAnswer{}}, errors: []int{422}},
		func(ctx context.Context, in *search) (*answer, error) {
			return s.searchPlaces(ctx, in.Q, in.Near, in.Limit)
		})

	type own struct {
		Q string `query:"q" doc:"How words of a name begin, in any of its languages; absent: all"`
	}
	register(s, operation{id: opListPlaces, method: http.MethodGet, path: apiRoot + "/places/own", tag: "places",
		summary: "The installation's own places, the newest first",
		about:   "Those registered here, by hand or from a table, and those learnt from cases: what can be removed. At most 200, with how many there are.",
		answers: map[int]any{200: OwnPlacesAnswer{}}},
		func(ctx context.Context, in *own) (*answer, error) {
			_, rows := s.placesNow(ctx)
			fit := dispatch.PlacesFitting(rows, strings.ToValidUTF8(in.Q[:min(len(in.Q), placeQueryMost)], ""))
			answered := OwnPlacesAnswer{Places: []OwnPlaceView{}, Total: len(fit)}
			for _, place := range fit[:min(len(fit), ownPlacesMost)] {
				answered.Places = append(answered.Places, OwnPlaceView{PlaceView: placeView(place), Also: place.Also, At: place.At})
			}
			return answerJSON(http.StatusOK, answered)
		})

	type toPlace struct {
		ID      string `path:"id" doc:"The place's id"`
		RawBody []byte `contentType:"application/json"`
	}
	register(s, operation{id: opPutPlace, method: http.MethodPut, path: apiRoot + "/places/{id}", tag: "places",
		summary: "Add or change a place", about: "Kafka has it once it is answered. `izdeu places import` does it for a table of places.",
		request: PlaceBody{}, answers: map[int]any{202: AcceptedAnswer{}}, errors: []int{413, 422, 503}},
		func(ctx context.Context, in *toPlace) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			if _, err := s.config.Intake.RegisterPlace(ctx, in.ID, in.RawBody); err != nil {
				return nil, err
			}
			return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: in.ID})
		})
	type one struct {
		ID string `path:"id" doc:"The place's id"`
	}
	register(s, operation{id: opRemovePlace, method: http.MethodDelete, path: apiRoot + "/places/{id}", tag: "places",
		summary: "Forget a place that is wrong", about: "It is not learnt again from a case of its region; it can be registered again. The program's own places cannot be removed; register one of the same name near it instead.",
		answers: map[int]any{202: AcceptedAnswer{}}, errors: []int{404, 422, 503}},
		func(ctx context.Context, in *one) (*answer, error) {
			_, rows := s.placesNow(ctx)
			if !slices.ContainsFunc(rows, func(p *dispatch.Place) bool { return p.ID == in.ID && !p.Removed }) {
				return nil, problem(http.StatusNotFound, codeNotFound, "There is no place with this id.")
			}
			ctx, cancel := context.WithTimeout(ctx, sendLimit)
			defer cancel()
			if _, err := s.config.Intake.RemovePlace(ctx, in.ID); err != nil {
				return nil, err
			}
			return answerJSON(http.StatusAccepted, AcceptedAnswer{ID: in.ID})
		})
}

func (s *Server) searchPlaces(ctx context.Context, query, nearText string, limit int) (*answer, error) {
	near, err := parseNear(nearText)
	if err != nil {
		return nil, err
	}
	switch {
	case limit == 0:
		limit = placesLimit
	case limit < 1 || limit > placesMost:
		return nil, invalidParameter("limit", "must be 1 to "+strconv.Itoa(placesMost))
	}
	if who := callerOf(ctx); near == nil && len(who.regions) == 1 {
		if region, known := geo.RegionByCode(who.regions[0]); known {
			near = &region.Centre // where the key's places most likely are
		}
	}
	index, _ := s.placesNow(ctx)
	answered := PlacesAnswer{Places: []PlaceView{}, Attribution: geo.PlacesAttribution}
	for _, hit := range index.Search(strings.ToValidUTF8(query[:min(len(query), placeQueryMost)], ""), near, limit) {
		view := placeView(hit.Place)
		if nearText != "" {
			metres := math.Round(hit.DistanceM)
			view.DistanceM = &metres
		}
		answered.Places = append(answered.Places, view)
	}
	return answerJSON(http.StatusOK, answered)
}

// placeView shows a place, with the town that tells it from others of its name.
func placeView(place *dispatch.Place) PlaceView {
	view := PlaceView{ID: place.ID, Names: placeNames(place.Names), Location: PointView{Type: "Point", Coordinates: place.Location}, Region: place.Region, Origin: place.Origin}
	if town, metres := townNear(place.Location); metres >= townApartM {
		view.NearTown = &NearTown{Names: placeNames(town.Names), DistanceM: math.Round(metres)}
	}
	return view
}

func parseNear(text string) (*orb.Point, error) {
	if text == "" {
		return nil, nil
	}
	wrong := invalidParameter("near", "must be longitude,latitude such as 63.62,53.21")
	first, second, found := strings.Cut(text, ",")
	lon, wrongLon := strconv.ParseFloat(first, 64)
	lat, wrongLat := strconv.ParseFloat(second, 64)
	at := orb.Point{lon, lat}
	if !found || wrongLon != nil || wrongLat != nil || geo.ValidPoint(at) != nil {
		return nil, wrong
	}
	return &at, nil
}

const (
	townPeople = 20_000 // from here on a place is known to everybody around
	townApartM = 3_000  // nearer, a place is the town itself
)

// townNear gives the nearest town to a point, which tells villages of one name
// apart.
func townNear(at orb.Point) (town geo.Place, metres float64) {
	metres = math.Inf(1)
	for _, place := range geo.Places() {
		if place.Population < townPeople {
			break // they stand in the order of their people
		}
		if apart := geo.Distance(at, place.Point); apart < metres {
			town, metres = place, apart
		}
	}
	return town, metres
}

func placeNames(names geo.Names) PlaceNames {
	return PlaceNames{Kazakh: names.Kazakh, Russian: names.Russian, English: names.English}
}

// PlacesAnswer lists places.
type PlacesAnswer struct {
	Places      []PlaceView `json:"places"`
	Attribution string      `json:"attribution" doc:"Of the program's own places, to be shown with them"`
}

// OwnPlacesAnswer lists the installation's own places.
type OwnPlacesAnswer struct {
	Places []OwnPlaceView `json:"places"`
	Total  int            `json:"total" doc:"How many fit, also those that are not listed"`
}

// OwnPlaceView is a place that the installation has itself.
type OwnPlaceView struct {
	PlaceView
	Also []string  `json:"also,omitempty" doc:"Other spellings and older names"`
	At   time.Time `json:"at,omitzero" doc:"When it was registered or learnt"`
}

// PlaceNames are the names of a place by language.
type PlaceNames struct {
	Kazakh  string `json:"kk,omitempty"`
	Russian string `json:"ru,omitempty"`
	English string `json:"en,omitempty"`
}

// PlaceView is a place that was found.
type PlaceView struct {
	ID        string               `json:"id,omitempty" doc:"Absent for the program's own"`
	Names     PlaceNames           `json:"names"`
	Location  PointView            `json:"location"`
	Region    string               `json:"region,omitempty" doc:"ISO 3166-2"`
	Origin    dispatch.PlaceOrigin `json:"origin" enum:"built_in,imported,learnt" doc:"learnt: from a case that a team has reached; its location is about right"`
	DistanceM *float64             `json:"distance_m,omitempty" doc:"Metres from near"`
	NearTown  *NearTown            `json:"near_town,omitempty" doc:"The nearest town, which tells villages of one name apart; absent for the town itself"`
}

// NearTown is the nearest larger town to a place.
type NearTown struct {
	Names     PlaceNames `json:"names"`
	DistanceM float64    `json:"distance_m" doc:"Metres"`
}

// PlaceBody registers a place.
type PlaceBody struct {
	Type     string     `json:"type,omitempty" enum:"place.registered" doc:"Required in Kafka"`
	ID       string     `json:"id,omitempty" pattern:"^[A-Za-z0-9._:~-]{1,128}$" doc:"Over HTTP it is set from the address"`
	Names    PlaceNames `json:"names" doc:"One at least"`
	Also     []string   `json:"also,omitempty" maxItems:"16" doc:"Other spellings and older names"`
	Location PointView  `json:"location"`
	At       *time.Time `json:"at,omitempty"`
}

// PlaceRemovedBody takes a place back.
type PlaceRemovedBody struct {
	Type string     `json:"type" enum:"place.removed"`
	ID   string     `json:"id"`
	At   *time.Time `json:"at,omitempty"`
}
