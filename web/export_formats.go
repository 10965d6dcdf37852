package web

import (
	"encoding/json"
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// The parts of GeoJSON. The ready-made package of orb would bring a database's
// driver along.
type (
	geoFile struct {
		Type     string       `json:"type"`
		Name     string       `json:"name"`
		At       time.Time    `json:"timestamp"`
		Features []geoFeature `json:"features"`
	}
	geoFeature struct {
		Type       string         `json:"type"`
		Geometry   geoShape       `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	geoShape struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}
)

// writeGeoJSON writes RFC 7946.
func writeGeoJSON(features []placed, title exportTitle) ([]byte, error) {
	file := geoFile{Type: "FeatureCollection", Name: title.text(), At: title.at, Features: []geoFeature{}}
	for i := range features {
		one := &features[i]
		shape := geoShape{Type: "Point", Coordinates: one.places[0]}
		if one.line {
			shape = geoShape{Type: "LineString", Coordinates: one.places}
		}
		one.properties["title"] = one.name
		file.Features = append(file.Features, geoFeature{Type: "Feature", Geometry: shape, Properties: one.properties})
	}
	return json.Marshal(file)
}

// The parts of GPX 1.1 in the order of its schema
// (https://www.topografix.com/GPX/1/1/gpx.xsd).
type (
	gpxFile struct {
		XMLName   xml.Name   `xml:"http://www.topografix.com/GPX/1/1 gpx"`
		Version   string     `xml:"version,attr"`
		Creator   string     `xml:"creator,attr"`
		Name      string     `xml:"metadata>name"`
		Time      string     `xml:"metadata>time"`
		Waypoints []gpxPoint `xml:"wpt"`
		Tracks    []gpxTrack `xml:"trk"`
	}
	gpxPoint struct {
		Latitude    string `xml:"lat,attr"`
		Longitude   string `xml:"lon,attr"`
		Time        string `xml:"time,omitempty"`
		Name        string `xml:"name,omitempty"`
		Description string `xml:"desc,omitempty"`
		Symbol      string `xml:"sym,omitempty"`
		Kind        string `xml:"type,omitempty"`
	}
	gpxTrack struct {
		Name   string     `xml:"name"`
		Points []gpxPoint `xml:"trkseg>trkpt"`
	}
)

func writeGPX(features []placed, title exportTitle) ([]byte, error) {
	file := gpxFile{Version: "1.1", Creator: "Izdeu", Name: title.text(), Time: xmlTime(title.at)}
	for i := range features {
		one := &features[i]
		if one.kind != "track" {
			at := gpxAt(one.places[0], one.at)
			at.Name, at.Description, at.Symbol, at.Kind = one.name, one.description, one.symbol, one.kind
			file.Waypoints = append(file.Waypoints, at)
			continue
		}
		track := gpxTrack{Name: one.name}
		for j, place := range one.places {
			track.Points = append(track.Points, gpxAt(place, one.times[j]))
		}
		file.Tracks = append(file.Tracks, track)
	}
	return writeXML(file)
}

func gpxAt(place [2]float64, at time.Time) gpxPoint {
	return gpxPoint{Latitude: degrees(place[1]), Longitude: degrees(place[0]), Time: xmlTime(at)}
}

// The parts of KML 2.2 in the order of its schema
// (http://schemas.opengis.net/kml/2.2.0/ogckml22.xsd).
type (
	kmlFile struct {
		XMLName    xml.Name       `xml:"http://www.opengis.net/kml/2.2 kml"`
		Name       string         `xml:"Document>name"`
		Placemarks []kmlPlacemark `xml:"Document>Placemark"`
	}
	kmlPlacemark struct {
		Name        string    `xml:"name"`
		Description string    `xml:"description,omitempty"`
		When        string    `xml:"TimeStamp>when,omitempty"`
		Colour      string    `xml:"Style>IconStyle>color,omitempty"`
		LineColour  string    `xml:"Style>LineStyle>color,omitempty"`
		Point       *kmlPlace `xml:"Point"`
		Line        *kmlPlace `xml:"LineString"`
	}
	kmlPlace struct {
		Coordinates string `xml:"coordinates"`
	}
)

func writeKML(features []placed, title exportTitle) ([]byte, error) {
	file := kmlFile{Name: title.text()}
	for i := range features {
		one := &features[i]
		var coordinates []string
		for _, place := range one.places {
			coordinates = append(coordinates, degrees(place[0])+","+degrees(place[1]))
		}
		mark := kmlPlacemark{Name: one.name, Description: one.description, When: xmlTime(one.at)}
		if one.line {
			mark.LineColour, mark.Line = one.colour, &kmlPlace{Coordinates: strings.Join(coordinates, " ")}
		} else {
			// A track of one place is a place.
			mark.Colour, mark.Point = one.colour, &kmlPlace{Coordinates: coordinates[0]}
		}
		file.Placemarks = append(file.Placemarks, mark)
	}
	return writeXML(file)
}

func writeXML(file any) ([]byte, error) {
	body, err := xml.Marshal(file)
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), body...), nil
}

func degrees(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// xmlTime is empty for a time that is not known: the element is left out then.
func xmlTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
