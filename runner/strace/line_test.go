package strace

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// TestLines holds what lines mean, in all forms that strace gives them.
func TestLines(t *testing.T) {
	tests := []struct{ text, want string }{
		{`socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3`, `socket[AF_INET|SOCK_STREAM|SOCK_CLOEXEC|IPPROTO_IP] 3`},
		{`listen(3, 5)                      = 0`, `listen[3|5] 0`},
		{`[pid  123] close(4)               = 0 <0.000012>`, `123 close[4] 0`},
		{`9183  1795653684.670351 close(4) = -1 EBADF (Bad file descriptor)`, `9183 close[4] -1 EBADF`},
		{`12:34:56.123456 close(4) = 0`, `close[4] 0`},
		{`     0.000123 close(4) = 0`, `close[4] 0`},
		{`9183  12:34:56 [00007f0011223344] close(4) = 0`, `9183 close[4] 0`},
		{`write(1, "a) = 7\"\\", 5) = 5`, `write[1|"a) = 7\"\\"|5] 5`},
		{`connect(5<TCP:[127.0.0.1:1->127.0.0.1:2]>, {sa_family=AF_INET, sin_port=htons(1)}, 16) = 0`,
			`connect[5<TCP:[127.0.0.1:1->127.0.0.1:2]>|{sa_family=AF_INET, sin_port=htons(1)}|16] 0`},
		{`dup(5</tmp/a,b>)                 = 6</tmp/a,b>`, `dup[5</tmp/a,b>] 6`},
		{`read(3, 0x1, 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)`, `read[3|0x1|1] ? ERESTARTSYS`},
		{`getpid()                          = 8728`, `getpid[] 8728`},
		{`mmap(NULL, 5, PROT_READ, 0, 3, 0) = 0x7f00`, `mmap[NULL|5|PROT_READ|0|3|0] 32512`},
		{`accept(3, NULL, NULL) = -1 EMFILE (Too many open files) (INJECTED)`, `accept[3|NULL|NULL] -1 EMFILE injected`},
		{`recvmsg(3, {msg_iov=[{iov_base="a, b", iov_len=1}], msg_flags=0}, 0) = 1`,
			`recvmsg[3|{msg_iov=[{iov_base="a, b", iov_len=1}], msg_flags=0}|0] 1`},
		{`--- SIGCHLD {si_signo=SIGCHLD} ---`, `silent`},
		{`[pid 7] +++ exited with 0 +++`, `7 ended`},
		{`7 +++ killed by SIGKILL +++`, `7 ended`},
		{`strace: Process 9 attached`, `silent`},
		{` > /lib/x86_64-linux-gnu/libc.so.6(connect+0x10) [0x1]`, `silent`},
		{`connect(3, {sa_family=AF_INET, sin_po`, `odd`},
		{`connect(3, "abc`, `odd`},
		{`GET / HTTP/1.1`, `odd`},
		{`accept4(3,  <unfinished ...>`, `begun accept4`},
	}
	for _, test := range tests {
		var l line
		l.scan([]byte(test.text))
		if l.kind == complete {
			l.parse()
		}
		if got := shownLine(&l); got != test.want {
			t.Errorf("%s\n  is  %s\n  not %s", test.text, got, test.want)
		}
	}
}

// shownLine is a line as the test writes it.
func shownLine(l *line) string {
	var text strings.Builder
	if l.pid > 0 {
		fmt.Fprintf(&text, "%d ", l.pid)
	}
	switch l.kind {
	case complete:
		var arguments []string
		for i := range l.count {
			arguments = append(arguments, string(l.arguments[i]))
		}
		fmt.Fprintf(&text, "%s[%s]", l.name, strings.Join(arguments, "|"))
		if l.known {
			fmt.Fprintf(&text, " %d", l.value)
		} else {
			text.WriteString(" ?")
		}
		if len(l.failure) > 0 {
			fmt.Fprintf(&text, " %s", l.failure)
		}
		if l.injected {
			text.WriteString(" injected")
		}
	case begun:
		fmt.Fprintf(&text, "begun %s", l.name)
	case ended:
		text.WriteString("ended")
	case odd:
		text.WriteString("odd")
	default:
		text.WriteString("silent")
	}
	return text.String()
}

// TestJoin puts calls together that strace wrote in two parts.
func TestJoin(t *testing.T) {
	log := `7 accept4(3,  <unfinished ...>
8 sendto(5, "hi", 2, 0, NULL, 0 <unfinished ...>
7 <... accept4 resumed>NULL, NULL, SOCK_CLOEXEC) = 4
8 <... sendto resumed>)             = 2
9 <... recvfrom resumed>)             = 2
`
	r := newReader(strings.NewReader(log))
	var got []string
	for {
		c, err := r.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.kind == complete {
			c.parse()
			got = append(got, fmt.Sprintf("%d-%d %s", c.first, c.last, shownLine(c.line)))
		}
	}
	want := `1-3 7 accept4[3|NULL|NULL|SOCK_CLOEXEC] 4
2-4 8 sendto[5|"hi"|2|0|NULL|0] 2`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nnot\n%s", strings.Join(got, "\n"), want)
	}
}

// TestTorn reads what strace writes for people: it tells no process while there is
// one, and writes messages into lines.
func TestTorn(t *testing.T) {
	log := `brk(NULL) = 0x1
access("x", F_OK) = -1 ENOENT (x)
socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3
clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLDstrace: Process 8 attached
 <unfinished ...>
[pid     8] connect(3, ` + here + ` <unfinished ...>
[pid     7] <... clone resumed>)       = 8
[pid     8] <... connect resumed>)     = 0
[pid     8] +++ exited with 0 +++
connect(3, ` + here + `) = 0
`
	j := newJudge(t)
	if err := j.Log("log", strings.NewReader("execve(\"x\", [], 0x1) = 0\n"+log)); err != nil {
		t.Fatal(err)
	}
	r := j.Report()
	if len(r.Divergences) != 1 || r.Divergences[0].Line != 11 || len(r.Odd) > 0 || r.Judged != 2 {
		t.Errorf("%+v", r)
	}
}

// TestAddresses reads structures sockaddr.
func TestAddresses(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{sa_family=AF_INET, sin_port=htons(58827), sin_addr=inet_addr("127.0.0.1")}`, "3 2 127.0.0.1 58827 false"},
		{`{sa_family=0x2, sin_port="\x00\x09", sin_addr="\x7f\x00\x00\x01"}`, "3 2 127.0.0.1 9 false"},
		{`{sa_family=AF_INET6, sin6_port=htons(9), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}`, "3 10 ::1 9 false"},
		{`{sa_family=0xa, sin6_port="\x00\x01", sin6_flowinfo="\x00\x00\x00\x00", sin6_addr="\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"}`, "3 10 ::1 1 false"},
		{`{sa_family=AF_INET, sa_data="\0\1\0\0\0"}`, "3 2 invalid IP -1 true"},
		{`{sa_family=AF_UNSPEC, sa_data="\0\0"}`, "3 0 invalid IP 0 false"},
		{`NULL`, "1 0 invalid IP 0 false"},
		{`0x7fff2d375380`, "2 0 invalid IP 0 false"},
		{``, "0 0 invalid IP 0 false"},
	}
	for _, test := range tests {
		a := addressOf([]byte(test.text))
		if got := fmt.Sprint(a.form, a.family, a.host, a.port, a.short); got != test.want {
			t.Errorf("%s is %s, not %s", test.text, got, test.want)
		}
	}
}

// FuzzLine holds that no line brings the reader down.
func FuzzLine(f *testing.F) {
	f.Add([]byte(`1 connect(3<TCP:[1->2]>, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")}, 16) = 0 <0.1>`))
	f.Add([]byte("1 accept(3,  <unfinished ...>\n1 <... accept resumed>NULL, NULL) = 4"))
	f.Fuzz(func(t *testing.T, log []byte) {
		r := newReader(strings.NewReader(string(log)))
		for {
			c, err := r.next()
			if err != nil {
				break
			}
			if c.kind == complete && c.parse() {
				for i := range c.count {
					addressOf(c.arguments[i])
					flags(c.arguments[i], messageFlags)
					descriptor(c.arguments[i])
				}
			}
		}
	})
}

// BenchmarkScan reads lines alone.
func BenchmarkScan(b *testing.B) {
	text, err := os.ReadFile("testdata/corners.strace")
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Count(string(text), "\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := newReader(strings.NewReader(string(text)))
		for {
			c, err := r.next()
			if err != nil {
				break
			}
			if c.kind == complete {
				c.parse()
			}
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
