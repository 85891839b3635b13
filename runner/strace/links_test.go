package strace

import (
	"fmt"
	"strings"
	"testing"
)

// A client and what a listener has accepted of it, in two processes.
const (
	listening = whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 bind(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 listen(3, 5) = 0
1 clone(child_stack=NULL, flags=SIGCHLD) = 2
`
	reaching = `2 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 4
2 connect(4, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
2 getsockname(4, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
`
	accepting = `1 accept(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("127.0.0.1")}, [16]) = 5
`
	// Each is used after the other one was made, and nothing is on its way.
	known = listening + reaching + accepting + `2 write(4, "ab", 2) = 2
1 read(5, "ab", 9) = 2
1 write(5, "cde", 3) = 3
2 read(4, "cde", 9) = 3
`
)

// TestLinks judges logs of two sockets that are the ends of one connection.
func TestLinks(t *testing.T) {
	tests := []struct{ name, log, impossible string }{
		{"as it was", known, ""},
		{"data that nobody sent", known + "1 read(5, \"x\", 1) = 1\n", "received 1 byte"},
		{"data before they were known", strings.Replace(known, "cde\", 9) = 3", "cdef\", 9) = 4", 1), "received 4 bytes"},
		{"a peek at more than there is", known + "2 write(4, \"xy\", 2) = 2\n1 recvfrom(5, \"xyz\", 3, MSG_PEEK, NULL, NULL) = 3\n", "received 3 bytes"},
		{"more than is left", known + "2 write(4, \"xy\", 2) = 2\n1 recvfrom(5, \"x\", 1, MSG_PEEK, NULL, NULL) = 1\n1 read(5, \"x\", 1) = 1\n1 read(5, \"yz\", 2) = 2\n", "received 2 bytes"},
		{"what is sent meanwhile", known + "2 write(4, \"xy\", 2 <unfinished ...>\n1 read(5, \"xy\", 2) = 2\n2 <... write resumed>) = 2\n", ""},
		{"readable without data", known + "1 poll([{fd=5, events=POLLIN}], 1, 0) = 1 ([{fd=5, revents=POLLIN}])\n", ""},
		{"readable without data, as the other end is used on", known + "1 poll([{fd=5, events=POLLIN}], 1, 0) = 1 ([{fd=5, revents=POLLIN}])\n2 write(4, \"x\", 1) = 1\n", "ok in"},
		{"readable with data", known + "2 write(4, \"x\", 1) = 1\n1 poll([{fd=5, events=POLLIN}], 1, 0) = 1 ([{fd=5, revents=POLLIN}])\n", ""},
		{"not yet readable", known + "2 write(4, \"x\", 1) = 1\n1 poll([{fd=5, events=POLLIN}], 1, 0) = 0 (Timeout)\n", ""},
		{"an end of what is used on", known + "1 read(5, \"\", 1) = 0\n2 getpid() = 2\n2 write(4, \"x\", 1) = 1\n", "ok end"},
		{"an end, and nothing more", known + "1 read(5, \"\", 1) = 0\n", ""},
		{"an end of what was killed", known + "1 read(5, \"\", 1) = 0\n2 +++ killed by SIGKILL +++\n1 write(5, \"x\", 1) = 1\n", ""},
		{"an end after close", known + "2 close(4) = 0\n1 read(5, \"\", 1) = 0\n2 exit_group(0) = ?\n", ""},
		{"an end while it is closed", known + "2 close(4 <unfinished ...>\n1 read(5, \"\", 1) = 0\n2 <... close resumed>) = 0\n2 exit_group(0) = ?\n", ""},
		{"an end after shutdown", known + "2 shutdown(4, SHUT_WR) = 0\n1 read(5, \"\", 1) = 0\n2 getpeername(4, NULL, NULL) = -1 EFAULT (x)\n", ""},
		{"an end after shutdown for reading", known + "2 shutdown(4, SHUT_RD) = 0\n1 read(5, \"\", 1) = 0\n2 read(4, \"\", 1) = 0\n", "ok end"},
		{"its own shutdown", known + "1 shutdown(5, SHUT_RD) = 0\n1 read(5, \"\", 1) = 0\n2 write(4, \"x\", 1) = 1\n", ""},
		{"a copy is left", known + "2 dup(4) = 6\n2 close(4) = 0\n1 read(5, \"\", 1) = 0\n2 write(6, \"x\", 1) = 1\n", "ok end"},
		{"a child has it still", known + "2 clone(child_stack=NULL, flags=SIGCHLD) = 7\n2 close(4) = 0\n1 read(5, \"\", 1) = 0\n7 write(4, \"x\", 1) = 1\n", "ok end"},
		{"a reset, whoever did it", known + "1 read(5, 0x1, 1) = -1 ECONNRESET (x)\n2 write(4, \"x\", 1) = 1\n", ""},
		{"all was read, and it is closed", known + "2 close(4) = 0\n1 read(5, \"x\", 1) = 1\n", "received 1 byte"},
		{"how much was sent does not show", known + "2 splice(7, NULL, 4, NULL, 9, 0) = 9\n1 read(5, \"x\", 1) = 1\n", ""},
		{"another namespace", strings.Replace(known, "2 socket", "2 unshare(CLONE_NEWNET) = 0\n2 socket", 1) + "1 read(5, \"x\", 1) = 1\n", ""},
		{"a connection of somebody else", strings.Replace(known, "htons(5000)", "htons(5001)", 1) + "1 read(5, \"x\", 1) = 1\n", ""},
		{"it may be dead, and the client another one", listening + reaching + accepting + "2 write(4, \"ab\", 2) = 2\n1 read(5, \"abc\", 9) = 3\n", ""},
		{"a second connection", known + "2 connect(4, {sa_family=AF_UNSPEC, sa_data=\"\"}, 16) = 0\n1 read(5, \"\", 1) = 0\n2 getpid() = 2\n", ""},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			j := newJudge(t)
			if err := j.Log("log", strings.NewReader(test.log)); err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, d := range j.Report().Divergences {
				got += d.Observed
			}
			if got != test.impossible {
				t.Errorf("impossible is %q, not %q: %v", got, test.impossible, fmt.Sprint(j.Report().Divergences))
			}
		})
	}
}
