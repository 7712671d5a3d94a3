/* Loaded before libc (LD_PRELOAD): counts the calls by which a process changes files below one folder, and at a
   chosen one kills the process or lets the call fail, as a crash, a full disk or a read-only disk would. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { COUNT, KILL, TEAR, FULL, READ_ONLY };

static char folder[PATH_MAX];
static int mode = COUNT, lasting = 0;
static long at = -1, seen = 0;

/* Fault number `at_call` (from 1) below `path`; with `lasts` every later call fails as well. */
void faults_arm(const char *path, int how, long at_call, int lasts) {
    snprintf(folder, sizeof folder, "%s", path);
    mode = how, at = at_call, lasting = lasts, seen = 0;
}

long faults_disarm(void) {
    folder[0] = 0;
    return seen;
}

static int below(const char *path) {
    return folder[0] && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int holds(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int due(void) {
    seen++;
    return at > 0 && (lasting ? seen >= at : seen == at);
}

/* Returns 1 where the call must fail; errno is set. */
static int strike(void) {
    if (!due()) return 0;
    if (mode == KILL || mode == TEAR) kill(getpid(), SIGKILL);
    if (mode == FULL) errno = ENOSPC;
    if (mode == READ_ONLY) errno = EROFS;
    return mode != COUNT;
}

#define REAL(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

#define WRITER(name, offset_type, ...)                                                              \
    {                                                                                               \
        if (holds(fd)) {                                                                            \
            if (mode == TEAR && at == seen + 1 && count > 1) real(fd, data, count / 2 __VA_ARGS__); \
            if (strike()) return -1;                                                                \
        }                                                                                           \
        return real(fd, data, count __VA_ARGS__);                                                   \
    }

ssize_t write(int fd, const void *data, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    WRITER("write", )
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t where) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    WRITER("pwrite", , , where)
}
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t where) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    WRITER("pwrite64", , , where)
}
size_t fwrite(const void *data, size_t size, size_t n, FILE *file) {
    REAL(size_t, "fwrite", const void *, size_t, size_t, FILE *);
    if (holds(fileno(file)) && strike()) return 0;
    return real(data, size, n, file);
}

#define ON_FD(name, type, args, ...)                   \
    {                                                  \
        if (holds(fd) && strike()) return -1;          \
        return real args;                              \
    }

int fsync(int fd) { REAL(int, "fsync", int); ON_FD("fsync", int, (fd)) }
int fdatasync(int fd) { REAL(int, "fdatasync", int); ON_FD("fdatasync", int, (fd)) }
int ftruncate(int fd, off_t size) { REAL(int, "ftruncate", int, off_t); ON_FD("ftruncate", int, (fd, size)) }
int ftruncate64(int fd, off64_t size) { REAL(int, "ftruncate64", int, off64_t); ON_FD("ftruncate64", int, (fd, size)) }

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (below(from) && strike()) return -1;
    return real(from, to);
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    if (below(path) && strike()) return -1;
    return real(path);
}
int mkdir(const char *path, mode_t rights) {
    REAL(int, "mkdir", const char *, mode_t);
    if (below(path) && strike()) return -1;
    return real(path, rights);
}
/* By descriptor, as shutil.rmtree does; the name alone does not say where it is. */
int unlinkat(int fd, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    if ((path[0] == '/' ? below(path) : holds(fd)) && strike()) return -1;
    return real(fd, path, flags);
}

static int refused(const char *path, int flags) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    return mode == READ_ONLY && writes && below(path) && strike();
}

#define OPENER(symbol)                                                    \
    int symbol(const char *path, int flags, ...) {                        \
        REAL(int, #symbol, const char *, int, mode_t);                    \
        va_list rest;                                                     \
        va_start(rest, flags);                                            \
        mode_t rights = flags & O_CREAT ? va_arg(rest, mode_t) : 0;       \
        va_end(rest);                                                     \
        return refused(path, flags) ? -1 : real(path, flags, rights);     \
    }

OPENER(open)
OPENER(open64)
