package strace

import "bytes"

// The constants that are told apart, by what they are arguments of. strace writes
// their names, or their values with -X raw, or both.
var (
	families = map[string]int64{"AF_UNSPEC": 0, "AF_UNIX": 1, "AF_LOCAL": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17}
	types    = map[string]int64{
		"SOCK_STREAM": 1, "SOCK_DGRAM": 2, "SOCK_RAW": 3, "SOCK_RDM": 4, "SOCK_SEQPACKET": 5, "SOCK_DCCP": 6, "SOCK_PACKET": 10,
		"SOCK_CLOEXEC": 0o2000000, "SOCK_NONBLOCK": 0o4000,
	}
	protocols = map[string]int64{
		"IPPROTO_IP": 0, "IPPROTO_ICMP": 1, "IPPROTO_TCP": 6, "IPPROTO_UDP": 17, "IPPROTO_IPV6": 41, "IPPROTO_MPTCP": 262,
		"IPPROTO_SCTP": 132, "IPPROTO_UDPLITE": 136, "IPPROTO_ICMPV6": 58, "IPPROTO_RAW": 255, "IPPROTO_DCCP": 33,
	}
	messageFlags = map[string]int64{
		"MSG_OOB": 1, "MSG_PEEK": 2, "MSG_DONTROUTE": 4, "MSG_CTRUNC": 8, "MSG_TRUNC": 0x20, "MSG_DONTWAIT": 0x40, "MSG_EOR": 0x80,
		"MSG_WAITALL": 0x100, "MSG_ERRQUEUE": 0x2000, "MSG_NOSIGNAL": 0x4000, "MSG_MORE": 0x8000, "MSG_WAITFORONE": 0x10000,
		"MSG_ZEROCOPY": 0x4000000, "MSG_FASTOPEN": 0x20000000, "MSG_CMSG_CLOEXEC": 0x40000000,
	}
	openFlags = map[string]int64{
		"O_RDONLY": 0, "O_WRONLY": 1, "O_RDWR": 2, "O_NONBLOCK": 0o4000, "O_NDELAY": 0o4000, "O_CLOEXEC": 0o2000000, "O_APPEND": 0o2000,
		"O_ASYNC": 0o20000, "O_LARGEFILE": 0o100000, "O_DIRECT": 0o40000, "O_NOATIME": 0o1000000, "FD_CLOEXEC": 1,
		"CLOSE_RANGE_UNSHARE": 2, "CLOSE_RANGE_CLOEXEC": 4,
	}
	commands = map[string]int64{
		"F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_DUPFD_CLOEXEC": 1030,
		"FIONBIO": 0x5421, "FIOCLEX": 0x5451, "FIONCLEX": 0x5450, "FIOASYNC": 0x5452,
	}
	directions = map[string]int64{"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2}
	levels     = map[string]int64{"SOL_SOCKET": 1, "SOL_IP": 0, "SOL_TCP": 6, "SOL_UDP": 17, "SOL_IPV6": 41}
	cloneFlags = map[string]int64{"CLONE_VM": 0x100, "CLONE_FILES": 0x400, "CLONE_THREAD": 0x10000, "CLONE_NEWNET": 0x40000000}
	pollFlags  = map[string]int64{
		"POLLIN": 1, "POLLPRI": 2, "POLLOUT": 4, "POLLERR": 8, "POLLHUP": 0x10, "POLLNVAL": 0x20, "POLLRDNORM": 0x40, "POLLRDBAND": 0x80,
		"POLLWRNORM": 0x100, "POLLWRBAND": 0x200, "POLLRDHUP": 0x2000,
	}
)

// flags is what a text of constants stands for, joined by bars; names that are not
// among those are left out, and known is false then.
func flags(text []byte, names map[string]int64) (value int64, known bool) {
	known = len(text) > 0
	for len(text) > 0 {
		var one []byte
		one, text = nextConstant(text)
		if number, n := number(one); n > 0 && n == len(one) {
			value |= number
		} else if constant, ok := names[string(one)]; ok {
			value |= constant
		} else {
			known = false
		}
	}
	return value, known
}

// nextConstant cuts the first constant off. What stands behind it in a comment is
// its other form: `-X verbose` shows both.
func nextConstant(text []byte) (one, rest []byte) {
	bar := bytes.IndexByte(text, '|')
	comment := bytes.Index(text, []byte(" /*"))
	if comment < 0 || bar >= 0 && bar < comment {
		one, rest, _ = bytes.Cut(text, []byte("|"))
		return one, rest
	}
	_, rest, _ = bytes.Cut(text[comment:], []byte("*/"))
	return text[:comment], bytes.TrimPrefix(rest, []byte("|"))
}

// descriptor is the descriptor that an argument is; -1 if it is none.
func descriptor(text []byte) int {
	value, n := number(text)
	if n == 0 || n < len(text) && text[n] != '<' || value < 0 || value > 1<<30 {
		return -1
	}
	return int(value)
}
