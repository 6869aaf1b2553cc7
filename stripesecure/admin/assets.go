package admin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var assetFiles embed.FS

// assetNames give every file a name with its hash, so that browsers may keep it
// for ever: "admin.css" → "admin-1f3a….css".
var assetNames, assetData = func() (names map[string]string, data map[string][]byte) {
	names, data = map[string]string{}, map[string][]byte{}
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, file := range files {
		content, err := assetFiles.ReadFile("assets/" + file.Name())
		if err != nil {
			panic(err) // likewise
		}
		sum := sha256.Sum256(content)
		end := path.Ext(file.Name())
		hashed := strings.TrimSuffix(file.Name(), end) + "-" + hex.EncodeToString(sum[:6]) + end
		names[file.Name()], data[hashed] = hashed, content
	}
	return names, data
}()

// serveAsset needs no login: the files are those of the library.
func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	content, known := assetData[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
