// Package transport carries requests to GitHub for a client that has 5,000 of
// them an hour and a flaky network.
//
// The promise:
//
//   - What has not changed costs nothing: answers are kept on disk with their
//     ETag and asked for conditionally, always, never served unasked.
//   - A limit is obeyed by all processes that share a folder: the primary one
//     per bucket, the secondary one as a whole, and what GitHub only says in
//     the text of an answer, too. A short wait is waited out, visibly; a long
//     one is a [Limited] at once, without a request.
//   - Writes are paced, over all of these processes and across restarts.
//   - What only reads is asked again when the connection or a gateway fails.
//
// It never repeats a write that may have had an effect: after a cut connection
// or a 5xx the caller has to look. Only a write that was answered by a limit,
// and so was certainly not done, is sent a second time. It never sends the
// token to another host than its own, and never puts it into an error or, in
// clear, into a file. It logs nothing and starts no goroutine that outlives a
// request.
//
// Start reading at [Transport.RoundTrip].
package transport
