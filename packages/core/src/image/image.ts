/**
 * Images: read-only disks that machines are made from, and discs that go into their CD drives. Untrusted until imported;
 * afterwards known by id, kind, hash and format.
 */
import { z } from 'zod'
import { wireErrorSchema } from '../errors/app-error.ts'
import { hostIdSchema, imageIdSchema, operationIdSchema } from '../ids/ids.ts'
import { diskFormatSchema, poolNameSchema } from '../storage/volume.ts'

export const imageStateSchema = z.enum(['importing', 'ready', 'failed', 'deleting'])
export type ImageState = z.infer<typeof imageStateSchema>

/** What the file itself says it is, found out at the import. An ISO is kept as it came and only ever read as raw bytes. */
export const imageKindSchema = z.enum(['disk', 'iso'])
export type ImageKind = z.infer<typeof imageKindSchema>

/** "sha256:<64 hex>" or "sha512:<128 hex>", lower case: what distributions publish beside their images. */
export const checksumSchema = z
  .string()
  .regex(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/, 'Use "sha256:" or "sha512:" and the hexadecimal digest.')

export const imageNameSchema = z.string().trim().min(1).max(80)
export const firmwareSchema = z.enum(['bios', 'uefi'])
export type Firmware = z.infer<typeof firmwareSchema>

/** What Berth assumes of a guest made from this image; all of it can be changed at creation. */
export const imageHintsSchema = z.object({
  osFamily: z.enum(['linux', 'windows', 'bsd', 'other']).default('linux'),
  osName: z.string().max(80).default(''),
  firmware: firmwareSchema.default('bios'),
  minMemoryBytes: z.int().nonnegative().default(0),
  hasCloudInit: z.boolean().default(true),
  defaultUser: z.string().max(32).default(''),
})
export type ImageHints = z.infer<typeof imageHintsSchema>

export const imageObservationSchema = z.object({
  imageId: imageIdSchema,
  kind: imageKindSchema.default('disk'),
  format: diskFormatSchema,
  virtualBytes: z.int(),
  allocatedBytes: z.int(),
  sha256: z.string(),
  /** Of the file as it lies in a pool, which a copy is checked against; null until it was first copied. */
  fileSha256: z.string().nullable().default(null),
})
export type ImageObservation = z.infer<typeof imageObservationSchema>

/** A copy of the file. Lost: its host says that it has none; deleting: it goes, with the image or as nobody has used it for long. */
export const imagePlaceStates = ['importing', 'ready', 'failed', 'lost', 'deleting'] as const
export const imagePlaceSchema = z.object({
  hostId: hostIdSchema,
  hostName: z.string(),
  pool: poolNameSchema,
  state: z.enum(imagePlaceStates),
})
export type ImagePlaceView = z.infer<typeof imagePlaceSchema>

export const imageViewSchema = z.object({
  imageId: imageIdSchema,
  name: z.string(),
  /** Null until its import has read the file, and for ever where that failed. */
  kind: imageKindSchema.nullable(),
  state: imageStateSchema,
  sourceUrl: z.string().nullable(),
  checksum: z.string().nullable(),
  format: diskFormatSchema.nullable(),
  virtualBytes: z.int().nullable(),
  allocatedBytes: z.int().nullable(),
  hints: imageHintsSchema,
  vmCount: z.int(),
  /** Of these, those whose disks share its blocks: it cannot be deleted while there is one. */
  overlayVmCount: z.int(),
  /** Machines that have it in their CD drive: these too keep it from being deleted. */
  insertedVmCount: z.int().default(0),
  createdAt: z.iso.datetime(),
  operationId: operationIdSchema.nullable(),
  /** By the hosts' names. In a pool that several hosts share it is named where it was brought. */
  places: z.array(imagePlaceSchema).default([]),
  /** Why its import failed, or that a host has lost its file; null: nothing is the matter. */
  error: wireErrorSchema.nullable().default(null),
})
export type ImageView = z.infer<typeof imageViewSchema>
