//go:build !race

package checkout

const raceDetector = false
