package reconcile

// table is a set of rows by the hash of their key, made for being filled and
// emptied for each part without new memory.
type table struct {
	slots     []uint64 // half of the hash above, entry number + 1 below; 0 is free
	hashes    []uint64 // of the entries, for growing
	addresses []address
}

func (t *table) reset() {
	clear(t.slots)
	t.hashes, t.addresses = t.hashes[:0], t.addresses[:0]
}

// find looks for a row that equal says is the one.
func (t *table) find(hash uint64, equal func(address) bool) (entry int, found bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	tag := hash &^ 0xffffffff
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.slots[i]
		if slot == 0 {
			return 0, false
		}
		if slot&^0xffffffff == tag {
			if entry := int(slot&0xffffffff) - 1; equal(t.addresses[entry]) {
				return entry, true
			}
		}
	}
}

// insert adds a row, or gives the entry that has its key already.
func (t *table) insert(hash uint64, at address, equal func(address) bool) (entry int, found bool) {
	if len(t.addresses)*4 >= len(t.slots)*3 {
		t.grow()
	}
	if entry, found := t.find(hash, equal); found {
		return entry, true
	}
	t.hashes, t.addresses = append(t.hashes, hash), append(t.addresses, at)
	t.place(hash, len(t.addresses))
	return len(t.addresses) - 1, false
}

func (t *table) place(hash uint64, number int) {
	mask := uint64(len(t.slots) - 1)
	i := hash & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = hash&^0xffffffff | uint64(number)
}

func (t *table) grow() {
	t.slots = make([]uint64, max(1<<10, 2*len(t.slots)))
	for i, hash := range t.hashes {
		t.place(hash, i+1)
	}
}

// again adds a hash and reports whether it was there.
func (t *table) again(hash uint64) bool {
	if len(t.hashes)*4 >= len(t.slots)*3 {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if entry := t.slots[i]&0xffffffff - 1; t.hashes[entry] == hash {
			return true
		}
	}
	t.hashes = append(t.hashes, hash)
	t.place(hash, len(t.hashes))
	return false
}
