'use client'
import type { ReactNode } from 'react'
import { late, useLate } from './late.ts'
import { useWishes } from './use-wishes.ts'

export interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  /** Buttons, right-aligned; the main one last. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg' | 'xl' | undefined
  /** Whether Escape and a click outside close it. Turn off while something typed would be lost. */
  dismissible?: boolean | undefined
  /** Whether its first control takes the focus. Turn off where that is no field: then the dialog is read from its title on. */
  focusesFirst?: boolean | undefined
}

const dialog = late(() => import('./dialog-window.tsx'))

/** A modal dialog; on a phone it rises from the bottom edge. Its code comes with the first one that is opened. */
export function Dialog(props: DialogProps) {
  const loaded = useLate(dialog, useWishes(props.open))
  return loaded ? <loaded.DialogWindow {...props} /> : null
}
