package stripesecure

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
)

// policy is a Content-Security-Policy under construction: its directives in
// order, each with its sources.
type policy struct {
	names   []string
	sources map[string][]string
}

// NewNonce returns 128 random bits for one answer's Content-Security-Policy.
func NewNonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// ContentSecurity returns the value of a Content-Security-Policy header for a page
// that draws [Offer.HTML]: nothing is allowed but the shop's own files and what
// Stripe.js needs (docs.stripe.com/security/guide), no inline script and no inline
// style. The host's own directives are added, as in
//
//	plugin.ContentSecurity("", "img-src https://cdn.example", "frame-ancestors 'self'")
//
// A nonce (see [NewNonce]; "" for none) is for inline scripts and styles of the
// host's: a new one for every answer, the same as in Offer.Nonce. Directives that
// would let in scripts of anybody ('unsafe-inline', 'unsafe-eval', *, https:, data:)
// are an error: invalid.
func (p *Plugin) ContentSecurity(nonce string, own ...string) (string, error) {
	csp := p.stripePolicy()
	var faults []Fault
	if nonce != "" {
		if !nonceFits(nonce) {
			faults = append(faults, Fault{"csp.nonce", "malformed"})
		}
		csp.add("script-src", "'nonce-"+nonce+"'")
		csp.add("style-src", "'nonce-"+nonce+"'")
	}
	for _, text := range own {
		for directive := range strings.SplitSeq(text, ";") {
			fields := strings.Fields(directive)
			if len(fields) == 0 {
				continue
			}
			name := strings.ToLower(fields[0])
			if fault := directiveFault(name, fields[1:]); fault != "" {
				faults = append(faults, Fault{"csp." + fieldName(name), fault})
				continue
			}
			csp.add(name, fields[1:]...)
		}
	}
	if len(faults) > 0 {
		return "", invalid("ContentSecurity", sorted(faults))
	}
	return csp.String(), nil
}

// stripePolicy is what every page with a card form needs, and no more.
func (p *Plugin) stripePolicy() *policy {
	csp := &policy{sources: map[string][]string{}}
	for _, name := range []string{"default-src", "base-uri", "object-src", "frame-ancestors"} {
		csp.add(name, "'none'")
	}
	const js, frames = "https://js.stripe.com", "https://*.js.stripe.com"
	csp.add("script-src", "'self'", js, frames)
	csp.add("frame-src", js, frames, "https://hooks.stripe.com")
	csp.add("connect-src", "'self'", "https://api.stripe.com")
	csp.add("img-src", "'self'", "data:", "https://*.stripe.com")
	csp.add("style-src", "'self'")
	csp.add("form-action", "'self'", "https://hooks.stripe.com") // to the bank without JavaScript
	if other := origin(p.opts.StripeJS); other != js {
		for _, name := range []string{"script-src", "frame-src", "connect-src", "style-src", "form-action"} {
			csp.add(name, other)
		}
	}
	return csp
}

// add unites the sources of a directive. 'none' stands only alone.
func (c *policy) add(name string, sources ...string) {
	if !slices.Contains(c.names, name) {
		c.names = append(c.names, name)
	}
	have := c.sources[name]
	for _, s := range sources {
		if !slices.Contains(have, s) {
			have = append(have, s)
		}
	}
	if len(have) > 1 {
		have = slices.DeleteFunc(have, func(s string) bool { return strings.EqualFold(s, "'none'") })
	}
	c.sources[name] = have
}

func (c *policy) String() string {
	lines := make([]string, len(c.names))
	for i, name := range c.names {
		lines[i] = strings.Join(append([]string{name}, c.sources[name]...), " ")
	}
	return strings.Join(lines, "; ")
}

func directiveFault(name string, sources []string) string {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return "malformed"
	}
	scripts := slices.Contains([]string{"script-src", "script-src-elem", "script-src-attr", "default-src", "object-src", "base-uri"}, name)
	for _, s := range sources {
		lower := strings.ToLower(s)
		switch {
		case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == '"' }):
			return "malformed"
		case lower == "'unsafe-inline'", lower == "'unsafe-eval'", lower == "'unsafe-hashes'":
			return "unsafe"
		case scripts && ofAnybody(lower):
			return "unsafe"
		}
	}
	return ""
}

// ofAnybody: a scheme alone (https:, data:), or any host of one (*, https://*:443).
func ofAnybody(source string) bool {
	if strings.HasSuffix(source, ":") {
		return true
	}
	if _, rest, ok := strings.Cut(source, "://"); ok {
		source = rest
	}
	host, _, _ := strings.Cut(source, "/")
	host, _, _ = strings.Cut(host, ":")
	return host == "*"
}

// fieldName names a directive in a fault; what is none is not repeated.
func fieldName(directive string) string {
	if strings.Trim(directive, "abcdefghijklmnopqrstuvwxyz-") != "" || len(directive) > 40 {
		return "directive"
	}
	return strings.ReplaceAll(directive, "-", "_")
}

func nonceFits(nonce string) bool {
	return len(nonce) >= 16 && len(nonce) <= 256 && strings.IndexFunc(nonce, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("+/=-_", r)
	}) < 0
}

// origin of an address; 'self' for one without.
func origin(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "'self'"
	}
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
