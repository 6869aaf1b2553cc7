package checkout

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/flat"
)

// explorer visits every state that a model can reach, the nearest first, so
// that a violation comes with its shortest trace.
type explorer struct {
	*model
	seeds   [2]maphash.Seed
	visited map[[2]uint64]struct{}
	nodes   []node
	queue   []*world // of the nodes that are not expanded yet
	next    int
	buffer  []byte
}

type node struct {
	parent int32
	step   step
}

type result struct {
	states    int
	complete  bool
	violation string
	trace     []step
}

func explore(m *model) result {
	m.calmed = newCalmed()
	e := &explorer{model: m, visited: map[[2]uint64]struct{}{}}
	e.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	e.visit(m.start(), node{parent: -1})
	spare := &world{}
	for ; e.next < len(e.queue); e.next++ {
		if len(e.nodes) >= m.most {
			return result{states: len(e.nodes)}
		}
		w := e.queue[e.next]
		e.queue[e.next] = nil
		var before []byte
		if e.next%997 == 0 {
			before = flatWorld(nil, w)
		}
		for _, s := range m.steps(w) {
			c := w.cloneInto(spare)
			if !m.do(c, s) || !e.visit(c, node{int32(e.next), s}) {
				continue
			}
			spare = &world{}
			if bad := m.check(c); bad != "" {
				return result{len(e.nodes), false, bad, e.trace(len(e.nodes) - 1)}
			}
		}
		if before != nil && !bytes.Equal(before, flatWorld(nil, w)) {
			panic("a successor has changed its parent: cloneRow misses a field")
		}
	}
	return result{states: len(e.nodes), complete: true}
}

// Worlds and workers are compared by their bytes.
var (
	flatWorld  = flat.Of[world](nil)
	flatWorker = flat.Of[worker](nil)
)

// visit queues a world that was not seen before.
func (e *explorer) visit(w *world, n node) bool {
	e.buffer = flatWorld(e.buffer[:0], w)
	b := e.buffer
	sum := [2]uint64{maphash.Bytes(e.seeds[0], b), maphash.Bytes(e.seeds[1], b)}
	if _, seen := e.visited[sum]; seen {
		return false
	}
	e.visited[sum] = struct{}{}
	e.nodes = append(e.nodes, n)
	e.queue = append(e.queue, w)
	return true
}

func (e *explorer) trace(n int) []step {
	var steps []step
	for ; e.nodes[n].parent >= 0; n = int(e.nodes[n].parent) {
		steps = append([]step{e.nodes[n].step}, steps...)
	}
	return steps
}

// tell writes a trace for a person: what happened, and the row after it.
func (m *model) tell(steps []step) string {
	var b strings.Builder
	w := m.start()
	for i, s := range steps {
		name := m.nameOf(w, s)
		m.do(w, s)
		fmt.Fprintf(&b, "%3d  %-58s %s\n", i+1, name, summary(w))
	}
	return b.String()
}

func (m *model) nameOf(w *world, s step) string {
	if s.op != doItem {
		return s.String()
	}
	n := int(s.b)
	items := w.Row.agenda(m.policy, n >= 0)
	if n < 0 {
		n = -1 - n
	}
	n %= fateStep
	if items[n].deadline != nil {
		return "a deadline passes"
	}
	return fmt.Sprintf("worker %d begins %s", s.a, items[n].cmd.Kind)
}

func summary(w *world) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gen %d", w.Row.Gen)
	for _, a := range w.Row.Attempts {
		fmt.Fprintf(&b, " | %s", a.State)
		if a.Call != nil {
			fmt.Fprintf(&b, "+%s", a.Call.Kind)
		}
	}
	for i, p := range w.Intents {
		fmt.Fprintf(&b, " | %s %s %d", piName(i), p.Status, p.Amount)
	}
	if o := w.Row.Order; o != nil {
		fmt.Fprintf(&b, " | slot %s", o.Ref)
	}
	if w.Row.End != nil {
		fmt.Fprintf(&b, " | ending closed=%v", w.Row.End.Closed)
	}
	for _, o := range w.Host.Orders {
		fmt.Fprintf(&b, " | order %s %d cancelled=%v", o.Ref, o.Total, o.Cancelled)
	}
	return b.String()
}

// wander takes random walks, to find what is too far for explore.
func wander(m *model, seed uint64, walks int) result {
	random := rand.New(rand.NewPCG(seed, 1))
	seen := 0
	for range walks {
		w := m.start()
		var trace []step
		for range 80 {
			steps := m.steps(w)
			if len(steps) == 0 {
				break
			}
			s := steps[random.IntN(len(steps))]
			if !m.do(w, s) {
				break
			}
			trace = append(trace, s)
			seen++
			if bad := m.check(w); bad != "" {
				bad, trace = m.shrink(trace, bad)
				return result{seen, false, bad, trace}
			}
		}
	}
	return result{states: seen, complete: false}
}

// shrink leaves out steps as long as the same invariant is violated.
func (m *model) shrink(trace []step, bad string) (string, []step) {
	for again := true; again; {
		again = false
		for i := range trace {
			shorter := slices.Delete(slices.Clone(trace), i, i+1)
			if other, n := m.replay(shorter); other != "" && other[:1] == bad[:1] {
				bad, trace, again = other, shorter[:n], true
				break
			}
		}
	}
	return bad, trace
}

func (m *model) replay(trace []step) (bad string, n int) {
	w := m.start()
	for i, s := range trace {
		if !slices.Contains(m.steps(w), s) || !m.do(w, s) {
			return "", 0
		}
		if bad := m.check(w); bad != "" {
			return bad, i + 1
		}
	}
	return "", 0
}

var (
	plain = []int8{held}
	three = []int8{held, declined, challenged}
)

// all is a bound that nothing reaches which can be explored to the end.
const all = 300_000

// models are the configurations. Those whose bound is all are explored to the
// end; the others are too big for that and begin where those end. prompt: calls
// are answered at once, so that the host's and the buyer's part goes further.
var models = []model{
	{name: "prompt", most: all, prompt: true, automatic: true, fates: plain, left: budget{Pays: 2, Edits: 1, Refusals: 1, Withdrawals: 1}},
	{name: "prompt, told late", most: all, slow: true, prompt: true, automatic: true, fates: plain, left: budget{Pays: 2, Edits: 1, Refusals: 1, Withdrawals: 1}},
	{name: "prompt, manual", most: all, prompt: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Edits: 1, Outside: 1, Withdrawals: 1}},
	{name: "prompt, Orders", most: all, prompt: true, policy: Policy{Orders: true}, automatic: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Edits: 1, Outside: 1, Withdrawals: 1}},
	{name: "prompt, order first", most: all, prompt: true, policy: Policy{HostFirst: true}, automatic: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Orders: 2, Edits: 1, Withdrawals: 1}},
	{name: "prompt, order first, outside", most: all, prompt: true, policy: Policy{HostFirst: true}, fates: three, left: budget{Pays: 2, Orders: 1, Outside: 1, Withdrawals: 1}},
	{name: "prompt, logs in or out", most: all, prompt: true, saved: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Logins: 1, Edits: 1}},
	{name: "prompt, too many confirms", most: all, prompt: true, fates: []int8{held, declined, exhausted}, left: budget{Pays: 3, Edits: 1}},

	{name: "one try, a loss", most: all, automatic: true, fates: three, left: budget{Pays: 1, Losses: 1}},
	{name: "one try, a loss and a crash", most: all, automatic: true, fates: plain, left: budget{Pays: 1, Losses: 1, Crashes: 1}},
	{name: "one try, Orders", most: all, policy: Policy{Orders: true}, automatic: true, fates: plain, left: budget{Pays: 1, Losses: 1, Crashes: 1}},
	{name: "one try, order first", most: all, policy: Policy{HostFirst: true}, automatic: true, fates: plain, left: budget{Pays: 1, Orders: 1, Losses: 1}},
	{name: "one try, refused", most: all, automatic: true, fates: plain, left: budget{Pays: 1, Refusals: 1, Losses: 1}},
	{name: "one try, withdrawn", most: all, automatic: true, fates: plain, left: budget{Pays: 1, Withdrawals: 1}},
	{name: "one try, withdrawn, told late", most: all, slow: true, automatic: true, fates: plain, left: budget{Pays: 1, Withdrawals: 1}},
	{name: "one try, outside", most: all, fates: three, left: budget{Pays: 1, Outside: 1}},
	{name: "one try, definite answers", most: all, automatic: true, fates: plain, left: budget{Pays: 1, Rejects: 1, Busy: 1, Losses: 1, Crashes: 1}},
	{name: "one try, guest, client secret", most: all, guest: true, fates: three, left: budget{Pays: 1, Secrets: 1, Losses: 1}},
	{name: "one try, saved card", most: all, saved: true, fates: plain, left: budget{Pays: 1, Losses: 1, Crashes: 1}},

	{name: "two tries, a loss", most: all, automatic: true, fates: plain, left: budget{Pays: 2, Losses: 1}},
	{name: "two tries, a crash", most: all, automatic: true, fates: plain, left: budget{Pays: 2, Crashes: 1}},
	{name: "two tries, an edit", most: all, automatic: true, fates: plain, left: budget{Pays: 2, Edits: 1}},
	{name: "two tries, Orders", most: all, policy: Policy{Orders: true}, automatic: true, fates: plain, left: budget{Pays: 2, Edits: 1}},
	{name: "two tries, order first", most: all, policy: Policy{HostFirst: true}, automatic: true, fates: plain, left: budget{Pays: 2, Orders: 1}},
	{name: "two tries, logs in or out", most: all, automatic: true, fates: plain, left: budget{Pays: 2, Logins: 1}},
	{name: "two tries, too many confirms", most: all, automatic: true, fates: []int8{held, declined, exhausted}, left: budget{Pays: 2}},

	{name: "clerk and buyer", most: all, prompt: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Edits: 1, Captures: 1, Refunds: 1, Withdrawals: 1}},
	{name: "clerk and buyer, Orders", most: all, prompt: true, policy: Policy{Orders: true}, fates: plain, left: budget{Pays: 2, Edits: 1, Captures: 1, Refunds: 1, Withdrawals: 1}},
	{name: "clerk and buyer, order first", most: all, prompt: true, policy: Policy{HostFirst: true}, fates: plain, left: budget{Pays: 2, Orders: 2, Captures: 1, Refunds: 1, Withdrawals: 1}},
	{name: "clerks, manual", most: all, placed: true, fates: plain, left: budget{Captures: 2, Withdrawals: 1}},
	{name: "clerks, automatic", most: all, placed: true, automatic: true, fates: plain, left: budget{Captures: 2, Withdrawals: 1}},
	{name: "clerks, definite answers", most: all, placed: true, fates: plain, left: budget{Captures: 2, Rejects: 1, Busy: 1, Losses: 1}},
	{name: "clerks, Dashboard", most: all, placed: true, fates: plain, left: budget{Captures: 1, Refunds: 1, Outside: 1}},
	{name: "capture and void", most: all, placed: true, fates: plain, left: budget{Pays: 1, Captures: 1, Withdrawals: 1, Losses: 1}},
	{name: "capture and void, a crash", most: all, placed: true, automatic: true, fates: plain, left: budget{Pays: 1, Captures: 1, Withdrawals: 1, Crashes: 1}},
	{name: "refunds", most: all, placed: true, automatic: true, fates: plain, left: budget{Refunds: 3}},
	{name: "refunds, a loss", most: all, placed: true, automatic: true, fates: plain, left: budget{Refunds: 2, Losses: 1, Crashes: 1}},
	{name: "refunds, Dashboard", most: all, placed: true, automatic: true, fates: plain, left: budget{Refunds: 1, Outside: 1, Losses: 1}},
	{name: "refunds, definite answers", most: all, placed: true, automatic: true, fates: plain, left: budget{Refunds: 2, Rejects: 1, Losses: 1}},
	{name: "refunds, busy", most: all, placed: true, automatic: true, fates: plain, left: budget{Refunds: 1, Busy: 1, Losses: 1, Crashes: 1}},
	{name: "refunds, the bank", most: all, placed: true, fates: plain, left: budget{Captures: 1, Refunds: 2, Bounces: 1, Withdrawals: 1}},

	{name: "faults", automatic: true, fates: three, left: budget{Pays: 2, Losses: 1, Crashes: 1}},
	{name: "tabs", automatic: true, fates: plain, left: budget{Pays: 2, Edits: 1, Refusals: 1, Crashes: 1}},
	{name: "saved card", saved: true, automatic: true, fates: []int8{held, challenged}, left: budget{Pays: 2, Losses: 1, Logins: 1}},
	{name: "withdrawn", automatic: true, fates: plain, left: budget{Pays: 2, Refusals: 1, Withdrawals: 1, Losses: 1}},
	{name: "manual, outside", fates: plain, left: budget{Pays: 2, Outside: 1, Refusals: 1, Crashes: 1}},
	{name: "Orders", policy: Policy{Orders: true}, automatic: true, fates: plain, left: budget{Pays: 2, Losses: 1, Crashes: 1, Withdrawals: 1}},
	{name: "Orders, outside", policy: Policy{Orders: true}, fates: []int8{held, challenged}, left: budget{Pays: 2, Outside: 1, Edits: 1, Crashes: 1}},
	{name: "order first", policy: Policy{HostFirst: true}, automatic: true, fates: plain, left: budget{Pays: 2, Orders: 1, Losses: 1, Crashes: 1}},
	{name: "order first, withdrawn", policy: Policy{HostFirst: true}, automatic: true, fates: plain, left: budget{Pays: 2, Orders: 2, Withdrawals: 1}},
	{name: "order first, edits", policy: Policy{HostFirst: true}, fates: []int8{held, challenged}, left: budget{Pays: 2, Orders: 1, Edits: 1, Crashes: 1}},
	{name: "definite answers", automatic: true, fates: plain, left: budget{Pays: 2, Rejects: 1, Busy: 1, Losses: 1, Crashes: 1}},
	{name: "guest, client secret", guest: true, fates: three, left: budget{Pays: 2, Secrets: 1, Losses: 1}},
	{name: "too many confirms", automatic: true, fates: []int8{held, declined, challenged, exhausted}, left: budget{Pays: 3, Losses: 1}},
}

const statesUsual = 8_000

// statesEach bounds one exploration. STATES=1000000 explores further.
func statesEach(t *testing.T) int {
	if text := os.Getenv("STATES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	switch {
	case raceDetector: // every world runs alone
		return 1_000
	case testing.Short():
		return 2_000
	}
	return statesUsual
}

func TestExplore(t *testing.T) {
	usual := debug.SetGCPercent(400) // many small worlds
	t.Cleanup(func() { debug.SetGCPercent(usual) })
	most := statesEach(t)
	var sum atomic.Int64
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			ends := m.most == all
			if !ends || most != statesUsual {
				m.most = most
			}
			begin := time.Now()
			res := explore(&m)
			t.Logf("%d states, complete: %v, %v", res.states, res.complete, time.Since(begin).Round(time.Millisecond))
			if res.violation != "" {
				t.Fatalf("%s\n%s", res.violation, m.tell(res.trace))
			}
			if ends && m.most == all && !res.complete {
				t.Errorf("not explored to the end in %d states", res.states)
			}
			sum.Add(int64(res.states))
		})
	}
	t.Cleanup(func() { t.Logf("%d configurations, %d states", len(models), sum.Load()) })
}

func TestWander(t *testing.T) {
	walks := statesEach(t) / 100
	for _, m := range models {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.left = m.left.more()
			begin := time.Now()
			res := wander(&m, seedOf(t), walks)
			t.Logf("%d steps, %v", res.states, time.Since(begin).Round(time.Millisecond))
			if res.violation != "" {
				t.Fatalf("%s\n%s", res.violation, m.tell(res.trace))
			}
		})
	}
}

// seedOf is 1, or SEED.
func seedOf(t *testing.T) uint64 {
	text := os.Getenv("SEED")
	if text == "" {
		return 1
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// more is what a walk may spend: everything that the model knows, and more.
func (b budget) more() budget {
	return budget{
		Pays: b.Pays + 2, Edits: b.Edits + 1, Crashes: b.Crashes + 1, Losses: b.Losses + 2, Refusals: b.Refusals + 1,
		Withdrawals: b.Withdrawals + 1, Outside: b.Outside, Secrets: b.Secrets + 1, Rejects: b.Rejects, Busy: b.Busy + 1, Orders: b.Orders, Logins: b.Logins,
		Captures: b.Captures + 1, Refunds: b.Refunds + 1, Bounces: b.Bounces,
	}
}
