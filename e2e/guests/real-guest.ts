import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageSocket } from './message-socket.ts'
import { SerialLine } from './serial-line.ts'

export interface GuestOptions {
  /** A qcow2 image; it is written to. */
  disk: string
  /** A NoCloud seed, in a virtio-scsi CD drive: Debian's cloud kernel has no AHCI, so no SATA. */
  seed?: string
  /** OVMF code and a writable copy of its variables; BIOS without. */
  uefi?: { code: string; vars: string }
  memoryMib?: number
  vcpus?: number
  /** Appended: a test's own devices. */
  extra?: string[]
}

/** The shape of machine that the agent starts, under software emulation, with every socket in the given directory. */
function guestArgv(options: GuestOptions, dir: string): string[] {
  const { disk, seed, uefi, memoryMib = 256, vcpus = 1, extra = [] } = options
  const blockdev = (node: string, driver: string, file: { path: string; isReadOnly: boolean }): string[] => {
    const { path: filename, isReadOnly } = file
    const options = { driver, 'node-name': node, 'read-only': isReadOnly, file: { driver: 'file', filename } }
    return ['-blockdev', JSON.stringify(options)]
  }
  const socket = (id: string): string[] => ['-chardev', `socket,id=${id},path=${join(dir, id)},server=on,wait=off`]
  return [
    ...['-nodefaults', '-no-user-config', '-S', '-accel', 'tcg', '-cpu', 'max', '-m', String(memoryMib)],
    ...['-machine', uefi ? 'q35,pflash0=code,pflash1=vars' : 'q35', '-smp', String(vcpus)],
    ...(uefi
      ? [
          ...blockdev('code', 'raw', { path: uefi.code, isReadOnly: true }),
          ...blockdev('vars', 'raw', { path: uefi.vars, isReadOnly: false }),
        ]
      : []),
    ...[...socket('qmp'), '-mon', 'chardev=qmp,mode=control'],
    ...['-object', 'iothread,id=io0', ...blockdev('disk', 'qcow2', { path: disk, isReadOnly: false })],
    ...['-device', 'virtio-blk-pci,drive=disk,iothread=io0,bootindex=0'],
    ...['-device', 'virtio-scsi-pci,id=scsi'],
    ...(seed
      ? [...blockdev('seed', 'raw', { path: seed, isReadOnly: true }), '-device', 'scsi-cd,bus=scsi.0,drive=seed']
      : []),
    ...['-netdev', 'user,id=net0', '-device', 'virtio-net-pci,netdev=net0,romfile='],
    ...['-object', 'rng-random,id=rng0,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng0'],
    ...['-device', 'virtio-balloon-pci,id=balloon0', '-device', 'pvpanic-pci', '-action', 'panic=pause'],
    ...['-device', 'virtio-serial-pci', ...socket('agent')],
    ...['-device', 'virtserialport,id=agent0,chardev=agent,name=org.qemu.guest_agent.0'],
    ...[...socket('serial'), '-device', 'isa-serial,chardev=serial', '-vga', 'std', '-display', 'none'],
    ...extra,
  ]
}

/** A machine under real QEMU, for tests of the guests themselves and for those that need no agent of Berth. */
export class RealGuest implements AsyncDisposable {
  readonly qmp: MessageSocket
  readonly agent: MessageSocket
  readonly serial: SerialLine
  /** QEMU's exit code, once it has ended. */
  readonly exited: Promise<number | null>
  readonly #dir: string
  readonly #kill: () => void

  private constructor(
    parts: Pick<RealGuest, 'qmp' | 'agent' | 'serial' | 'exited'> & { dir: string; kill: () => void },
  ) {
    this.qmp = parts.qmp
    this.agent = parts.agent
    this.serial = parts.serial
    this.exited = parts.exited
    this.#dir = parts.dir
    this.#kill = parts.kill
  }

  /** Starts QEMU and lets the guest run once all sockets are held, so that nothing it says is lost. */
  static async boot(options: GuestOptions): Promise<RealGuest> {
    const dir = await mkdtemp(join(tmpdir(), 'berth-guest-'))
    const child = spawn('qemu-system-x86_64', guestArgv(options, dir), { stdio: ['ignore', 'inherit', 'inherit'] })
    const exited = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null))
    const qmp = await Promise.race([
      openWhenThere(dir, 'qmp'),
      exited.then((code) => {
        throw new Error(`QEMU ended at once with ${String(code)}`)
      }),
    ])
    await qmp.command('qmp_capabilities')
    const agent = await MessageSocket.open(join(dir, 'agent'))
    const serial = await SerialLine.open(join(dir, 'serial'))
    await qmp.command('cont')
    return new RealGuest({ qmp, agent, serial, exited, dir, kill: () => child.kill('SIGKILL') })
  }

  /** The screen as it is now, as a binary PPM. */
  async screendump(): Promise<Buffer> {
    const filename = join(this.#dir, 'screen.ppm')
    await this.qmp.command('screendump', { filename })
    return await readFile(filename)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill()
    await this.exited
    for (const socket of [this.qmp, this.agent, this.serial]) await socket[Symbol.asyncDispose]()
    await rm(this.#dir, { recursive: true })
  }
}

/** QMP's socket is the first that QEMU makes, so the directory changes at least once more after it is there. */
async function openWhenThere(dir: string, name: string): Promise<MessageSocket> {
  const watcher = watch(dir)
  const tooLate = new AbortController()
  const timer = setTimeout(() => tooLate.abort(), 10_000)
  try {
    for (;;) {
      const changed = once(watcher, 'change', { signal: tooLate.signal })
      const socket = await MessageSocket.open(join(dir, name)).catch(() => undefined)
      if (socket) return socket
      await changed
    }
  } finally {
    clearTimeout(timer)
    watcher.close()
  }
}
