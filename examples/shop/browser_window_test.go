package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to show what a test waits for.
const patience = 60 * time.Second

// window is one browser window with its own cookies.
type window struct {
	t    *testing.T
	ctx  context.Context
	shop *testShop
	look look
}

// look is how the visitor sees the shop.
type look struct {
	lang  string
	width int64
	noJS  bool
	dark  bool
}

var (
	desktop   = look{lang: "ja", width: 1280}
	phone     = look{lang: "ja", width: 390}
	desktopEN = look{lang: "en", width: 1280}
	phoneEN   = look{lang: "en", width: 390}
)

func (l look) narrow() bool { return l.width < 500 }

// window opens a window of the shop.
func (s *testShop) window(look look) *window {
	s.t.Helper()
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		if os.Getenv("STRIPESECURE_NO_SKIP") == "1" {
			s.t.Fatal("browser test:", chromium.err)
		}
		s.t.Skip("browser test skipped:", chromium.err)
	}
	return newWindow(s, chromium.ctx, look, chromedp.WithNewBrowserContext())
}

// tab is a second tab of the same window: it shares the cookies.
func (w *window) tab() *window {
	w.t.Helper()
	return newWindow(w.shop, w.ctx, w.look)
}

func newWindow(s *testShop, parent context.Context, look look, options ...chromedp.ContextOption) *window {
	s.t.Helper()
	ctx, stop := chromedp.NewContext(parent, options...)
	s.t.Cleanup(stop)
	w := &window{t: s.t, ctx: ctx, shop: s, look: look}
	w.listen()
	height := int64(900)
	if look.narrow() {
		height = 844
	}
	// The first call opens the window, and ends it with its own context.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, height)); err != nil {
		s.t.Fatal("open a window:", err)
	}
	_, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
		UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36", AcceptLanguage: look.lang})
	if err == nil && look.noJS {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	if err == nil && look.dark {
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	}
	if err != nil {
		s.t.Fatal("open a window:", err)
	}
	return w
}

// listen fails the test when the page breaks its own rules: an error of a script,
// or something that the Content-Security-Policy has stopped.
func (w *window) listen() {
	w.t.Helper()
	err := chromedp.Listen(w.ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Source == log.EntrySourceSecurity || strings.Contains(e.Entry.Text, "Content Security Policy") {
				w.t.Errorf("browser: %s %s", e.Entry.Text, e.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			w.t.Errorf("browser: %s", e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		w.t.Fatal("listen to the window:", err)
	}
}

type step = chromedp.Action[chromedp.Void]

// do takes the steps, and ends the test with a picture when one of them fails.
func (w *window) do(what string, steps ...step) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := again(ctx, func() error { return chromedp.Do(ctx, steps...) }); err != nil {
		w.fail(what, err)
	}
}

// again takes a step once more when its page was replaced under it: the browser
// then knows its node no more (-32000), and nothing has been clicked or typed.
func again(ctx context.Context, step func() error) error {
	for {
		err := step()
		if err == nil || !strings.Contains(err.Error(), "-32000") || ctx.Err() != nil {
			return err
		}
	}
}

func (w *window) fail(what string, err error) {
	w.t.Helper()
	w.shot("failed-" + strings.NewReplacer("/", "-", " ", "-").Replace(w.t.Name()))
	w.t.Fatalf("%s: %v\non the page: %s", what, err, w.page())
}

// page is the text of the page, for the message of a failed test.
func (w *window) page() string {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	here, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err.Error()
	}
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	if err != nil {
		return here + " (" + err.Error() + ")"
	}
	return here + "\n" + text
}

func (w *window) open(path string) {
	w.t.Helper()
	w.do("open "+path, chromedp.Navigate(w.shop.url+path))
}

// at waits until the window shows that page of the shop.
func (w *window) at(page string) {
	w.t.Helper()
	w.do("wait for the page "+page, chromedp.WaitVisible(chromedp.CSS(`body[data-page="`+page+`"] .foot`)))
}

func (w *window) click(selector string) {
	w.t.Helper()
	w.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (w *window) fill(selector, text string) {
	w.t.Helper()
	w.do("fill in "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%q).value = '', true", selector))); err != nil {
		w.fail("clear "+selector, err)
	}
	w.do("fill in "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (w *window) see(selector string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	var text string
	err := again(ctx, func() (err error) {
		text, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible))
		return err
	})
	if err != nil {
		w.fail("look at "+selector, err)
	}
	return strings.TrimSpace(text)
}

// bank answers in the 3-D Secure page of the bank: in the dialog, or in the
// window where the browser was sent there.
func (w *window) bank(answer string) {
	w.t.Helper()
	button := chromedp.CSS(`button[value="` + answer + `"]`)
	if w.look.noJS {
		w.do("answer the bank", chromedp.Click(button, chromedp.NodeVisible))
		return
	}
	clicked := false
	w.inBank(func(frame *chromedp.Node) step {
		clicked = true
		return chromedp.Click(button, chromedp.NodeVisible, chromedp.FromNode(frame))
	}, func() bool {
		// The frame went away under the click: the bank has its answer.
		return clicked && w.dialogIsGone()
	})
	w.do("the bank's dialog closes", chromedp.WaitNotPresent(chromedp.CSS("dialog iframe")))
}

func (w *window) dialogIsGone() bool {
	ctx, cancel := context.WithTimeout(w.ctx, 3*time.Second)
	defer cancel()
	gone, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!document.querySelector('dialog iframe')"))
	return err == nil && gone
}

// atBank waits for the bank's page in the dialog.
func (w *window) atBank() {
	w.t.Helper()
	w.inBank(func(frame *chromedp.Node) step {
		return chromedp.WaitVisible(chromedp.CSS("button"), chromedp.FromNode(frame))
	}, func() bool { return false })
}

// inBank takes a step in the dialog's frame. The frame's document is replaced
// while it loads, so a step that finds nothing is tried again, unless it is over.
func (w *window) inBank(do func(frame *chromedp.Node) step, over func() bool) {
	w.t.Helper()
	all, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		ctx, cancel := context.WithTimeout(all, 3*time.Second)
		frames, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS("dialog iframe"), chromedp.NodeVisible))
		if err == nil {
			err = chromedp.Do(ctx, do(frames[0]))
		}
		cancel()
		if err == nil || over() {
			return
		}
		if all.Err() != nil {
			w.fail("in the bank's page", err)
		}
	}
}

// shot keeps a picture of the whole page: ja-390-cart.png.
func (w *window) shot(name string) {
	w.t.Helper()
	folder := os.Getenv("STRIPESECURE_ARTIFACTS")
	if folder == "" {
		folder = filepath.Join("..", "..", "artifacts")
	}
	folder = filepath.Join(folder, "shop")
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("scrollTo(0, 0), true")) // what sticks is in its place
	var png []byte
	if err == nil {
		png, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
	}
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	width := "1280"
	if w.look.narrow() {
		width = "390"
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, w.look.lang+"-"+width+"-"+name+".png"), png, 0o644)
	}
	if err != nil {
		w.t.Errorf("picture %s: %v", name, err)
	}
}
