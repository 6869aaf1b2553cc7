package dbtest

import (
	"os"
	"os/exec"
	"runtime"
)

// process is a server's.
type process struct {
	cmd     *exec.Cmd
	logPath string
	ended   chan struct{}
}

func startProcess(cmd *exec.Cmd, who owner, logPath string) (*process, error) {
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	who.apply(cmd)
	p := &process{cmd: cmd, logPath: logPath, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		defer func() { _ = log.Close() }()
		// Linux ends the child with the thread that has started it, so this
		// thread stays.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// stop returns when the process has ended.
func (p *process) stop() {
	select {
	case <-p.ended:
	default:
		p.terminate()
	}
}

// log returns the end of what the process has written.
func (p *process) log() string {
	text, _ := os.ReadFile(p.logPath)
	return string(text[max(0, len(text)-2000):])
}
