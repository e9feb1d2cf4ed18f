/**
 * What a host's agent mounts itself for a shared pool, where nobody else has. Everything in it is one of a closed list, or a
 * name that cannot be read as anything else: the options of the mount are the agent's own (docs/decisions/0025).
 */
import { z } from 'zod'

export const nfsVersions = ['4.2', '4.1', '4.0', '3'] as const

const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
const isIpv6 = (text: string): boolean => z.ipv6().safeParse(text).success

/** A host name, an IPv4 address, or an IPv6 address without brackets and zone. */
export const nfsServerSchema = z
  .string()
  .max(253)
  .refine(
    (text) => hostName.test(text) || isIpv6(text),
    'Write the name of the server, as nas.example.org, or its IP address.',
  )

/** As the server exports it: absolute, without "..", "//" or an end slash; "/" alone is the root of NFS 4. */
export const nfsExportPathSchema = z
  .string()
  .max(500)
  .regex(
    /^(?:\/|(\/(?!\.{1,2}(\/|$))[\w.@:+=~-]+)+)$/,
    'Write the absolute path that the server exports, as /srv/berth: letters, digits and . _ - @ : + = ~ only.',
  )

export const poolSourceSchema = z.strictObject({
  kind: z.literal('nfs'),
  server: nfsServerSchema,
  exportPath: nfsExportPathSchema,
  /** Null: the newest that the server speaks. */
  version: z.enum(nfsVersions).nullable(),
})
export type PoolSource = z.infer<typeof poolSourceSchema>

/** "nas:/srv/berth", "[fd00::1]:/srv/berth": what is mounted, as mount(8) and the kernel write it. */
export const sourceText = ({ server, exportPath }: Pick<PoolSource, 'server' | 'exportPath'>): string =>
  `${isIpv6(server) ? `[${server}]` : server}:${exportPath}`

interface PoolPlaceInput {
  readonly path?: string | null | undefined
  readonly source?: PoolSource | null | undefined
}

/** A pool is in a directory that is there, or in what agents mount: exactly one of them is named. */
export const namesOnePlace = ({ path, source }: PoolPlaceInput): boolean =>
  (path ?? null) === null ? (source ?? null) !== null : (source ?? null) === null

export const onePlaceMessage = 'Name a directory or an NFS export: one of them.'
