package dispatch

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"time"
)

// CandidateResult says why a team was or was not asked.
type CandidateResult uint8

// Results of a candidate.
const (
	CandidateOffered  CandidateResult = iota + 1 // asked by this decision
	CandidateEligible                            // could have been asked
	CandidateAsked                               // has an open offer or is already on the case
	CandidateNoAnswer                            // did not answer before; may be rung again
	CandidateDeclined
	CandidateReleased // let go from this case by a coordinator
	CandidateOffDuty  // said so, or by its duty calendar
	CandidateBusy     // no free slot
	CandidateKind     // not asked for this kind of case
	CandidateSkills
	CandidateRange       // the place is beyond its range
	CandidateResting     // its crews that have no case rest after a return
	CandidateCertificate // has the skill, but its certificate has expired
	candidateResults
)

var candidateWords = [candidateResults]string{"", "offered", "eligible", "asked", "no_answer", "declined", "released",
	"off_duty", "busy", "kind", "skills", "range", "resting", "certificate"}

// String gives the word on the wire.
func (r CandidateResult) String() string {
	if r >= candidateResults {
		return ""
	}
	return candidateWords[r]
}

// BaseUsed stands for the age of a position when the team's base was used.
const BaseUsed = -time.Second

// Candidate is a team that was considered for a case.
type Candidate struct {
	Team         int32
	Result       CandidateResult
	Transport    uint8         // its place in Transports
	DistanceM    float64       // straight line on the sphere, to the metre
	PositionAge  time.Duration // of the position used, to the second; BaseUsed: there was none
	StaleAge     time.Duration // of a position that was too old to be used, to the second; 0: there was none
	CasesLastDay int           // cases accepted in the 24 hours before
	// FreeIn is how long until one that rests or is off duty may be asked, to
	// the second; 0: not known.
	FreeIn time.Duration
}

// waits says that when the candidate may be asked can be known.
func (r CandidateResult) waits() bool { return r == CandidateResting || r == CandidateOffDuty }

// WouldGain is what waiting for a candidate that could not be asked would have
// gained over a travel: for one that rests or is off duty its wait is counted,
// when one that is busy comes free nobody knows. 0: nothing.
func (d *Decision) WouldGain(c *Candidate, chosen time.Duration) time.Duration {
	if c.Result != CandidateBusy && !(c.Result.waits() && c.FreeIn > 0) {
		return 0
	}
	return max(chosen-c.FreeIn-d.Travel(c).Median, 0)
}

// Choice says how a decision came to its team.
type Choice uint8

// Choices. A decision that found nobody has none.
const (
	ChoiceNearest   Choice = iota + 1 // the shortest travel of those that may be asked
	ChoiceMatched                     // the least total over all that waits
	ChoiceGreedy                      // the nearest in the order of urgency: the matching had no time
	ChoiceByHand                      // a person said so
	ChoiceRung                        // asked again: nobody else is left
	ChoiceOpenCall                    // asked beside others
	ChoicePreempted                   // taken from another case
	choices
)

var choiceWords = [choices]string{"", "nearest", "matched", "greedy", "by_hand", "rung", "open_call", "preempted"}

// String gives the word on the wire.
func (c Choice) String() string {
	if c >= choices {
		return ""
	}
	return choiceWords[c]
}

// Decision is one choice of a team for a case: those asked and the nearest
// twenty with their reasons, the rest as counts by reason.
type Decision struct {
	Case       int64
	Sequence   int64 // of the event that the choice led to
	At         time.Time
	Choice     Choice
	Paces      [transports]Pace // of the candidates' transports; zero where travel was not reckoned
	Candidates []Candidate      // nearest first
	Others     [candidateResults]int32
}

// OtherCounts gives the counts of the teams that are not listed, by reason.
func (d *Decision) OtherCounts() map[string]int {
	counts := map[string]int{}
	for result, n := range d.Others {
		if n > 0 {
			counts[CandidateResult(result).String()] = int(n)
		}
	}
	return counts
}

// Travel is how long a candidate was taken to travel; zero when it was not
// reckoned.
func (d *Decision) Travel(c *Candidate) Travel { return d.Paces[c.Transport].Over(c.DistanceM) }

// The packed forms: the first had no choice, no travel and no stale positions.
const (
	decisionVersion      = 2
	decisionVersionFirst = 1
)

// distanceLimitM is more than half of the way round the Earth.
const distanceLimitM = 30_000_000

// What a packed decision may say at most.
const (
	ageLimit    = 1 << 33                       // seconds
	paceLimit   = 1 << 40                       // microseconds for a metre
	rangeLimit  = 1 << 30                       // thousandths
	packedStale = int64(BaseUsed / time.Second) // below it: the base was used, and how old the stale position was
)

// MarshalBinary packs the candidates: a decision is kept for every offer, so
// its size is most of what an application costs on disk.
func (d *Decision) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 32+12*len(d.Candidates))
	var known uint8 // a bit for each transport that has a pace
	for i := range d.Paces {
		if d.Paces[i] != (Pace{}) {
			known |= 1 << i
		}
	}
	b = append(b, decisionVersion, byte(d.Choice), known)
	for i := range d.Paces {
		if pace := &d.Paces[i]; known&(1<<i) != 0 {
			b = binary.AppendUvarint(b, uint64(pace.Microseconds))
			reach := uint64(pace.Permille) << 1
			if pace.Assumed {
				reach |= 1
			}
			b = binary.AppendUvarint(b, reach)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(d.Candidates)))
	for i := range d.Candidates {
		c := &d.Candidates[i]
		b = append(b, byte(c.Result))
		if bits.OnesCount8(known) > 1 {
			b = append(b, c.Transport) // otherwise it is the one known
		}
		b = binary.AppendUvarint(b, uint64(c.Team))
		b = binary.AppendUvarint(b, uint64(c.DistanceM+0.5))
		age := int64(c.PositionAge / time.Second)
		if c.PositionAge < 0 && c.StaleAge > 0 {
			age = packedStale - int64(c.StaleAge/time.Second)
		}
		b = binary.AppendVarint(b, age)
		b = binary.AppendUvarint(b, uint64(c.CasesLastDay))
		if c.Result.waits() {
			b = binary.AppendUvarint(b, uint64(c.FreeIn/time.Second))
		}
	}
	for result, n := range d.Others {
		if n > 0 {
			b = append(b, byte(result))
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return b, nil
}

var errDecisionDamaged = errors.New("dispatch: the stored candidates of a decision are damaged")

// UnmarshalBinary unpacks what MarshalBinary packed: all of it, or an error.
func (d *Decision) UnmarshalBinary(b []byte) error {
	damaged := false
	octet := func() byte {
		if len(b) == 0 {
			damaged = true
			return 0
		}
		v := b[0]
		b = b[1:]
		return v
	}
	unsigned := func(most uint64) uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > most {
			damaged = true
			b = nil
			return 0
		}
		b = b[n:]
		return v
	}
	signed := func(least int64) int64 {
		v, n := binary.Varint(b)
		if n <= 0 || v < least || v > ageLimit {
			damaged = true
			b = nil
			return 0
		}
		b = b[n:]
		return v
	}
	version := octet()
	if version != decisionVersion && version != decisionVersionFirst {
		return errDecisionDamaged
	}
	oldestAge := int64(BaseUsed / time.Second)
	var choice Choice
	var known uint8
	var paces [transports]Pace
	if version == decisionVersion {
		oldestAge = packedStale - ageLimit
		choice, known = Choice(octet()), octet()
		for i := range paces {
			if known&(1<<i) != 0 {
				microseconds, reach := unsigned(paceLimit), unsigned(2*rangeLimit+1)
				paces[i] = Pace{Microseconds: int64(microseconds), Permille: int64(reach >> 1), Assumed: reach&1 != 0} //nolint:gosec // bounded
				damaged = damaged || microseconds == 0 || paces[i].Permille < 1000
			}
		}
		if damaged || choice >= choices || known >= 1<<transports {
			return errDecisionDamaged
		}
	}
	count := unsigned(uint64(len(b)))
	candidates := make([]Candidate, 0, count)
	for range count {
		c := Candidate{Result: CandidateResult(octet())}
		switch bits.OnesCount8(known) {
		case 0:
		case 1:
			c.Transport = uint8(bits.TrailingZeros8(known)) //nolint:gosec // below transports
		default:
			if c.Transport = octet(); c.Transport >= transports {
				return errDecisionDamaged
			}
		}
		c.Team = int32(unsigned(math.MaxInt32))         //nolint:gosec // bounded
		c.DistanceM = float64(unsigned(distanceLimitM)) //nolint:gosec // bounded
		age := signed(oldestAge)
		c.PositionAge = time.Duration(age) * time.Second
		if age < packedStale {
			c.PositionAge, c.StaleAge = BaseUsed, time.Duration(packedStale-age)*time.Second
		}
		c.CasesLastDay = int(unsigned(math.MaxInt32)) //nolint:gosec // bounded
		if version == decisionVersion && c.Result.waits() {
			c.FreeIn = time.Duration(unsigned(ageLimit)) * time.Second //nolint:gosec // bounded
		}
		if damaged || c.Result == 0 || c.Result >= candidateResults {
			return errDecisionDamaged
		}
		candidates = append(candidates, c)
	}
	var others [candidateResults]int32
	for len(b) > 0 {
		result := octet()
		n := unsigned(math.MaxInt32)
		if damaged || result == 0 || int(result) >= len(others) {
			return errDecisionDamaged
		}
		others[result] = int32(n) //nolint:gosec // bounded
	}
	if damaged {
		return errDecisionDamaged
	}
	d.Choice, d.Paces, d.Candidates, d.Others = choice, paces, candidates, others
	return nil
}
