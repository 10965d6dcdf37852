// Package ingest is the Kafka side of izdeu: the embedded broker, the producer,
// the decoding of records into what package dispatch understands, the partition
// readers of the leader, and the publisher of the journal and the dead letters.
//
// The same code serves the embedded broker and an outside Kafka; only
// [OpenBroker] is left out with the latter. Nothing here decides anything about
// a case: a record becomes a message, a dead letter, or a counted position.
package ingest
