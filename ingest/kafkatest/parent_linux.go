package kafkatest

import (
	"os/exec"
	"syscall"
)

// endWithParent lets no Kafka outlive a test binary that was killed.
func endWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
