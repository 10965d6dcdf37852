package dispatch

import (
	"unicode"
	"unicode/utf8"
)

// mentionsAny says whether a word of the text begins with one of the starts,
// which are in lower case. It makes no copies: it looks at every application.
func mentionsAny(text string, starts []string) bool {
	inside := false // of a word
	for i, r := range text {
		word := unicode.IsLetter(r) || unicode.IsDigit(r)
		if word && !inside {
			first := unicode.ToLower(r)
			for _, start := range starts {
				if begin, _ := utf8.DecodeRuneInString(start); begin == first && beginsWith(text[i:], start) {
					return true
				}
			}
		}
		inside = word
	}
	return false
}

// beginsWith compares without regard to the case of the text's letters.
func beginsWith(text, start string) bool {
	for _, want := range start {
		r, size := utf8.DecodeRuneInString(text)
		if size == 0 || unicode.ToLower(r) != want {
			return false
		}
		text = text[size:]
	}
	return true
}
