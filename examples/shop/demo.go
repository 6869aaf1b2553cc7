package main

import (
	"context"
	"net/http"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure/admin"
)

// demoSettings are the settings that a visitor of the demonstration may change.
type demoSettings struct {
	Region       string                // ②
	Capture      settings.Capture      // ⑬
	ThreeDSecure settings.ThreeDSecure // ⑭
	SaveCard     settings.SaveCard     // ⑮
}

var demoDefaults = demoSettings{"JP", settings.CaptureManual, settings.ThreeDSecureAutomatic, settings.SaveOptional}

// apply sets ②⑬⑭⑮ and leaves the rest.
func (d demoSettings) apply(to settings.Settings) settings.Settings {
	to.Regions = settings.Countries(d.Region)
	if d.Region == settings.AllRegions {
		to.Regions = settings.Everywhere()
	}
	to.Capture, to.ThreeDSecure, to.SaveCard = d.Capture, d.ThreeDSecure, d.SaveCard
	return to
}

// defaultSettings are the shop's ①–⑮ with the keys that it was started with.
func defaultSettings(s stripe) settings.Settings {
	set := settings.Default()
	set.Enabled = true
	set.OrderStatus = "new" // ③, of the shop's own list in texts/
	set.AccountName = "Awai"
	set.Authentication = s.auth
	set.Test = s.keys
	return demoDefaults.apply(set)
}

// demoSettings are what is set now, as far as the demonstration shows it.
func (s *Shop) demoSettings(ctx context.Context) (demoSettings, error) {
	set, err := s.settings.Settings(ctx)
	d := demoSettings{settings.AllRegions, set.Capture, set.ThreeDSecure, set.SaveCard}
	if !set.Regions.All && len(set.Regions.Countries) > 0 {
		d.Region = set.Regions.Countries[0]
	}
	return d, err
}

func (s *Shop) showDemo(w http.ResponseWriter, r *http.Request) error {
	d, err := s.demoSettings(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, "demo", demoPage{
		Settings: d, Saved: r.URL.Query().Has("saved"), Cards: testCards,
		Regions: []string{"JP", settings.AllRegions}, Captures: settings.Captures(),
		ThreeDSecures: settings.ThreeDSecures(), SaveCards: settings.SaveCards(),
	})
}

type demoPage struct {
	Settings      demoSettings
	Saved         bool
	Cards         []testCard
	Regions       []string
	Captures      []settings.Capture
	ThreeDSecures []settings.ThreeDSecure
	SaveCards     []settings.SaveCard
}

// changeDemo takes the visitor's choice if the library can work with it.
func (s *Shop) changeDemo(w http.ResponseWriter, r *http.Request) error {
	d := demoSettings{r.PostFormValue("region"), settings.Capture(r.PostFormValue("capture")),
		settings.ThreeDSecure(r.PostFormValue("three_d_secure")), settings.SaveCard(r.PostFormValue("save_card"))}
	state, err := s.office.Load(r.Context())
	if err != nil {
		return err
	}
	state.Settings = d.apply(state.Settings)
	if state.Settings.Validate() != nil {
		return redirect(w, r, "/demo")
	}
	err = s.office.Save(r.Context(), state, admin.Change{At: s.now().UTC(), By: "/demo", Action: admin.ActionSettings})
	if err != nil {
		return err
	}
	return redirect(w, r, "/demo?saved")
}

// testCard is a number that Stripe's test environment knows, and so does the
// shop's own Stripe. What it does is the text "card.<Does>".
type testCard struct{ Number, Does string }

var testCards = []testCard{
	{"4242 4242 4242 4242", "pays"},
	{"4000 0027 6000 3184", "asks"},
	{"4000 0000 0000 0002", "declines"},
	{"4000 0000 0000 9995", "funds"},
	{"4000 0000 0000 0069", "expired"},
}
