/** What the import form holds, and the request that it makes. */
import { z } from 'zod'
import { firmwareSchema, imageHintsSchema, type ImageHints, type ImageView } from '@berth/core/image/image'
import { fileNameOf, readChecksum } from './image-checksum.ts'

export interface CatalogueImage {
  name: string
  url: string
  checksumUrl: string
  hints: ImageHints
}

const importDraftSchema = z.object({
  /** Name of the catalogue's entry; null for an address of one's own. */
  entry: z.string().nullable(),
  name: z.string(),
  url: z.string(),
  checksum: z.string(),
  osName: z.string(),
  defaultUser: z.string(),
  firmware: firmwareSchema,
  hasCloudInit: z.boolean(),
  minMemoryBytes: z.number(),
})
export type ImportDraft = z.infer<typeof importDraftSchema>

/** Null for what an older Berth kept. */
export const readImportDraft = (stored: unknown): ImportDraft | null => importDraftSchema.safeParse(stored).data ?? null

export const emptyDraft: ImportDraft = {
  entry: null,
  name: '',
  url: '',
  checksum: '',
  osName: '',
  defaultUser: '',
  firmware: 'bios',
  hasCloudInit: true,
  minMemoryBytes: 0,
}

export function draftOfEntry({ name, url, hints }: CatalogueImage): ImportDraft {
  const { osName, defaultUser, firmware, hasCloudInit, minMemoryBytes } = hints
  return { ...emptyDraft, entry: name, name, url, osName, defaultUser, firmware, hasCloudInit, minMemoryBytes }
}

/** To try a failed import again with what was asked for. */
export function draftOfImage({ name, sourceUrl, checksum, hints }: ImageView): ImportDraft {
  const { osName, defaultUser, firmware, hasCloudInit, minMemoryBytes } = hints
  const asked = { name, url: sourceUrl ?? '', checksum: checksum ?? '' }
  return { ...emptyDraft, ...asked, osName, defaultUser, firmware, hasCloudInit, minMemoryBytes }
}

export type DraftField = 'name' | 'url' | 'checksum'

/** What is wrong with the draft, by field, in the words of the form; empty when it can be sent. */
export function draftProblems(draft: ImportDraft): Partial<Record<DraftField, string>> {
  const problems: Partial<Record<DraftField, string>> = {}
  if (draft.name.trim() === '') problems.name = 'Give it a name.'
  if (!/^https?:$/.test(URL.parse(draft.url.trim())?.protocol ?? '')) problems.url = 'Use an http or https address.'
  const reading = readChecksum(draft.checksum, fileNameOf(draft.url))
  if (reading.kind === 'unclear') problems.checksum = reading.reason
  return problems
}

/** The input of `image.importUrl`. Without problems only. */
export function importRequest(draft: ImportDraft) {
  const reading = readChecksum(draft.checksum, fileNameOf(draft.url))
  const { defaultUser, firmware, hasCloudInit, minMemoryBytes } = draft
  const osName = draft.osName.trim()
  return {
    name: draft.name.trim(),
    url: draft.url.trim(),
    checksum: reading.kind === 'checksum' ? reading.checksum : null,
    hints: imageHintsSchema.parse({ osName, defaultUser: defaultUser.trim(), firmware, hasCloudInit, minMemoryBytes }),
  }
}
