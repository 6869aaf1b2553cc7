// Package wording holds the texts that buyers see.
package wording
