//===- BpfTest.cpp - Classic BPF programs of seccomp ----------------------===//
#include "Bpf.h"
#include <gtest/gtest.h>

using namespace xlate::sys;

namespace {

constexpr sock_filter stmt(int Code, uint32_t K = 0) {
  return {static_cast<uint16_t>(Code), 0, 0, K};
}
constexpr sock_filter jump(int Code, uint32_t K, uint8_t Jt, uint8_t Jf) {
  return {static_cast<uint16_t>(BPF_JMP | Code), Jt, Jf, K};
}
constexpr sock_filter Return = stmt(BPF_RET | BPF_A);

/// What the program returns, and that it may run.
uint32_t run(BpfProgram P, const seccomp_data &D = {}) {
  P.push_back(Return);
  EXPECT_TRUE(checkBpf(P));
  return runBpf(P, D);
}

/// A op B, with B as the operand and in X, which must be the same.
uint32_t alu(int Op, uint32_t A, uint32_t B) {
  const uint32_t K = run({stmt(BPF_LD | BPF_IMM, A), stmt(BPF_ALU | Op, B)});
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, A), stmt(BPF_LDX | BPF_IMM, B),
                 stmt(BPF_ALU | Op | BPF_X)}),
            K);
  return K;
}

bool taken(int Op, uint32_t A, uint32_t B) {
  const auto Rest = [&](int Src) {
    return run({stmt(BPF_LD | BPF_IMM, A), stmt(BPF_LDX | BPF_IMM, B),
                jump(Op | Src, B, 1, 0), stmt(BPF_RET | BPF_K, 0),
                stmt(BPF_LD | BPF_IMM, 1)});
  };
  EXPECT_EQ(Rest(BPF_K), Rest(BPF_X));
  return Rest(BPF_K) != 0;
}

} // namespace

TEST(Bpf, Arithmetic) {
  EXPECT_EQ(alu(BPF_ADD, 0xffffffff, 3), 2u);
  EXPECT_EQ(alu(BPF_SUB, 2, 3), 0xffffffffu);
  EXPECT_EQ(alu(BPF_MUL, 0x10000, 0x10001), 0x10000u);
  EXPECT_EQ(alu(BPF_DIV, 0xffffffff, 2), 0x7fffffffu);
  EXPECT_EQ(alu(BPF_AND, 12, 10), 8u);
  EXPECT_EQ(alu(BPF_OR, 12, 10), 14u);
  EXPECT_EQ(alu(BPF_XOR, 12, 10), 6u);
  EXPECT_EQ(alu(BPF_LSH, 3, 31), 0x80000000u);
  EXPECT_EQ(alu(BPF_RSH, 0x80000000, 31), 1u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 5), stmt(BPF_ALU | BPF_NEG)}),
            static_cast<uint32_t>(-5));
}

// Operands in X can't be checked before.
TEST(Bpf, RegisterOperands) {
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 7), stmt(BPF_ALU | BPF_DIV | BPF_X),
                 stmt(BPF_LD | BPF_IMM, 9)}),
            0u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 1), stmt(BPF_LDX | BPF_IMM, 33),
                 stmt(BPF_ALU | BPF_LSH | BPF_X)}),
            2u);
}

TEST(Bpf, Jumps) {
  EXPECT_TRUE(taken(BPF_JEQ, 5, 5));
  EXPECT_FALSE(taken(BPF_JEQ, 5, 6));
  EXPECT_TRUE(taken(BPF_JGT, 0x80000000, 1));
  EXPECT_FALSE(taken(BPF_JGT, 5, 5));
  EXPECT_TRUE(taken(BPF_JGE, 5, 5));
  EXPECT_FALSE(taken(BPF_JGE, 4, 5));
  EXPECT_TRUE(taken(BPF_JSET, 6, 2));
  EXPECT_FALSE(taken(BPF_JSET, 6, 9));
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 1), jump(BPF_JA, 1, 0, 0),
                 stmt(BPF_LD | BPF_IMM, 2)}),
            1u);
}

TEST(Bpf, Loads) {
  seccomp_data D = {};
  D.nr = 5;
  D.args[5] = 0x1122334455667788;
  EXPECT_EQ(run({stmt(BPF_LD | BPF_W | BPF_ABS, 0)}, D), 5u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_W | BPF_ABS, 56)}, D), 0x55667788u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_W | BPF_ABS, 60)}, D), 0x11223344u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_W | BPF_LEN)}), 64u);
  EXPECT_EQ(run({stmt(BPF_LDX | BPF_W | BPF_LEN), stmt(BPF_MISC | BPF_TXA)}),
            64u);
  EXPECT_EQ(run({stmt(BPF_LDX | BPF_IMM, 8), stmt(BPF_STX, 15),
                 stmt(BPF_LD | BPF_MEM, 15)}),
            8u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 9), stmt(BPF_ST, 0),
                 stmt(BPF_LDX | BPF_MEM, 0), stmt(BPF_LD | BPF_IMM, 1),
                 stmt(BPF_MISC | BPF_TXA)}),
            9u);
  EXPECT_EQ(run({stmt(BPF_LD | BPF_IMM, 9), stmt(BPF_MISC | BPF_TAX),
                 stmt(BPF_LD | BPF_IMM, 1), stmt(BPF_ALU | BPF_ADD | BPF_X)}),
            10u);
}

TEST(Bpf, Refused) {
  const auto bad = [](BpfProgram P) { return !checkBpf(P); };
  EXPECT_TRUE(bad({}));
  EXPECT_TRUE(bad({stmt(BPF_LD | BPF_IMM)}));
  EXPECT_TRUE(bad({jump(BPF_JA, 0, 0, 0)}));
  EXPECT_TRUE(bad({jump(BPF_JA, 0xffffffff, 0, 0), Return}));
  EXPECT_TRUE(bad({jump(BPF_JEQ, 0, 1, 0), Return}));
  EXPECT_TRUE(bad({jump(BPF_JEQ, 0, 0, 1), Return}));
  EXPECT_TRUE(bad({stmt(BPF_ALU | BPF_MOD | BPF_K, 3), Return}));
  EXPECT_TRUE(bad({stmt(BPF_LD | BPF_W | BPF_IND, 0), Return}));
  EXPECT_TRUE(bad({stmt(BPF_ST, 16), Return}));
  EXPECT_TRUE(bad(BpfProgram(BPF_MAXINSNS + 1, Return)));
  EXPECT_TRUE(checkBpf(BpfProgram(BPF_MAXINSNS, Return)));
}

// A word must be written on every way to where it is read.
TEST(Bpf, ScratchMemory) {
  const sock_filter Read = stmt(BPF_LD | BPF_MEM, 4), Write = stmt(BPF_ST, 4);
  EXPECT_FALSE(checkBpf({Read, Return}));
  EXPECT_TRUE(checkBpf({Write, Read, Return}));
  EXPECT_FALSE(checkBpf({jump(BPF_JEQ, 0, 0, 1), Write, Read, Return}));
  EXPECT_TRUE(checkBpf({jump(BPF_JEQ, 0, 0, 2), Write, jump(BPF_JA, 1, 0, 0),
                        Write, Read, Return}));
  EXPECT_TRUE(checkBpf({Write, jump(BPF_JSET, 0, 0, 1), Return, Read, Return}));
}
