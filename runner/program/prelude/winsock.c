//: winsock at_fault

/* The call at fault, for those who end the program in its place. */
static struct {
    const char *call, *expected;
} at_fault;
//: winsock watch

static DWORD WINAPI watchdog(void *milliseconds)
{
    Sleep(*(DWORD *)milliseconds);
    ExitProcess(fault(at_fault.call, at_fault.expected, "blocks"));
    return 0;
}

/* Ends the program if the call that comes next has not returned in time. */
static void watch(DWORD milliseconds, const char *call, const char *expected)
{
    static DWORD limit;
    limit = milliseconds;
    at_fault.call = call;
    at_fault.expected = expected;
    if (!CreateThread(NULL, 0, watchdog, &limit, 0, NULL))
        exit(2);
}
//: winsock catch_exception

static LONG WINAPI on_exception(EXCEPTION_POINTERS *exception)
{
    if (exception->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION)
        ExitProcess(fault(at_fault.call, at_fault.expected, "EXCEPTION_ACCESS_VIOLATION"));
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Ends the program if the call that comes next raises an exception. */
static void catch_exception(const char *call, const char *expected)
{
    at_fault.call = call;
    at_fault.expected = expected;
    SetUnhandledExceptionFilter(on_exception);
}
//: winsock unreadable

/* Memory that cannot be read. */
static void *unreadable(void)
{
    return VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_NOACCESS);
}
//: winsock torn

/* An address whose last byte cannot be read. */
static void *torn(const union name *name, size_t length)
{
    DWORD before;
    char *pages = VirtualAlloc(NULL, 8192, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    VirtualProtect(pages + 4096, 4096, PAGE_NOACCESS, &before);
    return memcpy(pages + 4096 - (length - 1), name, length - 1);
}
//: winsock new_event

/* An event object that nobody has set. */
static HANDLE new_event(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL); /* reset by hand */
    if (event == NULL)
        exit(2);
    return event;
}
//: winsock await

/* Waits until an event is set, for so long at the most. */
static void await(HANDLE event, DWORD milliseconds)
{
    if (WaitForSingleObject(event, milliseconds) == WAIT_FAILED)
        exit(2);
}
//: winsock attempt_ended

/* How an attempt has ended: by an error, or by none. */
static const char *attempt_ended(int error)
{
    static char answer[64];
    snprintf(answer, sizeof answer, "ok %s", error == 0 ? "success" : error_name(error));
    return answer;
}
//: winsock network_events

/* How an attempt has ended that no event has told of before. */
static const char *network_events(SOCKET s, HANDLE event)
{
    WSANETWORKEVENTS events;
    memset(&events, 0, sizeof events);
    if (WSAEnumNetworkEvents(s, event, &events) != 0)
        return error_name(WSAGetLastError());
    if ((events.lNetworkEvents & FD_CONNECT) == 0)
        return "ok none";
    return attempt_ended(events.iErrorCode[FD_CONNECT_BIT]);
}
//: winsock succeeded

/* What a call answered that returns whether it has succeeded. */
static const char *succeeded(BOOL done)
{
    return done ? "ok" : error_name(WSAGetLastError());
}
//: winsock extension

/* A function that only a socket tells of. */
static void *extension(GUID id)
{
    void *function;
    DWORD length;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    if (s == INVALID_SOCKET || WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                                        sizeof function, &length, NULL, NULL) != 0)
        fail("SIO_GET_EXTENSION_FUNCTION_POINTER");
    closesocket(s);
    return function;
}
//: winsock new_request

/* A request of overlapped I/O, with an event that tells of its end. The system may
 * write to it until then, even if the socket has gone. */
static OVERLAPPED *new_request(void)
{
    OVERLAPPED *request = calloc(1, sizeof *request);
    if (request == NULL)
        exit(2);
    request->hEvent = new_event();
    return request;
}
//: winsock overlapped_result

/* What a request has come to; nobody waits for it. */
static const char *overlapped_result(SOCKET s, OVERLAPPED *request)
{
    DWORD length, flags;
    return succeeded(WSAGetOverlappedResult(s, request, &length, FALSE, &flags));
}
//: winsock window

/* A window that nobody sees, for messages. */
static HWND window;

static void open_window(void)
{
    window = CreateWindowA("Message", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    if (window == NULL)
        exit(2);
}
//: winsock await_message

/* Waits until a message has come, for so long at the most. */
static void await_message(DWORD milliseconds)
{
    if (MsgWaitForMultipleObjects(0, NULL, FALSE, milliseconds, QS_POSTMESSAGE) == WAIT_FAILED)
        exit(2);
}
//: winsock window_message

/* How an attempt of a socket has ended that no message has told of before. */
static const char *window_message(SOCKET s, UINT number)
{
    MSG message;
    while (PeekMessageA(&message, window, number, number, PM_REMOVE))
        if (message.wParam == s) /* not one that was accepted */
            return attempt_ended(WSAGETSELECTERROR(message.lParam));
    return "ok none";
}
