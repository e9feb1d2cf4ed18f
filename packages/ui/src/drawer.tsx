'use client'
import type { ReactNode } from 'react'
import { late, useLate } from './late.ts'
import { useWishes } from './use-wishes.ts'

export interface DrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  /** Keeps the title for screen readers only. */
  hideTitle?: boolean | undefined
  actions?: ReactNode
  children: ReactNode
  footer?: ReactNode
  side?: 'right' | 'left' | undefined
  className?: string | undefined
}

const sheet = late(() => import('./drawer-sheet.tsx'))

/** A sheet over the page's edge; full width on a phone. Its code comes with the first one that is opened. */
export function Drawer(props: DrawerProps) {
  const loaded = useLate(sheet, useWishes(props.open))
  return loaded ? <loaded.DrawerSheet {...props} /> : null
}
