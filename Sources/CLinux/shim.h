#pragma once
// What LinuxIO needs of the C library and Swift's Glibc module does not offer.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

// prctl(2) is variadic, which Swift does not import: name the calling thread.
static inline int seep_name_this_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

// The same for making orphans of our children ours, so that a server that forks away can still be waited for.
static inline int seep_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

// The EFD_ and TFD_ flags are members of an enumeration in a header whose types differ between C libraries.
static inline int seep_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
static inline int seep_timerfd(void) { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK); }
static inline int seep_timerfd_set(int fd, const struct itimerspec *value, int absolute) {
    return timerfd_settime(fd, absolute ? TFD_TIMER_ABSTIME : 0, value, 0);
}
static inline int seep_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

// pipe2(2) is declared for _GNU_SOURCE only.
#include <fcntl.h>
#include <unistd.h>
static inline int seep_pipe(int ends[2]) {
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}
