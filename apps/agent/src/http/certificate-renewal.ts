/**
 * How this host gets its next certificate: the panel asks for a signing request, and brings the certificate for it. The
 * key is made here and never leaves. Owner of the key that waits, in memory: after a kill the panel asks again.
 *
 * Invariant: what the door shows is on disk before it is shown, so that a restart never goes back to an older pair.
 */
import { AppError } from '@berth/core/errors/app-error'
import type { Logger } from 'pino'
import { savePair, type HostIdentity } from './host-identity.ts'
import { makeKeyAndRequest } from './key-and-request.ts'
import { requireOwnCertificate } from './own-certificate.ts'

export interface CertificateRenewalOptions {
  dataDir: string
  identity: HostIdentity
  /** Called when the new pair is on disk. */
  onRenewed: (identity: HostIdentity) => void
  logger: Logger
}

type Waiting = Awaited<ReturnType<typeof makeKeyAndRequest>>

export class CertificateRenewal {
  readonly #options: CertificateRenewalOptions
  #waiting: Promise<Waiting> | undefined

  constructor(options: CertificateRenewalOptions) {
    this.#options = options
  }

  /** The same until its certificate is installed: of two panels that ask at once, either's certificate fits. */
  async request(): Promise<string> {
    this.#waiting ??= makeKeyAndRequest()
    return (await this.#waiting).csrPem
  }

  /** Throws INPUT_INVALID for a certificate that is not this host's, of another authority, over, or for another key. */
  async install(certificatePem: string): Promise<void> {
    const waiting = this.#waiting
    if (waiting === undefined) throw new AppError('INPUT_INVALID', 'No key waits for a certificate.')
    const { keyPem } = await waiting
    const { dataDir, identity, onRenewed, logger } = this.#options
    const certificate = requireOwnCertificate(certificatePem, { ...identity, keyPem })
    await savePair(dataDir, { keyPem, certificatePem })
    onRenewed({ ...identity, keyPem, certificatePem })
    if (this.#waiting === waiting) this.#waiting = undefined
    logger.info({ validTo: certificate.validTo }, 'the certificate was renewed')
  }
}
