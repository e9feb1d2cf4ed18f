/** A certificate authority for tests, as the panel's: signs the agent's request and makes client certificates. */
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 3_600_000

export interface Credentials {
  certPem: string
  keyPem: string
}

export interface TestCa {
  caPem: string
  /** `until`: default a day from now. */
  sign: (csrPem: string, commonName: string, until?: Date) => Promise<string>
  makeClient: (commonName: string) => Promise<Credentials>
}

export async function createTestCa(): Promise<TestCa> {
  const caKeys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const notBefore = new Date(Date.now() - dayMs)
  const notAfter = new Date(Date.now() + dayMs)
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=test ca', keys: caKeys, signingAlgorithm: algorithm, notBefore, notAfter },
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  })
  const issue = (commonName: string, publicKey: PublicKey, until = notAfter): Promise<X509Certificate> =>
    X509CertificateGenerator.create({
      ...{ subject: `CN=${commonName}`, issuer: ca.subject, publicKey, notBefore, notAfter: until },
      ...{ signingKey: caKeys.privateKey, signingAlgorithm: algorithm },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
    })
  return {
    caPem: ca.toString('pem'),
    sign: async (csrPem, commonName, until) => {
      const request = new Pkcs10CertificateRequest(csrPem)
      if (!(await request.verify())) throw new Error('the signing request is not signed by its key')
      return (await issue(commonName, request.publicKey, until)).toString('pem')
    },
    makeClient: async (commonName) => {
      const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
      const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
      const certificate = await issue(commonName, await PublicKey.create(keys.publicKey))
      return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(key, 'PRIVATE KEY') }
    },
  }
}
