//go:build unix

package dbtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// owner is the user that a server runs as; the zero owner is the present one.
type owner struct{ uid, gid uint32 }

// ownerOf returns the first of the users that is there, when the tests run as
// root, which servers refuse to.
func ownerOf(users []string) (owner, error) {
	if os.Geteuid() != 0 {
		return owner{}, nil
	}
	for _, name := range users {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return owner{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		return owner{uint32(uid), uint32(gid)}, err
	}
	return owner{}, fmt.Errorf("none of the users %v is there: %w", users, errNotInstalled)
}

func (o owner) give(path string) error {
	if o == (owner{}) {
		return nil
	}
	return os.Chown(path, int(o.uid), int(o.gid))
}

func (o owner) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if o != (owner{}) {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	dieWithParent(cmd.SysProcAttr)
}

// terminate asks the process to end, and ends it when it does not.
func (p *process) terminate() {
	_ = p.cmd.Process.Signal(syscall.SIGQUIT) // PostgreSQL: at once
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}
