//===- Resolve.cpp - Path lookup for the loader's tests -------------------===//
#include "Resolve.h"
#include "xlate/Syscall/Syscall.h"
#include <unistd.h>

std::string xlate::test::Sysroot;

const char *xlate::sys::resolvePath(const char *Path, std::string &Out, bool) {
  if (test::Sysroot.empty() || *Path != '/')
    return Path;
  Out = test::Sysroot + Path;
  return access(Out.c_str(), F_OK) == 0 ? Out.c_str() : Path;
}

int xlate::sys::protectFd(int Fd) { return Fd; }

const xlate::sys::Config &xlate::sys::config() {
  static Config Current;
  Current.Sysroot = test::Sysroot;
  return Current;
}
