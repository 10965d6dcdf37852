package postgrestest

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"sync"
	"syscall"
)

// another is the user that Postgres runs as when this process is root's.
var another = sync.OnceValues(func() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // none is needed
	}
	for _, name := range []string{"postgres", "nobody"} {
		known, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUser := strconv.ParseUint(known.Uid, 10, 32)
		gid, errGroup := strconv.ParseUint(known.Gid, 10, 32)
		if err := errors.Join(errUser, errGroup); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("postgrestest: Postgres refuses root, and there is neither a user postgres nor nobody")
})

// asAnother lets a process end with this one, as a user that Postgres takes.
func asAnother() *syscall.SysProcAttr {
	credential, _ := another() // giveAway has said what is wrong
	return &syscall.SysProcAttr{Credential: credential, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
}

// giveAway makes that user the owner of files.
func giveAway(paths ...string) error {
	credential, err := another()
	if err != nil || credential == nil {
		return err
	}
	for _, path := range paths {
		if err := os.Chown(path, int(credential.Uid), int(credential.Gid)); err != nil {
			return err
		}
	}
	return nil
}
