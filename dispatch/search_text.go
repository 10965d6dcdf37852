package dispatch

import "strings"

// SearchText is what a text search looks through, in lower case: the number,
// places, names, and the applications' ids and references. Go makes it lower,
// because not every database knows the case of Cyrillic letters.
func (c *Case) SearchText() string {
	parts := make([]string, 0, 8)
	parts = append(parts, c.Number, c.Personal.Place)
	for i := range c.Personal.Subjects {
		parts = append(parts, c.Personal.Subjects[i].Name)
	}
	for i := range c.Personal.Applications {
		if filed := c.Personal.Applications[i].Filed; filed != nil {
			parts = append(parts, filed.Place)
			for j := range filed.Subjects {
				parts = append(parts, filed.Subjects[j].Name)
			}
		}
	}
	for i := range c.Applications {
		parts = append(parts, c.Applications[i].ID, c.Applications[i].Reference)
	}
	return strings.ToLower(strings.Join(parts, "\n"))
}
