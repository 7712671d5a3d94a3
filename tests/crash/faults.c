/* Loaded before libc (LD_PRELOAD): counts the calls by which a process changes files below one folder, and at a
   chosen one kills the process or lets the call fail, as a crash, a full disk or a read-only disk would. On request it
   writes every such call down, with what is on disk for certain after each flush: see `power.py`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNT, KILL, TEAR, FULL, READ_ONLY };

static char folder[PATH_MAX];
static int mode = COUNT, lasting = 0;
static long at = -1, seen = 0;
static int trace = -1;

/* Fault number `at_call` (from 1) below `path`; with `lasts` every later call fails as well. */
void faults_arm(const char *path, int how, long at_call, int lasts) {
    snprintf(folder, sizeof folder, "%s", path);
    mode = how, at = at_call, lasting = lasts, seen = 0;
}

long faults_disarm(void) {
    folder[0] = 0;
    return seen;
}

/* Write all calls down in a file outside the folder. */
void faults_trace(const char *path) {
    trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
}

static int below(const char *path) {
    return folder[0] && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static int holds(int fd) {
    char path[PATH_MAX];
    return folder[0] && path_of(fd, path) && below(path);
}

/* One record: kind, lengths of path and data, offset, then path and data. */
static void note(char kind, const char *path, int64_t where, const void *data, int64_t size) {
    int64_t head[4] = {kind, (int64_t)strlen(path), size, where};
    struct iovec parts[3] = {{head, sizeof head}, {(void *)path, strlen(path)}, {(void *)data, (size_t)size}};
    if (trace >= 0) syscall(SYS_writev, trace, parts, 3);
}

static void note_write(int fd, const void *data, ssize_t count, off_t where) {
    char path[PATH_MAX];
    if (trace >= 0 && count > 0 && folder[0] && path_of(fd, path) && below(path)) note('w', path, where, data, count);
}

/* After a flush the whole file is on disk, whoever wrote it how; of a folder, the names in it are. */
static void note_flush(int fd) {
    char path[PATH_MAX];
    struct stat status;
    if (trace < 0 || !folder[0] || !path_of(fd, path) || fstat(fd, &status) < 0) return;
    if (S_ISDIR(status.st_mode)) {
        note('d', path, 0, "", 0);
    } else if (below(path)) {
        void *whole = malloc((size_t)status.st_size + 1);
        ssize_t count = syscall(SYS_pread64, fd, whole, status.st_size, 0);
        if (count < 0) { /* open for writing alone */
            int again = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
            count = syscall(SYS_pread64, again, whole, status.st_size, 0);
            syscall(SYS_close, again);
        }
        note('s', path, 0, whole, count);
        free(whole);
    }
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

#define WRITER(where, ...)                                                                  \
    {                                                                                       \
        if (holds(fd)) {                                                                    \
            off_t start = where;                                                            \
            if (mode == TEAR && at == seen + 1 && count > 1)                                \
                note_write(fd, data, real(fd, data, count / 2 __VA_ARGS__), start);         \
            if (strike()) return -1;                                                        \
            ssize_t written = real(fd, data, count __VA_ARGS__);                            \
            note_write(fd, data, written, start);                                           \
            return written;                                                                 \
        }                                                                                   \
        return real(fd, data, count __VA_ARGS__);                                           \
    }

ssize_t write(int fd, const void *data, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    WRITER(lseek(fd, 0, SEEK_CUR), )
}
ssize_t pwrite(int fd, const void *data, size_t count, off_t where) {
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    WRITER(where, , where)
}
ssize_t pwrite64(int fd, const void *data, size_t count, off64_t where) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    WRITER(where, , where)
}
size_t fwrite(const void *data, size_t size, size_t n, FILE *file) {
    REAL(size_t, "fwrite", const void *, size_t, size_t, FILE *);
    if (holds(fileno(file)) && strike()) return 0;
    return real(data, size, n, file);
}

#define FLUSHER(symbol)                        \
    int symbol(int fd) {                       \
        REAL(int, #symbol, int);               \
        if (holds(fd) && strike()) return -1;  \
        int failed = real(fd);                 \
        if (!failed) note_flush(fd);           \
        return failed;                         \
    }

FLUSHER(fsync)
FLUSHER(fdatasync)

#define CUTTER(symbol, type)                                                               \
    int symbol(int fd, type size) {                                                        \
        char path[PATH_MAX];                                                               \
        REAL(int, #symbol, int, type);                                                     \
        if (holds(fd) && strike()) return -1;                                              \
        int failed = real(fd, size);                                                       \
        if (!failed && trace >= 0 && holds(fd) && path_of(fd, path)) note('t', path, size, "", 0); \
        return failed;                                                                     \
    }

CUTTER(ftruncate, off_t)
CUTTER(ftruncate64, off64_t)

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    if (below(from) && strike()) return -1;
    int failed = real(from, to);
    if (!failed && below(from)) note('r', from, 0, to, (int64_t)strlen(to));
    return failed;
}

#define REMOVER(symbol)                              \
    int symbol(const char *path) {                   \
        REAL(int, #symbol, const char *);            \
        if (below(path) && strike()) return -1;      \
        int failed = real(path);                     \
        if (!failed && below(path)) note('u', path, 0, "", 0); \
        return failed;                               \
    }

REMOVER(unlink)
REMOVER(rmdir)

int mkdir(const char *path, mode_t rights) {
    REAL(int, "mkdir", const char *, mode_t);
    if (below(path) && strike()) return -1;
    int failed = real(path, rights);
    if (!failed && below(path)) note('m', path, 0, "", 0);
    return failed;
}
/* By descriptor, as shutil.rmtree does; the name alone does not say where it is. */
int unlinkat(int fd, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    int counts = path[0] == '/' ? below(path) : holds(fd);
    if (counts && strike()) return -1;
    int failed = real(fd, path, flags);
    if (!failed && counts && trace >= 0) {
        char whole[2 * PATH_MAX], parent[PATH_MAX];
        if (path[0] == '/') snprintf(whole, sizeof whole, "%s", path);
        else if (path_of(fd, parent)) snprintf(whole, sizeof whole, "%s/%s", parent, path);
        note('u', whole, 0, "", 0);
    }
    return failed;
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
        if (refused(path, flags)) return -1;                              \
        int fd = real(path, flags, rights);                               \
        if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) && below(path))      \
            note(flags & O_TRUNC ? 'o' : 'c', path, 0, "", 0);            \
        return fd;                                                        \
    }

OPENER(open)
OPENER(open64)
