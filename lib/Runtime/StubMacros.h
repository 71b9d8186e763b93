/*===- StubMacros.h - Symbols of the assembly stubs -------------------------===*/
#ifndef XLATE_LIB_RUNTIME_STUBMACROS_H
#define XLATE_LIB_RUNTIME_STUBMACROS_H

  .macro FUNCTION Name
  .globl \Name
  .hidden \Name
  .type \Name, @function
  .p2align 4
\Name:
  .endm

#endif
