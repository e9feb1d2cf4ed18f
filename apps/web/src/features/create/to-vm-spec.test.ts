import { imageViewSchema } from '@berth/core/image/image'
import { newUuid } from '@berth/core/ids/ids'
import { GiB, MiB } from '@berth/core/units/bytes'
import { describe, expect, it } from 'vitest'
import { type CreateForm, emptyForm, readForm, writeForm } from './create-form.ts'
import { fieldOfPath, toVmCreate } from './to-vm-spec.ts'

const image = imageViewSchema.parse({
  imageId: newUuid(),
  name: 'Debian 13',
  kind: 'disk',
  state: 'ready',
  sourceUrl: null,
  checksum: null,
  format: 'qcow2',
  virtualBytes: 3 * GiB,
  allocatedBytes: 400 * MiB,
  hints: { firmware: 'uefi', minMemoryBytes: 512 * MiB },
  vmCount: 0,
  overlayVmCount: 0,
  createdAt: '2026-11-22T10:00:00Z',
  operationId: null,
})
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@laptop'
const form = (change: Partial<CreateForm> = {}): CreateForm => ({
  ...emptyForm,
  imageId: image.imageId,
  name: 'web-1',
  ...change,
})
const convert = (change: Partial<CreateForm> = {}, around: Partial<Parameters<typeof toVmCreate>[1]> = {}) =>
  toVmCreate(form(change), { image, savedKeys: [], ...around })
const problemsOf = (change: Partial<CreateForm>) =>
  Object.fromEntries(convert(change).problems.map(({ field, message }) => [field, message]))

describe('toVmCreate', () => {
  it('makes the least input of a quick form, with the firmware that the image asks for', () => {
    expect(convert()).toEqual({
      problems: [],
      names: ['web-1'],
      input: {
        name: 'web-1',
        imageId: image.imageId,
        vcpus: 1,
        memoryBytes: GiB,
        diskBytes: 10 * GiB,
        nics: [],
        firmware: 'uefi',
        start: true,
      },
    })
  })

  it('asks of an ISO neither room on the disk nor a first boot, unless it is told how to install', () => {
    const iso = { ...image, kind: 'iso' as const, virtualBytes: 20 * GiB }
    const around = { image: iso, savedKeys: [{ name: 'laptop', publicKey: key }] }
    const { input, problems } = convert({ diskMode: 'copy' }, around)
    expect(problems).toEqual([])
    expect(input).not.toHaveProperty('cloudInit')
    expect(input).not.toHaveProperty('diskMode')
    const told = convert({ userData: '#cloud-config' }, around)
    expect(told.input.cloudInit).toMatchObject({ userData: '#cloud-config' })
  })

  it('takes the saved keys but the dropped ones, and the pasted ones', () => {
    const savedKeys = [
      { name: 'laptop', publicKey: key },
      { name: 'old', publicKey: 'ssh-rsa AAAA old' },
    ]
    const { input } = convert({ droppedKeys: ['old'], extraKeys: `\n ${key} \n`, user: 'ada' }, { savedKeys })
    expect(input.cloudInit).toEqual({ user: 'ada', sshKeys: [key, key] })
  })

  it('numbers several, and judges the names that come out', () => {
    expect(convert({ name: 'db', count: 3 })).toMatchObject({
      names: ['db-1', 'db-2', 'db-3'],
      input: { name: 'db-1' },
    })
    expect(problemsOf({ name: 'x'.repeat(62), count: 2 })).toHaveProperty('name')
    expect(problemsOf({ count: 0 })).toHaveProperty('count')
    expect(problemsOf({ count: 21 })).toHaveProperty('count')
  })

  it('says each problem at its field, in words', () => {
    expect(
      problemsOf({ name: 'Web 1', memoryMiB: 32, diskGiB: 1, extraKeys: 'nonsense', user: 'Ada L', userData: 'x' }),
    ).toMatchObject({
      name: expect.stringContaining('lower-case'),
      memoryMiB: 'At least 64 MiB.',
      diskGiB: 'Debian 13 needs at least 3 GiB.',
      extraKeys: expect.stringContaining('OpenSSH'),
      user: expect.stringContaining('Unix user name'),
      userData: expect.stringContaining('#cloud-config'),
    })
    expect(problemsOf({ memoryMiB: 128 })).toEqual({ memoryMiB: 'Debian 13 needs at least 512 MiB.' })
    expect(problemsOf({ memoryMiB: Number.NaN })).toHaveProperty('memoryMiB')
    expect(problemsOf({ tags: 'prod, b?d' })).toEqual({ tags: expect.stringContaining('b?d') })
  })

  it('asks for an image first', () => {
    expect(convert({}, { image: undefined }).problems).toEqual([{ field: 'imageId', message: 'Choose an image.' }])
  })

  it('finds the field of a refusal by the panel', () => {
    expect(['name', 'nics.0.networkId', 'cloudInit.sshKeys.2', 'memoryBytes', 'firmware'].map(fieldOfPath)).toEqual([
      'name',
      'networkIds',
      'extraKeys',
      'memoryMiB',
      null,
    ])
  })
})

describe('the kept form', () => {
  it('comes back as it was, but for the password', () => {
    const typed = form({ password: 'secret', tags: 'a, b', networkIds: ['n1'], firmware: 'bios', start: false })
    const stored = writeForm(typed)
    expect(stored).not.toContain('secret')
    expect(readForm(stored)).toEqual({ ...typed, password: '' })
  })

  it.each([null, '', 'no json', '[1]', '{"vcpus":"many","networkIds":[1],"path":"x"}'])(
    'reads %j as empty',
    (stored) => {
      expect(readForm(stored)).toEqual(emptyForm)
    },
  )
})
