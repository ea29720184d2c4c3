/* A client as rrdtool and collectd are: writes one UPDATE to the socket, blocks until the answer has come, then writes
 * the next. Prints the seconds that took. Usage: cached-client SOCKET COUNT FIRST-TIME; of files f0.rrd to f15.rrd.
 * Usage: cached-client SOCKET: is a server instead that gives the answer of an update to whatever comes, the least
 * that a program in C can do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char answer[] = "0 errors, enqueued 1 value(s).\n";

static int serve(int listening)
{
    char bytes[4096];

    if (listen(listening, 4) != 0)
        return 1;
    for (;;) {
        int client = accept(listening, NULL, NULL);
        while (client >= 0 && read(client, bytes, sizeof bytes) > 0) {
            if (write(client, answer, sizeof answer - 1) < 0)
                break;
        }
        close(client);
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int server = socket(AF_UNIX, SOCK_STREAM, 0);

    if (argc < 2 || strlen(argv[1]) >= sizeof address.sun_path)
        return 2;
    strcpy(address.sun_path, argv[1]);
    if (argc == 2)
        return bind(server, (void *) &address, sizeof address) == 0 ? serve(server) : 1;
    if (argc != 4 || connect(server, (void *) &address, sizeof address) != 0)
        return 2;
    long count = atol(argv[2]), at = atol(argv[3]);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < count; i++) {
        char line[128], heard[4096];
        size_t length = 0;
        int wanted = snprintf(line, sizeof line, "UPDATE f%ld.rrd %ld:%ld\n", i % 16, at + i / 16, i);

        if (write(server, line, wanted) != wanted)
            return 1;
        do {
            ssize_t more = read(server, heard + length, sizeof heard - 1 - length);
            if (more <= 0)
                return 1;
            length += more;
        } while (heard[length - 1] != '\n' && length < sizeof heard - 1);
        if (heard[0] == '-') {
            fprintf(stderr, "%.*s", (int) length, heard);
            return 1;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.9f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
    return 0;
}
