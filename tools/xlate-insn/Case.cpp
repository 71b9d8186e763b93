//===- Case.cpp - Reading cases and resolving their values ----------------===//

#include "Case.h"
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

using namespace xlate::insn;

namespace {

std::string trim(std::string_view S) {
  size_t B = S.find_first_not_of(" \t\r"), E = S.find_last_not_of(" \t\r");
  return B == S.npos ? std::string() : std::string(S.substr(B, E - B + 1));
}

/// A little-endian number of up to 64 bytes.
struct Number {
  uint8_t Bytes[64] = {};
  unsigned Digits = 0;
  uint64_t lo() const {
    uint64_t V;
    std::memcpy(&V, Bytes, 8);
    return V;
  }
};

int hexDigit(char C) {
  if (C >= '0' && C <= '9')
    return C - '0';
  if (C >= 'a' && C <= 'f')
    return C - 'a' + 10;
  if (C >= 'A' && C <= 'F')
    return C - 'A' + 10;
  return -1;
}

bool parseHex(std::string_view S, Number &N) {
  bool Negative = !S.empty() && S[0] == '-';
  if (Negative)
    S.remove_prefix(1);
  if (S.starts_with("0x"))
    S.remove_prefix(2);
  if (S.empty())
    return false;
  unsigned Pos = 0;
  for (size_t I = S.size(); I-- != 0;) {
    if (S[I] == '_')
      continue;
    int D = hexDigit(S[I]);
    if (D < 0 || Pos == 2 * sizeof N.Bytes)
      return false;
    N.Bytes[Pos / 2] |= static_cast<uint8_t>(D << (Pos % 2 * 4));
    ++Pos;
  }
  N.Digits = Pos;
  if (Negative) {
    unsigned Carry = 1;
    for (uint8_t &B : N.Bytes) {
      Carry += static_cast<uint8_t>(~B);
      B = static_cast<uint8_t>(Carry);
      Carry >>= 8;
    }
  }
  return true;
}

/// IEEE half from double, round to nearest even; enough for test values.
uint16_t toHalf(double D) {
  _Float16 H = static_cast<_Float16>(D);
  uint16_t Bits;
  std::memcpy(&Bits, &H, 2);
  return Bits;
}

/// Lane value: hex bits, or a floating-point literal (one with a dot, `inf`,
/// or `nan`) for lanes of 2, 4 and 8 bytes.
bool parseLane(std::string_view S, unsigned Bytes, uint64_t &Out) {
  const bool Float = S.find('.') != S.npos || S.find("inf") != S.npos ||
                     S.find("nan") != S.npos;
  if (!Float) {
    Number N;
    if (!parseHex(S, N))
      return false;
    Out = N.lo();
    return true;
  }
  std::string Text(S);
  char *End;
  double D = std::strtod(Text.c_str(), &End);
  if (*End)
    return false;
  if (Bytes == 8) {
    std::memcpy(&Out, &D, 8);
  } else if (Bytes == 4) {
    float F = static_cast<float>(D);
    uint32_t B;
    std::memcpy(&B, &F, 4);
    Out = B;
  } else if (Bytes == 2) {
    Out = toHalf(D);
  } else {
    return false;
  }
  return true;
}

/// Which register index a name like "x12" ends in, or -1.
int regIndex(std::string_view S) {
  if (S.empty() || S.size() > 2)
    return -1;
  int N = 0;
  for (char C : S) {
    if (C < '0' || C > '9')
      return -1;
    N = N * 10 + C - '0';
  }
  return N < 32 ? N : -1;
}

/// Applies `name=value` items to a state.
class Items {
public:
  Items(const CaseFile &F, Case &C, State &S) : F(F), C(C), S(S) {}

  bool apply(const std::string &Text) {
    size_t I = 0;
    while (I < Text.size()) {
      if (Text[I] == ' ') {
        ++I;
        continue;
      }
      size_t E = Text.find(' ', I);
      if (E == Text.npos)
        E = Text.size();
      std::string Item = Text.substr(I, E - I);
      if (!item(Item)) {
        std::fprintf(stderr, "%s:%u: cannot read '%s'\n", F.Path.c_str(),
                     C.Line, Item.c_str());
        return false;
      }
      I = E;
    }
    return true;
  }

private:
  const CaseFile &F;
  Case &C;
  State &S;

  bool number(std::string_view V, uint64_t &Out) {
    uint64_t Base = 0;
    bool Symbol = true;
    if (V.starts_with("code")) {
      Base = C.Pc;
      V.remove_prefix(4);
    } else if (V.starts_with("m") || V.starts_with("M")) {
      Base = INSN_MEM_M;
      V.remove_prefix(1);
    } else {
      Symbol = false;
    }
    if (Symbol && V.empty()) {
      Out = Base;
      return true;
    }
    if (Symbol && V[0] == '+')
      V.remove_prefix(1);
    Number N;
    if (!parseHex(V, N))
      return false;
    Out = Base + N.lo();
    return true;
  }

  bool signal(std::string_view N) {
    static const struct {
      const char *Name;
      unsigned Number;
    } Signals[] = {{"!ill", 4}, {"!trap", 5}, {"!bus", 7}, {"!segv", 11}};
    for (auto &E : Signals)
      if (N == E.Name) {
        S.signal = E.Number;
        return true;
      }
    return false;
  }

  bool flags(std::string_view V) {
    if (V == "?") {
      C.Any.AnyNzcv = true;
      return true;
    }
    uint64_t N;
    if (V.size() == 4 && V.find_first_not_of("nNzZcCvV") == V.npos) {
      N = 0;
      for (char Ch : V)
        N = N << 1 | (Ch < 'a');
    } else if (!number(V, N)) {
      return false;
    }
    S.nzcv = static_cast<uint32_t>(N << 28);
    return true;
  }

  bool memory(std::string_view Name, std::string_view V) {
    uint64_t At;
    Number N;
    if (!Name.ends_with("]") || !number(Name.substr(1, Name.size() - 2), At) ||
        !parseHex(V, N))
      return false;
    unsigned Bytes = (N.Digits + 1) / 2;
    if (At < INSN_MEM_BASE || At + Bytes > INSN_MEM_BASE + INSN_MEM_SIZE)
      return false;
    std::memcpy(S.mem + (At - INSN_MEM_BASE), N.Bytes, Bytes);
    return true;
  }

  /// vN=128 bits or vN.4s=lanes, lowest first; missing lanes are zero.
  bool vector(std::string_view Name, std::string_view V) {
    size_t Dot = Name.find('.');
    int R = regIndex(Name.substr(1, Dot == Name.npos ? Name.npos : Dot - 1));
    if (R < 0)
      return false;
    if (V == "?") {
      C.Any.AnyV[R] = true;
      return true;
    }
    Number N;
    if (Dot == Name.npos) {
      if (!parseHex(V, N))
        return false;
    } else {
      unsigned Bytes = laneBytes(Name.back());
      uint64_t Lane;
      if (!Bytes)
        return false;
      for (unsigned Pos = 0; Pos < 16; Pos += Bytes) {
        size_t Comma = V.find(',');
        if (!parseLane(V.substr(0, Comma), Bytes, Lane))
          return false;
        std::memcpy(N.Bytes + Pos, &Lane, Bytes);
        if (Comma == V.npos)
          break;
        V.remove_prefix(Comma + 1);
      }
    }
    std::memcpy(S.v[R], N.Bytes, 16);
    return true;
  }

  static unsigned laneBytes(char L) {
    return L == 'b' ? 1 : L == 'h' ? 2 : L == 's' ? 4 : L == 'd' ? 8 : 0;
  }

  bool item(const std::string &Text) {
    if (Text[0] == '!')
      return signal(Text);
    size_t Eq = Text.find('=');
    if (Eq == Text.npos)
      return false;
    std::string_view Name(Text.data(), Eq),
        V(Text.data() + Eq + 1, Text.size() - Eq - 1);
    uint64_t N;
    if (Name == "nzcv")
      return flags(V);
    if (Name == "fpsr" && V == "?")
      return C.Any.AnyFpsr = true;
    if (Name == "fpcr" || Name == "fpsr") {
      if (!number(V, N))
        return false;
      (Name == "fpcr" ? S.fpcr : S.fpsr) = static_cast<uint32_t>(N);
      return true;
    }
    if (Name[0] == '[')
      return memory(Name, V);
    if (Name[0] == 'v')
      return vector(Name, V);
    int R = Name == "sp" ? 31 : regIndex(Name.substr(1));
    if (R < 0)
      return false;
    if (Name[0] == 'x' || Name == "sp") {
      if (V == "?")
        return C.Any.AnyX[R] = true;
      return number(V, S.x[R]);
    }
    if (Name[0] == 'w') {
      if (!number(V, N))
        return false;
      S.x[R] = static_cast<uint32_t>(N);
      return true;
    }
    if (unsigned Bytes = laneBytes(Name[0])) {
      if (!parseLane(V, Bytes, N))
        return false;
      std::memset(S.v[R], 0, 16);
      std::memcpy(S.v[R], &N, Bytes);
      return true;
    }
    return false;
  }
};

/// Recognisable values, so that a wrong width or register shows.
void fillDefaults(State &S) {
  std::memset(&S, 0, sizeof S);
  for (unsigned I = 0; I != 31; ++I)
    S.x[I] = 0xdead00000000'0000 | 0x101 * I;
  S.x[31] = INSN_MEM_M;
  for (unsigned I = 0; I != 32; ++I) {
    S.v[I][0] = 0xbead00000000'0000 | 0x101 * I;
    S.v[I][1] = 0xfeed00000000'0000 | 0x101 * I;
  }
  for (unsigned I = 0; I != INSN_MEM_SIZE; ++I)
    S.mem[I] = static_cast<uint8_t>(I);
}

} // namespace

bool xlate::insn::readCases(const std::string &Path, CaseFile &F) {
  F.Path = Path;
  std::ifstream In(Path);
  if (!In) {
    std::fprintf(stderr, "%s: cannot open\n", Path.c_str());
    return false;
  }
  std::string Line, LastAsm;
  for (unsigned N = 1; std::getline(In, Line); ++N) {
    F.Lines.push_back(Line);
    std::string Text = trim(Line);
    if (Text.empty() || Text[0] == '#' || Text.starts_with("//"))
      continue;
    Case C;
    C.Line = N;
    if (size_t Arrow = Text.find("=>"); Arrow != Text.npos) {
      C.HasOutputs = true;
      C.Outputs = trim(Text.substr(Arrow + 2));
      Text.resize(Arrow);
    }
    if (size_t Semi = Text.find(';'); Semi != Text.npos) {
      C.Inputs = trim(Text.substr(Semi + 1));
      Text.resize(Semi);
    }
    // Annotations `!no-TIER` of the inputs column.
    for (size_t At; (At = C.Inputs.find("!no-")) != C.Inputs.npos;) {
      size_t End = C.Inputs.find(' ', At);
      C.SkipTiers.push_back(
          C.Inputs.substr(At + 4, End == C.Inputs.npos ? End : End - At - 4));
      C.Inputs.erase(At, End == C.Inputs.npos ? End : End - At);
    }
    C.Asm = trim(Text);
    if (C.Asm.empty())
      C.Asm = LastAsm; // one more line of values for the same instruction
    LastAsm = C.Asm;
    F.Cases.push_back(std::move(C));
  }
  return true;
}

bool xlate::insn::resolve(CaseFile &F) {
  for (Case &C : F.Cases) {
    fillDefaults(C.In);
    C.In.pc = C.Pc;
    if (!Items(F, C, C.In).apply(C.Inputs))
      return false;
    C.Out = C.In;
    if (!Items(F, C, C.Out).apply(C.Outputs))
      return false;
  }
  return true;
}
