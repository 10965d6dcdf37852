package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// serviceLog is where the service writes what a console would show, in its data
// directory.
const serviceLog = "izdeu.log"

// serviceCommand makes the program start with Windows.
type serviceCommand struct {
	Install   serviceInstallCommand   `cmd:"" help:"Let Windows start it at every boot, with the flags of izdeu serve that follow --."`
	Uninstall serviceUninstallCommand `cmd:"" help:"Stop it and take it out of Windows; the data stays."`
	Start     serviceStartCommand     `cmd:"" help:"Start the service."`
	Stop      serviceStopCommand      `cmd:"" help:"Stop the service."`
	Running   serviceRunCommand       `cmd:"" name:"run" hidden:"" help:"What Windows starts."`
}

// Help shows examples below the commands.
func (serviceCommand) Help() string {
	return `For Windows, in a command prompt that was opened as administrator. Elsewhere the system's own service manager does this; deploy/systemd has a unit.

The service runs as LocalService, which may use its data directory and little else; the directory is closed to other users. What a console would show, the first administrator's key too, is in izdeu.log in there.

Examples:
  izdeu service install --data C:\Izdeu\data -- --listen 0.0.0.0:8080
  izdeu service start
  izdeu service stop
  izdeu service uninstall`
}

type serviceInstallCommand struct {
	Data      string   `env:"IZDEU_DATA" placeholder:"DIR" help:"Where everything is kept. Default Izdeu in the ProgramData folder."`
	Arguments []string `arg:"" optional:"" help:"Flags of izdeu serve, after --."`
}

// Run installs the service.
func (c *serviceInstallCommand) Run(streams console) error {
	data, err := serviceData(c.Data)
	if err != nil {
		return err
	}
	arguments, err := serviceArguments(data, c.Arguments)
	if err != nil {
		return err
	}
	if err := installService(data, arguments); err != nil {
		return err
	}
	fmt.Fprintf(streams.Errors, "Windows starts Izdeu from now on; izdeu service start does it now. Data: %s. Log: %s.\n", data, filepath.Join(data, serviceLog))
	return nil
}

// serviceArguments gives what Windows starts the program with. Flags that
// cannot be used are refused now, while somebody reads it.
func serviceArguments(data string, flags []string) ([]string, error) {
	for _, flag := range flags {
		if flag == "--data" || strings.HasPrefix(flag, "--data=") {
			return nil, misused("--data: give it before --, so that the service may use the directory")
		}
	}
	serve := append([]string{"serve", "--data", data}, flags...)
	if err := parseOnly(serve); err != nil {
		return nil, misused("after --: %s; see izdeu serve --help", err)
	}
	return slices.Concat([]string{"service", "run", "--log", filepath.Join(data, serviceLog), "--"}, serve), nil
}

type serviceUninstallCommand struct{}

// Run takes the service away.
func (serviceUninstallCommand) Run() error { return uninstallService() }

type serviceStartCommand struct{}

// Run starts the service.
func (serviceStartCommand) Run() error { return startService() }

type serviceStopCommand struct{}

// Run stops the service.
func (serviceStopCommand) Run() error { return stopService() }

type serviceRunCommand struct {
	Log       string   `required:"" placeholder:"FILE" help:"Where to write what a console would show."`
	Arguments []string `arg:"" help:"The command line."`
}

// Run is the service.
func (c *serviceRunCommand) Run(ctx context.Context) (err error) {
	log, err := openLogFile(c.Log, logFileBytes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	return runService(ctx, func(ctx context.Context) int {
		return execute(ctx, c.Arguments, console{In: strings.NewReader(""), Out: log, Errors: log})
	})
}
