import 'reflect-metadata'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fingerprintOf, openCertificateAuthority } from './certificate-authority.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'berth-ca-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const hostId = '01890000-0000-7000-8000-000000000001'

async function newCsr(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=panel',
    keys,
    signingAlgorithm: algorithm,
  })
  return csr.toString('pem')
}

test('signs a host under the name the panel gives it, whatever its request says', async () => {
  const authority = await openCertificateAuthority(dir)
  const signed = await authority.signHost({ csrPem: await newCsr(), hostId, address: '10.0.0.7' })
  const certificate = new X509Certificate(signed.certificatePem)
  expect(certificate.subject).toBe(`CN=host:${hostId}`)
  expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7')
  expect(certificate.checkIssued(new X509Certificate(authority.caPem))).toBe(true)
  expect(certificate.verify(new X509Certificate(authority.caPem).publicKey)).toBe(true)
  expect(fingerprintOf(certificate.raw)).toBe(signed.fingerprint)
})

test('a request that is none is refused', async () => {
  const authority = await openCertificateAuthority(dir)
  await expect(authority.signHost({ csrPem: 'nonsense', hostId, address: 'a' })).rejects.toMatchObject({
    code: 'JOIN_REFUSED',
  })
})

test('two panels that start at once share one authority, in files only the owner reads', async () => {
  const [one, two] = await Promise.all([openCertificateAuthority(dir), openCertificateAuthority(dir)])
  expect(one.caPem).toBe(two.caPem)
  expect((await stat(join(dir, 'ca'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(dir, 'ca', 'authority.pem'))).mode & 0o777).toBe(0o600)
})

test("the panel's certificate fits its key, is kept, and is made anew before it ends", async () => {
  const first = await (await openCertificateAuthority(dir)).panelIdentity()
  expect(new X509Certificate(first.certificatePem).checkPrivateKey(createPrivateKey(first.keyPem))).toBe(true)
  expect(new X509Certificate(first.certificatePem).subject).toBe('CN=panel')
  expect(await (await openCertificateAuthority(dir)).panelIdentity()).toEqual(first)
  const almostAYear = Date.now() + 350 * 86_400_000
  const later = await (await openCertificateAuthority(dir, () => almostAYear)).panelIdentity()
  expect(later.certificatePem).not.toBe(first.certificatePem)
  expect(later.caPem).toBe(first.caPem)
})
