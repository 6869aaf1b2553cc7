package reconcile

import "syscall"

// hugePages asks the system to back memory by large pages, so that touching it
// first costs less. It is a wish: nothing depends on it.
func hugePages(b []byte) { _ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) }
