/* What all parts use. */
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
