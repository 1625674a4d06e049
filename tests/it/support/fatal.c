/* Ends the program that it is loaded into just before its n-th write, as the kernel would: at once, in the middle of everything.
   Loaded with LD_PRELOAD by fatal.rs. A write is whatever leaves the process: to a file that is not its log, or to a socket.
   FATAL_AT       the number of the write that is not made any more; 0 for none
   FATAL_RECORD   a file that gets the name of each write, one a line
   FATAL_WAITS    where it is set, counting begins with the signal USR1 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long made;
static atomic_int counting;
static long fatal;
static int record = -1;

static void begin(int signal) {
    (void)signal;
    counting = 1;
}

__attribute__((constructor)) static void load(void) {
    const char *at = getenv("FATAL_AT"), *path = getenv("FATAL_RECORD");
    fatal = at ? atol(at) : 0;
    if (path)
        record = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (!getenv("FATAL_WAITS")) {
        counting = 1;
        return;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = begin;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, NULL);
}

static void count(const char *name, int fd) {
    struct stat about;
    if (!counting || fd <= 2 || fstat(fd, &about) != 0 || !(S_ISREG(about.st_mode) || S_ISSOCK(about.st_mode)))
        return;
    long number = ++made;
    if (record >= 0) {
        char line[32];
        size_t length = strlen(name);
        memcpy(line, name, length);
        line[length] = '\n';
        syscall(SYS_write, record, line, length + 1);
    }
    if (number == fatal)
        kill(getpid(), SIGKILL);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    count("write", fd);
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int number) {
    count("writev", fd);
    return syscall(SYS_writev, fd, parts, number);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    count("pwrite", fd);
    return syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    count("pwrite", fd);
    return syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    count("send", fd);
    return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    count("sendto", fd);
    return syscall(SYS_sendto, fd, bytes, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    count("sendmsg", fd);
    return syscall(SYS_sendmsg, fd, message, flags);
}

int fsync(int fd) {
    count("fsync", fd);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    count("fdatasync", fd);
    return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t length) {
    count("ftruncate", fd);
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off64_t length) {
    count("ftruncate", fd);
    return (int)syscall(SYS_ftruncate, fd, length);
}
