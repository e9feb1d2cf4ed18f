/** When a certificate of ours is made anew: with a third of its life left, which leaves months to notice that it fails. */
export interface CertificateLife {
  readonly validFromMs: number
  readonly validToMs: number
}

export const isDueForRenewal = ({ validFromMs, validToMs }: CertificateLife, nowMs: number): boolean =>
  validToMs - nowMs < (validToMs - validFromMs) / 3
