package main

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ec-plugins/stripesecure/wording"
)

// Both languages have the same texts with the same blanks, and every text that a
// page asks for is there.
func TestTexts(t *testing.T) {
	all, err := readTexts()
	if err != nil {
		t.Fatal(err)
	}
	ja, en := all[wording.Japanese], all[wording.English]
	blank := regexp.MustCompile(`%[0-9]*[sd]`)
	for key := range ja {
		if _, ok := en[key]; !ok {
			t.Errorf("%s has no English", key)
		}
		if a, b := blank.FindAllString(ja[key], -1), blank.FindAllString(en[key], -1); !slices.Equal(a, b) {
			t.Errorf("%s has blanks %v in Japanese and %v in English", key, a, b)
		}
	}
	for key := range en {
		if _, ok := ja[key]; !ok {
			t.Errorf("%s has no Japanese", key)
		}
	}
	asked := regexp.MustCompile(`\bt "([a-z0-9._]+)"`)
	used := map[string]bool{}
	err = fs.WalkDir(pageFiles, "pages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		page, err := pageFiles.ReadFile(path)
		for _, m := range asked.FindAllStringSubmatch(string(page), -1) {
			used[m[1]] = true
			if _, ok := ja[m[1]]; !ok {
				t.Errorf("%s asks for %s, which is not there", path, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Names that are put together, or asked for in Go.
	made := []string{"product.", "country.", "status.", "payment.", "card.", "trouble.", "address.", "fault.",
		"checkout.law.payment.", "demo.region.", "format.",
		"staff.filter.", "staff.todo.", "staff.3ds.", "staff.risk.", "staff.funding.", "staff.reason.", "staff.stripe.",
		"staff.dispute.reason.", "staff.evidence.", "staff.done.", "staff.fault.", "staff.outcome.", "staff.answer.",
		"staff.capture.", "staff.cancel.", "staff.refund.", "staff.inbox."}
	for key := range ja {
		if !used[key] && !slices.ContainsFunc(made, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			t.Errorf("%s is not used", key)
		}
	}
}

func TestYen(t *testing.T) {
	for n, want := range map[int64]string{0: "0円", 50: "50円", 999: "999円", 1000: "1,000円", 24200: "24,200円", 1234567: "1,234,567円"} {
		if got := yen(wording.Japanese, n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	if got := yen(wording.English, 24200); got != "¥24,200" {
		t.Errorf("English: %q", got)
	}
}

// Tax is rounded once for each rate, never line by line.
func TestBill(t *testing.T) {
	b := newBill([]line{{Price: 1296, Tax: 8, Quantity: 3}, {Price: 1650, Tax: 10, Quantity: 1}, {Price: 105, Tax: 8, Quantity: 1}}, "JP")
	want := []taxed{{10, 1650 + 660, 210}, {8, 3*1296 + 105, 295}}
	if b.Total != 3*1296+1650+105+660 || !slices.Equal(b.Taxes, want) {
		t.Errorf("bill %+v", b)
	}
	if free := newBill([]line{{Price: 11000, Tax: 10, Quantity: 1}}, "JP"); free.Shipping != 0 {
		t.Errorf("shipping of 11,000 yen is %d", free.Shipping)
	}
	if abroad := newBill([]line{{Price: 11000, Tax: 10, Quantity: 1}}, "FR"); abroad.Shipping != shippingAbroad {
		t.Errorf("shipping abroad is %d", abroad.Shipping)
	}
}

func TestAddress(t *testing.T) {
	good := demoMembers[0].Address
	if faults := good.faults(); len(faults) != 0 {
		t.Errorf("a good address has faults %v", faults)
	}
	all := address{Email: "hana", Phone: "12", Country: "XX", Building: strings.Repeat("館", 101)}
	for _, field := range []string{"name", "email", "phone", "country", "postal", "region", "city", "building"} {
		if all.faults()[field] == "" {
			t.Errorf("%s has no fault", field)
		}
	}
	if got := narrow("６０４－８１５５ ｈａｎａ＠ｅｘａｍｐｌｅ．ｊｐ"); got != "604-8155 hana@example.jp" {
		t.Errorf("narrow: %q", got)
	}
}
