# CPython's own suite, a case per module. docs/compatibility.md has the results.

# The module's outcome, and each test in it that didn't succeed.
one() {
  # There is no network, and VSOCK waits for a host that isn't there.
  timeout "${MODULE_TIMEOUT:-900}" python3 -m test -v -u cpu,subprocess -i '*VSOCK*' "$1" >log 2>&1
  local status=$?
  grep -E '^(FAIL|ERROR): ' log | sed 's/ (.*//' | sort -u
  tail -n 1000 log | grep -E '^(Fatal|Segmentation|Windows fatal|Tests result)|dumped|^Tests result' | sort -u
  echo "status $status"
  cat log >&2
}
case_signal() { one test_signal; }
case_threading() { one test_threading; }
case_subprocess() { one test_subprocess; }
case_os() { one test_os; }
case_socket() { one test_socket; }
case_mmap() { one test_mmap; }
case_multiprocessing_fork() { one test_multiprocessing_fork; }
case_multiprocessing_forkserver() { one test_multiprocessing_forkserver; }
case_multiprocessing_spawn() { one test_multiprocessing_spawn; }
case_multiprocessing_main_handling() { one test_multiprocessing_main_handling; }
case_asyncio() { one test_asyncio; }
case_faulthandler() { one test_faulthandler; }
case_ctypes() { one test_ctypes; }
case_fork1() { one test_fork1; }
case_posix() { one test_posix; }
case_time() { one test_time; }
case_select() { one test_select; }
case_epoll() { one test_epoll; }
case_float() { one test_float; }
case_math() { one test_math; }
case_struct() { one test_struct; }
case_hashlib() { one test_hashlib; }
case_ssl() { one test_ssl; }
case_zlib() { one test_zlib; }
case_thread() { one test_thread; }
case_threadedtempfile() { one test_threadedtempfile; }
case_threading_local() { one test_threading_local; }
case_threadsignals() { one test_threadsignals; }
case_poll() { one test_poll; }
case_pty() { one test_pty; }
case_popen() { one test_popen; }
case_io() { one test_io; }
case_fcntl() { one test_fcntl; }
case_resource() { one test_resource; }
case_wait3() { one test_wait3; }
case_wait4() { one test_wait4; }
case_gc() { one test_gc; }
case_generators() { one test_generators; }
case_exceptions() { one test_exceptions; }
case_json() { one test_json; }
case_re() { one test_re; }
case_decimal() { one test_decimal; }
case_fractions() { one test_fractions; }
case_cmath() { one test_cmath; }
case_complex() { one test_complex; }
case_int() { one test_int; }
case_long() { one test_long; }
case_bytes() { one test_bytes; }
case_unicode() { one test_unicode; }
case_array() { one test_array; }
case_random() { one test_random; }
case_statistics() { one test_statistics; }
case_set() { one test_set; }
case_dict() { one test_dict; }
case_list() { one test_list; }
case_pickle() { one test_pickle; }
case_marshal() { one test_marshal; }
case_zipfile() { one test_zipfile; }
case_tarfile() { one test_tarfile; }
case_bz2() { one test_bz2; }
case_lzma() { one test_lzma; }
case_gzip() { one test_gzip; }
case_hmac() { one test_hmac; }
case_socketserver() { one test_socketserver; }
case_selectors() { one test_selectors; }
case_queue() { one test_queue; }
case_sched() { one test_sched; }
case_concurrent_futures() { one test_concurrent_futures; }
case_contextlib() { one test_contextlib; }
case_asyncgen() { one test_asyncgen; }
case_coroutines() { one test_coroutines; }
case_cmd_line() { one test_cmd_line; }
case_compileall() { one test_compileall; }
case_dis() { one test_dis; }
case_import() { one test_import; }
case_importlib() { one test_importlib; }
case_inspect() { one test_inspect; }
case_traceback() { one test_traceback; }
case_pathlib() { one test_pathlib; }
case_shutil() { one test_shutil; }
case_tempfile() { one test_tempfile; }
case_glob() { one test_glob; }
case_stat() { one test_stat; }
case_posixpath() { one test_posixpath; }
case_getpass() { one test_getpass; }
case_grp() { one test_grp; }
case_pwd() { one test_pwd; }
case_uuid() { one test_uuid; }
case_platform() { one test_platform; }
case_sys() { one test_sys; }
case_sysconfig() { one test_sysconfig; }
case_sys_settrace() { one test_sys_settrace; }
case_tracemalloc() { one test_tracemalloc; }
case_weakref() { one test_weakref; }
