//go:build !linux

package reconcile

func hugePages([]byte) {}
