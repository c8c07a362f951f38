// Package failpoint names the steps at which fm changes the world, so that a
// test can end a process of fm right before and right after each of them.
//
// In a normal build a step costs nothing and does nothing. Built with the tag
// failpoint, the program writes down which steps it reaches, and kills itself
// with SIGKILL at the one that a file beside its executable asks for; see
// [Step]. Nothing of it can be set off by an environment, an argument or a file
// of the project, and no released program has it.
//
// The names are found in the source by failpoint/catalog, so that no test has to
// list them. They are words of the source, "git.push", and never depend on data.
package failpoint

// Name is the name of a step that is carried by a value to the place where the
// step is taken. Convert a literal to it, or the catalog does not find it.
type Name string
