// Package overlap says which files of a repository an issue is about, before
// anybody works on it, and which issues are about the same ones.
//
//	text ──Mentions──► paths of an issue ──Find──► what several share ──Sequence──► who waits for whom
//
// A [Tree] knows the files that really exist; [Tree.Mentions] names nothing
// else, whatever a text says, and in time linear in the text. A path that could
// be several files names none of them: a missed overlap costs a merge conflict,
// which is seen later anyway, and an invented one costs parallel work for
// nothing. The package reads no file and asks no git; it does not understand
// prose, nor follow imports.
//
// Start reading at [Tree.Mentions]; what counts as named is decided in
// resolve.go.
package overlap
