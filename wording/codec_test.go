package wording

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEncodeAndDecodeGiveTheSame(t *testing.T) {
	for _, w := range []Wording{
		{},
		{Japanese: {Name: "カード払い"}},
		{English: {Name: "<b>&</b>", OrderMail: "a\nb\"\\"}, Japanese: {SaveConsent: "同意", SaveNotice: "説明", Description: "{brands}"}},
		Default(),
	} {
		data, err := Encode(w)
		require.NoError(t, err)
		got, err := Decode(data)
		require.NoError(t, err)
		require.Equal(t, w, got)
		again, err := Encode(got)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	}
}

func TestEncodeIsReadableAndStable(t *testing.T) {
	data, err := Encode(Wording{Japanese: {OrderMail: "<{amount}>", Name: "カード"}, English: {}})
	require.NoError(t, err)
	require.Equal(t, `{"ja":{"name":"カード","order_mail":"<{amount}>"}}`, string(data))
	data, err = Encode(nil)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(data))
}

func TestEncodeRefusesWhatValidateRefuses(t *testing.T) {
	data, err := Encode(Wording{English: {Name: "{"}})
	require.Nil(t, data)
	require.Equal(t, Faults{{English, FieldName, FaultUnbalancedBrace, ""}}, faultsOf(t, err))
}

func TestDecodeNamesEveryFault(t *testing.T) {
	for _, c := range []struct {
		data string
		want Faults
	}{
		{``, Faults{{Code: FaultSyntax}}},
		{`{`, Faults{{Code: FaultSyntax}}},
		{`{} {}`, Faults{{Code: FaultSyntax}}},
		{"{\"ja\":{\"name\":\"\xff\"}}", Faults{{Code: FaultInvalidUTF8}}},
		{`null`, Faults{{Code: FaultWrongType}}},
		{`[]`, Faults{{Code: FaultWrongType}}},
		{`{"ja":null}`, Faults{{Japanese, "", FaultWrongType, ""}}},
		{`{"ja":"x"}`, Faults{{Japanese, "", FaultWrongType, ""}}},
		{`{"fr":{}}`, Faults{{"fr", "", FaultUnknownLanguage, ""}}},
		{`{"JA":{}}`, Faults{{"JA", "", FaultUnknownLanguage, ""}}},
		{`{"ja":{"Name":"x"}}`, Faults{{Japanese, "Name", FaultUnknownField, ""}}},
		{`{"ja":{"name":null}}`, Faults{{Japanese, FieldName, FaultWrongType, ""}}},
		{`{"ja":{"name":1},"en":{"title":"x","order_mail":{"a":[]},"description":true}}`, Faults{
			{Japanese, FieldName, FaultWrongType, ""},
			{English, "title", FaultUnknownField, ""},
			{English, FieldOrderMail, FaultWrongType, ""},
			{English, FieldDescription, FaultWrongType, ""},
		}},
		{`{"ja":{"name":"a","name":"b"}}`, Faults{{Japanese, FieldName, FaultDuplicate, ""}}},
		{`{"ja":{},"ja":{}}`, Faults{{Japanese, "", FaultDuplicate, ""}}},
		{`{"ja":{"sk_live_0123456789":"x"}}`, Faults{{Japanese, "***", FaultUnknownField, ""}}},
		{`{"ja":{"name":"` + strings.Repeat("x", MaxEncoded) + `"}}`, Faults{{Code: FaultTooLarge, Detail: "65536"}}},
	} {
		w, err := Decode([]byte(c.data))
		require.Nil(t, w)
		require.Equal(t, c.want, faultsOf(t, err), c.data)
	}
}

// What an older version stored must still show, so Decode does not validate.
func TestDecodeKeepsTextsThatValidateWouldRefuse(t *testing.T) {
	w, err := Decode([]byte(`{"en":{"name":"{old}"}}`))
	require.NoError(t, err)
	require.Equal(t, "{old}", w.Page(English, Context{}).Name)
	require.Error(t, w.Validate())
}

// Every wording without faults fits into what Decode reads.
func TestTheLargestWordingFits(t *testing.T) {
	w := make(Wording)
	for _, lang := range Languages() {
		var texts Texts
		for _, info := range Fields() {
			texts = texts.With(info.Field, strings.Repeat("𠮟", info.MaxRunes))
		}
		w[lang] = texts
	}
	data, err := Encode(w)
	require.NoError(t, err)
	got, err := Decode(data)
	require.NoError(t, err)
	require.Equal(t, w, got)
}

// The wire form of a message is what Result gives to a browser.
func TestMessageJSON(t *testing.T) {
	data, err := json.Marshal(For(DeclinedExpired, English, Facts{}))
	require.NoError(t, err)
	require.JSONEq(t, `{"code":"declined_expired","text":"This card has expired. Please use another card."}`, string(data))
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"ja":{"name":"x"},"en":{"order_mail":"{amount}"}}`))
	f.Add([]byte(`{"ja":{"ja":[{}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := Decode(data)
		if err != nil {
			require.NotEmpty(t, faultsOf(t, err).Error())
			return
		}
		encoded, err := Encode(w)
		if err != nil {
			return // stored once, refused when it is saved again
		}
		again, err := Decode(encoded)
		require.NoError(t, err)
		require.Equal(t, w.Page(Japanese, Context{}), again.Page(Japanese, Context{}))
	})
}
