/* Attempts and errors: who is told of them, and what comes then. */

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
