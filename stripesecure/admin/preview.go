package admin

import (
	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

// checkoutView is the method on a checkout page, as one kind of buyer sees it.
type checkoutView struct {
	Language wording.Language
	Member   bool
	Offered  bool
	Texts    wording.PageTexts
}

func checkout(lang wording.Language, s settings.Settings, w wording.Wording, member bool) checkoutView {
	return checkoutView{Language: lang, Member: member, Offered: s.Enabled && s.Ready() == nil, Texts: w.Page(lang, wording.Context{
		Capture: wording.Capture(s.Capture), SaveCard: wording.SaveCard(s.SaveCard), Member: member,
	})}
}

// mail is the text ③ of an order of ¥4,840.
func mail(lang wording.Language, s settings.Settings, w wording.Wording) string {
	const sample = 4840
	return w.Mail(lang, wording.MailContext{
		Capture: wording.Capture(s.Capture), Amount: stripesecure.FormatMoney(stripesecure.JPY(sample), lang),
		Descriptor: "SHOP",
	})
}
