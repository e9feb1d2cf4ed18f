'use client'
import type { HostView } from '@berth/core/host/host'
import type { ImageView } from '@berth/core/image/image'
import type { NetworkView } from '@berth/core/network/network'
import { createContext, use } from 'react'
import type { CreateForm } from './create-form.ts'
import type { HostRoom } from './room-left.ts'
import type { FormField, SavedKey } from './to-vm-spec.ts'

/** What every section of the form works with. */
export interface CreateContextValue {
  form: CreateForm
  change: (part: Partial<CreateForm>) => void
  /** What is wrong at a field, once it was left or Create was pressed; null when nothing is. */
  problemAt: (field: FormField) => string | null
  /** The field was left: from now on it says what is wrong with it. */
  touch: (field: FormField) => void
  image: ImageView | undefined
  /** What is free on the hosts that could take it; null while that is not known. */
  room: readonly HostRoom[] | null
  images: readonly ImageView[]
  networks: readonly NetworkView[]
  /** Empty for those who may not see hosts. */
  hosts: readonly HostView[]
  savedKeys: readonly SavedKey[]
}

export const CreateContext = createContext<CreateContextValue | null>(null)

export function useCreate(): CreateContextValue {
  const value = use(CreateContext)
  if (!value) throw new Error('useCreate outside of the create page')
  return value
}
