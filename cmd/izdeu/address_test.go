package main

import (
	"bytes"
	"image/color"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"
)

func TestAddressesForPhones(t *testing.T) {
	t.Parallel()
	local := func() []net.IP { return []net.IP{net.IPv4(192, 168, 1, 5), net.IPv4(10, 0, 0, 7)} }
	for _, test := range []struct {
		at   addresses
		want []string
	}{
		{addresses{HTTP: "http://127.0.0.1:8080", Listen: "127.0.0.1:8080"}, nil},
		{addresses{HTTP: "http://127.0.0.1:8080", Listen: "[::]:8080"}, []string{"http://192.168.1.5:8080", "http://10.0.0.7:8080"}},
		{addresses{HTTP: "https://127.0.0.1:8443", Listen: "0.0.0.0:8443"}, []string{"https://192.168.1.5:8443", "https://10.0.0.7:8443"}},
		{addresses{HTTP: "http://192.168.1.5:8080", Listen: "192.168.1.5:8080"}, []string{"http://192.168.1.5:8080"}},
		{addresses{HTTP: "https://127.0.0.1:443", Listen: "[::]:443", Public: "https://izdeu.example.org"}, []string{"https://izdeu.example.org"}},
	} {
		if got := test.at.forPhones(local); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.at, got, test.want)
		}
	}
}

// TestQRCodeAsText reads the drawn code back, module by module.
func TestQRCodeAsText(t *testing.T) {
	t.Parallel()
	const url = "https://izdeu.example.org"
	want, err := qr.Encode(url, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := want.Bounds().Dx() + 2*quietZone
	for _, coloured := range []bool{true, false} {
		modules, err := qrCode(url)
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		drawCode(&text, modules, coloured)
		rows := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
		if len(rows) != (size+1)/2 {
			t.Fatalf("%d rows of text for %d of modules", len(rows), size)
		}
		for y := range size {
			row := []rune(strings.NewReplacer("\x1b[30;107m", "", "\x1b[0m", "").Replace(rows[y/2]))
			if len(row) != size {
				t.Fatalf("row %d is %d wide, want %d", y, len(row), size)
			}
			for x := range size {
				block := "▀█"
				if y%2 == 1 {
					block = "▄█"
				}
				drawn := strings.ContainsRune(block, row[x])
				if !coloured { // what is drawn is light
					drawn = !drawn
				}
				inside := x >= quietZone && y >= quietZone && x < size-quietZone && y < size-quietZone
				dark := inside && color.GrayModel.Convert(want.At(x-quietZone, y-quietZone)).(color.Gray).Y < 128
				if drawn != dark {
					t.Fatalf("coloured %v: module %d,%d is wrong", coloured, x, y)
				}
			}
		}
	}
}

func TestAddressCommand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := startProgram(t, data)
	if _, errs, code := runOnce(t, "", "address", "--data", data); code != exitFailed || !strings.Contains(errs, "--listen") {
		t.Errorf("on this machine alone: %d\n%s", code, errs)
	}
	p.stop()
	p = startProgram(t, data, "--public-url", "https://izdeu.example.org")
	if out, errs, code := runOnce(t, "", "address", "--data", data); code != exitDone || !strings.Contains(out, "  https://izdeu.example.org\n") || !strings.Contains(out, "▀") {
		t.Errorf("with an address for everybody: %d\n%s%s", code, out, errs)
	}
	p.stop()
}
