package stripeapi_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure/internal/stripeapi"
)

const paid = `{"id":"evt_1","object":"event","api_version":"2024-06-20","created":1700000000,"livemode":true,"type":"payment_intent.succeeded",
"account":"acct_9","data":{"object":{"id":"pi_1","object":"payment_intent","created":1600000000,"customer":"cus_1","metadata":{"order_id":"R-1",
"stripesecure_shop":"shop","stripesecure_checkout":"cart-1","stripesecure_attempt":"a-1","stripesecure_signature":"good"}}}}`

func own(shop, checkout, attempt, signature string) bool {
	return shop == "shop" && checkout == "cart-1" && attempt == "a-1" && signature == "good"
}

func TestReadEvent(t *testing.T) {
	ev, err := stripeapi.ReadEvent([]byte(paid), own)
	require.NoError(t, err)
	assert.Equal(t, stripeapi.Event{
		ID: "evt_1", Kind: "payment_intent.succeeded", Account: "acct_9", Version: "2024-06-20", Live: true,
		Created: time.Unix(1_700_000_000, 0).UTC(), Object: "payment_intent", ObjectID: "pi_1", Intent: "pi_1",
		ObjectCreated: time.Unix(1_600_000_000, 0).UTC(),
	}, ev)

	about := func(object string) string {
		return `{"id":"evt_1","type":"x","data":{"object":` + object + `}}`
	}
	for name, c := range map[string]struct {
		body    string
		intent  string
		foreign bool
	}{
		"a charge":                              {about(`{"object":"charge","id":"ch_1","payment_intent":"pi_2"}`), "pi_2", false},
		"a charge without a PaymentIntent":      {about(`{"object":"charge","id":"ch_1","payment_intent":null}`), "", false},
		"a dispute":                             {about(`{"object":"dispute","payment_intent":"pi_2"}`), "pi_2", false},
		"a refund":                              {about(`{"object":"refund","payment_intent":"pi_2"}`), "pi_2", false},
		"a review":                              {about(`{"object":"review","payment_intent":"pi_2"}`), "pi_2", false},
		"an early fraud warning":                {about(`{"object":"radar.early_fraud_warning","payment_intent":"pi_2"}`), "pi_2", false},
		"an expanded PaymentIntent":             {about(`{"object":"charge","payment_intent":{"id":"pi_2"}}`), "", false},
		"something else that has one":           {about(`{"object":"invoice","id":"in_1","payment_intent":"pi_2"}`), "", false},
		"nothing we know":                       {about(`{"object":"balance"}`), "", false},
		"another shop's":                        {strings.Replace(paid, `"shop"`, `"other"`, 1), "pi_1", true},
		"a forged signature":                    {strings.Replace(paid, `"good"`, `"bad"`, 1), "pi_1", true},
		"somebody's without our metadata":       {about(`{"object":"payment_intent","id":"pi_1","metadata":{"order":"7"}}`), "pi_1", true},
		"metadata that are not there":           {about(`{"object":"payment_intent","id":"pi_1"}`), "pi_1", false},
		"escapes and blanks, SIG-01":            {"\n " + about(`{ "\u006fbject" : "charge", "payment_intent":"p\u0069_2" }`) + " \n", "pi_2", false},
		"a newer version with other types":      {about(`{"object":"charge","payment_intent":"pi_2","metadata":[],"id":{"new":1}}`), "pi_2", false},
		"a name of ours deeper in another part": {about(`{"object":"charge","payment_intent":"pi_2","billing":{"payment_intent":"pi_3"}}`), "pi_2", false},
	} {
		ev, err := stripeapi.ReadEvent([]byte(c.body), own)
		require.NoError(t, err, name)
		assert.Equal(t, c.intent, ev.Intent, name)
		assert.Equal(t, c.foreign, ev.Foreign, name)
	}
}

// What is signed and no event is refused: nothing is guessed.
func TestReadEvent_refused(t *testing.T) {
	for name, body := range map[string]string{
		"empty":                   "",
		"an array":                `[]`,
		"a string":                `"evt_1"`,
		"truncated":               paid[:len(paid)/2],
		"doubled":                 paid + paid,
		"something behind it":     paid + "x",
		"no id":                   `{"type":"x","data":{"object":{}}}`,
		"no type":                 `{"id":"evt_1","data":{"object":{}}}`,
		"id twice":                strings.Replace(paid, `"id":"evt_1"`, `"id":"evt_1","id":"evt_2"`, 1),
		"id in another case":      strings.Replace(paid, `"id":"evt_1"`, `"id":"evt_1","ID":"evt_2"`, 1),
		"object id twice":         strings.Replace(paid, `"id":"pi_1"`, `"id":"pi_1","Id":"pi_2"`, 1),
		"livemode twice":          strings.Replace(paid, `"livemode":true`, `"livemode":true,"LiveMode":false`, 1),
		"account null, then set":  strings.Replace(paid, `"account":"acct_9"`, `"account":null,"account":"acct_9"`, 1),
		"two objects":             strings.Replace(paid, `"data":{`, `"data":{"object":{"id":"pi_7"}},"data":{`, 1),
		"signature in other case": strings.Replace(paid, `"stripesecure_signature":"good"`, `"stripesecure_signature":"bad","Stripesecure_signature":"good"`, 1),
		"10,000 brackets":         strings.Repeat("[", 10_001),
	} {
		_, err := stripeapi.ReadEvent([]byte(body), own)
		assert.Error(t, err, name)
		if err != nil {
			assert.Equal(t, "not an event", err.Error(), "the text says nothing of the body")
		}
	}
}

// FuzzReadEvent holds the narrow reading against maps with exact names.
func FuzzReadEvent(f *testing.F) {
	f.Add([]byte(paid))
	f.Add([]byte(`{"id":"evt_1","type":"x","data":{"object":{"object":"charge","payment_intent":"pi_1"}}}`))
	f.Add([]byte(`{"id":"evt_1","ID":"evt_2","type":"x"}`))
	f.Add([]byte(`{"id":"evt_1","type":"x","data":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		ev, err := stripeapi.ReadEvent(body, own)
		if err != nil {
			return
		}
		var top map[string]any
		require.NoError(t, json.Unmarshal(body, &top), "what is accepted is one JSON object")
		exact := func(from map[string]any, name, got string) {
			if want, ok := from[name].(string); ok {
				require.Equal(t, want, got, name)
			}
		}
		exact(top, "id", ev.ID)
		exact(top, "type", ev.Kind)
		exact(top, "account", ev.Account)
		if data, ok := top["data"].(map[string]any); ok {
			if object, ok := data["object"].(map[string]any); ok {
				exact(object, "object", ev.Object)
				exact(object, "id", ev.ObjectID)
				if ev.Object == "charge" {
					exact(object, "payment_intent", ev.Intent)
				}
			}
		}
	})
}
