package main

import (
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
	c.lang = spoken(args, env)
	say := func(ja, en string) string { return text(c.lang, ja, en) }
	flags.Usage = func() { usage(flags, c.lang) }
	format := flags.String("format", "text", say("text、json、csv、html のいずれか", "text, json, csv or html"))
	lang := flags.String("lang", string(c.lang), say("ja または en。既定はロケールによる", "ja or en; default by the locale"))
	memory := flags.String("max-memory", "2GiB", say("メモリーの上限(256MiB など)。超える分は一時ファイルに置く", "bound of memory, such as 256MiB; more is spilled to temporary files"))
	flags.BoolVar(&c.stripe.on, "stripe", false, say("STRIPE_SECRET_KEY のキーで、支払いをStripeから読む", "read the payments from Stripe, with the key in STRIPE_SECRET_KEY"))
	flags.StringVar(&c.page.Account, "account", "", say("連結アカウント(acct_…)。-stripe ではそのアカウントを読み、リンクもそこを指す", "connected account (acct_…): with -stripe it is read, and links lead there"))
	flags.StringVar(&c.stripe.list.OrderKey, "order-key", "order_id", say("-stripe で、ショップが注文番号を書くメタデータのキー", "metadata key in which the shop writes the order id; with -stripe"))
	flags.StringVar(&c.page.Shop, "shop", "", say("HTMLのレポートの見出しに書くショップの名前", "the shop's name above the HTML report"))
	flags.BoolVar(&c.page.Test, "test", false, say("テスト環境の支払いである(HTMLのリンク先が変わる)。-stripe ではキーで分かる", "the payments are test payments: links of the HTML report lead there; -stripe knows by the key"))
	flags.StringVar(&c.orders, "orders", "", say("注文のファイル。CSVまたはJSON Lines、gzipも可", "file of orders: CSV or JSON lines, perhaps gzip"))
	flags.StringVar(&c.payments, "payments", "", say("支払いのファイル。CSV、JSON Lines、ダッシュボードのエクスポート、gzipも可", "file of payments: CSV, JSON lines or the Dashboard's export, perhaps gzip"))
	flags.StringVar(&c.out, "out", "", say("レポートを書くファイル。既定は標準出力", "file to write the report to, instead of standard output"))
	flags.StringVar(&c.options.Encoding, "encoding", "", say("utf-8 または shift_jis。既定は自動判別", "utf-8 or shift_jis; default: found out"))
	flags.BoolVar(&c.options.KeepGoing, "keep-going", false, say("読めない行があっても続け、要確認として報告する", "report lines that cannot be read as findings"))
	flags.StringVar(&c.options.TempDir, "temp-dir", "", say("一時ファイルを置く場所", "where temporary files are made"))
	flags.Func("since", say("この日または時刻以降だけを報告する(2026-01-31、RFC 3339、Unix秒)", "report only from this day or moment on (2026-01-31, RFC 3339, or Unix seconds)"), c.moment(&c.options.Since))
	flags.Func("until", say("この日または時刻より前だけを報告する", "report only what is before this day or moment"), c.moment(&c.options.Until))
	flags.Func("at", say("ファイルを出力した時刻。与信の期限の判断に使う。既定は現在", "the moment that the files are from; decides about holds; default now"), c.moment(&c.options.At))
	flags.Func("status-map", say("ショップで使うステータスの言葉。入金済み=paid,発送済み=paid のように書く。繰り返し可", "the shop's words for statuses: 入金済み=paid,shipped=paid; may be repeated"), c.statusMap)
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, errors.New(say("reconcile -help に説明があります", "see reconcile -help"))
	}
	c.lang = wording.Parse(*lang)
	var faults []error
	fault := func(ja, en string) { faults = append(faults, errors.New(text(c.lang, ja, en))) }
	if flags.NArg() > 0 {
		extra := flags.Arg(0)
		if wording.HasSecretKey(extra) {
			extra = "***" // the key belongs into the environment
		}
		fault("余分な引数があります: "+extra, "an argument too many: "+extra)
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
func (c *config) moment(into *time.Time) func(string) error {
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
			return errors.New(text(c.lang, "2026-01-31(日本の日付)、2026-01-31T09:00:00+09:00、Unix秒のいずれかで書いてください",
				"write 2026-01-31 (a day in Japan), 2026-01-31T09:00:00+09:00 or Unix seconds"))
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
			return fmt.Errorf(text(c.lang, "%q は「言葉=ステータス」の形ではありません", "%q is not word=status"), pair)
		}
		if err := status.UnmarshalText([]byte(strings.TrimSpace(name))); err != nil {
			return fmt.Errorf(text(c.lang, "%q は paid、authorized、cancelled、refunded、pending のいずれでもありません",
				"%q is none of paid, authorized, cancelled, refunded, pending"), name)
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
