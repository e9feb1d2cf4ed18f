import { newUuid, vmIdSchema } from '@berth/core/ids/ids'
import { cloudInitSchema } from '@berth/core/vm/cloud-init'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seedFiles } from './seed-disc.ts'

const vmId = vmIdSchema.parse(newUuid())

const configOf = (cloudInit: unknown): Record<string, unknown> => {
  const text = seedFiles({ vmId, hostname: 'web-1', cloudInit: cloudInitSchema.parse(cloudInit) })['user-data']
  expect(text.startsWith('#cloud-config\n')).toBe(true)
  const config: unknown = JSON.parse(text.slice('#cloud-config\n'.length))
  if (typeof config !== 'object' || config === null) throw new Error('cloud-config is a mapping')
  return Object.fromEntries(Object.entries(config))
}

it('names the machine by its id, so that cloud-init runs once per machine', () => {
  const files = seedFiles({ vmId, hostname: 'web-1', cloudInit: cloudInitSchema.parse({}) })
  expect(JSON.parse(files['meta-data'])).toEqual({ 'instance-id': vmId, 'local-hostname': 'web-1' })
})

it('gives keys and password to the named user', () => {
  const key = `ssh-ed25519 ${'A'.repeat(60)} me@laptop`
  expect(configOf({ user: 'anna', sshKeys: [key], password: 'pw' })).toMatchObject({
    hostname: 'web-1',
    users: ['default', { name: 'anna', plain_text_passwd: 'pw', lock_passwd: false, ssh_authorized_keys: [key] }],
    ssh_pwauth: true,
  })
})

it('keeps whatever is typed as a password inside its string', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200 }), (password) => {
      expect(configOf({ password }).password).toBe(password)
    }),
  )
})

it('hands the user data of the expert on as it is', () => {
  const userData = '#!/bin/sh\necho hello\n'
  const files = seedFiles({ vmId, hostname: 'web-1', cloudInit: cloudInitSchema.parse({ userData }) })
  expect(files['user-data']).toBe(userData)
})
