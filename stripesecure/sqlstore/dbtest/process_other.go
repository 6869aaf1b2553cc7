//go:build !unix

package dbtest

import (
	"fmt"
	"os/exec"
)

type owner struct{}

// ownerOf refuses: servers are started on Unix only. SQLite is tested anywhere.
func ownerOf([]string) (owner, error) {
	return owner{}, fmt.Errorf("a server for tests on this system is %w", errNotInstalled)
}

func (owner) give(string) error { return nil }

func (owner) apply(*exec.Cmd) {}

func (p *process) terminate() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}
