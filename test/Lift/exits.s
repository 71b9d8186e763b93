// How units leave: slots, the indirect stub, exits with a reason.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir --function=svc %t.o | %filecheck %s --check-prefix=SVC
// RUN: %xlate-lift --emit=opt-ir --function=undef %t.o | %filecheck %s --check-prefix=UNDEF
// RUN: %xlate-lift --emit=opt-ir --function=call %t.o | %filecheck %s --check-prefix=CALL
// RUN: %xlate-lift --emit=opt-ir --function=indirect %t.o | %filecheck %s --check-prefix=IND

// Pc is the instruction after the SVC.
// SVC:     store i32 1, ptr addrspace(256) inttoptr (i64 844 to
// SVC:     store i64 42, ptr addrspace(256) inttoptr (i64 848 to
// SVC:     [[STUB:%.*]] = load ptr, ptr addrspace(256) inttoptr (i64 856 to
// SVC:     musttail call x86_regcallcc void [[STUB]](i64 1048580,
svc:
  svc #42

// ExitInfo is the instruction word.
// UNDEF:   store i32 3, ptr addrspace(256) inttoptr (i64 844 to
// UNDEF:   store i64 0, ptr addrspace(256) inttoptr (i64 848 to
// UNDEF:   musttail call x86_regcallcc void {{%.*}}(i64 1048580,
undef:
  udf #0

// CALL:    @slot_100100 = external hidden global ptr
// CALL:    [[UNIT:%.*]] = load volatile ptr, ptr @slot_100100
// CALL:    musttail call x86_regcallcc void [[UNIT]](i64 1048832, i64 %sp, {{.*}}, i64 1048588, <2 x i64>
call:
  bl target

// The thread's jump cache, looked up in place.
// IND:     load volatile ptr, ptr addrspace(256) inttoptr (i64 896 to
// IND:     [[STUB:%.*]] = load ptr, ptr addrspace(256) inttoptr (i64 872 to
// IND:     [[TO:%.*]] = select i1 {{%.*}}, ptr {{%.*}}, ptr [[STUB]]
// IND:     musttail call x86_regcallcc void [[TO]](i64 %x3, i64 %sp,
indirect:
  br x3

.org 0x100
target:
  ret
