package openapi_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"

	"github.com/ec-plugins/stripesecure/stripesecure/stripetest"
)

// description is Stripe's OpenAPI description, and the stub server that checks
// requests against it.
type description struct {
	spec *spec.Spec
	stub http.Handler
}

// describe loads the description once: it takes a second.
var describe = sync.OnceValue(func() *description {
	// The strict version check holds stripe-go's Stripe-Version against the
	// description's, which is one release later with the same fields.
	text := bytes.Replace(embedded.OpenAPISpec,
		[]byte(`"version": "2024-09-30.acacia"`), []byte(`"version": "`+stripetest.APIVersion+`"`), 1)
	sp, err := server.LoadSpec(text, "")
	if err != nil {
		panic(err)
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		panic(err)
	}
	stub, err := server.NewStubServer(fixtures, sp, true, false)
	if err != nil {
		panic(err)
	}
	return &description{spec: sp, stub: &server.DoubleSlashFixHandler{Mux: http.HandlerFunc(stub.HandleRequest)}}
})

// route finds the described path of a request: "/v1/payment_intents/{intent}".
// A path without parameters goes before one with.
func (d *description) route(method, path string) (string, *spec.Operation) {
	verb := spec.HTTPVerb(strings.ToLower(method))
	if op := d.spec.Paths[spec.Path(path)][verb]; op != nil {
		return path, op
	}
	for pattern, verbs := range d.spec.Paths {
		if op := verbs[verb]; op != nil && fits(string(pattern), path) {
			return string(pattern), op
		}
	}
	return "", nil
}

func fits(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != have[i] {
			return false
		}
	}
	return true
}

// answer is the schema of an operation's answer: 200, or the error.
func answer(op *spec.Operation, status int) *spec.Schema {
	if status == http.StatusOK {
		return op.Responses["200"].Content["application/json"].Schema
	}
	return op.Responses["default"].Content["application/json"].Schema
}
