// Package strace reads what strace writes, follows the sockets that are in it, and
// judges them: a log of any program shows whether its calls answered what the
// specification allows.
//
// Its phases, for each line of a log:
//
//  1. scan: the process, the call, its arguments, its result (line.go, reader.go);
//     a call that strace wrote in two parts is put together;
//  2. read: constants and addresses (words.go, address.go);
//  3. place: which open socket a descriptor of that process names (table.go);
//  4. translate: the call in the words of the specification (calls.go);
//  5. judge: what the answer leaves possible for that socket (socket.go).
//
// A log shows a part of the world. What the rest of it may do is said by the
// platform `log`, in log.spec: it extends the platform linux.
package strace
