package admin

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/ec-plugins/stripesecure/settings"
)

// methodView is one payment method in the list (LC-03, LC-04).
type methodView struct {
	ID, Name    string
	Enabled     bool
	Ready       bool
	Missing     []string
	Environment settings.Environment
	SortOrder   int
	Base        string
}

// showMethods lists the payment methods as buyers see them: sorted by ④ (LC-08).
func (p *pages) showMethods(q *request) error {
	var list []methodView
	for _, m := range p.opts.Methods {
		state, err := m.Store.Load(q.Context())
		if err != nil {
			return err
		}
		s := state.Settings
		v := methodView{
			ID: m.ID, Name: state.Wording.Page(q.lang, pageContext(s)).Name, Enabled: s.Enabled, Ready: s.Ready() == nil,
			Environment: s.Environment, SortOrder: s.SortOrder,
		}
		for _, fault := range settings.FaultsOf(s.Ready()) {
			v.Missing = append(v.Missing, fault.Message(string(q.lang)))
		}
		form := s.Form()
		if v.Base, err = (base{state.Version, map[string][]string{string(settings.FieldEnabled): form[string(settings.FieldEnabled)]}}).hidden(); err != nil {
			return err
		}
		list = append(list, v)
	}
	slices.SortStableFunc(list, func(a, b methodView) int { return cmp.Compare(a.SortOrder, b.SortOrder) })
	q.render(http.StatusOK, "methods", list)
	return nil
}
