/*
 * The corners that conformance tests of socket calls look into: bad pointers, bad
 * lengths, wrong families, what is no socket, odd vectors and flags, descriptors
 * that are passed on, signals. What a call answers is for the log to say; so this
 * program looks at next to nothing.
 */
#include "corners.h"

#include "calls.c"
#include "data.c"
#include "states.c"
#include "descriptors.c"
#include "waiting.c"

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
