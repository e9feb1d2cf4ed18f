/** From the form to the input of `vm.create`, with every problem at its field. Pure; the rules are core's schemas. */
import type { AppRouter } from '@berth/api/root'
import { inputWords } from '@berth/core/errors/input-words'
import type { ImageView } from '@berth/core/image/image'
import { diskBytesSchema } from '@berth/core/storage/volume'
import { formatBytes, GiB, MiB } from '@berth/core/units/bytes'
import { cloudInitSchema, sshKeySchema } from '@berth/core/vm/cloud-init'
import { vmNameSchema } from '@berth/core/vm/vm-name'
import { memoryBytesSchema, tagSchema, vcpusSchema } from '@berth/core/vm/vm-spec'
import type { inferRouterInputs } from '@trpc/server'
import type { z } from 'zod'
import type { CreateForm } from './create-form.ts'
import { machineNames, maxCount } from './machine-names.ts'

export type VmCreateInput = inferRouterInputs<AppRouter>['vm']['create']

export type FormField =
  | 'imageId'
  | 'name'
  | 'count'
  | 'tags'
  | 'vcpus'
  | 'memoryMiB'
  | 'diskGiB'
  | 'pool'
  | 'networkIds'
  | 'extraKeys'
  | 'user'
  | 'password'
  | 'userData'
  | 'hostId'

export interface Problem {
  field: FormField
  message: string
}

export interface SavedKey {
  name: string
  publicKey: string
}

export interface Surroundings {
  image: ImageView | undefined
  savedKeys: readonly SavedKey[]
}

export interface Converted {
  /** Complete only when there are no problems. Of the first machine, where several are made. */
  input: VmCreateInput
  names: readonly string[]
  problems: readonly Problem[]
}

export function toVmCreate(form: CreateForm, { image, savedKeys }: Surroundings): Converted {
  const sshKeys = [
    ...savedKeys.filter((key) => !form.droppedKeys.includes(key.name)).map((key) => key.publicKey),
    ...pastedKeys(form),
  ]
  const tags = tagsOf(form)
  const memoryBytes = form.memoryMiB * MiB
  const diskBytes = Math.round(form.diskGiB * 1024) * MiB
  const cloudInit = {
    ...(form.user.trim() === '' ? {} : { user: form.user.trim() }),
    sshKeys,
    ...(form.password === '' ? {} : { password: form.password }),
    ...(form.userData.trim() === '' ? {} : { userData: form.userData }),
  }
  // An installer reads no keys of ours; one that is told how to install by user data gets all that is there.
  const isFirstBootSet =
    image?.kind === 'iso' ? cloudInit.userData !== undefined : sshKeys.length > 0 || Object.keys(cloudInit).length > 1
  const problems = [
    ...imageProblems(image),
    ...judgeNames(form),
    ...judgeCount(form.count),
    ...judge('vcpus', vcpusSchema, form.vcpus),
    ...judgeSize('memoryMiB', memoryBytesSchema, memoryBytes),
    ...judgeSize('diskGiB', diskBytesSchema, diskBytes),
    ...tags.flatMap(judgeTag),
    ...pastedKeys(form).flatMap((key) => judge('extraKeys', sshKeySchema, key)),
    ...judge('user', cloudInitSchema.shape.user, cloudInit.user),
    ...judge('userData', cloudInitSchema.shape.userData, cloudInit.userData),
    ...fitProblems(image, memoryBytes, diskBytes),
  ]
  const names = machineNames(form.name, form.count)
  return {
    problems: onePerField(problems),
    names,
    input: {
      name: names[0] ?? form.name,
      ...(form.description.trim() === '' ? {} : { description: form.description.trim() }),
      ...(tags.length === 0 ? {} : { tags }),
      imageId: form.imageId,
      vcpus: form.vcpus,
      memoryBytes,
      diskBytes,
      ...(form.diskMode === 'copy' && image?.kind !== 'iso' ? { diskMode: 'copy' } : {}),
      ...(form.pool === '' ? {} : { pool: form.pool }),
      nics: form.networkIds.map((networkId) => ({ networkId })),
      ...(isFirstBootSet ? { cloudInit } : {}),
      firmware: form.firmware ?? image?.hints.firmware ?? 'bios',
      ...(form.hasScreen ? {} : { hasScreen: false }),
      ...(form.isProtected ? { isProtected: true } : {}),
      ...(form.hostId === '' ? {} : { hostId: form.hostId }),
      start: form.start,
    },
  }
}

export const pastedKeys = (form: Pick<CreateForm, 'extraKeys'>): string[] => nonEmpty(form.extraKeys.split('\n'))

const tagsOf = (form: CreateForm): string[] => [...new Set(nonEmpty(form.tags.split(',')))]

const nonEmpty = (parts: readonly string[]): string[] => parts.map((part) => part.trim()).filter((part) => part !== '')

/** Which field of the form a path of the panel's input belongs to; null for none. */
export function fieldOfPath(path: string): FormField | null {
  const known: Readonly<Record<string, FormField>> = {
    name: 'name',
    tags: 'tags',
    imageId: 'imageId',
    vcpus: 'vcpus',
    memoryBytes: 'memoryMiB',
    diskBytes: 'diskGiB',
    pool: 'pool',
    nics: 'networkIds',
    hostId: 'hostId',
    'cloudInit.user': 'user',
    'cloudInit.password': 'password',
    'cloudInit.userData': 'userData',
    'cloudInit.sshKeys': 'extraKeys',
  }
  const [first = '', second = ''] = path.split('.')
  return known[path] ?? known[`${first}.${second}`] ?? known[first] ?? null
}

function judge(field: FormField, schema: z.ZodType, value: unknown): Problem[] {
  const issue = schema.safeParse(value, { error: inputWords }).error?.issues[0]
  return issue === undefined ? [] : [{ field, message: issue.message }]
}

/** What is typed is judged before what is made of it: the last number may make it too long. */
function judgeNames({ name, count }: Pick<CreateForm, 'name' | 'count'>): Problem[] {
  return [name, ...machineNames(name, count)].flatMap((each) => judge('name', vmNameSchema, each)).slice(0, 1)
}

function judgeCount(count: number): Problem[] {
  const isRight = Number.isInteger(count) && count >= 1 && count <= maxCount
  return isRight ? [] : [{ field: 'count', message: `1 to ${maxCount} at a time.` }]
}

function judgeSize(field: FormField, schema: z.ZodType, bytes: number): Problem[] {
  const issue = schema.safeParse(bytes).error?.issues[0]
  return issue === undefined ? [] : [{ field, message: sizeWords(issue) }]
}

function judgeTag(tag: string): Problem[] {
  if (tagSchema.safeParse(tag).success) return []
  return [{ field: 'tags', message: `“${tag}” is not a tag: letters, digits, spaces and . _ : / -` }]
}

function sizeWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `At least ${formatBytes(Number(issue.minimum))}.`
  if (issue.code === 'too_big') return `At most ${formatBytes(Number(issue.maximum))}.`
  if (issue.code === 'not_multiple_of') return `A multiple of ${formatBytes(issue.divisor)}.`
  return 'Type a number.'
}

function imageProblems(image: ImageView | undefined): Problem[] {
  if (image === undefined) return [{ field: 'imageId', message: 'Choose an image.' }]
  return image.state === 'ready' ? [] : [{ field: 'imageId', message: `${image.name} is ${image.state}.` }]
}

function fitProblems(image: ImageView | undefined, memoryBytes: number, diskBytes: number): Problem[] {
  if (image === undefined) return []
  const problems: Problem[] = []
  const { kind, virtualBytes, hints, name } = image
  if (kind === 'disk' && virtualBytes !== null && diskBytes < virtualBytes) {
    problems.push({ field: 'diskGiB', message: `${name} needs at least ${formatBytes(virtualBytes)}.` })
  }
  if (memoryBytes < hints.minMemoryBytes) {
    problems.push({ field: 'memoryMiB', message: `${name} needs at least ${formatBytes(hints.minMemoryBytes)}.` })
  }
  return problems
}

const onePerField = (problems: readonly Problem[]): Problem[] =>
  problems.filter((problem, index) => problems.findIndex((other) => other.field === problem.field) === index)

/** The least disk that an image fits on, in GiB, to one digit after the point; an installer says its own needs. */
export const leastDiskGiB = (image: ImageView | undefined): number =>
  image?.kind === 'iso' ? 0 : Math.ceil(((image?.virtualBytes ?? 0) / GiB) * 10) / 10
