package stripesecure

import (
	"net"
	"net/url"
	"strings"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// EndpointFault is one thing that keeps events from arriving, or makes them
// arrive otherwise than they should. The value is stable.
type EndpointFault string

// The faults of an endpoint. EnsureEndpoint mends missing, disabled and events.
const (
	// EndpointMissing: Stripe has no endpoint of this address.
	EndpointMissing EndpointFault = "missing"
	// EndpointDisabled: Stripe posts nothing to it.
	EndpointDisabled EndpointFault = "disabled"
	// EndpointEvents: it does not hear all that is needed.
	EndpointEvents EndpointFault = "events"
	// EndpointNoSecret: the settings have no signing secret, so that every event
	// is refused.
	EndpointNoSecret EndpointFault = "no_secret"
	// EndpointVersion: its events are written in another API version. They are
	// understood all the same; Stripe sets the version at creation only.
	EndpointVersion EndpointFault = "version"
	// EndpointDuplicate: several endpoints have this address, so that every event
	// comes several times (WHK-05). It does no harm but the load.
	EndpointDuplicate EndpointFault = "duplicate"
	// EndpointTooMany: the account has sixteen endpoints; Stripe takes no more.
	EndpointTooMany EndpointFault = "too_many"
	// EndpointNotPublic: Stripe cannot reach this address, or does not post to it
	// in the live environment because it is not https.
	EndpointNotPublic EndpointFault = "not_public"
	// EndpointNotConnect: ⑧ is connect, and this endpoint was not made by
	// EnsureEndpoint; Stripe does not tell whether it hears connected accounts.
	EndpointNotConnect EndpointFault = "not_connect"
	// EndpointRedirected: the shop answers Stripe's address with a redirect, which
	// Stripe does not follow (SIG-11). Found by ProbeEndpoint only, as the next two.
	EndpointRedirected EndpointFault = "redirected"
	// EndpointBlocked: something before the handler answers: a login, a
	// maintenance page, a CSRF check, another route.
	EndpointBlocked EndpointFault = "blocked"
	// EndpointSilent: nobody answers at this address.
	EndpointSilent EndpointFault = "silent"
)

var endpointTexts = map[EndpointFault][2]string{
	EndpointMissing:    {"Stripeに、このアドレスのWebhookが登録されていません。", "Stripe has no webhook endpoint of this address."},
	EndpointDisabled:   {"Webhookが無効になっています。", "The webhook endpoint is disabled."},
	EndpointEvents:     {"Webhookに、必要なイベントの一部が設定されていません。", "The webhook endpoint does not hear all the events that are needed."},
	EndpointNoSecret:   {"Webhookの署名シークレットが設定されていません。Stripeのダッシュボードでこのエンドポイントの署名シークレットを表示し、設定に貼り付けてください。", "The settings have no signing secret. Reveal the secret of this endpoint in Stripe's Dashboard, and paste it into the settings."},
	EndpointVersion:    {"WebhookのAPIバージョンが2024-06-20ではありません。イベントは処理できますが、揃えるにはStripeで一度削除し、作り直してください。", "The endpoint's API version is not 2024-06-20. Its events are understood; to have the same version, delete it at Stripe and create it again."},
	EndpointDuplicate:  {"同じアドレスのWebhookが複数登録されています。Stripeのダッシュボードで1つだけ残してください。", "Several webhook endpoints have this address. Keep one of them in Stripe's Dashboard."},
	EndpointTooMany:    {"StripeアカウントのWebhookが上限の16件に達しています。使っていないものを削除してください。", "The Stripe account has sixteen webhook endpoints, which is the limit. Delete one that is not used."},
	EndpointNotPublic:  {"このアドレスにはStripeから接続できません。本番環境では、インターネットから接続できるhttpsのアドレスが必要です。", "Stripe cannot reach this address. The live environment needs an https address that is open to the internet."},
	EndpointNotConnect: {"このWebhookが連結アカウントのイベントを受け取るかどうか、確認できません。Stripeのダッシュボードで削除し、ここから作り直してください。", "It cannot be told whether this endpoint hears connected accounts. Delete it in Stripe's Dashboard, and create it from here."},
	EndpointRedirected: {"Webhookのアドレスが別のアドレスへ転送されています。Stripeは転送先に接続しません。", "The webhook address is redirected to another one. Stripe does not follow redirects."},
	EndpointBlocked:    {"Webhookのアドレスで、決済プラグイン以外（ログイン画面、メンテナンス画面など）が応答しています。", "Something else answers at the webhook address: a login, a maintenance page, another part of the shop."},
	EndpointSilent:     {"Webhookのアドレスから応答がありません。", "Nobody answers at the webhook address."},
}

// Text is the fault for the merchant, in ja or en.
func (f EndpointFault) Text(lang wording.Language) string {
	if lang == wording.Japanese {
		return endpointTexts[f][0]
	}
	return endpointTexts[f][1]
}

// reachable: Stripe can post to the shop, as far as its address tells.
func (p *Plugin) reachable(environment settings.Environment) bool {
	if environment.Livemode() && p.base.Scheme != "https" {
		return false
	}
	host := strings.ToLower(strings.TrimSuffix(p.base.Hostname(), "."))
	if ip := net.ParseIP(host); ip != nil {
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsUnspecified() && !ip.IsLinkLocalUnicast()
	}
	return strings.Contains(host, ".") && !strings.HasSuffix(host, ".localhost") && !strings.HasSuffix(host, ".local")
}

// sameAddress compares what Stripe would post to.
func sameAddress(a, b string) bool { return plainAddress(a) == plainAddress(b) }

func plainAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	return strings.ToLower(u.Scheme+"://"+u.Hostname()) + ":" + port + strings.TrimSuffix(u.EscapedPath(), "/") + "?" + u.RawQuery
}
