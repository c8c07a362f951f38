package git

// Remembered says how many merges and comparisons the radar keeps in memory.
func (r *Repo) Remembered() (merges, changes int) {
	known := r.radar.known.Load()
	return len(known.merges), len(known.changes)
}
