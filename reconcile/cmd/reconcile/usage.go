package main

import (
	"cmp"
	"flag"
	"fmt"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// spoken is the language of the person: of -lang, or of the locale. It is known
// before the command line is read, for what is said about the command line.
func spoken(args []string, env func(string) string) wording.Language {
	lang := cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	for i, arg := range args {
		name, value, inside := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name != "lang" || name == arg:
		case inside:
			lang = value
		case i+1 < len(args):
			lang = args[i+1]
		}
	}
	return wording.Parse(lang)
}

// usage is what -help shows.
func usage(flags *flag.FlagSet, lang wording.Language) {
	out := flags.Output()
	_, _ = fmt.Fprint(out, text(lang, "使い方\n", "Usage\n"), `
  reconcile -orders orders.csv -payments payments.csv [-format text|json|csv|html] [-out FILE]
  STRIPE_SECRET_KEY=rk_… reconcile -orders orders.csv -stripe -since 2026-01-01

`, text(lang, "ショップの注文とStripeの支払いを照合します。終了コードは、対応が不要なら0、要確認があれば1、実行できなければ2です。\n\n",
		"Compares a shop's orders with Stripe's payments. It ends with 0 when nothing is to be done, 1 when there are findings, 2 when\nit could not run.\n\n"))
	flags.VisitAll(func(f *flag.Flag) {
		_, _ = fmt.Fprintf(out, "  -%s\n    \t%s", f.Name, f.Usage)
		if f.DefValue != "" && f.DefValue != "false" {
			_, _ = fmt.Fprintf(out, text(lang, "(既定: %s)", " (default %s)"), f.DefValue)
		}
		_, _ = fmt.Fprintln(out)
	})
}
