package admin

import (
	"context"
	"errors"
	"time"

	"github.com/ec-plugins/stripesecure/settings"
	"github.com/ec-plugins/stripesecure/wording"
)

// State is everything that a merchant sets for one payment method.
type State struct {
	// Version counts what was saved. 0: nothing is stored yet, and the rest is
	// what the host begins with.
	Version  int64
	Settings settings.Settings
	Wording  wording.Wording
}

// What a [Change] was about.
const (
	ActionSettings = "settings" // 基本設定
	ActionWording  = "wording"  // 文言設定
	ActionSite     = "site"     // "this is the live shop" was confirmed
	ActionInbox    = "inbox"    // an entry of the inbox was made due again
	ActionDismiss  = "dismiss"  // a parked entry of the inbox was taken out
	ActionNews     = "news"     // news was told to the host again
	ActionCapture  = "capture"  // a hold was captured
	ActionVoid     = "void"     // a hold was released, and its order cancelled
	ActionRefund   = "refund"   // captured money was given back
	// ActionDuplicate: money that was captured beside the order's payment was given back.
	ActionDuplicate = "duplicate"

	ActionCompare  = "compare"  // orders and payments were compared
	ActionRepair   = "repair"   // differences that a comparison has found were repaired
	ActionEndpoint = "endpoint" // the webhook endpoint was registered or mended
)

// Change is one entry of the log: who changed what, and when. It holds no secret.
type Change struct {
	Version int64     `json:"version"` // of the State that it made
	At      time.Time `json:"at"`      // UTC
	By      string    `json:"by"`      // the clerk's name
	Action  string    `json:"action"`
	Fields  []Changed `json:"fields,omitempty"`
}

// Changed is one field of a change. Field is a [settings.FieldID], or
// "ja.description" for a text of the wording. Of a secret, From and To are its
// last four characters, or [HiddenSecret] where four would tell too much; empty
// means none. Long texts are cut.
type Changed struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// HiddenSecret stands in a log for a secret of which nothing may be shown.
const HiddenSecret = "****"

// Store keeps what a merchant sets for one payment method, and the log of its
// changes. The host implements it on its own storage, or takes a [RowStore]. It
// must be safe for use by several goroutines and several servers.
//
// Secrets must be encrypted at rest: package vault does it.
type Store interface {
	// Load returns what is stored, or what the host begins with as Version 0.
	Load(ctx context.Context) (State, error)

	// Save stores next if the stored version is still next.Version, gives it
	// version next.Version+1 and the change the same, both in one transaction.
	// ErrChanged means that nothing was stored.
	Save(ctx context.Context, next State, change Change) error

	// Changes returns up to limit entries of the log whose Version is below
	// before (0: from the newest), the newest first.
	Changes(ctx context.Context, before int64, limit int) ([]Change, error)
}

// ErrChanged: somebody else has saved since the state was loaded.
var ErrChanged = errors.New("admin: somebody else has saved meanwhile")
