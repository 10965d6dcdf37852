package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/izdeu/izdeu/geo"
)

const (
	// officeSetting is the stored setting of who runs the installation.
	officeSetting = "office"
	// unifiedNumber is the duty service's number where nobody said another one.
	unifiedNumber = "112"
	mostOfOffice  = 200 // characters of a text
)

// Office is who runs the installation, as an administrator has said.
type Office struct {
	Name      string `json:"name,omitempty" maxLength:"200" doc:"Of the office or team"`
	Region    string `json:"region,omitempty" doc:"ISO 3166-2: where it mostly works"`
	DutyPhone string `json:"duty_phone,omitempty" maxLength:"200" doc:"Shown wherever the program cannot help; --duty-phone goes before it"`
}

// officeNow gives what was read last.
func (s *Server) officeNow() Office {
	if office := s.office.Load(); office != nil {
		return *office
	}
	return Office{}
}

// dutyPhone is whom people call where the program cannot help.
func (s *Server) dutyPhone() string {
	if s.config.DutyPhone != "" {
		return s.config.DutyPhone
	}
	if phone := s.officeNow().DutyPhone; phone != "" {
		return phone
	}
	return unifiedNumber
}

// readOffice reads what another replica may have changed.
func (s *Server) readOffice(ctx context.Context) error {
	text, err := s.config.Store.Setting(ctx, officeSetting, "{}")
	if err != nil {
		return err
	}
	office := &Office{}
	if err := json.Unmarshal([]byte(text), office); err != nil {
		return err
	}
	s.office.Store(office)
	return nil
}

func (s *Server) registerOffice() {
	register(s, operation{id: opPutOffice, method: http.MethodPut, path: apiRoot + "/office", tag: "program",
		summary: "Say who runs this installation", about: "Everybody reads it in GET /info.",
		request: Office{}, answers: map[int]any{200: Office{}}, errors: []int{422, 503}},
		func(ctx context.Context, in *bodyInput) (*answer, error) { return s.putOffice(ctx, in.RawBody) })
}

func (s *Server) putOffice(ctx context.Context, body []byte) (*answer, error) {
	o, err := readObject(body)
	if err != nil {
		return nil, err
	}
	var office Office
	for name, into := range map[string]*string{"name": &office.Name, "region": &office.Region, "duty_phone": &office.DutyPhone} {
		text, err := o.text(name)
		if err != nil || utf8.RuneCountInString(text) > mostOfOffice || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			return nil, invalidField("/"+name, "must be a text of one line, of 200 characters at most")
		}
		*into = strings.TrimSpace(text)
	}
	if _, known := geo.RegionByCode(office.Region); office.Region != "" && !known {
		return nil, invalidField("/region", "is no region of ISO 3166-2, such as KZ-39")
	}
	stored, err := json.Marshal(office)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, queryLimit)
	defer cancel()
	if err := s.config.Store.PutSetting(ctx, officeSetting, string(stored)); err != nil {
		return nil, storeError(err)
	}
	s.office.Store(&office)
	s.log.Info("web: the office was changed", "key", callerOf(ctx).id)
	return answerJSON(http.StatusOK, office)
}
