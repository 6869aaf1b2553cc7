package stripesecure

import (
	"context"
	"net"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
)

// Ready says whether buyers may pay with these settings in this shop, which need
// not be stored yet: nil, or an [Error] with [CodeNotReady] that names every fault
// at once. To those of [settings.Settings.Ready] it adds "settings.enabled
// disabled", and "options.base_url insecure": where ⑦ is live, Options.BaseURL must
// be https, because a page with a card form that comes by http can be changed on
// its way. http is good for ⑦ test, and for a server that only this machine
// reaches.
func (p *Plugin) Ready(s settings.Settings) error { return p.notReady("Ready", s) }

func (p *Plugin) notReady(op string, s settings.Settings) error {
	var faults []Fault
	if !s.Enabled {
		faults = append(faults, Fault{"settings.enabled", "disabled"})
	}
	for _, f := range settings.FaultsOf(s.Ready()) {
		faults = append(faults, Fault{"settings." + string(f.Field), string(f.Code)})
	}
	if insecure(p.base.Scheme, p.base.Hostname(), s.Environment) {
		faults = append(faults, insecureBase)
	}
	if len(faults) == 0 {
		return nil
	}
	return made(&Error{Code: CodeNotReady, Op: op, Faults: faults})
}

// ready returns the settings if buyers may pay with them.
func (p *Plugin) ready(ctx context.Context, op string) (settings.Settings, error) {
	s, err := p.opts.Settings.Settings(ctx)
	if err != nil {
		return s, fail(op, CodeNotReady, err)
	}
	return s, p.notReady(op, s)
}

var insecureBase = Fault{"options.base_url", "insecure"}

// insecure: real cards at an address whose pages can be changed on their way.
func insecure(scheme, host string, environment settings.Environment) bool {
	return environment.Livemode() && scheme != "https" && !loopback(host)
}

func loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}
