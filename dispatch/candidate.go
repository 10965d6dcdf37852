package dispatch

import (
	"encoding/binary"
	"errors"
	"math"
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
	CandidateOffDuty
	CandidateBusy // no free slot
	CandidateKind // not asked for this kind of case
	CandidateSkills
	CandidateRange // the place is beyond its range
	candidateResults
)

var candidateWords = [candidateResults]string{"", "offered", "eligible", "asked", "no_answer", "declined", "released",
	"off_duty", "busy", "kind", "skills", "range"}

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
	DistanceM    float64       // straight line on the sphere, to the metre
	PositionAge  time.Duration // of the position used, to the second; BaseUsed: there was none
	CasesLastDay int           // cases accepted in the 24 hours before
}

// Decision is one choice of a team for a case: those asked and the nearest
// twenty with their reasons, the rest as counts by reason.
type Decision struct {
	Case       int64
	Sequence   int64 // of the event that the choice led to
	At         time.Time
	Candidates []Candidate // nearest first
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

const decisionVersion = 1

// distanceLimitM is more than half of the way round the Earth.
const distanceLimitM = 30_000_000

// MarshalBinary packs the candidates: a decision is kept for every offer, so
// its size is most of what an application costs on disk.
func (d *Decision) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 2+12*len(d.Candidates)+16)
	b = append(b, decisionVersion)
	b = binary.AppendUvarint(b, uint64(len(d.Candidates)))
	for i := range d.Candidates {
		c := &d.Candidates[i]
		b = append(b, byte(c.Result))
		b = binary.AppendUvarint(b, uint64(c.Team))
		b = binary.AppendUvarint(b, uint64(c.DistanceM+0.5))
		b = binary.AppendVarint(b, int64(c.PositionAge/time.Second))
		b = binary.AppendUvarint(b, uint64(c.CasesLastDay))
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
	signed := func() int64 {
		v, n := binary.Varint(b)
		if n <= 0 || v < int64(BaseUsed/time.Second) || v > int64(math.MaxInt64/time.Second) {
			damaged = true
			b = nil
			return 0
		}
		b = b[n:]
		return v
	}
	if octet() != decisionVersion {
		return errDecisionDamaged
	}
	count := unsigned(uint64(len(b)))
	candidates := make([]Candidate, 0, count)
	for range count {
		c := Candidate{Result: CandidateResult(octet())}
		c.Team = int32(unsigned(math.MaxInt32))         //nolint:gosec // bounded
		c.DistanceM = float64(unsigned(distanceLimitM)) //nolint:gosec // bounded
		c.PositionAge = time.Duration(signed()) * time.Second
		c.CasesLastDay = int(unsigned(math.MaxInt32)) //nolint:gosec // bounded
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
	d.Candidates, d.Others = candidates, others
	return nil
}
