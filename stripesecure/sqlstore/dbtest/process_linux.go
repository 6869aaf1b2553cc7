package dbtest

import "syscall"

// dieWithParent ends a server also when the tests are killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
