//: posix thread

/* A thread that makes one call. */
struct thread {
    const char *(*make)(void); /* NULL: none, or its answer has been told */
    long call;                 /* its number */
    pthread_t id;
    atomic_int number; /* of the thread, once it has begun */
    atomic_int back;   /* the call has returned, with an answer */
    char answer[64];
};

static struct thread a, b;
//: posix state_of

/* What the kernel says of a thread, in one of its files in /proc. */
static void state_of(const struct thread *t, const char *file, char text[512])
{
    char path[64];
    FILE *opened;
    size_t length = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", t->number, file);
    if ((opened = fopen(path, "r")) != NULL) {
        length = fread(text, 1, 511, opened);
        fclose(opened);
    }
    text[length] = '\0';
}
//: posix asleep

/* Whether a thread sleeps in its call. One that has been woken may be in the call
 * for a while, but it is not in the state S any more: so that is asked first. */
static int asleep(const struct thread *t)
{
    char text[512], *name_ends;
    state_of(t, "stat", text);
    name_ends = strrchr(text, ')');
    if (name_ends == NULL || strncmp(name_ends, ") S ", 4) != 0)
        return 0;
    state_of(t, "syscall", text);
    return strtol(text, NULL, 10) == t->call;
}
//: posix settle

/* Waits until each thread sleeps in its call or has come back from it: then what
 * the last call caused has happened. One may wake the other, so both are looked
 * at twice. */
static void settle(void)
{
    const struct thread *threads[] = {&a, &b};
    time_t begin = time(NULL);
    int i, seen = 0;
    while (seen < 4) {
        for (i = 0; i < 2; i++) {
            const struct thread *t = threads[i];
            int settled = t->make == NULL || t->back || (t->number != 0 && asleep(t));
            seen = settled ? seen + 1 : 0;
        }
        if (time(NULL) - begin > 20) {
            printf("a thread neither sleeps nor comes back\n");
            exit(2);
        }
        sched_yield();
    }
}
//: posix answer_of

/* What the call of a thread has come to. */
static const char *answer_of(struct thread *t)
{
    settle();
    if (t->make == NULL)
        return "ok";
    if (!t->back)
        return "blocks";
    pthread_join(t->id, NULL);
    t->make = NULL;
    return t->answer;
}
//: posix in_thread

static void *make_call(void *argument)
{
    struct thread *t = argument;
    sigset_t alarm; /* is for the main thread */
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL);
    t->number = syscall(SYS_gettid);
    snprintf(t->answer, sizeof t->answer, "%s", t->make());
    t->back = 1;
    return NULL;
}

/* Has a thread make a call, which stays there if it blocks. */
static const char *in_thread(struct thread *t, long call, const char *(*make)(void))
{
    t->make = make;
    t->call = call;
    t->number = 0;
    t->back = 0;
    if (pthread_create(&t->id, NULL, make_call, t) != 0)
        fail("pthread_create");
    return answer_of(t);
}
//: posix interrupt

static void on_signal(int signal) { (void)signal; }

/* Sends a signal to a thread that is in a call. With SA_RESTART the call begins
 * anew after it. */
static const char *interrupt(struct thread *t, int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = flags;
    sigaction(SIGUSR1, &action, NULL);
    if (t->make != NULL && !t->back)
        pthread_kill(t->id, SIGUSR1);
    settle();
    return "ok";
}
