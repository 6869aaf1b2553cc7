package dbtest_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/stripesecure/sqlstore/dbtest"
)

// workerEnv makes the test program a worker process: one server of a shop. It
// says on its standard output what it has done, one line each, and ends with
// its standard input, so that it never outlives the test.
const workerEnv = "STRIPESECURE_DBTEST_WORKER"

// task is what a worker is told.
type task struct {
	Mode     string
	Database dbtest.Database
	Stripe   string        // the bank's address
	Offset   time.Duration // of its clock
	Life     int           // number of the process
	Seed     uint64
}

// worker is a process that serves several shops of one database.
type worker struct {
	task
	db     *sql.DB
	shops  []*engine
	clock  atomic.Int64 // offset
	client *http.Client
}

// shopsOfWorkers are all ways to be a host that the processes try: both values
// of ⑬, with and without Options.Orders.
var shopsOfWorkers = []engineConfig{
	{shop: "manual"},
	{shop: "automatic", automatic: true},
	{shop: "manual-orders", orders: true},
	{shop: "automatic-orders", automatic: true, orders: true},
}

func isAutomatic(shop string) bool { return strings.HasPrefix(shop, "automatic") }

// work is the whole program of a worker.
func work(text string) int {
	w := &worker{client: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}}
	err := json.Unmarshal([]byte(text), &w.task)
	if err == nil {
		w.clock.Store(int64(w.Offset))
		err = w.open()
	}
	if err == nil {
		ctx := context.Background()
		switch w.Mode {
		case "crash":
			go func() { _, _ = io.Copy(io.Discard, os.Stdin); os.Exit(1) }()
			err = w.serveUntilKilled(ctx)
		case "finish":
			err = w.finish(ctx)
		case "tabs":
			err = w.serveTabs(ctx, bufio.NewScanner(os.Stdin))
		default:
			err = fmt.Errorf("no mode %q", w.Mode)
		}
	}
	if err != nil {
		sayf("error %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		return 1
	}
	return 0
}

// sayf writes one line, with one call of the system, so that a kill does not cut
// what was said.
func sayf(format string, args ...any) {
	_, _ = os.Stdout.WriteString(fmt.Sprintf(format, args...) + "\n")
}

func (w *worker) now() time.Time { return time.Now().Add(time.Duration(w.clock.Load())) }

func (w *worker) open() (err error) {
	if w.db, err = sql.Open(w.Database.Driver, w.Database.DSN); err != nil {
		return err
	}
	w.db.SetMaxOpenConns(8)
	w.db.SetMaxIdleConns(8)
	w.shops, err = w.engines()
	return err
}

// engines makes the plugins, each time as a new server would.
func (w *worker) engines() (engines []*engine, err error) {
	for _, c := range shopsOfWorkers {
		c.stripeURL, c.now = w.Stripe, w.now
		c.refuse = w.refusal
		c.committed = func(o stripesecure.Order) { sayf("committed %s", o.Ref) }
		e, err := newEngine(w.db, w.Database.Dialect, c)
		if err != nil {
			return nil, err
		}
		engines = append(engines, e)
	}
	return engines, nil
}

// refusal: some payments cannot become an order, whoever asks and however often.
func (w *worker) refusal(p stripesecure.Payment) *stripesecure.Refusal {
	soldOut := w.Mode == "tabs" && w.Life%2 == 1 && strings.HasPrefix(string(p.Checkout), "half")
	if w.Mode != "tabs" {
		sum := fnv.New32a()
		_, _ = io.WriteString(sum, string(p.ID))
		soldOut = sum.Sum32()%12 == 0
	}
	if soldOut {
		return &stripesecure.Refusal{Reason: stripesecure.OutOfStock, Items: []string{"湯呑"}}
	}
	return nil
}

// browser is what happens in the buyer's browser, between shop and Stripe.
func (w *worker) browser(ctx context.Context, page string, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Stripe+"/browser/"+page+"?"+form.Encode(), nil)
	if err != nil {
		return "", err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(string(body))
	}
	return string(body), err
}

func (w *worker) token(ctx context.Context, card string) (string, error) {
	return w.browser(ctx, "token", url.Values{"card": {card}})
}

func (w *worker) authenticate(ctx context.Context, intent, what string) error {
	_, err := w.browser(ctx, "bank", url.Values{"intent": {intent}, "what": {what}})
	return err
}

// advance lets time pass for this worker and for Stripe.
func (w *worker) advance(ctx context.Context, d time.Duration) error {
	_, err := w.browser(ctx, "advance", url.Values{"d": {d.String()}})
	w.clock.Add(int64(d))
	return err
}

// process is a worker as its parent sees it.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	dead chan struct{} // closed when it was reaped
}

// start runs this test program as a worker.
func start(t *testing.T, job task) *process {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	text, err := json.Marshal(job)
	require.NoError(t, err)
	p := &process{cmd: exec.CommandContext(t.Context(), program), dead: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), workerEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.out = bufio.NewScanner(out)
	require.NoError(t, p.cmd.Start())
	return p
}

// kill is kill -9. It returns when the process is no more.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.dead
}

// wait reads what the worker says until its end, and reaps it.
func (p *process) wait(line func(string)) error {
	for p.out.Scan() {
		line(p.out.Text())
	}
	err := p.cmd.Wait()
	close(p.dead)
	return err
}

// newWorkerDatabase makes all tables in d, and the bank.
func newWorkerDatabase(t *testing.T, d dbtest.Database) *bank {
	t.Helper()
	_, db := d.Store(t)
	makeOrders(t, db, d.Dialect)
	return newBank(t, db, d.Dialect)
}
