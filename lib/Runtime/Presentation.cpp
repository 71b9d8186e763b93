//===- Presentation.cpp - How the process looks to others -----------------===//
//
// ps, pgrep, killall and /proc/PID should show the guest program, not us.
//
//===----------------------------------------------------------------------===//
#include "xlate/Runtime/Exec.h"
#include <linux/prctl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace xlate::runtime {

void presentAsGuest(const RunOptions &Options, const LoadedProgram &P) {
  const std::string &Name =
      Options.ExecFn.empty() ? Options.Program : Options.ExecFn;
  // Of a name without a slash, npos + 1 is its start.
  prctl(PR_SET_NAME, Name.c_str() + (Name.rfind('/') + 1));

  // Needs no privilege, but a kernel with CONFIG_CHECKPOINT_RESTORE. Where it
  // fails the process runs on under its own command line.
  prctl_mm_map Map = {};
  Map.start_code = P.CodeLo;
  Map.end_code = P.CodeHi;
  Map.start_data = P.DataLo;
  Map.end_data = P.DataHi;
  // The host's heap stays the kernel's heap of this process; the guest's is an
  // ordinary mapping.
  Map.start_brk = Map.brk = reinterpret_cast<uint64_t>(sbrk(0));
  Map.start_stack = P.Sp;
  Map.arg_start = P.ArgStart;
  Map.arg_end = P.ArgEnd;
  Map.env_start = P.EnvStart;
  Map.env_end = P.EnvEnd;
  Map.auxv = reinterpret_cast<__u64 *>(const_cast<uint8_t *>(P.Auxv.data()));
  Map.auxv_size = P.Auxv.size();
  Map.exe_fd = ~0u;
  prctl(PR_SET_MM, PR_SET_MM_MAP, &Map, sizeof Map, 0);
}

} // namespace xlate::runtime
