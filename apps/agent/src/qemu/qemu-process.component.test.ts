import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { chmod, chown, copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newUuid } from '@berth/core/ids/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../exec/run-command.ts'
import { queryStatus, quitQemu, resumeVcpus } from '../qmp/commands/lifecycle-commands.ts'
import { buildQemuArgv } from './argv.ts'
import {
  findProcess,
  identifyProcess,
  isAlive,
  killProcess,
  type ProcessIdentity,
  scanProcesses,
  signalProcess,
} from './process-identity.ts'
import type { QemuConfig } from './qemu-config.ts'
import { adoptQemu, type AttachedQemu, startQemu, type StartQemuOptions, watchEnd } from './qemu-process.ts'
import { createRunDir, createRunRoot, listRunDirs, removeRunDir, runDirPaths } from './run-dir.ts'

const binary = '/usr/bin/qemu-system-x86_64'
const root = mkdtempSync(join(tmpdir(), 'berth-qp-'))
const runRoot = join(root, 'run')
const user = process.getuid?.() === 0 ? { uid: 64_001, gid: 64_001 } : undefined
const started: ProcessIdentity[] = []

beforeAll(async () => {
  await createRunRoot(runRoot)
  await chmod(root, 0o711)
})
afterAll(async () => {
  for (const identity of started) await killProcess(identity)
  rmSync(root, { recursive: true })
})

async function prepare(change: Partial<QemuConfig> = {}): Promise<StartQemuOptions> {
  const vmId = newUuid()
  const paths = runDirPaths(runRoot, vmId)
  await createRunDir(paths, vmId, user)
  const config: QemuConfig = {
    vmId,
    vcpus: 1,
    memoryBytes: 64 * 1024 * 1024,
    machineType: 'pc-q35-7.2',
    acceleration: 'tcg',
    cpuModel: 'max',
    firmware: { kind: 'bios' },
    disks: [],
    cdroms: [],
    nics: [],
    hasScreen: true,
    paths,
    ...change,
  }
  return { vmId, binary, args: buildQemuArgv(config), paths, user }
}

async function start(options: StartQemuOptions): Promise<AttachedQemu> {
  const qemu = await startQemu(options)
  started.push(qemu.identity)
  return qemu
}

/** A file of QEMU's user: 1 MiB of zeros, or a copy (which copyFile gives the owner of its source). */
async function image(name: string, source?: string): Promise<string> {
  const path = join(root, name)
  if (source !== undefined) await copyFile(source, path)
  else writeFileSync(path, Buffer.alloc(1024 * 1024))
  if (user !== undefined) await chown(path, user.uid, user.gid)
  return path
}

describe('startQemu', () => {
  it('starts paused, in a session of its own, unprivileged and sandboxed', async () => {
    const options = await prepare()
    const qemu = await start(options)
    expect(await queryStatus(qemu.qmp)).toMatchObject({ status: 'prelaunch' })
    const status = readFileSync(`/proc/${qemu.identity.pid}/status`, 'utf8')
    if (user !== undefined) expect(status).toMatch(/^Uid:\t64001\t64001\t64001\t64001$/m)
    if (user !== undefined) expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^CapEff:\t0000000000000000$/m)
    expect(status).toMatch(/^Seccomp:\t2$/m)
    expect(statSync(options.paths.dir).mode & 0o777).toBe(0o700)
    expect(await findProcess(options.paths, options.vmId)).toEqual(qemu.identity)
    expect(await scanProcesses(runRoot)).toContainEqual(qemu.identity)
    expect(await listRunDirs(runRoot)).toContain(options.vmId)
  })

  it('starts a machine with everything, by BIOS and by UEFI', async () => {
    const [overlay, raw, iso] = await Promise.all([image('overlay'), image('raw'), image('iso')])
    const vars = await image('vars', '/usr/share/OVMF/OVMF_VARS_4M.fd')
    const base = join(root, 'base')
    const img = (args: string[]): Promise<unknown> => runCommand({ file: 'qemu-img', args, timeoutMs: 10_000 })
    await img(['create', '-q', '-f', 'qcow2', base, '8M'])
    await img(['create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', overlay])
    const volumeId = newUuid()
    const everything: Partial<QemuConfig> = {
      vcpus: 2,
      disks: [
        {
          volumeId,
          path: overlay,
          format: 'qcow2',
          backing: { path: base, format: 'qcow2' },
          isDirect: true,
          bootIndex: 1,
        },
        { volumeId, path: raw, format: 'raw', slot: 15, isDirect: false },
      ],
      cdroms: [
        { path: iso, bus: 'virtio-scsi' },
        { path: null, bus: 'sata' },
      ],
      nics: [{ nicId: newUuid(), mac: '52:54:00:00:00:01', backend: { kind: 'user' } }],
    }
    const bios = await start(await prepare(everything))
    await resumeVcpus(bios.qmp)
    expect(await queryStatus(bios.qmp)).toMatchObject({ running: true })
    await killProcess(bios.identity)

    const codePath = '/usr/share/OVMF/OVMF_CODE_4M.fd'
    const uefi = await start(await prepare({ ...everything, firmware: { kind: 'uefi', codePath, varsPath: vars } }))
    await resumeVcpus(uefi.qmp)
    expect(await queryStatus(uefi.qmp)).toMatchObject({ running: true })
    await killProcess(uefi.identity)
  })

  it('fails with the last lines when QEMU ends at once, and leaves no process', async () => {
    const options = await prepare({ machineType: 'pc-q35-99.9' })
    await expect(startQemu(options)).rejects.toMatchObject({
      code: 'QEMU_START_FAILED',
      message: 'unsupported machine type',
      details: { exitCode: 1, lastLines: [expect.any(String), 'Use -machine help to list supported machines'] },
    })
    expect(await findProcess(options.paths, options.vmId)).toBeUndefined()
    const none = startQemu({ ...options, binary: '/nonexistent/qemu', user: undefined })
    await expect(none).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  })

  it("fails for a disk that QEMU's user may not open, or that another QEMU has", async () => {
    const path = await image('locked')
    const disks = [{ volumeId: newUuid(), path, format: 'raw' as const, isDirect: false }]
    await start(await prepare({ disks }))
    const second = startQemu(await prepare({ disks }))
    await expect(second).rejects.toMatchObject({ message: 'Failed to get "write" lock' })
  })

  it('does not disturb a machine that runs when it is started twice', async () => {
    const options = await prepare()
    const first = await start(options)
    await expect(startQemu(options)).rejects.toMatchObject({
      code: 'QEMU_START_FAILED',
      message: expect.stringContaining('cannot create PID file'),
    })
    expect(await queryStatus(first.qmp)).toMatchObject({ status: 'prelaunch' })
    expect(await findProcess(options.paths, options.vmId)).toEqual(first.identity)
  })

  it('gives up within its bound, and when cancelled, and kills what it started', async () => {
    const options = await prepare()
    await expect(startQemu({ ...options, readyTimeoutMs: 1 })).rejects.toMatchObject({ code: 'QEMU_START_FAILED' })
    const cancelled = startQemu({ ...options, signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'OPERATION_CANCELLED' })
    expect((await scanProcesses(runRoot)).filter(({ vmId }) => vmId === options.vmId)).toEqual([])
  })
})

describe('the end of a QEMU', () => {
  it('is seen with its exit code by the agent that started it', async () => {
    const options = await prepare()
    const qemu = await start(options)
    const end = watchEnd(qemu, options.paths)
    await quitQemu(qemu.qmp)
    expect(await end).toMatchObject({ kind: 'exited', status: { exitCode: 0, signal: null } })
  })

  it('is seen by one that adopted it, without a status', async () => {
    const options = await prepare()
    const first = await start(options)
    first.qmp.close()
    expect(await watchEnd(first, options.paths)).toMatchObject({ kind: 'linkLost' })
    const adopted = await adoptQemu(options)
    if (adopted === undefined) throw new Error('not adopted')
    expect(adopted.identity).toEqual(first.identity)
    expect(await queryStatus(adopted.qmp)).toMatchObject({ status: 'prelaunch' })
    const end = watchEnd(adopted, options.paths)
    await killProcess(adopted.identity)
    expect(await end).toMatchObject({ kind: 'exited', status: undefined })
    expect(await adoptQemu(options)).toBeUndefined()
    await removeRunDir(options.paths)
  })

  it('starts again over what a killed one left behind', async () => {
    const options = await prepare()
    const first = await start(options)
    await killProcess(first.identity)
    expect(readFileSync(options.paths.pidFile, 'utf8').trim()).toBe(`${first.identity.pid}`)
    const second = await start(options)
    expect(await queryStatus(second.qmp)).toMatchObject({ status: 'prelaunch' })
  })
})

describe('identity', () => {
  it('never takes a stranger for a machine, nor signals one', async () => {
    const options = await prepare()
    writeFileSync(options.paths.pidFile, `${process.pid}\n`)
    expect(await findProcess(options.paths, options.vmId)).toBeUndefined()
    rmSync(options.paths.pidFile)
    const qemu = await start(options)
    expect(await identifyProcess(qemu.identity.pid, newUuid())).toBeUndefined()
    const reused = { ...qemu.identity, startTicks: qemu.identity.startTicks - 1 }
    expect(await signalProcess(reused, 'SIGKILL')).toBe('gone')
    expect(await isAlive(qemu.identity)).toBe(true)
  })
})
