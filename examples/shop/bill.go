package main

// bill is what a cart or an order costs, in yen. Prices include the tax.
type bill struct {
	Goods    int64
	Shipping int64
	Total    int64
	Taxes    []taxed
}

// taxed is the part of a bill with one tax rate. The tax is rounded once for
// each rate, as a qualified invoice wants it, and never line by line.
type taxed struct{ Rate, Amount, Tax int64 }

const (
	shippingJapan  = 660
	shippingAbroad = 2800
	freeFrom       = 11000 // goods, within Japan
	standardRate   = 10    // shipping has the standard rate
)

func newBill(lines []line, country string) bill {
	var b bill
	byRate := map[int64]int64{}
	for _, l := range lines {
		b.Goods += l.Total()
		byRate[l.Tax] += l.Total()
	}
	b.Shipping = shipping(b.Goods, country)
	b.Total = b.Goods + b.Shipping
	byRate[standardRate] += b.Shipping
	for _, rate := range []int64{10, 8} {
		if amount := byRate[rate]; amount > 0 {
			b.Taxes = append(b.Taxes, taxed{Rate: rate, Amount: amount, Tax: amount * rate / (100 + rate)})
		}
	}
	return b
}

func shipping(goods int64, country string) int64 {
	switch {
	case country != "" && country != "JP":
		return shippingAbroad
	case goods == 0 || goods >= freeFrom:
		return 0
	}
	return shippingJapan
}
