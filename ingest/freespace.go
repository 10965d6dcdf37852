package ingest

import (
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/izdeu/izdeu/dispatch"
)

// DefaultFreeSpaceFloor is how many bytes must stay free on the disk of the
// embedded broker. Below it nothing is accepted: a broker and a database that
// run out of space in the middle of a write cannot promise anything.
const DefaultFreeSpaceFloor = 512 << 20

// FreeSpaceError says that the disk has less space left than the floor. HTTP
// answers it with 503 and the duty phone.
type FreeSpaceError struct {
	Path  string
	Free  uint64 // bytes
	Floor uint64 // bytes
}

func (e *FreeSpaceError) Error() string {
	return fmt.Sprintf("only %d MiB are free on the disk of %s, %d MiB are needed to accept anything: free some space",
		e.Free>>20, e.Path, e.Floor>>20)
}

// Is makes the error a [dispatch.ErrNoSpace] to callers who know no disks.
func (e *FreeSpaceError) Is(target error) bool { return target == dispatch.ErrNoSpace }

// FreeSpace watches the free space of the file system that holds a path.
type FreeSpace struct {
	path  string
	floor uint64
	free  func(path string) (uint64, error)
	now   func() time.Time

	mutex   sync.Mutex
	checked time.Time
	result  error
}

// NewFreeSpace watches the file system of path. A floor of zero checks nothing.
// free reads the bytes that are free for this user; nil asks the operating system.
func NewFreeSpace(path string, floor uint64, free func(path string) (uint64, error)) *FreeSpace {
	if free == nil {
		free = freeBytes
	}
	return &FreeSpace{path: path, floor: floor, free: free, now: time.Now}
}

// Check returns a *FreeSpaceError while the disk is below the floor. The answer
// is kept for a second, so it may be asked for every message. A file system that
// cannot say is taken to have space: the write itself will fail if it has none.
func (f *FreeSpace) Check() error {
	if f.floor == 0 {
		return nil
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	now := f.now()
	if age := now.Sub(f.checked); !f.checked.IsZero() && age >= 0 && age < time.Second {
		return f.result
	}
	f.checked = now
	free, err := f.free(f.path)
	f.result = nil
	if err == nil && free < f.floor {
		f.result = &FreeSpaceError{Path: f.path, Free: free, Floor: f.floor}
	}
	return f.result
}

// NewDiskMetrics measures the disk of a path: what is free for this user, and
// the floor in bytes below which nothing is taken in.
func NewDiskMetrics(registry prometheus.Registerer, path string, floor uint64) {
	registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "izdeu_disk_free_bytes", Help: "Free space on the disk of the data directory; -1 when it cannot be read."},
			func() float64 {
				free, err := freeBytes(path)
				if err != nil {
					return -1
				}
				return float64(free)
			}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "izdeu_disk_floor_bytes", Help: "Free space below which the embedded broker takes nothing in (--disk-floor-mib)."},
			func() float64 { return float64(floor) }))
}
