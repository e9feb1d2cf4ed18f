/**
 * One line of the journal, and what all lines together say. Pure.
 *
 * Invariants: a key that ended stays as it ended; the epoch of an operation never falls. Commands are not written down,
 * only their kind: they may hold secrets, and a step is never repeated by the agent itself.
 */
import { stepKeySchema, stepReportSchema, type StepKey, type StepReport } from '@berth/core/agent-contract/step-report'
import { z } from 'zod'

const at = z.iso.datetime()
export const journalRecordSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), key: stepKeySchema, epoch: z.int(), command: z.string(), at }),
  /** An owner with a higher epoch asked for a known key: older owners are refused from then on. */
  z.object({ type: z.literal('claimed'), key: stepKeySchema, epoch: z.int(), at }),
  z.object({ type: z.literal('ended'), key: stepKeySchema, report: stepReportSchema, at }),
])
export type JournalRecord = z.infer<typeof journalRecordSchema>

export const keyText = (key: StepKey): string => `${key.operationId}/${key.step}/${key.attempt}`

export interface JournaledStep {
  readonly key: StepKey
  readonly command: string
  readonly startedAt: string
  readonly endedAt: string | null
  /** `running` until it ended. */
  readonly report: StepReport
}

export class JournalIndex {
  readonly #steps = new Map<string, JournaledStep>()
  readonly #epochs = new Map<string, number>()

  apply(record: JournalRecord): void {
    const id = keyText(record.key)
    if (record.type === 'ended') {
      const step = this.#steps.get(id)
      if (step?.report.status === 'running') {
        this.#steps.set(id, { ...step, report: record.report, endedAt: record.at })
      }
      return
    }
    this.#epochs.set(record.key.operationId, Math.max(this.epochOf(record.key.operationId), record.epoch))
    if (record.type === 'started' && !this.#steps.has(id)) {
      const { key, command } = record
      const report: StepReport = { status: 'running', progress: null }
      this.#steps.set(id, { key, command, startedAt: record.at, endedAt: null, report })
    }
  }

  get(key: StepKey): JournaledStep | undefined {
    return this.#steps.get(keyText(key))
  }

  /** The highest epoch that was seen for an operation; 0 when none was. */
  epochOf(operationId: string): number {
    return this.#epochs.get(operationId) ?? 0
  }

  get size(): number {
    return this.#steps.size
  }

  running(): JournaledStep[] {
    return [...this.#steps.values()].filter((step) => step.report.status === 'running')
  }

  /** For a step that was never begun, because its line could not be written. */
  forget(key: StepKey): void {
    this.#steps.delete(keyText(key))
  }

  /** Forgets operations whose last step started before `cutoff` (ISO) and none of whose steps runs. */
  forgetBefore(cutoff: string): void {
    const recent = new Set<string>()
    for (const step of this.#steps.values()) {
      if (step.startedAt >= cutoff || step.report.status === 'running') recent.add(step.key.operationId)
    }
    for (const [id, step] of this.#steps) if (!recent.has(step.key.operationId)) this.#steps.delete(id)
    for (const operationId of this.#epochs.keys()) if (!recent.has(operationId)) this.#epochs.delete(operationId)
  }

  /** The shortest list of records that says the same. */
  *records(): Generator<JournalRecord, void, undefined> {
    for (const { key, command, startedAt, endedAt, report } of this.#steps.values()) {
      yield { type: 'started', key, epoch: this.epochOf(key.operationId), command, at: startedAt }
      if (endedAt !== null) yield { type: 'ended', key, report, at: endedAt }
    }
  }
}
