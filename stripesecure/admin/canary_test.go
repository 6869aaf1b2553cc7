package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
	"github.com/ec-plugins/stripesecure/wording"
)

// Every secret is stored, and a secret is typed into every field of every form,
// one after the other and all at once: none of them is in any answer, in any
// header, in the log, or in the store in clear. (office.do looks at each answer.)
func TestNoSecretInAnyAnswer_SEC01_SEC04(t *testing.T) {
	const typed = "sk_" + "live_CanaryTyped0000000000000000"
	o := open(t)
	o.set(func(s *settings.Settings) { *s = full() })
	id := string(o.sell("A-1"))
	for _, lang := range []string{"ja", "en"} {
		o.lang = lang
		for _, path := range []string{
			"/", "/card/settings", "/card/settings?saved", "/card/wording", "/card/connection", "/card/log", "/card/payments",
			"/card/payments/" + id, "/card/payments?find=" + typed, "/card/" + typed, "/" + typed + "/settings", "/card/report", "/card/log?before=" + typed,
		} {
			o.get(path)
		}
		o.post("/card/connection", nil)
		for _, path := range []string{"/card/settings", "/card/wording"} {
			all := o.get(path).form()
			for name := range o.get(path).form() {
				for _, do := range []string{"preview", "save"} {
					o.post(path, o.get(path).with(name, typed, "do", do))
				}
				if name != "base" {
					all.Set(name, typed)
				}
			}
			o.post(path, all)
			o.post(path, url.Values{typed: {typed}, "do": {typed}})
			o.post(path, url.Values{"base": {typed}, "draft": {typed}})
		}
		for _, name := range []string{"amount", "reason", "note", "operation", "ask", "do"} {
			form := url.Values{"ask": {"refund"}, "amount": {"1"}}
			form.Set(name, typed)
			o.post("/card/payments/"+id, form)
		}
		o.post("/card/inbox", url.Values{"intent": {typed}})
		o.post("/card/news", url.Values{"payment": {typed}})
	}
	for _, secret := range []string{typed, canaryTest, canaryWebhook, "Canary"} {
		assert.NotContains(t, o.row(), secret, "in the store")
	}
	require.NotEmpty(t, o.answers)
}

// Several plugins, sorted by ④; what belongs to one is not reached by another.
func TestSeveralPlugins_LC08(t *testing.T) {
	o := open(t)
	second, err := admin.NewRowStore(admin.RowOptions{Store: o.memory, ShopID: "other", Keys: ring(t, "a"), Default: begin()})
	require.NoError(t, err)
	save(t, second, func(state *admin.State) {
		state.Settings.SortOrder, state.Settings.Enabled = -1, false
		state.Wording = wording.Wording{"en": {Name: "Second card"}}
	})
	o.pages, err = admin.NewHandler(admin.Options{
		Prefix: "/admin", Keys: ring(t, "a"), Login: func(*http.Request) (admin.Clerk, error) { return admin.Clerk{Name: "田中"}, nil },
		Methods: []admin.Method{{ID: "card", Plugin: o.plugin, Store: o.rows}, {ID: "second", Plugin: o.plugin, Store: second}},
	})
	require.NoError(t, err)
	list := o.get("/")
	assert.Less(t, strings.Index(list.body, "Second card"), strings.Index(list.body, "Credit or debit card"), "the smaller number first")
	assert.Equal(t, http.StatusNotFound, o.get("/third/settings").status)

	faulty := o.post("/card/settings", o.get("/card/settings").with("sort_order", "x", "test.secret", "sk_"+"test_Canary2222222222222222KEY2", "do", "preview"))
	moved := o.get("/second/settings").with("draft", faulty.form().Get("draft"), "do", "preview")
	answer := o.post("/second/settings", moved)
	assert.Equal(t, http.StatusConflict, answer.status, "a draft of one method is good for no other")
}
