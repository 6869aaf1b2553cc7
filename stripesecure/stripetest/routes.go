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
func (rt *route) resource() string { return resourceOf(rt.path) }

func resourceOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
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
	routesOf    = map[routeKey][]*route{}
	objectTypes = map[string]reflect.Type{}
)

// routeKey narrows down the routes that a request may fit.
type routeKey struct{ method, resource string }

// register adds a resource; a file calls it as var _ = register(…).
func register(r resource) bool { //nolint:unparam // a variable needs a value
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
		key := routeKey{rt.method, rt.resource()}
		routesOf[key] = append(routesOf[key], &rt)
	}
	return true
}

// pathValue is what stands in a path for a placeholder.
type pathValue struct{ name, value string }

// pathValues are those of one path.
type pathValues []pathValue

func (p pathValues) of(name string) string {
	for _, one := range p {
		if one.name == name {
			return one.value
		}
	}
	return ""
}

// match finds the route of a request and the values in its path. A route
// without placeholders wins: /v1/payment_intents/search is no intent.
func match(method, path string) (*route, pathValues) {
	var best *route
	var values pathValues
	for _, rt := range routesOf[routeKey{method, resourceOf(path)}] {
		if rt.path == path {
			return rt, nil
		}
		if best != nil {
			continue
		}
		if found, ok := fit(rt.path, path); ok {
			best, values = rt, found
		}
	}
	return best, values
}

func fit(pattern, path string) (pathValues, bool) {
	if strings.Count(pattern, "/") != strings.Count(path, "/") {
		return nil, false
	}
	var values pathValues
	for pattern != "" {
		var want, got string
		want, pattern, _ = strings.Cut(strings.TrimPrefix(pattern, "/"), "/")
		got, path, _ = strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if strings.HasPrefix(want, "{") && got != "" {
			values = append(values, pathValue{strings.Trim(want, "{}"), got})
		} else if want != got {
			return nil, false
		}
	}
	return values, true
}

// call is one request on its way through a route.
type call struct {
	s      *Stripe
	m      *mode
	key    *Key
	form   *node
	values pathValues
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
