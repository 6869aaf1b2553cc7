package stripetest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// authenticate finds the key of a request and the objects it may see
// (stripe-facts §1.5: 401 and 403).
func (s *Stripe) authenticate(h http.Header, form *node) (*Key, *mode, *Error) {
	text := bearer(h)
	if text == "" && form.has("key") { // Stripe.js sends the publishable key so
		text = form.text("key")
		form.drop("key")
	}
	if text == "" {
		return nil, nil, unauthorized("You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.")
	}
	key := s.keys.lookup(text)
	if key == nil {
		return nil, nil, unauthorized("Invalid API Key provided: " + mask(text))
	}
	acct := s.accounts[key.Account]
	if other := header(h, "Stripe-Account"); other != "" && other != key.Account {
		if acct = s.accounts[other]; acct == nil || key.Account != s.keys.account {
			return key, nil, forbidden("account_invalid", "The provided key '"+mask(text)+"' does not have access to account '"+
				clip(other, 60)+"' (or that account does not exist). Application access may have been revoked.")
		}
	}
	if key.isLive() {
		return key, acct.live, nil
	}
	return key, acct.test, nil
}

// bearer reads the key from Authorization: Bearer, or Basic with the key as the
// user name.
func bearer(h http.Header) string {
	scheme, value, _ := strings.Cut(header(h, "Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "bearer"):
		return strings.TrimSpace(value)
	case strings.EqualFold(scheme, "basic"):
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if err != nil {
			return ""
		}
		user, _, _ := strings.Cut(string(raw), ":")
		return user
	}
	return ""
}

// drop removes a parameter that is none of the endpoint's.
func (n *node) drop(name string) {
	n.kids = slices.DeleteFunc(n.kids, func(kid *node) bool { return kid.name == name })
	delete(n.index, name)
}

// permit checks the permissions of a key for a route.
func permit(key *Key, rt *route, acct string) *Error {
	if key.isPublic() && !rt.public {
		return forbidden("secret_key_required", "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.")
	}
	if key.kind() != "rk" || key.Permissions == nil {
		return nil
	}
	have, need := key.Permissions[rt.resource()], "write"
	if rt.method == http.MethodGet {
		need = "read"
	}
	if have == "write" || have == need {
		return nil
	}
	name := strings.ReplaceAll(rt.resource(), "_", " ")
	return forbidden("", "The provided key '"+mask(key.Text)+"' does not have the required permissions for this endpoint on account '"+
		acct+"'. Enabling \""+name+" "+need+"\" ('"+rt.resource()+"_"+need+"') permissions on this key would allow this request to continue.")
}
