package reconcile

// table is a set of rows by their key, made for being filled and emptied for
// each part without new memory. A row is found by its tag first; that it has the
// key is told by its bytes alone.
type table struct {
	rows    *chunks
	slots   []uint64 // tag above, entry number + 1 below; 0 is free
	entries []entryOf
}

// entryOf is a row of the table and the row of the other list that it goes with.
type entryOf struct {
	at     address
	claim  address // + 1; 0 for none
	agrees bool    // the two show at a glance to be in order
}

// reset empties the table, for rows of a part.
func (t *table) reset(rows *chunks) {
	t.rows, t.entries = rows, t.entries[:0]
	clear(t.slots)
}

// find looks for the row with this key.
func (t *table) find(tag uint32, key []byte) (entry int, found bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	_, entry = t.look(tag, key)
	return entry, entry >= 0
}

// look gives the place of the row with this key and its entry, or else a free
// place and -1.
func (t *table) look(tag uint32, key []byte) (at, entry int) {
	mask := len(t.slots) - 1
	for i := int(tag) & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return i, -1
		}
		if uint32(slot>>32) == tag {
			if entry := int(uint32(slot)) - 1; string(t.rows.at(t.entries[entry].at).first()) == string(key) {
				return i, entry
			}
		}
	}
}

// insert adds a row, or gives the entry that has its key already.
func (t *table) insert(tag uint32, key []byte, at address) (entry int, found bool) {
	if len(t.entries)*4 >= len(t.slots)*3 {
		t.grow()
	}
	free, entry := t.look(tag, key)
	if entry >= 0 {
		return entry, true
	}
	t.entries = append(t.entries, entryOf{at: at})
	t.slots[free] = uint64(tag)<<32 | uint64(len(t.entries))
	return len(t.entries) - 1, false
}

func (t *table) place(slot uint64) {
	mask := len(t.slots) - 1
	i := int(slot>>32) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot
}

func (t *table) grow() {
	before := t.slots
	t.slots = make([]uint64, max(1<<10, 2*len(before)))
	for _, slot := range before {
		if slot != 0 {
			t.place(slot)
		}
	}
}

// hashes is a set of hashes, emptied and filled like a table.
type hashes struct {
	slots []uint64 // 0 is free
	count int
}

func (h *hashes) reset() {
	clear(h.slots)
	h.count = 0
}

// again adds a hash and reports whether it was there. (0 passes for 1: a hash
// only makes suspects.)
func (h *hashes) again(hash uint64) bool {
	if h.count*4 >= len(h.slots)*3 {
		before := h.slots
		h.slots, h.count = make([]uint64, max(1<<10, 2*len(before))), 0
		for _, other := range before {
			if other != 0 {
				h.again(other)
			}
		}
	}
	hash = max(hash, 1)
	mask := uint64(len(h.slots) - 1)
	i := hash & mask
	for ; h.slots[i] != 0; i = (i + 1) & mask {
		if h.slots[i] == hash {
			return true
		}
	}
	h.slots[i] = hash
	h.count++
	return false
}
