package stripesecure

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

const (
	endpointRow     = "#endpoint:"   // and the environment: the last creation
	endpointKeyLife = 23 * time.Hour // shorter than Stripe keeps a key
)

// endpointRecord is the creation of an endpoint, stored before it is sent: two
// clerks at once make one endpoint, and after a lost answer the next call gets
// the same endpoint with its secret.
type endpointRecord struct {
	Key  string         `json:"key"`
	Body stripeapi.Body `json:"body"`
	At   time.Time      `json:"at"`
	Made string         `json:"made,omitempty"` // the endpoint, when the answer came
}

// endpointRecord returns the creation that is still good for this look.
func (p *Plugin) endpointRecord(ctx context.Context, l endpointLook) (endpointRecord, Row, error) {
	name := endpointRow + string(l.environment)
	row, err := p.opts.Store.Get(ctx, p.opts.ShopID, name)
	if errors.Is(err, ErrNoRow) {
		return endpointRecord{}, Row{Shop: p.opts.ShopID, Checkout: name}, nil
	}
	var record endpointRecord
	if err == nil {
		err = json.Unmarshal(row.Body, &record)
	}
	over := p.now().Sub(record.At) > endpointKeyLife ||
		record.Made != "" && record.At.Before(l.at) // the look would have seen it: somebody has deleted it
	if record.Body != l.body || over {
		record = endpointRecord{}
	}
	return record, row, err
}

func (p *Plugin) createEndpoint(ctx context.Context, l *endpointLook) error {
	record, row, err := p.endpointRecord(ctx, *l)
	if err == nil && record.Key == "" {
		record = endpointRecord{Key: p.opts.NewID(), Body: l.body, At: p.now()}
		if err = p.putEndpointRecord(ctx, &row, record); errors.Is(err, ErrConflict) {
			record, row, err = p.endpointRecord(ctx, *l) // somebody else begins it: with the same key it is one
		}
	}
	if err != nil {
		return err
	}
	made, err := l.client.PostEndpoint(ctx, "", record.Body, record.Key)
	var refused *stripeapi.Error
	switch {
	case err == nil:
		record.Made = made.ID
		err = p.putEndpointRecord(ctx, &row, record)
	case errors.As(err, &refused) && refused.Definite():
		_ = p.opts.Store.Delete(ctx, row.Shop, row.Checkout, row.Version) // the old key makes nothing
		return err
	}
	if err != nil && !errors.Is(err, ErrConflict) {
		return err
	}
	l.report.ID, l.report.Secret, l.report.Missing = made.ID, made.Secret, nil
	l.mended(EndpointMissing, EndpointNoSecret, EndpointDisabled, EndpointEvents)
	return nil
}

func (p *Plugin) putEndpointRecord(ctx context.Context, row *Row, record endpointRecord) error {
	body, err := json.Marshal(record)
	if err != nil {
		return err
	}
	row.Body = body
	if err := p.opts.Store.Put(ctx, *row); err != nil {
		return err
	}
	row.Version++
	return nil
}
