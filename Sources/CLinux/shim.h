#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// accept4 is declared only under _GNU_SOURCE, which the importer does not always set.
extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

// Declared only under _GNU_SOURCE, too.
extern void *memmem(const void *haystack, size_t length, const void *needle, size_t needle_length);

// And this.
extern int syncfs(int fd);

static inline int linux_accept_nonblocking(int fd) {
    return accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// prctl is variadic: the process is sent this signal when its parent dies.
static inline int linux_set_parent_death_signal(int signal) {
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0UL, 0UL, 0UL);
}
