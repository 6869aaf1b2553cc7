package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/html"
)

const maxBody = 20 << 20

// take reads the page and its scripts as they are now.
func take(ctx context.Context, client *http.Client, o options) (*inventory, error) {
	page, err := url.Parse(o.page)
	if err != nil || page.Host == "" {
		return nil, fmt.Errorf("%q is no address of a page", o.page)
	}
	inv := &inventory{Page: o.page, Headers: map[string]string{}}
	var body []byte
	if o.html != "" {
		body, err = os.ReadFile(o.html)
	} else {
		var header http.Header
		if body, header, err = get(ctx, client, page, o.cookie); err == nil {
			for _, name := range watched {
				if value := header.Get(name); value != "" {
					inv.Headers[name] = withoutNonce(value)
				}
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if inv.Scripts, err = scriptsOf(page, body); err != nil {
		return nil, err
	}
	for i := range inv.Scripts {
		s := &inv.Scripts[i]
		if s.Src == "" {
			continue
		}
		at, err := url.Parse(s.Src)
		if err != nil {
			return nil, fmt.Errorf("a script's address: %w", err)
		}
		cookie := o.cookie
		if at.Host != page.Host {
			cookie = "" // a session is for the shop alone
		}
		text, _, err := get(ctx, client, at, cookie)
		if err != nil {
			return nil, err
		}
		s.Hash = hash(text)
	}
	inv.sort()
	return inv, nil
}

// watched are the headers that decide which scripts may run (11.6.1).
var watched = []string{
	"Content-Security-Policy", "Content-Security-Policy-Report-Only", "Permissions-Policy", "Strict-Transport-Security",
	"X-Content-Type-Options", "X-Frame-Options",
}

// withoutNonce leaves out what is new with every answer.
func withoutNonce(policy string) string {
	fields := strings.Fields(policy)
	for i, f := range fields {
		if strings.HasPrefix(f, "'nonce-") {
			end := ""
			if strings.HasSuffix(f, ";") {
				end = ";"
			}
			fields[i] = "'nonce-…'" + end
		}
	}
	return strings.Join(fields, " ")
}

// get fetches an address. A redirect elsewhere is an error: the page that was
// asked for was not seen.
func get(ctx context.Context, client *http.Client, at *url.URL, cookie string) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "text/html,*/*")
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	answer, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	switch last := answer.Request.URL; {
	case err != nil:
		return nil, nil, err
	case last.Host != at.Host || last.Path != at.Path:
		return nil, nil, fmt.Errorf("%s redirects to %s (does it need a -cookie?)", at, last.Redacted())
	case answer.StatusCode != http.StatusOK:
		return nil, nil, fmt.Errorf("%s answers %d", at, answer.StatusCode)
	case len(body) > maxBody:
		return nil, nil, fmt.Errorf("%s is larger than %d bytes", at, maxBody)
	}
	return body, answer.Header, nil
}

// scriptsOf finds every script of a page: elements, handlers in attributes, and
// javascript: addresses.
func scriptsOf(page *url.URL, body []byte) ([]script, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	base := page
	var found []script
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "base" && base == page {
			if at, err := page.Parse(attr(n, "href")); err == nil {
				base = at
			}
		}
		if n.Data == "script" {
			found = append(found, scriptOf(base, n))
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			if strings.HasPrefix(a.Key, "on") || strings.HasPrefix(value, "javascript:") {
				found = append(found, script{Inline: "<" + n.Data + " " + a.Key + ">", Hash: hash([]byte(a.Val))})
			}
		}
	}
	return found, nil
}

func scriptOf(base *url.URL, n *html.Node) script {
	src := attr(n, "src")
	if src == "" {
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		name := "<script>"
		if kind := attr(n, "type"); kind != "" {
			name = "<script type=" + kind + ">"
		}
		return script{Inline: name, Hash: hash([]byte(text))}
	}
	if at, err := base.Parse(src); err == nil {
		src = at.String()
	}
	return script{Src: src, Integrity: attr(n, "integrity")}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// hash as browsers write it in integrity attributes.
func hash(text []byte) string {
	sum := sha512.Sum384(text)
	return "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
}
