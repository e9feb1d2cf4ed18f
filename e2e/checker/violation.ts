/** What disagrees, by the invariants I1 to I12: the promises that hold whatever is killed, cut or filled. */
export const invariants = {
  I1: 'never do two QEMUs with running processors exist for one machine',
  I2: 'no volume is open for writing by two QEMUs that run',
  I3: 'no disk of a machine is deleted, cut short or changed',
  I4: 'nothing is left without an owner: process, tap, socket, port, cgroup, lock, file, volume',
  I5: 'nothing is said to run that does not',
  I6: 'the picture is true again in time after the last fault has healed',
  I7: 'every accepted operation ends, and says how',
  I8: 'each accepted operation stands in the audit exactly once',
  I10: 'the panel says nothing that its rows do not',
  I11: 'no secret stands in a log, an argv or a row',
  I12: 'what was acknowledged survives the restart of everything',
} as const

export type Invariant = keyof typeof invariants

export interface Violation {
  readonly invariant: Invariant
  /** One sentence with ids and numbers: the evidence. */
  readonly text: string
}

export const violation = (invariant: Invariant, text: string): Violation => ({ invariant, text })

/** "I5 <text>", as tests print and compare them. */
export const inWords = ({ invariant, text }: Violation): string => `${invariant} ${text}`
