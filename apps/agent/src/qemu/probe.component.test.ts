import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kvmGroupId, probeAcceleration } from './acceleration.ts'
import { bootProbe } from './boot-probe.ts'
import { findUefiFirmware, probeKernel } from './host-abilities.ts'
import { probeQemu } from './probe.ts'

const binary = '/usr/bin/qemu-system-x86_64'

describe('probeQemu', () => {
  it('asks the installed QEMU', async () => {
    const facts = await probeQemu(binary)
    expect(facts.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(facts.machineTypes).toContain(facts.defaultMachineType)
    expect(facts.gaps).toEqual([])
  })

  it('says when there is none, or something else', async () => {
    await expect(probeQemu('/nonexistent/qemu')).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    await expect(probeQemu('/bin/true')).rejects.toMatchObject({ code: 'QMP_PROTOCOL' })
    await expect(probeQemu('/bin/false')).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
  })
})

describe('bootProbe', () => {
  it('sees a guest that runs', async () => {
    expect(await bootProbe({ binary, acceleration: 'tcg', timeoutMs: 30_000 })).toBeUndefined()
  })

  it('sees one that hangs, and one whose QEMU does not start', async () => {
    expect(await bootProbe({ binary, acceleration: 'tcg', timeoutMs: 20 })).toBe('a probe guest hung')
    const dir = mkdtempSync(join(tmpdir(), 'berth-fake-'))
    try {
      const fake = join(dir, 'qemu')
      writeFileSync(fake, '#!/bin/sh\necho "Could not access KVM kernel module: Permission denied" >&2\nexit 1\n', {
        mode: 0o700,
      })
      const reason = await bootProbe({ binary: fake, acceleration: 'kvm', timeoutMs: 5_000 })
      expect(reason).toBe('Could not access KVM kernel module: Permission denied')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})

describe('the host', () => {
  it('is given TCG with a reason, or KVM without one', async () => {
    const found = await probeAcceleration({ binary, choice: 'auto' })
    expect(found.kind === 'kvm').toBe(found.reason === '')
    expect(await probeAcceleration({ binary, choice: 'tcg' })).toMatchObject({ kind: 'tcg' })
    expect(await probeAcceleration({ binary, choice: 'kvm' })).toEqual({ kind: 'kvm', reason: '' })
    expect(await kvmGroupId()).toSatisfy((gid: unknown) => gid === undefined || Number.isInteger(gid))
  })

  it('has firmware where both files are', async () => {
    const nothing = { codePath: '/nonexistent/code', varsTemplatePath: '/nonexistent/vars' }
    expect(await findUefiFirmware([nothing])).toBeUndefined()
    const here = { codePath: '/proc/version', varsTemplatePath: '/proc/uptime' }
    expect(await findUefiFirmware([nothing, here])).toEqual(here)
  })

  it('tells what its kernel can', async () => {
    expect(await probeKernel()).toMatchObject({ isRoot: process.getuid?.() === 0 })
  })
})
