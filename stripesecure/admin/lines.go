package admin

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// The levels of a line. Each has a colour, a sign and a word.
const (
	levelGood    = "good"
	levelWarn    = "warn"
	levelBad     = "bad"
	levelUnknown = "unknown" // could not be found out: try again
)

// line is one result of a test: what was looked at, what was found, what to do.
type line struct {
	Level       string
	Title, Says string
	Do          string // empty when there is nothing to do
	Field       string // of the settings, where to do it
	Link        string // leads there, on pages that are not the form itself
}

// Clocks may differ by this much: signed events are refused beyond five minutes.
const (
	skewWarn = 30 * time.Second
	skewBad  = 5 * time.Minute
)

// line makes a line from its texts: test.<name>.title, test.<name>.<result>, and
// test.<name>.<result>.do where something is to do.
func (q *request) line(level, name, result string, args ...any) line {
	key := "test." + name
	l := line{Level: level, Title: q.text(key + ".title"), Says: q.text(key+"."+result, args...)}
	if level != levelGood {
		l.Do = q.text(key + "." + result + ".do")
	}
	return l
}

// readyLines are what is missing or wrong before a buyer may pay.
func (q *request) readyLines(s settings.Settings) []line {
	var lines []line
	for _, fault := range settings.FaultsOf(s.Ready()) {
		lines = append(lines, line{
			Level: levelBad, Title: q.text("test.ready.title"), Says: fault.Message(string(q.lang)),
			Do: q.text("test.ready.do"), Field: string(fault.Field),
		})
	}
	if q.insecure(s) {
		lines = append(lines, q.line(levelBad, "address", "insecure"))
	}
	if len(lines) == 0 {
		lines = append(lines, q.line(levelGood, "ready", "ok", s.Environment.Label(string(q.lang))))
	}
	return lines
}

// insecure: the shop's own address is not good enough for real cards, which is
// nothing that a field of the form could mend.
func (q *request) insecure(s settings.Settings) bool {
	var faults *stripesecure.Error
	return errors.As(q.method.Plugin.Ready(s), &faults) &&
		slices.ContainsFunc(faults.Faults, func(f stripesecure.Fault) bool { return f.Field == "options.base_url" })
}

// connectionLines judge what Stripe has answered.
func (q *request) connectionLines(s settings.Settings, c stripesecure.Connection) []line {
	if !c.Answered {
		return []line{q.line(levelUnknown, "key", "silent")}
	}
	if !c.Accepted {
		return []line{q.line(levelBad, "key", "refused")}
	}
	lines := []line{q.line(levelGood, "key", "ok", ending(s.Active().Secret)), q.accountLine(s, c.Account)}
	if id := c.Account.ID; id != "" {
		switch {
		case c.Account.ChargesEnabled:
			lines = append(lines, q.line(levelGood, "charges", "ok"))
		case c.Account.DetailsSubmitted:
			lines = append(lines, q.line(levelBad, "charges", "off"))
		default:
			lines = append(lines, q.line(levelBad, "charges", "incomplete"))
		}
		level, result := levelGood, "ok"
		if c.Account.Currency != "JPY" || c.Account.Country != "JP" {
			level, result = levelWarn, "abroad"
		}
		lines = append(lines, q.line(level, "country", result, c.Account.Country, c.Account.Currency))
	}
	return append(lines, q.permissionLine(s, c), q.clockLine(c.Skew), q.versionLine(c.APIVersion))
}

func (q *request) accountLine(s settings.Settings, a stripesecure.ConnectedAccount) line {
	name := cmp.Or(shorten(a.Name, 100), a.ID)
	switch {
	case a.ID == "":
		return q.line(levelWarn, "account", "hidden")
	case len(s.AccountMismatch(a.ID)) > 0:
		l := q.line(levelBad, "account", "differs", name, a.ID)
		l.Field = string(settings.FieldAccountID)
		return l
	case s.AccountID == "":
		l := q.line(levelWarn, "account", "unchecked", name, a.ID)
		l.Field = string(settings.FieldAccountID)
		return l
	}
	return q.line(levelGood, "account", "ok", name, a.ID)
}

func (q *request) permissionLine(s settings.Settings, c stripesecure.Connection) line {
	if !strings.HasPrefix(s.Active().Secret.Reveal(), "rk_") {
		return q.line(levelGood, "permission", "all")
	}
	if len(c.Missing) == 0 {
		return q.line(levelGood, "permission", "ok")
	}
	var names []string
	for _, need := range c.Missing {
		names = append(names, need.Resource+" ("+q.text("access."+need.Access)+")")
	}
	return q.line(levelBad, "permission", "missing", strings.Join(names, q.text("comma")))
}

func (q *request) clockLine(skew time.Duration) line {
	off := max(skew, -skew)
	switch {
	case off >= skewBad:
		return q.line(levelBad, "clock", "off", int(off.Seconds()))
	case off >= skewWarn:
		return q.line(levelWarn, "clock", "off", int(off.Seconds()))
	}
	return q.line(levelGood, "clock", "ok")
}

func (q *request) versionLine(version string) line {
	if version == stripesecure.APIVersion {
		return q.line(levelGood, "version", "ok", version)
	}
	return q.line(levelWarn, "version", "other", cmp.Or(shorten(version, 40), "?"), stripesecure.APIVersion)
}

// webhookLines say whether Stripe's events can come in: what is entered, and
// whether the shop has an address that Stripe can reach.
func (q *request) webhookLines(s settings.Settings, shop string) []line {
	keys := s.Active()
	var lines []line
	switch n := len(keys.WebhookSecrets); {
	case n == 0 && keys.SweepOnly:
		return []line{q.line(levelWarn, "webhook", "off")}
	case n == 0:
		return []line{q.line(levelBad, "webhook", "none")}
	default:
		lines = append(lines, q.line(levelGood, "webhook", "ok", n))
	}
	if !reachable(shop) {
		lines = append(lines, q.line(levelWarn, "reach", "private", shop))
	}
	return append(lines, q.deliveryLine(q.method.Plugin.Webhooks()))
}

// reachable: Stripe sends events to public addresses with https only.
func reachable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); ip != nil {
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsUnspecified() && !ip.IsLinkLocalUnicast()
	}
	for _, end := range []string{"localhost", ".local", ".internal", ".test", ".localhost"} {
		if host == strings.TrimPrefix(end, ".") || strings.HasSuffix(host, end) && strings.HasPrefix(end, ".") {
			return false
		}
	}
	return strings.Contains(host, ".")
}

// sensitive reports what must not come back in a page, whichever field it was
// typed into.
func sensitive(text string) bool {
	return wording.HasSecretKey(text) || wording.HasCardNumber(text, 14)
}

// shorten makes a text from outside fit for one line.
func shorten(text string, limit int) string {
	runes := []rune(strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), ""))
	if len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return string(runes)
}
