import { expect, it } from 'vitest'
import { sshFingerprint } from './ssh-fingerprint.ts'

it('agrees with ssh-keygen -l', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL2SyjxRBe4gxC/75gpYf5AbmyME6YpTujpdJ8rC4UkY anna@laptop'
  expect(sshFingerprint(key)).toBe('SHA256:Fxy1RJ5+ZtaQO2c4SrQwv2wBzjekrls+85gvsESh1bM')
})
