/**
 * Keeps what QEMU said of itself: asking takes 150 ms and more, as long as taking over fifty machines does, and the answer
 * changes only with the program. The file is a note, not a truth: one that does not fit, or cannot be read, is made anew.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { qmpSchema } from '../qmp/qmp-schema.generated.ts'
import { readFileIfAny, writeFileDurably } from '../storage/durable-files.ts'
import { probeQemu, type QemuFacts } from './probe.ts'

const gapSchema = z.object({
  kind: z.enum(['command', 'argument', 'reply', 'event', 'eventMember']),
  name: z.string(),
  path: z.string().optional(),
})

const noteSchema = z.object({
  key: z.string(),
  facts: z.object({
    version: z.string(),
    packageVersion: z.string(),
    machineTypes: z.array(z.string()),
    defaultMachineType: z.string(),
    gaps: z.array(gapSchema),
  }),
})

/** As `probeQemu`, which is asked only when `binary` or what we use of it is another than the one of the note. */
export async function probeQemuOnce(binary: string, notePath: string, signal?: AbortSignal): Promise<QemuFacts> {
  const key = createHash('sha256')
    .update(`${await programKey(binary)}\n${JSON.stringify(qmpSchema)}`)
    .digest('hex')
  const known = await readNote(notePath, key)
  if (known !== undefined) return known
  const facts = await probeQemu(binary, signal)
  await writeFileDurably(notePath, `${JSON.stringify({ key, facts })}\n`, 0o600)
  return facts
}

/** A package that is installed again keeps its files' mtime; ctime and inode tell it apart. */
export async function programKey(binary: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(binary)
  return [binary, ino, size, mtimeMs, ctimeMs].join('\n')
}

async function readNote(path: string, key: string): Promise<QemuFacts | undefined> {
  const text = await readFileIfAny(path)
  if (text === undefined) return undefined
  try {
    const note = noteSchema.parse(JSON.parse(text))
    return note.key === key ? { ...note.facts, gaps: note.facts.gaps.map(exactGap) } : undefined
  } catch {
    // Torn or of another version of ours: QEMU itself is asked again.
    return undefined
  }
}

const exactGap = ({ kind, name, path }: z.infer<typeof gapSchema>): QemuFacts['gaps'][number] =>
  path === undefined ? { kind, name } : { kind, name, path }
