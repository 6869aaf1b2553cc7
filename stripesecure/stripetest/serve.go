package stripetest

import (
	"fmt"
	"net/http"
	"strings"
)

// header reads a header by its canonical name.
func header(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// incoming is a request as it arrived, whole.
type incoming struct {
	method, path, query string
	header              http.Header
	body                string
	tooBig              bool
	base                string // address below which hosted pages are found
}

// head is what the headers of an answer say.
type head struct {
	request, original string // ids of this request, and of the first one with its key
	version, account  string
	key               string // idempotency key
	retry             string
	replayed, html    bool
}

// header makes the headers, a fresh map for whoever gets the answer.
func (h head) header() http.Header {
	if h.html {
		return http.Header{"Content-Type": {"text/html"}}
	}
	out, values := make(http.Header, 8), make([]string, 0, 9)
	for _, one := range [...]struct{ name, value string }{
		{"Content-Type", "application/json"}, {"Cache-Control", "no-cache, no-store"},
		{"Request-Id", h.request}, {"Stripe-Version", h.version}, {"Stripe-Account", h.account},
		{"Stripe-Should-Retry", h.retry}, {"Original-Request", h.original}, {"Idempotency-Key", h.key},
	} {
		if one.value != "" {
			values = append(values, one.value)
			out[one.name] = values[len(values)-1 : len(values) : len(values)]
		}
	}
	if h.replayed {
		out["Idempotent-Replayed"] = []string{"true"}
	}
	return out
}

// answer is what goes back.
type answer struct {
	status    int
	head      head
	body      []byte
	transient bool // not to be stored under an idempotency key
}

// job is a request between its arrival and its work.
type job struct {
	s     *Stripe
	forms *parser // where the parameters are kept; nil for a job that may wait
	in    *incoming
	fault Fault
	call  *call
	log   *logged
	slot  *replay // reserved idempotency key
	done  bool
	out   answer
}

// arrive does everything that comes before the work: key, route, permissions,
// idempotency, parameters. It reports whether there is work left; if not, j.out
// is the answer. The caller holds s.mu.
func (j *job) arrive() bool {
	s := j.s
	s.tick()
	s.requests++
	j.call = &call{s: s, id: "req_" + s.random(14), idem: j.in.idempotencyKey(), base: s.base(j.in)}
	j.log = s.calls.begin(j)
	if j.forms == nil {
		j.forms = &parser{}
	}
	form, fault := j.in.form(j.forms)
	if fault != nil {
		return j.fail(fault)
	}
	j.call.form = form
	key, m, fault := s.authenticate(j.in.header, form)
	j.call.key, j.call.m = key, m
	j.log.learn(j)
	if fault != nil {
		return j.fail(fault)
	}
	rt, values := match(j.in.method, j.in.path)
	if rt == nil {
		return j.fail(notFound(j.in.method, j.in.path))
	}
	j.call.rt, j.call.values = rt, values
	if fault := permit(key, rt, m.account.ID); fault != nil {
		return j.fail(fault)
	}
	if instead := j.fault.refuse; instead != nil {
		return j.fail(instead(j.call))
	}
	return j.reserve()
}

// reserve takes the idempotency key and checks the parameters.
func (j *job) reserve() bool {
	c := j.call
	if c.idem != "" {
		if len(c.idem) > maxKeyLength {
			return j.fail(invalid("", "", fmt.Sprintf("Idempotency keys must be at most %d characters.", maxKeyLength)))
		}
		slot, again, fault := c.m.recall(c.idem, fingerprint(j.in.method, j.in.path, c.form), c.id)
		if fault != nil {
			return j.fail(fault)
		}
		if again != nil {
			j.log.Replayed = true
			return j.finish(*again)
		}
		j.slot = slot
	}
	if fault := c.rt.params.check(c.form); fault != nil {
		return j.fail(fault)
	}
	expand, fault := parseExpand(c.form.strings("expand"), c.rt.answer, c.rt.list)
	if fault != nil {
		return j.fail(fault)
	}
	c.expand = expand
	return true
}

// work runs the endpoint. The caller holds s.mu.
func (j *job) work() {
	if j.done {
		return
	}
	j.s.tick()
	if broken := j.fault.breaks; broken != nil && !j.fault.after {
		j.fail(broken)
		return
	}
	var result any
	var err error
	if j.in.method == http.MethodPost && j.call.m.full() {
		err = &Error{Type: "api_error", status: 500, Message: "stripetest: this instance is full, see WithMaxObjects.", transient: true}
	} else {
		result, err = j.call.rt.do(j.call)
	}
	switch fault, _ := err.(*Error); { //nolint:errorlint // endpoints return *Error unwrapped
	case j.fault.breaks != nil:
		j.fail(j.fault.breaks)
	case fault != nil:
		j.fail(fault)
	case err != nil:
		j.fail(&Error{Type: "api_error", status: 500, Message: "stripetest: " + err.Error()})
	default:
		body := j.call.m.encode(result, j.call.expand, j.call.key.isPublic())
		j.finish(answer{status: 200, head: j.head(), body: body})
	}
}

// fail ends the job with an error answer.
func (j *job) fail(e *Error) bool {
	j.s.complain(j, e)
	shown := *e
	a := answer{status: e.status, head: j.head(), transient: e.transient}
	if e.shouldRetry != "" {
		a.head.retry = e.shouldRetry
	}
	prefix := "test/"
	m := j.call.m
	if m != nil && m.isLive {
		prefix = ""
	}
	if m == nil {
		m = &mode{s: j.s}
	} else {
		shown.RequestLogURL = fmt.Sprintf("https://dashboard.stripe.com/%slogs/%s?t=%d", prefix, j.call.id, j.s.now().Unix())
	}
	public := j.call.key != nil && j.call.key.isPublic()
	a.body = m.encode(errorBody{Error: &shown}, nil, public)
	return j.finish(a)
}

// finish ends the job with an answer.
func (j *job) finish(a answer) bool {
	j.done, j.out = true, a
	if j.slot != nil {
		j.call.m.keep(j.slot, a)
	}
	j.log.Status, j.log.Answer = a.status, a.body
	j.s.calls.grew(len(a.body))
	return false
}

func (j *job) head() head {
	h := head{
		request: j.call.id, version: header(j.in.header, "Stripe-Version"), account: header(j.in.header, "Stripe-Account"),
	}
	if h.version == "" {
		h.version = APIVersion
	}
	if j.in.method == http.MethodPost {
		h.retry, h.original, h.key = "false", j.call.id, j.call.idem
	}
	return h
}

// form reads the parameters: of the body for POST, else of the query.
func (in *incoming) form(p *parser) (*node, *Error) {
	if in.tooBig {
		e := invalid("", "", "Request body too large.")
		e.status = http.StatusRequestEntityTooLarge
		return nil, e
	}
	if t := header(in.header, "Content-Type"); in.method == http.MethodPost && in.body != "" && !strings.HasPrefix(t, "application/x-www-form-urlencoded") {
		return nil, invalid("", "", "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.")
	}
	return p.parse(in.params())
}

// params is the text that holds the parameters.
func (in *incoming) params() string {
	if in.method == http.MethodPost {
		return in.body
	}
	return in.query
}

// idempotencyKey is the header of a POST; other methods ignore it.
func (in *incoming) idempotencyKey() string {
	if in.method != http.MethodPost {
		return ""
	}
	return header(in.header, "Idempotency-Key")
}

// base is the address that next_action begins with. The caller holds s.mu.
func (s *Stripe) base(in *incoming) string {
	if s.opts.baseURL != "" {
		return strings.TrimSuffix(s.opts.baseURL, "/")
	}
	return strings.TrimSuffix(in.base, "/")
}
