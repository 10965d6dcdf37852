package web

import "github.com/gorilla/websocket"

// closeCode is why a live socket was closed, and what the client should do:
// 4000–4099 come back at once with since; 4100–4199 come back after signing
// in; 4200 and above do not come back.
type closeCode int

// Close codes of the live feed.
const (
	closeSlow       closeCode = 4000
	closeGoingAway  closeCode = 4001
	closeNewEpoch   closeCode = 4002
	closeNoCatchUp  closeCode = 4003
	closeSignedOut  closeCode = 4100
	closeKeyRevoked closeCode = 4101
	closeNewRights  closeCode = 4102
	closeForbidden  closeCode = 4200
)

// closeReasons is the one table of close codes; the AsyncAPI document is made
// from it.
var closeReasons = map[closeCode]string{
	closeSlow:       "too slow: more frames were waiting than the server keeps",
	closeGoingAway:  "the server is going away",
	closeNewEpoch:   "the journal starts anew: there will be a snapshot",
	closeNoCatchUp:  "the changes since your position cannot be read at the moment",
	closeSignedOut:  "the session is over",
	closeKeyRevoked: "the key is no longer good",
	closeNewRights:  "the key's rights have changed",
	closeForbidden:  "the key's roles have no live feed",
}

func (c closeCode) message() []byte {
	return websocket.FormatCloseMessage(int(c), closeReasons[c])
}
