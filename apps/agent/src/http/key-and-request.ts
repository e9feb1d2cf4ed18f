/** A new P-256 key and the signing request (PKCS #10) for it. */

/** Both as PEM. The libraries are loaded here and not before: an agent that has joined starts without them. */
export async function makeKeyAndRequest(): Promise<{ keyPem: string; csrPem: string }> {
  await import('reflect-metadata')
  const { Pkcs10CertificateRequestGenerator, PemConverter } = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  // The panel writes the certificate's names itself; this one only has to be there.
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=berth-agent',
    keys,
    signingAlgorithm: algorithm,
  })
  const key = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { keyPem: PemConverter.encode(key, 'PRIVATE KEY'), csrPem: request.toString('pem') }
}
