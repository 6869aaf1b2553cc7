package stripetest

import (
	"container/heap"
	"time"
)

// agenda holds what Stripe does by itself later: expiring an authorisation,
// ending a pending refund. Entries of one moment run in the order of planning.
type agenda struct {
	heap planned
	seq  int
}

type plan struct {
	at  time.Time
	seq int
	do  func()
}

type planned []plan

func (p planned) Len() int { return len(p) }
func (p planned) Less(i, j int) bool {
	if p[i].at.Equal(p[j].at) {
		return p[i].seq < p[j].seq
	}
	return p[i].at.Before(p[j].at)
}
func (p planned) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *planned) Push(x any)   { *p = append(*p, x.(plan)) } //nolint:forcetypeassert // only plan is pushed
func (p *planned) Pop() any {
	old := *p
	last := old[len(old)-1]
	old[len(old)-1] = plan{}
	*p = old[:len(old)-1]
	return last
}

// later plans do for time at. It runs under s.mu, with the clock standing at at.
func (s *Stripe) later(at time.Time, do func()) {
	s.agenda.seq++
	heap.Push(&s.agenda.heap, plan{at: at, seq: s.agenda.seq, do: do})
}

// tick does everything that is due. The caller holds s.mu.
func (s *Stripe) tick() {
	now := s.now()
	for len(s.agenda.heap) > 0 && !s.agenda.heap[0].at.After(now) {
		next := heap.Pop(&s.agenda.heap).(plan) //nolint:forcetypeassert // only plan is pushed
		before := s.frozen
		s.frozen = next.at
		next.do()
		s.frozen = before
	}
	if s.pruned == now.Unix() {
		return
	}
	s.pruned = now.Unix()
	for _, a := range s.accounts {
		a.test.prune(now)
		a.live.prune(now)
	}
}
