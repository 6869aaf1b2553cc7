package settings

import "context"

// Source is where the plugin gets the settings from: the host implements it on
// its own storage. It is asked on every call, so that what a merchant changes
// counts from the next buyer on; put [Cached] before a source that is slow.
//
// Settings returns a snapshot that the caller may keep and change. An error
// means that the settings cannot be known now; the plugin then offers nothing
// and sends nothing. A source need not validate: the plugin asks
// [Settings.Ready] itself. It must be safe for use by several goroutines.
type Source interface {
	Settings(ctx context.Context) (Settings, error)
}

// SourceFunc makes a function a [Source].
type SourceFunc func(ctx context.Context) (Settings, error)

// Settings calls f.
func (f SourceFunc) Settings(ctx context.Context) (Settings, error) { return f(ctx) }

// Fixed is a [Source] of settings that do not change: for tests, and for shops
// whose settings are part of their deployment. It keeps a copy of its own.
func Fixed(s Settings) Source { return fixed{s.Clone()} }

type fixed struct{ settings Settings }

func (f fixed) Settings(context.Context) (Settings, error) { return f.settings.Clone(), nil }

// FixedOf gives the settings of a source that [Fixed] has made; false for any
// other one, whose settings may change.
func FixedOf(source Source) (Settings, bool) {
	f, is := source.(fixed)
	if !is {
		return Settings{}, false
	}
	return f.settings.Clone(), true
}
