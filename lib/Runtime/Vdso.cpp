//===- Vdso.cpp - The guest's vDSO ----------------------------------------===//
#include "xlate/Runtime/Vdso.h"
#include "xlate/Runtime/Loader.h"
#include <cassert>
#include <cstring>
#include <elf.h>
#include <sys/mman.h>

extern "C" const uint8_t xlate_vdso_start[], xlate_vdso_end[];

namespace xlate::runtime {

std::span<const uint8_t> vdsoImage() {
  return {xlate_vdso_start, xlate_vdso_end};
}

uint64_t vdsoSymbol(std::string_view Name) {
  // The image is our own, so it is not checked.
  const uint8_t *Base = xlate_vdso_start;
  auto *Ehdr = reinterpret_cast<const Elf64_Ehdr *>(Base);
  auto *Phdr = reinterpret_cast<const Elf64_Phdr *>(Base + Ehdr->e_phoff);
  while (Phdr->p_type != PT_DYNAMIC)
    ++Phdr;
  const Elf64_Sym *Symbols = nullptr;
  const char *Strings = nullptr;
  const uint32_t *Hash = nullptr;
  for (auto *D = reinterpret_cast<const Elf64_Dyn *>(Base + Phdr->p_offset);
       D->d_tag; ++D) {
    if (D->d_tag == DT_SYMTAB)
      Symbols = reinterpret_cast<const Elf64_Sym *>(Base + D->d_un.d_ptr);
    else if (D->d_tag == DT_STRTAB)
      Strings = reinterpret_cast<const char *>(Base + D->d_un.d_ptr);
    else if (D->d_tag == DT_HASH)
      Hash = reinterpret_cast<const uint32_t *>(Base + D->d_un.d_ptr);
  }
  assert(Symbols && Strings && Hash && "vDSO without symbols");
  // Hash[1], the number of chains, is the number of symbols.
  for (uint32_t I = 1; I < Hash[1]; ++I)
    if (Strings + Symbols[I].st_name == Name)
      return Symbols[I].st_value;
  return 0;
}

Expected<bool> mapVdso(LoadedProgram &P, MapSink &Sink) {
  std::span<const uint8_t> Image = vdsoImage();
  uint64_t Size = image::pageUp(Image.size());
  void *Base = mmap(nullptr, Size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (Base == MAP_FAILED)
    return Error{ENOMEM, "no memory for the vDSO"};
  memcpy(Base, Image.data(), Image.size());
  mprotect(Base, Size, PROT_READ);
  P.VdsoBase = reinterpret_cast<uint64_t>(Base);
  P.VdsoSigreturn = P.VdsoBase + vdsoSymbol("__kernel_rt_sigreturn");
  Sink.addMapping(
      {P.VdsoBase, P.VdsoBase + Size, PROT_READ | PROT_EXEC, 0, -1, "[vdso]"});
  return true;
}

} // namespace xlate::runtime
