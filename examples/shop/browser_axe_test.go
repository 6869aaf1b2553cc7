package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/chromedp"
)

// axe is axe-core, installed once into a folder of the user's cache.
var axe = sync.OnceValues(func() (string, error) {
	const from = "testdata/axe"
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir := filepath.Join(cache, "stripesecure-axe", hex.EncodeToString(sum[:6]))
	script := filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	if text, err := os.ReadFile(script); err == nil {
		return string(text), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, name := range []string{".npmrc", "package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return "", &installError{err, string(out)}
	}
	text, err := os.ReadFile(script)
	return string(text), err
})

type installError struct {
	error

	said string
}

func (e *installError) Error() string { return "npm ci: " + e.error.Error() + "\n" + e.said }

// violation is what axe-core has found.
type violation struct {
	ID    string
	Help  string
	Nodes []string
}

// accessible fails the test for every violation of WCAG 2.1 A and AA on the page.
func (w *window) accessible(name string) {
	w.t.Helper()
	script, err := axe()
	if err != nil { // where .ci/run has installed npm, a registry may still be out of reach
		if _, missing := exec.LookPath("npm"); missing != nil && os.Getenv("STRIPESECURE_NO_SKIP") == "1" {
			w.t.Fatal("axe-core:", err)
		}
		w.t.Log("not looked at by axe-core:", err)
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](script+";true"))
	found := "[]"
	if err == nil {
		found, err = chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"],
		}).then(r => JSON.stringify(r.violations.map(v => ({
			id: v.id, help: v.help, nodes: v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary),
		}))))`, chromedp.EvalAwaitPromise))
	}
	var violations []violation
	if err == nil {
		err = json.Unmarshal([]byte(found), &violations)
	}
	if err != nil {
		w.fail("axe-core on "+name, err)
	}
	for _, v := range violations {
		w.t.Errorf("%s: %s: %s\n%s", name, v.ID, v.Help, strings.Join(v.Nodes, "\n"))
	}
}
