package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/ec-plugins/stripesecure/settings"
)

// demoSettings are the settings that a visitor of the demonstration may change.
type demoSettings struct {
	Region       string                `json:"region"`         // ②
	Capture      settings.Capture      `json:"capture"`        // ⑬
	ThreeDSecure settings.ThreeDSecure `json:"three_d_secure"` // ⑭
	SaveCard     settings.SaveCard     `json:"save_card"`      // ⑮
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

// Settings makes the shop a settings.Source: the library asks it on every call.
func (s *Shop) Settings(ctx context.Context) (settings.Settings, error) {
	d, err := s.demoSettings(ctx)
	return d.apply(defaultSettings(s.stripe)), err
}

func (s *Shop) demoSettings(ctx context.Context) (demoSettings, error) {
	var kept string
	err := s.db.QueryRowContext(ctx, `select value from config where name = 'demo'`).Scan(&kept)
	if errors.Is(err, sql.ErrNoRows) {
		return demoDefaults, nil
	}
	d := demoDefaults
	if err == nil {
		err = json.Unmarshal([]byte(kept), &d)
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
	if err := d.apply(defaultSettings(s.stripe)).Validate(); err != nil {
		return redirect(w, r, "/demo")
	}
	_, err := s.db.ExecContext(r.Context(), `insert into config (name, value) values ('demo', ?)
		on conflict do update set value = excluded.value`, toJSON(d))
	if err != nil {
		return err
	}
	s.settings.Forget() // the next buyer gets the new ones
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
