package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/reconcile"
	"github.com/ec-plugins/stripesecure/wording"
)

var errHelp = errors.New("help was asked for")

// config is the command line, checked.
type config struct {
	orders, payments, out string
	render                writer
	lang                  wording.Language
	options               reconcile.Options
	stripe                fromStripe
	page                  reconcile.HTMLOptions
}

type writer func(*reconcile.Report, io.Writer, wording.Language) error

var formats = map[string]writer{
	"text": (*reconcile.Report).WriteText,
	"json": (*reconcile.Report).WriteJSON,
	"csv":  (*reconcile.Report).WriteCSV,
}

// writePage is the writer of -format html.
func (c *config) writePage(r *reconcile.Report, out io.Writer, _ wording.Language) error {
	return r.WriteHTML(out, c.page)
}

func text(lang wording.Language, ja, en string) string {
	if lang == wording.Japanese {
		return ja
	}
	return en
}

// parse reads the command line. All faults come at once.
func parse(args []string, env func(string) string, errs io.Writer) (*config, error) {
	c := &config{options: reconcile.Options{StatusMap: map[string]reconcile.OrderStatus{}}}
	flags := flag.NewFlagSet("reconcile", flag.ContinueOnError)
	flags.SetOutput(errs)
	format := flags.String("format", "text", "text, json, csv or html")
	lang := flags.String("lang", cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG")), "ja or en; default by the locale")
	memory := flags.String("max-memory", "2GiB", "bound of memory, such as 256MiB; more is spilled to temporary files")
	flags.BoolVar(&c.stripe.on, "stripe", false, "read the payments from Stripe, with the key in STRIPE_SECRET_KEY")
	flags.StringVar(&c.page.Account, "account", "", "connected account (acct_…): with -stripe it is read, and links lead there")
	flags.StringVar(&c.stripe.list.OrderKey, "order-key", "order_id", "metadata key in which the shop writes the order id; with -stripe")
	flags.StringVar(&c.page.Shop, "shop", "", "the shop's name above the HTML report")
	flags.BoolVar(&c.page.Test, "test", false, "the payments are test payments: links of the HTML report lead there; -stripe knows by the key")
	flags.StringVar(&c.orders, "orders", "", "file of orders: CSV or JSON lines, perhaps gzip")
	flags.StringVar(&c.payments, "payments", "", "file of payments: CSV, JSON lines or the Dashboard's export, perhaps gzip")
	flags.StringVar(&c.out, "out", "", "file to write the report to, instead of standard output")
	flags.StringVar(&c.options.Encoding, "encoding", "", "utf-8 or shift_jis; default: found out")
	flags.BoolVar(&c.options.KeepGoing, "keep-going", false, "report lines that cannot be read as findings")
	flags.StringVar(&c.options.TempDir, "temp-dir", "", "where temporary files are made")
	flags.Func("since", "report only from this day or moment on (2026-01-31, RFC 3339, or Unix seconds)", moment(&c.options.Since))
	flags.Func("until", "report only what is before this day or moment", moment(&c.options.Until))
	flags.Func("at", "the moment that the files are from; decides about holds; default now", moment(&c.options.At))
	flags.Func("status-map", "the shop's words for statuses: 入金済み=paid,shipped=paid; may be repeated", c.statusMap)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, errors.New("see reconcile -help")
	}
	c.lang = wording.Parse(*lang)
	var faults []error
	fault := func(ja, en string) { faults = append(faults, errors.New(text(c.lang, ja, en))) }
	if flags.NArg() > 0 {
		fault("余分な引数があります: "+flags.Arg(0), "an argument too many: "+flags.Arg(0))
	}
	if c.stripe.on && c.payments != "" {
		fault("-stripe と -payments は同時に使えません", "-stripe and -payments exclude each other")
	}
	if c.stripe.on && c.stripe.check(env, c.options) != nil {
		fault("環境変数 STRIPE_SECRET_KEY にシークレットキー(sk_…、rk_…)を設定してください", "set STRIPE_SECRET_KEY in the environment to a secret or restricted key (sk_…, rk_…)")
	}
	c.stripe.key.Account = c.page.Account
	c.page.Language, c.page.Test = c.lang, c.page.Test || c.stripe.test()
	if c.orders == "" {
		fault("-orders を指定してください", "-orders is missing")
	}
	if c.payments == "" && !c.stripe.on {
		fault("-payments を指定してください", "-payments is missing")
	}
	if c.render = formats[*format]; *format == "html" {
		c.render = c.writePage
	}
	if c.render == nil {
		fault("-format は text、json、csv、html のいずれかです", "-format is one of text, json, csv, html")
	}
	var err error
	if c.options.MaxMemory, err = bytesOf(*memory); err != nil {
		fault("-max-memory は 256MiB のように書いてください(64MiB 以上)", "-max-memory is written like 256MiB, and at least 64MiB")
	}
	return c, errors.Join(faults...)
}

// moment reads a day (its beginning in Japan), RFC 3339 or Unix seconds.
func moment(into *time.Time) func(string) error {
	return func(value string) error {
		if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
			*into = time.Unix(seconds, 0)
			return nil
		}
		if day, err := time.ParseInLocation(time.DateOnly, value, time.FixedZone("JST", 9*60*60)); err == nil {
			*into = day
			return nil
		}
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return errors.New("write 2026-01-31 (a day in Japan), 2026-01-31T09:00:00+09:00 or Unix seconds")
		}
		*into = at
		return nil
	}
}

func (c *config) statusMap(value string) error {
	for pair := range strings.SplitSeq(value, ",") {
		word, name, found := strings.Cut(pair, "=")
		word = strings.TrimSpace(word)
		var status reconcile.OrderStatus
		if !found || word == "" {
			return fmt.Errorf("%q is not word=status", pair)
		}
		if err := status.UnmarshalText([]byte(strings.TrimSpace(name))); err != nil {
			return fmt.Errorf("%q is none of paid, authorized, cancelled, refunded, pending", name)
		}
		c.options.StatusMap[word] = status
	}
	return nil
}

// bytesOf reads an amount of memory: 256MiB, 1GiB, 500MB or bytes.
func bytesOf(value string) (int64, error) {
	const least = 64 << 20
	units := []struct {
		suffix string
		size   int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"", 1}}
	for _, unit := range units {
		number, found := strings.CutSuffix(strings.TrimSpace(value), unit.suffix)
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n > 1<<50/unit.size || n*unit.size < least {
			return 0, errors.New("not an amount of memory")
		}
		return n * unit.size, nil
	}
	return 0, errors.New("not an amount of memory")
}

// bound tells the garbage collector about the bound, too.
func (c *config) bound() { debug.SetMemoryLimit(c.options.MaxMemory) }
