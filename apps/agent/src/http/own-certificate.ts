/** Whether a certificate that came from the panel is this host's: of its installation, for its name and its key, and good now. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { hostCommonName } from '@berth/core/agent-contract/join'
import { AppError } from '@berth/core/errors/app-error'
import type { HostIdentity } from './host-identity.ts'

export interface Own {
  readonly hostId: HostIdentity['hostId']
  readonly caPem: string
  readonly keyPem: string
}

/** Throws INPUT_INVALID that says what is wrong with it. */
export function requireOwnCertificate(certificatePem: string, own: Own): X509Certificate {
  const certificate = readCertificate(certificatePem)
  const authority = readCertificate(own.caPem)
  const name = `CN=${hostCommonName(own.hostId)}`
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    throw new AppError('INPUT_INVALID', "The certificate is not of this installation's authority.")
  if (certificate.subject !== name) throw new AppError('INPUT_INVALID', `The certificate is not for "${name}".`)
  if (!certificate.checkPrivateKey(createPrivateKey(own.keyPem)))
    throw new AppError('INPUT_INVALID', 'The certificate is for another key.')
  // A host whose clock is wrong would shut itself out with a certificate that it takes for over, or not begun.
  if (Date.parse(certificate.validTo) <= Date.now())
    throw new AppError('INPUT_INVALID', `The certificate ended ${certificate.validTo} by this host's clock.`)
  if (Date.parse(certificate.validFrom) > Date.now())
    throw new AppError('INPUT_INVALID', `The certificate begins ${certificate.validFrom}; is this host's clock behind?`)
  return certificate
}

export function readCertificate(certificatePem: string): X509Certificate {
  try {
    return new X509Certificate(certificatePem)
  } catch (error) {
    throw new AppError('INPUT_INVALID', 'The certificate cannot be read.', { cause: error })
  }
}
