// Package notify wakes people who do not look at the board: it follows the
// journal, makes a delivery for everybody whom an event concerns, and tries
// each until it arrives or is too late. A delivery reaches its receiver at
// least once, and keeps its id however often it is tried.
//
// There are two channels: Web Push to browsers (RFC 8030, 8291, 8292), and a
// signed webhook to gateways for SMS, calls and messengers; see WebhookBody.
package notify
