//go:build race

package checkout

// raceDetector makes everything ten times slower, and there is nothing to race.
const raceDetector = true
