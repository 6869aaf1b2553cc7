package main

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"slices"
	"strings"

	"github.com/ec-plugins/stripesecure/wording"
)

// mail is one letter in the shop's outbox. A shop would hand it to a mail server;
// this one shows it on /mails.
type mail struct {
	Ref, To, Subject, Body, Language, Sent string
}

// writeMail puts the order's mail into the outbox, in the order's transaction:
// an order without a mail cannot be.
func (s *Shop) writeMail(ctx context.Context, tx *sql.Tx, o order, paymentText string) error {
	var text bytes.Buffer
	err := s.pages[wording.Parse(o.Language)].mail.Execute(&text, mailData{
		order: o, PaymentText: paymentText, Link: s.baseURL + "/orders/" + o.Ref + "?key=" + o.LinkKey,
	})
	if err != nil {
		return err
	}
	subject, body, _ := strings.Cut(text.String(), "\n\n")
	_, err = tx.ExecContext(ctx, `insert into mails (ref, recipient, subject, body, language, sent) values (?, ?, ?, ?, ?, ?)`,
		o.Ref, o.Address.Email, strings.TrimSpace(subject), body, o.Language, o.Placed)
	return err
}

// Link is the address in the mail that opens the order.
func (m mail) Link() string {
	for word := range strings.FieldsSeq(m.Body) {
		if strings.HasPrefix(word, "http") && strings.Contains(word, "/orders/"+m.Ref+"?key=") {
			return word
		}
	}
	return ""
}

type mailData struct {
	order
	PaymentText, Link string
}

// Reduced reports whether something in the order has the reduced tax rate.
func (d mailData) Reduced() bool {
	return slices.ContainsFunc(d.Lines, func(l line) bool { return l.Tax == 8 })
}

func (s *Shop) mails(ctx context.Context) ([]mail, error) {
	return all(ctx, s.db, func(rows *sql.Rows) (m mail, err error) {
		return m, rows.Scan(&m.Ref, &m.To, &m.Subject, &m.Body, &m.Language, &m.Sent)
	}, `select ref, recipient, subject, body, language, sent from mails order by id desc limit 50`)
}

func (s *Shop) showMails(w http.ResponseWriter, r *http.Request) error {
	mails, err := s.mails(r.Context())
	if err != nil {
		return err
	}
	return s.render(w, r, "mails", mails)
}
