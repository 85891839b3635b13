//: winsock
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0600
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
//: winsock extension SO_UPDATE_CONNECT_CONTEXT
#include <mswsock.h>
//: posix
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
//: posix in_thread
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
//: both
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
//: both LISTENER_PORT REFUSER_PORT FIXED_PORT

/* Ports that no system gives away by itself. */
enum { LISTENER_PORT = 7001, REFUSER_PORT = 7002, FIXED_PORT = 7003 };
//: both union

/* An address of any family, with room for lengths that none has. */
union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    char bytes[256];
};
//: posix error_name

/* The name of an error number. */
static const char *error_name(int number)
{
    static char other[32];
#define NAME(error) case error: return #error
    switch (number) {
    NAME(E2BIG); NAME(EACCES); NAME(EADDRINUSE); NAME(EADDRNOTAVAIL);
    NAME(EAFNOSUPPORT); NAME(EAGAIN); NAME(EALREADY); NAME(EBADF);
    NAME(ECONNABORTED); NAME(ECONNREFUSED); NAME(ECONNRESET);
    NAME(EDESTADDRREQ); NAME(EFAULT); NAME(EHOSTDOWN); NAME(EHOSTUNREACH);
    NAME(EINPROGRESS); NAME(EINTR); NAME(EINVAL); NAME(EIO); NAME(EISCONN);
    NAME(EMFILE); NAME(EMSGSIZE); NAME(ENETDOWN); NAME(ENETUNREACH);
    NAME(ENOBUFS); NAME(ENODEV); NAME(ENOMEM); NAME(ENONET);
    NAME(ENOPROTOOPT); NAME(ENOTCONN); NAME(ENOTSOCK); NAME(ENOTTY);
    NAME(EOPNOTSUPP); NAME(EPERM); NAME(EPIPE); NAME(EPROTO);
    NAME(EPROTONOSUPPORT); NAME(ESHUTDOWN); NAME(ESOCKTNOSUPPORT);
    NAME(ETIMEDOUT);
    }
#undef NAME
    snprintf(other, sizeof other, "errno_%d", number);
    return other;
}
//: winsock error_name

/* The name of an error number. */
static const char *error_name(int number)
{
    static char other[32];
#define NAME(error) case error: return #error
    switch (number) {
    NAME(WSAEACCES); NAME(WSAEADDRINUSE); NAME(WSAEADDRNOTAVAIL);
    NAME(WSAEAFNOSUPPORT); NAME(WSAEALREADY); NAME(WSAEBADF);
    NAME(WSAECONNABORTED); NAME(WSAECONNREFUSED); NAME(WSAECONNRESET);
    NAME(WSAEDESTADDRREQ); NAME(WSAEDISCON); NAME(WSAEFAULT);
    NAME(WSAEHOSTDOWN); NAME(WSAEHOSTUNREACH); NAME(WSAEINPROGRESS);
    NAME(WSAEINTR); NAME(WSAEINVAL); NAME(WSAEISCONN); NAME(WSAEMFILE);
    NAME(WSAEMSGSIZE); NAME(WSAENETDOWN); NAME(WSAENETRESET);
    NAME(WSAENETUNREACH); NAME(WSAENOBUFS); NAME(WSAENOPROTOOPT);
    NAME(WSAENOTCONN); NAME(WSAENOTSOCK); NAME(WSAEOPNOTSUPP);
    NAME(WSAEPROTONOSUPPORT); NAME(WSAESHUTDOWN);
    NAME(WSAESOCKTNOSUPPORT); NAME(WSAETIMEDOUT); NAME(WSAEWOULDBLOCK);
    NAME(WSANOTINITIALISED); NAME(WSA_INVALID_HANDLE);
    NAME(WSA_INVALID_PARAMETER); NAME(WSA_IO_INCOMPLETE);
    NAME(WSA_IO_PENDING); NAME(WSA_OPERATION_ABORTED);
    }
#undef NAME
    snprintf(other, sizeof other, "error_%d", number);
    return other;
}
//: both fail

static void fail(const char *what)
{
    printf("%s: %s\n", what, error_name(WSAGetLastError()));
    exit(2);
}
//: both result

/* What a call answered that returns 0 or an error. */
static const char *result(int returned)
{
    return returned < 0 ? error_name(WSAGetLastError()) : "ok";
}
//: both made

/* What a call answered that makes a socket. */
static const char *made(SOCKET s)
{
    return s == INVALID_SOCKET ? error_name(WSAGetLastError()) : "ok";
}
//: both received

/* What recv answered: which of the bytes that were sent, or the end. */
static const char *received(int length, const char *data)
{
    static char token[16];
    if (length < 0)
        return error_name(WSAGetLastError());
    if (length == 0)
        return "ok end";
    snprintf(token, sizeof token, "ok #%d", (unsigned char)data[0]);
    return token;
}
//: both show

static void show(const char *call, const char *expected, const char *answer, const char *verdict)
{
    printf("%-40s expected %-20s observed %s%s\n", call, expected, answer, verdict);
    fflush(stdout);
}
//: both step

/* A call on the way. Where it answers otherwise than it did before, the fault
 * cannot be shown. */
static void step(const char *call, const char *expected, const char *answer)
{
    if (strcmp(expected, answer) != 0) {
        show(call, expected, answer, "  (it was otherwise before)");
        exit(2);
    }
    show(call, expected, answer, "");
}
//: both among

/* Whether an answer is among those that stand between ` or `. Where `ok` stands
 * alone, whatever comes with it will do. */
static int among(const char *answer, const char *expected)
{
    while (*expected) {
        const char *end = strstr(expected, " or ");
        size_t length = end ? (size_t)(end - expected) : strlen(expected);
        if (strncmp(answer, expected, length) == 0 &&
            (answer[length] == '\0' || (length == 2 && strncmp(answer, "ok ", 3) == 0)))
            return 1;
        expected += length + (end ? 4 : 0);
    }
    return 0;
}
//: both fault

/* The call at fault: 1 if it answers what is not allowed. */
static int fault(const char *call, const char *expected, const char *answer)
{
    int wrong = !among(answer, expected);
    show(call, expected, answer, wrong ? "  (the fault)" : "");
    return wrong;
}
//: posix limit on_alarm

static void on_alarm(int signal) { (void)signal; }

/* Lets SIGALRM interrupt a call that has not returned after some milliseconds;
 * 0 ends that. */
static void limit(int milliseconds)
{
    struct sigaction action;
    struct itimerval timer;
    memset(&action, 0, sizeof action);
    memset(&timer, 0, sizeof timer);
    action.sa_handler = on_alarm; /* and no SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    timer.it_value.tv_sec = milliseconds / 1000;
    timer.it_value.tv_usec = milliseconds % 1000 * 1000;
    timer.it_interval = timer.it_value; /* it may come before the call is reached */
    setitimer(ITIMER_REAL, &timer, NULL);
}
//: posix unless_blocked

/* An answer, or that the call was interrupted because it did not return. */
static const char *unless_blocked(const char *answer)
{
    return strcmp(answer, "EINTR") == 0 ? "blocks" : answer;
}
//: both set_nonblocking

static int set_nonblocking(SOCKET s, int on)
{
    FIONBIO_TYPE value = on;
    return ioctlsocket(s, FIONBIO, &value);
}
//: both set_option

static int set_option(SOCKET s, int level, int option, int value)
{
    return setsockopt(s, level, option, (const char *)&value, sizeof value);
}
//: both set_linger

static int set_linger(SOCKET s, int on)
{
    struct linger value;
    value.l_onoff = on;
    value.l_linger = 0;
    return setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&value, sizeof value);
}
//: posix set_send_timeout

static int set_send_timeout(int s, int seconds, int microseconds)
{
    struct timeval value;
    value.tv_sec = seconds;
    value.tv_usec = microseconds;
    return setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}
//: both address

static union name address(int family, const char *ip, int port)
{
    union name name;
    memset(&name, 0, sizeof name);
    name.any.sa_family = family;
    if (family == AF_INET6) {
        name.v6.sin6_port = htons(port);
        inet_pton(family, ip, &name.v6.sin6_addr);
    } else {
        name.v4.sin_port = htons(port);
        inet_pton(family, ip, &name.v4.sin_addr);
    }
    return name;
}
//: both family_alone

static union name family_alone(int family)
{
    union name name;
    memset(&name, 0, sizeof name);
    name.any.sa_family = family;
    return name;
}
//: posix unreadable

/* Memory that cannot be read. */
static void *unreadable(void)
{
    void *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        fail("mmap");
    return page;
}
//: posix torn

/* An address whose last byte cannot be read. */
static void *torn(const union name *name, size_t length)
{
    size_t page = sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0)
        fail("mmap");
    return memcpy(pages + page - (length - 1), name, length - 1);
}
//: both is_wildcard

static int is_wildcard(const union name *name)
{
    static const unsigned char zeros[16];
    if (name->any.sa_family == AF_INET6)
        return memcmp(&name->v6.sin6_addr, zeros, 16) == 0;
    return name->v4.sin_addr.s_addr == 0;
}
//: both port_of

static int port_of(const union name *name)
{
    return ntohs(name->any.sa_family == AF_INET6 ? name->v6.sin6_port : name->v4.sin_port);
}
//: both last_known

/* The addresses with which the sockets of the script were last seen. */
static union name last_known[16];
//: both remember

static void remember(int place, SOCKET s)
{
    union name name;
    socklen_t length = sizeof name;
    memset(&name, 0, sizeof name);
    if (getsockname(s, &name.any, &length) == 0)
        last_known[place] = name;
}
//: both address_of

/* The address at which a socket is reached; loopback without a port, if nothing
 * is known of it. */
static union name address_of(int place, int family)
{
    union name name = last_known[place];
    if (name.any.sa_family != 0)
        family = name.any.sa_family;
    else
        name.any.sa_family = family;
    if (is_wildcard(&name))
        return address(family, family == AF_INET6 ? "::1" : "127.0.0.1", port_of(&name));
    return name;
}
//: both host_of host_text

/* Which kind of address this is, in the words of the script. */
static const char *host_of(SOCKET s)
{
    static char answer[64];
    char text[64] = "";
    const char *host = "elsewhere";
    union name name;
    socklen_t length = sizeof name;
    memset(&name, 0, sizeof name);
    if (getsockname(s, &name.any, &length) != 0)
        return error_name(WSAGetLastError());
    if (name.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &name.v6.sin6_addr, text, sizeof text);
    else
        inet_ntop(AF_INET, &name.v4.sin_addr, text, sizeof text);
    if (is_wildcard(&name))
        return port_of(&name) == 0 ? "ok unnamed" : "ok anyhost";
    if (strcmp(text, "127.0.0.1") == 0 || strcmp(text, "::1") == 0)
        host = "loopback";
    else if (strcmp(text, "::ffff:127.0.0.1") == 0)
        host = "mapped";
    else if (strstr(text, "198.18.0.1") || strcmp(text, "fd00:18::1") == 0)
        host = "labhost";
    else
        return "ok elsewhere";
    snprintf(answer, sizeof answer, "ok %s%s", port_of(&name) == 0 ? "portless_" : "", host);
    return answer;
}
//: both plain

/* An address as others reach it: the wildcard is loopback, an IPv4 address in
 * IPv6 clothes is an IPv4 address. */
static void plain(const union name *name, char text[80])
{
    char ip[64] = "";
    const char *shown = ip;
    if (name->any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &name->v6.sin6_addr, ip, sizeof ip);
    else
        inet_ntop(AF_INET, &name->v4.sin_addr, ip, sizeof ip);
    if (is_wildcard(name))
        shown = name->any.sa_family == AF_INET6 ? "::1" : "127.0.0.1";
    else if (strncmp(ip, "::ffff:", 7) == 0)
        shown = ip + 7;
    snprintf(text, 80, "%s %d", shown, port_of(name));
}
//: both peer_of

/* Whose address getpeername answers, in the words of the script. */
static const char *peer_of(SOCKET s, const char *classes[][2])
{
    static char answer[64];
    char peer[80], known[80];
    union name name;
    socklen_t length = sizeof name;
    int i;
    memset(&name, 0, sizeof name);
    if (getpeername(s, &name.any, &length) != 0)
        return error_name(WSAGetLastError());
    plain(&name, peer);
    for (i = 0; i < 16; i++) {
        if (last_known[i].any.sa_family == 0 || port_of(&last_known[i]) == 0)
            continue;
        plain(&last_known[i], known);
        if (strcmp(peer, known) == 0) {
            snprintf(answer, sizeof answer, "ok s%d", i);
            return answer;
        }
    }
    for (i = 0; classes[i][0]; i++) {
        snprintf(known, sizeof known, "%s %d", classes[i][0], strcmp(classes[i][1], "refuser") == 0 ? REFUSER_PORT : LISTENER_PORT);
        if (strcmp(peer, known) == 0) {
            snprintf(answer, sizeof answer, "ok %s", classes[i][1]);
            return answer;
        }
    }
    return "ok stale";
}
//: both pending_error

/* What SO_ERROR answers. */
static const char *pending_error(SOCKET s)
{
    static char answer[64];
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&error, &length) != 0)
        return error_name(WSAGetLastError());
    snprintf(answer, sizeof answer, "ok %s", error == 0 ? "none" : error_name(error));
    return answer;
}
//: both add_level

static void add_level(char answer[80], int shows, const char *level)
{
    if (shows)
        sprintf(answer + strlen(answer), "%s%s", strcmp(answer, "ok ") == 0 ? "" : "+", level);
}
//: both select_levels

static const char *select_levels(SOCKET s, int milliseconds)
{
    static char answer[80];
    fd_set reading, writing, failing;
    struct timeval wait;
    wait.tv_sec = milliseconds / 1000;
    wait.tv_usec = milliseconds % 1000 * 1000;
    FD_ZERO(&reading);
    FD_SET(s, &reading);
    writing = failing = reading;
    if (select((int)s + 1, &reading, &writing, &failing, &wait) < 0)
        return error_name(WSAGetLastError());
    strcpy(answer, "ok ");
    add_level(answer, FD_ISSET(s, &reading), "readable");
    add_level(answer, FD_ISSET(s, &writing), "writable");
    add_level(answer, FD_ISSET(s, &failing), "exceptional");
    return answer[3] ? answer : "ok nothing";
}
//: both poll_levels

static const char *poll_levels(SOCKET s, int milliseconds)
{
    static char answer[80];
    POLLFD one;
    one.fd = s;
    one.events = POLL_EVENTS;
    one.revents = 0;
    if (WSAPoll(&one, 1, milliseconds) < 0)
        return error_name(WSAGetLastError());
    strcpy(answer, "ok ");
    add_level(answer, one.revents & POLLIN, "in");
    add_level(answer, one.revents & POLLOUT, "out");
    add_level(answer, one.revents & POLLPRI, "pri");
    add_level(answer, one.revents & POLLERR, "err");
    add_level(answer, one.revents & POLLHUP, "hup");
    add_level(answer, one.revents & POLLNVAL, "nval");
    return answer[3] ? answer : "ok nothing";
}
//: posix reuse_port

/* What an earlier run has left must not be in the way. */
static void reuse_port(int s)
{
    int on = 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}
//: winsock reuse_port

/* Nothing that an earlier run has left is in the way here. */
#define reuse_port(s)
//: both fixture

/* A socket at a port of loopback: a listener, or one that refuses connections. */
static void fixture(int family, int kind, int port)
{
    SOCKET s = socket(family, kind, 0);
    union name name = address(family, family == AF_INET6 ? "::1" : "127.0.0.1", port);
    reuse_port(s);
    if (s == INVALID_SOCKET || bind(s, &name.any, family == AF_INET6 ? sizeof name.v6 : sizeof name.v4) != 0)
        fail("fixture: bind");
    if (kind == SOCK_STREAM && port == LISTENER_PORT && listen(s, 128) != 0)
        fail("fixture: listen");
}
