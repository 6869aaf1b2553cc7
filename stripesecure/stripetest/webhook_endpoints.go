package stripetest

import (
	"net/url"
	"slices"
	"strings"
)

// maxEndpoints an account may have (stripe-facts §7).
const maxEndpoints = 16

// WebhookEndpoint is a we_ (stripe-facts §2.4).
type WebhookEndpoint struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	APIVersion    string            `json:"api_version" stripe:"null"`
	Application   string            `json:"application" stripe:"null"`
	Created       int64             `json:"created"`
	Description   string            `json:"description" stripe:"null"`
	EnabledEvents []string          `json:"enabled_events"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Secret        string            `json:"secret" stripe:"omit"`
	Status        string            `json:"status"`
	URL           string            `json:"url"`

	connect bool
	secrets []string // that sign: one, two while the secret is being rolled
}

func (e *WebhookEndpoint) key() string      { return e.ID }
func (e *WebhookEndpoint) createdAt() int64 { return e.Created }

var _ = register(resource{name: "webhook_endpoint", object: &WebhookEndpoint{}, routes: []route{
	{method: "POST", path: "/v1/webhook_endpoints", do: createEndpoint, params: spec(`
		api_version     text
		connect         bool
		description     text<=5000?
		enabled_events! list
		metadata        metadata
		url!            text`)},
	{method: "GET", path: "/v1/webhook_endpoints", list: true, do: func(c *call) (any, error) {
		return page(c, "webhook_endpoint", func(*WebhookEndpoint) bool { return true })
	}, params: spec(listParams)},
	{method: "GET", path: "/v1/webhook_endpoints/{id}", do: getEndpoint},
	{method: "POST", path: "/v1/webhook_endpoints/{id}", do: updateEndpoint, params: spec(`
		description    text<=5000?
		disabled       bool
		enabled_events list
		metadata       metadata
		url            text`)},
	{method: "DELETE", path: "/v1/webhook_endpoints/{id}", do: deleteEndpoint},
}})

func (c *call) endpoint() (*WebhookEndpoint, *Error) {
	e, ok := find[*WebhookEndpoint](c.m, c.values.of("id"))
	if !ok {
		return nil, c.m.noSuch("webhook endpoint", c.values.of("id"), "id")
	}
	return e, nil
}

func createEndpoint(c *call) (any, error) {
	if c.m.table("webhook_endpoint").count() >= maxEndpoints {
		return nil, refused("", "", "You have reached the maximum of 16 webhook endpoints.")
	}
	secret := "whsec_" + c.s.random(32)
	e := &WebhookEndpoint{
		ID: c.s.newID("we"), Object: "webhook_endpoint", APIVersion: c.form.text("api_version"), Created: c.now(),
		Livemode: c.m.isLive, Metadata: map[string]string{}, Status: "enabled",
		connect: c.form.yes("connect"), secrets: []string{secret},
	}
	if fault := e.apply(c); fault != nil {
		return nil, fault
	}
	c.m.insert("webhook_endpoint", e)
	shown := *e
	shown.Secret = secret // shown this once
	return &shown, nil
}

func (e *WebhookEndpoint) apply(c *call) *Error {
	f := c.form
	meta, fault := mergeMetadata(e.Metadata, f.at("metadata"))
	if fault != nil {
		return fault
	}
	if f.has("url") {
		u, err := url.Parse(f.text("url"))
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return invalid("url_invalid", "url", "Invalid URL: An explicit scheme (such as https) must be provided.")
		}
		if c.m.isLive && u.Scheme != "https" {
			return invalid("url_invalid", "url", "Invalid URL: URL must be HTTPS in live mode.")
		}
		e.URL = f.text("url")
	}
	if f.has("enabled_events") {
		kinds := f.strings("enabled_events")
		for _, kind := range kinds {
			if kind != "*" && !strings.Contains(kind, ".") {
				return invalid("", "enabled_events", "Invalid enabled_events: "+clip(kind, 60)+" is not an event type.")
			}
		}
		if len(kinds) == 0 {
			return invalid("parameter_missing", "enabled_events", "Missing required param: enabled_events.")
		}
		e.EnabledEvents = slices.Clone(kinds)
	}
	e.Metadata = meta
	e.Description = f.or(e.Description, "description")
	if f.has("disabled") {
		e.Status = map[bool]string{true: "disabled", false: "enabled"}[f.yes("disabled")]
	}
	return nil
}

func getEndpoint(c *call) (any, error) {
	e, fault := c.endpoint()
	if fault != nil {
		return nil, fault
	}
	return e, nil
}

func updateEndpoint(c *call) (any, error) {
	e, fault := c.endpoint()
	if fault != nil {
		return nil, fault
	}
	next := *e
	if fault := next.apply(c); fault != nil {
		return nil, fault
	}
	*e = next
	return e, nil
}

func deleteEndpoint(c *call) (any, error) {
	e, fault := c.endpoint()
	if fault != nil {
		return nil, fault
	}
	c.m.remove("webhook_endpoint", e.ID)
	return &deletedObject{ID: e.ID, Object: e.Object, Deleted: true}, nil
}
