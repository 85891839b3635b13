#include "textflag.h"

// Offsets in struct guard.
#define function 0
#define argument(i) (8+8*i)
#define result 80
#define exception 88
#define stack 96
#define thread 104

// The frame of enterGuard: arguments of the call, and kept registers. With the
// return address it is a multiple of 16.
#define kept(i) (72+8*i)
#define frame 136

#define ACCESS_VIOLATION 0xC0000005

// Offsets in CONTEXT, and in EXCEPTION_POINTERS.
#define contextRbx 0x90
#define contextRsp 0x98
#define contextRip 0xf8
#define pointersRecord 0
#define pointersContext 8

// func guardAddresses() (enter, handler uintptr)
TEXT ·guardAddresses(SB), NOSPLIT, $0-16
	LEAQ ·enterGuard(SB), AX
	MOVQ AX, enter+0(FP)
	LEAQ ·onException(SB), AX
	MOVQ AX, handler+8(FP)
	RET

// enterGuard(CX: a guard) keeps what the convention says that a callee keeps,
// and makes the guard's call.
TEXT ·enterGuard(SB), NOSPLIT|NOFRAME, $0
	SUBQ $frame, SP
	MOVQ BX, kept(0)(SP)
	MOVQ BP, kept(1)(SP)
	MOVQ DI, kept(2)(SP)
	MOVQ SI, kept(3)(SP)
	MOVQ R12, kept(4)(SP)
	MOVQ R13, kept(5)(SP)
	MOVQ R14, kept(6)(SP)
	MOVQ R15, kept(7)(SP)
	MOVQ CX, BX
	MOVQ SP, stack(BX)
	MOVQ 0x30(GS), AX // the thread's environment block
	MOVQ AX, thread(BX)
	MOVQ argument(4)(BX), AX
	MOVQ AX, 32(SP)
	MOVQ argument(5)(BX), AX
	MOVQ AX, 40(SP)
	MOVQ argument(6)(BX), AX
	MOVQ AX, 48(SP)
	MOVQ argument(7)(BX), AX
	MOVQ AX, 56(SP)
	MOVQ argument(8)(BX), AX
	MOVQ AX, 64(SP)
	MOVQ argument(0)(BX), CX
	MOVQ argument(1)(BX), DX
	MOVQ argument(2)(BX), R8
	MOVQ argument(3)(BX), R9
	MOVQ function(BX), AX
	MOVQ BX, ·guarded(SB)
	CALL AX
	MOVQ AX, result(BX)
	JMP ·leaveGuard(SB)

// leaveGuard returns from enterGuard, whose stack pointer is in SP. An exception
// goes on here.
TEXT ·leaveGuard(SB), NOSPLIT|NOFRAME, $0
	MOVQ $0, ·guarded(SB)
	MOVQ kept(0)(SP), BX
	MOVQ kept(1)(SP), BP
	MOVQ kept(2)(SP), DI
	MOVQ kept(3)(SP), SI
	MOVQ kept(4)(SP), R12
	MOVQ kept(5)(SP), R13
	MOVQ kept(6)(SP), R14
	MOVQ kept(7)(SP), R15
	ADDQ $frame, SP
	RET

// onException(CX: EXCEPTION_POINTERS) lets an access violation in a guarded call
// go on in leaveGuard, and passes over any other exception.
TEXT ·onException(SB), NOSPLIT|NOFRAME, $0
	MOVQ ·guarded(SB), AX
	TESTQ AX, AX
	JZ other
	MOVQ 0x30(GS), R8
	CMPQ R8, thread(AX)
	JNE other
	MOVQ pointersRecord(CX), DX
	MOVL (DX), R9
	CMPL R9, $ACCESS_VIOLATION
	JNE other
	MOVL R9, exception(AX)
	MOVQ pointersContext(CX), DX
	MOVQ AX, contextRbx(DX)
	MOVQ stack(AX), R10
	MOVQ R10, contextRsp(DX)
	LEAQ ·leaveGuard(SB), R10
	MOVQ R10, contextRip(DX)
	MOVL $-1, AX // EXCEPTION_CONTINUE_EXECUTION
	RET
other:
	XORL AX, AX // EXCEPTION_CONTINUE_SEARCH
	RET
