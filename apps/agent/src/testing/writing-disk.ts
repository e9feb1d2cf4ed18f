/**
 * A disk whose guest writes to it: boots by BIOS, fills 24 MiB of memory (under TCG only, as boot-disc.ts does), and 18 times a second writes a number to the next 4 KiB of the disk, and
 * prints it once the disk has said that it is written: "#0000", "#0001", … on its serial port. Every number that was printed is
 * to be found on whatever is that disk later.
 */
import { MiB } from '@berth/core/units/bytes'

export const writingDiskBytes = 64 * MiB
/** What a move has to send besides what is written: random, so that nothing of it is found to be zero. */
export const ballast = { offset: 48 * MiB, bytes: 12 * MiB }

/** What a restless one writes over and over: 1 MiB. */
export const restlessNumbers = 0x100

const sectorBytes = 512
const firstSector = 2_048
const sectorsPerNumber = 8

/** `isRestless`: it does not wait between numbers, and begins again with the first after the last of `restlessNumbers`. */
export function writingDisk(random: Buffer, { isRestless = false } = {}): Buffer {
  const disk = Buffer.alloc(writingDiskBytes)
  const code = Buffer.from([
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0xfb, 0xfc], // ds = es = ss = 0; sp = 7c00h
    ...[0xb8, 0x01, 0x24, 0xcd, 0x15], // mov ax,2401h; int 15h: address line 20 on
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // mov edi,100000h
    ...[0x67, 0x66, 0x89, 0x3f], // fill: mov [edi],edi
    ...[0x66, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00], // add edi,1000h
    ...[0x66, 0x81, 0xff, 0x00, 0x00, 0x90, 0x01, 0x72, 0xec], // cmp edi,1900000h; jb fill
    ...[0x66, 0x31, 0xed], // xor ebp,ebp
    ...[0xbf, 0x00, 0x80, 0xb9, 0x00, 0x04, 0x66, 0x89, 0xe8, 0x66, 0xf3, 0xab], // main: 4 KiB at 8000h are ebp
    ...[0x66, 0x89, 0xe8, 0x66, 0xc1, 0xe0, 0x03, 0x66, 0x05, 0x00, 0x08, 0x00, 0x00], // eax = 8 ebp + 2048
    ...[0x66, 0xa3, 0x88, 0x7d], // mov [7d88h],eax: the packet's first sector
    ...[0xb8, 0x00, 0x43, 0xb2, 0x80, 0xbe, 0x80, 0x7d, 0xcd, 0x13, 0x72, 0xd7], // int 13h, extended write; jc main
    ...[0xb0, 0x23, 0xe8, 0x25, 0x00, 0xb9, 0x04, 0x00], // '#'; mov cx,4
    ...[0xc1, 0xc5, 0x04, 0x89, 0xe8, 0x24, 0x0f, 0x04, 0x30], // next: rol bp,4; mov ax,bp; and al,0fh; add al,'0'
    ...[0x3c, 0x3a, 0x72, 0x02, 0x04, 0x27], // cmp al,'9'+1; jb ok; add al,'a'-'9'-1
    ...[0xe8, 0x10, 0x00, 0xe2, 0xec], // ok: call putc; loop next
    ...[0xb0, 0x0d, 0xe8, 0x09, 0x00, 0xb0, 0x0a, 0xe8, 0x04, 0x00], // CR LF
    ...[0x45, 0xf4, 0xeb, 0xad], // inc bp; hlt; jmp main
    ...[0x50, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb], // putc: push ax; wait: until the line is free
    ...[0x58, 0xba, 0xf8, 0x03, 0xee, 0xc3], // pop ax; out 3f8h,al; ret
    ...[0x81, 0xe5, 0xff, 0x00, 0xe9, 0x00, 0x00], // again: and bp,00ffh; jmp main (restless only)
  ])
  if (isRestless) makeRestless(code)
  code.copy(disk)
  // The disk address packet: 8 sectors from 0000:8000.
  Buffer.from([0x10, 0x00, sectorsPerNumber, 0x00, 0x00, 0x80, 0x00, 0x00]).copy(disk, 0x180)
  disk.writeUInt16LE(0xaa55, 510)
  random.copy(disk, ballast.offset)
  return disk
}

/** In the place of "hlt; jmp main" it goes to "again". */
function makeRestless(code: Buffer): void {
  const [hlt, again] = [code.indexOf(Buffer.from([0xf4, 0xeb])), code.length - 7]
  const main = hlt + 3 + code.readInt8(hlt + 2)
  code.writeUInt8(0xe9, hlt)
  code.writeInt16LE(again - (hlt + 3), hlt + 1)
  code.writeInt16LE(main - code.length, again + 5)
}

/** The numbers up to `last` that the disk does not have. */
export const missingNumbers = (disk: Buffer, last: number): number[] =>
  Array.from({ length: last + 1 }, (_, number) => number).filter((number) => {
    const at = (firstSector + number * sectorsPerNumber) * sectorBytes
    const block = disk.subarray(at, at + sectorsPerNumber * sectorBytes)
    return !block.every((_, index) => index % 4 !== 0 || block.readUInt32LE(index) === number)
  })
