package stripesecure

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

const probeBudget = 10 * time.Second

// ProbeEndpoint posts an unsigned body to the shop's own webhook address, as
// anybody may, and says what stands in Stripe's way there, "" for nothing: a
// redirect, a login, a page of maintenance (SIG-11). The right answer is this
// handler's refusal. It says what this server sees; Stripe comes from outside.
// client is nil for an ordinary one; redirects are never followed. Errors:
// canceled.
func (p *Plugin) ProbeEndpoint(ctx context.Context, client *http.Client) (EndpointFault, error) {
	const op = "ProbeEndpoint"
	if client == nil {
		client = http.DefaultClient
	}
	stay := *client
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	limited, cancel := context.WithTimeout(ctx, probeBudget)
	defer cancel()
	r, err := http.NewRequestWithContext(limited, http.MethodPost, p.address("/webhook"), strings.NewReader("{}"))
	if err != nil {
		return "", fail(op, CodeInternal, nil)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	answer, err := stay.Do(r)
	switch {
	case ctx.Err() != nil:
		return "", fail(op, CodeCanceled, ctx.Err())
	case err != nil:
		return EndpointSilent, nil
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(answer.Body, 100)) // cut short, it is not ours
	switch {
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return EndpointRedirected, nil
	case answer.StatusCode != http.StatusBadRequest || strings.TrimSpace(string(body)) != unsigned:
		return EndpointBlocked, nil
	}
	return "", nil
}
