// How units leave: slots, the indirect stub, exits with a reason.
// RUN: %assemble
// RUN: %xlate-lift --emit=opt-ir --function=svc %t.o | %filecheck %s --check-prefix=SVC
// RUN: %xlate-lift --emit=opt-ir --function=undef %t.o | %filecheck %s --check-prefix=UNDEF
// RUN: %xlate-lift --emit=opt-ir --function=call %t.o | %filecheck %s --check-prefix=CALL
// RUN: %xlate-lift --emit=opt-ir --function=indirect %t.o | %filecheck %s --check-prefix=IND

// Pc is the instruction after the SVC.
// SVC:     [[EXIT:%.*]] = getelementptr i8, ptr %frame, i64 852
// SVC:     store i32 1, ptr [[EXIT]]
// SVC:     [[INFO:%.*]] = getelementptr i8, ptr %frame, i64 856
// SVC:     store i64 42, ptr [[INFO]]
// SVC:     [[AT:%.*]] = getelementptr i8, ptr %frame, i64 864
// SVC:     [[STUB:%.*]] = load ptr, ptr [[AT]]
// SVC:     musttail call x86_regcallcc void [[STUB]](i64 1048580,
svc:
  svc #42

// ExitInfo is the instruction word.
// UNDEF:   [[EXIT:%.*]] = getelementptr i8, ptr %frame, i64 852
// UNDEF:   store i32 3, ptr [[EXIT]]
// UNDEF:   [[INFO:%.*]] = getelementptr i8, ptr %frame, i64 856
// UNDEF:   store i64 0, ptr [[INFO]]
// UNDEF:   musttail call x86_regcallcc void {{%.*}}(i64 1048580,
undef:
  udf #0

// CALL:    @slot_100100 = external hidden global ptr
// CALL:    [[UNIT:%.*]] = load volatile ptr, ptr @slot_100100
// CALL:    musttail call x86_regcallcc void [[UNIT]](i64 1048832, i64 %sp, {{.*}}, i64 1048588, <2 x i64>
call:
  bl target

// The thread's jump cache, looked up in place.
// IND:     [[CACHE:%.*]] = getelementptr i8, ptr %frame, i64 904
// IND:     load volatile ptr, ptr [[CACHE]]
// IND:     [[HOST:%.*]] = load volatile ptr
// IND:     br i1 {{.*}}, label %leave, label %miss,
// IND:     [[TO:%.*]] = phi ptr [ [[HOST]], %entry ], [ [[STUB:%.*]], %miss ]
// IND:     musttail call x86_regcallcc void [[TO]](i64 %x3, i64 %sp,
// IND:     [[AT:%.*]] = getelementptr i8, ptr %frame, i64 880
// IND:     [[STUB]] = load volatile ptr, ptr [[AT]]
indirect:
  br x3

.org 0x100
target:
  ret
