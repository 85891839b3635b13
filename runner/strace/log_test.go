package strace

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
)

// newJudge is a judge by connect.spec.
func newJudge(t testing.TB) *Judge {
	t.Helper()
	text, err := os.ReadFile("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	j, err := New("connect.spec", text)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// whole is what makes a log one of all calls.
const whole = "1 execve(\"/bin/x\", [\"x\"], 0x1 /* 1 var */) = 0\n1 brk(NULL) = 0x1\n1 access(\"/x\", R_OK) = -1 ENOENT (x)\n"

// here is a structure sockaddr.
const here = `{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16`

// TestLogs judges small logs: what is impossible in them, and what is set aside.
func TestLogs(t *testing.T) {
	tests := []struct {
		name, log  string
		impossible string // the call, the answer
		aside      string
	}{
		{"a second connect succeeds", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 connect(3, ` + here + `) = 0
`, "connect ok", ""},
		{"the same, by an unknown mode", `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
1 connect(3, ` + here + `) = 0
`, "", ""},
		{"a blocking connect is in progress", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
`, "connect WSAEWOULDBLOCK", ""},
		{"it was set to nonblocking", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 fcntl(3, F_GETFL) = 0x2 (flags O_RDWR)
1 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
`, "", ""},
		{"the mode is that of a copy", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 dup(3) = 4
1 close(3) = 0
1 ioctl(4, FIONBIO, [1]) = 0
1 connect(4, ` + here + `) = 0
`, "connect ok", ""},
		{"a signal interrupts connect", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
1 --- SIGALRM {si_signo=SIGALRM} ---
1 connect(3, ` + here + `) = -1 EISCONN (x)
`, "connect WSAEISCONN", ""},
		{"an end is an end", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 read(3, "", 10) = 0
1 read(3, "x", 10) = 1
`, "recv ok #1", ""},
		{"poll saw an end", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN|POLLERR|POLLHUP}])
1 poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)
`, "poll ok nothing", ""},
		{"nobody asked whether it is writable", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLHUP}])
1 poll([{fd=3, events=POLLIN|POLLOUT}], 1, 0) = 1 ([{fd=3, revents=POLLHUP}])
`, "poll ok hup", ""},
		{"epoll", whole + `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 epoll_create1(EPOLL_CLOEXEC) = 4
1 epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLOUT, data={u32=7, u64=7}}) = 0
1 epoll_wait(4, [{events=EPOLLIN, data={u32=7, u64=7}}], 8, 0) = 1
`, "poll ok in", ""},
		{"a child uses it too", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 2
2 connect(3, ` + here + `) = 0
1 connect(3, ` + here + `) = 0
`, "connect ok", ""},
		{"exec has closed it", whole + `1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 execve("/bin/y", ["y"], 0x1) = 0
1 connect(3, ` + here + `) = 0
`, "", becauseUnmade},
		{"calls overlap, in an order that is possible", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2
1 read(3,  <unfinished ...>
2 shutdown(3, SHUT_RD) = 0
1 <... read resumed>"", 5) = 0
2 read(3, "", 5) = 0
`, "", ""},
		{"calls overlap, and no order is possible", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2
1 read(3,  <unfinished ...>
2 shutdown(3, SHUT_WR) = 0
1 <... read resumed>0x1, 5) = -1 ENOTCONN (x)
`, "recv WSAENOTCONN", ""},
		{"two makers of a descriptor, where closing does not show", `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
2 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 connect(3, ` + here + `) = 0
`, "", becauseAmbiguous},
		{"a process that is not followed", "execve(\"/bin/x\", [\"x\"], 0x1) = 0\nbrk(NULL) = 0x1\n" + `socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
clone(child_stack=NULL, flags=SIGCHLD) = 2
connect(3, ` + here + `) = 0
connect(3, ` + here + `) = 0
`, "", becauseUnfollowed},
		{"an attempt that goes on is called off", whole + `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
1 getsockname(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
1 connect(3, 0x1, 0) = -1 EINVAL (x)
1 getsockname(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
1 shutdown(3, SHUT_WR) = 0
1 getsockname(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr("0.0.0.0")}, [16]) = 0
`, "", ""},
		{"MPTCP", whole + "1 socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP) = 3\n1 listen(3, 1) = 0\n", "", "sockets of MPTCP"},
		{"Fast Open", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 sendto(3, "x", 1, MSG_FASTOPEN, ` + here + `) = 1
1 connect(3, ` + here + `) = 0
`, "", becauseFastOpen},
		{"io_uring", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 io_uring_setup(8, {flags=0}) = 4
1 connect(3, ` + here + `) = 0
`, "", becauseURing},
		{"strace made it up", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = -1 EISCONN (x) (INJECTED)
`, "", becauseInjected},
		{"a line was cut off", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, {sa_fam
1 connect(3, ` + here + `) = -1 EISCONN (x)
`, "", becauseCut},
		{"an option that is not known", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 setsockopt(3, SOL_TCP, TCP_ULP, [7564404], 4) = 0
1 connect(3, ` + here + `) = -1 EISCONN (x)
`, "", "the option TCP_ULP is not part of the specification"},
		{"it was passed on", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 socketpair(AF_UNIX, SOCK_STREAM, 0, [4, 5]) = 0
1 sendmsg(4, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3<TCP:[1]>, 7]}], msg_controllen=24, msg_flags=0}, 0) = 1
1 connect(3, ` + here + `) = -1 EISCONN (x)
`, "", becausePassed},
		{"what a read took does not show", `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 sendto(3, "x", 1, MSG_DONTWAIT, NULL, 0) = -1 EPIPE (x)
1 recvfrom(3, "", 1, MSG_DONTWAIT, NULL, NULL) = 0
1 getsockopt(3, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
`, "", ""},
		{"nothing has failed, as with -z", "1 execve(\"/bin/x\", [\"x\"], 0x1) = 0\n1 brk(NULL) = 0x1\n" + `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
`, "", ""},
		{"a number is used again while it is closed", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2
1 close(3 <unfinished ...>
2 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 <... close resumed>) = 0
2 connect(3, ` + here + `) = 0
2 connect(3, ` + here + `) = 0
`, "connect ok", ""},
		{"epoll tells long words", whole + `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 5
1 connect(5, ` + here + `) = -1 EINPROGRESS (x)
1 epoll_create1(EPOLL_CLOEXEC) = 4
1 epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLOUT, data={u32=7, u64=4603575959977721857}}) = 0
1 epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN|EPOLLOUT, data={u32=7, u64=4603575959977721858}}) = 0
1 epoll_wait(4, [{events=EPOLLOUT, data={u32=7, u64=4603575959977721858}}], 8, 0) = 1
1 epoll_wait(4, [{events=EPOLLOUT, data={u32=7, u64=4603575959977721857}}], 8, 0) = 1
`, "poll ok out", ""},
		{"a number of which closing does not show may be a file", `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 poll([{fd=3, events=POLLOUT}], 1, 0) = 0 (Timeout)
1 read(3, "x", 1) = 1
`, "", ""},
		{"no message is no send", whole + `1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3
1 sendmmsg(3, NULL, 0, 0) = 0
1 recvmmsg(3, NULL, 0, 0, NULL) = 0
`, "", "nothing was sent"},
		{"a UDP socket to port 0", whole + `1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3
1 connect(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 getpeername(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, [16]) = 0
`, "getpeername ok", ""},
		{"an end that comes while poll looks", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, {sa_family=AF_INET, sin_port=htons(7000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
1 shutdown(3, SHUT_WR) = 0
1 poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])
1 read(3, "", 16384) = 0
1 poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN|POLLHUP}])
`, "", ""},
		{"splice takes what poll does not show any more", whole + `1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = 0
1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FILES|CLONE_THREAD) = 2
1 poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])
1 splice(3, NULL, 7, NULL, 5, 0 <unfinished ...>
2 poll([{fd=3, events=POLLIN}], 1, 0) = 0 (Timeout)
1 <... splice resumed>) = 5
1 splice(8, NULL, 3, NULL, 5, 0 <unfinished ...>
2 shutdown(3, SHUT_WR) = 0
1 <... splice resumed>) = 5
1 splice(8, NULL, 3, NULL, 5, 0) = 5
`, "splice ok", ""},
		{"splice is ended by a signal before the socket is asked", whole + `1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
1 poll([{fd=3, events=POLLOUT}], 1, -1) = 1 ([{fd=3, revents=POLLOUT}])
1 splice(8, NULL, 3, NULL, 5, SPLICE_F_NONBLOCK) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
1 splice(8, NULL, 3, NULL, 5, SPLICE_F_NONBLOCK) = -1 EAGAIN (x)
`, "", "what was moved between two descriptors may have failed for the other one"},
		{"both forms of several constants", whole + `1 socket(0x2 /* AF_INET */, 0x1 /* SOCK_STREAM */|0x800 /* SOCK_NONBLOCK */, 0 /* IPPROTO_IP */) = 3
1 connect(3, ` + here + `) = -1 EINPROGRESS (x)
1 connect(3, ` + here + `) = -1 EINVAL (x)
`, "connect WSAEINVAL", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := newJudge(t)
			if err := j.Log("log", strings.NewReader(test.log)); err != nil {
				t.Fatal(err)
			}
			report, got := j.Report(), ""
			if len(report.Divergences) > 0 {
				d := report.Divergences[0]
				name, _, _ := strings.Cut(d.Call, "(")
				got = map[string]string{"read": "recv", "epoll_wait": "poll"}[name]
				if got == "" {
					got = name
				}
				got += " " + d.Observed
			}
			if got != test.impossible {
				t.Errorf("impossible is %q, not %q: %v", got, test.impossible, report.Divergences)
			}
			found := test.aside == ""
			for _, one := range report.SetAside {
				found = found || one.Why == test.aside
			}
			for _, note := range report.Notes {
				found = found || strings.HasSuffix(note, test.aside)
			}
			if !found {
				t.Errorf("nothing is set aside because %q: %v", test.aside, report.SetAside)
			}
		})
	}
}

// TestNoLog holds that what is no log ends in an error.
func TestNoLog(t *testing.T) {
	for _, text := range []string{"GET / HTTP/1.1\nHost: x\n", strings.Repeat("\x00\xff", 1<<20), strings.Repeat("a", 3<<20)} {
		if err := newJudge(t).Log("x", strings.NewReader(text)); err == nil {
			t.Errorf("%.20q is taken for a log", text)
		}
	}
}

// TestRules holds that what a log leaves open says something of every case that a log
// can come to, and departs from linux in each of its rules.
func TestRules(t *testing.T) {
	text, err := os.ReadFile("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	checked, err := check(append(append(text, '\n'), rules...))
	if err != nil {
		t.Fatal(err)
	}
	if checked != "" {
		t.Error(checked)
	}
}

// FuzzLog holds that no log brings the judge down.
func FuzzLog(f *testing.F) {
	log, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log)
	f.Add([]byte(whole + "1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3\n2 poll([{fd=3, events=POLLIN}], 1, 0) = 1 ([{fd=3, revents=POLLIN}])\n"))
	f.Add([]byte(known + "1 read(5, \"\", 1) = 0\n2 write(4, \"x\", 1) = 1\n"))
	f.Add([]byte(whole + "1 accept4(5<TCP:[127.0.0.1:80]>, NULL, NULL, SOCK_CLOEXEC) = 6\n1 listen(6<TCP:[1]>, 1) = 0\n"))
	j := newJudge(f)
	f.Fuzz(func(_ *testing.T, log []byte) {
		_ = j.Log("log", bytes.NewReader(log)) // an error is an answer
	})
}

// BenchmarkLog judges logs: lines a second.
func BenchmarkLog(b *testing.B) {
	log, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		b.Fatal(err)
	}
	j := newJudge(b)
	for b.Loop() {
		if err := j.Log("log", bytes.NewReader(log)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(bytes.Count(log, []byte("\n")))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// An endless log is one of a server: processes that come and go, each with a socket.
type endlessLog struct {
	pid, left int
	text      []byte
}

func (e *endlessLog) Read(into []byte) (int, error) {
	if len(e.text) == 0 {
		if e.left == 0 {
			return 0, io.EOF
		}
		e.left--
		e.pid++
		e.text = fmt.Appendf(e.text[:0], `1 accept4(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")}, [16], SOCK_CLOEXEC) = 4
1 clone(child_stack=NULL, flags=SIGCHLD) = %[1]d
1 close(4) = 0
%[1]d read(4, "x", 10) = 1
%[1]d socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 5
%[1]d connect(5, %[2]s) = 0
%[1]d recvfrom(5,  <unfinished ...>
%[1]d <... recvfrom resumed>"x", 1, 0, NULL, NULL) = 1
%[1]d write(4, "x", 1) = 1
%[1]d +++ exited with 0 +++
`, 1+e.pid, here)
	}
	n := copy(into, e.text)
	e.text = e.text[n:]
	return n, nil
}

// TestEndless holds that what is kept does not grow with the length of a log.
func TestEndless(t *testing.T) {
	start := whole + "1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n1 listen(3, 5) = 0\n"
	kept := func(processes int) uint64 {
		j := newJudge(t)
		if err := j.Log("log", io.MultiReader(strings.NewReader(start), &endlessLog{pid: 1, left: processes})); err != nil {
			t.Fatal(err)
		}
		if r := j.Report(); r.Sockets != 1+2*processes || len(r.Divergences) > 0 || r.Judged*4 < r.Calls*3 {
			t.Errorf("%d sockets, %d of %d calls judged, impossible: %v", r.Sockets, r.Judged, r.Calls, r.Divergences)
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		runtime.KeepAlive(j)
		return memory.HeapAlloc
	}
	short, long := kept(1000), kept(20_000)
	t.Logf("%d KB after 10,000 lines, %d KB after 200,000", short>>10, long>>10)
	if long > short+short/4+1<<20 {
		t.Errorf("%d KB are kept after 10,000 lines, and %d KB after 200,000", short>>10, long>>10)
	}
}
