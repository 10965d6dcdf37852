// Package dispatch holds the domain of Izdeu and its rules: what an
// application, a case, a team and an assignment are, how one message changes
// them, and what every store must keep. It knows no SQL, no HTTP and no Kafka.
//
// The heart is a pure function: Decide(state, message) says which rows change
// and which events happen, Apply puts that into the state. The Dispatcher
// reads messages, decides them one after the other, and commits what came of
// a batch in one transaction of a Store.
package dispatch
