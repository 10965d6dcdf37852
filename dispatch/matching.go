package dispatch

import "math"

// forbidden is the cost of a pair that may not be matched.
const forbidden = int64(-1)

// unserved stands for the column of a row that is left without one.
const unserved = -1

// matching is a rectangular linear assignment problem in which rows may be
// left out: each row (a team that a case wants) takes at most one column (room
// of a team), each column goes to at most one row. All costs are in one unit
// and not negative, and the sum of a row's costs fits an int64 many times over.
type matching struct {
	columns int
	cost    []int64 // row after row; forbidden where the pair may not be matched
	leave   []int64 // what leaving each row without a column costs
}

func (m *matching) rows() int { return len(m.leave) }

// row gives the costs of a row by column.
func (m *matching) row(i int) []int64 { return m.cost[i*m.columns : (i+1)*m.columns] }

// total adds up what a solution costs.
func (m *matching) total(columnOf []int) int64 {
	sum := int64(0)
	for i, j := range columnOf {
		if j == unserved {
			sum += m.leave[i]
		} else {
			sum += m.row(i)[j]
		}
	}
	return sum
}

// greedy gives each row in turn the cheapest column that is left.
func (m *matching) greedy() []int {
	columnOf := make([]int, m.rows())
	taken := make([]bool, m.columns)
	for i := range columnOf {
		columnOf[i] = unserved
		cheapest := m.leave[i]
		for j, cost := range m.row(i) {
			if !taken[j] && cost != forbidden && cost < cheapest {
				columnOf[i], cheapest = j, cost
			}
		}
		if columnOf[i] != unserved {
			taken[columnOf[i]] = true
		}
	}
	return columnOf
}

// least gives each row its column in a solution of the least total cost. It is
// the method of shortest augmenting paths (Jonker and Volgenant, Computing 38,
// 1987, 325–340; for rectangular problems Crouse, IEEE Transactions on
// Aerospace and Electronic Systems 52, 2016, 1679–1696): rows come in one by
// one, each by the cheapest chain of changes, which a search after Dijkstra
// finds over costs that dual prices keep from being negative. A chain may also
// end in leaving one of its rows out; that row then stays out, as no later
// chain could gain by it. Time: rows × columns × min(rows, columns) at most.
func (m *matching) least() []int {
	s := search{matching: m, columnOf: make([]int, m.rows()), rowOf: make([]int, m.columns),
		rowPrice: make([]int64, m.rows()), columnPrice: make([]int64, m.columns),
		shortest: make([]int64, m.columns), previous: make([]int, m.columns), reached: make([]bool, m.columns)}
	for i := range s.columnOf {
		s.columnOf[i] = unserved
	}
	for j := range s.rowOf {
		s.rowOf[j] = unserved
	}
	for i := range s.columnOf {
		s.bringIn(i)
	}
	return s.columnOf
}

// search is the work on a matching: a solution for the rows so far, its dual
// prices, and scratch space of one chain.
type search struct {
	*matching
	columnOf    []int
	rowOf       []int
	rowPrice    []int64
	columnPrice []int64

	shortest []int64 // length of the shortest chain that ends in the column
	previous []int   // the row before the column in it
	reached  []bool  // the chain to the column is final, and its row is in the tree
	tree     []int   // rows
}

// bringIn adds a row to the solution.
func (s *search) bringIn(first int) {
	for j := range s.shortest {
		s.shortest[j], s.reached[j] = math.MaxInt64, false
	}
	s.tree = s.tree[:0]
	row, length := first, int64(0)
	leaver, leaving := unserved, int64(math.MaxInt64) // the cheapest row to leave out
	var end int
	for {
		s.tree = append(s.tree, row)
		if l := length + s.leave[row] - s.rowPrice[row]; l < leaving {
			leaver, leaving = row, l
		}
		nearest := s.extend(row, length)
		if nearest == unserved || leaving < s.shortest[nearest] {
			length, end = leaving, s.columnOf[leaver]
			break
		}
		length = s.shortest[nearest]
		if s.rowOf[nearest] == unserved {
			leaver, end = unserved, nearest
			break
		}
		s.reached[nearest] = true
		row = s.rowOf[nearest]
	}
	s.setPrices(first, length)
	if leaver != unserved {
		s.columnOf[leaver] = unserved
		if leaver == first {
			return
		}
	}
	for column := end; ; {
		row := s.previous[column]
		s.rowOf[column] = row
		s.columnOf[row], column = column, s.columnOf[row]
		if row == first {
			return
		}
	}
}

// extend measures the chains that go on from a row, and gives the column that
// is nearest of those not reached yet.
func (s *search) extend(row int, length int64) (nearest int) {
	nearest = unserved
	base := length - s.rowPrice[row]
	for j, cost := range s.row(row) {
		if s.reached[j] {
			continue
		}
		if cost != forbidden {
			if l := base + cost - s.columnPrice[j]; l < s.shortest[j] {
				s.shortest[j], s.previous[j] = l, row
			}
		}
		if s.shortest[j] != math.MaxInt64 && (nearest == unserved || s.shortest[j] < s.shortest[nearest]) {
			nearest = j
		}
	}
	return nearest
}

// setPrices keeps reduced costs from being negative, and those of the pairs
// along the chain zero.
func (s *search) setPrices(first int, length int64) {
	for _, row := range s.tree {
		before := int64(0)
		if row != first {
			before = s.shortest[s.columnOf[row]]
		}
		s.rowPrice[row] += length - before
	}
	for j, reached := range s.reached {
		if reached {
			s.columnPrice[j] -= length - s.shortest[j]
		}
	}
}
