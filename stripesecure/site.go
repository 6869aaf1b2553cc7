package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
)

// Rows of the library's own begin with a character that no CheckoutID has.
const (
	reserved = "#"
	siteRow  = "#site"
	scanRow  = "#scan"
)

// Site says which shop the store belongs to. A staging copy or a restored
// backup that keeps the live shop's keys would cancel and capture the live
// shop's payments; so when the address differs, background work does nothing
// until the merchant confirms that this is the live shop (rule 10, CUS-08).
// What buyers do here is not stopped.
type Site struct {
	Recorded string // the address in the store
	Here     string // Options.BaseURL
	Copy     bool   // they differ: background work stands still
}

type siteRecord struct {
	BaseURL string `json:"base_url"`
}

// Site compares the store's address with this one. The first call records it.
// Errors: store, canceled.
func (p *Plugin) Site(ctx context.Context) (Site, error) { return p.siteFor(ctx, "Site") }

// siteFor is Site for another call, which a failure of the store is named after.
func (p *Plugin) siteFor(ctx context.Context, op string) (Site, error) {
	here := p.base.String()
	record, _, err := p.site(ctx)
	if errors.Is(err, ErrNoRow) {
		err = p.recordSite(ctx, 0)
		if errors.Is(err, ErrConflict) { // another server was faster
			record, _, err = p.site(ctx)
		} else {
			record.BaseURL = here
		}
	}
	if err != nil {
		return Site{}, storeError(op, err)
	}
	return Site{Recorded: record.BaseURL, Here: here, Copy: !sameAddress(record.BaseURL, here)}, nil
}

// ConfirmSite says that this is the live shop now, for example after a move to
// another domain. It is the merchant's decision. Errors: store, canceled.
func (p *Plugin) ConfirmSite(ctx context.Context) error {
	_, version, err := p.site(ctx)
	if err != nil && !errors.Is(err, ErrNoRow) {
		return storeError("ConfirmSite", err)
	}
	if err := p.recordSite(ctx, version); err != nil {
		return storeError("ConfirmSite", err)
	}
	return nil
}

// notACopy refuses what a copy of a live shop must not do (CUS-08).
func (p *Plugin) notACopy(ctx context.Context, op string) error {
	site, err := p.siteFor(ctx, op)
	switch {
	case err != nil:
		return err
	case site.Copy:
		return fail(op, CodeCopy, nil)
	}
	return nil
}

func (p *Plugin) site(ctx context.Context) (siteRecord, int64, error) {
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, siteRow)
	if err != nil {
		return siteRecord{}, 0, err
	}
	var record siteRecord
	err = json.Unmarshal(row.Body, &record)
	return record, row.Version, err
}

func (p *Plugin) recordSite(ctx context.Context, version int64) error {
	body, err := json.Marshal(siteRecord{p.base.String()})
	if err != nil {
		return err
	}
	return p.opts.Store.Put(ctx, Row{Shop: p.opts.ShopID, Checkout: siteRow, Version: version, Body: body})
}
