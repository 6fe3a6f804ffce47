// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target once over every file of the given folders (or the given files), where there is no libFuzzer: so
// seeds are regression tests under every compiler. Its last line says how many there were; none at all is a mistake.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "fuzz.h"

#define FILE_MAX_BYTES (1 << 20)

static unsigned done;

static void run_file(const char *path)
{
    static uint8_t bytes[FILE_MAX_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    fprintf(stderr, "%s\n", path); // the last one named is the one that crashed
    uint8_t *exact = fuzz_exact(rn_bytes_of(bytes, len));
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    done++;
}

static void run_folder(const char *path, DIR *dir)
{
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[PATH_MAX];
        struct stat st;
        int len = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (len > 0 && (size_t)len < sizeof name && stat(name, &st) == 0 && S_ISREG(st.st_mode))
            run_file(name);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        if (dir) {
            run_folder(argv[i], dir);
            closedir(dir);
        } else {
            run_file(argv[i]);
        }
    }
    printf("%u inputs\n", done);
    return done == 0;
}
