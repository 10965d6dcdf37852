// Package web is Izdeu's HTTP side: the API under /api/v1, sign-in, the live
// feed for boards and maps, health, metrics, the OpenAPI and AsyncAPI
// documents, and the board itself.
//
// Nothing here decides anything. What changes something goes through an
// Intake into Kafka and comes back as rows; what is shown is read from a
// dispatch.Reader and a dispatch.Feed. What a key may do and see stands in one
// table, in rights.go, and every answer, count, search and live frame is made
// through it.
package web
