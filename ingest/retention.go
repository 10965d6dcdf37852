package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

// retention removes old records from the embedded broker by the time at which
// they arrived, noted by this process.
//
// The broker's own retention goes by the timestamps that producers put on
// records, and removes everything up to the newest record that looks old: one
// record from a machine with a wrong clock would take unread applications with
// it. It also removes the last record, after which a killed broker begins again
// at offset 0. Here the last record always stays.
type retention struct {
	path    string
	topics  []TopicSetting
	cluster *kfake.Cluster
	logger  *slog.Logger
	marks   map[string][]retentionMark // by topic/partition, oldest first
}

// retentionMark says that at a time the log ended at an offset.
type retentionMark struct {
	At  time.Time `json:"at"`
	End int64     `json:"end"`
}

// marksPerRetention is how finely the age of records is known.
const marksPerRetention = 48

func openRetention(path string, topics []TopicSetting, cluster *kfake.Cluster, logger *slog.Logger) (*retention, error) {
	r := &retention{path: path, topics: topics, cluster: cluster, logger: logger, marks: map[string][]retentionMark{}}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ingest: reading %s: %w", path, err)
	}
	if err := json.Unmarshal(content, &r.marks); err != nil || r.marks == nil {
		// Without its marks everything counts as new, which only keeps it longer.
		logger.Warn("the retention marks of the embedded broker cannot be read; records are kept longer", "file", path)
		r.marks = map[string][]retentionMark{}
	}
	return r, nil
}

func (r *retention) run(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			r.apply(now)
		}
	}
}

// apply notes where the logs end and removes what is older than its topic keeps.
func (r *retention) apply(now time.Time) {
	changed := false
	for _, topic := range r.topics {
		for _, partition := range r.cluster.PartitionInfos(topic.Name) {
			key := fmt.Sprintf("%s/%d", topic.Name, partition.Partition)
			before := r.marks[key]
			marks, remove := advanceMarks(before, now, partition.HighWatermark, topic.Retention)
			if len(marks) != len(before) || (len(marks) > 0 && marks[0] != before[0]) {
				changed = true
			}
			r.marks[key] = marks
			if remove > partition.LogStartOffset {
				if err := r.cluster.DeleteRecords(topic.Name, partition.Partition, remove); err != nil {
					r.logger.Warn("removing old records failed", "topic", topic.Name, "error", err)
				}
			}
		}
	}
	if changed {
		if err := r.save(); err != nil {
			r.logger.Warn("the retention marks could not be written; records are kept longer", "error", err)
		}
	}
}

// advanceMarks returns the marks to keep and the offset before which records
// are older than keep (0: none). The last record is never among them.
func advanceMarks(marks []retentionMark, now time.Time, end int64, keep time.Duration) ([]retentionMark, int64) {
	// A log that is shorter than noted was begun anew, and a mark from the
	// future comes from a clock that was wrong: neither says anything about age.
	for i, mark := range marks {
		if mark.End > end || mark.At.After(now.Add(time.Minute)) {
			marks = marks[:i:i]
			break
		}
	}
	if last := len(marks) - 1; end > 0 && (last < 0 || (now.Sub(marks[last].At) >= keep/marksPerRetention && end > marks[last].End)) {
		marks = append(marks[:len(marks):len(marks)], retentionMark{At: now.UTC(), End: end})
	}
	var remove int64
	old := -1
	for i, mark := range marks {
		if now.Sub(mark.At) < keep {
			break
		}
		old, remove = i, min(mark.End, end-1)
	}
	if old > 0 {
		marks = marks[old:]
	}
	return marks, remove
}

func (r *retention) save() error {
	content, err := json.Marshal(r.marks)
	if err != nil {
		return err
	}
	temporary := r.path + ".new"
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, r.path)
}
