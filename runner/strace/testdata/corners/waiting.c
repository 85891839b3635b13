/* Signals, poll and its relatives, threads. */

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
