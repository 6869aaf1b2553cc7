package stripesecure_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ec-plugins/stripesecure/stripesecure"
	"github.com/ec-plugins/stripesecure/wording"
)

func TestMoney_toAndFromMinorUnits_CUR(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		minor            int64
	}{
		{"500", "JPY", 500}, {"19.99", "USD", 1999}, {"8.20", "USD", 820}, {"0.01", "USD", 1},
		{"5.120", "KWD", 5120}, {"35.200", "BHD", 35200}, {"5", "ISK", 500}, {"5", "UGX", 500}, {"380000", "UGX", 38000000},
		{"10.50", "HUF", 1050}, {"10.50", "TWD", 1050}, {"700", "MGA", 700}, {"500", "KRW", 500}, {"12.34", "LBP", 1234},
	} {
		t.Run(c.amount+c.currency, func(t *testing.T) {
			m, err := stripesecure.ParseMoney(c.amount, c.currency)
			require.NoError(t, err)
			minor, err := m.Minor()
			require.NoError(t, err)
			assert.Equal(t, c.minor, minor)
			back := stripesecure.FromMinor(minor, strings.ToLower(c.currency))
			assert.Equal(t, m, back, "deeply equal: exactly the currency's decimals")
			assert.Equal(t, c.amount+" "+c.currency, back.String())
		})
	}
}

func TestMoney_everyCentIsExact_AMT12(t *testing.T) {
	for cents := int64(1); cents <= 10_000; cents++ {
		m := stripesecure.FromMinor(cents, "USD")
		text, _, _ := strings.Cut(m.String(), " ")
		parsed, err := stripesecure.ParseMoney(text, "USD")
		require.NoError(t, err)
		minor, err := parsed.Minor()
		require.NoError(t, err)
		require.Equal(t, cents, minor)
	}
}

func TestMoney_whatDoesNotFitIsAnError(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		want             error
	}{
		{"12.5", "JPY", stripesecure.ErrAmount}, {"5.124", "KWD", stripesecure.ErrAmount}, {"5.5", "ISK", stripesecure.ErrAmount},
		{"5.5", "UGX", stripesecure.ErrAmount}, {"1.999", "USD", stripesecure.ErrAmount}, {"-5", "USD", stripesecure.ErrAmount},
		{"5", "XXX", stripesecure.ErrCurrency}, {"5", "jpy", stripesecure.ErrCurrency}, {"5", "", stripesecure.ErrCurrency},
		{"1e3", "JPY", stripesecure.ErrAmount}, {"1,200", "JPY", stripesecure.ErrAmount}, {"１２００", "JPY", stripesecure.ErrAmount},
		{"+5", "JPY", stripesecure.ErrAmount}, {" 5", "JPY", stripesecure.ErrAmount}, {"", "JPY", stripesecure.ErrAmount},
		{"1.2.3", "USD", stripesecure.ErrAmount}, {".5", "USD", stripesecure.ErrAmount}, {"5.", "USD", stripesecure.ErrAmount},
		{"100000000000000000000", "JPY", stripesecure.ErrAmount}, {"9999999999999999999", "JPY", stripesecure.ErrAmount},
	} {
		t.Run(c.amount+c.currency, func(t *testing.T) {
			_, err := stripesecure.ParseMoney(c.amount, c.currency)
			assert.ErrorIs(t, err, c.want)
			assert.NotContains(t, err.Error(), c.amount+"!", "the value is not repeated")
		})
	}
}

func TestMoney_aHugeExponentCostsNothing(t *testing.T) {
	start := time.Now()
	huge := stripesecure.Money{Amount: decimal.New(1, 10_000_000), Currency: "JPY"}
	_, err := huge.Minor()
	require.ErrorIs(t, err, stripesecure.ErrAmount)
	assert.Equal(t, "invalid amount", huge.String())
	assert.False(t, huge.Equal(huge))
	var m stripesecure.Money
	require.Error(t, json.Unmarshal([]byte(`{"amount":"1e10000000","currency":"JPY"}`), &m))
	assert.Less(t, time.Since(start), time.Second)
}

func TestMoney_JSON(t *testing.T) {
	data, err := json.Marshal(stripesecure.FromMinor(1250, "EUR"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"amount":"12.50","currency":"EUR"}`, string(data))
	var m stripesecure.Money
	require.NoError(t, json.Unmarshal(data, &m))
	assert.Equal(t, stripesecure.FromMinor(1250, "EUR"), m)
	assert.ErrorIs(t, json.Unmarshal([]byte(`{"amount":12.5,"currency":"EUR"}`), &m), stripesecure.ErrAmount)
}

func TestMoney_limits_AMT16(t *testing.T) {
	least, most := stripesecure.Limits("JPY")
	assert.Equal(t, stripesecure.JPY(50), least)
	assert.Equal(t, stripesecure.JPY(99_999_999), most)
	least, _ = stripesecure.Limits("HUF")
	assert.Equal(t, "175.00 HUF", least.String())
	least, most = stripesecure.Limits("XXX")
	assert.Zero(t, least)
	assert.Zero(t, most)
}

func TestFormatMoney(t *testing.T) {
	assert.Equal(t, "1,200円", stripesecure.FormatMoney(stripesecure.JPY(1200), wording.Japanese))
	assert.Equal(t, "¥1,234,567", stripesecure.FormatMoney(stripesecure.JPY(1234567), wording.English))
	assert.Equal(t, "1,012.50 EUR", stripesecure.FormatMoney(stripesecure.FromMinor(101250, "EUR"), wording.English))
	assert.Empty(t, stripesecure.FormatMoney(stripesecure.Money{}, wording.English))
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"1200", "12.50", "1e9", "0.001", "-1"} {
		f.Add(text, "USD")
	}
	f.Fuzz(func(t *testing.T, text, currency string) {
		m, err := stripesecure.ParseMoney(text, currency)
		if err != nil {
			return
		}
		minor, err := m.Minor()
		require.NoError(t, err)
		require.Equal(t, m, stripesecure.FromMinor(minor, currency))
	})
}
