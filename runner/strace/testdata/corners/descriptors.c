/* What names a socket: copies, children, other processes. */

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
