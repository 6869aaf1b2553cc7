package peers_test

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

//go:embed node
var node embed.FS

// skipped says why a peer is not there. Where .ci/run has installed the program
// that is missing, that is a failure.
func skipped(t *testing.T, installed bool, why string, args ...any) {
	t.Helper()
	if installed && os.Getenv("STRIPESECURE_NO_SKIP") == "1" {
		t.Fatalf(why, args...)
	}
	t.Skipf(why, args...)
}

// packages installs what package-lock.json names into a folder of the user's
// cache, once, and returns the folder.
var packages = sync.OnceValues(func() (string, error) {
	lock, err := node.ReadFile("node/package-lock.json")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "stripesecure-peers", hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(filepath.Join(dir, "done")); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{".npmrc", "package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("node", name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	// Not "npm ci": it wants the programs of all other systems too.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return "", &installError{err, string(out)}
	}
	return dir, os.WriteFile(filepath.Join(dir, "done"), nil, 0o600)
})

type installError struct {
	error

	said string
}

func (e *installError) Error() string { return "npm install: " + e.error.Error() + "\n" + e.said }

// installed gives the folder with the packages, or skips the test.
func installed(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			skipped(t, true, "%s is not here: %v", name, err)
		}
	}
	dir, err := packages()
	if err != nil {
		skipped(t, false, "the packages cannot be had: %v", err)
	}
	return dir
}
