import { expect, it } from 'vitest'
import { newUuid } from '@berth/core/ids/ids'
import { makeSecretBox } from '../auth/secret-box.ts'
import { moveSecretsOf } from './move-secrets.ts'

it('are the same whenever a step is repeated, and others for each move and installation', () => {
  const [box, other] = [makeSecretBox(new Uint8Array(32)), makeSecretBox(new Uint8Array(32).fill(1))]
  const operationId = newUuid()
  const secrets = moveSecretsOf(box, operationId)
  expect(moveSecretsOf(box, operationId)).toEqual(secrets)
  const all = [secrets, moveSecretsOf(box, newUuid()), moveSecretsOf(other, operationId)].flatMap(Object.values)
  expect(new Set(all).size).toBe(9)
  for (const secret of all) expect(secret).toMatch(/^[0-9a-f]{64}$/)
})
