//===- Link.cpp - Object file to runnable code ----------------------------===//
//
// Units need little of a linker: a text section, constant pools and jump
// tables next to it, and pc-relative references among these and to slots.
//
//===----------------------------------------------------------------------===//

#include "Link.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/Support/Endian.h"
#include <map>

using namespace llvm;
using namespace llvm::object;
using namespace xlate::codegen;

namespace {

class Linker {
public:
  Linker(const ELF64LEObjectFile &Object, const JitMemory &Memory,
         std::string &Error)
      : Object(Object), Memory(Memory), Error(Error) {}
  bool run(LinkedObject &Out);

private:
  bool fail(const Twine &Message) {
    Error = Message.str();
    return false;
  }
  bool place();
  bool relocate(const SectionRef &Relocs);
  bool symbolAddress(const ELFSymbolRef &S, uint64_t &Address);
  bool collectFunctions(LinkedObject &Out);
  bool collectEntries(const ELFSymbolRef &S, uint64_t At,
                      std::vector<uint32_t> &Offsets);

  const ELF64LEObjectFile &Object;
  const JitMemory &Memory;
  std::string &Error;
  std::map<uint64_t, char *> Placed; ///< Section index -> address.
  char *Text = nullptr;
};

} // namespace

static bool isLoaded(const SectionRef &S) {
  const ELFSectionRef Elf(S);
  if (!(Elf.getFlags() & ELF::SHF_ALLOC) || !S.getSize())
    return false;
  Expected<StringRef> Name = S.getName();
  return Name && *Name != ".eh_frame" && *Name != xlate::lift::EntriesSection;
}

bool Linker::place() {
  struct Part {
    SectionRef Section;
    uint64_t Offset;
  };
  std::vector<Part> Parts;
  uint64_t Size = 0, Align = 16;
  for (bool WantText : {true, false})
    for (const SectionRef &S : Object.sections()) {
      if (!isLoaded(S) || S.isText() != WantText)
        continue;
      const uint64_t A = S.getAlignment().value();
      Align = std::max(Align, A);
      Size = alignTo(Size, A);
      Parts.push_back({S, Size});
      Size += S.getSize();
    }
  if (Parts.empty() || !Parts[0].Section.isText())
    return fail("no code in the object");
  char *Base = Memory.Allocate(Size, Align);
  if (!Base)
    return fail("no room for code");
  for (const Part &P : Parts) {
    Expected<StringRef> Bytes = P.Section.getContents();
    if (!Bytes)
      return fail(toString(Bytes.takeError()));
    char *To = Base + P.Offset;
    std::copy(Bytes->begin(), Bytes->end(), To);
    Placed[P.Section.getIndex()] = To;
  }
  Text = Base;
  return true;
}

bool Linker::symbolAddress(const ELFSymbolRef &S, uint64_t &Address) {
  Expected<section_iterator> Section = S.getSection();
  if (!Section)
    return fail(toString(Section.takeError()));
  if (*Section != Object.section_end()) {
    auto It = Placed.find((*Section)->getIndex());
    if (It == Placed.end())
      return fail("reference to a section that isn't loaded");
    Expected<uint64_t> Value = S.getValue();
    if (!Value)
      return fail(toString(Value.takeError()));
    Address = reinterpret_cast<uint64_t>(It->second) + *Value;
    return true;
  }
  Expected<StringRef> Name = S.getName();
  if (!Name)
    return fail(toString(Name.takeError()));
  uint64_t Pc;
  StringRef Hex = *Name;
  if (!Hex.consume_front("slot_") || Hex.getAsInteger(16, Pc))
    return fail("undefined symbol " + *Name);
  Address = reinterpret_cast<uint64_t>(Memory.Slot(Pc));
  return Address || fail("no slot");
}

bool Linker::relocate(const SectionRef &Relocs) {
  Expected<section_iterator> Target = Relocs.getRelocatedSection();
  if (!Target)
    return fail(toString(Target.takeError()));
  if (*Target == Object.section_end())
    return true;
  Expected<StringRef> Name = (*Target)->getName();
  if (Name && *Name == xlate::lift::EntriesSection)
    return fail("offsets of entries that aren't constant");
  auto It = Placed.find((*Target)->getIndex());
  if (It == Placed.end())
    return true; // debug information
  for (const RelocationRef &Rel : Relocs.relocations()) {
    const ELFRelocationRef R(Rel);
    uint64_t S;
    if (!symbolAddress(*R.getSymbol(), S))
      return false;
    Expected<int64_t> Addend = R.getAddend();
    if (!Addend)
      return fail(toString(Addend.takeError()));
    char *At = It->second + R.getOffset();
    const int64_t Value = static_cast<int64_t>(S) + *Addend;
    const int64_t Delta = Value - reinterpret_cast<int64_t>(At);
    switch (R.getType()) {
    case ELF::R_X86_64_PC32:
    case ELF::R_X86_64_PLT32:
      if (Delta != static_cast<int32_t>(Delta))
        return fail("code and slots are too far apart");
      support::endian::write32le(At, static_cast<uint32_t>(Delta));
      break;
    case ELF::R_X86_64_64:
      support::endian::write64le(At, static_cast<uint64_t>(Value));
      break;
    default:
      return fail("unexpected relocation type " + Twine(R.getType()));
    }
  }
  return true;
}

/// Read a unit's table of entries (lift::entriesName()), which is At in its
/// section.
bool Linker::collectEntries(const ELFSymbolRef &S, uint64_t At,
                            std::vector<uint32_t> &Offsets) {
  Expected<section_iterator> Section = S.getSection();
  if (!Section)
    return fail(toString(Section.takeError()));
  Expected<StringRef> Bytes = (*Section)->getContents();
  if (!Bytes)
    return fail(toString(Bytes.takeError()));
  for (uint64_t I = At, End = At + S.getSize(); I != End; I += 4)
    Offsets.push_back(support::endian::read32le(Bytes->data() + I));
  return true;
}

bool Linker::collectFunctions(LinkedObject &Out) {
  for (const ELFSymbolRef S : Object.symbols()) {
    if (S.getELFType() != ELF::STT_FUNC && S.getELFType() != ELF::STT_OBJECT)
      continue;
    Expected<StringRef> Name = S.getName();
    Expected<uint64_t> Value = S.getValue();
    if (!Name || !Value) {
      consumeError(Name.takeError());
      consumeError(Value.takeError());
      return fail("bad symbol table");
    }
    if (S.getELFType() == ELF::STT_FUNC)
      Out.Functions[*Name] = {*Value, S.getSize()};
    else if (!collectEntries(S, *Value, Out.Entries[*Name]))
      return false;
  }
  return true;
}

bool Linker::run(LinkedObject &Out) {
  if (!place())
    return false;
  for (const SectionRef &S : Object.sections())
    if (!relocate(S))
      return false;
  Out.Base = Text;
  return collectFunctions(Out);
}

bool xlate::codegen::linkObject(const ELF64LEObjectFile &Object,
                                const JitMemory &Memory, LinkedObject &Out,
                                std::string &Error) {
  return Linker(Object, Memory, Error).run(Out);
}

std::vector<LineRow> xlate::codegen::lineRows(const ObjectFile &Object) {
  std::vector<LineRow> Rows;
  std::unique_ptr<DWARFContext> Dwarf = DWARFContext::create(Object);
  for (const auto &Cu : Dwarf->compile_units())
    if (const DWARFDebugLine::LineTable *Table =
            Dwarf->getLineTableForUnit(Cu.get()))
      for (const DWARFDebugLine::Row &R : Table->Rows)
        if (R.Line && !R.EndSequence) {
          if (!Rows.empty() && Rows.back().Offset == R.Address.Address)
            Rows.pop_back();
          Rows.push_back({R.Address.Address, R.Line, R.Column});
        }
  std::sort(Rows.begin(), Rows.end());
  return Rows;
}
