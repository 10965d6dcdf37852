package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

const (
	// serviceName is how Windows knows the service.
	serviceName = "Izdeu"
	// serviceAccount has few rights on the machine and none on the network.
	serviceAccount = `NT AUTHORITY\LocalService`
	// serviceEnd is how long stopping may take: the program itself needs 10 s at
	// most.
	serviceEnd = 20 * time.Second
)

// serviceData gives the data directory of the service, whole.
func serviceData(given string) (string, error) {
	if given == "" {
		programs := os.Getenv("ProgramData")
		if programs == "" {
			return "", misused("--data: say where everything is kept")
		}
		given = filepath.Join(programs, "Izdeu")
	}
	data, err := filepath.Abs(given)
	if err != nil {
		return "", fmt.Errorf("--data: %w", err)
	}
	return data, nil
}

// installService makes the data directory and the service.
func installService(data string, arguments []string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	manager, err := mgr.Connect()
	if err != nil {
		return asAdministrator(err)
	}
	defer manager.Disconnect() // only a handle
	if old, err := manager.OpenService(serviceName); err == nil {
		return errors.Join(errors.New("the service is there already: izdeu service uninstall takes it away, the data stays"), old.Close())
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	if err := closeToOthers(data); err != nil {
		return err
	}
	service, err := manager.CreateService(serviceName, program, mgr.Config{StartType: mgr.StartAutomatic, ServiceStartName: serviceAccount,
		DisplayName: "Izdeu", Description: "Search and rescue dispatch: takes applications in, asks teams, shows the board."}, arguments...)
	if err != nil {
		return asAdministrator(err)
	}
	// It is started again when it ends by itself; after a day the count begins anew.
	again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: 2 * time.Second}
	err = errors.Join(service.SetRecoveryActions([]mgr.RecoveryAction{again, again, {Type: mgr.ServiceRestart, Delay: time.Minute}}, 24*60*60),
		service.SetRecoveryActionsOnNonCrashFailures(true))
	if err != nil {
		return errors.Join(fmt.Errorf("the service could not be set up: %w", err), service.Delete(), service.Close())
	}
	return service.Close()
}

// closeToOthers lets LocalService, the system and administrators alone use a
// folder. They are named by their ids, which are the same in every language.
func closeToOthers(folder string) error {
	const rights = ":(OI)(CI)F"
	output, err := exec.Command("icacls", folder, "/inheritance:r", "/grant:r", "*S-1-5-19"+rights, "*S-1-5-18"+rights, "*S-1-5-32-544"+rights).CombinedOutput() // #nosec G204 -- the folder that the administrator named
	if err != nil {
		return fmt.Errorf("%s cannot be closed to other users: %w (%s)", folder, err, output)
	}
	return nil
}

// withService opens the service for one thing.
func withService(do func(*mgr.Service) error) (err error) {
	manager, err := mgr.Connect()
	if err != nil {
		return asAdministrator(err)
	}
	defer func() { err = errors.Join(err, manager.Disconnect()) }()
	service, err := manager.OpenService(serviceName)
	if err != nil {
		if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
			return errors.New("there is no such service: izdeu service install makes it")
		}
		return asAdministrator(err)
	}
	defer func() { err = errors.Join(err, service.Close()) }()
	return do(service)
}

func uninstallService() error {
	return withService(func(service *mgr.Service) error {
		if err := stopAndWait(service); err != nil {
			return err
		}
		return asAdministrator(service.Delete())
	})
}

func startService() error {
	return withService(func(service *mgr.Service) error {
		err := service.Start()
		if errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return nil
		}
		return asAdministrator(err)
	})
}

func stopService() error { return withService(stopAndWait) }

func stopAndWait(service *mgr.Service) error {
	status, err := service.Control(svc.Stop)
	if errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return nil
	}
	if err != nil {
		return asAdministrator(err)
	}
	for deadline := time.Now().Add(serviceEnd); status.State != svc.Stopped; {
		if time.Now().After(deadline) {
			return errors.New("the service does not end: look at its log")
		}
		time.Sleep(200 * time.Millisecond)
		if status, err = service.Query(); err != nil {
			return err
		}
	}
	return nil
}

func asAdministrator(err error) error {
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return errors.New("Windows lets only an administrator do this: open the command prompt with \"Run as administrator\"")
	}
	return err
}

// runService runs a command as a service until Windows wants it to end.
func runService(ctx context.Context, command func(context.Context) int) error {
	inside, err := svc.IsWindowsService()
	if err != nil {
		return err
	}
	if !inside {
		return errors.New("this is for Windows to start: use izdeu service start, or izdeu serve")
	}
	return svc.Run(serviceName, &windowsService{ctx: ctx, command: command})
}

type windowsService struct {
	ctx     context.Context //nolint:containedctx // svc.Handler takes none
	command func(context.Context) int
}

// Execute implements svc.Handler.
func (s *windowsService) Execute(_ []string, requests <-chan svc.ChangeRequest, changes chan<- svc.Status) (specific bool, code uint32) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- s.command(ctx) }()
	running := svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	changes <- running
	for {
		select {
		case code := <-ended:
			return code != exitDone, uint32(code) // #nosec G115 -- an exit code
		case request := <-requests:
			switch request.Cmd {
			case svc.Interrogate:
				changes <- request.CurrentStatus
			case svc.Stop, svc.Shutdown:
				changes <- svc.Status{State: svc.StopPending, WaitHint: uint32(serviceEnd / time.Millisecond)}
				cancel()
			}
		}
	}
}
