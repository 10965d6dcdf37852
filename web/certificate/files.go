package certificate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// filesEvery is how often the files are looked at: two small reads.
const filesEvery = 5 * time.Second

// Files is a certificate and its key in PEM files. A changed pair is taken over
// without a restart; one that is not good is named in the log, and the one
// before it stays.
type Files struct {
	certificateFile, keyFile string
	watch                    *watch
	current                  atomic.Pointer[tls.Certificate]
	content                  [sha256.Size]byte // of what was looked at last
}

// FromFiles reads the two files. Its errors say which of them is wrong and what
// to do, and never what a key holds.
func FromFiles(certificateFile, keyFile string, o Options) (*Files, error) {
	f := &Files{certificateFile: certificateFile, keyFile: keyFile, watch: newWatch(o, "put a new one into its files; it is taken over without a restart")}
	certificate, content, err := f.read()
	if err != nil {
		return nil, err
	}
	f.content = content
	f.current.Store(certificate)
	f.watch.look(certificate.Leaf)
	return f, nil
}

// TLSConfig gives what a server needs.
func (f *Files) TLSConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return f.current.Load(), nil
	}}
}

// Name is the first name or address that the certificate is for.
func (f *Files) Name() string { return nameOf(f.current.Load().Leaf) }

// Run looks at the files until ctx ends.
func (f *Files) Run(ctx context.Context) {
	tick := time.NewTicker(filesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.reload()
		}
	}
}

// reload takes changed files over.
func (f *Files) reload() {
	certificate, content, err := f.read()
	if content != f.content {
		f.content = content
		if err != nil {
			f.watch.log.Error("the changed TLS certificate cannot be used, and the one before it stays", "error", err)
		} else {
			f.current.Store(certificate)
			f.watch.log.Info("a new TLS certificate is used", "name", nameOf(certificate.Leaf), "expires", certificate.Leaf.NotAfter)
		}
	}
	f.watch.look(f.current.Load().Leaf)
}

// read gives the pair, and a hash by which a change is seen: also of files that
// are not good, so that each state is told once.
func (f *Files) read() (*tls.Certificate, [sha256.Size]byte, error) {
	chain, err := os.ReadFile(f.certificateFile)
	if err != nil {
		return nil, sha256.Sum256([]byte(err.Error())), fmt.Errorf("the certificate cannot be read: %w", err)
	}
	key, err := os.ReadFile(f.keyFile)
	if err != nil {
		return nil, sha256.Sum256([]byte(err.Error())), fmt.Errorf("the key cannot be read: %w", err)
	}
	content := sha256.Sum256(bytes.Join([][]byte{chain, key}, []byte{0}))
	certificate, err := pair(f.certificateFile, f.keyFile, chain, key)
	return certificate, content, err
}

// pair makes a certificate of the content of two files.
func pair(certificateFile, keyFile string, chain, key []byte) (*tls.Certificate, error) {
	certificates, inChain := kinds(chain)
	switch {
	case certificates == 0 && strings.Contains(inChain, "PRIVATE KEY"):
		return nil, fmt.Errorf("%s holds a key and no certificate: the two files seem to be swapped", certificateFile)
	case certificates == 0:
		return nil, fmt.Errorf("%s holds no certificate: it has to be text (PEM) with -----BEGIN CERTIFICATE-----, the server's own first, then those of the authorities above it", certificateFile)
	}
	_, inKey := kinds(key)
	switch {
	case strings.Contains(inKey, "ENCRYPTED"):
		return nil, fmt.Errorf("the key in %s is protected by a passphrase, which nobody could type at a restart: write it without one (openssl pkey -in OLD -out NEW), readable by this user alone", keyFile)
	case !strings.Contains(inKey, "PRIVATE KEY"):
		return nil, fmt.Errorf("%s holds no key: it has to be text (PEM) with -----BEGIN PRIVATE KEY-----", keyFile)
	}
	first, err := firstCertificate(chain)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", certificateFile, err)
	}
	certificate, err := tls.X509KeyPair(chain, key)
	switch {
	case err == nil:
		return &certificate, nil
	case strings.Contains(err.Error(), "does not match") && first.IsCA:
		return nil, fmt.Errorf("the first certificate in %s is that of an authority: put the server's own before it", certificateFile)
	case strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("the key in %s does not belong to the certificate in %s: use the two that were made together", keyFile, certificateFile)
	}
	return nil, fmt.Errorf("the key in %s or the certificate in %s is damaged, or of a kind that TLS does not use", keyFile, certificateFile)
}

// kinds counts the certificates of a PEM text, and names the other blocks.
func kinds(text []byte) (certificates int, others string) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return certificates, others
		}
		if block.Type == "CERTIFICATE" {
			certificates++
			continue
		}
		others += block.Type + " " + block.Headers["Proc-Type"] + "\n"
	}
}

func firstCertificate(text []byte) (*x509.Certificate, error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
}
