/* What sends and receives, upon sockets in many states. */

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
