/**
 * The installation's own certificate authority. It signs two kinds: the panel's client certificate (CN "panel") and one
 * per host (CN "host:<id>", its address as SAN). Agents take commands from the first only; the panel speaks to a host only
 * under the name that it gave it. P-256 throughout. Keys lie in `<data>/ca`, 0600; key and certificate share one file, so
 * that two panels starting at once cannot mix halves.
 */
import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { hostCommonName, panelCommonName } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import { readOrMakeSecretFile, readSecretFile, writeSecretFile } from '../auth/secret-files.ts'
import { isDueForRenewal } from './certificate-life.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 86_400_000
const authorityDays = 3_650
const leafDays = 397
/** Hosts whose clocks are somewhat behind still take a fresh certificate. */
const backdatedMs = 3_600_000

/** What the panel shows to agents, and whom it believes. PEM. */
export interface PanelIdentity {
  readonly caPem: string
  readonly certificatePem: string
  readonly keyPem: string
}

export interface HostCertificate {
  readonly certificatePem: string
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly fingerprint: string
  readonly expiresAt: Date
}

export interface CertificateAuthority {
  readonly caPem: string
  /** The panel's own, made anew when it nears its end. */
  panelIdentity(): Promise<PanelIdentity>
  /** Throws JOIN_REFUSED when the request is not one, or not signed by the key it names. */
  signHost(request: { csrPem: string; hostId: string; address: string }): Promise<HostCertificate>
}

interface KeyAndCertificate {
  readonly keyPem: string
  readonly certificate: x509.X509Certificate
}

/** Opens the authority of a data folder, or makes it. */
export async function openCertificateAuthority(dataDir: string, now = () => Date.now()): Promise<CertificateAuthority> {
  x509.cryptoProvider.set(crypto)
  const dir = join(dataDir, 'ca')
  const authority = parsePair(await readOrMakeSecretFile(join(dir, 'authority.pem'), () => makeAuthority(now())))
  const caPem = authority.certificate.toString('pem')
  const issuer = { name: authority.certificate.subject, key: await importKey(authority.keyPem) }
  const panelPath = join(dir, 'panel.pem')
  return {
    caPem,
    async panelIdentity() {
      const found = await readSecretFile(panelPath)
      if (found === undefined || !isFresh(parsePair(found), caPem, now())) {
        await writeSecretFile(panelPath, await makePanelPair(issuer, now()))
      }
      const pair = parsePair((await readSecretFile(panelPath)) ?? '')
      return { caPem, certificatePem: pair.certificate.toString('pem'), keyPem: pair.keyPem }
    },
    async signHost({ csrPem, hostId, address }) {
      const publicKey = await verifiedPublicKey(csrPem)
      const certificate = await sign(issuer, now(), {
        commonName: hostCommonName(hostId),
        publicKey,
        names: [{ type: isIP(address) ? 'ip' : 'dns', value: address }],
        usages: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
      })
      return {
        certificatePem: certificate.toString('pem'),
        fingerprint: fingerprintOf(certificate.rawData),
        expiresAt: certificate.notAfter,
      }
    },
  }
}

/** SHA-256 of a DER certificate, lower-case hexadecimal: what `host.certFingerprint` holds. */
export const fingerprintOf = (der: ArrayBuffer | Uint8Array): string =>
  createHash('sha256').update(new Uint8Array(der)).digest('hex')

interface Issuer {
  readonly name: string
  readonly key: Key
}

interface Leaf {
  readonly commonName: string
  readonly publicKey: x509.PublicKey | Key
  readonly names: x509.JsonGeneralNames
  readonly usages: string[]
}

async function makeAuthority(nowMs: number): Promise<string> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: [{ CN: ['Berth installation'] }],
    notBefore: new Date(nowMs - backdatedMs),
    notAfter: new Date(nowMs + authorityDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return pairText(keys, certificate)
}

async function makePanelPair(issuer: Issuer, nowMs: number): Promise<string> {
  const keys = await newKeys()
  const certificate = await sign(issuer, nowMs, {
    commonName: panelCommonName,
    publicKey: keys.publicKey,
    names: [{ type: 'dns', value: 'panel.berth.internal' }],
    usages: [x509.ExtendedKeyUsage.clientAuth],
  })
  return pairText(keys, certificate)
}

async function sign(issuer: Issuer, nowMs: number, leaf: Leaf): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: [{ CN: [leaf.commonName] }],
    issuer: issuer.name,
    notBefore: new Date(nowMs - backdatedMs),
    notAfter: new Date(nowMs + leafDays * dayMs),
    signingAlgorithm: algorithm,
    publicKey: leaf.publicKey,
    signingKey: issuer.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(leaf.usages),
      new x509.SubjectAlternativeNameExtension(leaf.names),
    ],
  })
}

/** Only the key is taken from a request: every name in a certificate is the panel's own word. */
async function verifiedPublicKey(csrPem: string): Promise<x509.PublicKey> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csrPem)
    if (await request.verify()) return request.publicKey
  } catch (error) {
    throw new AppError('JOIN_REFUSED', 'The signing request cannot be read.', { cause: error })
  }
  throw new AppError('JOIN_REFUSED', 'The signing request is not signed by its own key.')
}

function isFresh(pair: KeyAndCertificate, caPem: string, nowMs: number): boolean {
  const { notBefore, notAfter } = pair.certificate
  const isDue = isDueForRenewal({ validFromMs: notBefore.getTime(), validToMs: notAfter.getTime() }, nowMs)
  return !isDue && pair.certificate.issuer === new x509.X509Certificate(caPem).subject
}

const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
/** Inferred, because the names of these types differ between Node's library and a browser's, and both check this file. */
type Keys = Awaited<ReturnType<typeof newKeys>>
type Key = Keys['privateKey']
const newSerial = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')

async function pairText(keys: Keys, certificate: x509.X509Certificate): Promise<string> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n${certificate.toString('pem')}\n`
}

function parsePair(text: string): KeyAndCertificate {
  const blocks = x509.PemConverter.decodeWithHeaders(text)
  const key = blocks.find((block) => block.type === 'PRIVATE KEY')
  const certificate = blocks.find((block) => block.type === 'CERTIFICATE')
  if (!key || !certificate) throw new AppError('INTERNAL', 'A file of the certificate authority is damaged.')
  return {
    keyPem: x509.PemConverter.encode(key.rawData, 'PRIVATE KEY'),
    certificate: new x509.X509Certificate(certificate.rawData),
  }
}

async function importKey(keyPem: string): Promise<Key> {
  const [pkcs8] = x509.PemConverter.decode(keyPem)
  if (!pkcs8) throw new AppError('INTERNAL', 'The key of the certificate authority is damaged.')
  return crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
}
