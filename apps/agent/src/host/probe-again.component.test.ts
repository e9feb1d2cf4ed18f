import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { programKey } from '../qemu/probe-cache.ts'
import { probeAgain, probeHost } from './probe-host.ts'

const qemu = '/usr/bin/qemu-system-x86_64'

const asInstalled = `#!/bin/sh
exec ${qemu} "$@"
`
/** The same, but that it calls itself another version. */
const upgraded = `#!/bin/sh
${qemu} "$@" | sed -u 's/"micro": [0-9]*, "minor": [0-9]*, "major": [0-9]*/"micro": 7, "minor": 77, "major": 77/'
`

it('finds a QEMU that is upgraded while the agent runs, and says when it cannot be asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-probe-'))
  try {
    const options = { qemuNotePath: join(folder, 'qemu-facts.json'), signal: AbortSignal.timeout(60_000) }
    const first = await probeHost({ ...options, acceleration: 'tcg', machineDirs: [] })
    const qemuPath = join(folder, 'qemu-system-x86_64')
    const install = async (text: string) => {
      await writeFile(`${qemuPath}.new`, text, { mode: 0o755 })
      await rename(`${qemuPath}.new`, qemuPath)
    }
    await install(asInstalled)
    const known = { ...first, qemuPath, qemuKey: await programKey(qemuPath) }
    expect(await probeAgain(known, options)).toEqual(known)

    await install(upgraded)
    const after = await probeAgain(known, options)
    expect(after).toMatchObject({ qemu: { version: '77.77.7' }, cpuFlags: first.cpuFlags })
    expect(after.checks).toContainEqual({ name: 'QEMU', status: 'ok', message: 'Version 77.77.7.' })
    expect(after.checks.map(({ name }) => name)).toEqual(first.checks.map(({ name }) => name))

    await install('#!/bin/sh\nexit 1\n')
    const broken = await probeAgain(after, options)
    expect(broken.qemu).toEqual(after.qemu)
    expect(broken.checks[0]).toMatchObject({
      name: 'QEMU',
      status: 'failed',
      message: expect.stringMatching(/Last seen: version 77\.77\.7\.$/),
    })
    await rm(qemuPath)
    expect((await probeAgain(broken, options)).checks[0]).toMatchObject({ status: 'failed' })

    await install(asInstalled)
    const healed = await probeAgain(broken, options)
    expect(healed.qemu).toEqual(first.qemu)
    expect(healed.checks).toEqual(first.checks)
  } finally {
    await rm(folder, { recursive: true })
  }
})
