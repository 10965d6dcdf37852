package main

import (
	"os"

	"github.com/izdeu/izdeu/geo"
	"github.com/izdeu/izdeu/web"
)

// mapSettings gives the map under the board, and the distances of lost persons
// that it shows; nil for none.
func (c *serveCommand) mapSettings() (web.Basemap, *geo.RingTable, error) {
	basemap, err := web.ParseBasemap(c.Basemap, c.BasemapBy)
	if err != nil {
		return basemap, nil, misused("--basemap: %v", err)
	}
	switch c.Rings {
	case "off":
		return basemap, nil, nil
	case "published", "":
		table := geo.PublishedRings()
		return basemap, &table, nil
	}
	file, err := os.Open(c.Rings)
	if err != nil {
		return basemap, nil, misused("--rings: give published, off or a file that can be read: %v", err)
	}
	defer func() { _ = file.Close() }()
	table, err := geo.ReadRings(file)
	if err != nil {
		return basemap, nil, misused("--rings: %v", err)
	}
	return basemap, &table, nil
}
