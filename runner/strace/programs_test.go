//go:build linux

package strace

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A recording is a program that strace records in a network namespace of its own,
// where there is a loopback link and nothing else.
type recording struct {
	name   string
	needs  []string // programs
	server string   // what is recorded besides, in the background; "": nothing
	port   int      // on which it listens (0: it is not waited for)
	udp    bool
	client string
}

// pythonServer answers as each program needs it.
const pythonServer = "python3 -m http.server 8000 --bind 127.0.0.1"

// recordings are run in a folder of their own.
var recordings = []recording{
	{"curl", []string{"curl"}, pythonServer, 8000, false, "curl -s -o out http://127.0.0.1:8000/ http://127.0.0.1:8000/"},
	{"curl refused", []string{"curl"}, "", 0, false, "curl -s http://127.0.0.1:9/ http://[::1]:9/ http://10.1.1.1/ || true"},
	{"curl localhost", []string{"curl"}, pythonServer, 8000, false, "curl -s -o out http://localhost:8000/ --parallel http://localhost:8000/x"},
	{"wget", []string{"wget"}, pythonServer, 8000, false, "wget -q -O out http://localhost:8000/"},
	{"python", []string{"python3"}, pythonServer, 8000, false,
		`python3 -c "import urllib.request as u; [u.urlopen('http://localhost:8000/').read() for i in range(3)]"`},
	{"python asyncio", []string{"python3"}, "", 0, false, "python3 ASYNC"},
	{"python corners", []string{"python3"}, "", 0, false, "python3 CORNERS"},
	{"node", []string{"node"}, "", 0, false, "node NODE"},
	{"perl", []string{"perl"}, "", 0, false, "perl PERL"},
	{"ruby", []string{"ruby"}, "", 0, false, "ruby RUBY"},
	{"php", []string{"php"}, pythonServer, 8000, false,
		`php -r 'echo strlen(file_get_contents("http://127.0.0.1:8000/")); $s = @fsockopen("127.0.0.1", 9); $s = stream_socket_server("tcp://127.0.0.1:7000"); $c = stream_socket_client("tcp://127.0.0.1:7000"); $a = stream_socket_accept($s); fwrite($c, "x"); echo fread($a, 1); fclose($a); echo fread($c, 5);'`},
	{"nc", []string{"nc"}, "nc -l 127.0.0.1 7000", 7000, false, "echo hello | nc -N 127.0.0.1 7000; nc -z 127.0.0.1 1-5 || true"},
	{"nc udp", []string{"nc"}, "nc -u -l 127.0.0.1 7000", 7000, true, "echo hello | nc -u -w 1 127.0.0.1 7000; echo hello | nc -u -w 1 127.0.0.1 9 || true"},
	{"ncat", []string{"ncat"}, "ncat -k -l 127.0.0.1 7000 --exec /bin/cat", 7000, false, "echo hello | ncat 127.0.0.1 7000; ncat 127.0.0.1 9 </dev/null || true"},
	{"socat", []string{"socat"}, "socat TCP-LISTEN:7000,fork,reuseaddr EXEC:/bin/cat", 7000, false,
		"echo hello | socat - TCP:127.0.0.1:7000; echo again | socat - TCP:localhost:7000; socat - TCP:127.0.0.1:9 </dev/null || true"},
	{"nginx", []string{"nginx", "curl"}, "nginx -c $PWD/nginx.conf -p $PWD", 8080, false,
		"curl -s -o out http://127.0.0.1:8080/ http://127.0.0.1:8080/none http://127.0.0.1:8080/proxy"},
	{"redis", []string{"redis-server", "redis-cli"}, "redis-server --port 6400 --bind 127.0.0.1 --save '' --dir $PWD", 6400, false,
		"redis-cli -p 6400 set a b; redis-cli -p 6400 get a; redis-cli -p 6400 ping; redis-cli -p 9 ping || true"},
	{"memcached", []string{"memcached", "nc"}, "memcached -u root -l 127.0.0.1 -p 7000", 7000, false,
		`printf 'set a 0 0 1\r\nx\r\nget a\r\nquit\r\n' | nc -N 127.0.0.1 7000`},
	{"dig", []string{"dig", "dnsmasq"}, "dnsmasq -k --user=root --group=root -p 5353 --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --address=/a.test/127.0.0.1 --pid-file=", 5353, false,
		"dig +short @127.0.0.1 -p 5353 a.test; dig +tcp +short @127.0.0.1 -p 5353 a.test; dig +time=1 +tries=1 @127.0.0.1 -p 9 a.test || true"},
	{"openssl", []string{"openssl"}, "openssl s_server -accept 127.0.0.1:7000 -nocert -psk 00 -www", 7000, false,
		"echo Q | openssl s_client -connect 127.0.0.1:7000 -psk 00; openssl s_client -connect 127.0.0.1:9 </dev/null || true"},
	{"iperf3", []string{"iperf3"}, "iperf3 -s -p 7000 -1", 7000, false, "iperf3 -c 127.0.0.1 -p 7000 -n 200K"},
	{"iperf3 udp", []string{"iperf3"}, "iperf3 -s -p 7000 -1", 7000, false, "iperf3 -c 127.0.0.1 -p 7000 -u -n 20K"},
	{"ab", []string{"ab"}, pythonServer, 8000, false, "ab -q -n 20 -c 4 http://127.0.0.1:8000/"},
	{"lighttpd", []string{"lighttpd", "curl"}, "lighttpd -D -f lighttpd.conf", 8081, false, "curl -s -o out http://127.0.0.1:8081/ http://127.0.0.1:8081/"},
	{"busybox", []string{"busybox"}, "busybox httpd -f -p 127.0.0.1:7000", 7000, false, "busybox wget -q -O out http://127.0.0.1:7000/nginx.conf; busybox nc 127.0.0.1 9 </dev/null || true"},
	{"aria2", []string{"aria2c"}, pythonServer, 8000, false, "aria2c -q -d . -o got --allow-overwrite=true http://127.0.0.1:8000/nginx.conf"},
	{"lftp", []string{"lftp"}, pythonServer, 8000, false, "lftp -c 'set net:max-retries 1; open http://127.0.0.1:8000/; ls'"},
	{"mosquitto", []string{"mosquitto", "mosquitto_pub"}, "mosquitto -p 7000", 7000, false, "mosquitto_pub -h 127.0.0.1 -p 7000 -t a -m b"},
	{"rsync", []string{"rsync"}, "rsync --daemon --no-detach --port=7000 --config=rsyncd.conf", 7000, false, "rsync rsync://127.0.0.1:7000/all/ > out"},
	{"bash", []string{"bash"}, pythonServer, 8000, false,
		`bash -c 'exec 5<>/dev/tcp/127.0.0.1/8000; printf "GET / HTTP/1.0\r\n\r\n" >&5; cat <&5 >out; exec 6<>/dev/udp/127.0.0.1/9; echo x >&6; echo y >&6 || true'`},
	{"fping", []string{"fping"}, "", 0, false, "fping -c 1 127.0.0.1"},
	{"whois", []string{"whois"}, "", 0, false, "whois -h 127.0.0.1 -p 9 x || true"},
	{"ntpdate", []string{"ntpdate"}, "", 0, false, "ntpdate -q -t 0.2 127.0.0.1 || true"},
	{"snmp", []string{"snmpget"}, "", 0, false, "snmpget -v1 -c public -t 0.2 -r 1 127.0.0.1:9 1.3 || true"},
	{"getent", []string{"getent"}, "", 0, false, "getent ahosts localhost; getent ahosts a.test || true"},
	{"go", []string{"GO"}, "", 0, false, "GO"},
}

// files stand in the folder of a recording.
var recordingFiles = map[string]string{
	"nginx.conf": `daemon off; user root; worker_processes 2; pid nginx.pid; error_log error.log;
events { worker_connections 32; }
http { access_log off;
 server { listen 127.0.0.1:8080; root .; location /proxy { proxy_pass http://127.0.0.1:9/; } } }
`,
	"lighttpd.conf": "server.document-root = \"/tmp\"\nserver.port = 8081\nserver.bind = \"127.0.0.1\"\n",
	"rsyncd.conf":   "use chroot = no\n[all]\npath = /usr/share/doc/rsync\n",
	"ASYNC": `
import asyncio
async def serve(r, w):
    w.write(await r.read(100)); await w.drain(); w.close()
async def main():
    s = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = s.sockets[0].getsockname()[1]
    async def ask():
        r, w = await asyncio.open_connection('127.0.0.1', port)
        w.write(b'x' * 50); w.write_eof(); assert len(await r.read()) == 50; w.close()
    await asyncio.gather(*[ask() for _ in range(20)])
    try: await asyncio.open_connection('127.0.0.1', 9)
    except OSError as e: print(e)
    s.close()
asyncio.run(main())
`,
	"CORNERS": `
import socket, select, os, threading, struct, signal, time
def tcp(f=socket.AF_INET): return socket.socket(f)
def udp(f=socket.AF_INET): return socket.socket(f, socket.SOCK_DGRAM)
def tries(f, *a):
    try: return f(*a)
    except OSError as e: return e.errno
unspec = bytes(16)
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def dissolve(s): libc.connect(s.fileno(), unspec, 16)
l = tcp(); l.bind(('127.0.0.1', 0)); l.listen(30); here = l.getsockname()
# second connects, and what they tell
c = tcp(); c.connect(here); tries(c.connect, here); a, _ = l.accept()
c.send(b'x'); a.recv(1); a.shutdown(socket.SHUT_WR); c.recv(1); tries(c.getpeername); c.shutdown(socket.SHUT_RDWR); tries(c.getpeername); tries(c.send, b'x'); c.close(); a.recv(1); a.close()
# nonblocking, by poll and by second connects
n = tcp(); n.setblocking(False); tries(n.connect, here); p = select.poll(); p.register(n, 5); p.poll(1000)
tries(n.connect, here); tries(n.connect, here); n.getsockopt(1, 4); a, _ = l.accept()
a.setsockopt(1, 13, struct.pack('ii', 1, 0)); a.close(); p.poll(1000); tries(n.recv, 1); tries(n.recv, 1); tries(n.send, b'x'); p.poll(0); n.close()
n = tcp(); n.setblocking(False); tries(n.connect, ('127.0.0.1', 9)); select.select([n], [n], [n], 1); n.getsockopt(1, 4); n.getsockopt(1, 4); tries(n.connect, here); tries(n.connect, here); n.close()
n = tcp(); n.setblocking(False); tries(n.connect, ('127.0.0.1', 9)); tries(n.connect, here); tries(n.connect, here); tries(n.connect, here); dissolve(n); tries(n.getpeername); tries(n.connect, here); n.close()
# shutdown while connecting, and before
s = tcp(); tries(s.shutdown, socket.SHUT_WR); tries(s.connect, ('127.0.0.1', 9)); s.close()
# AF_UNSPEC
s = tcp(); s.connect(here); dissolve(s); s.getsockopt(1, 4); tries(s.getpeername); s.connect(here); s.close()
# listening sockets
tries(l.connect, here); tries(l.recv, 1); tries(l.send, b'x'); l.setblocking(False)
while not isinstance(tries(l.accept), int): pass
dissolve(l); tries(l.accept); l.listen(1); l.close()
# UDP: port 0, refusals, AF_UNSPEC, changing destinations, empty datagrams
u = udp(); tries(u.connect, ('127.0.0.1', 0)); tries(u.getpeername); tries(u.send, b'x'); u.close()
u = udp(); u.connect(('127.0.0.1', 9)); u.send(b'x'); tries(u.send, b'x'); u.send(b'x'); u.getsockopt(1, 4); u.send(b'x'); tries(u.recv, 1); dissolve(u); tries(u.send, b'x'); tries(u.getpeername); u.close()
u, v = udp(), udp(); u.bind(('127.0.0.1', 0)); v.connect(u.getsockname()); v.send(b''); u.recv(1); v.send(b'xx'); u.recvfrom(1); u.settimeout(0.01); tries(u.recv, 1); u.setblocking(False); tries(u.recv, 1); tries(u.sendto, b'x', ('127.0.0.1', 0)); tries(u.sendto, b'x', ('10.9.9.9', 1)); tries(u.bind, ('127.0.0.1', 0)); u.close(); v.close()
# mapped addresses
s = tcp(socket.AF_INET6); s.bind(('::', 0)); s.listen(1); c = tcp(); c.connect(('127.0.0.1', s.getsockname()[1])); a, _ = s.accept(); a.getpeername(); c.close(); a.recv(1); a.close(); c = tcp(socket.AF_INET6); c.connect(('::ffff:127.0.0.1', s.getsockname()[1])); c.close(); s.close()
u = udp(socket.AF_INET6); tries(u.sendto, b'x', ('::ffff:127.0.0.1', 9)); tries(u.sendto, b'x', ('::1', 9)); u.connect(('::1', 9)); u.send(b'x'); tries(u.send, b'x'); u.close()
# no route, wildcard, own address
s = tcp(); tries(s.connect, ('10.9.9.9', 1)); tries(s.connect, ('127.0.0.1', 9)); tries(s.bind, ('10.9.9.9', 0)); s.close()
s = tcp(); s.bind(('127.0.0.1', 0)); tries(s.connect, s.getsockname()); s.send(b'x'); s.recv(1); s.close()
s = tcp(); s.bind(('127.0.0.1', 0)); t = tcp(); tries(t.bind, s.getsockname()); t.close(); s.close()
# data before and after an end, peeking, waiting
l = tcp(); l.bind(('127.0.0.1', 0)); l.listen(30); here = l.getsockname()
c = tcp(); c.connect(here); a, _ = l.accept(); c.sendall(b'abc'); c.close(); a.recv(1, 2); a.recv(1); a.recv(5); a.recv(1); tries(a.send, b'x'); tries(a.send, b'x'); tries(a.recv, 1); a.getsockopt(1, 4); a.close()
c = tcp(); c.connect(here); a, _ = l.accept(); tries(a.recv, 1, 64); a.close(); c.recv(1); c.send(b'x'); tries(c.send, b'x'); c.close()
# threads that overlap, and signals
c = tcp(); c.connect(here); a, _ = l.accept()
t = threading.Thread(target=lambda: a.recv(1)); t.start(); a.send(b'y'); c.recv(1); c.send(b'z'); t.join()
signal.signal(signal.SIGALRM, lambda *x: c.send(b'w')); signal.setitimer(signal.ITIMER_REAL, 0.05); a.recv(1); a.close(); c.close()
# fork, dup, epoll, sendmsg
c = tcp(); c.connect(here); a, _ = l.accept(); d = a.dup(); a.close(); pid = os.fork()
if pid == 0: d.sendmsg([b'a', b'b']); os._exit(0)
os.waitpid(pid, 0); e = select.epoll(); e.register(c, select.EPOLLIN | select.EPOLLOUT); e.poll(1); c.recvmsg(5); e.poll(0); d.close(); e.poll(1); c.recv(1); c.close()
# big sends that do not fit
c = tcp(); c.connect(here); a, _ = l.accept(); c.setblocking(False)
while not isinstance(tries(c.send, b'x' * 100000), int): pass
p = select.poll(); p.register(c, 4); p.poll(0)
a.setblocking(False)
while tries(a.recv, 1 << 20) != 11: pass
p.poll(1000); c.close(); a.recv(1); a.close()
`,
	"NODE": `
const net = require('net'), dgram = require('dgram'), http = require('http');
const s = http.createServer((q, r) => r.end('hi')).listen(0, '127.0.0.1', () => {
  const port = s.address().port; let left = 5;
  for (let i = 0; i < 5; i++) http.get({port, host: '127.0.0.1', agent: false}, r => { r.resume(); r.on('end', () => { if (--left == 0) s.close(); }); });
});
net.connect(9, '127.0.0.1').on('error', e => console.log(e.code));
net.connect(9, 'localhost').on('error', e => console.log(e.code));
const u = dgram.createSocket('udp4'); u.send('x', 9, '127.0.0.1', () => u.close());
`,
	"PERL": `
use IO::Socket::INET; use IO::Select;
my $l = IO::Socket::INET->new(Listen => 3, LocalAddr => '127.0.0.1') or die;
my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $l->sockport, Timeout => 2) or die;
my $a = $l->accept; print $a "hello\n"; my $x = <$c>; $c->shutdown(1); $x = <$a>; close $a; $x = <$c>; close $c;
IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 9) or print "$!\n";
my $u = IO::Socket::INET->new(Proto => 'udp', PeerAddr => '127.0.0.1', PeerPort => 9); $u->send('x'); defined $u->send('x') or print "$!\n";
`,
	"RUBY": `
require 'socket'
l = TCPServer.new('127.0.0.1', 0)
t = Thread.new { a = l.accept; a.write(a.readpartial(10)); a.close }
c = TCPSocket.new('127.0.0.1', l.addr[1]); c.write('hello'); c.read; c.close; t.join
begin; TCPSocket.new('localhost', 9); rescue => e; puts e; end
u = UDPSocket.new; u.connect('127.0.0.1', 9); u.send('x', 0); begin; u.send('x', 0); rescue => e; puts e; end
`,
	"main.go": `
package main
import ("fmt"; "io"; "net"; "net/http"; "sync")
func main() {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil { panic(err) }
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hi") }))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 3 {
				c := http.Client{Transport: &http.Transport{}}
				r, err := c.Get("http://" + l.Addr().String())
				if err != nil { panic(err) }
				io.Copy(io.Discard, r.Body); r.Body.Close(); c.CloseIdleConnections()
			}
		})
	}
	all.Wait()
	_, err = net.Dial("tcp", "127.0.0.1:9"); fmt.Println(err)
	u, _ := net.Dial("udp", "127.0.0.1:9"); u.Write([]byte("x")); _, err = u.Write([]byte("x")); fmt.Println(err)
	_, err = net.Dial("tcp", "[::1]:9"); fmt.Println(err)
}
`,
}

// room is a folder for recordings, with their files.
func room(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range recordingFiles {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// quick are the recordings of a short run.
var quick = []string{"curl", "python corners", "nc udp", "go"}

// changeUser are the recordings whose servers give up the rights of root.
var changeUser = []string{"dig", "mosquitto", "rsync"}

// record runs a recording and gives its logs.
func (r recording) record(t *testing.T, options string) []string {
	t.Helper()
	folder := room(t)
	for _, program := range append(r.needs, "strace", "unshare", "ip") {
		if program == "GO" {
			build := exec.Command("go", "build", "-o", "GO", "main.go")
			build.Dir = folder
			if text, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			continue
		}
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no program %s here", program)
		}
	}
	script := "set -e; ip link set lo up\n"
	if r.server != "" {
		table := map[bool]string{false: "tcp", true: "udp"}[r.udp]
		state := map[bool]string{false: "0A", true: "07"}[r.udp]
		script += fmt.Sprintf("strace %s -o server.log sh -c 'echo $$ >pid; exec \"$@\"' - %s >server.out 2>&1 </dev/null &\n", options, r.server)
		script += fmt.Sprintf("n=0; until cat /proc/net/%[3]s /proc/net/%[3]s6 | grep -q ':%04[1]X .* %[2]s '; do n=$((n+1)); test $n -lt 200; sleep 0.05; done\n", r.port, state, table)
	}
	client := strings.ReplaceAll(r.client, "$PWD", folder)
	if client == "GO" {
		client = "./GO"
	}
	script += fmt.Sprintf("strace %s -o client.log sh -c \"$CLIENT\" >client.out 2>&1\n", options)
	if r.server != "" {
		script += "kill $(cat pid) 2>/dev/null || true; wait\n"
	}
	path := os.Getenv("PATH") + ":/usr/sbin:/sbin"
	if python, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output(); err == nil {
		path = filepath.Dir(string(python)) + ":" + path // not what stands before it
	}
	arguments := []string{"--net", "--pid", "--fork", "--kill-child", "timeout", "60", "sh", "-c", script}
	if os.Geteuid() != 0 {
		if slices.Contains(changeUser, r.name) {
			t.Skipf("%s changes its user, which takes the rights of root", r.server)
		}
		arguments = append([]string{"--user", "--map-root-user"}, arguments...)
	}
	command := exec.Command("unshare", arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "CLIENT="+client, "PATH="+path)
	if text, err := command.CombinedOutput(); err != nil {
		said, _ := exec.Command("tail", "-n", "5", filepath.Join(folder, "server.out"), filepath.Join(folder, "client.out")).CombinedOutput()
		t.Errorf("%s could not be recorded: %v: %s%s", r.name, err, text, said)
	}
	var logs []string
	for _, name := range []string{"client.log", "server.log"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			logs = append(logs, filepath.Join(folder, name))
		}
	}
	if len(logs) == 0 {
		t.Fatalf("%s left no log", r.name)
	}
	return logs
}

// TestPrograms records real programs and holds that nothing they were told is
// called impossible, whatever strace was asked to show.
func TestPrograms(t *testing.T) {
	text, err := os.ReadFile("../../connect.spec")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recordings {
		if testing.Short() && !slices.Contains(quick, r.name) {
			continue
		}
		t.Run(strings.ReplaceAll(r.name, " ", "_"), func(t *testing.T) {
			for _, options := range recorded() {
				judge, err := New("connect.spec", text)
				if err != nil {
					t.Fatal(err)
				}
				logs := r.record(t, options)
				if options == "-f" {
					logs = append(logs, network(t, logs)...)
				}
				for _, name := range logs {
					file, err := os.Open(name)
					if err != nil {
						t.Fatal(err)
					}
					if err := judge.Log(filepath.Base(name), file); err != nil {
						t.Error(err)
					}
					file.Close()
				}
				report := judge.Report()
				t.Logf("%-24s %d lines, %d sockets, %d linked, %d calls, %d judged", options, report.Lines, report.Sockets, report.Linked, report.Calls, report.Judged)
				for _, d := range report.Divergences {
					t.Errorf("%s: %s:%d: %s\n  %s, allowed %v", options, d.File, d.Line, d.Call, d.Observed, d.Allowed)
				}
				if len(report.Divergences) > 0 {
					keep(t, r.name, logs)
				}
				for _, s := range report.SetAside {
					t.Logf("    %d set aside: %s", s.Calls, s.Why)
				}
			}
		})
	}
}

// every has programs recorded once more for each of other options of strace.
var every = flag.Bool("every", false, "record programs with other options of strace, too")

func recorded() []string {
	if *every {
		return []string{"-f", "-f -e trace=network", "-f -yy -X raw", "-f -tt -T -y"}
	}
	return []string{"-f"}
}

// network are logs with what `-e trace=network` would have left of them.
func network(t *testing.T, logs []string) []string {
	t.Helper()
	var list []string
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var kept strings.Builder
		for text := range strings.Lines(string(text)) {
			var l line
			l.scan([]byte(strings.TrimSuffix(text, "\n")))
			if called := string(l.name); called == "" || networkCalls[called] || called == "socket" || called == "socketpair" {
				kept.WriteString(text)
			}
		}
		name = strings.TrimSuffix(name, ".log") + ".network.log"
		if err := os.WriteFile(name, []byte(kept.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	return list
}

// keep copies logs to where they can be looked at.
func keep(t *testing.T, name string, logs []string) {
	t.Helper()
	folder := os.Getenv("CONNECTSPEC_KEEP")
	if folder == "" {
		return
	}
	for _, log := range logs {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+"."+filepath.Base(log)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
