package stripesecure

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assets embed.FS

// The served files have a hash of their content in their name, so that they can
// be kept for ever by browsers.
var hashedName = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{"stripesecure.js", "stripesecure.css", "page.css"} {
		data, err := assets.ReadFile("assets/" + name)
		if err != nil {
			panic(err) // embedded
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(name)
		names[name] = strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	}
	return names
})

func scriptName() string { return hashedName()["stripesecure.js"] }
func styleName() string  { return hashedName()["stripesecure.css"] }

// serveAsset serves an embedded file below its hashed name. A page that was
// drawn before the last deploy asks for the old name, and gets today's file.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	asked := r.PathValue("asset")
	for name, hashed := range hashedName() {
		ext := path.Ext(name)
		if path.Ext(asked) != ext || !strings.HasPrefix(asked, strings.TrimSuffix(name, ext)+".") {
			continue
		}
		if asked == hashed {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		http.ServeFileFS(w, r, assets, "assets/"+name)
		return
	}
	http.NotFound(w, r)
}
