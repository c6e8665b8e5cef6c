#pragma once
// libcurl's three variadic functions, which Swift does not import: one function for each type of argument. libcurl encodes
// the type of an option's argument in the option's number (CURLOPTTYPE_*, CURLINFO_TYPEMASK), and each function asserts it,
// so that a long passed where a pointer is read is found at the first call and not in a core file.
#include <assert.h>
#include <curl/curl.h>

#define SEEP_TYPE_OF_OPTION(option) (((int)(option)) / 10000 * 10000)

static inline CURLcode seep_easy_set_long(CURL *easy, CURLoption option, long value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_LONG);
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode seep_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_OFF_T);
    return curl_easy_setopt(easy, option, value);
}

// Strings, slists and user data are all pointers to objects. NULL takes the option back to its default.
static inline CURLcode seep_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_OBJECTPOINT);
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode seep_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_OBJECTPOINT);
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode seep_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_OBJECTPOINT);
    return curl_easy_setopt(easy, option, value);
}

// Functions: one for each signature, so that Swift checks the closure that it passes.
typedef size_t (*seep_write_function)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode seep_easy_set_write(CURL *easy, CURLoption option, seep_write_function value) {
    assert(option == CURLOPT_WRITEFUNCTION || option == CURLOPT_HEADERFUNCTION);
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode seep_easy_set_open_socket(CURL *easy, curl_opensocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode seep_easy_set_close_socket(CURL *easy, curl_closesocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, value);
}

static inline CURLcode seep_easy_set_before_request(CURL *easy, curl_prereq_callback value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode seep_easy_set_debug(CURL *easy, curl_debug_callback value) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, value);
}

static inline CURLSHcode seep_share_set_long(CURLSH *share, CURLSHoption option, long value) {
    assert(option == CURLSHOPT_SHARE || option == CURLSHOPT_UNSHARE);
    return curl_share_setopt(share, option, value);
}

static inline CURLcode seep_easy_get_long(CURL *easy, CURLINFO info, long *value) {
    assert((((int)info) & CURLINFO_TYPEMASK) == CURLINFO_LONG);
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode seep_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    assert((((int)info) & CURLINFO_TYPEMASK) == CURLINFO_OFF_T);
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode seep_easy_get_socket(CURL *easy, CURLINFO info, curl_socket_t *value) {
    assert((((int)info) & CURLINFO_TYPEMASK) == CURLINFO_SOCKET);
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode seep_easy_get_tls(CURL *easy, CURLINFO info, struct curl_tlssessioninfo **value) {
    assert(info == CURLINFO_TLS_SSL_PTR);
    return curl_easy_getinfo(easy, info, value);
}

// CURLINFO_PRIVATE is of libcurl's string type, whatever it points to.
static inline CURLcode seep_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
    char *text = NULL;
    assert((((int)info) & CURLINFO_TYPEMASK) == CURLINFO_STRING);
    CURLcode code = curl_easy_getinfo(easy, info, &text);
    *value = text;
    return code;
}

static inline CURLMcode seep_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_LONG);
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode seep_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
    assert(SEEP_TYPE_OF_OPTION(option) == CURLOPTTYPE_OBJECTPOINT);
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode seep_multi_set_socket(CURLM *multi, curl_socket_callback value) {
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}

static inline CURLMcode seep_multi_set_timer(CURLM *multi, curl_multi_timer_callback value) {
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}

// The socket that libcurl asks for, without a SIGPIPE to come and not kept by a child; −1 with errno when there is none.
static inline curl_socket_t seep_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
