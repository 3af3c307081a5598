// Functions of libdfs, libduns and libds3: each goes on in libdaos, where the same function has "firn_" before its
// name. So there is one client in the process, and none of its C++ is exported. Registers and stack are the caller's.

	.section .note.GNU-stack, "", %progbits
	.text

.macro ENTRY name
	.globl	\name
	.type	\name, %function
	.balign	16
\name:
#if defined(__x86_64__)
	endbr64
	jmp	*firn_\name@GOTPCREL(%rip)
#elif defined(__aarch64__)
	hint	#34	// bti c
	adrp	x16, :got:firn_\name
	ldr	x16, [x16, :got_lo12:firn_\name]
	br	x16
#else
#error "entries.S knows x86-64 and aarch64 only: add a jump through the global offset table"
#endif
	.size	\name, . - \name
.endm
