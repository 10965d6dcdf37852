package geo

// tree is a k-d tree over unit vectors, in one slice: the middle node of a
// range splits it along the range's longest axis, and the halves beside it are
// its subtrees. Ranges of leafSize nodes or fewer are not split.
type tree struct {
	nodes   []treeNode
	dropped int
}

type treeNode struct {
	vector Vector
	handle int32 // -1 when it was dropped: it still splits, but is not found
	axis   int8
}

const leafSize = 12

func (t *tree) live() int { return len(t.nodes) - t.dropped }

func (t *tree) drop(i int32) {
	t.nodes[i].handle = -1
	t.dropped++
}

// newTree orders nodes into a tree and keeps the slice.
func newTree(nodes []treeNode) tree {
	split(nodes)
	return tree{nodes: nodes}
}

func split(nodes []treeNode) {
	for len(nodes) > leafSize {
		axis, middle := longestAxis(nodes), len(nodes)/2
		selectNth(nodes, middle, axis)
		nodes[middle].axis = int8(axis)
		split(nodes[:middle])
		nodes = nodes[middle+1:]
	}
}

func longestAxis(nodes []treeNode) int {
	low, high := nodes[0].vector, nodes[0].vector
	for i := range nodes {
		for axis, value := range nodes[i].vector {
			low[axis], high[axis] = min(low[axis], value), max(high[axis], value)
		}
	}
	longest := 0
	for axis := range low {
		if high[axis]-low[axis] > high[longest]-low[longest] {
			longest = axis
		}
	}
	return longest
}

// selectNth is Hoare's selection with the middle of three as pivot: afterwards
// no node before n is greater along axis than node n, and none after it less.
func selectNth(nodes []treeNode, n, axis int) {
	low, high := 0, len(nodes)-1
	for low < high {
		pivot := middleOfThree(nodes[low].vector[axis], nodes[(low+high)/2].vector[axis], nodes[high].vector[axis])
		i, j := low, high
		for i <= j {
			for nodes[i].vector[axis] < pivot {
				i++
			}
			for nodes[j].vector[axis] > pivot {
				j--
			}
			if i <= j {
				nodes[i], nodes[j] = nodes[j], nodes[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return
		}
	}
}

func middleOfThree(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}

// search offers every node that may be among the nearest: the half that holds
// the origin first, the other only when the splitting plane is not farther
// than the k-th so far. Equal is not farther, because of ties.
func (h *nearestHeap) search(nodes []treeNode) {
	for len(nodes) > leafSize {
		middle := len(nodes) / 2
		node := &nodes[middle]
		toPlane := h.origin[node.axis] - node.vector[node.axis]
		near, far := nodes[:middle], nodes[middle+1:]
		if toPlane > 0 {
			near, far = far, near
		}
		h.search(near)
		h.offerNode(node)
		if toPlane*toPlane > h.limit() {
			return
		}
		nodes = far
	}
	for i := range nodes {
		h.offerNode(&nodes[i])
	}
}

func (h *nearestHeap) offerNode(node *treeNode) {
	if chord := chordSquared(&h.origin, &node.vector); chord <= h.limit() && node.handle >= 0 {
		h.offer(chord, node.handle)
	}
}
