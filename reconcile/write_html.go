package reconcile

import (
	"errors"
	"io"

	"github.com/ec-plugins/stripesecure/wording"
)

// ErrNoHTML: the report as a page is not made yet.
var ErrNoHTML = errors.New("reconcile: the HTML report is not available yet")

// WriteHTML writes the report as one page that needs no network.
func (r *Report) WriteHTML(io.Writer, wording.Language) error { return ErrNoHTML }
