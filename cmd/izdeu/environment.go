package main

import (
	"os"
	"strings"
)

// secretVariables may come from files, as containers and services get secrets:
// IZDEU_ADMIN_KEY_FILE names a file that holds what IZDEU_ADMIN_KEY would.
var secretVariables = []string{"IZDEU_ADMIN_KEY", "IZDEU_DATABASE"}

// readSecretFiles sets the variables that are given by files.
func readSecretFiles() error {
	for _, name := range secretVariables {
		file := os.Getenv(name + "_FILE")
		if file == "" {
			continue
		}
		if os.Getenv(name) != "" {
			return misused("%s and %s_FILE: give one of the two", name, name)
		}
		text, err := os.ReadFile(file) // #nosec G703 -- the administrator names the file
		if err != nil {
			return misused("%s_FILE: %s", name, err)
		}
		secret := strings.TrimRight(string(text), "\r\n")
		if secret == "" {
			return misused("%s_FILE: %s is empty", name, file)
		}
		if err := os.Setenv(name, secret); err != nil {
			return misused("%s_FILE: %s cannot be used: %s", name, file, err)
		}
	}
	return nil
}
