// Package wine starts the agent of Wine's sockets: the Windows build of this
// program, in Wine, in the lab of package linux.
//
// Its phases:
//
//  1. Start finds Wine, and the Windows build of this program, or builds it
//     (installed.go, program.go).
//  2. It makes the prefix, once: what Wine calls a directory that a Windows lives
//     in (prefix.go). What Wine lacks there that Go's runtime wants is put in its
//     place (forward.go).
//  3. For each agent it starts this very program as a child that is alone with
//     its processes; Enter sets the lab up there, gives Wine a copy of the
//     registry that vanishes with the child, leaves a keeper of the lab beside
//     itself (keeper.go), and becomes Wine (enter.go). So each agent has a server
//     of its own, and nothing outlives it.
package wine
