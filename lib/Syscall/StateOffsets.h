//===- StateOffsets.h - CpuState offsets for assembly -----------*- C++ -*-===//
//
// Checked against the structure in SafeCopy.cpp.
//
//===----------------------------------------------------------------------===//
#define STATE_POLL_FLAG 276
