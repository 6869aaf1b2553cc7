// Package mockgen holds one test: it writes the mocks of plugintest, and fails
// when they are out of step with the interfaces. It stands apart because mocks
// that no longer compile must not keep it from running.
package mockgen
