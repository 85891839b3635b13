//go:build linux

package strace

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCorners records what conformance tests of socket calls look into, as
// testdata/corners/main.c says, in a network namespace of its own. Linux is right, so
// that nothing of it may be called impossible, whatever strace was asked to show;
// and what the program looks into must be judged, and not just read.
func TestCorners(t *testing.T) {
	folder := t.TempDir()
	for _, program := range []string{"gcc", "strace", "unshare", "ip"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT TESTED: there is no program %s here", program)
		}
	}
	program := filepath.Join(folder, "corners")
	build := exec.Command("gcc", "-Wall", "-Wextra", "-Wno-unused-value", "-Wno-unused-result", "-pthread", "-o", program, "testdata/corners/main.c")
	if text, err := build.CombinedOutput(); err != nil || len(text) > 0 {
		t.Fatalf("%v: %s", err, text)
	}
	// Where closing does not show, less is known.
	for options, fewest := range map[string]float64{"-f": 0.75, "-f -yy -X raw": 0.75, "-f -tt -T -y -X verbose": 0.75, "-f -e trace=network": 0.7} {
		log := filepath.Join(folder, strings.ReplaceAll(options, " ", "")+".log")
		recordAlone(t, options, log, program)
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		j := newJudge(t)
		if err := j.Log(filepath.Base(log), strings.NewReader(string(text))); err != nil {
			t.Error(err)
		}
		r := j.Report()
		t.Logf("%-24s %d lines, %d sockets, %d calls, %d judged", options, r.Lines, r.Sockets, r.Calls, r.Judged)
		for _, d := range r.Divergences {
			t.Errorf("%s: %s:%d: %s\n  %s, allowed %v", options, d.File, d.Line, d.Call, d.Observed, d.Allowed)
		}
		if len(r.Divergences) > 0 {
			keep(t, "corners", []string{log})
		}
		const sockets, calls = 3000, 13000
		if r.Sockets < sockets || r.Calls < calls || float64(r.Judged) < fewest*float64(r.Calls) {
			t.Errorf("%s: of %d calls upon %d sockets %d are judged", options, r.Calls, r.Sockets, r.Judged)
		}
		for _, s := range r.SetAside {
			t.Logf("    %d set aside: %s", s.Calls, s.Why)
		}
	}
}

// recordAlone records a program in a network namespace, where there is a loopback
// link and nothing else, for two minutes at most. How the program ends is its own
// matter.
func recordAlone(t *testing.T, options, log, program string, arguments ...string) {
	t.Helper()
	const script = `ip link set lo up && shift && exec timeout 120 strace "$@"`
	alone := []string{"--net", "--pid", "--fork", "--kill-child"}
	if os.Geteuid() != 0 {
		alone = append(alone, "--user", "--map-root-user")
	}
	if denied, err := exec.Command("unshare", append(alone, "true")...).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: there is no network namespace to be had: %s", denied)
	}
	words := slices.Concat(alone, []string{"sh", "-c", script, "sh", "-"}, strings.Fields(options), []string{"-o", log, program}, arguments)
	text, err := exec.Command("unshare", words...).CombinedOutput()
	if info, missing := os.Stat(log); missing != nil || info.Size() == 0 {
		t.Fatalf("%s %s: %v: %s", options, program, err, text)
	}
}

// TestArguments: what the kernel turns away for its arguments tells nothing of a
// socket, and other arguments with the same error do. Where an error has been taken,
// or a connection or data, and told to nobody, the socket is not judged on.
func TestArguments(t *testing.T) {
	const (
		shut   = whole + "1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3\n1 shutdown(3, SHUT_WR) = -1 ENOTCONN (x)\n"
		fresh  = whole + "1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = 3\n"
		local  = whole + "1 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 3\n"
		listen = whole + "1 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3\n1 listen(3, 1) = 0\n"
		inet   = `{sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}`
	)
	link := func(ip string) string {
		return `{sa_family=AF_INET6, sin6_port=htons(0), inet_pton(AF_INET6, "` + ip + `", &sin6_addr), sin6_scope_id=0}`
	}
	for _, test := range []struct{ before, turnedAway, impossible string }{
		{fresh, "bind(3, " + inet + ", 129) = -1 EINVAL (x)", "bind(3, " + inet + ", 16) = -1 EINVAL (x)"},
		{local, "bind(3, " + link("fe80::1") + ", 28) = -1 EINVAL (x)", "bind(3, " + link("::1") + ", 28) = -1 EINVAL (x)"},
		{listen, "accept4(3, NULL, NULL, SOCK_CLOEXEC|0x4) = -1 EINVAL (x)", "accept4(3, NULL, NULL, SOCK_CLOEXEC) = -1 EINVAL (x)"},
		{shut, "sendto(3, \"x\", 1, 0, 0x7ffe, -1) = -1 EINVAL (x)", "sendto(3, \"x\", 1, 0, " + inet + ", 16) = -1 EINVAL (x)"},
		{fresh, "sendto(3, \"x\"..., 70000, 0, NULL, 0) = -1 EMSGSIZE (x)", "sendto(3, \"x\"..., 65000, 0, NULL, 0) = -1 EMSGSIZE (x)"},
		{shut, "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=0x7f, msg_iovlen=1025, msg_controllen=0, msg_flags=0}, 0) = -1 EMSGSIZE (x)",
			`sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = -1 EMSGSIZE (x)`},
		{shut, `writev(3, [{iov_base=0x7f, iov_len=18446744073709551615}], 1) = -1 EINVAL (x)`, `writev(3, [{iov_base="x", iov_len=1}], 1) = -1 EINVAL (x)`},
		{shut, "readv(3, 0x7f, -1) = -1 EINVAL (x)", `readv(3, [{iov_base=0x7f, iov_len=1}], 1) = -1 EINVAL (x)`},
		{shut, "recvmmsg(3, 0x7f, 2, 0, {tv_sec=-1, tv_nsec=0}) = -1 EINVAL (x)", "recvfrom(3, 0x7f, 2, 0, NULL, NULL) = -1 EINVAL (x)"},
		{shut, "sendfile(3, 4, NULL, 5) = -1 EINVAL (x)", "sendto(3, \"x\", 1, 0, NULL, 0) = -1 EINVAL (x)"},
		{shut, "splice(3, NULL, 4, NULL, 5, 0) = -1 EINVAL (x)", "splice(3, NULL, 4, NULL, 5, 0) = -1 EPIPE (x)"},
		{fresh, "getsockopt(3, SOL_SOCKET, SO_ERROR, 0x7f, 0x7e) = -1 EFAULT (x)", "getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0"},
	} {
		j := newJudge(t)
		if err := j.Log("log", strings.NewReader(test.before+"1 "+test.turnedAway+"\n1 "+test.impossible+"\n")); err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(test.before, "\n")
		if d := j.Report().Divergences; len(d) != 1 || d[0].Line != lines+2 {
			t.Errorf("%s\n%s\n%v", test.turnedAway, test.impossible, d)
		}
	}
	for _, taken := range []struct{ before, call, after string }{
		{listen, "accept(3, 0x7f, [16]) = -1 EFAULT (x)", "listen(3, 1) = -1 EINVAL (x)"},
		{listen, "accept(3, 0x7f, [-1]) = -1 EINVAL (x)", "listen(3, 1) = -1 EINVAL (x)"},
		{fresh, "getsockopt(3, SOL_SOCKET, SO_ERROR, 0x7f, [4]) = -1 EFAULT (x)", "listen(3, 1) = -1 EINVAL (x)"},
		{fresh, "recvfrom(3, 0x7f, 1, 0, 0x7e, [-1]) = -1 EINVAL (x)", "listen(3, 1) = -1 EINVAL (x)"},
		{fresh, "recvmsg(3, {msg_namelen=0}, 0) = -1 EMSGSIZE (x)", "listen(3, 1) = -1 EINVAL (x)"},
		{"1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n", "listen(3, 1) = -1 EBADF (x)", "socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3"},
	} {
		j := newJudge(t)
		if err := j.Log("log", strings.NewReader(taken.before+"1 "+taken.call+"\n1 "+taken.after+"\n")); err != nil {
			t.Fatal(err)
		}
		if d := j.Report().Divergences; len(d) != 0 {
			t.Errorf("%s\n%s\n%v", taken.call, taken.after, d)
		}
	}
}
