/**
 * A bootable disc of 45 kB: ISO 9660 with El Torito, whose few bytes of code write one line to the serial port and to the
 * screen, and halt. No file system a guest could mount; a firmware needs none.
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

/** The disc's bytes. `line` appears on its own line of the serial console when a BIOS boots from it. */
export function bootDisc(line: string): Buffer {
  const disc = Buffer.alloc(place.sectors * sectorBytes)
  const sector = (at: number): Buffer => disc.subarray(at * sectorBytes, (at + 1) * sectorBytes)
  writeDescriptor(sector(place.descriptor))
  writeMark(sector(place.bootRecord), 0)
  sector(place.bootRecord).write('EL TORITO SPECIFICATION', 7, 'latin1')
  sector(place.bootRecord).writeUInt32LE(place.catalogue, 0x47)
  writeMark(sector(place.terminator), 255)
  writeCatalogue(sector(place.catalogue))
  bootCode(`\r\n${line}\r\n`).copy(sector(place.code))
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
