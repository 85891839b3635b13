// Package winsock makes the calls of scripts on the sockets of Windows: on
// Windows itself, and on Wine.
//
// Its phases:
//
//  1. Open starts the library, and makes the fixtures and the addresses
//     (room_windows.go, fixtures_windows.go, memory_windows.go).
//  2. Prepare reads the lines of scripts (prepare_windows.go); Begin, Do and End
//     run one in a fresh world (calls_windows.go, levels_windows.go).
//  3. Each call is made as a C program would make it within __try: what it does to
//     bad memory is an answer (guard_windows.go). One that does not return is
//     cancelled (watch_windows.go). What the system below Wine has to do is asked
//     of a keeper (keeper_windows.go).
//
// It calls ws2_32 directly and keeps away from package net, which starts the
// library itself: whether that has been started belongs to the whole process,
// and to the script.
package winsock
