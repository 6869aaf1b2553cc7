package stripetest

import (
	"fmt"
	"maps"
	"unicode/utf8"
)

// Limits of metadata (stripe-facts §7; Stripe docs page "Metadata").
const (
	maxMetadataKeys  = 50
	maxMetadataKey   = 40
	maxMetadataValue = 500
)

func checkMetadata(n *node, name string) *Error {
	if !n.hash {
		if n.value == "" {
			return nil // clears all
		}
		return invalid("", name, "Invalid hash")
	}
	for _, value := range n.kids {
		key := value.name
		if value.hash {
			return invalid("", nest(name, key), "Metadata values must be strings, but for key "+clip(key, 40)+" you passed in a hash.")
		}
		if c := utf8.RuneCountInString(key); c > maxMetadataKey {
			return invalid("", nest(name, key), fmt.Sprintf("Metadata keys can have up to %d characters, but you passed in %s, which has %d characters.", maxMetadataKey, clip(key, 20), c))
		}
		if c := utf8.RuneCountInString(value.value); c > maxMetadataValue {
			return invalid("", nest(name, key), fmt.Sprintf("Metadata values can have up to %d characters, but you passed in a value that is %d characters. Invalid value: %s", maxMetadataValue, c, clip(value.value, 20)))
		}
	}
	if len(n.kids) > maxMetadataKeys {
		return tooMuchMetadata(name, len(n.kids))
	}
	return nil
}

func tooMuchMetadata(name string, n int) *Error {
	return invalid("", name, fmt.Sprintf("You can have up to %d metadata keys, but you passed in %d.", maxMetadataKeys, n))
}

// mergeMetadata gives old with what was sent laid over it: an empty value drops
// its key, an empty metadata parameter drops all. old is not changed, because
// events hold on to it.
func mergeMetadata(old map[string]string, sent *node) (map[string]string, *Error) {
	if sent == nil {
		return old, nil
	}
	if !sent.hash {
		return map[string]string{}, nil
	}
	merged := maps.Clone(old)
	if merged == nil {
		merged = map[string]string{}
	}
	for _, kid := range sent.kids {
		if kid.value == "" {
			delete(merged, kid.name)
		} else {
			merged[kid.name] = kid.value
		}
	}
	if len(merged) > maxMetadataKeys {
		return nil, tooMuchMetadata("metadata", len(merged))
	}
	return merged, nil
}
