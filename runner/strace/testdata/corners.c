/*
 * The corners that conformance tests of socket calls look into: bad pointers, bad
 * lengths, wrong families, what is no socket, odd vectors and flags, descriptors
 * that are passed on, signals. What a call answers is for the log to say; so this
 * program looks at next to nothing.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct sockaddr sa;
typedef struct sockaddr_in in4;
typedef struct sockaddr_in6 in6;

static char *bad;     /* memory that cannot be read */
static char text[80]; /* some data */
static char *self;    /* the name of this program */
static int nothing, file, pipes[2];

static in4 v4(const char *ip, int port)
{
    in4 a = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, ip, &a.sin_addr);
    return a;
}

static in6 v6(const char *ip, int port)
{
    in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(AF_INET6, ip, &a.sin6_addr);
    return a;
}

static int tcp(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static int udp(void) { return socket(AF_INET, SOCK_DGRAM, 0); }
static int nonblocking(void) { return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); }

static in4 name_of(int s)
{
    in4 a = {0};
    socklen_t length = sizeof a;
    getsockname(s, (sa *)&a, &length);
    return a;
}

static int connect_to(int s, in4 a) { return connect(s, (sa *)&a, sizeof a); }
static int connect_port(int s, int port) { return connect_to(s, v4("127.0.0.1", port)); }
static int bind_port(int s, int port) { in4 a = v4("127.0.0.1", port); return bind(s, (sa *)&a, sizeof a); }

static int dissolve(int s)
{
    sa none = {.sa_family = AF_UNSPEC};
    return connect(s, &none, sizeof none);
}

static int listener(void)
{
    int s = tcp();
    bind_port(s, 0);
    listen(s, 8);
    return s;
}

static void option(int s, int level, int name, int value) { setsockopt(s, level, name, &value, sizeof value); }

static int so_error(int s)
{
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

static int look(int s, int milliseconds)
{
    struct pollfd one = {s, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0};
    poll(&one, 1, milliseconds);
    return one.revents;
}

/* A connection: what was accepted, and what had connected. */
struct pair {
    int a, c;
};

static struct pair pair(void)
{
    int l = listener();
    struct pair p = {-1, tcp()};
    connect_to(p.c, name_of(l));
    p.a = accept(l, NULL, NULL);
    close(l);
    return p;
}

static void end(struct pair p)
{
    close(p.a);
    close(p.c);
}

static void reset(int s)
{
    struct linger l = {1, 0};
    setsockopt(s, SOL_SOCKET, SO_LINGER, &l, sizeof l);
    close(s);
}

static void sockets(void)
{
    int kinds[][3] = {{0, 1, 0}, {2, 1, 0}, {2, 2, 0}, {2, 3, 1}, {2, 1, 6}, {2, 1, 17}, {2, 2, 17}, {2, 2, 6}, {2, 75, 0},
                      {2, 1, 262}, {2, 5, 0}, {10, 1, 0}, {10, 2, 0}, {10, 3, 58}, {1, 1, 0}, {1, 2, 0}, {1, 5, 0},
                      {16, 3, 0}, {17, 3, 0}, {250, 1, 0}, {-1, 1, 0}, {2, -1, 0}, {2, 1, -1}, {2, 1 | SOCK_CLOEXEC, 0},
                      {2, 2, 136}, {40, 1, 0}};
    int two[2];
    for (size_t i = 0; i < COUNT(kinds); i++) {
        int s = socket(kinds[i][0], kinds[i][1], kinds[i][2]);
        connect_port(s, 9);
        look(s, 0);
        close(s);
    }
    socketpair(AF_UNIX, SOCK_STREAM, 0, two), close(two[0]), close(two[1]);
    socketpair(AF_INET, SOCK_STREAM, 0, two), socketpair(AF_INET, SOCK_DGRAM, 0, two);
    socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)bad), socketpair(AF_UNIX, 75, 0, two);
}

static void addresses(int (*call)(int, const sa *, socklen_t))
{
    in4 fine = v4("127.0.0.1", 9), wild = v4("0.0.0.0", 0), foreign = v4("10.9.9.9", 0), group = v4("239.1.1.1", 9),
        all = v4("255.255.255.255", 9), some = v4("127.255.255.255", 9), zero = v4("127.0.0.1", 0), low = v4("127.0.0.1", 1);
    in6 six = v6("::1", 9), mapped = v6("::ffff:127.0.0.1", 9), local = v6("fe80::1", 9), other = v6("2001:db8::1", 9),
        wild6 = v6("::", 0), mapped_foreign = v6("::ffff:10.9.9.9", 9);
    struct sockaddr_un unix_name = {AF_UNIX, "/tmp/none"};
    struct {
        void *at;
        int length;
    } names[] = {{NULL, 16}, {bad, 16}, {bad + 4096 - 8, 16}, {&fine, 0}, {&fine, 1}, {&fine, 2}, {&fine, 15}, {&fine, 16},
                 {&fine, 17}, {&fine, 128}, {&fine, 129}, {&fine, -1}, {&wild, 16}, {&foreign, 16}, {&group, 16}, {&all, 16},
                 {&some, 16}, {&zero, 16}, {&low, 16}, {&six, 28}, {&six, 24}, {&six, 23}, {&mapped, 28}, {&local, 28},
                 {&other, 28}, {&wild6, 28}, {&mapped_foreign, 28}, {&unix_name, sizeof unix_name}, {NULL, 0}};
    int families[] = {AF_UNSPEC, AF_UNIX, AF_NETLINK, 250, 65535};
    int kinds[][2] = {{AF_INET, SOCK_STREAM}, {AF_INET, SOCK_DGRAM}, {AF_INET6, SOCK_STREAM}, {AF_INET6, SOCK_DGRAM}};
    int none[] = {-1, nothing, file, pipes[0], AT_FDCWD};
    for (size_t i = 0; i < COUNT(none); i++)
        call(none[i], (sa *)&fine, 16), call(none[i], (sa *)bad, 16);
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (size_t i = 0; i < COUNT(names); i++) {
            int s = socket(kinds[k][0], kinds[k][1], 0);
            call(s, names[i].at, names[i].length);
            call(s, names[i].at, names[i].length);
            so_error(s), look(s, 0), name_of(s);
            fcntl(s, F_SETFL, O_NONBLOCK), call(s, (sa *)&fine, 16), call(s, (sa *)&six, 28);
            send(s, text, 1, MSG_NOSIGNAL | MSG_DONTWAIT), recv(s, text, 1, MSG_DONTWAIT);
            close(s);
        }
        for (size_t i = 0; i < COUNT(families); i++) {
            int s = socket(kinds[k][0], kinds[k][1], 0);
            in4 odd = v4("127.0.0.1", 9), odd_wild = v4("0.0.0.0", 9);
            odd.sin_family = odd_wild.sin_family = families[i];
            call(s, (sa *)&odd, 16), call(s, (sa *)&odd, 2), call(s, (sa *)&odd_wild, 16), call(s, (sa *)&odd, 28);
            call(s, (sa *)&fine, 16);
            close(s);
        }
    }
}

static void accepts(void)
{
    int l = listener(), u = udp(), idle = tcp(), flags[] = {0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC, -1, 2};
    in4 name = name_of(l);
    char room[128];
    socklen_t lengths[] = {0, 1, 16, 128, -1};
    accept(-1, NULL, NULL), accept(nothing, NULL, NULL), accept(file, NULL, NULL), accept(u, NULL, NULL), accept(idle, NULL, NULL);
    for (size_t i = 0; i < COUNT(flags); i++) {
        int c = tcp(), a;
        connect_to(c, name);
        a = accept4(l, NULL, NULL, flags[i]);
        recv(a, text, 1, flags[i] & SOCK_NONBLOCK ? 0 : MSG_DONTWAIT);
        close(a), close(c);
    }
    for (size_t i = 0; i < COUNT(lengths); i++) {
        int c = tcp(), a;
        socklen_t length = lengths[i];
        connect_to(c, name);
        fcntl(l, F_SETFL, O_NONBLOCK);
        a = accept(l, (sa *)room, &length);
        send(c, text, 1, 0), recv(a, text, 1, MSG_DONTWAIT);
        close(a), close(c);
    }
    for (int i = 0; i < 3; i++) {
        int c = tcp(), a;
        socklen_t length = 16;
        connect_to(c, name);
        a = i == 0 ? accept(l, (sa *)bad, &length) : i == 1 ? accept(l, (sa *)room, (void *)bad) : accept(l, (sa *)room, NULL);
        recv(c, text, 1, MSG_DONTWAIT), send(c, text, 1, MSG_NOSIGNAL), look(c, 0);
        close(a), close(c), close(accept(l, NULL, NULL));
    }
    { /* no descriptor is free */
        struct rlimit before, none;
        int c = tcp();
        connect_to(c, name);
        getrlimit(RLIMIT_NOFILE, &before);
        none = before, none.rlim_cur = 3;
        setrlimit(RLIMIT_NOFILE, &none);
        accept(l, NULL, NULL), tcp(), dup(l), fcntl(l, F_DUPFD, 0), dup2(l, 500);
        setrlimit(RLIMIT_NOFILE, &before);
        close(accept(l, NULL, NULL)), accept(l, NULL, NULL), close(c);
    }
    { /* who waits may be gone */
        int c = tcp(), a;
        connect_to(c, name), reset(c);
        a = accept(l, NULL, NULL), recv(a, text, 1, MSG_DONTWAIT), send(a, text, 1, MSG_NOSIGNAL), so_error(a), look(a, 0), close(a);
        c = tcp(), connect_to(c, name), send(c, text, 5, 0), close(c);
        a = accept(l, NULL, NULL), recv(a, text, 3, 0), recv(a, text, 3, 0), recv(a, text, 3, 0), close(a);
    }
    shutdown(l, SHUT_WR), shutdown(l, SHUT_RD), accept(l, NULL, NULL), look(l, 0), listen(l, 1), accept(l, NULL, NULL);
    close(l), accept(l, NULL, NULL), close(u), close(idle);
}

static void listens(void)
{
    int backlogs[] = {0, -1, 1, 1 << 30}, s, t;
    struct pair p = pair();
    listen(-1, 1), listen(nothing, 1), listen(file, 1), s = udp(), listen(s, 1), close(s);
    for (size_t i = 0; i < COUNT(backlogs); i++) {
        s = tcp(), listen(s, backlogs[i]), listen(s, backlogs[i]), name_of(s), connect_port(s, 9), send(s, text, 1, MSG_NOSIGNAL);
        recv(s, text, 1, 0), bind_port(s, 0), look(s, 0), so_error(s), shutdown(s, 2), close(s);
    }
    listen(p.c, 1), listen(p.a, 1), shutdown(p.c, 2), listen(p.c, 1), end(p);
    s = tcp(), connect_port(s, 9), listen(s, 1), name_of(s), close(s);
    s = tcp(), bind_port(s, 0), t = tcp(), option(t, SOL_SOCKET, SO_REUSEADDR, 1), bind(t, (sa *)&(in4){.sin_family = AF_INET, .sin_port = name_of(s).sin_port}, 16);
    listen(s, 1), listen(t, 1), close(s), listen(t, 1), close(t);
    s = tcp(), option(s, SOL_SOCKET, SO_REUSEPORT, 1), bind_port(s, 7100), listen(s, 1);
    t = tcp(), option(t, SOL_SOCKET, SO_REUSEPORT, 1), bind_port(t, 7100), listen(t, 1), close(s), close(t);
    s = socket(AF_INET6, SOCK_STREAM, 0), listen(s, 1), t = tcp(), bind_port(t, ntohs(name_of(s).sin_port)), close(t), close(s);
    s = tcp(), listen(s, 1), dissolve(s), accept4(s, NULL, NULL, SOCK_NONBLOCK), dissolve(s), connect_port(s, 9), close(s);
}

static void shutdowns(void)
{
    int ways[] = {SHUT_RD, SHUT_WR, SHUT_RDWR, 3, -1}, s;
    shutdown(-1, 0), shutdown(nothing, 0), shutdown(file, 0), shutdown(pipes[0], 2);
    for (size_t i = 0; i < COUNT(ways); i++) {
        struct pair p = pair();
        s = tcp(), shutdown(s, ways[i]), connect_port(s, 9), shutdown(s, ways[i]), close(s);
        s = udp(), shutdown(s, ways[i]), recv(s, text, 1, MSG_DONTWAIT), connect_port(s, 9), shutdown(s, ways[i]);
        recv(s, text, 1, MSG_DONTWAIT), send(s, text, 1, MSG_NOSIGNAL), look(s, 0), close(s);
        send(p.a, text, 4, 0), shutdown(p.c, ways[i]), look(p.c, 0), look(p.a, 0), recv(p.c, text, 1, MSG_DONTWAIT);
        recv(p.c, text, 9, MSG_DONTWAIT), recv(p.c, text, 9, MSG_DONTWAIT), send(p.c, text, 1, MSG_NOSIGNAL);
        recv(p.a, text, 9, MSG_DONTWAIT), send(p.a, text, 1, MSG_NOSIGNAL), shutdown(p.a, ways[i]), look(p.c, 0), look(p.a, 0);
        recv(p.c, text, 9, MSG_DONTWAIT), send(p.c, text, 1, MSG_NOSIGNAL), shutdown(p.c, ways[i]), so_error(p.c);
        name_of(p.c), getpeername(p.c, (sa *)text, &(socklen_t){16}), connect_port(p.c, 9), end(p);
    }
    { /* both ends, and a reset in between */
        struct pair p = pair();
        shutdown(p.a, SHUT_WR), shutdown(p.c, SHUT_WR), recv(p.a, text, 1, 0), recv(p.c, text, 1, 0), look(p.a, 0), look(p.c, 0);
        getpeername(p.a, (sa *)text, &(socklen_t){16}), getpeername(p.c, (sa *)text, &(socklen_t){16}), send(p.a, text, 1, MSG_NOSIGNAL);
        connect_port(p.c, 9), dissolve(p.c), connect_port(p.c, 9), end(p);
        p = pair(), shutdown(p.a, SHUT_RD), send(p.c, text, 1, 0), send(p.c, text, 1, MSG_NOSIGNAL), recv(p.a, text, 1, 0), recv(p.a, text, 1, 0), end(p);
        p = pair(), shutdown(p.c, SHUT_WR), reset(p.a), recv(p.c, text, 1, 0), recv(p.c, text, 1, 0), send(p.c, text, 1, MSG_NOSIGNAL), close(p.c);
    }
}

static void names(void)
{
    struct pair p = pair();
    int sockets[] = {-1, nothing, file, tcp(), udp(), listener(), p.a, p.c, socket(AF_INET6, SOCK_STREAM, 0)};
    socklen_t lengths[] = {16, 0, 1, 128, -1};
    char room[128];
    for (size_t i = 0; i < COUNT(sockets); i++) {
        for (size_t k = 0; k < COUNT(lengths); k++) {
            socklen_t one = lengths[k], other = lengths[k];
            getsockname(sockets[i], (sa *)room, &one), getpeername(sockets[i], (sa *)room, &other);
        }
        getsockname(sockets[i], (sa *)bad, &(socklen_t){16}), getsockname(sockets[i], (sa *)room, (void *)bad);
        getpeername(sockets[i], (sa *)bad, &(socklen_t){16}), getpeername(sockets[i], (sa *)room, NULL);
        look(sockets[i], 0);
    }
    for (size_t i = 3; i < COUNT(sockets); i++)
        close(sockets[i]);
}

static void options(void)
{
    int level[] = {SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, 500, -1}, value, kinds[] = {SOCK_STREAM, SOCK_DGRAM};
    socklen_t length;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        int s = socket(AF_INET, kinds[k], 0);
        for (size_t i = 0; i < COUNT(level); i++) {
            int odd[] = {0, 1, 500, -1};
            for (size_t n = 0; n < COUNT(odd); n++) {
                getsockopt(s, level[i], odd[n], &value, (length = 4, &length)), getsockopt(s, level[i], odd[n], bad, (length = 4, &length));
                getsockopt(s, level[i], odd[n], &value, (void *)bad);
            }
            setsockopt(s, level[i], 500, &value, 4), setsockopt(s, level[i], SO_REUSEADDR, bad, 4);
        }
        setsockopt(s, SOL_SOCKET, SO_BROADCAST, &value, 0), setsockopt(s, SOL_SOCKET, SO_BROADCAST, NULL, 4);
        setsockopt(s, SOL_SOCKET, SO_BROADCAST, &value, -1), setsockopt(s, SOL_SOCKET, SO_LINGER, &value, 4);
        setsockopt(-1, SOL_SOCKET, SO_BROADCAST, &value, 4), setsockopt(file, SOL_SOCKET, SO_BROADCAST, &value, 4);
        getsockopt(nothing, SOL_SOCKET, SO_ERROR, &value, &length), getsockopt(pipes[0], SOL_SOCKET, SO_ERROR, &value, &length);
        connect_port(s, 9), send(s, text, 1, MSG_NOSIGNAL), send(s, text, 1, MSG_NOSIGNAL), close(s);
    }
    for (int way = 0; way < 7; way++) { /* who takes an error, takes it away, told or not */
        int s = way % 2 ? nonblocking() : udp();
        connect_port(s, 9), send(s, text, 1, MSG_NOSIGNAL), look(s, 100);
        length = way / 2 == 0 ? 4 : way / 2 == 1 ? 1 : way / 2 == 2 ? 0 : (socklen_t)-1;
        getsockopt(s, SOL_SOCKET, SO_ERROR, way == 6 ? bad : (void *)&value, way == 6 ? (length = 4, &length) : &length);
        so_error(s), connect_port(s, 9), connect_port(s, 9), so_error(s), so_error(s), close(s);
    }
    int many[][3] = {{1, SO_KEEPALIVE, 1}, {1, SO_OOBINLINE, 1}, {1, SO_RCVLOWAT, 5}, {1, SO_RCVBUF, 1}, {1, SO_SNDBUF, 1}, {1, SO_DONTROUTE, 1},
                     {1, SO_PRIORITY, 3}, {1, SO_REUSEPORT, 1}, {1, SO_TIMESTAMP, 1}, {1, SO_MARK, 1}, {1, SO_BUSY_POLL, 1}, {1, SO_PEEK_OFF, 0},
                     {6, TCP_NODELAY, 1}, {6, TCP_CORK, 1}, {6, TCP_MAXSEG, 500}, {6, TCP_KEEPIDLE, 1}, {6, TCP_SYNCNT, 1}, {6, TCP_LINGER2, 1},
                     {6, TCP_WINDOW_CLAMP, 1}, {6, TCP_QUICKACK, 0}, {6, TCP_DEFER_ACCEPT, 1}, {6, TCP_USER_TIMEOUT, 5000}, {0, IP_TTL, 1},
                     {0, IP_TOS, 8}, {0, IP_FREEBIND, 1}, {0, IP_TRANSPARENT, 1}, {0, IP_MTU_DISCOVER, 2}, {0, IP_RECVERR, 1}, {0, 24, 1},
                     {0, IP_MULTICAST_LOOP, 1}, {0, IP_PKTINFO, 1}, {1, SO_NO_CHECK, 1}, {1, SO_ZEROCOPY, 1}};
    for (size_t i = 0; i < COUNT(many); i++) {
        int l = listener(), c = tcp(), a, u = udp();
        option(c, many[i][0], many[i][1], many[i][2]), option(u, many[i][0], many[i][1], many[i][2]);
        connect_to(c, name_of(l)), a = accept(l, NULL, NULL), send(c, text, 3, 0), recv(a, text, 9, 0), send(a, text, 5, 0), recv(c, text, 9, 0);
        connect_port(c, 9), close(a), recv(c, text, 9, 0), close(c), close(l);
        connect_port(u, 9), send(u, text, 1, 0), send(u, text, 1, 0), recv(u, text, 1, MSG_DONTWAIT), close(u);
    }
}

/* Sockets to send with and to receive from, each in another state. */
static int in_state(int state)
{
    static int other = -1; /* its peer, as long as it is used */
    struct pair p;
    int s = -1;
    close(other), other = -1;
    switch (state) {
    case 0: return -1;
    case 1: return nothing;
    case 2: return dup(file);
    case 3: return tcp();
    case 4: return listener();
    case 5: return udp();
    case 6: s = udp(), connect_port(s, 9); return s;
    case 7: s = udp(), bind_port(s, 0), connect_to(s, name_of(s)); return s;
    case 8: p = pair(), close(p.a); return p.c;
    case 9: p = pair(), reset(p.a); return p.c;
    case 10: p = pair(), send(p.a, text, 70, 0), other = p.a; return p.c;
    case 11: p = pair(), shutdown(p.c, SHUT_WR), other = p.a; return p.c;
    case 12: p = pair(), send(p.a, text, 3, 0), close(p.a); return p.c;
    case 13: s = nonblocking(), connect_port(s, 9); return s;
    case 14: s = socket(AF_INET6, SOCK_DGRAM, 0); return s;
    case 15: p = pair(), send(p.a, text, 3, 0), shutdown(p.c, SHUT_RD), other = p.a; return p.c;
    case 16: s = udp(), bind_port(s, 0), connect_to(s, name_of(s)), send(s, text, 0, 0), send(s, text, 9, 0), send(s, text, 20, 0); return s;
    }
    return s;
}
enum { STATES = 17 };

static void sends(void)
{
    int flags[] = {0, MSG_DONTWAIT, MSG_OOB, MSG_PEEK, MSG_TRUNC, MSG_EOR, MSG_MORE, MSG_CONFIRM, MSG_DONTROUTE, MSG_ERRQUEUE,
                   MSG_ZEROCOPY, MSG_WAITALL, 0x8000000, -1};
    in4 closed = v4("127.0.0.1", 9), zero = v4("127.0.0.1", 0), far = v4("10.9.9.9", 9), all = v4("255.255.255.255", 9);
    in6 six = v6("::1", 9), mapped = v6("::ffff:127.0.0.1", 9);
    static char big[70000];
    for (int state = 0; state < STATES; state++) {
        int s;
        for (size_t i = 0; i < COUNT(flags); i++)
            s = in_state(state), send(s, text, 3, flags[i] | MSG_NOSIGNAL), send(s, text, 1, MSG_NOSIGNAL), so_error(s), look(s, 0), close(s);
        struct {
            void *at;
            int length;
        } to[] = {{&closed, 16}, {&zero, 16}, {&far, 16}, {&all, 16}, {&six, 28}, {&mapped, 28}, {&closed, 0}, {&closed, 3}, {&closed, -1},
                  {&closed, 129}, {bad, 16}, {NULL, 16}};
        for (size_t i = 0; i < COUNT(to); i++) {
            s = in_state(state), sendto(s, text, 2, MSG_NOSIGNAL, to[i].at, to[i].length), sendto(s, text, 2, MSG_NOSIGNAL, to[i].at, to[i].length);
            struct iovec one = {text, 4};
            struct msghdr m = {.msg_name = to[i].at, .msg_namelen = to[i].length, .msg_iov = &one, .msg_iovlen = 1};
            sendmsg(s, &m, MSG_NOSIGNAL), recv(s, text, 1, MSG_DONTWAIT), so_error(s), name_of(s), look(s, 0), close(s);
        }
        struct iovec fine[] = {{text, 1}, {text, 2}}, wrong = {bad, 3}, half[] = {{text, 1}, {bad, 1}}, none = {NULL, 0}, large = {big, 70000},
                     minus = {text, -1};
        struct {
            struct iovec *at;
            long count;
        } vectors[] = {{fine, 2}, {&wrong, 1}, {half, 2}, {&none, 1}, {NULL, 0}, {NULL, 3}, {(void *)bad, 1}, {fine, 1025}, {fine, -1}, {&large, 1},
                       {&minus, 1}};
        for (size_t i = 0; i < COUNT(vectors); i++) {
            struct msghdr m = {.msg_iov = vectors[i].at, .msg_iovlen = vectors[i].count};
            struct mmsghdr two[2] = {{{.msg_iov = fine, .msg_iovlen = 2}, 0}, {m, 0}};
            s = in_state(state), sendmsg(s, &m, MSG_NOSIGNAL | MSG_DONTWAIT), sendmmsg(s, two, 2, MSG_NOSIGNAL | MSG_DONTWAIT);
            two[0].msg_hdr = m, sendmmsg(s, two, 2, MSG_NOSIGNAL | MSG_DONTWAIT), writev(s, vectors[i].at, vectors[i].count);
            so_error(s), look(s, 0), recv(s, text, 9, MSG_DONTWAIT), close(s);
        }
        s = in_state(state), write(s, text, 0), send(s, text, 0, MSG_NOSIGNAL), write(s, bad, 1), write(s, bad, 0), send(s, bad, 1, MSG_NOSIGNAL), close(s);
        s = in_state(state), fcntl(s, F_SETFL, O_NONBLOCK), sendmsg(s, NULL, 0), sendmsg(s, (void *)bad, 0), sendmmsg(s, (void *)bad, 1, 0), sendmmsg(s, NULL, 0, 0);
        char control[64] = {0};
        struct iovec one = {text, 1};
        struct msghdr odd = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = bad, .msg_controllen = 32};
        sendmsg(s, &odd, MSG_NOSIGNAL), odd.msg_control = control, sendmsg(s, &odd, MSG_NOSIGNAL), odd.msg_controllen = -1, sendmsg(s, &odd, MSG_NOSIGNAL);
        lseek(file, 0, SEEK_SET), sendfile(s, file, NULL, 5), sendfile(s, file, NULL, 0), sendfile(s, s, NULL, 1), sendfile(file, s, NULL, 1);
        write(pipes[1], text, 5), splice(pipes[0], NULL, s, NULL, 5, SPLICE_F_NONBLOCK), splice(s, NULL, pipes[1], NULL, 5, SPLICE_F_NONBLOCK);
        fcntl(pipes[0], F_SETFL, O_NONBLOCK), read(pipes[0], big, sizeof big), pwrite(s, text, 1, 0), pread(s, text, 1, 0), lseek(s, 0, SEEK_SET), close(s);
        s = in_state(state), fcntl(s, F_SETFL, O_NONBLOCK), send(s, big, 65507, MSG_NOSIGNAL), send(s, big, 65508, MSG_NOSIGNAL), send(s, big, 0, MSG_NOSIGNAL), close(s);
    }
}

static void receives(void)
{
    int flags[] = {0, MSG_PEEK, MSG_PEEK | MSG_TRUNC, MSG_TRUNC, MSG_OOB, MSG_ERRQUEUE, MSG_WAITALL, MSG_CMSG_CLOEXEC, MSG_EOR, 0x8000000, -1};
    static char room[100];
    for (int state = 0; state < STATES; state++) {
        int s, bytes = 0;
        for (size_t i = 0; i < COUNT(flags); i++) {
            s = in_state(state), recv(s, room, 2, flags[i] | MSG_DONTWAIT), ioctl(s, FIONREAD, &bytes), recv(s, room, 5, flags[i] | MSG_DONTWAIT);
            recv(s, room, 0, flags[i] | MSG_DONTWAIT), recv(s, NULL, 0, flags[i] | MSG_DONTWAIT), recv(s, room, 90, MSG_DONTWAIT), recv(s, room, 90, MSG_DONTWAIT);
            so_error(s), look(s, 0), close(s);
        }
        socklen_t lengths[] = {0, 5, 128, -1};
        char from[128];
        for (size_t i = 0; i < COUNT(lengths); i++)
            s = in_state(state), recvfrom(s, room, 1, MSG_DONTWAIT, (sa *)from, &lengths[i]), recv(s, room, 9, MSG_DONTWAIT), recv(s, room, 9, MSG_DONTWAIT), close(s);
        s = in_state(state), recvfrom(s, room, 1, MSG_DONTWAIT, (sa *)bad, &(socklen_t){16}), recv(s, room, 9, MSG_DONTWAIT), close(s);
        s = in_state(state), recvfrom(s, room, 1, MSG_DONTWAIT, (sa *)from, (void *)bad), recv(s, room, 9, MSG_DONTWAIT), close(s);
        s = in_state(state), recv(s, bad, 1, MSG_DONTWAIT), recv(s, bad, 9, MSG_DONTWAIT), recv(s, room, 9, MSG_DONTWAIT), recv(s, room, 9, MSG_DONTWAIT), close(s);
        struct iovec fine[] = {{room, 1}, {room, 2}}, wrong = {bad, 3}, half[] = {{room, 1}, {bad, 1}}, none = {NULL, 0}, minus = {room, -1};
        struct {
            struct iovec *at;
            long count;
        } vectors[] = {{fine, 2}, {&wrong, 1}, {half, 2}, {&none, 1}, {NULL, 0}, {NULL, 3}, {(void *)bad, 1}, {fine, 1025}, {fine, -1}, {&minus, 1}};
        for (size_t i = 0; i < COUNT(vectors); i++) {
            struct msghdr m = {.msg_iov = vectors[i].at, .msg_iovlen = vectors[i].count};
            struct mmsghdr two[2] = {{{.msg_iov = fine, .msg_iovlen = 2}, 0}, {m, 0}}, other[2] = {two[1], two[0]};
            struct timespec soon = {0, 1000}, odd = {-1, 0};
            s = in_state(state), recvmsg(s, &m, MSG_DONTWAIT), recvmmsg(s, two, 2, MSG_DONTWAIT, NULL), recv(s, room, 9, MSG_DONTWAIT), close(s);
            s = in_state(state), recvmmsg(s, other, 2, MSG_DONTWAIT, &soon), recvmmsg(s, two, 0, MSG_DONTWAIT, NULL), recvmmsg(s, two, 2, MSG_DONTWAIT, &odd), close(s);
            s = in_state(state), fcntl(s, F_SETFL, O_NONBLOCK), readv(s, vectors[i].at, vectors[i].count), readv(s, fine, 2), so_error(s), close(s);
        }
        struct iovec one = {room, 1};
        char control[8];
        struct msghdr odd = {.msg_iov = &one, .msg_iovlen = 1, .msg_name = from, .msg_namelen = -1, .msg_control = control, .msg_controllen = 1};
        s = in_state(state), recvmsg(s, NULL, MSG_DONTWAIT), recvmsg(s, (void *)bad, MSG_DONTWAIT), recvmsg(s, &odd, MSG_DONTWAIT), odd.msg_namelen = 128;
        recvmsg(s, &odd, MSG_DONTWAIT), odd.msg_name = bad, recvmsg(s, &odd, MSG_DONTWAIT), odd.msg_name = NULL, odd.msg_control = bad, odd.msg_controllen = 64;
        recvmsg(s, &odd, MSG_DONTWAIT), recvmmsg(s, (void *)bad, 1, MSG_DONTWAIT, NULL), recv(s, room, 90, MSG_DONTWAIT), close(s);
        s = in_state(state), fcntl(s, F_SETFL, O_NONBLOCK), read(s, room, 0), read(s, bad, 0), read(s, bad, 1), read(s, room, 1), read(s, room, 90), read(s, room, 90), close(s);
        s = in_state(state), connect_port(s, 9), dissolve(s), recv(s, room, 1, MSG_DONTWAIT), look(s, 0), so_error(s), connect_port(s, 9), close(s);
    }
}

/* Attempts that stay pending: nobody takes what a full listener has. */
static void pending(void)
{
    int l = tcp(), fill[4], s, errors;
    bind_port(l, 0), listen(l, 0);
    in4 full = name_of(l);
    for (size_t i = 0; i < COUNT(fill); i++)
        fill[i] = nonblocking(), connect_to(fill[i], full);
    for (int way = 0; way < 14; way++) {
        s = nonblocking(), errors = 0;
        connect_to(s, full), connect_to(s, full), look(s, 0), errors += so_error(s);
        switch (way) {
        case 0: shutdown(s, SHUT_RD); break;
        case 1: shutdown(s, SHUT_WR); break;
        case 2: shutdown(s, SHUT_RDWR); break;
        case 3: dissolve(s); break;
        case 4: listen(s, 1); break;
        case 5: bind_port(s, 0); break;
        case 6: accept(s, NULL, NULL); break;
        case 7: send(s, text, 1, MSG_NOSIGNAL); break;
        case 8: recv(s, text, 1, 0), recv(s, text, 1, MSG_OOB); break;
        case 9: getpeername(s, (sa *)text, &(socklen_t){16}), name_of(s); break;
        case 10: connect_port(s, 9); break;
        case 11: connect(s, (sa *)bad, 16), connect(s, (sa *)&full, 1), connect(s, (sa *)&(in6){.sin6_family = AF_INET6}, 28); break;
        case 12: fcntl(s, F_SETFL, 0), option(s, SOL_SOCKET, SO_KEEPALIVE, 1); break;
        case 13: setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){0, 1000}, sizeof(struct timeval)), fcntl(s, F_SETFL, 0), connect_to(s, full); break;
        }
        look(s, 0), errors += so_error(s), fcntl(s, F_SETFL, O_NONBLOCK);
        connect_to(s, full), recv(s, text, 1, 0), send(s, text, 1, MSG_NOSIGNAL), look(s, 0), connect_port(s, 9), connect_port(s, 9), close(s);
    }
    s = nonblocking(), connect_to(s, full), close(l), look(s, 3000), so_error(s), connect_port(s, 9), connect_port(s, 9), close(s);
    for (size_t i = 0; i < COUNT(fill); i++)
        look(fill[i], 0), recv(fill[i], text, 1, 0), recv(fill[i], text, 1, 0), send(fill[i], text, 1, MSG_NOSIGNAL), so_error(fill[i]), close(fill[i]);
    for (int way = 0; way < 6; way++) { /* refused: who is told, and what comes then */
        s = nonblocking(), connect_port(s, 9), look(s, 1000);
        switch (way) {
        case 0: connect_port(s, 9); break;
        case 1: recv(s, text, 1, 0); break;
        case 2: send(s, text, 1, MSG_NOSIGNAL); break;
        case 3: so_error(s); break;
        case 4: dissolve(s); break;
        case 5: shutdown(s, 2), listen(s, 1); break;
        }
        look(s, 0), recv(s, text, 1, 0), send(s, text, 1, MSG_NOSIGNAL), connect_port(s, 9), connect_port(s, 9), so_error(s), listen(s, 1), close(s);
    }
    s = tcp(), bind_port(s, 0), connect_to(s, name_of(s)), connect_to(s, name_of(s)), send(s, text, 3, 0), recv(s, text, 9, 0), shutdown(s, SHUT_WR);
    recv(s, text, 1, 0), look(s, 0), getpeername(s, (sa *)text, &(socklen_t){16}), dissolve(s), name_of(s), close(s);
    { /* IPv6, and then IPv4 */
        in6 six;
        socklen_t length = sizeof six;
        l = socket(AF_INET6, SOCK_STREAM, 0), listen(l, 4), getsockname(l, (sa *)&six, &length);
        s = socket(AF_INET6, SOCK_STREAM, 0), six.sin6_addr = in6addr_loopback, connect(s, (sa *)&six, 28), dissolve(s);
        bind(s, (sa *)&(in4){.sin_family = AF_INET}, 16), listen(s, 1), close(s);
        s = socket(AF_INET6, SOCK_STREAM, 0), option(s, IPPROTO_IPV6, IPV6_V6ONLY, 1), six = v6("::ffff:127.0.0.1", ntohs(six.sin6_port));
        connect(s, (sa *)&six, 28), option(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), connect(s, (sa *)&six, 28), connect(s, (sa *)&six, 28), close(s);
        s = tcp(), connect_port(s, ntohs(six.sin6_port)), send(s, text, 1, 0), close(accept(l, NULL, NULL)), close(s), close(l);
    }
}

static void datagrams(void)
{
    int u, w;
    for (int way = 0; way < 8; way++) { /* refused: who is told */
        u = udp(), connect_port(u, 9), send(u, text, 1, 0);
        switch (way) {
        case 0: send(u, text, 1, 0); break;
        case 1: recv(u, text, 1, 0); break;
        case 2: recv(u, text, 1, MSG_PEEK | MSG_DONTWAIT); break;
        case 3: so_error(u); break;
        case 4: connect_port(u, 10); break;
        case 5: dissolve(u); break;
        case 6: sendto(u, text, 1, 0, (sa *)&(in4){.sin_family = AF_INET, .sin_port = htons(9)}, 16); break;
        case 7: shutdown(u, SHUT_RD), read(u, text, 1); break;
        }
        look(u, 0), recv(u, text, 1, MSG_DONTWAIT), send(u, text, 1, 0), send(u, text, 1, 0), so_error(u), getpeername(u, (sa *)text, &(socklen_t){16}), name_of(u), close(u);
    }
    u = udp(), connect_port(u, 0), getpeername(u, (sa *)text, &(socklen_t){16}), send(u, text, 1, 0), name_of(u), connect_port(u, 9), close(u);
    u = udp(), w = udp(), bind_port(u, 0), bind_port(w, 0), connect_to(u, name_of(w)), sendto(w, text, 1, 0, (sa *)&(in4){.sin_family = AF_INET, .sin_port = name_of(u).sin_port}, 16);
    recv(u, text, 9, MSG_DONTWAIT), send(u, text, 0, 0), send(u, text, 50, 0), recv(w, text, 9, MSG_TRUNC), recv(w, text, 9, MSG_TRUNC | MSG_DONTWAIT), recv(w, text, 9, MSG_DONTWAIT);
    dissolve(u), name_of(u), send(u, text, 1, 0), connect_port(u, 9), bind_port(u, 0), name_of(u), close(w), close(u);
    u = udp(), option(u, IPPROTO_UDP, UDP_CORK, 1), connect_to(u, v4("127.0.0.1", 7200)), send(u, text, 1, 0), send(u, text, 1, MSG_MORE), option(u, IPPROTO_UDP, UDP_CORK, 0), close(u);
    u = udp(), w = udp(), bind_port(w, 0), connect_to(u, name_of(w)), send(u, text, 3, MSG_MORE), send(u, text, 3, 0), recv(w, text, 9, 0), recv(w, text, 9, MSG_DONTWAIT), close(u), close(w);
    u = udp(), option(u, SOL_SOCKET, SO_BROADCAST, 1), connect_to(u, v4("255.255.255.255", 9)), send(u, text, 1, 0), close(u);
    u = socket(AF_INET6, SOCK_DGRAM, 0), connect(u, (sa *)&(in6){.sin6_family = AF_INET6, .sin6_port = htons(9), .sin6_addr = in6addr_loopback}, 28), send(u, text, 1, 0);
    send(u, text, 1, 0), connect_port(u, 9), sendto(u, text, 1, 0, (sa *)&(in4){.sin_family = AF_INET, .sin_port = htons(9)}, 16), dissolve(u), connect_port(u, 9), send(u, text, 1, 0), send(u, text, 1, 0), close(u);
}

static void pass(int over, int s)
{
    struct iovec one = {text, 1};
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    memcpy(CMSG_DATA(&control.head), &s, sizeof s);
    sendmsg(over, &m, 0);
}

static int take(int over, int flags)
{
    struct iovec one = {text, 1};
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr m = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int s = -1;
    if (recvmsg(over, &m, flags) > 0 && CMSG_FIRSTHDR(&m))
        memcpy(&s, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof s);
    return s;
}

static int shares(void *socket) { int s = *(int *)socket; send(s, text, 1, MSG_NOSIGNAL), close(s), tcp(); return 0; }

static void descriptors(void)
{
    struct pair p = pair();
    int d = dup(p.c), e = fcntl(p.c, F_DUPFD, 300), f = fcntl(p.c, F_DUPFD_CLOEXEC, 300), way;
    dup2(p.c, p.c), dup3(p.c, p.c, 0), dup2(p.c, 400), dup3(p.c, 401, O_CLOEXEC), dup3(p.c, 402, 1), dup2(-1, 403), dup(-1), fcntl(p.c, F_DUPFD, -1);
    close(p.c), recv(p.c, text, 1, 0), fcntl(d, F_SETFL, O_NONBLOCK | O_ASYNC), fcntl(e, F_GETFL), recv(e, text, 1, 0), fcntl(e, F_SETOWN, getpid()), fcntl(e, F_SETFL, 0);
    ioctl(f, FIONBIO, &(int){1}), recv(d, text, 1, 0), ioctl(f, FIONBIO, &(int){0}), ioctl(f, FIONBIO, bad), ioctl(f, 0x1234, 0), fcntl(f, 0x1234, 0);
    dup2(tcp(), d), connect_port(d, 9), send(e, text, 1, 0), recv(p.a, text, 9, 0), close_range(300, 310, CLOSE_RANGE_CLOEXEC), close_range(400, 500, 0);
    close_range(10, 1, 0), close_range(3, 9, 99), send(e, text, 1, 0), close_range(e, e, CLOSE_RANGE_UNSHARE), send(e, text, 1, 0), send(f, text, 1, 0), end(p);
    for (way = 0; way < 6; way++) {
        int child, s;
        p = pair(), s = p.c;
        if (way == 4) {
            static char stack[65536];
            child = clone(shares, stack + sizeof stack - 64, CLONE_FILES | CLONE_VM | SIGCHLD, &s);
        } else if ((child = way == 5 ? vfork() : fork()) == 0) {
            char number[12];
            snprintf(number, sizeof number, "%d", s);
            switch (way) {
            case 0: send(s, text, 1, 0), close(s); break;
            case 1: execl(self, self, number, (char *)NULL); break;
            case 2: fcntl(s, F_SETFD, FD_CLOEXEC), execl(self, self, number, (char *)NULL); break;
            case 3: shutdown(s, SHUT_WR), fcntl(s, F_SETFL, O_NONBLOCK), recv(s, text, 1, 0); break;
            case 5: execl("/none", "none", (char *)NULL); break;
            }
            _exit(0);
        }
        waitpid(child, NULL, 0), recv(p.a, text, 9, MSG_DONTWAIT), send(s, text, 1, MSG_NOSIGNAL), recv(p.a, text, 9, MSG_DONTWAIT), end(p);
    }
    for (way = 0; way < 3; way++) {
        int over[2], got;
        socketpair(AF_UNIX, way == 2 ? SOCK_DGRAM : SOCK_STREAM, 0, over), p = pair(), pass(over[0], p.c), close(p.c), tcp();
        if (fork() == 0) {
            got = take(over[1], way ? MSG_CMSG_CLOEXEC : 0), send(got, text, 1, MSG_NOSIGNAL), dup2(got, 600), recv(600, text, 1, MSG_DONTWAIT);
            _exit(0);
        }
        wait(NULL), recv(p.a, text, 9, 0), recv(p.a, text, 9, MSG_DONTWAIT), pass(over[0], -1), pass(over[0], p.a), got = take(over[1], 0), send(got, text, 1, MSG_NOSIGNAL);
        close(over[0]), close(over[1]), close(p.a), close(got);
    }
    char path[40];
    int s = tcp();
    snprintf(path, sizeof path, "/proc/self/fd/%d", s), open(path, O_RDWR), unshare(CLONE_FILES), connect_port(s, 9), close(s);
}

static void on_signal(int number) { (void)number; }

static void signals(void)
{
    for (int way = 0; way < 24; way++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = way % 2 ? SA_RESTART : 0};
        struct itimerval soon = {{0, 0}, {0, 20000}}, never = {{0, 0}, {0, 0}};
        struct timeval limit = {0, 60000};
        struct pair p = pair();
        int l = listener(), u = udp(), e = epoll_create1(0), timed = way / 2 % 2, s = -1;
        struct epoll_event event = {EPOLLIN, {0}};
        fd_set set;
        sigset_t none;
        sigaction(SIGALRM, &action, NULL), bind_port(u, 0), epoll_ctl(e, EPOLL_CTL_ADD, p.a, &event), sigemptyset(&none);
        FD_ZERO(&set);
        FD_SET(p.a, &set);
        if (timed || way % 2) /* or else it would be restarted for ever */
            setsockopt(l, 1, SO_RCVTIMEO, &limit, sizeof limit), setsockopt(u, 1, SO_RCVTIMEO, &limit, sizeof limit), setsockopt(p.a, 1, SO_RCVTIMEO, &limit, sizeof limit);
        setitimer(ITIMER_REAL, &soon, NULL);
        switch (way / 4) {
        case 0: accept(l, NULL, NULL); break;
        case 1: recv(p.a, text, 5, MSG_WAITALL); break;
        case 2: recvfrom(u, text, 5, 0, NULL, NULL); break;
        case 3: look(p.a, 60), poll(&(struct pollfd){p.a, POLLIN, 0}, 1, 60); break;
        case 4: timed ? select(p.a + 1, &set, NULL, NULL, &limit) : pselect(p.a + 1, &set, NULL, NULL, &(struct timespec){0, 60000000}, &none); break;
        case 5: timed ? epoll_wait(e, &event, 1, 60) : epoll_pwait(e, &event, 1, 60, &none); break;
        }
        setitimer(ITIMER_REAL, &never, NULL), send(p.c, text, 5, 0), recv(p.a, text, 9, 0), look(p.a, 0), close(s), close(l), close(u), close(e), end(p);
    }
    for (int way = 0; way < 4; way++) { /* an attempt that nobody answers yet is interrupted */
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = way % 2 ? SA_RESTART : 0};
        int l = tcp(), fill[2] = {nonblocking(), nonblocking()}, s = tcp();
        bind_port(l, 0), listen(l, 0), connect_to(fill[0], name_of(l)), connect_to(fill[1], name_of(l)), sigaction(SIGALRM, &action, NULL);
        setsockopt(s, 1, SO_SNDTIMEO, &(struct timeval){0, way < 2 ? 60000 : 15000}, sizeof(struct timeval)), setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 30000}}, NULL);
        connect_to(s, name_of(l)), connect_to(s, name_of(l)), setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
        look(s, 0), so_error(s), shutdown(s, 2), look(s, 0), recv(s, text, 1, 0), connect_port(s, 9), close(s), close(fill[0]), close(fill[1]), close(l);
    }
}

static void polls(void)
{
    struct pair p = pair();
    struct pollfd many[] = {{p.a, POLLIN | POLLOUT, 0}, {-1, POLLIN, 0}, {nothing, POLLIN, 0}, {p.a, POLLIN, 0}, {p.c, 0, 0}, {p.c, -1, 0}, {file, POLLIN, 0}, {tcp(), POLLOUT, 0}};
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP, {0}}, events[9];
    fd_set set;
    int e = epoll_create1(0), outer = epoll_create(1), d = dup(p.a), kinds[] = {EPOLLIN | EPOLLET, EPOLLOUT | EPOLLONESHOT, EPOLLEXCLUSIVE | EPOLLIN, 0, -1};
    poll(many, COUNT(many), 0), poll(NULL, 0, 0), poll((void *)bad, 1, 0), ppoll(many, 2, &(struct timespec){0, 1}, NULL), ppoll(many, 1, &(struct timespec){-1, 0}, NULL);
    FD_ZERO(&set);
    FD_SET(p.a, &set);
    FD_SET(p.c, &set);
    select(p.c + 1, &set, NULL, NULL, &(struct timeval){0, 0}), select(-1, &set, NULL, NULL, &(struct timeval){0, 0});
    FD_SET(nothing, &set);
    select(nothing + 1, &set, NULL, NULL, &(struct timeval){0, 0}), select(10, (void *)bad, NULL, NULL, &(struct timeval){0, 0}), select(0, NULL, NULL, NULL, &(struct timeval){0, 1});
    epoll_ctl(e, EPOLL_CTL_ADD, p.a, &event), epoll_ctl(e, EPOLL_CTL_ADD, p.a, &event), epoll_ctl(e, EPOLL_CTL_ADD, d, &event), epoll_ctl(e, EPOLL_CTL_ADD, file, &event);
    epoll_ctl(e, EPOLL_CTL_ADD, e, &event), epoll_ctl(e, EPOLL_CTL_DEL, p.c, &event), epoll_ctl(e, EPOLL_CTL_MOD, nothing, &event), epoll_ctl(p.a, EPOLL_CTL_ADD, p.c, &event);
    epoll_ctl(e, 99, p.a, &event), epoll_ctl(e, EPOLL_CTL_ADD, p.c, (void *)bad), epoll_ctl(outer, EPOLL_CTL_ADD, e, &event), epoll_wait(e, events, 0, 0), epoll_wait(e, (void *)bad, 1, 0);
    epoll_wait(e, events, 9, 0), epoll_wait(outer, events, 9, 0), close(p.a), epoll_wait(e, events, 9, 0), shutdown(p.c, SHUT_WR), epoll_wait(e, events, 9, 0), close(d), epoll_wait(e, events, 9, 0);
    look(p.c, 0), recv(p.c, text, 1, 0), close(p.c), close(many[7].fd);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        int s = nonblocking(), l = listener();
        event.events = kinds[i], epoll_ctl(e, EPOLL_CTL_ADD, s, &event), epoll_wait(e, events, 9, 0), connect_to(s, name_of(l)), epoll_wait(e, events, 9, 10), epoll_wait(e, events, 9, 0);
        epoll_ctl(e, EPOLL_CTL_MOD, s, &event), epoll_wait(e, events, 9, 0), close(accept(l, NULL, NULL)), epoll_wait(e, events, 9, 0), recv(s, text, 1, 0), epoll_wait(e, events, 9, 0), close(l), close(s);
        s = nonblocking(), epoll_ctl(e, EPOLL_CTL_ADD, s, &event), connect_port(s, 9), epoll_wait(e, events, 9, 10), connect_port(s, 9), epoll_wait(e, events, 9, 0), close(s);
        s = udp(), epoll_ctl(e, EPOLL_CTL_ADD, s, &event), connect_port(s, 9), send(s, text, 1, 0), epoll_wait(e, events, 9, 0), send(s, text, 1, 0), epoll_wait(e, events, 9, 0), close(s);
    }
    close(e), close(outer);
}

static void *waits(void *socket) { recv(*(int *)socket, text + 40, 5, 0), send(*(int *)socket, text, 1, MSG_NOSIGNAL); return NULL; }
static void *connects(void *socket) { connect_to(*(int *)socket, name_of(*(int *)socket)), connect_port(*(int *)socket, 9); return NULL; }

/* Threads upon one socket; and urgent data. */
static void others(void)
{
    for (int way = 0; way < 8; way++) {
        struct pair p = pair();
        pthread_t thread;
        int s = way < 6 ? p.c : tcp();
        if (way == 7)
            bind_port(s, 0);
        pthread_create(&thread, NULL, way < 6 ? waits : connects, &s);
        switch (way) {
        case 0: send(p.a, text, 5, 0); break;
        case 1: close(p.a); break;
        case 2: reset(p.a); break;
        case 3: shutdown(p.c, SHUT_RDWR); break;
        case 4: dissolve(p.c); break;
        case 5: send(p.a, text, 1, MSG_OOB), shutdown(p.a, SHUT_WR); break;
        default: connect_port(s, 9), so_error(s); break;
        }
        pthread_join(thread, NULL), recv(s, text, 9, MSG_DONTWAIT), look(s, 0), so_error(s), close(s), end(p);
    }
    for (int way = 0; way < 2; way++) {
        struct pair p = pair();
        int mark;
        option(p.c, SOL_SOCKET, SO_OOBINLINE, way), send(p.a, text, 3, MSG_OOB), look(p.c, 0), ioctl(p.c, SIOCATMARK, &mark), recv(p.c, text, 1, MSG_OOB), recv(p.c, text, 9, 0), recv(p.c, text, 9, MSG_DONTWAIT);
        recv(p.c, text, 1, MSG_OOB | MSG_PEEK), send(p.a, text, 1, 0), recv(p.c, text, 1, MSG_OOB), recv(p.c, text, 9, 0), end(p);
    }
}

int main(int count, char **words)
{
    void (*parts[])(void) = {sockets, accepts, listens, shutdowns, names, options, sends, receives, pending, datagrams, polls, others, signals, descriptors};
    self = words[0];
    if (count > 1) { /* what it was before has called exec */
        int s = atoi(words[1]);
        send(s, text, 1, MSG_NOSIGNAL), recv(s, text, 1, MSG_DONTWAIT), name_of(s), tcp(), close(s);
        return 0;
    }
    bad = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), nothing = 200, file = open(self, O_RDONLY), pipe(pipes);
    signal(SIGPIPE, SIG_IGN), memset(text, 'x', sizeof text);
    addresses(connect), addresses(bind);
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i]();
    return 0;
}
