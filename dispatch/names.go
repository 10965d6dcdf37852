package dispatch

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Names of people are filed in Kazakh Cyrillic, Russian Cyrillic and Latin
// letters. They are compared in one canonical form, in which every sound has
// one letter of a–z:
//
//	j ж zh dzh   w ш щ sh ş   c ч ch   h х һ kh   i и й ы і y ı
//
// The correspondences are those of the Kazakh Latin alphabet as revised in
// 2021, of the passport transliterations of both languages in use, and of how
// Kazakh names are written in Russian (ә→а, after л also я; ғ→г, қ→к, ң→н, ө→о,
// ұ ү→у, һ→х, і→и; soft signs come and go). The form is for comparing only.

// nameWords are the canonical words of a name. Those of a patronymic stand
// apart: many filings leave them out.
type nameWords struct {
	words   []string // sorted
	fathers []string // stems of patronymics, sorted
}

// maxNameWords bounds the words of a name that are compared.
const maxNameWords = 6

// patronymics are the canonical endings of patronymics: -ұлы, -қызы (and -оғлы,
// -ғызы), -ович, -евич, -овна, -евна.
var patronymics = []string{"uli", "kizi", "ogli", "gizi", "ovic", "evic", "ovna", "evna"}

// canonicalName gives the canonical words of a name; none for a name without
// letters or digits.
func canonicalName(name string) nameWords {
	var n nameWords
	for word := range strings.FieldsFuncSeq(name, separatesWords) {
		canonical := canonicalWord(word)
		if canonical == "" {
			continue
		}
		switch stem, is := father(canonical); {
		case !is:
			if len(n.words) < maxNameWords {
				n.words = append(n.words, canonical)
			}
		case stem != "":
			n.fathers = append(n.fathers, stem)
		case len(n.words) > 0: // "Ахмет ұлы" in two words
			n.fathers = append(n.fathers, n.words[len(n.words)-1])
			n.words = n.words[:len(n.words)-1]
		}
	}
	slices.Sort(n.words)
	slices.Sort(n.fathers)
	return n
}

// separatesWords says that a character stands between two words. Hyphens and
// apostrophes do not: "Абдул-Азиз" is "Абдулазиз".
func separatesWords(r rune) bool {
	if r < utf8.RuneSelf {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '\'' || r == '`')
	}
	return !(unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune("‐‑’‘ʼʹ", r))
}

// father gives the stem of a patronymic; an empty one when the word is the
// ending alone.
func father(canonical string) (stem string, is bool) {
	for _, ending := range patronymics {
		if before, found := strings.CutSuffix(canonical, ending); found && len(before) != 1 {
			return before, true
		}
	}
	return "", false
}

// cyrillicSounds are the letters of both Cyrillic alphabets from а to ү.
var cyrillicSounds = map[rune]string{
	'а': "a", 'ә': "a", 'б': "b", 'в': "v", 'г': "g", 'ғ': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "j", 'з': "z", 'и': "i",
	'й': "i", 'к': "k", 'қ': "k", 'л': "l", 'м': "m", 'н': "n", 'ң': "n", 'о': "o", 'ө': "o", 'п': "p", 'р': "r", 'с': "s",
	'т': "t", 'у': "u", 'ұ': "u", 'ү': "u", 'ф': "f", 'х': "h", 'һ': "h", 'ц': "ts", 'ч': "c", 'ш': "w", 'щ': "w", 'ъ': "",
	'ы': "i", 'і': "i", 'ь': "", 'э': "e", 'ю': "iu", 'я': "ia", 'є': "e", 'ї': "i", 'ў': "u", 'ҳ': "h",
	// Latin letters that were typed for Cyrillic ones of the same look.
	'c': "s", 'x': "h", 'p': "r", 'y': "u",
}

// latinSounds are letters that do not stand for themselves.
var latinSounds = map[rune]string{
	'c': "k", 'q': "k", 'w': "v", 'x': "ks", 'y': "i",
	'ä': "a", 'á': "a", 'à': "a", 'â': "a", 'ã': "a", 'å': "a", 'ā': "a", 'ə': "a", 'ğ': "g", 'ǵ': "g", 'ı': "i", 'ñ': "n",
	'ń': "n", 'ŋ': "n", 'ö': "o", 'ó': "o", 'ò': "o", 'ô': "o", 'ō': "o", 'ş': "w", 'š': "w", 'ș': "w", 'ç': "c", 'č': "c",
	'ž': "j", 'ū': "u", 'ü': "u", 'ú': "u", 'ù': "u", 'û': "u", 'ý': "u", 'é': "e", 'è': "e", 'ê': "e", 'ë': "e", 'ē': "e",
	'í': "i", 'ì': "i", 'î': "i", 'ï': "i", 'ī': "i",
}

// soundTable holds sounds by letter, from a first letter on: a look-up in a map
// for every letter of every name would cost more than the rest of the comparing.
type soundTable struct {
	first  rune
	sounds [256]string
	known  [256]bool
}

func tableOf(first rune, sounds map[rune]string) *soundTable {
	t := &soundTable{first: first}
	for r, sound := range sounds {
		if i := int(r - first); i >= 0 && i < len(t.sounds) {
			t.sounds[i], t.known[i] = sound, true
		}
	}
	return t
}

// sound gives the sound of a letter; known is false for one that is not in the table.
func (t *soundTable) sound(r rune) (sound string, known bool) {
	if i := int(r - t.first); i >= 0 && i < len(t.sounds) {
		return t.sounds[i], t.known[i]
	}
	return "", false
}

var (
	cyrillicTable  = tableOf(0x400, cyrillicSounds)
	lookalikeTable = tableOf(0, cyrillicSounds)
	latinTable     = tableOf(0, latinSounds)
)

// soundOf gives the sound of a letter in a word of an alphabet.
func soundOf(r rune, cyrillic bool) (sound string, known bool) {
	switch {
	case cyrillic && r >= 0x400:
		return cyrillicTable.sound(r)
	case cyrillic:
		return lookalikeTable.sound(r)
	case r < 0x100:
		return latinTable.sound(r)
	}
	sound, known = latinSounds[r]
	return sound, known
}

// beginsGroup says that a group may begin with a letter.
func beginsGroup(letter byte) bool {
	switch letter {
	case 's', 'd', 'z', 'c', 'k', 'g', 'p', 'y':
		return true
	}
	return false
}

// latinGroup is letters that stand for one sound together.
type latinGroup struct {
	letters []byte
	sound   string
}

// latinGroups are tried in their order: longer ones first.
var latinGroups = []latinGroup{
	{[]byte("shch"), "w"}, {[]byte("sch"), "w"}, {[]byte("sh"), "w"}, {[]byte("dzh"), "j"}, {[]byte("zh"), "j"}, {[]byte("ch"), "c"},
	{[]byte("kh"), "h"}, {[]byte("gh"), "g"}, {[]byte("ph"), "f"}, {[]byte("ck"), "k"}, {[]byte("yo"), "e"},
}

// canonicalWord gives one word in its canonical form.
func canonicalWord(word string) string {
	var lowerSpace, space [96]byte // most words need no more, and none of it on the heap
	lower, cyrillic := lowerSpace[:0], false
	for _, r := range word {
		r = unicode.ToLower(r)
		cyrillic = cyrillic || r >= 0x400 && unicode.Is(unicode.Cyrillic, r)
		lower = utf8.AppendRune(lower, r)
	}
	b := space[:0]
	for len(lower) > 0 {
		if !cyrillic && beginsGroup(lower[0]) {
			if i := slices.IndexFunc(latinGroups, func(g latinGroup) bool { return bytes.HasPrefix(lower, g.letters) }); i >= 0 {
				b = append(b, latinGroups[i].sound...)
				lower = lower[len(latinGroups[i].letters):]
				continue
			}
		}
		r, size := utf8.DecodeRune(lower)
		lower = lower[size:]
		b = appendSound(b, r, cyrillic)
	}
	// дж is ж; е and ye, and a doubled letter and a single one, are the same.
	b = collapse(b)
	for _, pair := range samePairs {
		if bytes.Contains(b, pair[0]) { // ReplaceAll copies also where nothing is replaced
			b = bytes.ReplaceAll(b, pair[0], pair[1])
		}
	}
	return string(collapse(b))
}

var samePairs = [][2][]byte{{[]byte("dj"), []byte("j")}, {[]byte("ie"), []byte("e")}}

// appendSound appends the sound of one letter.
func appendSound(b []byte, r rune, cyrillic bool) []byte {
	if (r == 'ә' || r == 'ä') && len(b) > 0 && b[len(b)-1] == 'l' {
		return append(b, "ia"...) // Ләззат is Ляззат in Russian
	}
	if sound, known := soundOf(r, cyrillic); known {
		return append(b, sound...)
	}
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return append(b, byte(r))
	case r == '\u0327' || r == '\u030c': // a cedilla or caron after its letter
		if n := len(b) - 1; n >= 0 {
			switch b[n] {
			case 's':
				b[n] = 'w'
			case 'k': // of c
				b[n] = 'c'
			case 'z':
				b[n] = 'j'
			}
		}
		return b
	case unicode.IsLetter(r) || unicode.IsDigit(r):
		return append(b, string(r)...) // of another alphabet: equal to itself
	}
	return b
}

// collapse makes one of every run of the same letter; digits stay.
func collapse(b []byte) []byte {
	return slices.CompactFunc(b, func(x, y byte) bool { return x == y && x >= 'a' })
}

// nameRelation says how two names stand to each other.
type nameRelation uint8

const (
	namesUnknown   nameRelation = iota // one of them is not known
	namesDiffer                        // two people, as far as names tell
	namesPartly                        // what the shorter one says, the longer one says too
	namesSimilar                       // every word has one that is nearly the same
	namesSameShort                     // the same single word: a first name or a surname alone
	namesSame                          // the same full name
)

// similarWord is the least similarity of two words that may be one name in two
// spellings. An assumption, held by the table of the tests: one wrong letter in
// four to seven.
const similarWord = 0.75

// compareNames compares canonical names, words in any order.
func compareNames(a, b *nameWords) nameRelation {
	if len(a.words) == 0 || len(b.words) == 0 {
		return namesUnknown
	}
	fathersAgree := len(a.fathers) > 0 && len(b.fathers) > 0
	if fathersAgree && !slices.ContainsFunc(a.fathers, func(one string) bool {
		return slices.ContainsFunc(b.fathers, func(other string) bool { return wordSimilarity(one, other) >= similarWord })
	}) {
		return namesDiffer
	}
	if slices.Equal(a.words, b.words) {
		if len(a.words) > 1 || fathersAgree {
			return namesSame
		}
		return namesSameShort
	}
	_, least := alignWords(a.words, b.words)
	switch {
	case least < similarWord:
		return namesDiffer
	case len(a.words) == len(b.words):
		return namesSimilar
	}
	return namesPartly
}

// NameSimilarity compares two names of people across Kazakh, Russian and Latin
// spellings, words in any order: 1 for the same name, 0 for nothing in common
// or a name without letters. It does not depend on the order of the two.
func NameSimilarity(a, b string) float64 {
	x, y := canonicalName(a), canonicalName(b)
	if len(x.words) == 0 || len(y.words) == 0 {
		x.words, y.words = x.fathers, y.fathers // a patronymic is all there is
	}
	if len(x.words) == 0 || len(y.words) == 0 {
		return 0
	}
	sum, _ := alignWords(x.words, y.words)
	return sum / float64(max(len(x.words), len(y.words)))
}

// alignWords pairs each word of the shorter name with one of the longer so that
// the similarities add up to the most; it gives that sum and the least among
// the pairs.
func alignWords(a, b []string) (sum, least float64) {
	if len(a) > len(b) {
		a, b = b, a
	}
	var used [maxNameWords]bool
	var pair func(i int) (float64, float64)
	pair = func(i int) (best, bestLeast float64) {
		if i == len(a) {
			return 0, 1
		}
		best = -1
		for j := range min(len(b), maxNameWords) {
			if used[j] {
				continue
			}
			used[j] = true
			similarity := wordSimilarity(a[i], b[j])
			rest, restLeast := pair(i + 1)
			used[j] = false
			if total, l := similarity+rest, min(similarity, restLeast); total > best || total == best && l > bestLeast {
				best, bestLeast = total, l
			}
		}
		return best, bestLeast
	}
	return pair(0)
}

// wordSimilarity is 1 minus the edit distance over the length of the longer
// word.
func wordSimilarity(a, b string) float64 {
	if a == b {
		return 1
	}
	return 1 - float64(editDistance(a, b))/float64(max(len(a), len(b)))
}

// editDistance counts the letters that are missing, too many, wrong, or swapped
// with their neighbour, no place being edited twice (F. J. Damerau, "A technique
// for computer detection and correction of spelling errors", Communications of
// the ACM 7 (3), 1964; the restricted form, known as optimal string alignment).
func editDistance(a, b string) int {
	var space [3 * 32]int // most words need no more, and none of it on the heap
	rows, n := space[:], len(b)+1
	if 3*n > len(rows) {
		rows = make([]int, 3*n)
	}
	before, last, row := rows[:n], rows[n:2*n], rows[2*n:3*n]
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// IDOf makes an id of a name: its canonical words, such as "region-10-lisakovsk".
// It is empty for a name without Latin or Cyrillic letters or digits.
func IDOf(name string) string {
	id := strings.Join(placeWords(name), "-")
	return strings.Map(func(r rune) rune {
		if r == '-' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, id[:min(len(id), 64)])
}
