/**
 * What is typed on the create page: one state for both paths, kept as typed, so that nothing is lost by a switch, a failure
 * or a reload. `to-vm-spec.ts` makes the panel's input of it.
 */
import type { Firmware } from '@berth/core/image/image'

export type CreatePath = 'quick' | 'advanced'

export interface CreateForm {
  path: CreatePath
  imageId: string
  name: string
  /** How many of the same, with numbered names. */
  count: number
  description: string
  /** As typed, separated by commas. */
  tags: string
  vcpus: number
  memoryMiB: number
  diskGiB: number
  diskMode: 'overlay' | 'copy'
  /** Empty: each host's own. */
  pool: string
  networkIds: string[]
  /** Of the viewer's saved keys, those that this machine does not get. */
  droppedKeys: string[]
  /** Pasted keys, one a line. */
  extraKeys: string
  isKeepingKeys: boolean
  user: string
  password: string
  userData: string
  /** Null: what the image asks for. */
  firmware: Firmware | null
  /** Empty: the panel chooses. */
  hostId: string
  hasScreen: boolean
  isProtected: boolean
  start: boolean
}

export const emptyForm: CreateForm = {
  path: 'quick',
  imageId: '',
  name: '',
  count: 1,
  description: '',
  tags: '',
  vcpus: 1,
  memoryMiB: 1_024,
  diskGiB: 10,
  diskMode: 'overlay',
  pool: '',
  networkIds: [],
  droppedKeys: [],
  extraKeys: '',
  isKeepingKeys: true,
  user: '',
  password: '',
  userData: '',
  firmware: null,
  hostId: '',
  hasScreen: true,
  isProtected: false,
  start: true,
}

/** The kept form, field by field: what is missing or of another type (an older Berth wrote it) is as in an empty one. */
export function readForm(stored: string | null): CreateForm {
  const kept = parseObject(stored)
  return {
    path: kept['path'] === 'advanced' ? 'advanced' : 'quick',
    imageId: text(kept['imageId'], ''),
    name: text(kept['name'], ''),
    count: amount(kept['count'], 1),
    description: text(kept['description'], ''),
    tags: text(kept['tags'], ''),
    vcpus: amount(kept['vcpus'], emptyForm.vcpus),
    memoryMiB: amount(kept['memoryMiB'], emptyForm.memoryMiB),
    diskGiB: amount(kept['diskGiB'], emptyForm.diskGiB),
    diskMode: kept['diskMode'] === 'copy' ? 'copy' : 'overlay',
    pool: text(kept['pool'], ''),
    networkIds: texts(kept['networkIds']),
    droppedKeys: texts(kept['droppedKeys']),
    extraKeys: text(kept['extraKeys'], ''),
    isKeepingKeys: kept['isKeepingKeys'] !== false,
    user: text(kept['user'], ''),
    password: '',
    userData: text(kept['userData'], ''),
    firmware: kept['firmware'] === 'bios' || kept['firmware'] === 'uefi' ? kept['firmware'] : null,
    hostId: text(kept['hostId'], ''),
    hasScreen: kept['hasScreen'] !== false,
    isProtected: kept['isProtected'] === true,
    start: kept['start'] !== false,
  }
}

/** Without the password: that one is typed again rather than left lying in the browser. */
export const writeForm = (form: CreateForm): string => JSON.stringify({ ...form, password: undefined })

function parseObject(stored: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(stored ?? '{}')
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // What lies there is not ours; the form begins anew.
    return {}
  }
}

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
const amount = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
