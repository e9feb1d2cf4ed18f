/** Where a pool that is being added lies, as it is typed: a directory that hosts see, or an NFS export that they mount. */
import {
  nfsExportPathSchema,
  nfsServerSchema,
  nfsVersions,
  poolSourceSchema,
  type PoolSource,
} from '@berth/core/storage/pool-source'
import { poolPathSchema } from '@berth/core/storage/volume'

export interface PoolPlaceDraft {
  readonly kind: 'directory' | 'nfs'
  readonly path: string
  readonly server: string
  readonly exportPath: string
  /** One of the protocol's, or that the hosts agree with the server on the newest. */
  readonly version: (typeof nfsVersions)[number] | 'newest'
}
export const emptyPlace: PoolPlaceDraft = { kind: 'directory', path: '', server: '', exportPath: '', version: 'newest' }

export const versionOptions: readonly { value: PoolPlaceDraft['version']; label: string }[] = [
  { value: 'newest', label: 'The newest that the server speaks' },
  ...nfsVersions.map((value) => ({ value, label: `NFS ${value}` })),
]

export type PlaceProblems = Partial<Record<'path' | 'server' | 'exportPath', string>>

/** What is wrong with what was typed, by field; empty when all is well. */
export function placeProblems({ kind, path, server, exportPath }: PoolPlaceDraft): PlaceProblems {
  if (kind === 'directory') return problemOf('path', poolPathSchema.safeParse(path))
  return {
    ...problemOf('server', nfsServerSchema.safeParse(server)),
    ...problemOf('exportPath', nfsExportPathSchema.safeParse(exportPath)),
  }
}

interface Parsed {
  readonly success: boolean
  readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined
}

const problemOf = (field: keyof PlaceProblems, { success, error }: Parsed): PlaceProblems =>
  success ? {} : { [field]: error?.issues[0]?.message ?? 'Fill this in.' }

/** As the panel takes it. Throws ZodError for one that has problems. */
export function placeOf(draft: PoolPlaceDraft): { path: string } | { source: PoolSource } {
  if (draft.kind === 'directory') return { path: draft.path }
  const { server, exportPath, version } = draft
  return {
    source: poolSourceSchema.parse({ kind: 'nfs', server, exportPath, version: version === 'newest' ? null : version }),
  }
}
