package checkout

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var updateDiagram = flag.Bool("update", false, "write the diagram of an attempt into ARCHITECTURE.md")

// why says what takes an attempt from one state to another. "[*]" is the
// beginning. A transition that the walks see and that has no reason here fails
// the test, and so does one that they never see: the diagram cannot lie.
var why = map[[2]State]string{
	{"[*]", Creating}:       "a card is submitted",
	{Creating, Waiting}:     "PaymentIntent known",
	{Creating, Offered}:     "held at once",
	{Creating, Placed}:      "held at once, order known",
	{Creating, Refused}:     "definite 4xx, or never sent",
	{Creating, Vanished}:    "not found by list",
	{Creating, Cancelling}:  "left, overtaken, other amount",
	{Creating, Cancelled}:   "cancelled elsewhere before it was seen",
	{Creating, Captured}:    "captured elsewhere before it was seen",
	{Waiting, Offered}:      "held, no order yet",
	{Waiting, Placed}:       "held, order known",
	{Waiting, Cancelling}:   "left, overtaken, other amount, mismatch",
	{Waiting, Cancelled}:    "cancelled elsewhere",
	{Waiting, Captured}:     "captured elsewhere",
	{Offered, Placed}:       "OrderPlaced",
	{Offered, Cancelling}:   "key closed without an order",
	{Offered, Cancelled}:    "cancelled elsewhere",
	{Offered, Captured}:     "captured elsewhere",
	{Offered, Expired}:      "Stripe released it",
	{Placed, Captured}:      "capture",
	{Placed, Cancelling}:    "the host withdrew the order",
	{Placed, Cancelled}:     "cancelled elsewhere",
	{Placed, Expired}:       "Stripe released it",
	{Cancelling, Cancelled}: "read back",
	{Cancelling, Captured}:  "the capture was faster",
	{Cancelling, Refused}:   "never sent",
	{Cancelling, Vanished}:  "not found by list",
	{Vanished, Cancelling}:  "a stray came late",
	{Vanished, Captured}:    "captured elsewhere before it was found",
	{Vanished, Cancelled}:   "a stray came late, cancelled elsewhere",
	{Refused, Cancelling}:   "a stray came late",
}

var statesInOrder = []State{"[*]", Creating, Waiting, Offered, Placed, Captured, Cancelling, Cancelled, Refused, Vanished, Expired}

func TestDiagram_isWhatTheCodeDoes(t *testing.T) {
	seen := map[[2]State]bool{}
	for _, m := range models {
		m.left = m.left.more()
		walkAll(&m, seen)
	}
	rare(seen)
	for pair := range seen {
		assert.Contains(t, why, pair, "%s --> %s happens and is not in the diagram", pair[0], pair[1])
	}
	for pair := range why {
		assert.True(t, seen[pair], "%s --> %s is in the diagram and does not happen", pair[0], pair[1])
	}
	const file = "../../../ARCHITECTURE.md"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)```mermaid\nstateDiagram-v2\n.*?```")
	if *updateDiagram {
		text = block.ReplaceAllLiteral(text, []byte(draw(seen)))
		require.NoError(t, os.WriteFile(file, text, 0o644))
	}
	assert.Equal(t, string(block.Find(text)), draw(seen), "run this test with -update")
}

func draw(seen map[[2]State]bool) string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	rank := func(p [2]State) int { return slices.Index(statesInOrder, p[0])*100 + slices.Index(statesInOrder, p[1]) }
	for _, pair := range slices.SortedFunc(maps.Keys(seen), func(a, b [2]State) int { return rank(a) - rank(b) }) {
		fmt.Fprintf(&b, "  %s --> %s: %s\n", pair[0], pair[1], why[pair])
	}
	return b.String() + "```"
}

// walkAll takes random walks through a model and notes what its attempts do.
func walkAll(m *model, seen map[[2]State]bool) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 250 {
		w := m.start()
		for range 80 {
			steps := m.steps(w)
			if len(steps) == 0 {
				break
			}
			before := states(w.Row)
			if !m.do(w, steps[random.IntN(len(steps))]) {
				break
			}
			for id, to := range states(w.Row) {
				from, known := before[id]
				if !known {
					seen[[2]State{"[*]", Creating}] = true
					from = Creating
				}
				if from != to {
					seen[[2]State{from, to}] = true
				}
			}
		}
	}
}

func states(r *Row) map[string]State {
	all := map[string]State{}
	for _, a := range r.Attempts {
		all[a.ID] = a.State
	}
	return all
}

// rare is what the walks do not have: a month, and a buyer who leaves while the
// customer is made.
func rare(seen map[[2]State]bool) {
	note := func(from State, change func(r *Row, a *Attempt)) {
		r := onHold(false)
		a := r.Current()
		a.State = from
		change(r, a)
		seen[[2]State{from, a.State}] = true
	}
	released := seenAs("canceled", 0)
	released.Cancelled = "automatic"
	for _, from := range []State{Offered, Placed} {
		note(from, func(r *Row, a *Attempt) { r.Observe(a, *released, noon.Add(30*24*time.Hour)) })
	}
	note(Cancelling, func(r *Row, a *Attempt) {
		a.Intent, a.Seen = "", Seen{}
		r.Next(Policy{}, noon, false)
	})
	note(Refused, func(r *Row, a *Attempt) {
		a.Intent, a.Seen = "", Seen{}
		r.Observe(a, *seenAs("requires_capture", 0), noon)
	})
}
