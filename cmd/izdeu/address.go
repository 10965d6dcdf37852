package main

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// addressCommand shows how phones reach the board of a running server.
type addressCommand struct {
	Data string `env:"IZDEU_DATA" default:"./izdeu-data" placeholder:"DIR" help:"The data directory of the server (${default})."`
}

// Help says what it is for.
func (addressCommand) Help() string {
	return `It prints the addresses at which phones on the same network reach the board, and the first one as a QR code to point a phone's camera at. Signing in needs a key (izdeu key add).`
}

// Run prints them.
func (c *addressCommand) Run(_ context.Context, streams console) error {
	where, err := readAddresses(c.Data)
	if err != nil {
		return err
	}
	urls := where.forPhones(localAddresses)
	if len(urls) == 0 {
		return fmt.Errorf("the board answers at %s only, which is this machine alone: start izdeu serve with --listen 0.0.0.0:8080, or better over HTTPS (izdeu serve --help)", where.HTTP)
	}
	return showAddresses(streams.Out, urls)
}

// forPhones gives the addresses of the board that others can use, the best one
// first.
func (a *addresses) forPhones(local func() []net.IP) []string {
	if a.Public != "" {
		return []string{a.Public}
	}
	host, port, err := net.SplitHostPort(a.Listen)
	if err != nil {
		return nil
	}
	scheme, _, _ := strings.Cut(a.HTTP, "://")
	ip := net.ParseIP(host)
	switch {
	case ip == nil || ip.IsLoopback():
		return nil
	case !ip.IsUnspecified():
		return []string{scheme + "://" + net.JoinHostPort(host, port)}
	}
	var urls []string
	for _, ip := range local() {
		urls = append(urls, scheme+"://"+net.JoinHostPort(ip.String(), port))
	}
	return urls
}

// localAddresses gives the IPv4 addresses of this machine's networks: those of
// private networks first, those of container and virtual machine bridges last.
func localAddresses() []net.IP {
	type found struct {
		ip   net.IP
		rank int
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var all []found
	for _, one := range interfaces {
		addresses, err := one.Addrs()
		if err != nil || one.Flags&net.FlagUp == 0 || one.Flags&net.FlagLoopback != 0 {
			continue
		}
		for _, address := range addresses {
			network, ok := address.(*net.IPNet)
			if !ok || network.IP.To4() == nil || !network.IP.IsGlobalUnicast() {
				continue
			}
			rank := 1
			if network.IP.IsPrivate() {
				rank = 0
			}
			if bridge(one.Name) {
				rank = 2
			}
			all = append(all, found{network.IP, rank})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.rank - b.rank })
	ips := make([]net.IP, len(all))
	for i, one := range all {
		ips[i] = one.ip
	}
	return ips
}

// bridge says that an interface leads to containers or virtual machines.
func bridge(name string) bool {
	return slices.ContainsFunc([]string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vEthernet", "cni", "podman"},
		func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// showAddresses prints addresses and the first one as a QR code.
func showAddresses(out io.Writer, urls []string) error {
	code, err := qrCode(urls[0])
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "For phones on the same network:")
	for _, url := range urls {
		fmt.Fprintln(out, "  "+url)
	}
	if strings.HasPrefix(urls[0], "http://") {
		fmt.Fprintln(out, "  (without HTTPS a phone's browser gives no position and no alarms: see izdeu serve --help)")
	}
	drawCode(out, code, colours(out))
	return nil
}

// quietZone is the light margin that readers need, in modules (ISO/IEC 18004).
const quietZone = 4

// qrCode gives the modules of a text with their margin, true for dark.
func qrCode(text string) ([][]bool, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("a QR code of %s: %w", text, err)
	}
	size := code.Bounds().Dx()
	modules := make([][]bool, size+2*quietZone)
	for y := range modules {
		modules[y] = make([]bool, size+2*quietZone)
	}
	for y := range size {
		for x := range size {
			grey := color.GrayModel.Convert(code.At(x, y)).(color.Gray)
			modules[y+quietZone][x+quietZone] = grey.Y < 128
		}
	}
	return modules, nil
}

// drawCode draws two rows of modules in one of text. In colour it is black on
// white on any terminal, without it is light on a dark one.
func drawCode(out io.Writer, modules [][]bool, coloured bool) {
	blocks := [2][2]string{{" ", "▄"}, {"▀", "█"}} // by upper and lower half
	begin, end := "\x1b[30;107m", "\x1b[0m"
	if !coloured {
		begin, end = "", ""
	}
	for y := 0; y < len(modules); y += 2 {
		var row strings.Builder
		for x := range modules[y] {
			upper, lower := modules[y][x], y+1 < len(modules) && modules[y+1][x]
			if !coloured {
				upper, lower = !upper, !lower
			}
			row.WriteString(blocks[index(upper)][index(lower)])
		}
		fmt.Fprintln(out, begin+row.String()+end)
	}
}

func index(is bool) int {
	if is {
		return 1
	}
	return 0
}
