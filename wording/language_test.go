package wording

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseReadsThePrimarySubtag(t *testing.T) {
	for tag, want := range map[string]Language{
		"ja": Japanese, "JA": Japanese, "ja-JP": Japanese, "ja_JP.UTF-8": Japanese, " ja ": Japanese, "ja-Latn-JP-u-ca-japanese": Japanese,
		"en": English, "en-GB": English, "": English, "*": English, "fr": English, "jav": English, "japanese": English, "x-ja": English,
	} {
		require.Equal(t, want, Parse(tag), tag)
	}
}

func TestMatchTakesTheHighestWeight(t *testing.T) {
	for header, want := range map[string]Language{
		"":                                      English,
		"*":                                     English,
		"fr":                                    English,
		"ja":                                    Japanese,
		"ja-JP,ja;q=0.9,en;q=0.8":               Japanese,
		"en-US,en;q=0.9,ja;q=0.8":               English,
		"fr, ja;q=0.5, en;q=0.4":                Japanese,
		"en;q=0.5,ja;q=0.5":                     English,
		"ja;q=0.5,en;q=0.5":                     Japanese,
		"en;q=0.4 , JA-jp ; Q = 0.41":           Japanese,
		"ja;q=0":                                English,
		"ja;q=x":                                English,
		"ja;q=NaN":                              English,
		"ja;q=2":                                English,
		"ja;q=-1,en;q=0.1":                      English,
		",,;,ja":                                Japanese,
		strings.Repeat("fr,", 1_000_000) + "ja": English, // only the beginning is read
	} {
		require.Equal(t, want, Match(header), header[:min(len(header), 40)])
	}
}

func TestEveryTagIsUnderstoodEverywhere(t *testing.T) {
	w := Wording{Japanese: {Name: "カード払い"}}
	require.Equal(t, "カード払い", w.Page("ja-JP", Context{}).Name)
	require.Equal(t, "Credit or debit card", w.Page("", Context{}).Name)
	require.Equal(t, For(Returned, Japanese, Facts{NotCharged: true}), For(Returned, "ja_JP", Facts{NotCharged: true}))
	require.Equal(t, []Language{Japanese, English}, Languages())
}
