package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
)

// compose loads the file as `docker compose config` does, and looks whether what it mounts is there and whether every
// port is on this machine alone.
func compose(ctx context.Context, path string) (faults []string) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithName("izdeu"))
	if err != nil {
		return []string{err.Error()}
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	for name, service := range project.Services {
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				faults = append(faults, fmt.Sprintf("%s: port %s is open to other machines", name, port.Published))
			}
		}
		for _, volume := range service.Volumes {
			if volume.Type != "bind" {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				faults = append(faults, fmt.Sprintf("%s: what it mounts is not there: %v", name, err))
			}
		}
		if service.Image == "" || !strings.Contains(service.Image, ":") || strings.HasSuffix(service.Image, ":latest") {
			faults = append(faults, fmt.Sprintf("%s: its image has no version", name))
		}
		if build := service.Build; build != nil {
			if _, err := os.Stat(filepath.Join(build.Context, build.Dockerfile)); err != nil {
				faults = append(faults, fmt.Sprintf("%s: no Dockerfile: %v", name, err))
			}
		}
		for _, secret := range service.Secrets {
			if one, ok := project.Secrets[secret.Source]; !ok || one.File == "" {
				faults = append(faults, fmt.Sprintf("%s: the secret %s comes from no file", name, secret.Source))
			}
		}
		for variable, value := range service.Environment {
			if value != nil && strings.Contains(*value, "://") && strings.Contains(*value, "@") && strings.Contains(strings.SplitN(*value, "@", 2)[0], ":") &&
				strings.Count(strings.SplitN(*value, "@", 2)[0], ":") > 1 {
				faults = append(faults, fmt.Sprintf("%s: %s seems to hold a password: use a secret", name, variable))
			}
		}
	}
	return faults
}
