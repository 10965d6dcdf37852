// Izdeu takes applications about missing people and emergencies in, gives each
// to the nearest rescue team, and shows every case live until it ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitDone    = 0
	exitFailed  = 1 // what was asked for could not be done, or not all of it
	exitMisused = 2 // the command line is wrong
)

// console is where a command talks to people: results on Out, everything else
// on Errors.
type console struct {
	In     io.Reader
	Out    io.Writer
	Errors io.Writer
}

func main() {
	os.Exit(execute(context.Background(), os.Args[1:], console{In: os.Stdin, Out: os.Stdout, Errors: os.Stderr}))
}

// execute runs one command line and gives the exit code. The first SIGINT or
// SIGTERM ends the command in order, the second at once.
func execute(ctx context.Context, arguments []string, streams console) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// From the first signal on the default holds again: the second one kills.
	context.AfterFunc(ctx, stop)

	exited := -1 // what --help and --version want
	parser, err := newParser(streams, func(code int) {
		exited = code
		panic(exitRequested{})
	}, kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(streams))
	if err != nil {
		fmt.Fprintln(streams.Errors, "izdeu:", err)
		return exitFailed
	}
	if err := readSecretFiles(); err != nil {
		fmt.Fprintln(streams.Errors, "izdeu:", err)
		return exitMisused
	}
	command, err := parse(parser, arguments)
	switch {
	case exited >= 0:
		return exited
	case err != nil:
		fmt.Fprintf(streams.Errors, "izdeu: %s; see izdeu --help\n", err)
		return exitMisused
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(streams.Errors, "izdeu:", sentence(err))
		if usage := (*usageError)(nil); errors.As(err, &usage) {
			return exitMisused
		}
		return exitFailed
	}
	return exitDone
}

func newParser(streams console, exit func(int), more ...kong.Option) (*kong.Kong, error) {
	return kong.New(&commandLine{}, append(more, kong.Name("izdeu"), kong.Description(description),
		kong.Vars{"version": version()}, kong.Writers(streams.Out, streams.Errors), kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))...)
}

// parseOnly says what is wrong with a command line, and does nothing.
func parseOnly(arguments []string) error {
	parser, err := newParser(console{Out: io.Discard, Errors: io.Discard}, func(int) { panic(exitRequested{}) })
	if err != nil {
		return err
	}
	_, err = parse(parser, arguments)
	return err
}

// exitRequested unwinds the parser after it has printed help or the version.
type exitRequested struct{}

func parse(parser *kong.Kong, arguments []string) (command *kong.Context, err error) {
	defer func() {
		switch reason := recover().(type) {
		case nil, exitRequested:
		default:
			panic(reason)
		}
	}()
	return parser.Parse(arguments)
}

// stamp is the version that `make dist` and the image give; empty in any other
// build.
var stamp string

// version is the stamp or what the Go toolchain noted of the source: a tag, or
// a commit with its date.
func version() string {
	if stamp != "" {
		return stamp
	}
	build, ok := debug.ReadBuildInfo()
	if !ok || build.Main.Version == "" {
		return "(devel)"
	}
	return build.Main.Version
}
