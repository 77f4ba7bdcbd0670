/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest of one sector, for QEMU's -vga std: sets video modes through the registers of Bochs' VBE, one each timer tick, and
 * fills each with a picture in which every pixel differs from its neighbours. After `count` modes (patched by the test) it
 * waits; every key is one mode more. The picture of a mode that it rests in has another blue.
 */
	.code16
	.globl _start
_start:
	jmp begin
	.org 4
count:	.word 1		/* modes to set before waiting */
number:	.word 5		/* of sizes */
sizes:	.word 320, 200, 208, 320, 400, 304, 160, 96, 304, 400

begin:
	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %ss
	movw $0x7c00, %sp
	cld
	sti
	movw $0xa000, %ax
	movw %ax, %es
	xorw %si, %si
next:
	call set_mode
	call draw
	incw %si
	cmpw number, %si
	jb 1f
	xorw %si, %si
1:	hlt
	decw count
	jnz next
	movw $1, count
	xorw %ax, %ax
	int $0x16
	jmp next

/* Register %bl of the display to %ax. */
set:
	pushw %ax
	movw $0x1ce, %dx
	movzbw %bl, %ax
	outw %ax, %dx
	popw %ax
	incw %dx
	outw %ax, %dx
	ret

set_mode:
	movw %si, %bp
	shlw $2, %bp
	movb $4, %bl
	xorw %ax, %ax
	call set
	movb $1, %bl
	movw sizes(%bp), %ax
	call set
	movb $2, %bl
	movw sizes + 2(%bp), %ax
	call set
	movb $3, %bl
	movw $32, %ax
	call set
	movb $4, %bl
	movw $1, %ax
	jmp set

/* Pixel by pixel through the window at 0xa0000, which `bank` moves. */
draw:
	xorw %di, %di
	movw $0, bank
	call set_bank
	xorl %ecx, %ecx		/* y */
row:
	xorl %ebx, %ebx		/* x */
pixel:
	leal 7(%ebx, %ebx, 2), %eax
	andl $0xff, %eax
	shll $8, %eax
	leal 11(%ecx, %ecx, 4), %edx
	movb %dl, %al
	shll $8, %eax
	movl %ecx, %edx
	imull %ebx, %edx
	addl %ebx, %edx
	cmpw $1, count
	jne 2f
	addb $0x55, %dl
2:	movb %dl, %al
	stosl
	testw %di, %di
	jnz 1f
	incw bank
	call set_bank
1:	incw %bx
	cmpw sizes(%bp), %bx
	jb pixel
	incw %cx
	cmpw sizes + 2(%bp), %cx
	jb row
	ret

set_bank:
	pushal
	movb $5, %bl
	movw bank, %ax
	call set
	popal
	ret

bank:	.word 0

	.org 510
	.word 0xaa55
