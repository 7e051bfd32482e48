"""Small libraries in C that stand between a process and its system: killers, clocks, full tables."""

import shutil
import subprocess
from pathlib import Path

import pytest

KILLER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Counts what changes files; at the call whose number SHIM_AT says the process is gone.
   SHIM_AFTER=1: the call is done first.  SHIM_COUNT names a file that gets the count. */
static int count;

static int armed(void) { return getenv("SHIM_AT") != NULL; }

static int is_file(int fd) {
    struct stat st;
    return fd > 2 && fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static int before(int counts) {
    if (!counts || !armed()) return 0;
    int at = atoi(getenv("SHIM_AT"));
    int mine = __sync_add_and_fetch(&count, 1);
    const char *where = getenv("SHIM_COUNT");
    if (where && mine >= at) {
        FILE *file = fopen(where, "w");
        if (file) { fprintf(file, "%d\n", mine); fclose(file); }
    }
    if (mine != at) return 0;
    if (getenv("SHIM_AFTER")) return 1;
    kill(getpid(), SIGKILL);
    return 0;
}

static void after(int now) { if (now) kill(getpid(), SIGKILL); }

#define WRAP(type, name, params, args, counts)                                   \
    type name params {                                                           \
        static type (*real) params;                                              \
        if (!real) real = (type (*) params) dlsym(RTLD_NEXT, #name);             \
        int now = before(counts);                                                \
        type given = real args;                                                  \
        after(now);                                                              \
        return given;                                                            \
    }

WRAP(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n), is_file(fd))
WRAP(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n), is_file(fd))
WRAP(ssize_t, pwrite, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o), is_file(fd))
WRAP(ssize_t, pwrite64, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o), is_file(fd))
WRAP(int, fsync, (int fd), (fd), is_file(fd))
WRAP(int, fdatasync, (int fd), (fd), is_file(fd))
WRAP(int, ftruncate, (int fd, off_t n), (fd, n), is_file(fd))
WRAP(int, ftruncate64, (int fd, off64_t n), (fd, n), is_file(fd))
WRAP(int, rename, (const char *a, const char *b), (a, b), 1)
WRAP(int, renameat, (int d, const char *a, int e, const char *b), (d, a, e, b), 1)
WRAP(int, link, (const char *a, const char *b), (a, b), 1)
WRAP(int, symlink, (const char *a, const char *b), (a, b), 1)
WRAP(int, unlink, (const char *a), (a), 1)
WRAP(int, unlinkat, (int d, const char *a, int f), (d, a, f), 1)
WRAP(int, mkdir, (const char *a, mode_t m), (a, m), 1)
WRAP(int, rmdir, (const char *a), (a), 1)
"""

CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

/* The time of day is off by SHIM_SHIFT seconds; the monotonic clock is not. */
static long shift(void) { const char *s = getenv("SHIM_SHIFT"); return s ? atol(s) : 0; }

int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int given = real(id, t);
    if (!given && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) t->tv_sec += shift();
    return given;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (t) *t = now.tv_sec;
    return now.tv_sec;
}
"""

REFUSING = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* What lies below SHIM_BELOW, a path, is listed and read bit by bit as databases are, but for the
   time number SHIM_AT, of which the file SHIM_TOLD is told. */
static int count;

static int refused(const char *path, int error) {
    const char *below = getenv("SHIM_BELOW"), *told = getenv("SHIM_TOLD");
    if (!below || !told || strncmp(path, below, strlen(below))) return 0;
    if (__sync_add_and_fetch(&count, 1) != atoi(getenv("SHIM_AT"))) return 0;
    FILE *file = fopen(told, "w");
    if (file) { fputs(path, file); fclose(file); }
    errno = error;
    return 1;
}

static int is_refused(int fd) {
    char link[64], path[4096];
    if (!getenv("SHIM_BELOW")) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return refused(path, EIO);
}

DIR *opendir(const char *path) {
    static DIR *(*real)(const char *);
    if (!real) real = (DIR *(*)(const char *)) dlsym(RTLD_NEXT, "opendir");
    return refused(path, EMFILE) ? NULL : real(path);
}

ssize_t pread(int fd, void *into, size_t size, off_t at) {
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (!real) real = (ssize_t (*)(int, void *, size_t, off_t)) dlsym(RTLD_NEXT, "pread");
    return is_refused(fd) ? -1 : real(fd, into, size, at);
}

ssize_t pread64(int fd, void *into, size_t size, off64_t at) {
    static ssize_t (*real)(int, void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, void *, size_t, off64_t)) dlsym(RTLD_NEXT, "pread64");
    return is_refused(fd) ? -1 : real(fd, into, size, at);
}
"""

THREADLESS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* From the thread number SHIM_AT on none can be started. */
static int count;

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*what)(void *), void *with) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!real) *(void **) &real = dlsym(RTLD_NEXT, "pthread_create");
    const char *at = getenv("SHIM_AT");
    if (at && __sync_add_and_fetch(&count, 1) >= atoi(at)) return EAGAIN;
    return real(thread, how, what, with);
}
"""


def build(source: str, folder: Path) -> Path:
    """Compile a shim; the test is skipped where that cannot be."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("not here: there is no C compiler")
    folder.mkdir(parents=True, exist_ok=True)
    code, library = folder / "shim.c", folder / "shim.so"
    code.write_text(source)
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(code), "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"not here: the compiler does not make libraries: {done.stderr[-300:]}")
    return library
