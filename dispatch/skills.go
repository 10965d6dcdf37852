package dispatch

import (
	"cmp"
	"slices"
	"time"
)

// hasSkill says that the team has a skill that counts now: one without a
// certificate, or with one that has not expired.
func (t *Team) hasSkill(skill string, now time.Time) bool {
	if !slices.Contains(t.Skills, skill) {
		return false
	}
	certified := false
	for i := range t.Certificates {
		if t.Certificates[i].Skill == skill {
			if t.Certificates[i].ExpiresAt.After(now) {
				return true
			}
			certified = true
		}
	}
	return !certified
}

// brings gives those of the skills that the team has and that count now.
func (t *Team) brings(skills []string, now time.Time) (brought []string) {
	for _, skill := range skills {
		if t.hasSkill(skill, now) {
			brought = append(brought, skill)
		}
	}
	return brought
}

// lacks says that none of the teams that are asked or have accepted brings a
// skill. An assignment keeps what its team brought, so that the case waits for
// a skill or does not, whatever becomes of the team's registration.
func (c *Case) lacks(skill string) bool {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if (a.Status == AssignmentOffered || a.Status.Committed()) && slices.Contains(a.Skills, skill) {
			return false
		}
	}
	return true
}

// lacksSkills says that a needed skill is brought by nobody yet.
func (c *Case) lacksSkills() bool {
	return len(c.Needs.Skills) > 0 && slices.ContainsFunc(c.Needs.Skills, c.lacks)
}

// assessSkills says whether the team's skills are a reason not to ask it. A
// team that brings nothing of what is lacking may have a place all the same, as
// long as one is left for those who do.
func (d *decision) assessSkills(c *Case, t *teamState) CandidateResult {
	lacking, expired := false, false
	for _, skill := range c.Needs.Skills {
		if !c.lacks(skill) {
			continue
		}
		lacking = true
		if t.team.hasSkill(skill, d.now) {
			return CandidateEligible
		}
		expired = expired || slices.Contains(t.team.Skills, skill)
	}
	committed, offered := c.committedTeams()
	switch {
	case !lacking || c.Needs.Teams-committed-offered > 1:
		return CandidateEligible
	case expired:
		return CandidateCertificate
	}
	return CandidateSkills
}

// chooseForSkills finds the team to ask for the skills that are lacking: the
// best that has all of them, unless teams that come sooner have them together;
// then, and where nobody has all, the first of those that bring some. nil when
// nobody does.
func (d *decision) chooseForSkills(c *Case) *Candidate {
	lacking := slices.DeleteFunc(slices.Clone(c.Needs.Skills), func(skill string) bool { return !c.lacks(skill) })
	bringing := d.nearest(*c.Location, len(d.s.teams), func(t *teamState, _ float64) bool {
		return d.assess(c, t, 0) == CandidateEligible && len(t.team.brings(lacking, d.now)) > 0
	})
	for i := range bringing {
		t := d.s.team(bringing[i].Team)
		bringing[i].Result = d.assess(c, t, bringing[i].DistanceM)
		bringing[i].CasesLastDay = t.casesLastDay(d.now)
	}
	bringing = slices.DeleteFunc(bringing, func(candidate Candidate) bool { return candidate.Result != CandidateEligible })
	slices.SortFunc(bringing, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(d.travel(&a), d.travel(&b)), cmp.Compare(a.CasesLastDay, b.CasesLastDay),
			cmp.Compare(d.s.team(a.Team).team.ID, d.s.team(b.Team).team.ID))
	})
	if len(bringing) == 0 {
		return nil
	}
	open := slices.Clone(lacking)
	together := time.Duration(-1) // when those have come who have all together
	for i := range bringing {
		travel := d.travel(&bringing[i])
		if together >= 0 && travel > together {
			break
		}
		brought := d.s.team(bringing[i].Team).team.brings(lacking, d.now)
		if len(brought) == len(lacking) {
			return &bringing[i]
		}
		open = slices.DeleteFunc(open, func(skill string) bool { return slices.Contains(brought, skill) })
		if len(open) == 0 && together < 0 {
			together = travel
		}
	}
	return &bringing[0]
}

// recountSkills keeps what the teams on the case bring of what it needs now.
func (d *decision) recountSkills(c *Case, sequence int64) {
	for i := range c.Assignments {
		a := &c.Assignments[i]
		if a.Status != AssignmentOffered && !a.Status.Committed() {
			continue
		}
		if brought := d.s.team(a.Team).team.brings(c.Needs.Skills, d.now); !slices.Equal(brought, a.Skills) {
			a.Skills, a.Changed = brought, sequence
		}
	}
}

// lackedByAccepted gives the needed skills that no team which has accepted
// brings.
func (c *Case) lackedByAccepted() (lacking []string) {
	for _, skill := range c.Needs.Skills {
		if !slices.ContainsFunc(c.Assignments, func(a Assignment) bool { return a.Status.Committed() && slices.Contains(a.Skills, skill) }) {
			lacking = append(lacking, skill)
		}
	}
	return lacking
}

// withdrawUnneeded takes back the offers of a case that has as many teams as
// it needs, but for those that bring what the teams that have accepted lack. It
// says whether nothing is lacking.
func (d *decision) withdrawUnneeded(c *Case) bool {
	lacking := c.lackedByAccepted()
	d.withdrawOffers(c, func(a *Assignment) bool {
		return slices.ContainsFunc(a.Skills, func(skill string) bool { return slices.Contains(lacking, skill) })
	})
	return len(lacking) == 0
}
