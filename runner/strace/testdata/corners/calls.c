/* What each call makes of arguments that it cannot use. */

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
