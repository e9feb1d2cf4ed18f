/**
 * Bootable discs of 45 kB: ISO 9660 with El Torito, and a few bytes of code. No file system a guest could mount; a firmware
 * needs none.
 */
const sectorBytes = 2048
const place = {
  descriptor: 16,
  bootRecord: 17,
  terminator: 18,
  catalogue: 19,
  code: 20,
  root: 21,
  sectors: 22,
} as const
const loadAddress = 0x7c00

/** `line` appears on its own line of the serial console and of the screen when a BIOS boots from it; then it halts. */
export const bootDisc = (line: string): Buffer => discOf(bootCode(`\r\n${line}\r\n`))

/** `code` is what runs at 0x7c00, in real mode, with interrupts of the BIOS; 2 kB at most. */
function discOf(code: Buffer): Buffer {
  const disc = Buffer.alloc(place.sectors * sectorBytes)
  const sector = (at: number): Buffer => disc.subarray(at * sectorBytes, (at + 1) * sectorBytes)
  writeDescriptor(sector(place.descriptor))
  writeMark(sector(place.bootRecord), 0)
  sector(place.bootRecord).write('EL TORITO SPECIFICATION', 7, 'latin1')
  sector(place.bootRecord).writeUInt32LE(place.catalogue, 0x47)
  writeMark(sector(place.terminator), 255)
  writeCatalogue(sector(place.catalogue))
  code.copy(sector(place.code))
  rootEntry().copy(sector(place.root))
  return disc
}

function writeMark(sector: Buffer, type: number): void {
  sector[0] = type
  sector.write('CD001', 1, 'latin1')
  sector[6] = 1
}

function writeDescriptor(sector: Buffer): void {
  writeMark(sector, 1)
  sector.write('BOOT'.padEnd(32), 40, 'latin1')
  sector.writeUInt32LE(place.sectors, 80)
  sector.writeUInt32BE(place.sectors, 84)
  sector.writeUInt16LE(sectorBytes, 128)
  sector.writeUInt16BE(sectorBytes, 130)
  rootEntry().copy(sector, 156)
}

/** ECMA-119, 9.1: a directory that names itself. */
function rootEntry(): Buffer {
  const entry = Buffer.alloc(34)
  entry[0] = entry.length
  entry.writeUInt32LE(place.root, 2)
  entry.writeUInt32BE(place.root, 6)
  entry.writeUInt32LE(sectorBytes, 10)
  entry.writeUInt32BE(sectorBytes, 14)
  entry[25] = 2
  entry[32] = 1
  return entry
}

/** El Torito, 2.1 and 2.3: the validation entry, whose words sum up to 0, and one bootable entry without emulation. */
function writeCatalogue(sector: Buffer): void {
  sector[0] = 1
  sector.writeUInt16LE(0xaa55, 0x1e)
  let sum = 0
  for (let at = 0; at < 32; at += 2) sum += sector.readUInt16LE(at)
  sector.writeUInt16LE((0x10000 - (sum & 0xffff)) & 0xffff, 0x1c)
  sector[0x20] = 0x88
  sector.writeUInt16LE(4, 0x26)
  sector.writeUInt32LE(place.code, 0x28)
}

function bootCode(text: string): Buffer {
  const code = Buffer.from([
    ...[0x31, 0xc0, 0x8e, 0xd8], // xor ax,ax; mov ds,ax
    ...[0xbe, 0x00, 0x00], // mov si,text
    ...[0xac, 0x84, 0xc0, 0x74, 0x1d], // next: lodsb; test al,al; jz end
    ...[0x88, 0xc1, 0xb4, 0x0e, 0xbb, 0x07, 0x00], // mov cl,al; mov ah,0eh; mov bx,7
    ...[0x51, 0x56, 0xcd, 0x10, 0x5e, 0x59], // push cx; push si; int 10h; pop si; pop cx
    ...[0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb], // wait: mov dx,3fdh; in al,dx; test al,20h; jz wait
    ...[0xba, 0xf8, 0x03, 0x88, 0xc8, 0xee, 0xeb, 0xde], // mov dx,3f8h; mov al,cl; out dx,al; jmp next
    ...[0xf4, 0xeb, 0xfd], // end: hlt; jmp end
  ])
  code.writeUInt16LE(loadAddress + code.length, 5)
  return Buffer.concat([code, Buffer.from(`${text}\0`, 'latin1')])
}

/**
 * A guest that fills `fillBytes` of its memory, then prints a number and writes to `dirtyBytes` of it again, 18 times a
 * second (the BIOS clock): "#0000", "#0001", … on its serial port. Under TCG only: it reaches above 1 MiB in real mode by
 * 32-bit addresses, and TCG checks no segment limits.
 */
export function countingDisc({ fillBytes, dirtyBytes }: { fillBytes: number; dirtyBytes: number }): Buffer {
  const from = 0x100000
  const code = Buffer.from([
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0xfb], // cli; ds = ss = 0; sp = 7c00h; sti
    ...[0xb8, 0x01, 0x24, 0xcd, 0x15], // mov ax,2401h; int 15h: address line 20 on
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // mov edi,100000h
    ...[0x67, 0x66, 0x89, 0x3f], // fill: mov [edi],edi
    ...[0x66, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00], // add edi,1000h
    ...[0x66, 0x81, 0xff, 0, 0, 0, 0, 0x72, 0xec], // cmp edi,fillEnd; jb fill
    ...[0x66, 0x31, 0xed], // xor ebp,ebp
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // main: mov edi,100000h
    ...[0x66, 0x81, 0xff, 0, 0, 0, 0, 0x73, 0x0d], // dirty: cmp edi,dirtyEnd; jae print
    ...[0x67, 0x66, 0x89, 0x2f], // mov [edi],ebp
    ...[0x66, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00, 0xeb, 0xea], // add edi,1000h; jmp dirty
    ...[0xb0, 0x23, 0xe8, 0x25, 0x00, 0xb9, 0x04, 0x00], // print: '#'; mov cx,4
    ...[0xc1, 0xc5, 0x04, 0x89, 0xe8, 0x24, 0x0f, 0x04, 0x30], // next: rol bp,4; mov ax,bp; and al,0fh; add al,'0'
    ...[0x3c, 0x3a, 0x72, 0x02, 0x04, 0x27], // cmp al,'9'+1; jb ok; add al,'a'-'9'-1
    ...[0xe8, 0x10, 0x00, 0xe2, 0xec], // ok: call putc; loop next
    ...[0xb0, 0x0d, 0xe8, 0x09, 0x00, 0xb0, 0x0a, 0xe8, 0x04, 0x00], // CR LF
    ...[0x45, 0xf4, 0xeb, 0xba], // inc bp; hlt; jmp main
    ...[0x50, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb], // putc: push ax; wait: until the line is free
    ...[0x58, 0xba, 0xf8, 0x03, 0xee, 0xc3], // pop ax; out 3f8h,al; ret
  ])
  code.writeUInt32LE(from + fillBytes, 0x24)
  code.writeUInt32LE(from + dirtyBytes, 0x36)
  return discOf(code)
}

/**
 * A guest that fills `fillBytes` of its memory, then writes for ever: 18 times a second (the BIOS clock) to the next pages of
 * the first `windowBytes`, so many that it is `bytesPerSecond`, over and over. As above, under TCG only.
 */
export function sweepingDisc(guest: { fillBytes: number; windowBytes: number; bytesPerSecond: number }): Buffer {
  const { fillBytes, windowBytes, bytesPerSecond } = guest
  const from = 0x100000
  const ticksPerSecond = 1_193_182 / 65_536
  const code = Buffer.from([
    ...[0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0xfb], // cli; ds = ss = 0; sp = 7c00h; sti
    ...[0xb8, 0x01, 0x24, 0xcd, 0x15], // mov ax,2401h; int 15h: address line 20 on
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // mov edi,100000h
    ...[0x67, 0x66, 0x89, 0x3f], // fill: mov [edi],edi
    ...[0x66, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00], // add edi,1000h
    ...[0x66, 0x81, 0xff, 0, 0, 0, 0, 0x72, 0xec], // cmp edi,fillEnd; jb fill
    ...[0x66, 0x31, 0xed], // xor ebp,ebp
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // mov edi,100000h
    ...[0x66, 0xb9, 0, 0, 0, 0], // tick: mov ecx,pages
    ...[0x67, 0x66, 0x89, 0x2f], // write: mov [edi],ebp
    ...[0x66, 0x81, 0xc7, 0x00, 0x10, 0x00, 0x00], // add edi,1000h
    ...[0x66, 0x81, 0xff, 0, 0, 0, 0, 0x72, 0x06], // cmp edi,windowEnd; jb next
    ...[0x66, 0xbf, 0x00, 0x00, 0x10, 0x00], // mov edi,100000h
    ...[0x66, 0x49, 0x75, 0xe2], // next: dec ecx; jnz write
    ...[0x66, 0x45, 0xf4, 0xeb, 0xd7], // inc ebp; hlt; jmp tick
  ])
  code.writeUInt32LE(from + fillBytes, 0x24)
  code.writeUInt32LE(Math.max(1, Math.round(bytesPerSecond / ticksPerSecond / 4096)), 0x35)
  code.writeUInt32LE(from + windowBytes, 0x47)
  return discOf(code)
}
