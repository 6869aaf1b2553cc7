package stripetest

import (
	"net/http"
	"reflect"
	"strings"
)

// route is one call of the API.
type route struct {
	method string
	path   string // /v1/things/{thing}/verb
	params *rule
	answer any  // a value of the type of the answer, for expand
	list   bool // the answer is a list of it
	public bool // may be called with a publishable key
	do     func(*call) (any, error)
}

// resource is the first segment after /v1: what restricted keys name.
func (rt *route) resource() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(rt.path, "/v1/"), "/")
	return name
}

// resource is one kind of object: its name in the API, its type and its calls.
// Adding an object to the emulator is adding one file that registers one.
type resource struct {
	name   string
	object any // a pointer to the struct, nil for none
	routes []route
}

// The registry is filled while the package is initialised and only read later.
var (
	routeTable  []route
	objectTypes = map[string]reflect.Type{}
)

// register adds a resource; a file calls it as var _ = register(…).
func register(r resource) bool {
	if r.object != nil {
		objectTypes[r.name] = reflect.TypeOf(r.object)
	}
	for _, rt := range r.routes {
		if rt.answer == nil {
			rt.answer = r.object
		}
		if rt.params == nil && rt.method == http.MethodDelete {
			rt.params = bare("")
		} else if rt.params == nil {
			rt.params = spec("")
		}
		routeTable = append(routeTable, rt)
	}
	return true
}

// match finds the route of a request and the values in its path. A route
// without placeholders wins: /v1/payment_intents/search is no intent.
func match(method, path string) (*route, map[string]string) {
	var best *route
	var vars map[string]string
	for i := range routeTable {
		rt := &routeTable[i]
		if rt.method != method {
			continue
		}
		if rt.path == path {
			return rt, nil
		}
		if found, ok := fit(rt.path, path); ok && best == nil {
			best, vars = rt, found
		}
	}
	return best, vars
}

func fit(pattern, path string) (map[string]string, bool) {
	if strings.Count(pattern, "/") != strings.Count(path, "/") {
		return nil, false
	}
	var vars map[string]string
	for pattern != "" {
		var want, got string
		want, pattern, _ = strings.Cut(strings.TrimPrefix(pattern, "/"), "/")
		got, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if strings.HasPrefix(want, "{") && got != "" {
			if vars == nil {
				vars = map[string]string{}
			}
			vars[strings.Trim(want, "{}")] = got
		} else if want != got {
			return nil, false
		}
	}
	return vars, true
}

// call is one request on its way through a route.
type call struct {
	s      *Stripe
	m      *mode
	key    *Key
	form   *node
	vars   map[string]string
	expand expansion
	rt     *route
	id     string // request id
	idem   string // idempotency key
	base   string // address below which hosted pages are found
}

func (c *call) now() int64 { return c.m.now() }

// notFound is the answer to an address that does not exist.
func notFound(method, path string) *Error {
	e := &Error{
		Type: "invalid_request_error", status: http.StatusNotFound, transient: true,
		Message: "Unrecognized request URL (" + method + ": " + clip(path, 200) + "). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
	}
	return e
}
