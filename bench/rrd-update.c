/* Updates an RRD file through librrd, BATCH updates per call, and prints the seconds that took.
 * Usage: rrd-update FILE FIRST-TIME STEP COUNT BATCH; values come line by line from standard input. */
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    long time = atol(argv[2]), step = atol(argv[3]), count = atol(argv[4]), batch = atol(argv[5]);
    char (*updates)[64] = malloc(count * sizeof *updates);
    const char **words = malloc(count * sizeof *words);
    char value[32];

    for (long i = 0; i < count; i++) {
        if (fgets(value, sizeof value, stdin) == NULL)
            return 2;
        value[strcspn(value, "\n")] = 0;
        snprintf(updates[i], sizeof updates[i], "%ld:%s", time + i * step, value);
        words[i] = updates[i];
    }
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < count; i += batch) {
        if (rrd_update_r(argv[1], NULL, count - i < batch ? count - i : batch, words + i) != 0) {
            fprintf(stderr, "%s\n", rrd_get_error());
            return 1;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.9f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
    return 0;
}
